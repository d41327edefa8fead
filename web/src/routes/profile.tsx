import { useInfiniteQuery, useMutation, useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate, useParams } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { Question } from "../components/overlay";
import { CommandBar, Facts, Page, WithMenu } from "../components/page";
import { Problem, problemText, Skeleton } from "../components/states";
import { StatusWord } from "../components/status";
import { useToast } from "../components/toast";
import { groupQuery } from "../features/groups/api/groups";
import { historyQuery } from "../features/monitor/api/audit";
import { assignedDevicesQuery, createProfile, deleteProfile, profileQuery, profilesKey, type Profile } from "../features/profiles/api/profiles";
import { History } from "../features/profiles/components/history";
import { Review } from "../features/profiles/components/review";
import { draftOf, type Draft, type WireProfile } from "../features/profiles/draft";
import { groupIds } from "../lib/audience";
import { useFormat } from "../lib/format";
import { mayWriteAutopilot, useMay } from "../lib/session";
import { profileStatus } from "../lib/status";
import { autopilotDevices, autopilotProfiles, useCrumbs } from "./paths";
import table from "../components/table.module.css";
import styles from "../components/form.module.css";
import "../locales/en/autopilot";
import "../locales/en/common";
import "../locales/en/history";
import "../locales/en/problem";
import "../locales/en/profile";
import "../locales/en/profiles";
import "../locales/en/wizard";

/** One deployment profile: what it says, and which devices have it. */
export default function ProfilePage() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/devices/windows/enrollment/autopilot/profiles/$id" });
  const profile = useQuery(profileQuery(id));
  return (
    <Page
      title={profile.data?.displayName ?? t("profile.title")}
      subtitle={t("profile.title")}
      crumbs={useCrumbs(4, { label: t("profiles.title"), to: autopilotProfiles })}
      closeTo={autopilotProfiles}
    >
      <ProfileMenu id={id}>
        {profile.data ? <Loaded profile={profile.data} /> : profile.isError ? <Problem error={profile.error} onRetry={() => void profile.refetch()} /> : <Skeleton />}
      </ProfileMenu>
    </Page>
  );
}

/** A profile's inner menu beside one of its pages. */
export function ProfileMenu({ id, children }: { id: string; children: ReactNode }) {
  const { t } = useTranslation();
  const at = `${autopilotProfiles}/${id}`;
  return (
    <WithMenu
      title={t("profile.menu")}
      groups={[
        {
          entries: [
            { label: t("profile.overview"), to: at, icon: "info" },
            { label: t("profile.properties"), to: `${at}/properties`, icon: "settings" },
            { label: t("profile.assignedDevices"), to: `${at}/devices`, icon: "desktop" },
          ],
        },
      ]}
    >
      {children}
    </WithMenu>
  );
}

/** A stored profile as the wizard would have it, groups by their names. */
export function useStoredDraft(profile: Profile): Draft {
  const groups = useQueries({ queries: groupIds(profile.assignments).map((id) => groupQuery(id)) });
  return draftOf(profile as WireProfile, (id) => groups.find((g) => g.data?.id === id)?.data?.displayName ?? id);
}

