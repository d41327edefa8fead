import { useQuery } from "@tanstack/react-query";
import { Link, useParams, useRouterState } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Icon } from "../components/icon";
import { LiveChip } from "../components/live";
import { Facts, Page } from "../components/page";
import { Empty, Problem, Skeleton } from "../components/states";
import { StatusWord } from "../components/status";
import { deviceQuery, type Device } from "../features/devices/api/devices";
import { Why } from "../features/devices/components/why";
import { deviceDeploymentsQuery } from "../features/monitor/api/deployments";
import { Timeline } from "../features/monitor/components/timeline";
import { StateWord } from "../features/monitor/components/state";
import { useFormat } from "../lib/format";
import { profileStatus, readyToDeploy } from "../lib/status";
import { autopilotDevices, useCrumbs } from "./paths";
import styles from "./autopilot-device.module.css";
import "../locales/en/autopilot";
import "../locales/en/common";
import "../locales/en/device";
import "../locales/en/monitor";

const page = "/devices/windows/enrollment/autopilot/devices/$id";
const parts = [
  { part: "overview", to: page },
  { part: "timeline", to: `${page}/timeline` },
  { part: "why", to: `${page}/why` },
] as const;

/** One registered device: its facts, its deployments, and why it is as it is. */
export default function AutopilotDevice() {
  const { t } = useTranslation();
  const { id = "" } = useParams({ strict: false });
  const path = useRouterState({ select: (s) => s.location.pathname });
  const device = useQuery(deviceQuery(id));
  const crumbs = useCrumbs(4, { label: t("autopilot.title"), to: autopilotDevices });
  const d = device.data;
  return (
    <Page title={d?.serialNumber ?? t("device.subtitle")} subtitle={t("device.subtitle")} crumbs={crumbs} closeTo={autopilotDevices}>
      {d ? (
        <>
          <nav aria-label={t("device.tabs")}>
            <ul className={styles.tabs}>
              {parts.map((p) => (
                <li key={p.part}>
                  <Link to={p.to} params={{ id }} activeOptions={{ exact: true }} className={styles.tab}>
                    {t(`device.${p.part}`)}
                  </Link>
                </li>
              ))}
            </ul>
          </nav>
          {path.endsWith("/why") && <h2 className="visually-hidden">{t("device.why")}</h2>}
          {path.endsWith("/why") ? <Why id={id} /> : path.endsWith("/timeline") ? <Deployments id={id} /> : <Overview device={d} />}
        </>
      ) : device.isError ? (
        <Problem error={device.error} onRetry={() => void device.refetch()} />
      ) : (
        <Skeleton rows={8} />
      )}
    </Page>
  );
}

const empty = "00000000-0000-0000-0000-000000000000";

function Overview({ device: d }: { device: Device }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const orNone = (text: string | null | undefined) => (text && text !== empty ? text : t("common.none"));
  const ready = readyToDeploy(d);
  return (
    <>
      <p className={styles.ready}>
        <Icon name={ready ? "checkmark_circle" : "clock"} />
        {ready ? t("autopilot.readyYes") : t("autopilot.readyNo")} <LiveChip />
      </p>
      <Facts
        facts={[
          { label: t("autopilot.profileStatus"), value: <StatusWord status={profileStatus(d)} /> },
          { label: t("autopilot.assignedProfile"), value: orNone(d.deploymentProfile?.displayName) },
          { label: t("autopilot.dateAssigned"), value: time(d.deploymentProfileAssignedDateTime) },
          { label: t("autopilot.user"), value: orNone(d.userPrincipalName) },
          { label: t("autopilot.friendlyName"), value: orNone(d.addressableUserName) },
          { label: t("autopilot.serial"), value: orNone(d.serialNumber) },
          { label: t("autopilot.manufacturer"), value: orNone(d.manufacturer) },
          { label: t("autopilot.model"), value: orNone(d.model) },
          { label: t("autopilot.deviceName"), value: orNone(d.displayName) },
          { label: t("autopilot.groupTag"), value: orNone(d.groupTag) },
          { label: t("autopilot.purchaseOrder"), value: orNone(d.purchaseOrderIdentifier) },
          { label: t("autopilot.enrollmentState"), value: t(`autopilot.enrollment.${d.enrollmentState ?? "unknown"}`) },
          { label: t("autopilot.lastContacted"), value: time(d.lastContactedDateTime) },
        ]}
      />
    </>
  );
}

function Deployments({ id }: { id: string }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const list = useQuery(deviceDeploymentsQuery(id));
  if (list.isError && !list.data) return <Problem error={list.error} onRetry={() => void list.refetch()} />;
  if (!list.data) return <Skeleton rows={4} />;
  const [newest, ...older] = list.data;
  if (!newest) return <Empty title={t("monitor.emptyTitle")}>{t("device.noDeployments")}</Empty>;
  return (
    <>
      <p>
        <StateWord state={newest.deploymentState} /> {time(newest.deploymentStartDateTime)} <LiveChip />
      </p>
      <Timeline deployment={newest} />
      {older.length > 0 && (
        <section>
          <h2>{t("device.deployments")}</h2>
          <ul>
            {older.map((d) => (
              <li key={d.id}>
                <Link to="/monitor/deployments/$id" params={{ id: d.id }} className={styles.link}>
                  {time(d.deploymentStartDateTime)}
                </Link>{" "}
                <StateWord state={d.deploymentState} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
