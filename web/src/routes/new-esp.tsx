import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Assignments } from "../components/assignments";
import { Page } from "../components/page";
import { MessageBar, problemText } from "../components/states";
import { useToast } from "../components/toast";
import { useDraft } from "../components/use-draft";
import { Wizard } from "../components/wizard";
import AppPicker from "../features/apps/components/app-picker";
import { createEsp, espKey } from "../features/esp/api/esp";
import { Review } from "../features/esp/components/review";
import { Basics, Settings } from "../features/esp/components/steps";
import { espDrafts, faultsOf, firstWrong, mostApps, newDraft } from "../features/esp/draft";
import { GroupPicker } from "../features/groups/components/group-picker";
import { mayWriteConfiguration, useMay, useSession } from "../lib/session";
import { espPages, useCrumbs } from "./paths";
import "../locales/en/esp";
import "../locales/en/problem";
import "../locales/en/wizard";

/** Create an Enrollment Status Page. */
export default function NewEsp() {
  const { t } = useTranslation();
  const may = useMay(...mayWriteConfiguration);
  return (
    <Page title={t("esp.createTitle")} subtitle={t("esp.createSubtitle")} crumbs={useCrumbs(4, { label: t("esp.title"), to: espPages })} closeTo={espPages}>
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
  const asked = useSearch({ from: "/devices/windows/enrollment/esp/new" }).step;
  const { draft, resumed, change, discard, finish } = useDraft(espDrafts, user, newDraft);
  const [tried, setTried] = useState(0); // the step whose faults are shown
  const [picking, setPicking] = useState<"included" | "excluded" | "apps">();
  const labels = [t("wizard.basics"), t("esp.settings"), t("wizard.assignments"), t("esp.review")];
  // An address may ask for a step that what was entered does not lead to yet.
  const wrong = firstWrong(draft);
  const step = Math.max(1, Math.min(asked, wrong || labels.length, labels.length));
  const faults = tried === step ? faultsOf(draft, step) : {};
  const go = (to: number) => void navigate({ to: "/devices/windows/enrollment/esp/new", search: { step: to } });
  const create = useMutation({
    mutationFn: () => createEsp(draft),
    onSuccess: ({ esp, failed }) => {
      finish();
      if (failed === undefined) toast("success", t("esp.created", { name: esp.displayName ?? "" }));
      else toast("danger", t("esp.createdButNotAssigned", { why: problemText(failed, t("problem.offline")) }));
      void client.invalidateQueries({ queryKey: espKey });
      void navigate({ to: espPages });
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
          if (Object.keys(faultsOf(draft, step)).length > 0) setTried(step);
          else go(step + 1);
        }}
        onCreate={() => create.mutate()}
        createDisabled={wrong > 0}
        creating={create.isPending}
        resumed={resumed}
        onDiscard={() => {
          discard();
          go(1);
        }}
      >
        {step === 1 && <Basics draft={draft} onChange={change} faults={faults} />}
        {step === 2 && <Settings draft={draft} onChange={change} faults={faults} onPick={() => setPicking("apps")} />}
        {step === 3 && <Assignments audience={draft} onChange={change} onPick={setPicking} withUsers info={t("esp.excludedInfo")} />}
        {step === 4 && <h2>{t("wizard.summary")}</h2>}
        {step === 4 && <Review draft={draft} own={false} />}
      </Wizard>
      {picking === "apps" && (
        <AppPicker
          picked={draft.apps}
          most={mostApps}
          onClose={() => setPicking(undefined)}
          onSelect={(apps) => {
            change({ apps });
            setPicking(undefined);
          }}
        />
      )}
      {(picking === "included" || picking === "excluded") && (
        <GroupPicker
          title={picking === "included" ? t("wizard.pickInclude") : t("wizard.pickExclude")}
          hint={t("esp.pickHint")}
          picked={draft[picking]}
          onClose={() => setPicking(undefined)}
          onSelect={(groups) => {
            change({ [picking]: groups });
            setPicking(undefined);
          }}
        />
      )}
    </>
  );
}
