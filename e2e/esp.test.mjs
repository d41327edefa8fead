// Enrollment Status Pages: made in the wizard, put in order, changed, and which
// one a PC and its user get.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { judge, open } from "./browser.mjs";
import { program } from "./server.mjs";
import { begin, button, enter as enterAt, links, settled } from "./site.mjs";

const esp = "/admin/devices/windows/enrollment/esp";
let server, browser, ada, mia, graph, stop;
const enter = (page, who, where) => enterAt(server, page, who, where);

before(async () => {
  ({ server, browser, ada, mia, graph, stop } = await begin(["Group.ReadWrite.All", "DeviceManagementServiceConfig.ReadWrite.All", "DeviceManagementApps.ReadWrite.All", "User.Read.All"]));
  for (const [name, version] of [["Editor", "2.4.1"], ["Reader", "11.0"]]) {
    await graph("POST", "/beta/deviceAppManagement/mobileApps", { "@odata.type": "#microsoft.graph.windowsMobileMSI", displayName: name, publisher: "Example", fileName: `${name}.msi`, productVersion: version, productCode: `{${randomUUID().toUpperCase()}}` });
  }
  await graph("POST", "/v1.0/groups", {
    displayName: "Autopilot devices", mailNickname: "autopilot", mailEnabled: false, securityEnabled: true, groupTypes: ["DynamicMembership"],
    membershipRule: '(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))', membershipRuleProcessingState: "On",
  });
});

after(() => stop?.());

const pill = (page, group, name) => page.getByRole("radiogroup", { name: group, exact: true }).getByText(name, { exact: true });
const shown = (page) => page.locator("main").innerText();

async function ordered(page, ...names) {
  await page.waitForFunction((want) => {
    const links = [...document.querySelectorAll("main table a")].map((a) => a.textContent);
    return JSON.stringify(links) === JSON.stringify(want);
  }, names);
}

