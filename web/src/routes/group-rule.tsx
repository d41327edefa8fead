import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../components/page";
import { Empty, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { UnsavedBar } from "../components/unsaved-bar";
import { groupQuery, groupsKey, saveGroup, type Group } from "../features/groups/api/groups";
import { RuleEditor } from "../features/groups/components/rule-editor";
import { usePreview } from "../features/groups/components/rule-preview";
import { GraphError } from "../lib/graph";
import { useMay } from "../lib/session";
import { useCrumbs } from "./paths";
import "../locales/en/groups";
import "../locales/en/problem";
import "../locales/en/rules";

/** Dynamic membership rules of one group. */
export default function GroupRule() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/groups/$id/rule" });
  const group = useQuery(groupQuery(id));
  const name = group.data?.displayName ?? t("groups.one");
  return (
    <Page title={t("rules.title")} subtitle={name} crumbs={useCrumbs(1, { label: t("groups.all"), to: "/groups" }, { label: name, to: `/groups/${id}` })} closeTo={`/groups/${id}`}>
      {group.data ? (
        group.data.membershipType === "Assigned" ? (
          <Empty title={t("rules.noneTitle")}>{t("rules.none")}</Empty>
        ) : (
          <Rule key={group.data["@odata.etag"]} group={group.data} />
        )
      ) : group.isError ? (
        <Problem error={group.error} onRetry={() => void group.refetch()} />
      ) : (
        <Skeleton rows={8} />
      )}
    </Page>
  );
}

function Rule({ group }: { group: Group }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useMay("Group.ReadWrite.All");
  const stored = group.membershipRule ?? "";
  const [text, setText] = useState(stored);
  const preview = usePreview(text);
  const kind = group.membershipType === "DynamicUser" ? "user" : "device";
  const fits = preview.good && preview.data?.memberType === kind;
  const save = useMutation({
    mutationFn: () => saveGroup(group.id, { membershipRule: text }, group["@odata.etag"]),
    onSuccess: async () => {
      toast("success", t("rules.saved", { name: group.displayName ?? "" }));
      await navigate({ to: "/groups/$id", params: { id: group.id }, ignoreBlocker: true });
    },
    onError: (e) => toast("danger", e instanceof GraphError && e.status === 412 ? t("problem.conflict") : problemText(e, t("problem.offline"))),
    onSettled: () => client.invalidateQueries({ queryKey: groupsKey }),
  });
  return (
    <>
      <UnsavedBar
        label={t("rules.commands")}
        changed={text !== stored}
        saving={save.isPending}
        blocked={!mayWrite || !fits}
        onSave={() => save.mutate()}
        onDiscard={() => setText(stored)}
      />
      <RuleEditor text={text} onChange={setText} kind={kind} preview={preview} readOnly={!mayWrite} />
    </>
  );
}
