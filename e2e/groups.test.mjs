// Groups and the rules of dynamic ones: made, searched, edited, tried and deleted
// by whoever sits in front of them.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { judge, open } from "./browser.mjs";
import { program } from "./server.mjs";
import { begin, button, enter, links, settled } from "./site.mjs";

let server, browser, ada, mia, graph, stop;
const groups = "/admin/groups";

before(async () => {
  ({ server, browser, ada, mia, graph, stop } = await begin(["Group.ReadWrite.All", "DeviceManagementServiceConfig.ReadWrite.All"]));
  const list = execFileSync(program, ["hash", "mint", "--count", "25", "--tag", "Sales"], { encoding: "utf8" });
  const rows = list.trim().split(/\r?\n/).slice(1).map((line) => line.split(","));
  await graph("POST", "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities/import", {
    importedWindowsAutopilotDeviceIdentities: rows.map(([serialNumber, productKey, hardwareIdentifier], i) => ({
      "@odata.type": "#microsoft.graph.importedWindowsAutopilotDeviceIdentity", serialNumber, productKey, hardwareIdentifier, groupTag: i < 22 ? "Sales" : "",
    })),
  });
});

after(() => stop?.());

const choose = async (page, label, option) => {
  await page.getByRole("button", { name: label }).last().click();
  await page.getByRole("option", { name: option, exact: true }).click();
};

test("a dynamic group is made of lines or of text, and takes whom its preview showed", async () => {
  const page = await open(browser);
  await enter(server, page, ada, groups);
  await settled(page, "All groups");
  await page.getByRole("heading", { name: "No groups yet" }).waitFor();
  await judge(page, "site-groups-empty");
  await button(page, "New group").first().click();
  await settled(page, "New Group");
  assert.ok(await button(page, "Create").isDisabled());
  await page.getByRole("textbox", { name: "Group name" }).fill("Sales PCs");
  await page.getByRole("textbox", { name: "Group description" }).fill("By their group tag");
  await choose(page, /Membership type/, "Dynamic Device");
  assert.ok(await button(page, "Create").isDisabled(), "a dynamic group needs a rule");
  await button(page, "Add dynamic query").click();
  await settled(page, "Dynamic membership rules");

  // Lines make the text.
  await choose(page, /Property/, "devicePhysicalIds");
  await choose(page, /Operator/, "Any: Starts With");
  await page.getByRole("textbox", { name: "Value" }).fill("[OrderID]:sa");
  const syntax = page.getByRole("textbox", { name: "Rule syntax" });
  assert.equal(await syntax.inputValue(), '(device.devicePhysicalIds -any (_ -startsWith "[OrderID]:sa"))');
  await page.getByText("22 devices match now.").waitFor();
  assert.equal(await page.getByRole("list", { name: "The first that match" }).getByRole("listitem").count(), 20);
  await button(page, "Add expression").click();
  await page.getByText("22 devices match now.").waitFor();
  await judge(page, "site-groups-rule");

  // A fault is underlined where it is, and told.
  await button(page, "Edit rule syntax").click();
  const pane = page.getByRole("dialog", { name: "Edit rule syntax" });
  const text = pane.getByRole("textbox", { name: "Rule syntax" });
  await text.fill('(device.deviceModel -eq "ö") device.deviceOwnership -eq "Company"');
  await pane.getByText(/Unexpected 'device.deviceOwnership'.*at character 30/).waitFor();
  assert.equal(await pane.locator("[aria-hidden=true] span").filter({ hasText: "device.deviceOwnership" }).innerText(), "device.deviceOwnership");
  assert.equal(await text.getAttribute("aria-invalid"), "true");
  await judge(page, "site-groups-fault");

  // How it goes on is offered.
  await text.fill("");
  await text.pressSequentially("trust");
  await pane.getByRole("option", { name: "device.deviceTrustType" }).waitFor();
  await judge(page, "site-groups-offers");
  await text.press("ArrowDown");
  await text.press("Enter");
  assert.equal(await text.inputValue(), "device.deviceTrustType ");
  await text.pressSequentially("-eq ");
  await pane.getByRole("option", { name: '"AzureAD"' }).click();
  assert.equal(await text.inputValue(), 'device.deviceTrustType -eq "AzureAD" ');

  // What lines cannot say stays text; what they can say comes back as lines.
  await text.fill('-not (device.deviceModel -eq "A" or device.deviceModel -eq "B")');
  await button(pane, "OK").click();
  await page.getByText("This rule says more than the rule builder can show.").waitFor();
  await page.getByText("25 devices match now.").waitFor();
  await button(page, "Edit rule syntax").click();
  await text.fill('device.devicePhysicalIDs -any _ -startswith "[ZTDid]" -and device.devicePhysicalIds -any (_ -eq "[OrderID]:sales")');
  await button(pane, "OK").click();
  await page.getByText("22 devices match now.").waitFor();
  const expressions = page.getByRole("list", { name: "Expressions of the rule" });
  assert.equal(await expressions.getByRole("listitem").count(), 2);
  assert.equal(await page.getByRole("textbox", { name: "Value" }).last().inputValue(), "[OrderID]:sales");
  await button(page, "Remove expression 1").click();
  assert.equal(await syntax.inputValue(), '(device.devicePhysicalIds -any (_ -eq "[OrderID]:sales"))');
  await page.getByText("22 devices match now.").waitFor();
  await button(page, "Save").click();
  await settled(page, "New Group");
  await button(page, "Edit dynamic query").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Group name" }).inputValue(), "Sales PCs");
  await judge(page, "site-groups-new");
  await button(page, "Create").click();
  await settled(page, "Sales PCs");
  await page.getByText("22 of 22 members").waitFor();
  await page.getByText("Update complete").waitFor();
  await judge(page, "site-groups-dynamic");
  const [made] = (await graph("GET", "/v1.0/groups?$filter=displayName eq 'Sales PCs'".replaceAll(" ", "%20"))).value;
  assert.equal(made.membershipRule, '(device.devicePhysicalIds -any (_ -eq "[OrderID]:sales"))');
  await page.close_();
});

