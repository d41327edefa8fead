import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Assignments } from "../components/assignments";
import { Button } from "../components/button";
import form from "../components/form.module.css";
import { Question } from "../components/overlay";
import { Page } from "../components/page";
import { Problem, problemText, Skeleton } from "../components/states";
import table from "../components/table.module.css";
import { useToast } from "../components/toast";
import { GroupPicker } from "../features/groups/components/group-picker";
import { profileQuery, profilesKey, saveAssignments, saveProfile, type Profile } from "../features/profiles/api/profiles";
import { Affected } from "../features/profiles/components/affected";
import { Preview } from "../features/profiles/components/preview";
import { Review, useRows, type Part } from "../features/profiles/components/review";
import { Basics, Oobe } from "../features/profiles/components/steps";
import { faultsOf, type Draft } from "../features/profiles/draft";
import { GraphError } from "../lib/graph";
import { useLeaveGuard } from "../lib/leave";
import { mayWriteAutopilot, useMay } from "../lib/session";
import { autopilotProfiles, useCrumbs } from "./paths";
import { ProfileMenu, useStoredDraft } from "./profile";
import "../locales/en/common";
import "../locales/en/problem";
import "../locales/en/profile";
import "../locales/en/profiles";
import "../locales/en/wizard";

const route = "/devices/windows/enrollment/autopilot/profiles/$id/properties";

/** What a deployment profile says, and its sections to edit. */
export default function ProfileProperties() {
  const { t } = useTranslation();
  const { id } = useParams({ from: route });
  const profile = useQuery(profileQuery(id));
  const name = profile.data?.displayName ?? "";
  return (
    <Page
      title={`${name} | ${t("profile.properties")}`}
      subtitle={t("profile.title")}
      crumbs={useCrumbs(4, { label: t("profiles.title"), to: autopilotProfiles }, { label: name, to: `${autopilotProfiles}/${id}` })}
      closeTo={`${autopilotProfiles}/${id}`}
    >
      <ProfileMenu id={id}>
        {profile.data ? <Loaded profile={profile.data} /> : profile.isError ? <Problem error={profile.error} onRetry={() => void profile.refetch()} /> : <Skeleton />}
      </ProfileMenu>
    </Page>
  );
}

function Loaded({ profile }: { profile: Profile }) {
  const navigate = useNavigate();
  const mayWrite = useMay(mayWriteAutopilot);
  const { edit } = useSearch({ from: route });
  const stored = useStoredDraft(profile);
  const go = (part?: Part) => void navigate({ to: route, params: { id: profile.id }, search: part ? { edit: part } : {} });
  if (edit && mayWrite) return <Edit key={edit} profile={profile} stored={stored} part={edit} onClose={() => go()} />;
  return (
    <div className={form.step}>
      <h2 className="visually-hidden">{profile.displayName}</h2>
      <Review draft={stored} affected={null} onEdit={mayWrite ? go : undefined} />
    </div>
  );
}

