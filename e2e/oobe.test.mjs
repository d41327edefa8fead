// A virtual PC that the server hosts: its screens in a browser, driven by its
// own setup over the wire, from a PC that is off to the desktop.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { judge, open, startBrowser } from "./browser.mjs";
import { password, program, startServer, tenant } from "./server.mjs";
import { button, enter as enterAt, graphOf, settled } from "./site.mjs";

let server, browser, contoso, ida, wes, adele, graph, group, profile, esp;

const autopilot = "/beta/deviceManagement/windowsAutopilotDeploymentProfiles";
const joinPolicy = "/beta/policies/deviceRegistrationPolicy";
const scope = "/beta/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000";
const pages = "/beta/deviceManagement/deviceEnrollmentConfigurations";

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  contoso = await tenant(server, "Contoso");
  ida = await contoso.person("Ida", { roles: ["Intune Administrator"] });
  wes = await contoso.person("Wes", { roles: ["Global Reader"] });
  adele = await contoso.person("Adele");
  graph = await graphOf(server, contoso, [
    "Group.ReadWrite.All", "DeviceManagementServiceConfig.ReadWrite.All", "DeviceManagementConfiguration.ReadWrite.All", "Policy.ReadWrite.MobilityManagement",
    "Policy.ReadWrite.DeviceConfiguration", "Device.Read.All", "DeviceManagementManagedDevices.Read.All", "DeviceManagementApps.ReadWrite.All",
  ]);
  await graph("PATCH", scope, { appliesTo: "all" });
  group = (await graph("POST", "/v1.0/groups", {
    displayName: "Autopilot devices", mailNickname: "autopilot", mailEnabled: false, securityEnabled: true, groupTypes: ["DynamicMembership"],
    membershipRule: '(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))', membershipRuleProcessingState: "On",
  })).id;
  esp = (await graph("POST", pages, {
    "@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", displayName: "Office PCs", showInstallationProgress: true,
    installProgressTimeoutInMinutes: 60, allowDeviceResetOnInstallFailure: true, allowLogCollectionOnInstallFailure: true,
  })).id;
  await graph("POST", `${pages}/${esp}/assign`, { enrollmentConfigurationAssignments: [{ target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId: group } }] });
  profile = (await graph("POST", autopilot, {
    "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", displayName: "Office standard", locale: "os-default", deviceType: "windowsPc", deviceNameTemplate: "OFFICE-%RAND:4%",
    outOfBoxExperienceSetting: { eulaHidden: false, privacySettingsHidden: false, escapeLinkHidden: true, keyboardSelectionPageSkipped: true, userType: "administrator", deviceUsageType: "singleUser" },
  })).id;
  await graph("POST", `${autopilot}/${profile}/assignments`, { target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId: group } });
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const experience = { eulaHidden: true, privacySettingsHidden: true, escapeLinkHidden: true, keyboardSelectionPageSkipped: true, userType: "standard", deviceUsageType: "singleUser" };
const screen = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

// register brings a PC's exported hash to the import, over Graph.
async function register(page, pc) {
  const [file] = await Promise.all([page.waitForEvent("download"), button(page, "Export hash CSV").click()]);
  const parts = [];
  for await (const part of await file.createReadStream()) parts.push(part);
  const [serialNumber, , hardwareIdentifier] = Buffer.concat(parts).toString().trim().split("\r\n")[1].split(",");
  assert.equal(file.suggestedFilename(), `${pc}.csv`);
  const made = await graph("POST", "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities", { serialNumber, hardwareIdentifier });
  assert.equal(made.state.deviceImportStatus, "complete");
  return made.state.deviceRegistrationId;
}