test("a saved rule is changed, tried on devices, and not lost by leaving", async () => {
  const page = await open(browser);
  await enter(server, page, ada, groups);
  await links(page, "Sales PCs").click();
  await settled(page, "Sales PCs");
  await button(page, "Dynamic membership rules").click();
  await settled(page, "Dynamic membership rules");
  await button(page, "All Autopilot devices").click();
  const syntax = page.getByRole("textbox", { name: "Rule syntax" });
  assert.equal(await syntax.inputValue(), '(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))');
  await page.getByText("25 devices match now.").waitFor();

  // Leaving asks; staying keeps what was entered.
  await page.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Home" }).click();
  await page.getByRole("alertdialog", { name: "Leave without saving?" }).waitFor();
  await judge(page, "site-groups-leave");
  await button(page, "Stay here").click();
  assert.equal(await syntax.inputValue(), '(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))');

  await button(page, "By group tag").click();
  await page.getByRole("textbox", { name: "Group tag" }).fill("Sales");
  await button(page, "OK").click();
  await page.getByText("22 devices match now.").waitFor();
  await page.getByRole("tab", { name: "Validate Rules" }).click();
  await button(page, "Add devices").click();
  const pane = page.getByRole("dialog", { name: "Add devices" });
  await pane.getByText("25 results found").waitFor();
  await pane.getByRole("checkbox").first().waitFor({ state: "attached" });
  const serials = (await graph("GET", "/beta/deviceManagement/windowsAutopilotDeviceIdentities?$select=serialNumber,groupTag")).value;
  const inside = serials.find((d) => d.groupTag === "Sales").serialNumber;
  const outside = serials.find((d) => d.groupTag !== "Sales").serialNumber;
  for (const serial of [inside, outside]) await pane.getByText(serial, { exact: true }).click();
  await button(pane, "Select").click();
  await page.getByText("In the group", { exact: true }).waitFor();
  await page.getByText("Not in the group", { exact: true }).waitFor();
  assert.match(await page.getByRole("listitem").filter({ hasText: outside }).first().innerText(), /_ -eq "\[OrderID\]:Sales"|devicePhysicalIds[\s\S]*does not hold/);
  await judge(page, "site-groups-validate");
  await page.getByRole("tab", { name: "Configure Rules" }).click();
  await button(page, "Save").click();
  await settled(page, "Sales PCs");
  await page.getByText("22 of 22 members").waitFor();

  // Its name, and its processing.
  await page.getByRole("textbox", { name: "Group name" }).fill("PCs in sales");
  await page.getByText("There are unsaved changes.").waitFor();
  await page.getByRole("radiogroup", { name: "Pause processing" }).getByText("Yes", { exact: true }).click();
  await button(page, "Save").click();
  await settled(page, "PCs in sales");
  await page.getByText("Update paused").waitFor();
  await page.close_();
});

