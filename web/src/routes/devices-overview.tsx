import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Page, WithMenu } from "../components/page";
import { Problem, Skeleton } from "../components/states";
import { StatusWord } from "../components/status";
import { countsQuery } from "../features/devices/api/devices";
import { useFormat } from "../lib/format";
import { useMay } from "../lib/session";
import { profileStatuses } from "../lib/status";
import { autopilotDevices, useCrumbs, deviceSettings } from "./paths";
import styles from "./home.module.css";
import "../locales/en/devices";
import "../locales/en/join";
import "../locales/en/problem";
import "../locales/en/windows";

/** Devices | Overview. */
export default function DevicesOverview() {
  const { t } = useTranslation();
  return (
    <Page title={t("devices.overviewTitle")} crumbs={useCrumbs(1)}>
      <WithMenu
        title={t("devices.title")}
        groups={[
          {
            entries: [
              { label: t("devices.overview"), to: "/devices", icon: "apps" },
              { label: t("join.short"), to: deviceSettings, icon: "settings" },
            ],
          },
          { heading: t("devices.byPlatform"), entries: [{ label: t("windows.title"), to: "/devices/windows", icon: "desktop" }] },
        ]}
      >
        <p>{t("devices.intro")}</p>
        <Counts />
      </WithMenu>
    </Page>
  );
}

function Counts() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const may = useMay("DeviceManagementServiceConfig.Read.All");
  const counts = useQuery({ ...countsQuery, enabled: may });
  if (!may) return <p>{t("problem.denied")}</p>;
  if (counts.isError) return <Problem error={counts.error} onRetry={() => void counts.refetch()} />;
  if (counts.isPending) return <Skeleton rows={3} />;
  return (
    <>
      <h2>{t("devices.registered")}</h2>
      <ul className={styles.statuses}>
        {profileStatuses.map((s) => (
          <li key={s}>
            <Link to={autopilotDevices} search={{ status: s }}>
              <StatusWord status={s} />
              <strong>{number(counts.data.by[s])}</strong>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
