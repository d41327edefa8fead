import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Problem, Skeleton } from "../../../components/states";
import table from "../../../components/table.module.css";
import { useFormat } from "../../../lib/format";
import { timelineQuery, type Deployment } from "../api/deployments";
import type { DeploymentState } from "../states";
import { seconds } from "../report";
import styles from "./monitor.module.css";
import { Span, StateWord } from "./state";
import "../../../locales/en/monitor";

/** A deployment's phases with their spans, and its events. */
export function Timeline({ deployment: d }: { deployment: Deployment }) {
  return (
    <>
      <Phases deployment={d} />
      <Events id={d.id} />
    </>
  );
}

function Phases({ deployment: d }: { deployment: Deployment }) {
  const { t } = useTranslation();
  // A failed deployment broke off in the phase that did not end well.
  const preparation: DeploymentState = seconds(d.deviceSetupDuration) > 0 || d.deviceSetupStatus === "success" ? "success" : d.deploymentState;
  const phases: { id: "preparation" | "device" | "account"; state: DeploymentState; s: number }[] = [
    { id: "preparation", state: preparation, s: seconds(d.devicePreparationDuration) },
    { id: "device", state: d.deviceSetupStatus, s: seconds(d.deviceSetupDuration) },
    { id: "account", state: d.accountSetupStatus, s: seconds(d.accountSetupDuration) },
  ];
  const total = Math.max(
    1,
    phases.reduce((n, p) => n + p.s, 0),
  );
  const begins = phases.map((_, i) => phases.slice(0, i).reduce((n, p) => n + p.s, 0));
  return (
    <section>
      <h2>{t("monitor.phasesTitle")}</h2>
      <svg viewBox="0 0 400 36" className={styles.bars} aria-hidden="true">
        {phases.map((p, i) => (
          <g key={p.id}>
            <rect className={styles.track} x="0" y={i * 12} width="400" height="8" rx="2" />
            <rect
              className={p.state === "failure" ? styles.bad : undefined}
              x={((begins[i] ?? 0) / total) * 400}
              y={i * 12}
              width={Math.max(p.s > 0 ? 2 : 0, (p.s / total) * 400)}
              height="8"
              rx="2"
            />
          </g>
        ))}
      </svg>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t("monitor.phase")}</th>
            <th scope="col">{t("monitor.state")}</th>
            <th scope="col">{t("monitor.duration")}</th>
          </tr>
        </thead>
        <tbody>
          {phases.map((p) => (
            <tr key={p.id}>
              <th scope="row">{t(`monitor.phases.${p.id}`)}</th>
              <td>
                <StateWord state={p.state} />
              </td>
              <td>
                <Span seconds={p.s} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Events({ id }: { id: string }) {
  const { t } = useTranslation();
  const { time } = useFormat();
  const events = useQuery(timelineQuery(id));
  if (events.isError && !events.data) return <Problem error={events.error} onRetry={() => void events.refetch()} />;
  if (!events.data) return <Skeleton rows={4} />;
  return (
    <section>
      <h2>{t("monitor.timeline")}</h2>
      {events.data.length === 0 && <p>{t("monitor.noEvents")}</p>}
      <ol className={styles.lines}>
        {events.data.map((e) => (
          <li key={e.id}>
            <span className={styles.when}>
              {time(e.dateTime)}
              {e.phase && ` · ${e.phase}`}
            </span>
            <span>
              {e.description}
              {e.code && <code> {e.code}</code>}
            </span>
            {e.nextStep && <span>{t("monitor.nextStep", { text: e.nextStep })}</span>}
            {e.deadlineDateTime && <span>{t("monitor.until", { time: time(e.deadlineDateTime) })}</span>}
          </li>
        ))}
      </ol>
      <details>
        <summary>{t("monitor.raw")}</summary>
        {/* It scrolls, so the keyboard has to reach it. */}
        <pre className={styles.raw} tabIndex={0}>
          {JSON.stringify(events.data, null, 2)}
        </pre>
      </details>
    </section>
  );
}
