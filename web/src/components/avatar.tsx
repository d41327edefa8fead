import styles from "./avatar.module.css";

const colours = [styles.berry, styles.blue, styles.forest, styles.marigold, styles.teal];

/** The initials of a name, in a colour of its own. */
export function Avatar({ name }: { name: string }) {
  const sum = Array.from(name).reduce((n, c) => n + (c.codePointAt(0) ?? 0), 0);
  return (
    <span className={`${styles.avatar} ${colours[sum % colours.length]}`} aria-hidden="true">
      {initials(name)}
    </span>
  );
}

const initials = (name: string) =>
  name
    .split(/\s+/)
    .map((w) => w.charAt(0))
    .slice(0, 2)
    .join("")
    .toUpperCase();
