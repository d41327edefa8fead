import styles from "./ring.module.css";

/** A share of a whole as a ring; the words beside it say the same. */
export function Ring({ share }: { share: number }) {
  const around = 2 * Math.PI * 16;
  return (
    <svg viewBox="0 0 40 40" className={styles.ring} aria-hidden="true">
      <circle cx="20" cy="20" r="16" className={styles.track} />
      <circle cx="20" cy="20" r="16" className={styles.done} strokeDasharray={`${share * around} ${around}`} transform="rotate(-90 20 20)" />
    </svg>
  );
}
