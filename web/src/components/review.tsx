import type { ReactNode } from "react";
import styles from "./parts.module.css";

interface Props {
  title: string;
  rows: readonly (readonly [label: string, value: ReactNode])[];
  action?: ReactNode; // beside the title
  children?: ReactNode;
}

/** A section of a review: labels and what was chosen. */
export function ReviewPart({ title, rows, action, children }: Props) {
  return (
    <section className={styles.part} aria-label={title}>
      <div className={styles.buttons}>
        <h3>{title}</h3>
        {action}
      </div>
      <dl className={styles.review}>
        {rows.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {children}
    </section>
  );
}
