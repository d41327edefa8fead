import { useTranslation } from "react-i18next";
import { useLiveState } from "../lib/live";
import { Icon, type IconName } from "./icon";
import styles from "./live.module.css";
import "../locales/en/live";

/** Says how what is on the page stays true: told at once, looked for now and
 * then, or held still while somebody points at it. */
export function LiveChip({ paused = false, news = false }: { paused?: boolean; news?: boolean }) {
  const { t } = useTranslation();
  const state = useLiveState();
  const [icon, text]: [IconName, string] = paused
    ? ["pause", news ? t("live.pausedNews") : t("live.paused")]
    : state === "live"
      ? ["pulse", t("live.live")]
      : state === "polling"
        ? ["clock", t("live.polling")]
        : ["clock", t("live.connecting")];
  return (
    <span className={`${styles.chip} ${!paused && state === "live" ? styles.live : ""}`}>
      <Icon name={icon} />
      {text}
    </span>
  );
}
