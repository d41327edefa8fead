import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../components/button";
import { Segmented, Select, TextField } from "../components/field";
import { Page } from "../components/page";
import { MessageBar, problemText } from "../components/states";
import { useToast } from "../components/toast";
import { LeaveGuard, UnsavedBar } from "../components/unsaved-bar";
import { createGroup, groupsKey, membershipTypes, type MembershipType } from "../features/groups/api/groups";
import { memberKinds, type Member } from "../features/groups/api/members";
import { MemberPicker } from "../features/groups/components/member-picker";
import { RuleEditor } from "../features/groups/components/rule-editor";
import { usePreview } from "../features/groups/components/rule-preview";
import { useMay } from "../lib/session";
import { useCrumbs } from "./paths";
import styles from "./new-group.module.css";
import "../locales/en/common";
import "../locales/en/groups";
import "../locales/en/problem";
import "../locales/en/rules";
import "../locales/en/wizard";

interface Draft {
  name: string;
  description: string;
  type: MembershipType;
  rule: string;
  members: Member[];
}

const empty: Draft = { name: "", description: "", type: "Assigned", rule: "", members: [] };

/** New Group, and the rule of a group that is not made yet. */
export default function NewGroup() {
  const { t } = useTranslation();
  const may = useMay("Group.ReadWrite.All", "Group.Create");
  const toast = useToast();
  const client = useQueryClient();
  const navigate = useNavigate();
  const [draft, setDraft] = useState(empty);
  const rule = useSearch({ from: "/groups/new" }).rule === true && draft.type !== "Assigned";
  const crumbs = useCrumbs(1, { label: t("groups.all"), to: "/groups" });
  const create = useMutation({
    mutationFn: () => createGroup({ displayName: draft.name.trim(), description: draft.description, type: draft.type, rule: draft.rule, members: draft.members.map((m) => m.id) }),
    onSuccess: (made) => {
      toast("success", t("groups.createdToast", { name: draft.name.trim() }));
      void client.invalidateQueries({ queryKey: groupsKey });
      void navigate({ to: "/groups/$id", params: { id: made.id } });
    },
    onError: (e) => toast("danger", problemText(e, t("problem.offline"))),
  });
  const guard = <LeaveGuard active={JSON.stringify(draft) !== JSON.stringify(empty) && create.isIdle} within="/groups/new" />;
  if (!may) {
    return (
      <Page title={t("groups.newTitle")} crumbs={crumbs} closeTo="/groups">
        <MessageBar tone="warning">
          {t("problem.denied")} {t("problem.deniedRemedy")}
        </MessageBar>
      </Page>
    );
  }
  // A key of its own: each of the two is read from its heading.
  return rule ? (
    <Page
      key="rule"
      title={t("rules.title")}
      subtitle={draft.name.trim() || t("groups.newTitle")}
      crumbs={[...crumbs, { label: t("groups.newTitle"), to: "/groups/new" }]}
      closeTo="/groups/new"
    >
      <Rule draft={draft} onDone={(text) => setDraft({ ...draft, rule: text })} />
      {guard}
    </Page>
  ) : (
    <Page key="form" title={t("groups.newTitle")} crumbs={crumbs} closeTo="/groups">
      <Form draft={draft} onChange={(part) => setDraft({ ...draft, ...part })} creating={create.isPending} onCreate={() => create.mutate()} />
      {guard}
    </Page>
  );
}

