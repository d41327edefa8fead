import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "../components/button";
import { Segmented, Select } from "../components/field";
import { Page } from "../components/page";
import { MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { UnsavedBar } from "../components/unsaved-bar";
import { groupsOfPeople } from "../features/groups/api/groups";
import { kindOf } from "../features/groups/api/members";
import { usePeopleCount } from "../features/groups/api/people";
import { MemberPicker } from "../features/groups/components/member-picker";
import { joinSettingsQuery, saveJoinSettings, unlimited, type Allowed, type JoinSettings, type Reach } from "../features/join/api/policy";
import { useFormat } from "../lib/format";
import { GraphError } from "../lib/graph";
import { mayWriteAutopilot, useMay } from "../lib/session";
import { useCrumbs } from "./paths";
import styles from "./new-group.module.css";
import "../locales/en/common";
import "../locales/en/groups";
import "../locales/en/join";
import "../locales/en/problem";

/** Devices | Device settings: who may join and register devices. */
export default function DeviceSettings() {
  const { t } = useTranslation();
  const settings = useQuery(joinSettingsQuery);
  return (
    <Page title={t("join.title")} crumbs={useCrumbs(2)} closeTo="/devices">
      {settings.data ? (
        <Form key={`${settings.data.etag ?? ""} ${settings.data.onlyAssignedUser}`} stored={settings.data} />
      ) : settings.isError ? (
        <Problem error={settings.error} onRetry={() => void settings.refetch()} />
      ) : (
        <Skeleton rows={8} />
      )}
    </Page>
  );
}

const quotas = [5, 10, 20, 50, 100, unlimited];
const usualQuota = 50;

function Form({ stored }: { stored: JoinSettings }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const toast = useToast();
  const client = useQueryClient();
  const mayWrite = useMay("Policy.ReadWrite.DeviceConfiguration");
  const mayAutopilot = useMay(mayWriteAutopilot);
  const [draft, setDraft] = useState(stored);
  const change = (part: Partial<JoinSettings>) => setDraft({ ...draft, ...part });
  const save = useMutation({
    mutationFn: () => saveJoinSettings(stored, draft),
    onSuccess: () => toast("success", t("join.saved")),
    onError: (e) => toast("danger", e instanceof GraphError && e.status === 412 ? t("problem.conflict") : problemText(e, t("problem.offline"))),
    onSettled: () => client.invalidateQueries({ queryKey: joinSettingsQuery.queryKey }),
  });
  const yesNo = (label: string, about: string, value: boolean, onChange: (on: boolean) => void, disabled = !mayWrite) => (
    <Segmented
      label={label}
      about={about}
      disabled={disabled}
      value={value ? "yes" : "no"}
      onChange={(v) => onChange(v === "yes")}
      options={[
        { value: "yes", label: t("common.yes") },
        { value: "no", label: t("common.no") },
      ]}
    />
  );
  const listed = quotas.includes(draft.quota) ? quotas : [...quotas, draft.quota].sort((a, b) => a - b);
  const quotaWords = (n: number) => (n === unlimited ? t("join.unlimited") : n === usualQuota ? t("join.recommended", { n: number(n) }) : number(n));
  return (
    <>
      <UnsavedBar
        label={t("join.commands")}
        changed={JSON.stringify(draft) !== JSON.stringify(stored)}
        saving={save.isPending}
        blocked={!mayWrite && !mayAutopilot}
        onSave={() => save.mutate()}
        onDiscard={() => setDraft(stored)}
      />
      <section className={styles.form} aria-label={t("join.joining")}>
        <h2 className={styles.heading}>{t("join.joining")}</h2>
        <AllowedField
          label={t("join.mayJoin")}
          about={t("join.mayJoinAbout")}
          pick={t("join.pickJoin")}
          value={draft.join}
          onChange={(join) => change({ join })}
          disabled={!mayWrite}
          effect="join"
        />
        <Segmented
          label={t("join.mayRegister")}
          about={t("join.mayRegisterAbout")}
          disabled={!mayWrite}
          value={draft.register.reach}
          onChange={(reach) => change({ register: { ...draft.register, reach } })}
          options={[
            { value: "all", label: t("join.all") },
            ...(stored.register.reach === "selected" ? [{ value: "selected" as const, label: t("join.selected") }] : []),
            { value: "none", label: t("join.none") },
          ]}
        />
        {yesNo(t("join.mfa"), t("join.mfaAbout"), draft.mfa, (mfa) => change({ mfa }))}
        {draft.mfa && <MessageBar tone="warning">{t("join.mfaAdvice")}</MessageBar>}
        <Select
          label={t("join.quota")}
          about={t("join.quotaAbout")}
          disabled={!mayWrite}
          value={String(draft.quota)}
          onChange={(v) => change({ quota: Number(v) })}
          options={listed.map((n) => ({ value: String(n), label: quotaWords(n) }))}
        />
        {draft.quota === 0 && <MessageBar tone="warning">{t("join.quotaZero")}</MessageBar>}
        {yesNo(t("join.onlyAssigned"), t("join.onlyAssignedAbout"), draft.onlyAssignedUser, (onlyAssignedUser) => change({ onlyAssignedUser }), !mayAutopilot)}
      </section>
      <section className={styles.form} aria-label={t("join.localAdmins")}>
        <h2 className={styles.heading}>{t("join.localAdmins")}</h2>
        {yesNo(t("join.globalAdmins"), t("join.globalAdminsAbout"), draft.globalAdmins, (globalAdmins) => change({ globalAdmins }))}
        <AllowedField
          label={t("join.registeringUser")}
          about={t("join.registeringUserAbout")}
          pick={t("join.pickAdmins")}
          value={draft.localAdmins}
          onChange={(localAdmins) => change({ localAdmins })}
          disabled={!mayWrite}
          effect="admins"
        />
        {yesNo(t("join.laps"), t("join.lapsAbout"), draft.laps, (laps) => change({ laps }))}
      </section>
    </>
  );
}

interface AllowedProps {
  label: string;
  about: string;
  pick: string;
  value: Allowed;
  onChange: (a: Allowed) => void;
  disabled: boolean;
  effect: "join" | "admins";
}

/** All, Selected or None; who is selected; and what that comes to. */
function AllowedField({ label, about, pick, value: a, onChange, disabled, effect }: AllowedProps) {
  const { t } = useTranslation();
  const [picking, setPicking] = useState(false);
  const without = (id: string) => onChange({ ...a, users: a.users.filter((x) => x.id !== id), groups: a.groups.filter((x) => x.id !== id) });
  return (
    <div className={styles.part}>
      <Segmented<Reach>
        label={label}
        about={about}
        disabled={disabled}
        value={a.reach}
        onChange={(reach) => onChange({ ...a, reach })}
        options={[
          { value: "all", label: t("join.all") },
          { value: "selected", label: t("join.selected") },
          { value: "none", label: t("join.none") },
        ]}
      />
      {a.reach === "selected" && (
        <>
          <ul className={styles.members} aria-label={label}>
            {[...a.groups, ...a.users].map((x) => (
              <li key={x.id}>
                {x.name}
                {!disabled && <IconButton icon="dismiss" label={t("groups.removeNamed", { name: x.name })} onPress={() => without(x.id)} />}
              </li>
            ))}
          </ul>
          <div>
            <Button icon="add" isDisabled={disabled} onPress={() => setPicking(true)}>
              {t("join.add")}
            </Button>
          </div>
        </>
      )}
      <Effect of={a} what={effect} />
      {picking && (
        <MemberPicker
          title={pick}
          kinds={["user", "group"]}
          fits={groupsOfPeople}
          taken={(m) => [...a.users, ...a.groups].some((x) => x.id === m.id)}
          onClose={() => setPicking(false)}
          onSelect={(more) => {
            const named = (kind: "user" | "group") => more.filter((m) => kindOf(m) === kind).map((m) => ({ id: m.id, name: m.displayName ?? m.id }));
            onChange({ ...a, users: [...a.users, ...named("user")], groups: [...a.groups, ...named("group")] });
            setPicking(false);
          }}
        />
      )}
    </div>
  );
}

/** What a setting comes to, in a sentence. */
function Effect({ of: a, what }: { of: Allowed; what: "join" | "admins" }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const inGroups = usePeopleCount(a.reach === "selected" ? a.groups.map((g) => g.id) : []);
  if (a.reach === "none") return <MessageBar tone={what === "join" ? "warning" : "info"}>{what === "join" ? t("join.effectNone") : t("join.adminsNone")}</MessageBar>;
  if (a.reach === "all") return <MessageBar>{what === "join" ? t("join.effectAll") : t("join.adminsAll")}</MessageBar>;
  if (a.groups.length + a.users.length === 0) return <MessageBar tone="warning">{t("join.nobodySelected")}</MessageBar>;
  if (inGroups === undefined) return null;
  const people = inGroups + a.users.length;
  if (people === 0) return <MessageBar tone="warning">{t("join.groupsEmpty")}</MessageBar>;
  const who = [
    ...(a.groups.length > 0 ? [t("join.groups", { count: a.groups.length, n: number(a.groups.length) })] : []),
    // Somebody may be in two of them.
    a.groups.length + a.users.length > 1 && a.groups.length > 0 ? t("join.upToUsers", { count: people, n: number(people) }) : t("join.users", { count: people, n: number(people) }),
  ].join(", ");
  return <MessageBar>{what === "join" ? t("join.effectSelected", { who }) : t("join.adminsSelected", { who })}</MessageBar>;
}
