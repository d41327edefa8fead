import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { Segmented, TextField } from "../components/field";
import { CommandBar, Page } from "../components/page";
import { MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { groupsOfPeople } from "../features/groups/api/groups";
import { GroupPicker } from "../features/groups/components/group-picker";
import { saveScope, scopeQuery, type Scope } from "../features/mdm/api/scope";
import { GraphError } from "../lib/graph";
import { useMay } from "../lib/session";
import { useCrumbs, windowsEnrollment } from "./paths";
import styles from "../components/form.module.css";

/** Automatic Enrollment: the MDM user scope. */
export default function AutomaticEnrollment() {
  const { t } = useTranslation();
  const scope = useQuery(scopeQuery);
  return (
    <Page title={t("mdm.title")} subtitle={t("mdm.subtitle")} crumbs={useCrumbs(4)} closeTo={windowsEnrollment}>
      {scope.data ? (
        <Form key={scope.data.etag} stored={scope.data} />
      ) : scope.isError ? (
        <Problem error={scope.error} onRetry={() => void scope.refetch()} />
      ) : (
        <Skeleton rows={5} />
      )}
    </Page>
  );
}

function Form({ stored }: { stored: Scope }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const mayWrite = useMay("Policy.ReadWrite.MobilityManagement");
  const [scope, setScope] = useState(stored);
  const [picking, setPicking] = useState(false);
  const changed = JSON.stringify(scope) !== JSON.stringify(stored);
  const change = (part: Partial<Scope>) => setScope({ ...scope, ...part });
  const save = useMutation({
    mutationFn: () => saveScope(stored, scope),
    onSuccess: () => toast("success", t("mdm.saved")),
    onError: (e) => toast("danger", e instanceof GraphError && e.status === 412 ? t("problem.conflict") : problemText(e, t("problem.offline"))),
    onSettled: () => client.invalidateQueries({ queryKey: scopeQuery.queryKey }),
  });
  const names = scope.groups.map((g) => g.name).join(", ");
  const effect = { none: t("mdm.effectNone"), all: t("mdm.effectAll"), selected: t("mdm.effectSome", { groups: names }) };
  const nobody = scope.reach === "selected" && scope.groups.length === 0;
  const address = (field: "termsOfUseUrl" | "discoveryUrl" | "complianceUrl", label: string) => (
    <TextField label={label} value={scope[field]} onChange={(v) => change({ [field]: v })} readOnly={!mayWrite} />
  );
  return (
    <>
      <CommandBar label={t("mdm.commands")} end={changed && t("mdm.unsaved")}>
        <Button look="primary" isDisabled={!mayWrite || !changed || nobody || save.isPending} onPress={() => save.mutate()}>
          {t("common.save")}
        </Button>
        <Button isDisabled={!changed || save.isPending} onPress={() => setScope(stored)}>
          {t("mdm.discard")}
        </Button>
      </CommandBar>
      <div className={styles.step}>
        <p>{t("mdm.intro")}</p>
        <Segmented
          label={t("mdm.scope")}
          about={t("mdm.scopeAbout")}
          disabled={!mayWrite}
          value={scope.reach}
          onChange={(reach) => change({ reach })}
          options={[
            { value: "none", label: t("mdm.none") },
            { value: "selected", label: t("mdm.some") },
            { value: "all", label: t("mdm.all") },
          ]}
        />
        {scope.reach === "selected" && (
          <div>
            <Button icon="people" isDisabled={!mayWrite} onPress={() => setPicking(true)}>
              {t("mdm.selectGroups")}
            </Button>
          </div>
        )}
        <MessageBar tone={nobody ? "warning" : "info"}>{nobody ? t("mdm.nobody") : effect[scope.reach]}</MessageBar>
        {address("termsOfUseUrl", t("mdm.termsOfUseUrl"))}
        {address("discoveryUrl", t("mdm.discoveryUrl"))}
        {address("complianceUrl", t("mdm.complianceUrl"))}
      </div>
      {picking && (
        <GroupPicker
          fits={groupsOfPeople}
          title={t("mdm.selectGroups")}
          hint={t("mdm.pickHint")}
          picked={scope.groups}
          onClose={() => setPicking(false)}
          onSelect={(groups) => {
            change({ groups });
            setPicking(false);
          }}
        />
      )}
    </>
  );
}
