import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { lazy, Suspense, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Icon } from "../components/icon";
import { LiveChip } from "../components/live";
import { Page } from "../components/page";
import { Empty, Problem, Skeleton } from "../components/states";
import { StatusWord } from "../components/status";
import { countsQuery } from "../features/devices/api/devices";
import { groupCountQuery } from "../features/groups/api/groups";
import { guideQuery } from "../features/guide/api/guide";
import { finished, useMemory } from "../features/guide/memory";
import { reportQuery, runningQuery } from "../features/monitor/api/deployments";
import { Ring } from "../features/monitor/components/ring";
import { report } from "../features/monitor/report";
import { profilesQuery } from "../features/profiles/api/profiles";
import { useFormat } from "../lib/format";
import { useMay, useSession } from "../lib/session";
import { profileStatuses, type ProfileStatus } from "../lib/status";
import { autopilotDevices, autopilotProfiles } from "./paths";
import styles from "./home.module.css";
import "../locales/en/autopilot";
import "../locales/en/common";
import "../locales/en/home";
import "../locales/en/problem";

const GuideContent = lazy(() => import("./guide").then((m) => ({ default: m.GuideContent })));

/** What there is, and what needs somebody; the guide while there is nothing. */
export default function Home() {
  const { t } = useTranslation();
  return (
    <Page title={t("home.title")}>
      <Content />
    </Page>
  );
}

function Content() {
  const { t } = useTranslation();
  const session = useSession();
  const may = useMay("DeviceManagementServiceConfig.Read.All");
  const counts = useQuery({ ...countsQuery, enabled: may });
  const welcome = (
    <p className={styles.welcome}>
      {t("home.welcome", { name: session.user.displayName })} {may && <LiveChip />}
    </p>
  );
  if (!may) {
    return (
      <>
        {welcome}
        <Empty title={t("problem.deniedTitle")}>
          {t("problem.denied")} {t("problem.deniedRemedy")}
        </Empty>
      </>
    );
  }
  if (counts.isError && !counts.data) return <Problem error={counts.error} onRetry={() => void counts.refetch()} />;
  if (!counts.data) return <Skeleton rows={4} />;
  return (
    <>
      {welcome}
      {counts.data.all === 0 ? (
        <section>
          <h2>{t("home.emptyTitle")}</h2>
          <p>{t("home.empty")}</p>
          <Suspense fallback={<Skeleton rows={8} />}>
            <GuideContent />
          </Suspense>
        </section>
      ) : (
        <Overview all={counts.data.all} by={counts.data.by} />
      )}
    </>
  );
}

function Overview({ all, by }: { all: number; by: Record<ProfileStatus, number> }) {
  const { t, i18n } = useTranslation();
  const { number } = useFormat();
  const session = useSession();
  const profiles = useQuery(profilesQuery);
  const groups = useQuery(groupCountQuery);
  const guide = useQuery(guideQuery);
  const { memory } = useMemory(session.tenant.id, guide.data);
  const share = all > 0 ? by.assigned / all : 0;
  const percent = new Intl.NumberFormat(i18n.language, { style: "percent" }).format(share);
  return (
    <>
      <ul className={styles.cards}>
        <li>
          <Link to={autopilotDevices} search={{ status: "assigned" }} className={styles.withRing}>
            <Ring share={share} />
            <span>
              <strong>{percent}</strong> {t("home.ready", { n: number(by.assigned), all: number(all) })}
            </span>
          </Link>
        </li>
        <li>
          <Link to={autopilotDevices}>
            <strong>{number(all)}</strong>
            {t("home.registered")}
          </Link>
        </li>
        <li>
          <Link to={autopilotProfiles}>
            <strong>{profiles.data ? number(profiles.data.length) : t("common.none")}</strong>
            {t("home.profiles")}
          </Link>
        </li>
        <li>
          <Link to="/groups">
            <strong>{groups.data !== undefined ? number(groups.data) : t("common.none")}</strong>
            {t("home.groups")}
          </Link>
        </li>
        <li>
          <Link to="/guide">
            <strong>{guide.data ? t("home.guideOf", { n: finished(guide.data, memory), all: guide.data.length }) : t("common.none")}</strong>
            {t("home.guide")}
          </Link>
        </li>
      </ul>
      <Attention by={by} />
      <Running />
      <section>
        <h2>{t("home.statuses")}</h2>
        <ul className={styles.statuses}>
          {profileStatuses.map((s) => (
            <li key={s}>
              <Link to={autopilotDevices} search={{ status: s }}>
                <StatusWord status={s} />
                <strong>{number(by[s])}</strong>
              </Link>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

/** What needs somebody first, each with its reason. */
function Attention({ by }: { by: Record<ProfileStatus, number> }) {
  const { t } = useTranslation();
  const { number } = useFormat();
  const figures = useQuery(reportQuery);
  const failed = figures.data ? report(figures.data) : undefined;
  const devices = (status: ProfileStatus, why: string): ReactNode =>
    by[status] > 0 && (
      <li key={status}>
        <Icon name="warning" />
        <span>
          <Link to={autopilotDevices} search={{ status }}>
            {t("home.devicesWith", { count: by[status], n: number(by[status]), status: t(`autopilot.status.${status}`) })}
          </Link>{" "}
          {why}
        </span>
      </li>
    );
  const items = [
    devices("attentionRequired", t("home.whyAttention")),
    devices("fixPending", t("home.whyFix")),
    devices("notAssigned", t("home.whyNotAssigned")),
    failed && failed.failed > 0 && (
      <li key="failed">
        <Icon name="error_circle" />
        <span>
          <Link to="/monitor/deployments" search={{ state: "failure" }}>
            {t("home.failed", { count: failed.failed, n: number(failed.failed) })}
          </Link>{" "}
          {failed.reasons[0]?.reason}
        </span>
      </li>
    ),
  ].filter(Boolean);
  return (
    <section>
      <h2>{t("home.attention")}</h2>
      {items.length === 0 ? <p>{t("home.allWell")}</p> : <ul className={styles.attention}>{items}</ul>}
    </section>
  );
}

const mostRunning = 5;

function Running() {
  const { t } = useTranslation();
  const { number, time } = useFormat();
  const first = useQuery(runningQuery(mostRunning));
  if (!first.data) return null;
  const all = first.data["@odata.count"] ?? first.data.value.length;
  return (
    <section>
      <h2>{t("home.running")}</h2>
      {all === 0 ? (
        <p>{t("home.noneRunning")}</p>
      ) : (
        <>
          <ul className={styles.attention}>
            {first.data.value.map((d) => (
              <li key={d.id}>
                <Icon name="clock" />
                <span>
                  <Link to="/monitor/deployments/$id" params={{ id: d.id }}>
                    {d.deviceSerialNumber}
                  </Link>{" "}
                  {t("home.since", { time: time(d.deploymentStartDateTime), user: d.userPrincipalName || t("common.none") })}
                </span>
              </li>
            ))}
          </ul>
          <Link to="/monitor/deployments" search={{ state: "inProgress" }}>
            {t("home.allRunning", { count: all, n: number(all) })}
          </Link>
        </>
      )}
    </section>
  );
}
