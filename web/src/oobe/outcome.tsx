import { Heading, Spoken } from "./app";
import type { Frame, Outcome } from "./types";
import { useWords } from "./words";
import styles from "./oobe.module.css";

/** The desktop, with what became of the PC. */
export function OutcomeCard({ frame, outcome }: { frame: Frame; outcome: Outcome }) {
  const w = useWords();
  const value = (text: string) => w.values[text] ?? text;
  const facts: [string, string | undefined][] = [
    [w.computerName, outcome.computerName],
    [w.account, outcome.account],
    [w.accountType, outcome.accountType],
    [w.groups, outcome.localGroups.join(", ")],
    [w.joined, outcome.joined ? `${w.yes}${outcome.organization ? `: ${outcome.organization}` : ""}` : w.no],
    [w.deviceId, outcome.deviceId],
    [w.managed, outcome.managed ? w.yes : `${w.no}${outcome.managedWhy ? `: ${outcome.managedWhy}` : ""}`],
    [w.profile, outcome.profile],
    [w.profileStatus, outcome.profileStatus],
    [w.apps, outcome.apps.length > 0 ? String(outcome.apps.length) : undefined],
    [w.boots, String(outcome.boots)],
  ];
  return (
    <div className={styles.desktop}>
      <section className={styles.outcome}>
        <Heading of={frame}>{w.outcome}</Heading>
        <dl>
          {facts.map(([label, text]) =>
            text ? (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{text}</dd>
              </div>
            ) : null,
          )}
        </dl>
        <h2>{w.checks}</h2>
        {outcome.checks.length === 0 ? (
          <p>{w.noChecks}</p>
        ) : (
          <ul className={styles.checks}>
            {outcome.checks.map((c) => (
              <li key={c.setting}>
                <svg className={`${styles.stateIcon} ${c.ok ? styles.good : styles.bad}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
                  <path d={c.ok ? "M4 10.5l4 4 8-9" : "M5 5l10 10M15 5L5 15"} />
                </svg>
                <span>
                  <strong>{w.settings[c.setting]}</strong>
                  <span>
                    {w.want}: {value(c.want)} · {w.got}: {value(c.got) || w.no}
                  </span>
                  <span className={styles.state}>{c.ok ? w.passed : w.failed}</span>
                </span>
              </li>
            ))}
          </ul>
        )}
        <h2>{w.times}</h2>
        <ul className={styles.times}>
          {outcome.phases.map((p, i) => (
            <li key={`${p.step} ${i}`}>
              <span>{w.steps[p.step] ?? p.step}</span>
              <span>{w.took(p.took / 1e9)}</span>
              <span className={styles.state}>{p.text}</span>
            </li>
          ))}
        </ul>
      </section>
      <p className={styles.taskbar} lang="en">
        {frame.screen?.text?.split("\n").join(" · ")}
      </p>
      <Spoken text={`${w.outcome}: ${outcome.computerName}`} />
    </div>
  );
}
