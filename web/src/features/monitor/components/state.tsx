import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../../../components/icon";
import type { DeploymentState } from "../states";
import styles from "./monitor.module.css";
import "../../../locales/en/common";
import "../../../locales/en/monitor";

const icons: Record<DeploymentState, IconName> = {
  inProgress: "clock",
  success: "checkmark_circle",
  successWithTimeout: "checkmark_circle",
  successOnRetry: "checkmark_circle",
  failure: "error_circle",
  notAttempted: "circle",
  disabled: "circle",
  unknown: "question_circle",
};

/** How a deployment, or a phase of it, went. */
export function StateWord({ state }: { state: DeploymentState }) {
  const { t } = useTranslation();
  return (
    <span className={`${styles.state} ${styles[state] ?? ""}`}>
      <Icon name={icons[state]} />
      {t(`monitor.states.${state}`)}
    </span>
  );
}

/** A length of time, in hours, minutes and seconds. */
export function Span({ seconds: s }: { seconds: number | undefined }) {
  const { t } = useTranslation();
  if (s === undefined || s <= 0) return <>{t("common.none")}</>;
  const whole = Math.round(s);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map((n) => String(n).padStart(2, "0"));
  return <time dateTime={`PT${whole}S`}>{parts.join(":")}</time>;
}