// make creates a PC at the page of virtual PCs and opens its screen.
async function make(page, name, { network = "Wired" } = {}) {
  await page.goto(server.base + "/admin/lab");
  await settled(page, "Virtual PCs");
  await button(page, "Create a PC").first().click();
  const pane = page.getByRole("dialog");
  await pane.getByRole("textbox", { name: "Name" }).fill(name);
  await pane.getByRole("radiogroup", { name: "Network" }).getByText(network, { exact: true }).click();
  await pane.getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("link", { name, exact: true }).click();
  await screen(page, "The PC is off");
  await page.getByRole("radio", { name: "Instant" }).check();
}

async function signsIn(page, name = adele) {
  await screen(page, "Welcome to contoso.example");
  await page.getByLabel("Address").fill(name);
  await button(page, "Next").click();
  await screen(page, "Enter password");
  await page.getByLabel("Password").fill(password);
  await button(page, "Sign in").click();
}

const accept = (page, name) => screen(page, name).then(() => button(page, "Accept").click());

test("a PC without a cable goes from its button to its desktop, and somebody watches", async () => {
  const page = await open(browser);
  await enterAt(server, page, ida, "/admin/");
  await page.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Virtual PCs" }).click();
  await settled(page, "Virtual PCs");
  await page.getByRole("heading", { name: "No virtual PCs yet" }).waitFor();
  await judge(page, "oobe-lab-empty");
  await make(page, "desk", { network: "Wi-Fi" });
  await judge(page, "oobe-off");
  await register(page, "desk");

  const watcher = await open(browser);
  await enterAt(server, watcher, wes, "/admin/");
  await watcher.goto(server.base + "/oobe/desk");
  await screen(watcher, "The PC is off");
  await watcher.getByText("You are watching.").waitFor();
  assert.ok(await button(watcher, "Switch on").isDisabled());
  let watched = "";
  watcher.on("response", async (answer) => { if (answer.url().includes("/ui/pcs/")) watched += await answer.text().catch(() => ""); });

  await button(page, "Switch on").click();
  // The profile hides both pages and is not there yet.
  await screen(page, "Choose your language and region");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1");
  await page.getByText("Shown because the profile, which sets Language (Region), is not here yet").first().waitFor();
  await judge(page, "oobe-region");
  await button(page, "Yes").click();
  await screen(page, "Choose your keyboard");
  await button(page, "Yes").click();
  await screen(page, "Do you use a second keyboard layout?");
  await button(page, "Skip").click();
  await screen(page, "Connect to a network");
  await button(page, "Next").click();
  await screen(page, "Microsoft Software License Terms");
  await button(page, "Accept").click();
  await signsIn(page, "nobody@contoso.example");
  await page.getByRole("alert").first().waitFor();
  await judge(page, "oobe-signin");
  await button(page, "Back").click();
  await signsIn(page);
  await accept(page, "Terms of use");
  await accept(page, "Privacy settings");
  await screen(page, "What became of it");
  await judge(page, "oobe-outcome");
  const card = await page.getByRole("main").innerText();
  for (const words of ["OFFICE-", adele, "Administrators", "Office standard", "As the profile says"]) assert.ok(card.includes(words), `${words}: ${card}`);
  assert.ok(!card.includes("Otherwise than"), card);
  await screen(watcher, "What became of it");
  assert.ok(watched.includes("Enter password") && !watched.includes(password), "a watcher saw the password");
  const name = /OFFICE-\d{4}/.exec(card)[0];
  const devices = await graph("GET", `/v1.0/devices?$filter=displayName%20eq%20'${name}'`);
  assert.equal(devices.value.length, 1);
  await watcher.close_();
  await page.goto(server.base + "/admin/lab");
  await page.getByRole("row").getByText(name).waitFor();
  await judge(page, "oobe-lab");
  await page.close_();
});

