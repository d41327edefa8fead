import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { LiveChip } from "../components/live";
import { Facts, Page } from "../components/page";
import { MessageBar, Problem, Skeleton } from "../components/states";
import { deploymentQuery, deviceOfQuery, type Deployment as Wire } from "../features/monitor/api/deployments";
import styles from "../features/monitor/components/monitor.module.css";
import { Span, StateWord } from "../features/monitor/components/state";
import { Timeline } from "../features/monitor/components/timeline";
import { seconds } from "../features/monitor/report";
import { useFormat } from "../lib/format";
import { useCrumbs } from "./paths";
import "../locales/en/common";
import "../locales/en/monitor";

const Why = lazy(() => import("../features/devices/components/why").then((m) => ({ default: m.Why })));

/** One deployment: its phases, its timeline, and why it failed. */
export default function Deployment() {
  const { t } = useTranslation();
  const { id } = useParams({ from: "/monitor/deployments/$id" });
  const deployment = useQuery(deploymentQuery(id));
  const crumbs = useCrumbs(1, { label: t("monitor.title"), to: "/monitor/deployments" });
  const d = deployment.data;
  return (
    <Page title={d ? t("monitor.one", { serial: d.deviceSerialNumber }) : t("monitor.title")} crumbs={crumbs} closeTo="/monitor/deployments">
      {d ? <Content deployment={d} /> : deployment.isError ? <Problem error={deployment.error} onRetry={() => void deployment.refetch()} /> : <Skeleton rows={8} />}
    </Page>
  );
}

function Content({ deployment: d }: { deployment: Wire }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const device = useQuery(deviceOfQuery(d.deviceSerialNumber));
  const orNone = (text: string) => text || t("common.none");
  return (
    <>
      <p>
        <StateWord state={d.deploymentState} /> <LiveChip />
      </p>
      {d.enrollmentFailureDetails && <MessageBar tone="danger">{d.enrollmentFailureDetails}</MessageBar>}
      <Facts
        facts={[
          { label: t("monitor.columns.start"), value: time(d.deploymentStartDateTime) },
          { label: t("monitor.columns.end"), value: time(d.deploymentEndDateTime) },
          { label: t("monitor.columns.total"), value: <Span seconds={seconds(d.deploymentTotalDuration)} /> },
          {
            label: t("monitor.columns.serial"),
            value: device.data ? (
              <Link to="/devices/windows/enrollment/autopilot/devices/$id" params={{ id: device.data.id }} className={styles.link}>
                {d.deviceSerialNumber}
              </Link>
            ) : (
              d.deviceSerialNumber
            ),
          },
          { label: t("monitor.columns.device"), value: orNone(d.managedDeviceName) },
          { label: t("monitor.columns.user"), value: orNone(d.userPrincipalName) },
          { label: t("monitor.columns.profile"), value: orNone(d.windowsAutopilotDeploymentProfileDisplayName) },
          { label: t("monitor.columns.esp"), value: orNone(d.windows10EnrollmentCompletionPageConfigurationDisplayName) },
          { label: t("monitor.columns.os"), value: orNone(d.osVersion) },
          { label: t("monitor.columns.type"), value: d.enrollmentType },
        ]}
      />
      <Timeline deployment={d} />
      {d.deploymentState === "failure" && device.data && (
        <Suspense fallback={<Skeleton rows={3} />}>
          <Why id={device.data.id} />
        </Suspense>
      )}
    </>
  );
}
