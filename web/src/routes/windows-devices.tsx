import { useTranslation } from "react-i18next";
import { Page, WithMenu } from "../components/page";
import { useCrumbs, windowsEnrollment } from "./paths";
import "../locales/en/windows";

/** Windows | Windows devices. */
export default function WindowsDevices() {
  const { t } = useTranslation();
  return (
    <Page title={t("windows.devicesTitle")} crumbs={useCrumbs(2)} closeTo="/devices">
      <WithMenu
        title={t("windows.title")}
        groups={[
          { entries: [{ label: t("windows.devicesItem"), to: "/devices/windows", icon: "desktop" }] },
          { heading: t("windows.onboarding"), entries: [{ label: t("windows.enrollment"), to: windowsEnrollment, icon: "add" }] },
        ]}
      >
        <p>{t("windows.intro")}</p>
      </WithMenu>
    </Page>
  );
}
