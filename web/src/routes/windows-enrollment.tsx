import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { Icon, type IconName } from "../components/icon";
import { Page } from "../components/page";
import { autopilotDevices, autopilotProfiles, espPages, useCrumbs } from "./paths";
import styles from "./windows-enrollment.module.css";
import "../locales/en/enrollment";
import "../locales/en/esp";
import "../locales/en/mdm";

interface Row {
  label: string;
  text: string;
  to: string;
  icon: IconName;
}

/** Windows | Windows enrollment: what can be set. */
export default function WindowsEnrollment() {
  const { t } = useTranslation();
  const options: Row[] = [{ label: t("mdm.title"), text: t("mdm.text"), to: "/devices/windows/enrollment/automatic", icon: "people" }];
  const autopilot: Row[] = [
    { label: t("enrollment.devices"), text: t("enrollment.devicesText"), to: autopilotDevices, icon: "desktop" },
    { label: t("enrollment.profiles"), text: t("enrollment.profilesText"), to: autopilotProfiles, icon: "settings" },
    { label: t("esp.title"), text: t("esp.text"), to: espPages, icon: "clipboard_task" },
  ];
  return (
    <Page title={t("enrollment.title")} subtitle={t("enrollment.subtitle")} crumbs={useCrumbs(3)} closeTo="/devices/windows">
      <p>{t("enrollment.intro")}</p>
      <section>
        <h2 className={styles.heading}>{t("enrollment.options")}</h2>
        <Rows rows={options} />
      </section>
      <section>
        <h2 className={styles.heading}>{t("enrollment.autopilot")}</h2>
        <p>{t("enrollment.autopilotText")}</p>
        <Rows rows={autopilot} />
      </section>
    </Page>
  );
}

function Rows({ rows }: { rows: readonly Row[] }) {
  return (
    <ul className={styles.rows}>
      {rows.map((r) => (
        <li key={r.to}>
          <Icon name={r.icon} />
          <div>
            <Link to={r.to}>{r.label}</Link>
            <p>{r.text}</p>
          </div>
        </li>
      ))}
    </ul>
  );
}
