import { useTranslation } from "react-i18next";
import type { ProfileStatus } from "../lib/status";
import { Icon, type IconName } from "./icon";
import styles from "./status.module.css";
import "../locales/en/autopilot";

const icons: Record<ProfileStatus, IconName> = {
  notAssigned: "info",
  assigning: "clock",
  assigned: "checkmark_circle",
  fixPending: "wrench",
  attentionRequired: "warning",
};

/** A status in a word, with a picture beside it, never by colour alone. */
export function StatusWord({ status }: { status: ProfileStatus }) {
  const { t } = useTranslation();
  return (
    <span className={`${styles.status} ${styles[status]}`}>
      <Icon name={icons[status]} />
      {t(`autopilot.status.${status}`)}
    </span>
  );
}
