import { useTranslation } from "react-i18next";
import type { Crumb } from "../components/page";
import "../locales/en/devices";
import "../locales/en/enrollment";
import "../locales/en/home";
import "../locales/en/windows";

export const autopilotDevices = "/devices/windows/enrollment/autopilot/devices";
export const autopilotProfiles = "/devices/windows/enrollment/autopilot/profiles";
export const espPages = "/devices/windows/enrollment/esp";
export const deviceSettings = "/identity/devices/settings";
export const windowsEnrollment = "/devices/windows/enrollment";

/** The way from Home to a page: how many of its steps come before it. */
export function useCrumbs(depth: number, ...more: Crumb[]): Crumb[] {
  const { t } = useTranslation();
  const way: Crumb[] = [
    { label: t("home.title"), to: "/" },
    { label: t("devices.overviewTitle"), to: "/devices" },
    { label: t("windows.devicesTitle"), to: "/devices/windows" },
    { label: t("enrollment.title"), to: windowsEnrollment },
  ];
  return [...way.slice(0, depth), ...more];
}
