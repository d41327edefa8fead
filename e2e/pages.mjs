// Every page of the admin site, and something for it to show.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { program } from "./server.mjs";

const router = readFileSync(new URL("../web/src/app/router.tsx", import.meta.url), "utf8");

// Pages that need no more than their address; the gallery is no place to go to.
export const places = [...router.matchAll(/(?:page\(|\bpath: )"(\/[^"$]*)"/g)].map(([, path]) => path).filter((path) => path !== "/gallery");

export const furnishing = ["Group.ReadWrite.All", "DeviceManagementServiceConfig.ReadWrite.All", "User.Read.All"];
const rule = '(device.devicePhysicalIds -any (_ -eq "[OrderID]:Sales"))';

// furnish makes one of each thing that has a page, and returns these pages and
// the words that are data. graph needs the permissions of furnishing.
export async function furnish(graph, person) {
  const list = execFileSync(program, ["hash", "mint", "--count", "3", "--tag", "Sales"], { encoding: "utf8" });
  const rows = list.trim().split(/\r?\n/).slice(1).map((line) => line.split(","));
  await graph("POST", "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities/import", {
    importedWindowsAutopilotDeviceIdentities: rows.map(([serialNumber, , hardwareIdentifier]) => ({
      "@odata.type": "#microsoft.graph.importedWindowsAutopilotDeviceIdentity", serialNumber, hardwareIdentifier, groupTag: "Sales",
    })),
  });
  const { value: devices } = await graph("GET", "/v1.0/deviceManagement/windowsAutopilotDeviceIdentities");
  const { id: group } = await graph("POST", "/v1.0/groups", {
    displayName: "Sales PCs", mailNickname: "sales", mailEnabled: false, securityEnabled: true, groupTypes: ["DynamicMembership"], membershipRule: rule, membershipRuleProcessingState: "On",
  });
  const { id: profile } = await graph("POST", "/beta/deviceManagement/windowsAutopilotDeploymentProfiles", {
    "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", displayName: "Sales PCs", outOfBoxExperienceSetting: { deviceUsageType: "singleUser" },
  });
  const { id: esp } = await graph("POST", "/beta/deviceManagement/deviceEnrollmentConfigurations", {
    "@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", displayName: "Sales PCs", showInstallationProgress: true,
  });
  const { id: user } = await graph("GET", `/v1.0/users/${person}`);
  const autopilot = "/devices/windows/enrollment/autopilot";
  const device = `${autopilot}/devices/${devices[0].id}`;
  return {
    pages: [
      device, `${device}/timeline`, `${device}/why`, `${autopilot}/profiles/${profile}`, `${autopilot}/profiles/${profile}/properties`, `${autopilot}/profiles/${profile}/devices`,
      `/devices/windows/enrollment/esp/${esp}`, `/groups/${group}`, `/groups/${group}/rule`, `/users/${user}`,
    ],
    words: ["Sales PCs", "Sales", rule, person, ...devices.flatMap((d) => [d.serialNumber, d.manufacturer, d.model]).filter(Boolean)],
  };
}

// opened goes to a page and waits until it shows what it has.
export async function opened(server, page, place) {
  await page.goto(`${server.base}/admin${place}`);
  await page.locator("main h1").filter({ hasText: /\S/ }).waitFor();
  if (place === "/gallery") return; // it shows the grey rows themselves
  await page.waitForFunction(() => document.querySelector("main [role=status][aria-label]") === null); // the grey rows
}
