import { useId, useState } from "react";
import type { Row } from "./types";
import { useWords } from "./words";
import styles from "./oobe.module.css";

const icons: Record<Row["state"], string> = {
  Complete: "M4 10.5l4 4 8-9",
  Error: "M10 3v9M10 15.5v.1",
  "Working on it": "M10 3a7 7 0 1 0 .1 0M10 6v4l3 2",
  Identifying: "M10 3a7 7 0 1 0 .1 0M10 6v4l3 2",
  Waiting: "M6 10h.1M10 10h.1M14 10h.1",
};

/** The parts of the Enrollment Status Page. */
export function Phases({ rows }: { rows: readonly Row[] }) {
  return (
    <ul className={styles.phases}>
      {rows.map((r) => (
        <Phase key={r.name} row={r} />
      ))}
    </ul>
  );
}

function Phase({ row }: { row: Row }) {
  const w = useWords();
  const id = useId();
  const [chosen, setChosen] = useState<boolean>();
  const open = chosen ?? (row.state === "Working on it" || row.state === "Error");
  return (
    <li className={styles.phase}>
      <State state={row.state} />
      <div>
        <strong>{row.name}</strong>
        <span className={styles.state}>{row.state}</span>
        {row.rows && (
          <button
            type="button"
            className={styles.link}
            aria-expanded={open}
            aria-controls={id}
            aria-label={`${open ? w.hideDetails : w.showDetails}: ${row.name}`}
            onClick={() => setChosen(!open)}
          >
            {open ? `∧ ${w.hideDetails}` : `∨ ${w.showDetails}`}
          </button>
        )}
        {row.rows && open && (
          <ul id={id} className={styles.rows}>
            {row.rows.map((r) => (
              <li key={r.name}>
                <State state={r.state} />
                <span>
                  {r.name} {r.total ? w.of(r.done ?? 0, r.total) : ""}
                </span>
                <span className={styles.state}>{r.state}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </li>
  );
}

function State({ state }: { state: Row["state"] }) {
  return (
    <svg className={`${styles.stateIcon} ${state === "Complete" ? styles.good : state === "Error" ? styles.bad : ""}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={icons[state]} />
    </svg>
  );
}