function Loaded({ profile }: { profile: Profile }) {
  const { t } = useTranslation();
  const { number, time } = useFormat();
  const mayWrite = useMay(mayWriteAutopilot);
  const [deleting, setDeleting] = useState(false);
  const devices = useQuery(assignedDevicesQuery(profile.id));
  const draft = useStoredDraft(profile);
  const toast = useToast();
  const client = useQueryClient();
  const navigate = useNavigate();
  const copy = useMutation({
    mutationFn: () => createProfile({ ...draft, name: t("profile.copyOf", { name: draft.name }), allDevices: false, included: [], excluded: [] }),
    onSuccess: ({ profile: made }) => {
      toast("success", t("profile.duplicated", { name: made.displayName ?? "" }));
      void client.invalidateQueries({ queryKey: [...profilesKey, "list"] });
      void navigate({ to: "/devices/windows/enrollment/autopilot/profiles/$id", params: { id: made.id } });
    },
    onError: (e) => toast("danger", problemText(e, t("problem.offline"))),
  });
  return (
    <>
      <CommandBar label={t("profile.commands")}>
        <Button look="command" icon="delete" isDisabled={!mayWrite} onPress={() => setDeleting(true)}>
          {t("common.delete")}
        </Button>
        <Button look="command" icon="copy" isDisabled={!mayWrite || copy.isPending} onPress={() => copy.mutate()}>
          {t("profile.duplicate")}
        </Button>
      </CommandBar>
      <Facts
        facts={[
          { label: t("wizard.mode"), value: draft.mode === "singleUser" ? t("wizard.userDriven") : t("wizard.selfDeploying") },
          { label: t("wizard.join"), value: draft.join === "azureAD" ? t("profiles.joinEntra") : t("profiles.joinHybrid") },
          { label: t("profile.created"), value: time(profile.createdDateTime) },
          { label: t("profile.assignedTo"), value: draft.allDevices ? t("wizard.allDevices") : t("profile.groupCount", { count: draft.included.length }) },
          { label: t("profile.assignedDevices"), value: devices.data ? number(devices.data.length) : t("common.none") },
        ]}
      />
      <section>
        <h2>{t("profile.properties")}</h2>
        <div className={styles.step}>
          <Review draft={draft} affected={null} />
        </div>
      </section>
      <section>
        <h2>{t("profile.assignedDevices")}</h2>
        {devices.isError ? (
          <Problem error={devices.error} onRetry={() => void devices.refetch()} />
        ) : devices.isPending ? (
          <Skeleton rows={3} />
        ) : devices.data.length === 0 ? (
          <p>{t("profile.noDevices")}</p>
        ) : (
          <div className={table.scroll} role="region" aria-label={t("profile.assignedDevices")} tabIndex={0}>
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col">{t("autopilot.serial")}</th>
                  <th scope="col">{t("autopilot.profileStatus")}</th>
                  <th scope="col">{t("autopilot.dateAssigned")}</th>
                </tr>
              </thead>
              <tbody>
                {devices.data.map((d) => (
                  <tr key={d.id}>
                    <th scope="row">
                      <Link to={autopilotDevices} search={{ pane: d.id }}>
                        {d.serialNumber}
                      </Link>
                    </th>
                    <td>
                      <StatusWord status={profileStatus(d)} />
                    </td>
                    <td>{time(d.deploymentProfileAssignedDateTime)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
      <section>
        <h2>{t("history.title")}</h2>
        <Past id={profile.id} />
      </section>
      {deleting && <DeleteProfile profile={profile} onClose={() => setDeleting(false)} />}
    </>
  );
}

function Past({ id }: { id: string }) {
  const { t } = useTranslation();
  const list = useInfiniteQuery(historyQuery(id));
  if (list.isPending) return <Skeleton rows={3} />;
  if (list.isError) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <History
      events={list.data.pages.flatMap((p) => p.value)}
      more={
        list.hasNextPage && (
          <p>
            <Button isDisabled={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
              {t("profile.loadMore")}
            </Button>
          </p>
        )
      }
    />
  );
}

/** Asks before a profile is deleted. */
export function DeleteProfile({ profile, onClose }: { profile: Profile; onClose: () => void }) {
  const { t } = useTranslation();
  const toast = useToast();
  const client = useQueryClient();
  const navigate = useNavigate();
  const name = profile.displayName ?? "";
  const run = useMutation({
    mutationFn: () => deleteProfile(profile.id),
    onSuccess: () => {
      toast("success", t("profiles.deleted", { name }));
      void client.invalidateQueries({ queryKey: [...profilesKey, "list"] });
      onClose();
      void navigate({ to: autopilotProfiles });
    },
    onError: (e) => toast("danger", problemText(e, t("problem.offline"))),
  });
  return (
    <Question
      title={t("profiles.deleteTitle", { name })}
      onClose={onClose}
      footer={
        <>
          <Button look="primary" isDisabled={run.isPending} onPress={() => run.mutate()}>
            {t("common.delete")}
          </Button>
          <Button onPress={onClose}>{t("common.cancel")}</Button>
        </>
      }
    >
      <p>{t("profiles.deleteText")}</p>
    </Question>
  );
}
