import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { Segmented, TextField } from "../components/field";
import { Facts, Page } from "../components/page";
import { MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { UnsavedBar } from "../components/unsaved-bar";
import { groupQuery, groupsKey, memberCountQuery, processingQuery, saveGroup, type Group } from "../features/groups/api/groups";
import { DeleteGroups } from "../features/groups/components/delete-groups";
import { Members } from "../features/groups/components/members";
import { Owners } from "../features/groups/components/owners";
import { useFormat } from "../lib/format";
import { GraphError } from "../lib/graph";
import { useMay } from "../lib/session";
import { useCrumbs } from "./paths";
import styles from "./new-group.module.css";
import "../locales/en/common";
import "../locales/en/groups";
import "../locales/en/problem";
import "../locales/en/rules";

/** One group: what it is, and who is in it. */
export default function GroupPage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/groups/$id" });
  const group = useQuery(groupQuery(id));
  return (
    <Page title={group.data?.displayName ?? t("groups.one")} subtitle={t("groups.one")} crumbs={useCrumbs(1, { label: t("groups.all"), to: "/groups" })} closeTo="/groups">
      {group.data ? (
        <Overview key={group.data["@odata.etag"]} group={group.data} />
      ) : group.isError ? (
        <Problem error={group.error} onRetry={() => void group.refetch()} />
      ) : (
        <Skeleton rows={8} />
      )}
    </Page>
  );
}

function Overview({ group }: { group: Group }) {
  const { t } = useTranslation();
  const { number, time } = useFormat();
  const navigate = useNavigate();
  const toast = useToast();
  const client = useQueryClient();
  const mayWrite = useMay("Group.ReadWrite.All");
  const dynamic = group.membershipType !== "Assigned";
  const stored = { displayName: group.displayName ?? "", description: group.description ?? "", state: group.membershipRuleProcessingState ?? "On" };
  const [draft, setDraft] = useState(stored);
  const [deleting, setDeleting] = useState(false);
  const count = useQuery(memberCountQuery(group.id));
  const processing = useQuery({ ...processingQuery(group.id), enabled: dynamic });
  const changed = JSON.stringify(draft) !== JSON.stringify(stored);
  const name = draft.displayName.trim();
  const save = useMutation({
    mutationFn: () =>
      saveGroup(
        group.id,
        { displayName: name, description: draft.description.trim() || null, ...(dynamic ? { membershipRuleProcessingState: draft.state } : {}) },
        group["@odata.etag"],
      ),
    onSuccess: () => toast("success", t("groups.saved", { name })),
    onError: (e) => toast("danger", e instanceof GraphError && e.status === 412 ? t("problem.conflict") : problemText(e, t("problem.offline"))),
    onSettled: () => client.invalidateQueries({ queryKey: groupsKey }),
  });
  const states = { NotStarted: t("groups.notStarted"), Running: t("groups.running"), Succeeded: t("groups.succeeded"), Failed: t("groups.failed") };
  const state = processing.data?.status;
  return (
    <>
      <UnsavedBar
        label={t("groups.oneCommands")}
        changed={changed}
        saving={save.isPending}
        blocked={!mayWrite || name === ""}
        onSave={() => save.mutate()}
        onDiscard={() => setDraft(stored)}
      >
        {dynamic && (
          <Button look="command" icon="edit" onPress={() => void navigate({ to: "/groups/$id/rule", params: { id: group.id } })}>
            {t("rules.title")}
          </Button>
        )}
        <Button look="command" icon="delete" isDisabled={!mayWrite} onPress={() => setDeleting(true)}>
          {t("common.delete")}
        </Button>
      </UnsavedBar>
      <Facts
        facts={[
          { label: t("groups.membershipType"), value: t(`groups.types.${group.membershipType}`) },
          { label: t("groups.groupType"), value: t("groups.security") },
          { label: t("groups.source"), value: t("groups.cloud") },
          { label: t("groups.directMembers"), value: count.data === undefined ? t("common.none") : number(count.data) },
          { label: t("groups.created"), value: time(group.createdDateTime) },
          { label: t("groups.objectId"), value: group.id },
          ...(dynamic
            ? [
                {
                  label: t("groups.processing"),
                  value: stored.state === "Paused" ? t("groups.paused") : state && state in states ? states[state as keyof typeof states] : t("common.none"),
                },
                { label: t("groups.lastUpdated"), value: time(processing.data?.lastMembershipUpdated) },
              ]
            : []),
        ]}
      />
      {group.membershipRuleWarnings?.map((w) => (
        <MessageBar key={w} tone="warning">
          {w}
        </MessageBar>
      ))}
      <section>
        <h2>{t("groups.properties")}</h2>
        <div className={styles.form}>
          <TextField
            label={t("groups.groupName")}
            required
            readOnly={!mayWrite}
            value={draft.displayName}
            onChange={(v) => setDraft({ ...draft, displayName: v })}
            error={name === "" ? t("groups.nameRequired") : undefined}
          />
          <TextField label={t("groups.groupDescription")} readOnly={!mayWrite} value={draft.description} onChange={(v) => setDraft({ ...draft, description: v })} />
          {dynamic && (
            <Segmented
              label={t("groups.pause")}
              about={t("groups.pauseAbout")}
              disabled={!mayWrite}
              value={draft.state === "Paused" ? "yes" : "no"}
              onChange={(v) => setDraft({ ...draft, state: v === "yes" ? "Paused" : "On" })}
              options={[
                { value: "no", label: t("common.no") },
                { value: "yes", label: t("common.yes") },
              ]}
            />
          )}
        </div>
      </section>
      {dynamic && (
        <section className={styles.part} aria-label={t("rules.syntax")}>
          <h2>{t("rules.syntax")}</h2>
          <code className={styles.rule}>{group.membershipRule}</code>
        </section>
      )}
      <Owners group={group} />
      <Members group={group} />
      {deleting && <DeleteGroups groups={[group]} onClose={() => setDeleting(false)} onDone={() => void navigate({ to: "/groups", ignoreBlocker: true })} />}
    </>
  );
}
