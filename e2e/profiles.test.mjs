// A deployment profile's own pages: properties that are edited and saved, two
// administrators at once, its devices, and a copy; and what the wizard foretells.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { judge, open, startBrowser } from "./browser.mjs";
import { program, startServer, tenant } from "./server.mjs";
import { button, enter as enterAt, graphOf, profiles, settled } from "./site.mjs";

let server, browser, contoso, ada, graph, id;
const path = "/beta/deviceManagement/windowsAutopilotDeploymentProfiles";

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  contoso = await tenant(server, "Contoso");
  ada = await contoso.person("Ada", { roles: ["Global Administrator"] });
  graph = await graphOf(server, contoso, ["Group.ReadWrite.All", "DeviceManagementServiceConfig.ReadWrite.All"]);
  ({ id } = await graph("POST", path, {
    "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", displayName: "Sales PCs", description: "", locale: "os-default", deviceType: "windowsPc", deviceNameTemplate: "",
    outOfBoxExperienceSetting: { privacySettingsHidden: true, eulaHidden: true, userType: "standard", deviceUsageType: "singleUser", keyboardSelectionPageSkipped: true, escapeLinkHidden: true },
  }));
  const list = execFileSync(program, ["hash", "mint", "--count", "101"], { encoding: "utf8" });
  const rows = list.trim().split(/\r?\n/).slice(1).map((line) => line.split(","));
  await graph("POST", "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities/import", {
    importedWindowsAutopilotDeviceIdentities: rows.map(([serialNumber, , hardwareIdentifier]) => ({ "@odata.type": "#microsoft.graph.importedWindowsAutopilotDeviceIdentity", serialNumber, hardwareIdentifier })),
  });
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const pill = (page, group, name) => page.getByRole("radiogroup", { name: group, exact: true }).getByText(name, { exact: true });

test("a section is edited, looked at and saved; a change of somebody else is shown beside it", async () => {
  const page = await open(browser);
  await enterAt(server, page, ada, `${profiles}/${id}`);
  await settled(page, "Sales PCs");
  const menu = page.getByRole("navigation", { name: "Deployment profile menu" });
  await menu.getByRole("link", { name: "Properties" }).click();
  await settled(page, "Sales PCs | Properties");
  await page.getByText("No group is included").waitFor();
  await judge(page, "site-profile-properties");
  await button(page, "Edit Out-of-box experience (OOBE)").click();
  await page.waitForURL(/edit=oobe/);
  await pill(page, "Privacy settings", "Show").click();
  await pill(page, "Apply device name template", "Yes").click();
  await button(page, "Review + save").click();
  await page.getByText("Enter a name template.").waitFor();
  await page.getByRole("textbox", { name: "Enter a name" }).fill("PC-%SERIAL%");
  await button(page, "Review + save").click();
  await page.getByRole("heading", { name: "Summary" }).waitFor();
  await judge(page, "site-profile-review");

  // Another administrator saves first.
  await graph("PATCH", `${path}/${id}`, { displayName: "Sales and service", outOfBoxExperienceSetting: { privacySettingsHidden: true, eulaHidden: false, userType: "standard", deviceUsageType: "singleUser", keyboardSelectionPageSkipped: true, escapeLinkHidden: true } });
  await button(page, "Save").click();
  const conflict = page.getByRole("alertdialog", { name: "Somebody else changed this profile" });
  await conflict.getByRole("row", { name: /Name Sales PCs Sales and service/ }).waitFor();
  await conflict.getByRole("row", { name: /Privacy settings Show Hide/ }).waitFor();
  await conflict.getByRole("row", { name: /Microsoft Software License Terms Hide Show/ }).waitFor();
  await judge(page, "site-profile-conflict");
  assert.equal((await graph("GET", `${path}/${id}`)).outOfBoxExperienceSetting.privacySettingsHidden, true);
  await conflict.getByRole("button", { name: "Save yours" }).click();
  await page.getByText("Sales PCs is saved.").waitFor();
  const saved = await graph("GET", `${path}/${id}`);
  assert.deepEqual(
    [saved.displayName, saved.outOfBoxExperienceSetting.privacySettingsHidden, saved.outOfBoxExperienceSetting.eulaHidden, saved.deviceNameTemplate],
    ["Sales PCs", false, true, "PC-%SERIAL%"],
  );
  // The other way: theirs stays.
  await button(page, "Edit Basics").click();
  await page.getByRole("textbox", { name: "Description" }).fill("Mine");
  await button(page, "Review + save").click();
  await graph("PATCH", `${path}/${id}`, { description: "Theirs" });
  await button(page, "Save").click();
  await conflict.getByRole("row", { name: /Description Mine Theirs/ }).waitFor();
  await conflict.getByRole("button", { name: "Take theirs" }).click();
  await page.waitForFunction(() => /Description\s+Theirs/.test(document.querySelector("main").innerText));

  // Who changed what, in the words of the settings.
  await page.goto(`${server.base}${profiles}/${id}`);
  const history = page.getByRole("region", { name: "History" });
  await history.getByRole("row", { name: new RegExp(`${ada} Name Sales and service Sales PCs`) }).waitFor();
  await history.getByRole("row", { name: /Microsoft Software License Terms Show Hide/ }).waitFor();
  await history.getByRole("row", { name: /Tests Name Sales PCs Sales and service/ }).waitFor();
  await history.getByRole("row", { name: /Apply device name template No PC-%SERIAL%/ }).waitFor();
  await judge(page, "site-profile-history");
  await page.close_();
});

