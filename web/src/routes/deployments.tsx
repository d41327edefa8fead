import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "../components/button";
import { Select, TextField } from "../components/field";
import { LiveChip } from "../components/live";
import { CommandBar, Page } from "../components/page";
import { Empty, Problem, Skeleton } from "../components/states";
import table from "../components/table.module.css";
import { deploymentsQuery, mostCounted, mostTimelines, reportQuery, timelinesQuery, type Deployment } from "../features/monitor/api/deployments";
import { deploymentStates, type DeploymentState } from "../features/monitor/states";
import styles from "../features/monitor/components/monitor.module.css";
import { PhaseBar, PhaseLegend } from "../features/monitor/components/phase-bar";
import { Span, StateWord } from "../features/monitor/components/state";
import { Summary } from "../features/monitor/components/summary";
import { phasesOf, report, seconds, slowestApps, succeeded } from "../features/monitor/report";
import { download, writeCsv } from "../lib/csv";
import { useFormat } from "../lib/format";
import { useSearchText } from "../lib/settled";
import { useCrumbs } from "./paths";
import "../locales/en/common";
import "../locales/en/guide";
import "../locales/en/monitor";

const path = "/monitor/deployments";

/** Autopilot deployments: figures, and each of them. */
export default function Deployments() {
  const { t } = useTranslation();
  return (
    <Page title={t("monitor.title")} subtitle={t("monitor.subtitle")} crumbs={useCrumbs(1)}>
      <Content />
    </Page>
  );
}

function Content() {
  const { t } = useTranslation();
  const { number } = useFormat();
  const navigate = useNavigate();
  const search = useSearch({ from: path });
  const [text, setText] = useState(search.q ?? "");
  const figures = useQuery(reportQuery);
  // The slowest apps are those of the newest that came to their end.
  const ended = (figures.data ?? []).filter((d) => succeeded(d.deploymentState)).slice(0, mostTimelines);
  const timelines = useQuery(timelinesQuery(ended.map((d) => d.id)));
  const list = useInfiniteQuery(deploymentsQuery({ q: search.q ?? "", state: search.state }));
  useSearchText(
    text,
    search.q,
    useCallback((q) => void navigate({ to: path, search: (old) => ({ ...old, q }), replace: true }), [navigate]),
  );

  const failed = list.error ?? figures.error;
  if (failed && !list.data) {
    return (
      <Problem
        error={failed}
        onRetry={() => {
          void list.refetch();
          void figures.refetch();
        }}
      />
    );
  }
  if (!list.data || !figures.data) return <Skeleton rows={8} />;
  const rows = list.data.pages.flatMap((p) => p.value);
  const total = list.data.pages[0]?.["@odata.count"] ?? rows.length;
  const filtered = search.q !== undefined || search.state !== undefined;
  if (rows.length === 0 && !filtered) {
    return (
      <Empty
        title={t("monitor.emptyTitle")}
        action={
          <Button look="primary" icon="book_open" onPress={() => void navigate({ to: "/guide" })}>
            {t("guide.title")}
          </Button>
        }
      >
        {t("monitor.empty")}
      </Empty>
    );
  }
  return (
    <>
      <p>
        {t("monitor.about", { n: number(mostCounted) })} <LiveChip />
      </p>
      <Summary report={report(figures.data)} apps={slowestApps(timelines.data ?? [], 5)} />
      <h2>{t("monitor.list")}</h2>
      <div className={styles.filters}>
        <TextField label={t("common.search")} placeholder={t("monitor.searchHint")} value={text} onChange={setText} />
        <Select<DeploymentState | "">
          label={t("monitor.state")}
          value={search.state ?? ""}
          onChange={(v) => void navigate({ to: path, search: (old) => ({ ...old, state: v === "" ? undefined : v }) })}
          options={[{ value: "", label: t("monitor.allStates") }, ...deploymentStates.map((s) => ({ value: s, label: t(`monitor.states.${s}`) }))]}
        />
      </div>
      <CommandBar label={t("monitor.commands")} end={<span aria-live="polite">{t("monitor.loaded", { loaded: number(rows.length), all: number(total) })}</span>}>
        <Button look="command" icon="arrow_clockwise" onPress={() => void list.refetch()}>
          {t("common.refresh")}
        </Button>
        <Button look="command" icon="arrow_download" isDisabled={rows.length === 0} onPress={() => download("autopilot-deployments.csv", exported(rows))}>
          {t("common.export")}
        </Button>
      </CommandBar>
      {rows.length === 0 ? (
        <Empty
          title={t("monitor.nothingTitle")}
          action={
            <Button
              onPress={() => {
                setText("");
                void navigate({ to: path, search: {} });
              }}
            >
              {t("monitor.showAll")}
            </Button>
          }
        >
          {t("monitor.nothing")}
        </Empty>
      ) : (
        <>
          <PhaseLegend />
          <Rows rows={rows} />
        </>
      )}
      {list.hasNextPage && (
        <Button isDisabled={list.isFetchingNextPage} onPress={() => void list.fetchNextPage()}>
          {t("monitor.more")}
        </Button>
      )}
    </>
  );
}

