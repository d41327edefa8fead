import { iconPaths } from "./icon-paths";
import styles from "./icon.module.css";

export type IconName = keyof typeof iconPaths;

/** A picture beside words that say the same. */
export function Icon({ name, className }: { name: IconName; className?: string | undefined }) {
  return (
    <svg className={`${styles.icon} ${className ?? ""}`} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={iconPaths[name]} />
    </svg>
  );
}