test("assignments are saved, the devices come page by page, and a copy is assigned to nobody", async () => {
  const page = await open(browser);
  await enterAt(server, page, ada, `${profiles}/${id}/devices`);
  await page.getByRole("heading", { name: "No device has this profile yet." }).waitFor();
  await page.goto(`${server.base}${profiles}/${id}/properties?edit=assignments`);
  await button(page, "Add all devices").click();
  await button(page, "Review + save").click();
  await page.getByText("Included groups").waitFor();
  await button(page, "Save").click();
  await page.getByText("Sales PCs is saved.").waitFor();
  assert.equal((await graph("GET", `${path}/${id}/assignments`)).value.length, 1);
  for (let ready = false; !ready;) ready = (await graph("GET", `${path}/${id}/assignedDevices?$count=true&$top=1`))["@odata.count"] === 101;
  await page.getByRole("navigation", { name: "Deployment profile menu" }).getByRole("link", { name: "Assigned devices" }).click();
  await settled(page, "Sales PCs | Assigned devices");
  await page.reload();
  await page.getByText("Loaded 100 of 101").waitFor();
  await button(page, "Load more").click();
  await page.getByText("Loaded 101 of 101").waitFor();
  await judge(page, "site-profile-devices");
  await page.goto(`${server.base}${profiles}/${id}`);
  await settled(page, "Sales PCs");
  await button(page, "Duplicate").click();
  await settled(page, "Copy of Sales PCs");
  await page.getByText("assigned to nobody yet").waitFor();
  const { value } = await graph("GET", `${path}?$expand=assignments`);
  const copy = value.find((p) => p.displayName === "Copy of Sales PCs");
  assert.deepEqual([copy.assignments.length, copy.deviceNameTemplate], [0, "PC-%SERIAL%"]);
  await page.close_();
});

test("the wizard shows the screens to come, greys what Self-Deploying decides, and names who wins before Create", async () => {
  const { id: everyPC } = await graph("POST", "/v1.0/groups", {
    displayName: "Every PC", mailNickname: "everypc", mailEnabled: false, securityEnabled: true, groupTypes: ["DynamicMembership"],
    membershipRule: '(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))', membershipRuleProcessingState: "On",
  });
  const page = await open(browser);
  await enterAt(server, page, ada, `${profiles}/new`);
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Younger");
  await button(page, "Next").click();
  const preview = page.getByRole("complementary", { name: "At the first start" });
  await preview.getByText("Your users will see 4 of 11 screens").waitFor();
  await pill(page, "Privacy settings", "Show").click();
  await preview.getByText("Your users will see 5 of 11 screens").waitFor();
  await pill(page, "Network when it is switched on", "None").click();
  await preview.getByText("Your users will see 9 of 11 screens").waitFor();
  await judge(page, "site-wizard-preview");

  const mode = page.getByRole("button", { name: /Deployment mode/ }).last();
  const choose = async (name) => {
    await mode.click();
    await page.getByRole("option", { name, exact: true }).click();
  };
  const greyed = async (group) => page.getByRole("radiogroup", { name: group, exact: true }).getByRole("radio").evaluateAll((all) => all.every((radio) => radio.disabled));
  const fixed = ["Microsoft Software License Terms", "Privacy settings", "Hide change account options", "User account type", "Allow pre-provisioned deployment"];
  await choose("Self-Deploying");
  await preview.getByText(/It goes on as User-driven/).waitFor();
  assert.ok(await page.getByRole("button", { name: /Join to Microsoft Entra ID as/ }).last().isDisabled());
  for (const group of fixed) assert.ok(await greyed(group), `${group} can be chosen`);
  for (const group of ["Automatically configure keyboard", "Apply device name template"]) assert.ok(!(await greyed(group)), `${group} is greyed`);
  await choose("User-driven");
  for (const group of fixed) assert.ok(!(await greyed(group)), `${group} stays greyed`);
  assert.ok(await page.getByRole("radiogroup", { name: "Privacy settings", exact: true }).getByRole("radio", { name: "Show" }).isChecked());
  await button(page, "Next").click();

  const add = async (nth) => {
    await button(page, "Add groups").nth(nth).click();
    await page.getByRole("dialog").getByText("Every PC", { exact: true }).click();
    await button(page, "Select").click();
    await page.getByRole("cell", { name: "Every PC", exact: true }).nth(nth).waitFor();
  };
  await add(0);
  await button(page, "Next").click();
  await page.getByText("101 devices are affected now.").waitFor();
  await page.getByText("101 devices get this profile instead of Sales PCs.").waitFor();
  await graph("POST", `${path}/${id}/assignments`, { target: { "@odata.type": "#microsoft.graph.groupAssignmentTarget", groupId: everyPC } });
  await button(page, "Previous").click();
  await button(page, "Next").click();
  await page.getByText("101 devices keep Sales PCs: it is older.").waitFor();
  await judge(page, "site-wizard-conflict");
  await button(page, "Previous").click();
  await add(1);
  await button(page, "Next").click();
  await page.getByText("The excluded groups hold all 101 devices of the included groups").waitFor();
  await page.close_();
});
