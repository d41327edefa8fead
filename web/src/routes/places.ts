import { useTranslation } from "react-i18next";
import type { IconName } from "../components/icon";
import { autopilotDevices, autopilotProfiles, deviceSettings, espPages, windowsEnrollment } from "./paths";
import "../locales/en/apps";
import "../locales/en/about";
import "../locales/en/audit";
import "../locales/en/autopilot";
import "../locales/en/branding";
import "../locales/en/devices";
import "../locales/en/enrollment";
import "../locales/en/esp";
import "../locales/en/groups";
import "../locales/en/guide";
import "../locales/en/home";
import "../locales/en/importing";
import "../locales/en/join";
import "../locales/en/lab";
import "../locales/en/mdm";
import "../locales/en/monitor";
import "../locales/en/people";
import "../locales/en/profiles";
import "../locales/en/windows";
import "../locales/en/wizard";

export interface Place {
  to: string;
  search?: Record<string, unknown>;
  label: string;
  icon: IconName;
}

/** Every page that can be opened without knowing more than its name. */
export function usePlaces(): Place[] {
  const { t } = useTranslation();
  return [
    { to: "/", label: t("home.title"), icon: "home" },
    { to: "/guide", label: t("guide.title"), icon: "book_open" },
    { to: "/monitor/deployments", label: t("monitor.title"), icon: "pulse" },
    { to: "/monitor/audit", label: t("audit.title"), icon: "history" },
    { to: "/devices", label: t("devices.overviewTitle"), icon: "desktop" },
    { to: "/devices/windows", label: t("windows.devicesTitle"), icon: "desktop" },
    { to: windowsEnrollment, label: t("enrollment.title"), icon: "settings" },
    { to: `${windowsEnrollment}/automatic`, label: t("mdm.title"), icon: "settings" },
    { to: autopilotDevices, label: t("autopilot.title"), icon: "desktop" },
    { to: autopilotDevices, search: { import: true }, label: t("importing.title"), icon: "arrow_import" },
    { to: autopilotProfiles, label: t("profiles.title"), icon: "apps" },
    { to: `${autopilotProfiles}/new`, label: `${t("wizard.title")}: ${t("wizard.subtitle")}`, icon: "add" },
    { to: espPages, label: t("esp.title"), icon: "clock" },
    { to: `${espPages}/new`, label: `${t("esp.createTitle")}: ${t("esp.createSubtitle")}`, icon: "add" },
    { to: "/apps", label: t("apps.all"), icon: "apps" },
    { to: "/apps/new", label: t("apps.newTitle"), icon: "add" },
    { to: "/users", label: t("people.all"), icon: "person" },
    { to: "/groups", label: t("groups.all"), icon: "people" },
    { to: "/groups/new", label: t("groups.newTitle"), icon: "add" },
    { to: "/tenant/branding", label: t("branding.title"), icon: "paint_brush" },
    { to: "/lab", label: t("lab.title"), icon: "wrench" },
    { to: "/about", label: t("about.title"), icon: "info" },
    { to: deviceSettings, label: t("join.title"), icon: "settings" },
  ];
}
