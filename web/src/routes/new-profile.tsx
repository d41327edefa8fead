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
import { groupsOfDevices } from "../features/groups/api/groups";
import { GroupPicker } from "../features/groups/components/group-picker";
import { createProfile, profilesKey } from "../features/profiles/api/profiles";
import { Basics, Oobe } from "../features/profiles/components/steps";
import { Affected } from "../features/profiles/components/affected";
import { Preview } from "../features/profiles/components/preview";
import { Review } from "../features/profiles/components/review";
import { faultsOf, firstWrong, newDraft, profileDrafts } from "../features/profiles/draft";
import { mayWriteAutopilot, useMay, useSession } from "../lib/session";
import { autopilotProfiles, useCrumbs } from "./paths";
import "../locales/en/problem";
import "../locales/en/profiles";
import "../locales/en/wizard";

/** Create profile. */
export default function NewProfile() {
  const { t } = useTranslation();
  const may = useMay(mayWriteAutopilot);
  return (
    <Page title={t("wizard.title")} subtitle={t("wizard.subtitle")} crumbs={useCrumbs(4, { label: t("profiles.title"), to: autopilotProfiles })} closeTo={autopilotProfiles}>
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
  const asked = useSearch({ from: "/devices/windows/enrollment/autopilot/profiles/new" }).step;
  const { draft, resumed, change, discard, finish } = useDraft(profileDrafts, user, newDraft);
  const [tried, setTried] = useState(0); // the step whose faults are shown
  const [picking, setPicking] = useState<"included" | "excluded">();
  const labels = [t("wizard.basics"), t("wizard.oobe"), t("wizard.assignments"), t("wizard.review")];
  // An address may ask for a step that what was entered does not lead to yet.
  const wrong = firstWrong(draft);
  const step = Math.max(1, Math.min(asked, wrong || labels.length, labels.length));
  const faults = tried === step ? faultsOf(draft, step) : {};
  const go = (to: number) => void navigate({ to: "/devices/windows/enrollment/autopilot/profiles/new", search: { step: to } });
  const next = () => {
    if (Object.keys(faultsOf(draft, step)).length > 0) setTried(step);
    else go(step + 1);
  };
  const create = useMutation({
    mutationFn: () => createProfile(draft),
    onSuccess: ({ profile, failed }) => {
      finish();
      if (failed === undefined) toast("success", t("profiles.created", { name: profile.displayName ?? "" }));
      else toast("danger", t("wizard.createdButNotAssigned", { why: problemText(failed, t("problem.offline")) }));
      void client.invalidateQueries({ queryKey: profilesKey });
      void navigate({ to: autopilotProfiles });
    },
    onError: (e) => toast("danger", problemText(e, t("problem.offline"))),
  });
  return (
    <>
      <Wizard
        labels={labels}
        step={step}
        onGo={go}
        onNext={next}
        onCreate={() => create.mutate()}
        createDisabled={wrong > 0}
        creating={create.isPending}
        resumed={resumed}
        aside={(step === 2 || step === 4) && <Preview draft={draft} />}
        onDiscard={() => {
          discard();
          go(1);
        }}
      >
        {step === 1 && <Basics draft={draft} onChange={change} nameFault={faults.name} />}
        {step === 2 && <Oobe draft={draft} onChange={change} templateFault={faults.template} />}
        {step === 3 && <Assignments audience={draft} onChange={change} onPick={setPicking} info={t("wizard.excludedInfo")} />}
        {step === 4 && <h2>{t("wizard.summary")}</h2>}
        {step === 4 && <Review draft={draft} affected={<Affected audience={draft} />} />}
      </Wizard>
      {picking && (
        <GroupPicker
          fits={groupsOfDevices}
          title={picking === "included" ? t("wizard.pickInclude") : t("wizard.pickExclude")}
          hint={t("wizard.pickHint")}
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
