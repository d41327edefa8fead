import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Page } from "../components/page";
import { MessageBar, problemText } from "../components/states";
import { useToast } from "../components/toast";
import { useDraft } from "../components/use-draft";
import { Wizard } from "../components/wizard";
import { appsKey, createApp } from "../features/apps/api/apps";
import { AppAssignments, type Place } from "../features/apps/components/app-assignments";
import { Fields } from "../features/apps/components/fields";
import { FileField } from "../features/apps/components/file-field";
import { Review } from "../features/apps/components/review";
import { appDrafts, assignable, assignmentsOf, faultsOf, newDraft } from "../features/apps/draft";
import { GroupPicker } from "../features/groups/components/group-picker";
import { mayWriteApps, useMay, useSession } from "../lib/session";
import { useCrumbs } from "./paths";
import "../locales/en/apps";
import "../locales/en/problem";
import "../locales/en/wizard";

/** Add an app. */
export default function NewApp() {
  const { t } = useTranslation();
  const may = useMay(mayWriteApps);
  return (
    <Page title={t("apps.newTitle")} subtitle={t("apps.msi")} crumbs={useCrumbs(1, { label: t("apps.all"), to: "/apps" })} closeTo="/apps">
      {may ? (
        <Steps />
      ) : (
        <MessageBar tone="warning">
          {t("problem.denied")} {t("problem.deniedRemedy")}
        </MessageBar>
      )}
    </Page>
  );
}

function Steps() {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const navigate = useNavigate();
  const user = useSession().user.id;
  const asked = useSearch({ from: "/apps/new" }).step;
  const { draft, resumed, change, discard, finish } = useDraft(appDrafts, user, newDraft);
  const [file, setFile] = useState<File>();
  const [tried, setTried] = useState(false);
  const [picking, setPicking] = useState<Place>();
  const labels = [t("apps.information"), t("wizard.assignments"), t("wizard.review")];
  const faults = faultsOf(draft);
  const informed = Object.keys(faults).length === 0;
  // A PC cannot get an app whose file is not here, so it cannot be assigned.
  const fileMissing = file === undefined && assignmentsOf(draft.audiences).length > 0;
  const right = informed && assignable(draft.audiences) && !fileMissing;
  const step = Math.max(1, Math.min(asked, informed ? labels.length : 1, assignable(draft.audiences) ? labels.length : 2));
  const go = (to: number) => void navigate({ to: "/apps/new", search: { step: to } });
  const create = useMutation({
    mutationFn: () => createApp(draft, file, draft.audiences),
    onSuccess: ({ app, failed }) => {
      finish();
      if (failed === undefined) toast("success", t("apps.created", { name: app.displayName ?? "" }));
      else toast("danger", t("apps.createdInPart", { name: app.displayName ?? "", why: problemText(failed, t("problem.offline")) }));
      void client.invalidateQueries({ queryKey: appsKey });
      void navigate({ to: "/apps/$id", params: { id: app.id } });
    },
    onError: (e) => toast("danger", problemText(e, t("problem.offline"))),
  });
  return (
    <>
      <Wizard
        labels={labels}
        step={step}
        onGo={go}
        onNext={() => {
          if (step === 1 && !informed) setTried(true);
          else if (step !== 2 || assignable(draft.audiences)) go(step + 1);
        }}
        onCreate={() => create.mutate()}
        createDisabled={!right}
        creating={create.isPending}
        resumed={resumed}
        onDiscard={() => {
          discard();
          setFile(undefined);
          go(1);
        }}
      >
        {step === 1 && (
          <>
            <MessageBar>{t("apps.typeInfo")}</MessageBar>
            <FileField
              file={file}
              onChoose={(chosen) => {
                setFile(chosen);
                if (draft.name.trim() === "") change({ name: chosen.name.replace(/\.msi$/i, "") });
              }}
            />
            <Fields draft={draft} faults={tried ? faults : {}} onChange={change} />
          </>
        )}
        {step === 2 && <AppAssignments audiences={draft.audiences} onChange={(audiences) => change({ audiences })} onPick={setPicking} />}
        {step === 3 && <h2>{t("wizard.summary")}</h2>}
        {step === 3 && fileMissing && <MessageBar tone="danger">{t("apps.fileMissing")}</MessageBar>}
        {step === 3 && !file && !fileMissing && <MessageBar tone="warning">{t("apps.fileLater")}</MessageBar>}
        {step === 3 && <Review draft={draft} file={file} />}
        {create.isPending && file && <MessageBar>{t("apps.uploading", { name: file.name })}</MessageBar>}
      </Wizard>
      {picking && (
        <GroupPicker
          title={picking.side === "included" ? t("wizard.pickInclude") : t("wizard.pickExclude")}
          hint={t("apps.pickHint")}
          picked={draft.audiences[picking.intent][picking.side]}
          onClose={() => setPicking(undefined)}
          onSelect={(groups) => {
            change({ audiences: { ...draft.audiences, [picking.intent]: { ...draft.audiences[picking.intent], [picking.side]: groups } } });
            setPicking(undefined);
          }}
        />
      )}
    </>
  );
}