/** One section: change it, look at the whole, save. */
function Edit({ profile: read, stored, part, onClose }: { profile: Profile; stored: Draft; part: Part; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  // What this person began with: somebody else's change does not move it.
  const [profile] = useState(read);
  const [changes, setChanges] = useState<Partial<Draft>>({});
  const [reviewing, setReviewing] = useState(false);
  const [tried, setTried] = useState(false);
  const [picking, setPicking] = useState<"included" | "excluded">();
  const [theirs, setTheirs] = useState<Profile>();
  const [began] = useState(stored);
  const draft = { ...(part === "assignments" ? stored : began), ...changes };
  const change = (more: Partial<Draft>) => setChanges((c) => ({ ...c, ...more }));
  const step = { basics: 1, oobe: 2, assignments: 3 }[part];
  const faults = tried ? faultsOf(draft, step) : {};
  useLeaveGuard(Object.keys(changes).length > 0);
  const save = useMutation({
    mutationFn: async (etag: string | undefined) => {
      if (part === "assignments") await saveAssignments(read, draft);
      else await saveProfile(profile.id, etag, draft);
    },
    onSuccess: () => {
      toast("success", t("profile.saved", { name: draft.name }));
      void client.invalidateQueries({ queryKey: profilesKey });
      onClose();
    },
    onError: async (e) => {
      if (e instanceof GraphError && e.status === 412) setTheirs(await client.query({ ...profileQuery(profile.id), staleTime: 0 }));
      else toast("danger", problemText(e, t("problem.offline")));
    },
  });
  const titles = { basics: t("wizard.basics"), oobe: t("wizard.oobe"), assignments: t("wizard.assignments") };
  return (
    <>
      <div className={part === "oobe" ? form.beside : undefined}>
        <section aria-label={reviewing ? t("wizard.summary") : titles[part]} className={form.step}>
          <h2>{reviewing ? t("wizard.summary") : titles[part]}</h2>
          {reviewing ? (
            <Review draft={draft} affected={part === "assignments" ? <Affected audience={draft} profile={profile.id} /> : null} />
          ) : (
            <>
              {part === "basics" && <Basics draft={draft} onChange={change} nameFault={faults.name} />}
              {part === "oobe" && <Oobe draft={draft} onChange={change} templateFault={faults.template} stored />}
              {part === "assignments" && <Assignments audience={draft} onChange={change} onPick={setPicking} info={t("wizard.excludedInfo")} />}
            </>
          )}
        </section>
        {part === "oobe" && <Preview draft={draft} />}
      </div>
      <div className={form.foot}>
        {reviewing ? (
          <>
            <Button look="primary" isDisabled={save.isPending} onPress={() => save.mutate(profile["@odata.etag"])}>
              {t("common.save")}
            </Button>
            <Button onPress={() => setReviewing(false)}>{t("profile.back")}</Button>
          </>
        ) : (
          <Button
            look="primary"
            onPress={() => {
              if (Object.keys(faultsOf(draft, step)).length > 0) setTried(true);
              else setReviewing(true);
            }}
          >
            {t("profile.review")}
          </Button>
        )}
        <Button onPress={onClose}>{t("common.cancel")}</Button>
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
      {theirs && (
        <Conflict
          mine={draft}
          theirs={theirs}
          busy={save.isPending}
          onKeep={() => save.mutate(theirs["@odata.etag"])}
          onTake={() => {
            void client.invalidateQueries({ queryKey: profilesKey });
            onClose();
          }}
          onClose={() => setTheirs(undefined)}
        />
      )}
    </>
  );
}

interface ConflictProps {
  mine: Draft;
  theirs: Profile;
  busy: boolean;
  onKeep: () => void;
  onTake: () => void;
  onClose: () => void;
}

/** Somebody else saved meanwhile: what differs, and whose it shall be. */
function Conflict({ mine, theirs, busy, onKeep, onTake, onClose }: ConflictProps) {
  const { t } = useTranslation();
  const ours = useRows(mine);
  const other = useRows(useStoredDraft(theirs));
  const differing = ([...ours.basics, ...ours.oobe] as const)
    .map(([label, value], i) => ({ label, value, their: [...other.basics, ...other.oobe][i]?.[1] ?? "" }))
    .filter((r) => r.value !== r.their);
  return (
    <Question
      title={t("profile.conflictTitle")}
      onClose={onClose}
      footer={
        <>
          <Button look="primary" isDisabled={busy} onPress={onKeep}>
            {t("profile.keepMine")}
          </Button>
          <Button onPress={onTake}>{t("profile.takeTheirs")}</Button>
        </>
      }
    >
      <p>{differing.length > 0 ? t("profile.conflictText") : t("profile.conflictSame")}</p>
      {differing.length > 0 && (
        <div className={table.scroll} role="region" aria-label={t("profile.conflictTitle")} tabIndex={0}>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("profile.setting")}</th>
                <th scope="col">{t("profile.mine")}</th>
                <th scope="col">{t("profile.theirs")}</th>
              </tr>
            </thead>
            <tbody>
              {differing.map((r) => (
                <tr key={r.label}>
                  <th scope="row">{r.label}</th>
                  <td>{r.value}</td>
                  <td>{r.their}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Question>
  );
}