test("an assigned group is filled by hand, and lists find what is asked for", async () => {
  const page = await open(browser);
  await enter(server, page, ada, `${groups}/new`);
  await settled(page, "New Group");
  await page.getByRole("textbox", { name: "Group name" }).fill("Pilots");
  await button(page, "Add members").click();
  const pane = page.getByRole("dialog", { name: "Add members" });
  await pane.getByText("Users", { exact: true }).click();
  await pane.getByRole("textbox", { name: "Search" }).fill("Mia");
  await pane.getByText("1 result found").waitFor();
  await pane.getByText("Mia Example", { exact: true }).click();
  await judge(page, "site-groups-members");
  await button(pane, "Select").click();
  await button(page, "Create").click();
  await settled(page, "Pilots");
  await page.getByText("1 of 1 members").waitFor();
  await button(page, "Add members").click();
  await pane.getByText("Groups", { exact: true }).click();
  await pane.getByText("PCs in sales", { exact: true }).click();
  await button(pane, "Select").click();
  await page.getByText("2 of 2 members").waitFor();
  await button(page, "Remove Mia Example").click();
  await page.getByText("1 of 1 members").waitFor();
  await button(page, "Add owners").click();
  const owners = page.getByRole("dialog", { name: "Add owners" });
  await owners.getByText("Mia Example", { exact: true }).click();
  await button(owners, "Select").click();
  await page.getByRole("list", { name: "Owners" }).getByText("Mia Example").waitFor();
  await judge(page, "site-groups-assigned");
  await button(page, "Remove the owner Mia Example").click();
  await page.getByText("Nobody owns this group.").waitFor();

  await page.goto(server.base + groups);
  await page.getByRole("row").nth(2).waitFor();
  await judge(page, "site-groups");
  await page.getByRole("navigation", { name: "Membership type" }).getByRole("link", { name: "Dynamic Device" }).click();
  await page.waitForURL(/type=DynamicDevice/);
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 1);
  await page.reload();
  await page.getByRole("row", { name: /PCs in sales/ }).waitFor();
  await page.getByRole("searchbox").fill("nothing like it");
  await page.getByRole("heading", { name: "No group matches" }).waitFor();
  await button(page, "Show all groups").click();
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 2);
  await page.locator("[data-row='1']").focus();
  await page.keyboard.press(" ");
  await button(page, "Delete").click();
  await page.getByRole("alertdialog", { name: "Delete Pilots?" }).waitFor();
  await judge(page, "site-groups-delete");
  await page.getByRole("alertdialog").getByRole("button", { name: "Delete" }).click();
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 1);
  await page.close_();
});

test("somebody without a role reads groups and changes none", async () => {
  const page = await open(browser);
  await enter(server, page, mia, groups);
  await links(page, "PCs in sales").waitFor();
  assert.ok(await button(page, "New group").isDisabled());
  await links(page, "PCs in sales").click();
  await settled(page, "PCs in sales");
  assert.ok(await button(page, "Delete").isDisabled());
  await page.goto(`${server.base}${groups}/new`);
  await page.getByText("Ask an administrator for a role that allows it").waitFor();
  assert.equal(await button(page, "Create").count(), 0);
  await page.close_();
});
