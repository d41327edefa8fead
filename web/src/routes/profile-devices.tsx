import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { Page } from "../components/page";
import { Empty, Problem, Skeleton } from "../components/states";
import { StatusWord } from "../components/status";
import table from "../components/table.module.css";
import { assignedPagesQuery, profileQuery } from "../features/profiles/api/profiles";
import { useFormat } from "../lib/format";
import { profileStatus } from "../lib/status";
import { autopilotDevices, autopilotProfiles, useCrumbs } from "./paths";
import { ProfileMenu } from "./profile";
import "../locales/en/autopilot";
import "../locales/en/profile";
import "../locales/en/profiles";

/** The devices that have a deployment profile. */
export default function ProfileDevices() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/devices/windows/enrollment/autopilot/profiles/$id/devices" });
  const profile = useQuery(profileQuery(id));
  const name = profile.data?.displayName ?? "";
  return (
    <Page
      title={`${name} | ${t("profile.assignedDevices")}`}
      subtitle={t("profile.title")}
      crumbs={useCrumbs(4, { label: t("profiles.title"), to: autopilotProfiles }, { label: name, to: `${autopilotProfiles}/${id}` })}
      closeTo={`${autopilotProfiles}/${id}`}
    >
      <ProfileMenu id={id}>
        <Devices id={id} />
      </ProfileMenu>
    </Page>
  );
}

function Devices({ id }: { id: string }) {
  const { t } = useTranslation();
  const { number, time } = useFormat();
  const list = useInfiniteQuery(assignedPagesQuery(id));
  if (list.isPending) return <Skeleton />;
  if (list.isError) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  const devices = list.data.pages.flatMap((p) => p.value);
  if (devices.length === 0) return <Empty title={t("profile.noDevices")}>{t("profile.noDevicesText")}</Empty>;
  return (
    <>
      <p aria-live="polite">{t("profile.loaded", { n: number(devices.length), total: number(list.data.pages[0]?.["@odata.count"] ?? devices.length) })}</p>
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
            {devices.map((d) => (
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
      {list.hasNextPage && (
        <p>
          <Button isDisabled={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
            {t("profile.loadMore")}
          </Button>
        </p>
      )}
    </>
  );
}