test("join refused, Standard user, no management, and a status page that fails", async () => {
  const everyone = { "@odata.type": "#microsoft.graph.allDeviceRegistrationMembership" };
  const joining = (allowedToJoin) => graph("PUT", joinPolicy, {
    userDeviceQuota: 50, multiFactorAuthConfiguration: "notRequired", azureADRegistration: { allowedToRegister: everyone }, azureADJoin: { allowedToJoin },
    localAdminPassword: { isEnabled: false },
  });
  const type = "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile";
  await graph("PATCH", `${autopilot}/${profile}`, { "@odata.type": type, deviceNameTemplate: "", outOfBoxExperienceSetting: experience });
  await joining({ "@odata.type": "#microsoft.graph.noDeviceRegistrationMembership" });
  const page = await open(browser);
  await enterAt(server, page, ida, "/admin/lab");
  await make(page, "bench");
  await register(page, "bench");

  // Nobody may join.
  await button(page, "Switch on").click();
  await signsIn(page); // with a cable neither region nor keyboard comes before it
  await accept(page, "Terms of use");
  await screen(page, "Something went wrong");
  const refusal = await page.getByRole("alert").innerText();
  assert.match(refusal, /0x801c/);
  const seen = await page.getByRole("complementary").innerText();
  assert.match(seen, /Language \(Region\)\s+Not shown/);
  assert.match(seen, /Keyboard\s+Not shown/);
  await judge(page, "oobe-refused");

  // Everybody may, and is no administrator; nobody is managed.
  await joining(everyone);
  await graph("PATCH", scope, { appliesTo: "none" });
  await button(page, "Try again").click();
  await signsIn(page);
  await screen(page, "What became of it");
  let card = await page.getByRole("main").innerText();
  assert.match(card, /User account type\s+Standard user/);
  assert.match(card, /Local groups\s+Users\n/);
  assert.match(card, /Managed\s+No: /);
  assert.ok(!card.includes("Otherwise than"), card);
  const id = /Device ID\s+(\S+)/.exec(card)[1];
  assert.equal((await graph("GET", `${autopilot}/${profile}`)).outOfBoxExperienceSetting.userType, "standard");
  const device = (await graph("GET", `/v1.0/devices?$filter=deviceId%20eq%20'${id}'`)).value[0];
  assert.equal(device.displayName, /Device name\s+(\S+)/.exec(card)[1]);
  assert.equal(device.isManaged ?? false, false);

  // In scope again, but its network goes for an hour while the page waits a minute.
  await graph("PATCH", scope, { appliesTo: "all" });
  await graph("PATCH", `${autopilot}/${profile}`, { "@odata.type": type, outOfBoxExperienceSetting: { ...experience, privacySettingsHidden: false, userType: "administrator" } });
  await graph("PATCH", `${pages}/${esp}`, {
    "@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", installProgressTimeoutInMinutes: 1, customErrorMessage: "Call the help desk at 4711.",
    allowDeviceUseOnInstallFailure: true,
  });
  await button(page, "Reset this PC").click();
  await page.getByRole("group", { name: "Reset this PC" }).getByRole("button", { name: "Yes" }).click();
  await screen(page, "The PC is off");
  await button(page, "Switch on").click();
  await signsIn(page);
  await accept(page, "Terms of use");
  await screen(page, "Privacy settings");
  await judge(page, "oobe-privacy");
  await page.getByRole("combobox", { name: "Fault" }).selectOption({ label: "The network is away for an hour" });
  await button(page, "Let it happen").click();
  await page.getByText("Injected since it was switched on: 1").waitFor();
  await button(page, "Accept").click();
  await page.getByText("Call the help desk at 4711.").first().waitFor();
  await button(page, "Continue anyway").waitFor();
  assert.ok(await button(page, "Reset device").isVisible() && await button(page, "Collect logs").isVisible());
  await judge(page, "oobe-esp-failed");
  await button(page, "Continue anyway").click();
  await screen(page, "What became of it");
  card = await page.getByRole("main").innerText();
  assert.match(card, /User account type\s+Administrator/);
  await page.close_();
});

const identities = "/v1.0/deviceManagement/windowsAutopilotDeviceIdentities";
const events = "/beta/deviceManagement/autopilotEvents";
const esps = "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration";

