import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";
import { useTranslation } from "react-i18next";
import { Button } from "../../../components/button";
import { TextField } from "../../../components/field";
import { Drawer, Question } from "../../../components/overlay";
import { MessageBar, Problem, Skeleton } from "../../../components/states";
import { languageQuery } from "../api/rules";
import { allAutopilot, byGroupTag, byPurchaseOrder } from "../rule/presets";
import { toRows, toText, type MemberKind, type Row, type RuleProperty } from "../rule/rows";
import { RuleBuilder } from "./rule-builder";
import styles from "./rule-editor.module.css";
import { MatchCount, RuleFault, RulePreview, usePreview, type RulePreviewState } from "./rule-preview";
import { RuleText } from "./rule-text";
import { Validate } from "./validate";
import "../../../locales/en/autopilot";
import "../../../locales/en/common";
import "../../../locales/en/rules";

interface Props {
  text: string;
  onChange: (text: string) => void;
  kind: MemberKind;
  preview: RulePreviewState; // of text
  readOnly?: boolean;
}

/** Dynamic membership rules: lines and text of one rule, whom it takes, and why
 * it takes somebody or does not. */
export function RuleEditor(p: Props) {
  const { t } = useTranslation();
  const language = useQuery(languageQuery);
  if (language.isError) return <Problem error={language.error} onRetry={() => void language.refetch()} />;
  if (!language.data) return <Skeleton rows={6} />;
  return (
    <Tabs className={styles.tabs ?? ""}>
      <TabList aria-label={t("rules.title")} className={styles.list ?? ""}>
        <Tab id="configure" className={styles.tab ?? ""}>
          {t("rules.configure")}
        </Tab>
        <Tab id="validate" className={styles.tab ?? ""}>
          {t("rules.validate")}
        </Tab>
      </TabList>
      <TabPanel id="configure" className={styles.panel ?? ""}>
        <Configure {...p} language={language.data} />
      </TabPanel>
      <TabPanel id="validate" className={styles.panel ?? ""}>
        <Validate rule={p.text} kind={p.preview.data?.memberType ?? p.kind} good={p.preview.good} />
      </TabPanel>
    </Tabs>
  );
}

function Configure({ text, onChange, kind, preview, readOnly = false, language }: Props & { language: readonly RuleProperty[] }) {
  const { t } = useTranslation();
  const about = useId();
  const [asking, setAsking] = useState<"tag" | "order">();
  const [editing, setEditing] = useState(false);
  // Lines that are not filled in yet are not in the text: they are kept here
  // for as long as the text is what these lines make.
  const [lines, setLines] = useState<{ text: string; rows: Row[] | undefined }>(() => ({ text, rows: toRows(text, language) }));
  const rows = lines.text === text ? lines.rows : toRows(text, language);
  const fromRows = (next: Row[]) => {
    const made = toText(next, language);
    setLines({ text: made, rows: next });
    onChange(made);
  };
  return (
    <div className={styles.stack}>
      <p>{t("rules.intro")}</p>
      {!readOnly && kind === "device" && (
        <div role="group" aria-label={t("rules.presets")} className={styles.presets}>
          <span>{t("rules.presets")}</span>
          <Button onPress={() => onChange(allAutopilot)}>{t("rules.allAutopilot")}</Button>
          <Button onPress={() => setAsking("tag")}>{t("rules.byGroupTag")}</Button>
          <Button onPress={() => setAsking("order")}>{t("rules.byPurchaseOrder")}</Button>
        </div>
      )}
      {!readOnly && (rows === undefined ? <MessageBar>{t("rules.textOnly")}</MessageBar> : <RuleBuilder rows={rows} onChange={fromRows} language={language} kind={kind} />)}
      <div className={styles.syntax}>
        <RuleText label={t("rules.syntax")} value={text} language={language} wrong={preview.wrong} about={about} />
        {!readOnly && (
          <div>
            <Button icon="edit" aria-label={t("rules.editSyntax")} onPress={() => setEditing(true)}>
              {t("rules.edit")}
            </Button>
          </div>
        )}
      </div>
      <RuleFault id={about} preview={preview} kind={kind} />
      <RulePreview preview={preview} />
      {editing && (
        <EditSyntax
          text={text}
          kind={kind}
          language={language}
          onClose={() => setEditing(false)}
          onDone={(next) => {
            onChange(next);
            setEditing(false);
          }}
        />
      )}
      {asking && (
        <AskValue
          what={asking}
          onClose={() => setAsking(undefined)}
          onDone={(value) => {
            onChange(asking === "tag" ? byGroupTag(value, language) : byPurchaseOrder(value, language));
            setAsking(undefined);
          }}
        />
      )}
    </div>
  );
}

const examples: Record<MemberKind, readonly string[]> = {
  device: [
    allAutopilot,
    '(device.devicePhysicalIds -any (_ -eq "[OrderID]:Classroom"))',
    '(device.devicePhysicalIds -all (_ -notStartsWith "[OrderID]"))',
    '(device.deviceOwnership -eq "Company") and (device.deviceModel -startsWith "Surface")',
  ],
  user: ['(user.department -eq "Sales")', '(user.accountEnabled -eq true) and (user.usageLocation -in ["DE", "AT", "CH"])', "(user.objectId -ne null)"],
};

/** Edit rule syntax. */
function EditSyntax({
  text,
  kind,
  language,
  onClose,
  onDone,
}: {
  text: string;
  kind: MemberKind;
  language: readonly RuleProperty[];
  onClose: () => void;
  onDone: (text: string) => void;
}) {
  const { t } = useTranslation();
  const about = useId();
  const [draft, setDraft] = useState(text);
  const preview = usePreview(draft);
  return (
    <Drawer
      title={t("rules.editSyntax")}
      onClose={onClose}
      footer={
        <>
          <Button look="primary" onPress={() => onDone(draft.trim())}>
            {t("rules.ok")}
          </Button>
          <Button onPress={onClose}>{t("common.cancel")}</Button>
        </>
      }
    >
      <div className={styles.stack}>
        <p>{t("rules.editHint")}</p>
        <RuleText label={t("rules.syntax")} value={draft} onChange={setDraft} language={language} wrong={preview.wrong} about={about} />
        <RuleFault id={about} preview={preview} kind={kind} />
        <p aria-live="polite" className={styles.count}>
          <MatchCount preview={preview} />
        </p>
        <section className={styles.examples}>
          <h3>{t("rules.examples")}</h3>
          <ul>
            {examples[kind].map((e) => (
              <li key={e}>
                <code>{e}</code>
                <Button aria-label={t("rules.useExample", { rule: e })} onPress={() => setDraft(e)}>
                  {t("rules.use")}
                </Button>
              </li>
            ))}
          </ul>
        </section>
      </div>
    </Drawer>
  );
}

function AskValue({ what, onClose, onDone }: { what: "tag" | "order"; onClose: () => void; onDone: (value: string) => void }) {
  const { t } = useTranslation();
  const [value, setValue] = useState("");
  return (
    <Question
      title={what === "tag" ? t("rules.byGroupTag") : t("rules.byPurchaseOrder")}
      onClose={onClose}
      footer={
        <>
          <Button look="primary" isDisabled={value.trim() === ""} onPress={() => onDone(value.trim())}>
            {t("rules.ok")}
          </Button>
          <Button onPress={onClose}>{t("common.cancel")}</Button>
        </>
      }
    >
      <TextField label={what === "tag" ? t("autopilot.groupTag") : t("autopilot.purchaseOrder")} value={value} onChange={setValue} />
    </Question>
  );
}
