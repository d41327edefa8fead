// Who may join devices, and whose PCs are enrolled.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judge, open } from "./browser.mjs";
import { begin, button, enter, links, settled } from "./site.mjs";

let server, browser, ada, mia, graph, stop;
const settings = "/admin/identity/devices/settings";
const automatic = "/admin/devices/windows/enrollment/automatic";

before(async () => {
  ({ server, browser, ada, mia, graph, stop } = await begin(["Group.ReadWrite.All", "User.Read.All", "Policy.ReadWrite.DeviceConfiguration", "Policy.ReadWrite.MobilityManagement", "Policy.Read.All"]));
  const { id } = await graph("GET", `/v1.0/users/${mia}`);
  const group = (displayName, members) => graph("POST", "/v1.0/groups", {
    displayName, mailNickname: displayName.replaceAll(" ", ""), mailEnabled: false, securityEnabled: true, groupTypes: [],
    ...(members.length > 0 ? { "members@odata.bind": members.map((m) => `${server.base}/v1.0/directoryObjects/${m}`) } : {}),
  });
  await group("Pilots", [id]);
  await group("Nobody yet", []);
  await graph("POST", "/v1.0/groups", {
    displayName: "Every PC", mailNickname: "pcs", mailEnabled: false, securityEnabled: true, groupTypes: ["DynamicMembership"], membershipRule: "device.objectId -ne null",
  });
});

after(() => stop?.());

const pick = (page, group, name) => page.getByRole("radiogroup", { name: group }).getByText(name, { exact: true }).click();

test("the device settings are changed, say what they come to, and are saved as Graph has them", async () => {
  const page = await open(browser);
  await enter(server, page, ada, "/admin/devices");
  await links(page, "Device settings").click();
  await settled(page, "Devices | Device settings");
  await page.getByText("Everybody may join devices.").waitFor();
  assert.ok(await button(page, "Save").isDisabled());
  await pick(page, "Users may join devices to Microsoft Entra", "Selected");
  await page.getByText("No member selected: it holds for nobody.").waitFor();
  await page.getByText("There are unsaved changes.").waitFor();
  await judge(page, "site-join-nobody");

  await button(page, "Add").click();
  const pane = page.getByRole("dialog", { name: "Members allowed to join devices" });
  await pane.getByText("Groups", { exact: true }).click();
  await pane.getByText("Nobody yet", { exact: true }).click();
  assert.equal(await pane.getByText("Every PC", { exact: true }).count(), 0, "a group of devices cannot be chosen");
  await button(pane, "Select").click();
  await page.getByText("There are no users in the selected groups").waitFor();
  await button(page, "Remove Nobody yet").click();
  await button(page, "Add").click();
  await pane.getByText("Groups", { exact: true }).click();
  await pane.getByText("Pilots", { exact: true }).click();
  await button(pane, "Select").click();
  await page.getByText("1 group, 1 user may join devices.").waitFor();
  await pick(page, /Require Multifactor Authentication/, "Yes");
  await page.getByRole("button", { name: /Maximum number of devices per user/ }).last().click();
  await page.getByRole("option", { name: "20", exact: true }).click();
  await pick(page, "Only the assigned user may sign in", "Yes");
  await judge(page, "site-join");
  await button(page, "Save").click();
  await page.getByText("The device settings are saved.").waitFor();
  const policy = await graph("GET", "/v1.0/policies/deviceRegistrationPolicy");
  assert.equal(policy.userDeviceQuota, 20);
  assert.equal(policy.multiFactorAuthConfiguration, "required");
  assert.equal(policy.azureADJoin.allowedToJoin.groups.length, 1);
  assert.equal(policy.azureADJoin.localAdmins.enableGlobalAdmins, true);
  await page.reload();
  await page.getByText("1 group, 1 user may join devices.").waitFor();

  // Discarding brings back what is saved.
  await pick(page, "Users may join devices to Microsoft Entra", "None");
  await page.getByText("Nobody may join a device.").waitFor();
  await button(page, "Discard").click();
  await page.getByText("1 group, 1 user may join devices.").waitFor();
  await page.close_();
});

test("both scopes of automatic enrolment are set, with their addresses", async () => {
  const page = await open(browser);
  await enter(server, page, ada, automatic);
  await settled(page, "Automatic Enrollment");
  await pick(page, "MDM user scope", "Some");
  await page.getByText("No group is selected, so no PC is enrolled.").waitFor();
  assert.ok(await button(page, "Save").isDisabled());
  await button(page, "Select groups").click();
  const pane = page.getByRole("dialog", { name: "Select groups" });
  await pane.getByText("Pilots", { exact: true }).click();
  assert.equal(await pane.getByText("Every PC", { exact: true }).count(), 0, "a group of devices cannot be chosen");
  await button(pane, "Select").click();
  await page.getByText("PCs of people in these groups are enrolled when they join: Pilots (1 group, 1 user).").waitFor();
  const discovery = page.getByRole("textbox", { name: "MDM discovery URL" });
  const own = await discovery.inputValue();
  await discovery.fill("https://mdm.contoso.example/enroll");
  await pick(page, "WIP user scope", "All");
  await judge(page, "site-mdm-scopes");
  await button(page, "Save").click();
  await page.getByText("The MDM user scope is saved.").waitFor();
  const read = (kind) => graph("GET", `/beta/policies/${kind}/0000000a-0000-0000-c000-000000000000`);
  const policy = await read("mobileDeviceManagementPolicies");
  assert.equal(policy.appliesTo, "selected");
  assert.equal(policy.discoveryUrl, "https://mdm.contoso.example/enroll");
  assert.equal((await read("mobileAppManagementPolicies")).appliesTo, "all");
  await button(page, "Restore default MDM URLs").click();
  await button(page, "Save").click();
  await page.waitForFunction((url) => [...document.querySelectorAll("input")].some((i) => i.value === url), own);
  assert.equal((await read("mobileDeviceManagementPolicies")).discoveryUrl, own);
  await page.close_();
});