test("a required app that fails is named, tried again, and lets the PC be used when the page allows it", async () => {
  const { id: app } = await graph("POST", "/beta/deviceAppManagement/mobileApps", {
    "@odata.type": "#microsoft.graph.windowsMobileMSI", displayName: "Agent", publisher: "Contoso", fileName: "agent.msi", productCode: `{${randomUUID()}}`, productVersion: "1.0",
  });
  const installer = Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(10_000, "agent")]);
  await graph("PUT", `/beta/deviceAppManagement/mobileApps/${app}/content`, installer);
  await graph("POST", `/beta/deviceAppManagement/mobileApps/${app}/assign`, { mobileAppAssignments: [{ intent: "required", target: { "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" } }] });
  const has = (userType) => graph("PATCH", `${autopilot}/${profile}`, {
    "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", deviceNameTemplate: "", outOfBoxExperienceSetting: { ...experience, privacySettingsHidden: false, userType },
  });
  await has("administrator");
  await graph("PATCH", `${pages}/${esp}`, {
    "@odata.type": esps, installProgressTimeoutInMinutes: 1440, blockDeviceSetupRetryByUser: false, allowDeviceUseOnInstallFailure: true, allowDeviceResetOnInstallFailure: true,
    customErrorMessage: "Call the help desk at 4711.",
  });
  const page = await open(browser);
  await enterAt(server, page, ida, "/admin/lab");
  await make(page, "till");
  const registered = await register(page, "till");
  const { serialNumber } = await graph("GET", `${identities}/${registered}`);
  // fail goes from the button to the status page, whose next app is not installed.
  const fail = async () => {
    await button(page, "Switch on").click();
    await screen(page, `Welcome to ${contoso.domain}`);
    await page.getByRole("combobox", { name: "Fault" }).selectOption({ label: "The next app is not installed" });
    await button(page, "Let it happen").click();
    await page.getByText("Injected since it was switched on: 1").waitFor();
    await signsIn(page);
    await accept(page, "Terms of use");
    // The rail beside the screen names the message before it is shown.
    await page.getByRole("main").getByText("Call the help desk at 4711.").first().waitFor({ timeout: 40_000 });
  };
  const deployment = async () => (await graph("GET", `${events}?$filter=deviceSerialNumber%20eq%20'${serialNumber}'&$orderby=deploymentStartDateTime%20desc`)).value[0];
  await fail();
  for (const name of ["Try again", "Continue anyway", "Reset device", "Collect logs"]) await button(page, name).waitFor();
  assert.match(await page.getByRole("main").innerText(), /Device setup\s+Error/);
  await judge(page, "oobe-app-failed");
  const failed = await deployment();
  assert.equal(failed.deploymentState, "failure");
  assert.match(failed.enrollmentFailureDetails, /Agent was not installed/);
  await button(page, "Try again").click();
  await accept(page, "Privacy settings");
  await screen(page, "What became of it");
  let card = await page.getByRole("main").innerText();
  assert.match(card, /User account type\s+Administrator/);
  assert.ok(!card.includes("Otherwise than"), card);
  // Graph says of this PC what its card says.
  assert.equal((await graph("GET", `/beta/deviceManagement/windowsAutopilotDeviceIdentities/${registered}/deploymentProfile`)).outOfBoxExperienceSetting.userType, "administrator");
  assert.equal((await deployment()).deploymentState, "successOnRetry");

  // The same again, as a standard user who does not wait for the app.
  await has("standard");
  await graph("PATCH", `${pages}/${esp}`, { "@odata.type": esps, allowDeviceResetOnInstallFailure: false });
  const reset = async () => {
    await button(page, "Reset this PC").click();
    await page.getByRole("group", { name: "Reset this PC" }).getByRole("button", { name: "Yes" }).click();
    await screen(page, "The PC is off");
  };
  await reset();
  await fail();
  await button(page, "Continue anyway").waitFor();
  assert.equal(await button(page, "Reset device").count(), 0);
  await button(page, "Continue anyway").click();
  await accept(page, "Privacy settings");
  await screen(page, "What became of it");
  card = await page.getByRole("main").innerText();
  assert.match(card, /User account type\s+Standard user/);
  assert.equal((await graph("GET", `/beta/deviceManagement/windowsAutopilotDeviceIdentities/${registered}/deploymentProfile`)).outOfBoxExperienceSetting.userType, "standard");
  await page.close_();
});

