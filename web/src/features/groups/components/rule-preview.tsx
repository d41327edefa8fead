import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Icon } from "../../../components/icon";
import { MessageBar, Problem } from "../../../components/states";
import { useFormat } from "../../../lib/format";
import { useSettled } from "../../../lib/settled";
import { detailOf } from "../api/members";
import { previewQuery, type Preview } from "../api/rules";
import type { MemberKind } from "../rule/rows";
import { unitsAt } from "../rule/tokens";
import styles from "./rule-preview.module.css";
import "../../../locales/en/rules";

/** What the server says about a rule while it is written. */
export function usePreview(text: string) {
  const settled = useSettled(text);
  const empty = settled.trim() === "";
  const found = useQuery({ ...previewQuery(settled), enabled: !empty });
  // What was found for another text underlines nothing in this one.
  const fresh = settled === text && !empty && !found.isPlaceholderData;
  const fault = fresh ? (found.data?.membershipRuleError ?? undefined) : undefined;
  return {
    data: empty ? undefined : found.data,
    error: found.error,
    retry: () => void found.refetch(),
    fresh,
    fault,
    wrong: fault && { from: unitsAt(text, fault.position), to: unitsAt(text, fault.position + fault.length) },
    /** It may be saved: the server knows the rule and takes it. */
    good: fresh && found.data?.membershipRuleError === null,
  };
}

export type RulePreviewState = ReturnType<typeof usePreview>;

/** Where a rule is wrong, and what is hardly meant in it. */
export function RuleFault({ id, preview, kind }: { id?: string; preview: RulePreviewState; kind: MemberKind }) {
  const { t } = useTranslation();
  const { fault, data } = preview;
  const about = data?.memberType;
  return (
    <div id={id} aria-live="polite" className={styles.stack}>
      {fault && (
        <p className={styles.fault}>
          <Icon name="error_circle" />
          <span>
            {fault.message} {fault.remedy}
          </span>
        </p>
      )}
      {about && about !== kind && <MessageBar tone="warning">{about === "user" ? t("rules.aboutUsers") : t("rules.aboutDevices")}</MessageBar>}
      {data?.membershipRuleWarnings.map((w) => (
        <MessageBar key={w.position} tone="warning">
          {w.message}
        </MessageBar>
      ))}
    </div>
  );
}

/** How many a rule takes. */
export function MatchCount({ preview }: { preview: RulePreviewState }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const { data } = preview;
  if (!data?.memberType) return null;
  const words = { count: data.matchingCount, n: number(data.matchingCount), seen: number(data.evaluatedCount) };
  const users = data.memberType === "user";
  if (!data.isComplete) return <>{users ? t("rules.atLeastUsers", words) : t("rules.atLeastDevices", words)}</>;
  return <>{users ? t("rules.matchUsers", words) : t("rules.matchDevices", words)}</>;
}

/** Whom a rule takes now: how many, and the first of them. */
export function RulePreview({ preview }: { preview: RulePreviewState }) {
  const { t } = useTranslation();
  const { data, error } = preview;
  return (
    <section className={styles.stack} aria-label={t("rules.preview")}>
      <h2 className={styles.heading}>{t("rules.preview")}</h2>
      {error && !data ? (
        <Problem error={error} onRetry={preview.retry} />
      ) : !data ? (
        <p>{t("rules.previewEmpty")}</p>
      ) : data.memberType === null ? (
        <p>{t("rules.previewWrong")}</p>
      ) : (
        <div aria-busy={!preview.fresh}>
          <p aria-live="polite" className={styles.count}>
            <MatchCount preview={preview} />
          </p>
          {data.members.length > 0 && <First data={data} />}
        </div>
      )}
    </section>
  );
}

function First({ data }: { data: Preview }) {
  const { t } = useTranslation();
  return (
    <>
      <ul className={styles.members} aria-label={t("rules.firstMembers")}>
        {data.members.map((m) => (
          <li key={m.id}>
            <Icon name={data.memberType === "user" ? "person" : "desktop"} />
            <span>{m.displayName}</span>
            <span className={styles.detail}>{detailOf(m)}</span>
          </li>
        ))}
      </ul>
      {data.matchingCount > data.members.length && <p className={styles.detail}>{t("rules.firstOnly", { count: data.members.length })}</p>}
    </>
  );
}
