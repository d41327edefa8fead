// Why a device has the profile it has: excluded by mistake and mended with one
// press, taken back, tried in thought, told in German and copied.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { judge, open, startBrowser } from "./browser.mjs";
import { program, startServer, tenant } from "./server.mjs";
import { button, devices, enter as enterAt, graphOf, profiles as wizard } from "./site.mjs";

let server, browser, graph, ada, device, object;
const identities = "/beta/deviceManagement/windowsAutopilotDeviceIdentities";
const profiles = "/beta/deviceManagement/windowsAutopilotDeploymentProfiles";
const enter = (page, where) => enterAt(server, page, ada, where);
const status = async () => (await graph("GET", `${identities}/${device}/explain`)).profileStatus;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  const contoso = await tenant(server, "Contoso");
  ada = await contoso.person("Ada", { roles: ["Global Administrator"] });
  graph = await graphOf(server, contoso, ["Group.ReadWrite.All", "Device.Read.All", "DeviceManagementServiceConfig.ReadWrite.All"]);
  const csv = execFileSync(program, ["hash", "mint", "--count", "1", "--seed", "7"], { encoding: "utf8" });
  const [serialNumber, , hardwareIdentifier] = csv.trim().split(/\r?\n/)[1].split(",");
  await graph("POST", "/v1.0/deviceManagement/importedWindowsAutopilotDeviceIdentities", { serialNumber, hardwareIdentifier });
  device = (await graph("GET", identities)).value[0].id;
  object = (await graph("GET", "/v1.0/devices")).value[0].id;
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const profile = async (displayName) => (await graph("POST", profiles, { "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", displayName, outOfBoxExperienceSetting: { deviceUsageType: "singleUser" } })).id;
const assign = (id, kind, groupId) => graph("POST", `${profiles}/${id}/assignments`, { target: { "@odata.type": `#microsoft.graph.${kind}AssignmentTarget`, ...(groupId && { groupId }) } });
const group = async (displayName) => {
  const { id } = await graph("POST", "/v1.0/groups", { displayName, mailNickname: displayName, mailEnabled: false, securityEnabled: true });
  await graph("POST", `/v1.0/groups/${id}/members/$ref`, { "@odata.id": `https://graph.microsoft.com/v1.0/directoryObjects/${object}` });
  return id;
};

test("excluded by mistake: Review warns, Why names the group, Fix mends it, Undo takes it back", async () => {
  await group("Sales");
  await group("Kiosk");
  const page = await open(browser);
  await enter(page, `${wizard}/new`);
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Sales laptops");
  await button(page, "Next").click();
  await button(page, "Next").click();
  for (const [nth, name] of ["Sales", "Kiosk"].entries()) {
    await button(page, "Add groups").nth(nth).click();
    await page.getByRole("dialog").getByText(name, { exact: true }).click();
    await button(page, "Select").click();
    await page.getByRole("cell", { name, exact: true }).waitFor();
  }
  await button(page, "Next").click();
  await page.getByText("The excluded groups hold the only device of the included groups, so no device gets this profile.").waitFor();
  await judge(page, "why-warned");
  await button(page, "Create").click();
  await page.waitForURL((url) => !url.pathname.endsWith("/new"));

  await page.goto(`${server.base}${devices}/${device}/why`);
  await page.getByText("Not assigned: the device is in the group 'Kiosk', which the profile 'Sales laptops' excludes, and no other profile applies.").waitFor();
  await judge(page, "why-excluded");
  await button(page, "Fix: Remove the group 'Kiosk' from Excluded groups of the profile 'Sales laptops'.").click();
  await page.getByText("Assigned: the profile 'Sales laptops' applies because the device is in the included group 'Sales', and no older profile applies.").waitFor();
  assert.equal(await status(), "Assigned");
  await button(page, "Undo").click();
  await page.getByText("Not assigned: the device is in the group 'Kiosk'").waitFor();
  assert.equal(await status(), "Not assigned");
  await button(page, "Fix: Take the device out of the group 'Kiosk'.").click();
  await page.getByText(/^Assigned: the profile 'Sales laptops'/).waitFor();
  assert.equal(await status(), "Assigned");
  await page.close_();
});

test("of two profiles the oldest wins, and All devices is the last resort", async () => {
  await assign(await profile("Everybody"), "allDevices");
  const newer = await profile("Newer");
  const sales = (await graph("GET", "/v1.0/groups?$filter=displayName%20eq%20'Sales'")).value[0].id;
  await assign(newer, "group", sales);
  const page = await open(browser);
  await enter(page, `${devices}/${device}/why`);
  await page.getByText(/Newer: The device is in the included group 'Sales', but the profile 'Sales laptops' was created earlier and wins\./).waitFor();
  await page.getByText(/Everybody: It is assigned to All devices, but the profile 'Sales laptops' comes from a group and wins\./).waitFor();
  await graph("DELETE", `/v1.0/groups/${sales}/members/${object}/$ref`);
  await page.getByText("Assigned: the profile 'Everybody' applies because it is assigned to All devices, and no group decides for this device.").waitFor();
  await page.close_();
});

test("what if changes nothing, and the answer speaks German and can be copied", async () => {
  const page = await open(browser);
  await enter(page, `${devices}/${device}/why`);
  const { id } = await graph("POST", "/v1.0/groups", {
    displayName: "Tagged", mailNickname: "tagged", mailEnabled: false, securityEnabled: true, groupTypes: ["DynamicMembership"],
    membershipRule: '(device.devicePhysicalIds -any (_ -eq "[OrderID]:Front"))', membershipRuleProcessingState: "On",
  });
  const front = await profile("Front desk");
  await assign(front, "group", id);
  await page.getByRole("textbox", { name: "Group tag" }).fill("Front");
  await button(page, "Try").click();
  await page.getByText("This is how it would be. Nothing is saved.").waitFor();
  await page.getByText("The engine would assign the profile 'Front desk'.").waitFor();
  await judge(page, "why-what-if");
  assert.equal((await graph("GET", `${identities}/${device}`)).groupTag, "");
  await button(page, "Back to how it is").click();
  await page.getByText("Assigned: the profile 'Everybody'").waitFor();
  await page.evaluate(() => localStorage.setItem("taxiway.language", "de"));
  await page.reload();
  await page.getByText("Zugewiesen: Das Profil „Everybody“ gilt, weil es allen Geräten zugewiesen ist").waitFor();
  await page.evaluate(() => (navigator.clipboard.writeText = async (text) => void (window.copied = text)));
  await button(page, "Als Text kopieren").click();
  await page.waitForFunction(() => window.copied?.includes("[x] Profile: Das Profil „Everybody“ erreicht das Gerät."));
  await page.close_();
});