function Form({ draft, onChange, creating, onCreate }: { draft: Draft; onChange: (part: Partial<Draft>) => void; creating: boolean; onCreate: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [touched, setTouched] = useState(false);
  const [picking, setPicking] = useState(false);
  const dynamic = draft.type !== "Assigned";
  const name = draft.name.trim();
  const valid = name !== "" && Array.from(name).length <= 256 && (!dynamic || draft.rule !== "");
  const query = (
    <Button icon={draft.rule === "" ? "add" : "edit"} onPress={() => void navigate({ to: "/groups/new", search: { rule: true } })}>
      {draft.rule === "" ? t("groups.addQuery") : t("groups.editQuery")}
    </Button>
  );
  return (
    <>
      <div className={styles.form}>
        <Select
          label={t("groups.groupType")}
          required
          value="security"
          onChange={() => undefined}
          options={[{ value: "security", label: t("groups.security") }]}
          about={t("groups.groupTypeAbout")}
        />
        <TextField
          label={t("groups.groupName")}
          required
          value={draft.name}
          onChange={(v) => onChange({ name: v })}
          onBlur={() => setTouched(true)}
          error={touched && name === "" ? t("groups.nameRequired") : Array.from(name).length > 256 ? t("groups.nameLong") : undefined}
        />
        <TextField label={t("groups.groupDescription")} value={draft.description} onChange={(v) => onChange({ description: v })} />
        <Segmented
          label={t("groups.roles")}
          about={t("groups.rolesAbout")}
          disabled
          value="no"
          onChange={() => undefined}
          options={[
            { value: "yes", label: t("common.yes") },
            { value: "no", label: t("common.no") },
          ]}
        />
        <Select
          label={t("groups.membershipType")}
          required
          value={draft.type}
          onChange={(type) => onChange({ type, rule: "" })}
          options={membershipTypes.map((type) => ({ value: type, label: t(`groups.types.${type}`) }))}
          about={t("groups.membershipTypeAbout")}
        />
        {dynamic ? (
          <section className={styles.part} aria-label={draft.type === "DynamicUser" ? t("groups.dynamicUsers") : t("groups.dynamicDevices")}>
            <h2>
              {draft.type === "DynamicUser" ? t("groups.dynamicUsers") : t("groups.dynamicDevices")}
              <span aria-hidden="true"> *</span>
            </h2>
            {draft.rule !== "" && <code className={styles.rule}>{draft.rule}</code>}
            <div>{query}</div>
          </section>
        ) : (
          <section className={styles.part} aria-label={t("groups.members")}>
            <h2>{t("groups.members")}</h2>
            {draft.members.length === 0 ? (
              <p>{t("groups.noneSelected")}</p>
            ) : (
              <ul className={styles.members}>
                {draft.members.map((m) => (
                  <li key={m.id}>
                    {m.displayName}
                    <IconButton
                      icon="dismiss"
                      label={t("groups.removeNamed", { name: m.displayName ?? m.id })}
                      onPress={() => onChange({ members: draft.members.filter((x) => x.id !== m.id) })}
                    />
                  </li>
                ))}
              </ul>
            )}
            <div>
              <Button icon="add" onPress={() => setPicking(true)}>
                {t("groups.addMembers")}
              </Button>
            </div>
          </section>
        )}
      </div>
      <div className={styles.foot}>
        <Button look="primary" isDisabled={!valid || creating} onPress={onCreate}>
          {creating ? t("wizard.creating") : t("common.create")}
        </Button>
      </div>
      {picking && (
        <MemberPicker
          title={t("groups.addMembers")}
          kinds={memberKinds}
          taken={(m) => draft.members.some((x) => x.id === m.id)}
          onClose={() => setPicking(false)}
          onSelect={(more) => {
            onChange({ members: [...draft.members, ...more] });
            setPicking(false);
          }}
        />
      )}
    </>
  );
}

/** Dynamic membership rules of the group that is being made. */
function Rule({ draft, onDone }: { draft: Draft; onDone: (text: string) => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState(draft.rule);
  const preview = usePreview(text);
  const kind = draft.type === "DynamicUser" ? "user" : "device";
  const fits = preview.good && preview.data?.memberType === kind;
  return (
    <>
      <UnsavedBar
        label={t("rules.commands")}
        changed={text !== draft.rule}
        saving={false}
        blocked={!fits}
        onSave={() => {
          onDone(text);
          void navigate({ to: "/groups/new", ignoreBlocker: true });
        }}
        onDiscard={() => setText(draft.rule)}
      />
      <RuleEditor text={text} onChange={setText} kind={kind} preview={preview} />
    </>
  );
}