function Rows({ rows }: { rows: readonly Deployment[] }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const heads = ["start", "registered", "serial", "device", "user", "state", "phases", "profile", "esp", "deviceSetup", "accountSetup", "total", "failure", "os", "type"] as const;
  const longest = Math.max(...rows.map((d) => Object.values(phasesOf(d)).reduce((sum, s) => sum + s, 0)));
  return (
    <div className={table.scroll}>
      <table className={`${table.table} ${styles.nowrap}`}>
        <caption className="visually-hidden">{t("monitor.list")}</caption>
        <thead>
          <tr>
            {heads.map((h) => (
              <th key={h} scope="col">
                {t(`monitor.columns.${h}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((d) => (
            <tr key={d.id}>
              <th scope="row">
                <Link to="/monitor/deployments/$id" params={{ id: d.id }}>
                  {time(d.deploymentStartDateTime)}
                </Link>
              </th>
              <td>{time(d.deviceRegisteredDateTime)}</td>
              <td>{d.deviceSerialNumber}</td>
              <td>{d.managedDeviceName || t("common.none")}</td>
              <td>{d.userPrincipalName || t("common.none")}</td>
              <td>
                <StateWord state={d.deploymentState} />
              </td>
              <td>
                <PhaseBar phases={phasesOf(d)} longest={longest} />
              </td>
              <td>{d.windowsAutopilotDeploymentProfileDisplayName || t("common.none")}</td>
              <td>{d.windows10EnrollmentCompletionPageConfigurationDisplayName || t("common.none")}</td>
              <td>
                <Span seconds={seconds(d.deviceSetupDuration)} />
              </td>
              <td>
                <Span seconds={seconds(d.accountSetupDuration)} />
              </td>
              <td>
                <Span seconds={seconds(d.deploymentTotalDuration)} />
              </td>
              <td className={styles.wrap}>{d.enrollmentFailureDetails || t("common.none")}</td>
              <td>{d.osVersion || t("common.none")}</td>
              <td>{d.enrollmentType}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const exported = (rows: readonly Deployment[]) =>
  writeCsv([
    ["start", "serial", "device", "user", "profile", "esp", "state", "total", "failure"],
    ...rows.map((d) => [
      d.deploymentStartDateTime,
      d.deviceSerialNumber,
      d.managedDeviceName,
      d.userPrincipalName,
      d.windowsAutopilotDeploymentProfileDisplayName,
      d.windows10EnrollmentCompletionPageConfigurationDisplayName,
      d.deploymentState,
      d.deploymentTotalDuration,
      d.enrollmentFailureDetails,
    ]),
  ]);
