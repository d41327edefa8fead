import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { Page } from "../components/page";
import { MessageBar, problemText } from "../components/states";
import { Stepper } from "../components/stepper";
import { useToast } from "../components/toast";
import { GroupPicker } from "../features/groups/components/group-picker";
import { MemberCount } from "../features/groups/components/member-count";
import { createProfile, profilesKey } from "../features/profiles/api/profiles";
import { Assignments, Basics, Oobe } from "../features/profiles/components/steps";
import { Review } from "../features/profiles/components/review";
import { dropDraft, faultsOf, firstWrong, loadDraft, newDraft, saveDraft, type Draft } from "../features/profiles/draft";
import { mayWriteAutopilot, useMay, useSession } from "../lib/session";
import { autopilotProfiles, useCrumbs } from "./paths";
import styles from "./new-profile.module.css";

const lastStep = 4;

/** Create profile. */
export default function NewProfile() {
  const { t } = useTranslation();
  const may = useMay(mayWriteAutopilot);
  return (
    <Page title={t("wizard.title")} subtitle={t("wizard.subtitle")} crumbs={useCrumbs(4, { label: t("profiles.title"), to: autopilotProfiles })} closeTo={autopilotProfiles}>
      {may ? (
        <Wizard />
      ) : (
        <MessageBar tone="warning">
          {t("problem.denied")} {t("problem.deniedRemedy")}
        </MessageBar>
      )}
    </Page>
  );
}

function Wizard() {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const navigate = useNavigate();
  const user = useSession().user.id;
  const asked = useSearch({ from: "/devices/windows/enrollment/autopilot/profiles/new" }).step;
  const [kept] = useState(() => loadDraft(user));
  const [draft, setDraft] = useState<Draft>(kept ?? newDraft);
  const [resumed, setResumed] = useState(kept !== undefined);
  const [tried, setTried] = useState(0); // the step whose faults are shown
  const [picking, setPicking] = useState<"included" | "excluded">();
  // An address may ask for a step that what was entered does not lead to yet.
  const wrong = firstWrong(draft);
  const step = Math.max(1, Math.min(asked, wrong || lastStep, lastStep));
  const faults = tried === step ? faultsOf(draft, step) : {};

  useEffect(() => {
    if (draft !== newDraft && draft !== kept) saveDraft(user, draft);
  }, [draft, kept, user]);
  const go = (to: number) => void navigate({ to: "/devices/windows/enrollment/autopilot/profiles/new", search: { step: to } });
  const change = (part: Partial<Draft>) => setDraft((d) => ({ ...d, ...part }));
  const next = () => {
    if (Object.keys(faultsOf(draft, step)).length > 0) setTried(step);
    else go(step + 1);
  };
  const create = useMutation({
    mutationFn: () => createProfile(draft),
    onSuccess: ({ profile, failed }) => {
      dropDraft(user);
      if (failed === undefined) toast("success", t("profiles.created", { name: profile.displayName ?? "" }));
      else toast("danger", t("wizard.createdButNotAssigned", { why: problemText(failed, t("problem.offline")) }));
      void client.invalidateQueries({ queryKey: profilesKey });
      void navigate({ to: autopilotProfiles });
    },
    onError: (e) => toast("danger", problemText(e, t("problem.offline"))),
  });
  const labels = [t("wizard.basics"), t("wizard.oobe"), t("wizard.assignments"), t("wizard.review")];
  const discard = () => {
    dropDraft(user);
    setDraft(newDraft);
    setResumed(false);
    go(1);
  };
  return (
    <>
      <Stepper labels={labels} current={step - 1} onGo={(i) => go(i + 1)} />
      {resumed && (
        <MessageBar>
          {t("wizard.draft")} <Button onPress={discard}>{t("wizard.discard")}</Button>
        </MessageBar>
      )}
      <section aria-label={labels[step - 1]} className={styles.step}>
        {step === 1 && <Basics draft={draft} onChange={change} nameFault={faults.name} />}
        {step === 2 && <Oobe draft={draft} onChange={change} templateFault={faults.template} />}
        {step === 3 && <Assignments draft={draft} onChange={change} onPick={setPicking} />}
        {step === 4 && <h2>{t("wizard.summary")}</h2>}
        {step === 4 && <Review draft={draft} affected={<MemberCount groups={draft.included.map((g) => g.id)} />} />}
      </section>
      <div className={styles.foot}>
        <Button isDisabled={step === 1} onPress={() => go(step - 1)}>
          {t("wizard.previous")}
        </Button>
        {step < lastStep ? (
          <Button look="primary" onPress={next}>
            {t("wizard.next")}
          </Button>
        ) : (
          <Button look="primary" isDisabled={wrong > 0 || create.isPending} onPress={() => create.mutate()}>
            {create.isPending ? t("wizard.creating") : t("common.create")}
          </Button>
        )}
        <span className={styles.note}>{t("wizard.leave")}</span>
      </div>
      {picking && (
        <GroupPicker
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