test("somebody without a role changes no settings", async () => {
  const page = await open(browser);
  await enter(server, page, mia, settings);
  await settled(page, /Device settings/);
  await page.waitForFunction(() => document.querySelector("[role=status]") === null);
  assert.equal(await page.getByRole("button", { name: "Save", exact: true, disabled: false }).count(), 0);
  await page.close_();
});

test("people are listed, made, changed and disabled", async () => {
  const page = await open(browser);
  await enter(server, page, ada);
  await page.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Users" }).click();
  await settled(page, "Users");
  await links(page, "Mia Example").waitFor();
  await judge(page, "site-users");
  await button(page, "New user").click();
  const pane = page.getByRole("dialog", { name: "New user" });
  await pane.getByRole("textbox", { name: "Display name" }).fill("Noor Example");
  await pane.getByRole("textbox", { name: "User principal name" }).fill("noor");
  await pane.getByRole("textbox", { name: "First password" }).fill("short");
  await button(pane, "Create").click();
  await pane.getByRole("alert").waitFor();
  await judge(page, "site-users-new");
  await pane.getByRole("textbox", { name: "First password" }).fill("seven calm lanterns");
  await button(pane, "Create").click();
  await settled(page, "Noor Example");
  await page.getByText("noor@contoso.example").first().waitFor();
  await page.getByRole("textbox", { name: "Department" }).fill("Sales");
  await page.getByRole("textbox", { name: "Usage location" }).fill("DE");
  await pick(page, "Intune license", "No");
  await button(page, "Save").click();
  await page.getByText("Noor Example is saved.").waitFor();
  await pick(page, "Account enabled", "No");
  await page.getByText("This person cannot sign in.").waitFor();
  await judge(page, "site-user-page");
  await button(page, "Save").click();
  await page.waitForFunction(() => !document.body.textContent.includes("There are unsaved changes."));
  const noor = await graph("GET", "/v1.0/users/noor@contoso.example");
  assert.deepEqual([noor.department, noor.usageLocation, noor.mdmLicensed, noor.accountEnabled], ["Sales", "DE", false, false]);
  await page.goto(`${server.base}/admin/users?enabled=false`);
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 1);
  await page.getByRole("searchbox").fill("mia");
  await page.getByRole("heading", { name: "Nobody matches" }).waitFor();
  await button(page, "Show all users").click();
  await links(page, "Mia Example").click();
  await settled(page, "Mia Example");
  await links(page, "Pilots").waitFor();
  await page.close_();
});

test("a password is reset and shown once, and a person is deleted", async () => {
  const page = await open(browser);
  await enter(server, page, ada, "/admin/users");
  await links(page, "Ada Example").click();
  await settled(page, "Ada Example");
  assert.ok(await button(page, "Reset password").isDisabled(), "nobody resets their own");
  assert.ok(await button(page, "Delete").isDisabled(), "nobody deletes themselves");
  await page.goto(`${server.base}/admin/users?q=mia`);
  await links(page, "Mia Example").click();
  await settled(page, "Mia Example");
  await button(page, "Reset password").click();
  await page.getByRole("alertdialog", { name: "Reset the password of Mia Example?" }).getByRole("button", { name: "Reset password" }).click();
  const done = page.getByRole("alertdialog", { name: "The password was reset" });
  const fresh = await done.locator("strong").innerText();
  await judge(page, "site-user-reset");
  await done.getByRole("button", { name: "Close", exact: true }).last().click();
  assert.equal(await page.getByText(fresh).count(), 0);

  // The new password signs in, and has to be changed.
  const other = await open(browser);
  await other.goto(`${server.base}/admin/`);
  await other.fill("[name=loginfmt]", mia);
  await other.click("button:text('Next')");
  await other.fill("[name=passwd]", fresh);
  await other.click("button:text('Sign in')");
  await other.waitForSelector("[name=newpasswd]");
  await other.close_();

  await button(page, "Delete").click();
  const question = page.getByRole("alertdialog", { name: "Delete Mia Example?" });
  await question.getByText("Their devices stay joined and managed").waitFor();
  await judge(page, "site-user-delete");
  await question.getByRole("button", { name: "Delete" }).click();
  await settled(page, "Users");
  await page.getByText("1 user is deleted.").waitFor();
  assert.equal((await graph("GET", "/v1.0/users?$filter=startswith(displayName,'Mia')")).value.length, 0);
  await page.close_();
});
