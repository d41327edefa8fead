import { useMutation, useQueries, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { Segmented, TextField } from "../components/field";
import { Page } from "../components/page";
import { MessageBar, Problem, problemText, Skeleton } from "../components/states";
import { useToast } from "../components/toast";
import { UnsavedBar } from "../components/unsaved-bar";
import { groupsOfPeople } from "../features/groups/api/groups";
import { usePeopleCount } from "../features/groups/api/people";
import { GroupPicker } from "../features/groups/components/group-picker";
import { saveScope, scopeQuery, type Scope, type ScopeKind } from "../features/mdm/api/scope";
import { useFormat } from "../lib/format";
import { GraphError } from "../lib/graph";
import { useMay } from "../lib/session";
import { useCrumbs, windowsEnrollment } from "./paths";
import styles from "./new-group.module.css";
import "../locales/en/mdm";
import "../locales/en/problem";

/** Automatic Enrollment: the MDM user scope and that of apps on personal PCs. */
export default function AutomaticEnrollment() {
  const { t } = useTranslation();
  const [mdm, mam] = useQueries({ queries: [scopeQuery("mdm"), scopeQuery("mam")] });
  const wrong = mdm.isError ? mdm : mam;
  return (
    <Page title={t("mdm.title")} subtitle={t("mdm.subtitle")} crumbs={useCrumbs(4)} closeTo={windowsEnrollment}>
      {mdm.data && mam.data ? (
        <Form key={`${mdm.data.etag ?? ""} ${mam.data.etag ?? ""}`} stored={{ mdm: mdm.data, mam: mam.data }} />
      ) : wrong.isError ? (
        <Problem error={wrong.error} onRetry={() => void wrong.refetch()} />
      ) : (
        <Skeleton rows={5} />
      )}
    </Page>
  );
}

type Scopes = Record<ScopeKind, Scope>;

const empty = (s: Scope) => s.reach === "selected" && s.groups.length === 0;

function Form({ stored }: { stored: Scopes }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const mayWrite = useMay("Policy.ReadWrite.MobilityManagement");
  const [draft, setDraft] = useState(stored);
  const save = useMutation({
    mutationFn: async () => {
      await saveScope("mdm", stored.mdm, draft.mdm);
      await saveScope("mam", stored.mam, draft.mam);
    },
    onSuccess: () => toast("success", t("mdm.saved")),
    onError: (e) => toast("danger", e instanceof GraphError && e.status === 412 ? t("problem.conflict") : problemText(e, t("problem.offline"))),
    onSettled: () => Promise.all((["mdm", "mam"] as const).map((kind) => client.invalidateQueries({ queryKey: scopeQuery(kind).queryKey }))),
  });
  const change = (kind: ScopeKind) => (part: Partial<Scope>) => setDraft({ ...draft, [kind]: { ...draft[kind], ...part } });
  return (
    <>
      <UnsavedBar
        label={t("mdm.commands")}
        changed={JSON.stringify(draft) !== JSON.stringify(stored)}
        saving={save.isPending}
        blocked={!mayWrite || empty(draft.mdm) || empty(draft.mam)}
        onSave={() => save.mutate()}
        onDiscard={() => setDraft(stored)}
      />
      <p>{t("mdm.intro")}</p>
      <Part kind="mdm" scope={draft.mdm} onChange={change("mdm")} mayWrite={mayWrite} />
      <Part kind="mam" scope={draft.mam} onChange={change("mam")} mayWrite={mayWrite} />
    </>
  );
}

function Part({ kind, scope, onChange, mayWrite }: { kind: ScopeKind; scope: Scope; onChange: (part: Partial<Scope>) => void; mayWrite: boolean }) {
  const { t } = useTranslation();
  const [picking, setPicking] = useState(false);
  const mdm = kind === "mdm";
  const title = mdm ? t("mdm.mdmPart") : t("mdm.mamPart");
  const address = (field: "termsOfUseUrl" | "discoveryUrl" | "complianceUrl", label: string) => (
    <TextField label={label} value={scope[field]} onChange={(v) => onChange({ [field]: v })} readOnly={!mayWrite} placeholder={t("mdm.ownAddress")} />
  );
  return (
    <section className={styles.form} aria-label={title}>
      <h2 className={styles.heading}>{title}</h2>
      <Segmented
        label={mdm ? t("mdm.scope") : t("mdm.mamScope")}
        about={mdm ? t("mdm.scopeAbout") : t("mdm.mamScopeAbout")}
        disabled={!mayWrite}
        value={scope.reach}
        onChange={(reach) => onChange({ reach })}
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
      <Effect kind={kind} scope={scope} />
      {address("termsOfUseUrl", mdm ? t("mdm.termsOfUseUrl") : t("mdm.mamTermsOfUseUrl"))}
      {address("discoveryUrl", mdm ? t("mdm.discoveryUrl") : t("mdm.mamDiscoveryUrl"))}
      {address("complianceUrl", mdm ? t("mdm.complianceUrl") : t("mdm.mamComplianceUrl"))}
      <div>
        {/* Without an address of its own the scope has this server's. */}
        <Button isDisabled={!mayWrite} onPress={() => onChange({ termsOfUseUrl: "", discoveryUrl: "", complianceUrl: "" })}>
          {mdm ? t("mdm.restore") : t("mdm.mamRestore")}
        </Button>
      </div>
      {picking && (
        <GroupPicker
          fits={groupsOfPeople}
          title={t("mdm.selectGroups")}
          hint={t("mdm.pickHint")}
          picked={scope.groups}
          onClose={() => setPicking(false)}
          onSelect={(groups) => {
            onChange({ groups });
            setPicking(false);
          }}
        />
      )}
    </section>
  );
}

/** What a scope comes to, in a sentence. */
function Effect({ kind, scope }: { kind: ScopeKind; scope: Scope }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const people = usePeopleCount(scope.reach === "selected" ? scope.groups.map((g) => g.id) : []);
  const mdm = kind === "mdm";
  if (scope.reach === "none") return <MessageBar>{mdm ? t("mdm.effectNone") : t("mdm.mamNone")}</MessageBar>;
  if (scope.reach === "all") return <MessageBar>{mdm ? t("mdm.effectAll") : t("mdm.mamAll")}</MessageBar>;
  if (empty(scope)) return <MessageBar tone="warning">{mdm ? t("mdm.nobody") : t("mdm.mamNobody")}</MessageBar>;
  if (people === undefined) return null;
  if (people === 0) return <MessageBar tone="warning">{mdm ? t("mdm.groupsEmpty") : t("mdm.mamNone")}</MessageBar>;
  const count = { count: people, n: number(people) };
  const who = [t("mdm.groups", { count: scope.groups.length, n: number(scope.groups.length) }), scope.groups.length > 1 ? t("mdm.upToUsers", count) : t("mdm.users", count)].join(
    ", ",
  );
  return <MessageBar>{mdm ? t("mdm.effectSome", { groups: scope.groups.map((g) => g.name).join(", "), who }) : t("mdm.mamSome", { who })}</MessageBar>;
}
