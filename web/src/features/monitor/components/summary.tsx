import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import table from "../../../components/table.module.css";
import { useFormat } from "../../../lib/format";
import type { DeploymentState } from "../states";
import type { AppTime, Report } from "../report";
import styles from "./monitor.module.css";
import { Span } from "./state";
import "../../../locales/en/common";
import "../../../locales/en/monitor";

const page = "/monitor/deployments";

/** The figures of the last thirty days: every number leads to what it counts. */
export function Summary({ report: r, apps }: { report: Report; apps: readonly AppTime[] }) {
  const { t, i18n } = useTranslation();
  const { number } = useFormat();
  const percent = r.rate === undefined ? t("common.none") : new Intl.NumberFormat(i18n.language, { style: "percent", maximumFractionDigits: 1 }).format(r.rate);
  const figure = (label: string, value: string, state: DeploymentState | undefined) => (
    <li>
      <Link to={page} search={state ? { state } : {}}>
        <strong>{value}</strong>
        {label}
      </Link>
    </li>
  );
  const phases = (["preparation", "device", "account", "total"] as const).map((id) => ({ id, s: r.medians[id] ?? 0 }));
  const longest = Math.max(1, ...phases.map((p) => p.s));
  return (
    <>
      <ul className={styles.figures}>
        {figure(t("monitor.rate"), percent, undefined)}
        {figure(t("monitor.runningNow"), number(r.running), "inProgress")}
        {figure(t("monitor.succeeded"), number(r.succeeded), "success")}
        {figure(t("monitor.failed"), number(r.failed), "failure")}
      </ul>
      <div className={styles.tables}>
        <section>
          <h2>{t("monitor.medians")}</h2>
          <table className={table.table}>
            <thead>
              <tr>
                <th scope="col">{t("monitor.phase")}</th>
                <th scope="col">{t("monitor.median")}</th>
                <th scope="col">
                  <span className="visually-hidden">{t("monitor.bar")}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {phases.map((p) => (
                <tr key={p.id}>
                  <th scope="row">{t(`monitor.phases.${p.id}`)}</th>
                  <td>
                    <Span seconds={p.s} />
                  </td>
                  <td>
                    <svg viewBox="0 0 100 8" className={styles.bars} aria-hidden="true" preserveAspectRatio="none">
                      <rect className={styles.track} width="100" height="8" rx="2" />
                      <rect width={(p.s / longest) * 100} height="8" rx="2" />
                    </svg>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
        <section>
          <h2>{t("monitor.slowest")}</h2>
          {apps.length === 0 ? (
            <p>{t("monitor.noApps")}</p>
          ) : (
            <table className={table.table} aria-label={t("monitor.slowest")}>
              <thead>
                <tr>
                  <th scope="col">{t("monitor.app")}</th>
                  <th scope="col">{t("monitor.median")}</th>
                  <th scope="col">{t("monitor.count")}</th>
                </tr>
              </thead>
              <tbody>
                {apps.map((a) => (
                  <tr key={a.id}>
                    <th scope="row">{a.name}</th>
                    <td>
                      <Span seconds={a.median} />
                    </td>
                    <td>{number(a.count)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </section>
        <section>
          <h2>{t("monitor.reasons")}</h2>
          {r.reasons.length === 0 ? (
            <p>{t("monitor.noReasons")}</p>
          ) : (
            <table className={table.table}>
              <thead>
                <tr>
                  <th scope="col">{t("monitor.reason")}</th>
                  <th scope="col">{t("monitor.count")}</th>
                </tr>
              </thead>
              <tbody>
                {r.reasons.map((x) => (
                  <tr key={x.reason}>
                    <th scope="row">{x.reason || t("monitor.states.unknown")}</th>
                    <td>{number(x.count)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </section>
      </div>
    </>
  );
}
