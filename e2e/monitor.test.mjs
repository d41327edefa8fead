// The guide, Home, deployments and the audit log, with work that is done over
// Graph and by a virtual PC.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { judge, open } from "./browser.mjs";
import { password, program, tenant } from "./server.mjs";
import { begin, devices, enter as enterAt, settled } from "./site.mjs";

const run = promisify(execFile);
let server, browser, graph, ada, mia, stop;
const management = "/beta/deviceManagement";
const enter = (page, where) => enterAt(server, page, ada, where);
const card = (page, title) => page.getByRole("listitem").filter({ has: page.getByRole("heading", { name: title }) });

before(async () => {
  ({ server, browser, graph, ada, mia, stop } = await begin(["Group.ReadWrite.All", "DeviceManagementServiceConfig.ReadWrite.All", "Policy.ReadWrite.MobilityManagement"]));
});

after(() => stop?.());

const pc = (...args) => execFileSync(program, ["pc", ...args, "--data", server.data], { encoding: "utf8" });
const boot = (name) => {
  const authority = `${server.data}/authority.pem`;
  writeFileSync(authority, execFileSync(program, ["ca", "print", "--data", server.data], { encoding: "utf8" }));
  return run(program, ["pc", "boot", name, "--data", server.data, "--device-url", server.devices, "--ca-file", authority, "--user", mia, "--speed", "6000", "--reads", "1s", "--network", "wired"], {
    env: { ...process.env, TAXIWAY_PC_PASSWORD: password },
  }).catch((error) => assert.fail(error.stdout + error.stderr));
};

test("the guide ticks for what is done over Graph and unticks when it is undone", async () => {
  const page = await open(browser);
  await graph("PATCH", "/beta/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000", { appliesTo: "none" });
  await enter(page, "/admin/monitor/deployments");
  await page.getByRole("heading", { name: "Nothing was deployed yet" }).waitFor();
  await judge(page, "monitor-deployments-empty");
  await page.goto(`${server.base}/admin/guide`);
  await settled(page, "Deployment guide");
  await page.getByText("1 of 8 steps are done").waitFor();
  await judge(page, "monitor-guide");
  const scope = card(page, "1. Set up Windows automatic Intune enrollment");
  await scope.getByText("Not started").waitFor();
  await graph("PATCH", "/beta/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000", { appliesTo: "all" });
  await scope.getByText("Done", { exact: true }).waitFor();
  pc("create", "desk");
  const [serialNumber, , hardwareIdentifier] = pc("export-hash", "desk").trim().split(/\r?\n/)[1].split(",");
  await graph("POST", `${management}/importedWindowsAutopilotDeviceIdentities`, { serialNumber, hardwareIdentifier });
  await card(page, "3. Register devices").getByText("Done", { exact: true }).waitFor();
  const { id: group } = await graph("POST", "/v1.0/groups", {
    displayName: "All PCs", mailNickname: "all", mailEnabled: false, securityEnabled: true, groupTypes: ["DynamicMembership"],
    membershipRule: '(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))', membershipRuleProcessingState: "On",
  });
  await card(page, "4. Create a device group").getByText("The group All PCs holds registered devices.").waitFor();
  const profiles = `${management}/windowsAutopilotDeploymentProfiles`;
  const { id } = await graph("POST", profiles, {
    "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", displayName: "Everybody", outOfBoxExperienceSetting: { deviceUsageType: "singleUser", userType: "standard" },
  });
  const profile = card(page, "6. Create and assign a Windows Autopilot profile");
  await profile.getByText("Partly").waitFor();
  await graph("POST", `${profiles}/${id}/assignments`, { target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId: group } });
  await profile.getByText("Everybody: 1 Assigned, 0 Assigning.").waitFor();
  const user = card(page, "7. Assign a device to a user (optional)");
  await user.getByRole("button", { name: "Skip" }).click();
  await user.getByText("Skipped").waitFor();
  await page.getByText("6 of 8 steps are done").waitFor();
  await graph("DELETE", `${profiles}/${id}/assignments/${id}_${group}_0`);
  await profile.getByText("Broken again").waitFor();
  await graph("POST", `${profiles}/${id}/assignments`, { target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId: group } });
  await profile.getByText("Done", { exact: true }).waitFor();
  await page.close_();
});

