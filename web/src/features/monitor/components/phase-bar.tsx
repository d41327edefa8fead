import { useTranslation } from "react-i18next";
import { phaseNames, segments, type PhaseName } from "../report";
import styles from "./monitor.module.css";
import "../../../locales/en/monitor";

/** The phases of one deployment in a row of a list: the longest of the list fills
 * the width. The figures stand in columns of their own. */
export function PhaseBar({ phases, longest }: { phases: Record<PhaseName, number>; longest: number }) {
  return (
    <svg viewBox="0 0 100 8" className={styles.phaseBar} aria-hidden="true" preserveAspectRatio="none">
      {segments(phases, longest).map((s) => (
        <rect key={s.id} className={styles[s.id]} x={s.from} width={Math.max(s.width - 0.75, 0.75)} height="8" />
      ))}
    </svg>
  );
}

/** What the colours of the bars mean. */
export function PhaseLegend() {
  const { t } = useTranslation();
  return (
    <ul className={styles.legend}>
      {phaseNames.map((id) => (
        <li key={id}>
          <svg viewBox="0 0 8 8" aria-hidden="true">
            <rect className={styles[id]} width="8" height="8" />
          </svg>
          {t(`monitor.phases.${id}`)}
        </li>
      ))}
    </ul>
  );
}