test("the wizard reveals what depends on a setting, and keeps what was entered", async () => {
  const page = await open(browser);
  await enter(page, ada, "/admin/devices/windows/enrollment");
  await links(page, "Enrollment Status Page").click();
  await settled(page, "Enrollment Status Page");
  await page.getByRole("heading", { name: "Only the default so far" }).waitFor();
  await judge(page, "site-esp-empty");
  await button(page, "Create").first().click();
  await settled(page, "Create profile");
  assert.deepEqual(await page.getByRole("navigation", { name: "Steps" }).getByRole("listitem").allInnerTexts().then((all) => all.map((x) => x.replace(/^\d\s*/, ""))), ["Basics", "Settings", "Assignments", "Review + create"]);
  await button(page, "Next").click();
  await page.getByText("Enter a name.").waitFor();
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Sales");
  await button(page, "Next").click();
  const progress = "Show app and profile configuration progress";
  await page.getByRole("radiogroup", { name: progress }).waitFor();
  assert.equal(await page.getByRole("radiogroup").count(), 1);
  await pill(page, progress, "Yes").click();
  const minutes = page.getByRole("textbox", { name: "Show an error when installation takes longer than specified number of minutes" });
  assert.equal(await minutes.inputValue(), "60");
  await minutes.fill("0");
  await button(page, "Next").click();
  await page.getByText("from 1 to 1440").waitFor();
  await minutes.fill("90");
  await pill(page, "Show custom message when time limit or error occurs", "Yes").click();
  const message = page.getByRole("textbox", { name: "Error message" });
  assert.equal(await message.inputValue(), "Setup could not be completed. Please try again or contact your support person for help.");
  await message.fill("Call 4711.");
  await pill(page, "Turn on log collection and diagnostics page for end users", "Yes").click();
  const block = "Block device use until all apps and profiles are installed";
  assert.equal(await page.getByRole("radiogroup", { name: "Allow users to reset device if installation error occurs" }).count(), 0);
  await pill(page, block, "Yes").click();
  await pill(page, "Allow users to reset device if installation error occurs", "Yes").click();
  const required = "Block device use until required apps are installed if they are assigned to the user/device";
  await pill(page, required, "Selected").click();
  await button(page, "Next").click();
  await page.getByText("Select at least one app, or choose All.").waitFor();
  const technician = "Only fail selected blocking apps in technician phase";
  assert.equal(await page.getByRole("radiogroup", { name: technician }).count(), 0);
  await button(page, "Select apps").click();
  const picker = page.getByRole("dialog", { name: "Select apps" });
  await picker.getByText("2 results found").waitFor();
  await picker.getByRole("textbox", { name: "Search" }).fill("Edit");
  await picker.getByText("1 result found").waitFor();
  await picker.getByText("2.4.1").waitFor();
  await picker.getByText("Editor", { exact: true }).click();
  await judge(page, "site-esp-apps");
  await picker.getByRole("button", { name: "Select", exact: true }).click();
  await pill(page, technician, "Yes").click();
  await judge(page, "site-esp-settings");
  await button(page, "Next").click();
  await page.getByRole("heading", { name: "Included groups" }).waitFor();
  await button(page, "Next").click();
  await page.getByText("nobody gets this Enrollment Status Page").waitFor();
  await button(page, "Previous").click();
  await button(page, "Add groups").first().click();
  await page.getByText("Autopilot devices", { exact: true }).click();
  await button(page, "Select").click();
  await page.getByRole("cell", { name: "Autopilot devices", exact: true }).waitFor();
  assert.ok(await button(page, "Add all devices").isDisabled() && await button(page, "Add all users").isDisabled());

  // What was entered outlives the window, step and all.
  await page.reload();
  await page.getByText("A draft from before was opened.").waitFor();
  await page.getByRole("cell", { name: "Autopilot devices", exact: true }).waitFor();
  await button(page, "Previous").click();
  assert.equal(await minutes.inputValue(), "90");
  await button(page, "Next").click();
  await button(page, "Next").click();
  await page.getByRole("heading", { name: "Summary" }).waitFor();
  const summary = await shown(page);
  for (const text of [/Sales/, /minutes\s+90/, /Error message\s+Call 4711\./, /Blocking apps\s+Editor/, /technician phase\s+Yes/, /Included groups\s+Autopilot devices/]) assert.match(summary, text);
  await judge(page, "site-esp-review");
  await button(page, "Create").click();
  await settled(page, "Enrollment Status Page");
  await ordered(page, "Sales", "All users and all devices");
  const { value } = await graph("GET", "/beta/deviceManagement/deviceEnrollmentConfigurations?$expand=assignments&$filter=deviceEnrollmentConfigurationType%20eq%20'windows10EnrollmentCompletionPageConfiguration'%20and%20priority%20eq%201");
  assert.equal(value.length, 1);
  const { installProgressTimeoutInMinutes, blockDeviceSetupRetryByUser, selectedMobileAppIds, allowNonBlockingAppInstallation, assignments } = value[0];
  assert.deepEqual(
    { installProgressTimeoutInMinutes, blockDeviceSetupRetryByUser, apps: selectedMobileAppIds.length, allowNonBlockingAppInstallation, assigned: assignments.length },
    { installProgressTimeoutInMinutes: 90, blockDeviceSetupRetryByUser: false, apps: 1, allowNonBlockingAppInstallation: true, assigned: 1 },
  );
  await page.close_();
});

