// Pages follow what happens elsewhere: the status of a device without a reload,
// through a restart of the server, and never under somebody's pointer.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, before, test } from "node:test";
import { judge, open, startBrowser } from "./browser.mjs";
import { program, startServer, tenant } from "./server.mjs";
import { devices, enter as enterAt, graphOf } from "./site.mjs";

let server, browser, graph, ada, folder;
const identities = "/v1.0/deviceManagement/windowsAutopilotDeviceIdentities";
const enter = (page, where) => enterAt(server, page, ada, where);
const pc = (...args) => execFileSync(program, ["pc", ...args, "--dir", folder], { encoding: "utf8" });
// The header and the one row of a PC's CSV file.
const hashOf = (name) => pc("export-hash", name).trim().split(/\r?\n/)[1].split(",");

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  folder = mkdtempSync(path.join(tmpdir(), "taxiway-pcs-"));
  const contoso = await tenant(server, "Contoso");
  ada = await contoso.person("Ada", { roles: ["Global Administrator"] });
  graph = await graphOf(server, contoso, ["Group.ReadWrite.All", "DeviceManagementServiceConfig.ReadWrite.All"]);
});

after(async () => {
  await browser?.close();
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const register = async (name, ...options) => {
  pc("create", name, ...options);
  const [serialNumber, , hardwareIdentifier] = hashOf(name);
  await graph("POST", "/v1.0/deviceManagement/importedWindowsAutopilotDeviceIdentities", { serialNumber, hardwareIdentifier });
  const { value } = await graph("GET", identities);
  return { serial: serialNumber, id: value.find((d) => d.serialNumber === serialNumber).id };
};
const rowOf = (page, serial) => page.getByRole("row", { name: new RegExp(serial) });
const reports = (name, id) => graph("POST", `${identities}/${id}/reportHardware`, { hardwareIdentifier: hashOf(name)[2] });
const chip = (page, text) => page.getByText(text, { exact: true }).waitFor();

test("the status walks from Not assigned to Assigned, Fix pending and Attention required while the page is open", async () => {
  const page = await open(browser);
  await enter(page, devices);
  await page.getByRole("heading", { name: "No Autopilot devices yet" }).waitFor();
  await chip(page, "Live");
  await page.evaluate(() => (window.notReloaded = true));
  const first = await register("one");
  await rowOf(page, first.serial).getByText("Not assigned").waitFor();
  const { id: group } = await graph("POST", "/v1.0/groups", {
    displayName: "All Autopilot devices", mailNickname: "all", mailEnabled: false, securityEnabled: true, groupTypes: ["DynamicMembership"],
    membershipRule: '(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))', membershipRuleProcessingState: "On",
  });
  const profiles = "/beta/deviceManagement/windowsAutopilotDeploymentProfiles";
  const { id: profile } = await graph("POST", profiles, { "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", displayName: "Everybody", outOfBoxExperienceSetting: { deviceUsageType: "singleUser" } });
  await graph("POST", `${profiles}/${profile}/assignments`, { target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId: group } });
  await rowOf(page, first.serial).getByText("Assigned", { exact: true }).waitFor();
  const tab = (name) => page.getByRole("navigation", { name: "Profile status" }).getByRole("link", { name });
  await tab(/^Assigned ?1$/).waitFor();

  pc("swap", "one", "disk");
  await reports("one", first.id);
  const row = rowOf(page, first.serial);
  await row.getByText("Fix pending").waitFor();
  await row.getByText("Fix pending").click();
  await page.getByText("We've detected a hardware change on this device. We're trying to automatically register the new hardware. You don't need to do anything now; the status will be updated at the next check in with the result.").waitFor();
  await page.keyboard.press("Escape");
  await page.mouse.move(5, 5);
  pc("swap", "one", "board");
  pc("swap", "one", "tpm");
  await reports("one", first.id);
  await row.getByText("Attention required").waitFor();
  assert.equal(await page.evaluate(() => window.notReloaded), true);
  await page.close_();
});

test("rows do not move under the pointer or while they are ticked", async () => {
  const page = await open(browser);
  const two = await register("two");
  await enter(page, devices);
  const row = rowOf(page, two.serial);
  await row.waitFor();
  await page.mouse.move(5, 5);
  await chip(page, "Live");
  await row.hover();
  await chip(page, "Paused");
  await graph("POST", `${identities}/${two.id}/updateDeviceProperties`, { groupTag: "Kiosk" });
  await chip(page, "Paused: there are changes");
  assert.equal(await row.getByText("Kiosk").count(), 0);
  await judge(page, "site-live-paused");
  await page.mouse.move(5, 5);
  await row.getByText("Kiosk").waitFor();
  await row.press(" ");
  await chip(page, "Paused");
  await graph("POST", `${identities}/${two.id}/updateDeviceProperties`, { groupTag: "Sales" });
  await chip(page, "Paused: there are changes");
  await row.press(" ");
  await row.getByText("Sales").waitFor();
  await page.close_();
});

test("a page outlives a restart of the server and shows the truth by itself", async () => {
  const page = await open(browser);
  const three = await register("three");
  await enter(page, devices);
  await rowOf(page, three.serial).waitFor();
  await page.mouse.move(5, 5);
  await chip(page, "Live");
  await page.evaluate(() => (window.notReloaded = true));
  await server.halt();
  await chip(page, "Updates every 15 s");
  await page.screenshot({ path: new URL("./out/site-live-lost.png", import.meta.url).pathname });
  await server.resume();
  await graph("POST", `${identities}/${three.id}/updateDeviceProperties`, { groupTag: "Afterwards" });
  await page.getByText("Live", { exact: true }).waitFor({ timeout: 40_000 });
  await rowOf(page, three.serial).getByText("Afterwards").waitFor();
  assert.equal(await page.evaluate(() => window.notReloaded), true);
  await page.close_();
});