test("a deployment that is watched goes on through a restart of the server", async () => {
  const pc = (...args) => execFileSync(program, ["pc", ...args, "--data", server.data], { encoding: "utf8" });
  pc("create", "van");
  const [serialNumber, , hardwareIdentifier] = pc("export-hash", "van").trim().split(/\r?\n/)[1].split(",");
  await graph("POST", "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities", { serialNumber, hardwareIdentifier });
  const authority = path.join(server.data, "authority.pem");
  writeFileSync(authority, execFileSync(program, ["ca", "print", "--data", server.data], { encoding: "utf8" }));
  const own = spawn(program, ["pc", "boot", "van", "--screen", "--network", "wired", "--data", server.data, "--device-url", server.devices, "--ca-file", authority], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  const offered = new Promise((resolve, reject) => {
    own.stderr.on("data", (text) => { said += text; if (said.includes("Ctrl+C")) resolve(); });
    own.once("exit", () => reject(new Error(said)));
  });
  try {
    await offered;
    const page = await open(browser);
    await page.goto(/http:\S+/.exec(said)[0]);
    await page.getByLabel("Code").fill(/Code to drive:\s+(\S+)/.exec(said)[1]);
    await button(page, "Show the screen").click();
    await signsIn(page);
    await accept(page, "Terms of use");
    await screen(page, "Privacy settings");

    const watcher = await open(browser);
    await enterAt(server, watcher, ida, "/admin/monitor/deployments");
    await watcher.getByRole("row", { name: new RegExp(serialNumber) }).getByRole("rowheader").getByRole("link").click();
    await settled(watcher, `Deployment of ${serialNumber}`);
    await watcher.getByText("In progress", { exact: true }).first().waitFor();
    await watcher.getByText("Live", { exact: true }).waitFor();
    const hosted = await open(browser);
    await enterAt(server, hosted, wes, "/admin/");
    await hosted.goto(`${server.base}/oobe/till`);
    await screen(hosted, "What became of it");
    for (const p of [watcher, hosted]) await p.evaluate(() => (window.notReloaded = true));

    await server.halt();
    await watcher.getByText("Updates every 15 s", { exact: true }).waitFor();
    await hosted.getByText("The connection to the server is lost.").first().waitFor();
    await button(page, "Accept").click(); // the PC meets nobody
    await server.resume();
    await screen(page, "What became of it");
    await watcher.getByText("Success", { exact: true }).first().waitFor({ timeout: 40_000 });
    await screen(hosted, "The PC is off"); // whoever hosted it is another process now
    for (const p of [watcher, hosted]) assert.equal(await p.evaluate(() => window.notReloaded), true);
    for (const p of [page, watcher, hosted]) await p.close_();
  } finally {
    own.kill("SIGINT");
  }
});

test("what the screen loads stays small", async () => {
  const page = await open(browser);
  await enterAt(server, page, wes, "/admin/");
  const loaded = new Map();
  page.on("response", async (answer) => {
    const { pathname } = new URL(answer.url());
    if (pathname.startsWith("/admin/assets/") && answer.ok()) loaded.set(pathname, gzipSync(await answer.body(), { level: 9 }).length);
  });
  await page.goto(`${server.base}/oobe/till`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await page.waitForLoadState("networkidle", { timeout: 3_000 }).catch(() => undefined); // it asks on and on
  const sum = [...loaded.values()].reduce((n, size) => n + size, 0);
  assert.ok(sum > 10_000 && sum <= 130_000, JSON.stringify([...loaded]));
  await page.close_();
});
