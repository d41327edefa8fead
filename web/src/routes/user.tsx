import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { Segmented, TextField } from "../components/field";
import { Icon } from "../components/icon";
import { Facts, Page } from "../components/page";
import { MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { UnsavedBar } from "../components/unsaved-bar";
import { devicesOfQuery, groupsOfQuery, saveUser, userQuery, usersKey, type Person } from "../features/users/api/users";
import { DeleteUsers } from "../features/users/components/delete-users";
import { ResetPassword } from "../features/users/components/reset-password";
import { useFormat } from "../lib/format";
import { GraphError } from "../lib/graph";
import { useMay, useSession } from "../lib/session";
import { useCrumbs } from "./paths";
import styles from "./new-group.module.css";
import "../locales/en/common";
import "../locales/en/devices";
import "../locales/en/groups";
import "../locales/en/people";
import "../locales/en/problem";

/** One person: what is known of them, their groups and devices. */
export default function UserPage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/users/$id" });
  const person = useQuery(userQuery(id));
  return (
    <Page
      title={person.data?.displayName ?? t("people.one")}
      subtitle={person.data?.userPrincipalName ?? ""}
      crumbs={useCrumbs(1, { label: t("people.all"), to: "/users" })}
      closeTo="/users"
    >
      {person.data ? (
        <Overview key={person.data["@odata.etag"]} person={person.data} />
      ) : person.isError ? (
        <Problem error={person.error} onRetry={() => void person.refetch()} />
      ) : (
        <Skeleton rows={8} />
      )}
    </Page>
  );
}

function Overview({ person }: { person: Person }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const toast = useToast();
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useMay("User.ReadWrite.All");
  const mayReset = useMay("UserAuthenticationMethod.ReadWrite.All");
  const self = useSession().user.id === person.id;
  const [asking, setAsking] = useState<"reset" | "delete">();
  const stored = {
    displayName: person.displayName ?? "",
    department: person.department ?? "",
    jobTitle: person.jobTitle ?? "",
    usageLocation: person.usageLocation ?? "",
    accountEnabled: person.accountEnabled ?? false,
    mdmLicensed: person.mdmLicensed ?? false,
  };
  const [draft, setDraft] = useState(stored);
  const change = (part: Partial<typeof draft>) => setDraft({ ...draft, ...part });
  const save = useMutation({
    // Only what differs: some of it may be changed by some people only.
    mutationFn: () => saveUser(person.id, Object.fromEntries(Object.entries(draft).filter(([k, v]) => stored[k as keyof typeof stored] !== v)), person["@odata.etag"]),
    onSuccess: () => toast("success", t("people.saved", { name: draft.displayName })),
    onError: (e) => toast("danger", e instanceof GraphError && e.status === 412 ? t("problem.conflict") : problemText(e, t("problem.offline"))),
    onSettled: () => client.invalidateQueries({ queryKey: usersKey }),
  });
  const name = draft.displayName.trim();
  const text = (label: string, field: "department" | "jobTitle" | "usageLocation", hint?: string) => (
    <TextField label={label} readOnly={!mayWrite} value={draft[field]} onChange={(v) => change({ [field]: v })} {...(hint ? { hint } : {})} />
  );
  const yesNo = (label: string, about: string, value: boolean, onChange: (on: boolean) => void) => (
    <Segmented
      label={label}
      about={about}
      disabled={!mayWrite}
      value={value ? "yes" : "no"}
      onChange={(v) => onChange(v === "yes")}
      options={[
        { value: "yes", label: t("common.yes") },
        { value: "no", label: t("common.no") },
      ]}
    />
  );
  return (
    <>
      <UnsavedBar
        label={t("people.oneCommands")}
        changed={JSON.stringify(draft) !== JSON.stringify(stored)}
        saving={save.isPending}
        blocked={!mayWrite || name === ""}
        onSave={() => save.mutate()}
        onDiscard={() => setDraft(stored)}
      >
        <Button look="command" icon="key_reset" isDisabled={!mayReset || self} onPress={() => setAsking("reset")}>
          {t("people.reset")}
        </Button>
        <Button look="command" icon="delete" isDisabled={!mayWrite || self} onPress={() => setAsking("delete")}>
          {t("common.delete")}
        </Button>
      </UnsavedBar>
      {asking === "reset" && <ResetPassword person={person} onClose={() => setAsking(undefined)} />}
      {asking === "delete" && <DeleteUsers people={[person]} onClose={() => setAsking(undefined)} onDone={() => void navigate({ to: "/users", ignoreBlocker: true })} />}
      <Facts
        facts={[
          { label: t("people.userName"), value: person.userPrincipalName ?? t("common.none") },
          { label: t("groups.objectId"), value: person.id },
        ]}
      />
      <section className={styles.form} aria-label={t("groups.properties")}>
        <TextField
          label={t("people.displayName")}
          required
          readOnly={!mayWrite}
          value={draft.displayName}
          onChange={(displayName) => change({ displayName })}
          error={name === "" ? t("groups.nameRequired") : undefined}
        />
        {text(t("people.department"), "department")}
        {text(t("people.jobTitle"), "jobTitle")}
        {text(t("people.usageLocation"), "usageLocation", t("people.usageLocationHint"))}
        {yesNo(t("people.accountEnabled"), t("people.accountEnabledAbout"), draft.accountEnabled, (accountEnabled) => change({ accountEnabled }))}
        {!draft.accountEnabled && <MessageBar tone="warning">{t("people.disabledText")}</MessageBar>}
        {yesNo(t("people.licence"), t("people.licenceAbout"), draft.mdmLicensed, (mdmLicensed) => change({ mdmLicensed }))}
      </section>
      <Groups id={person.id} />
      <Devices id={person.id} time={time} />
    </>
  );
}

function Groups({ id }: { id: string }) {
  const { t } = useTranslation();
  const groups = useQuery(groupsOfQuery(id));
  return (
    <section className={styles.part} aria-label={t("groups.title")}>
      <h2 className={styles.heading}>{t("groups.title")}</h2>
      {groups.isError ? (
        <Problem error={groups.error} onRetry={() => void groups.refetch()} />
      ) : groups.isPending ? (
        <Skeleton rows={3} />
      ) : groups.data.length === 0 ? (
        <p>{t("people.noGroups")}</p>
      ) : (
        <ul className={styles.members}>
          {groups.data.map((g) => (
            <li key={g.id}>
              <Link to="/groups/$id" params={{ id: g.id }} className={styles.link}>
                {g.displayName}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Devices({ id, time }: { id: string; time: (text: string | null | undefined) => string }) {
  const { t } = useTranslation();
  const devices = useQuery(devicesOfQuery(id));
  return (
    <section className={styles.part} aria-label={t("devices.title")}>
      <h2 className={styles.heading}>{t("devices.title")}</h2>
      {devices.isError ? (
        <Problem error={devices.error} onRetry={() => void devices.refetch()} />
      ) : devices.isPending ? (
        <Skeleton rows={3} />
      ) : devices.data.length === 0 ? (
        <p>{t("people.noDevices")}</p>
      ) : (
        <ul className={styles.members}>
          {devices.data.map((d) => (
            <li key={d.id}>
              <span>
                <Icon name="desktop" /> {d.displayName}
              </span>
              <span>{t("people.joined", { when: time(d.registrationDateTime) })}</span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