test("a deployment shows while it runs, and afterwards with its phases and timeline", async () => {
  const page = await open(browser);
  await enter(page, "/admin/");
  await settled(page, "Home");
  await page.getByText("No deployment is running.").waitFor();
  await boot("desk");
  await page.getByRole("link", { name: /6 of 8/ }).waitFor();
  await judge(page, "monitor-home");
  await page.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Monitor" }).click();
  await settled(page, "Autopilot deployments");
  await page.getByRole("link", { name: /100% Success rate/ }).waitFor();
  await judge(page, "monitor-deployments");
  await page.getByRole("table", { name: "Deployments" }).getByRole("rowheader").getByRole("link").click();
  await page.getByRole("heading", { name: "Timeline" }).waitFor();
  await page.getByRole("heading", { level: 1, name: /Deployment of/ }).waitFor();
  assert.match(await page.locator("main").innerText(), /Everybody/);
  await judge(page, "monitor-deployment");
  await page.goto(`${server.base}/admin/monitor/deployments?state=failure`);
  await page.getByRole("heading", { name: "No deployment matches" }).waitFor();
  await page.close_();
});

test("a device has a page of its own", async () => {
  const page = await open(browser);
  const { value } = await graph("GET", `${management}/windowsAutopilotDeviceIdentities`);
  const device = `${devices}/${value[0].id}`;
  await enter(page, device);
  await page.getByText("Ready to deploy").waitFor();
  await judge(page, "monitor-device");
  await page.getByRole("link", { name: "Timeline" }).click();
  await page.getByRole("heading", { name: "Phases" }).waitFor();
  await judge(page, "monitor-device-timeline");
  await page.getByRole("link", { name: "Why?" }).click();
  await page.getByText(/All PCs: the device is in it/).waitFor();
  await judge(page, "monitor-device-why");
  await page.close_();
});

test("the audit log is filtered, and says what changed", async () => {
  const page = await open(browser);
  await enter(page, "/admin/monitor/audit");
  await settled(page, "Audit log");
  await page.getByRole("textbox", { name: "Activity" }).fill("Create group");
  await page.getByRole("button", { name: "Apply filters" }).click();
  await page.waitForURL(/activity=/);
  const rows = page.getByRole("table", { name: "Audit log" }).getByRole("rowheader");
  await page.waitForFunction(() => [...document.querySelectorAll("main tbody th")].every((c) => c.textContent === "Create group"));
  assert.equal(await rows.count(), 1);
  await judge(page, "monitor-audit");
  await page.getByRole("button", { name: /Show: Create group/ }).click();
  await page.getByRole("dialog").getByRole("cell", { name: /devicePhysicalIDs/ }).waitFor();
  await judge(page, "monitor-audit-detail");
  await page.close_();
});

test("the guide makes a sample in one click and takes it away again", async () => {
  const fabrikam = await tenant(server, "Fabrikam");
  const eva = await fabrikam.person("Eva", { roles: ["Global Administrator"] });
  const page = await open(browser);
  page.setDefaultTimeout(60_000); // a TPM's key is made
  await enterAt(server, page, eva, "/admin/guide");
  await page.getByRole("button", { name: "Create everything for me" }).click();
  const dialog = page.getByRole("alertdialog");
  await dialog.getByText("Sample: user-driven").waitFor();
  await judge(page, "monitor-sample");
  await dialog.getByRole("button", { name: "Create", exact: true }).click();
  await dialog.getByRole("button", { name: "Close" }).last().and(page.locator("[class*=primary]")).click();
  await page.getByText("6 of 8 steps are done").waitFor();
  await card(page, "6. Create and assign a Windows Autopilot profile").getByText("Sample: user-driven: 1 Assigned, 0 Assigning.").waitFor();
  await card(page, "8. Deploy the device").getByRole("link", { name: "Try on a virtual PC" }).click();
  await page.getByRole("dialog", { name: "Create a virtual PC" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("link", { name: "sample-pc", exact: true }).waitFor();
  await page.goto(`${server.base}/admin/guide`);
  await page.getByRole("button", { name: "Remove the sample" }).click();
  await dialog.getByRole("button", { name: "Remove", exact: true }).click();
  await dialog.getByRole("button", { name: "Close" }).last().and(page.locator("[class*=primary]")).click();
  await page.getByText("2 of 8 steps are done").waitFor();
  await page.getByRole("button", { name: "Create everything for me" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Remove the sample" }).count(), 0);
  await page.goto(`${server.base}/admin/groups`);
  await settled(page, "All groups");
  assert.equal(await page.getByText("Sample: Autopilot devices").count(), 0);
  await page.close_();
});