test("pages are put in order with buttons and by dragging, changed and deleted", async () => {
  for (const name of ["Kiosks", "Everybody"]) {
    await graph("POST", "/beta/deviceManagement/deviceEnrollmentConfigurations", { "@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", displayName: name });
  }
  const page = await open(browser);
  await enter(page, ada, esp);
  await settled(page, "Enrollment Status Page");
  await ordered(page, "Sales", "Kiosks", "Everybody", "All users and all devices");
  await judge(page, "site-esp");
  assert.ok(await button(page, "Move Sales up").isDisabled() && await button(page, "Move Everybody down").isDisabled());
  await button(page, "Move Everybody up").click();
  await page.getByText("Everybody has priority 2 now.").waitFor();
  await ordered(page, "Sales", "Everybody", "Kiosks", "All users and all devices");
  await button(page, "Move Sales down").click();
  await ordered(page, "Everybody", "Sales", "Kiosks", "All users and all devices");
  const row = (name) => page.getByRole("row").filter({ hasText: name });
  await row("Kiosks").dragTo(row("Everybody").first(), { sourcePosition: { x: 20, y: 20 }, targetPosition: { x: 20, y: 3 } });
  await ordered(page, "Kiosks", "Everybody", "Sales", "All users and all devices");
  // The handle does the same with keys.
  await button(page, "Drag Kiosks").press("Enter");
  const place = () => page.evaluate(() => document.activeElement.getAttribute("aria-label") ?? "");
  await page.waitForFunction(() => /^Insert/.test(document.activeElement.getAttribute("aria-label") ?? ""));
  for (let tries = 0; (await place()) !== "Insert between Everybody and Sales"; tries++) {
    assert.ok(tries < 6, await place());
    await page.keyboard.press("ArrowDown");
  }
  await page.keyboard.press("Enter");
  await ordered(page, "Everybody", "Kiosks", "Sales", "All users and all devices");
  await button(page, "Move Kiosks up").click();
  await ordered(page, "Kiosks", "Everybody", "Sales", "All users and all devices");
  await page.reload();
  await ordered(page, "Kiosks", "Everybody", "Sales", "All users and all devices");

  await links(page, "Kiosks").click();
  await settled(page, "Kiosks");
  await judge(page, "site-esp-page");
  await button(page, "Edit Settings").click();
  const drawer = page.getByRole("dialog", { name: "Settings" });
  await pill(drawer, "Show app and profile configuration progress", "Yes").click();
  await judge(page, "site-esp-edit");
  await drawer.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Kiosks is saved.").waitFor();
  await page.waitForFunction(() => /configuration progress\s+Yes/.test(document.querySelector("main").innerText));
  await button(page, "Edit Assignments").click();
  await page.getByRole("dialog", { name: "Assignments" }).getByRole("button", { name: "Add all users" }).click();
  await page.getByRole("dialog", { name: "Assignments" }).getByRole("button", { name: "Save", exact: true }).click();
  await page.waitForFunction(() => /Assigned to\s+All users/.test(document.querySelector("main").innerText));
  await button(page, "Delete").click();
  await judge(page, "site-esp-delete");
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await settled(page, "Enrollment Status Page");
  await ordered(page, "Everybody", "Sales", "All users and all devices");
  await links(page, "All users and all devices").click();
  await page.getByText("This is the default.").waitFor();
  assert.ok(await button(page, "Delete").isDisabled());
  await page.close_();
});

test("who gets what names the page that counts and the group it comes through", async () => {
  const list = execFileSync(program, ["hash", "mint", "--count", "1"], { encoding: "utf8" });
  const [serialNumber, , hardwareIdentifier] = list.trim().split(/\r?\n/)[1].split(",");
  await graph("POST", "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities", { "@odata.type": "#microsoft.graph.importedWindowsAutopilotDeviceIdentity", serialNumber, hardwareIdentifier });
  const { id } = await graph("POST", "/beta/deviceManagement/deviceEnrollmentConfigurations", { "@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", displayName: "People" });
  await graph("POST", `/beta/deviceManagement/deviceEnrollmentConfigurations/${id}/assign`, { enrollmentConfigurationAssignments: [{ target: { "@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget" } }] });
  const page = await open(browser);
  await enter(page, ada, esp);
  await settled(page, "Enrollment Status Page");
  const tester = page.getByRole("region", { name: "Who gets what" });
  await tester.getByRole("button", { name: "Select a user" }).click();
  await page.getByRole("option", { name: /Mia Example/ }).click();
  await button(page, "Select").click();
  await tester.getByText("People counts.").waitFor();
  await tester.getByRole("button", { name: "Select a PC" }).click();
  await page.getByRole("option", { name: serialNumber }).click();
  await judge(page, "site-esp-pc");
  await button(page, "Select").click();
  await tester.getByText("Sales counts.").waitFor();
  await tester.getByText("It is the first that reaches the PC itself, through Autopilot devices.").first().waitFor();
  await page.reload();
  await tester.getByText("It reaches the user through All users, but Sales reaches the PC itself, which counts more.").waitFor();
  await judge(page, "site-esp-tester");
  await page.close_();
});

test("without a role there is nothing to see", async () => {
  const page = await open(browser);
  await enter(page, mia, esp);
  await page.getByRole("heading", { name: "You may not see this" }).waitFor();
  await page.goto(`${server.base}${esp}/new`);
  await page.getByText("administrator").first().waitFor();
  await page.close_();
});
