// The admin site: its click path word for word, its states, and what every page
// is judged by.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { judge, open } from "./browser.mjs";
import { program } from "./server.mjs";
import { begin, button, devices, enter as enterAt, links, profiles, settled } from "./site.mjs";

let server, browser, contoso, ada, mia, graph, stop;
const enter = (page, who, where) => enterAt(server, page, who, where);

before(async () => {
  ({ server, browser, contoso, ada, mia, graph, stop } = await begin(["Group.ReadWrite.All", "DeviceManagementServiceConfig.ReadWrite.All", "Policy.ReadWrite.MobilityManagement"]));
});

after(() => stop?.());

test("the tutorial's click path, from signing in to a profile that every device gets", async () => {
  const page = await open(browser);
  await enter(page, ada);
  await settled(page, "Home");
  await judge(page, "site-home-empty");
  await page.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Devices" }).click();
  await settled(page, "Devices | Overview");
  await page.getByRole("heading", { name: "By platform" }).waitFor();
  await judge(page, "site-devices");
  await links(page, "Windows").click();
  await settled(page, "Windows | Windows devices");
  await page.getByRole("heading", { name: "Device onboarding" }).waitFor();
  await judge(page, "site-windows");
  await links(page, "Enrollment").click();
  await settled(page, "Windows | Windows enrollment");
  await page.getByRole("heading", { name: "Windows Autopilot", exact: true }).waitFor();
  await judge(page, "site-enrollment");

  // Step 1: automatic enrolment, as a tenant begins that is no lab.
  await graph("PATCH", "/beta/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000", { appliesTo: "none" });
  await links(page, "Automatic Enrollment").click();
  await settled(page, "Automatic Enrollment");
  await page.getByRole("radiogroup", { name: "MDM user scope" }).getByText("Some", { exact: true }).click();
  await page.getByText("No group is selected").waitFor();
  await judge(page, "site-mdm");
  await page.getByRole("radiogroup", { name: "MDM user scope" }).getByText("All", { exact: true }).click();
  await button(page, "Save").click();
  await page.getByText("The MDM user scope is saved.").waitFor();
  await page.reload();
  await page.getByText("Every PC is enrolled when it joins.").waitFor();
  await page.getByRole("main").getByRole("link", { name: "Close" }).click();
  await settled(page, "Windows | Windows enrollment");

  // Step 3: register devices.
  await page.getByRole("main").getByRole("link", { name: "Devices", exact: true }).click();
  await settled(page, "Windows Autopilot devices");
  await page.getByRole("heading", { name: "No Autopilot devices yet" }).waitFor();
  await judge(page, "site-autopilot-empty");
  await button(page, "Import").first().click();
  await page.getByRole("dialog").waitFor();
  const list = execFileSync(program, ["hash", "mint", "--count", "12", "--tag", "Sales"], { encoding: "utf8" });
  await page.setInputFiles("input[type=file]", { name: "list.csv", mimeType: "text/csv", buffer: Buffer.from(list) });
  await page.getByText("Rows formatted correctly: 12").waitFor();
  await judge(page, "site-import");
  await page.getByRole("dialog").getByRole("button", { name: "Import", exact: true }).click();
  await page.getByText("12 devices imported").waitFor();
  await judge(page, "site-import-done");
  await page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).last().click();
  await page.getByRole("grid").waitFor();
  await page.getByRole("row").nth(12).waitFor();
  assert.equal(await page.getByRole("grid").getAttribute("aria-rowcount"), "13");
  assert.match(await page.locator("main").innerText(), /Profile status/);
  assert.equal(await page.getByRole("gridcell", { name: "Not assigned" }).count(), 12);
  await judge(page, "site-autopilot");

  // Step 4: a group of devices.
  await page.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Groups" }).click();
  await settled(page, "All groups");
  await button(page, "New group").first().click();
  await settled(page, "New Group");
  await page.getByRole("textbox", { name: "Group name" }).fill("Autopilot devices");
  await page.getByRole("button", { name: /Membership type/ }).last().click();
  await page.getByRole("option", { name: "Dynamic Device" }).click();
  await button(page, "Add dynamic query").click();
  await settled(page, "Dynamic membership rules");
  await button(page, "Edit rule syntax").click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Rule syntax" }).fill('(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))');
  await button(page, "OK").click();
  await page.getByText("12 devices match now.").waitFor();
  await button(page, "Save").click();
  await settled(page, "New Group");
  await button(page, "Create").click();
  await settled(page, "Autopilot devices");
  await page.getByText("12 of 12 members").waitFor();

  // Step 6: create and assign the profile.
  await page.goto(server.base + "/admin/devices/windows/enrollment");
  await links(page, "Deployment Profiles").click();
  await settled(page, "Windows Autopilot deployment profiles");
  await judge(page, "site-profiles-empty");
  await button(page, "Create Profile").first().click();
  await page.getByRole("menuitem", { name: "Windows PC" }).click();
  await settled(page, "Create profile");
  await button(page, "Next").click();
  await page.getByText("Enter a name.").waitFor();
  await judge(page, "site-wizard-basics");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Sales PCs");
  await page.getByRole("textbox", { name: "Description" }).fill("For everybody in sales");
  await button(page, "Next").click();
  const oobe = page.getByRole("region", { name: "Out-of-box experience (OOBE)" });
  await oobe.waitFor();
  const words = await oobe.innerText();
  for (const label of [
    "Deployment mode", "User-driven", "Join to Microsoft Entra ID as", "Microsoft Entra joined", "Microsoft Software License Terms", "Privacy settings", "Hide change account options",
    "User account type", "Administrator", "Standard user", "Allow pre-provisioned deployment", "Language (Region)", "Operating system default", "Automatically configure keyboard", "Apply device name template",
  ]) assert.ok(words.includes(label), `${label} is not on the page: ${words}`);
  const pill = (group, name) => page.getByRole("radiogroup", { name: group }).getByText(name, { exact: true });
  for (const [group, name] of [
    ["Microsoft Software License Terms", "Hide"], ["Privacy settings", "Hide"], ["Hide change account options", "Hide"], ["User account type", "Standard user"],
    ["Allow pre-provisioned deployment", "No"], ["Automatically configure keyboard", "Yes"], ["Apply device name template", "Yes"],
  ]) await pill(group, name).click();
  const name = page.getByRole("textbox", { name: "Enter a name" });
  for (const [template, fault] of [
    ["a b", "no blank space"], ["1234", "all numbers"], ["ABCDEFGHIJKLMNOP", "longer than 15"], ["PC-%RAND:0%", "Only %SERIAL%"], ["PC-%SERIAL", "closing percent sign"],
  ]) {
    await name.fill(template);
    await button(page, "Next").click();
    await page.getByText(fault).last().waitFor();
  }
  await name.fill("PC-%SERIAL%");
  await page.getByText("would be named PC-1234567").waitFor();
  await judge(page, "site-wizard-oobe");
  await pill("Apply device name template", "No").click();
  await button(page, "Next").click();
  await page.getByRole("heading", { name: "Included groups" }).waitFor();
  await page.getByRole("heading", { name: "Excluded groups" }).waitFor();
  await judge(page, "site-wizard-assignments");
  await button(page, "Next").click();
  await page.getByText("No group is included").waitFor();
  await button(page, "Previous").click();
  await button(page, "Add groups").first().click();
  await page.getByRole("dialog", { name: "Select groups to include" }).waitFor();
  await page.getByText("Autopilot devices", { exact: true }).click();
  await judge(page, "site-wizard-groups");
  await button(page, "Select").click();
  await page.getByRole("cell", { name: "Autopilot devices", exact: true }).waitFor();

  // What was entered outlives the window.
  await page.reload();
  await page.getByRole("cell", { name: "Autopilot devices", exact: true }).waitFor();
  await button(page, "Next").click();
  await page.getByRole("heading", { name: "Summary" }).waitFor();
  await page.getByText("12 devices are affected now.").waitFor();
  const summary = await page.locator("main").innerText();
  for (const text of ["Sales PCs", "For everybody in sales", "User-driven", "Microsoft Entra joined", "Standard user", "Operating system default"]) assert.ok(summary.includes(text), text);
  await judge(page, "site-wizard-review");
  await button(page, "Create").click();
  await settled(page, "Windows Autopilot deployment profiles");
  await page.getByRole("row", { name: /Sales PCs/ }).getByText("Yes").waitFor();
  await judge(page, "site-profiles");
  await links(page, "Sales PCs").click();
  await settled(page, "Sales PCs");
  await page.getByRole("heading", { name: "Assigned devices" }).waitFor();
  assert.match(await page.locator("main").innerText(), /Assigned to\s+1 group[\s\S]*Included groups\s+Autopilot devices/);
  await judge(page, "site-profile");

  // The status moves without a reload; then all three checks hold.
  await page.goto(server.base + devices);
  await page.mouse.move(5, 5); // under a pointer the list stands still
  await page.waitForFunction(() => [...document.querySelectorAll("[role=gridcell]")].filter((c) => c.textContent === "Assigned").length === 12, null, { timeout: 30_000 });
  await page.getByRole("row").nth(1).press("Enter");
  const pane = page.getByRole("dialog");
  await pane.getByText("Ready to deploy").waitFor();
  assert.match(await pane.innerText(), /Date assigned[\s\S]*20\d\d/);
  assert.match(await pane.innerText(), /Assigned profile[\s\S]*Sales PCs/);
  await pane.getByRole("heading", { name: "Why?" }).waitFor();
  await pane.getByText(/Autopilot devices: the device is in it/).waitFor();
  await judge(page, "site-properties");

  // Properties: a group tag, then a user.
  await pane.locator("[name=groupTag]").fill("Kiosk");
  await pane.getByRole("button", { name: "Save" }).click();
  await page.getByRole("gridcell", { name: "Kiosk" }).waitFor();
  await page.getByRole("row").nth(2).press(" ");
  await button(page, "Assign user").click();
  await page.getByRole("textbox", { name: "Search" }).last().fill("Mia");
  await page.getByRole("option", { name: /Mia Example/ }).click();
  await judge(page, "site-user");
  await button(page, "Select").click();
  await page.getByRole("dialog").getByText(mia, { exact: false }).first().waitFor();
  await page.close_();
});

test("the list is searched, filtered, sorted and walked by keys, and the address says how", async () => {
  const page = await open(browser);
  await enter(page, ada, devices);
  await page.getByRole("row").nth(12).waitFor();
  const serial = await page.getByRole("row").nth(3).locator("button").first().innerText();
  await page.getByRole("searchbox").fill(serial);
  await page.waitForURL(/q=/);
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 1);
  await page.reload();
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 1);
  await page.getByRole("searchbox").fill("nothing like it");
  await page.getByRole("heading", { name: "No device matches" }).waitFor();
  await judge(page, "site-autopilot-nothing");
  await button(page, "Show all devices").click();
  await page.getByRole("row").nth(12).waitFor();
  await page.getByRole("columnheader", { name: "Serial number" }).getByRole("button").click();
  await page.waitForURL(/sort=-serialNumber/);
  await page.waitForFunction(() => {
    const all = [...document.querySelectorAll("[data-row]")].sort((a, b) => a.dataset.row - b.dataset.row).map((r) => r.querySelector("button").textContent);
    return all.length === 12 && all.every((s, i) => i === 0 || s <= all[i - 1]);
  });
  await page.locator("[data-row='0']").focus();
  await page.keyboard.press("End");
  await page.waitForFunction(() => document.activeElement?.dataset.row === "11");
  await page.keyboard.press(" ");
  assert.equal(await page.locator("[data-row='11']").getAttribute("aria-selected"), "true");
  await button(page, "Delete").click();
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 11);
  await button(page, "Undo").click();
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 12);
  await page.close_();
});

test("where a lab wants it, a second sync is refused for ten minutes that the page counts down", async () => {
  await server.admin("PUT", `/tenants/${contoso.id}/quirks/sync-429`, { on: true });
  const page = await open(browser);
  await enter(page, ada, devices);
  await page.getByRole("row").nth(12).waitFor();
  await button(page, "Sync").click();
  await page.getByText("The sync is done.").waitFor();
  await button(page, "Sync").click();
  await page.getByRole("alert").getByText("less than 10 minutes ago").waitFor();
  await page.getByRole("timer").getByText(/in 9:\d\d/).waitFor();
  assert.ok(await button(page, "Sync").isDisabled());
  await judge(page, "site-sync-refused");
  // The lab's clock ends the wait at the server; the page asks again when it is opened anew.
  await server.admin("POST", `/tenants/${contoso.id}/clock`, { by: "10m" });
  await page.reload();
  await button(page, "Sync").click();
  await page.getByText("The sync is done.").waitFor();
  await server.admin("PUT", `/tenants/${contoso.id}/quirks/sync-429`, { on: false });
  await page.close_();
});

test("a list with faults says where they are and mends what can be mended", async () => {
  const page = await open(browser);
  await enter(page, ada, `${devices}?import=true`);
  await page.getByRole("dialog").waitFor();
  const good = execFileSync(program, ["hash", "mint", "--count", "2", "--seed", "77"], { encoding: "utf8" });
  const [header, first, second] = good.trim().split(/\r?\n/);
  const offer = (content) => page.setInputFiles("input[type=file]", { name: "list.csv", mimeType: "text/csv", buffer: Buffer.isBuffer(content) ? content : Buffer.from(content) });
  const importing = page.getByRole("dialog").getByRole("button", { name: "Import", exact: true });
  for (const [content, says] of [
    ["serial,product,hash\n1,,AAAA\n", "spelled exactly"],
    [`${header}\n${first.replace(",", ',"')}\n`, "Quotation marks"],
    [`${header}\n${first},x,y,z\n`, "fields"],
    [`${header}\n${first}\n${first}\n`, "stands in line 2 already"],
    [Buffer.from(`\uFEFF${good}`, "utf16le"), "UTF-16"],
    [`${header}\n`, "holds no devices"],
  ]) {
    await offer(content);
    await page.getByText(says).waitFor();
    assert.ok(await importing.isDisabled(), says);
  }
  const fields = second.split(",");
  fields[2] = fields[2].replace(/=*$/, fields[2].endsWith("=") ? "" : "=");
  await offer(`${header}\n${first}\n${fields.join(",")}\n`);
  await page.getByText("wrong padding").waitFor();
  await judge(page, "site-import-faults");
  await page.getByRole("dialog").getByRole("button", { name: "Import the good row only" }).waitFor();
  await button(page, "Repair Base64 padding").click();
  await importing.click();
  await page.getByText("2 devices imported").waitFor();
  await page.waitForURL(/import=[0-9a-f]{8}-/);
  const address = page.url();

  // The same list again: nothing is registered twice, and nothing is lost.
  await button(page, "Import another list").click();
  await page.waitForURL(/import=true/);
  await offer(good);
  await importing.click();
  await page.getByText("2 devices are registered here already").waitFor();

  // 501 rows are imported as any other; who wants Intune's rules is told the row.
  const many = execFileSync(program, ["hash", "mint", "--count", "501", "--seed", "78"], { encoding: "utf8", maxBuffer: 1 << 28 });
  await button(page, "Import another list").click();
  await offer(many);
  await page.getByText("Rows formatted correctly: 501").waitFor();
  await page.getByText("Accept only what the Intune admin center accepts").click();
  await page.getByText("Line 502: The Intune admin center takes 500 rows").waitFor();
  assert.ok(await importing.isDisabled());
  await page.getByText("Accept only what the Intune admin center accepts").click();
  await page.getByText("Rows formatted correctly: 501").waitFor();

  // The page is left in the middle of it; its address goes on with it.
  let sent = 0;
  await page.route("**/importedWindowsAutopilotDeviceIdentities/import", async (route) => (++sent > 2 ? undefined : route.continue()));
  await importing.click();
  await page.waitForURL(/import=[0-9a-f]{8}-/);
  const left = page.url();
  await page.waitForFunction(() => document.body.innerText.includes("200 devices imported"));
  await page.goto(`${server.base}/admin/`);
  await page.unroute("**/importedWindowsAutopilotDeviceIdentities/import");
  await page.goto(`${server.base}${devices}/import/${new URL(left).searchParams.get("import")}`);
  await page.getByText("501 devices imported").waitFor({ timeout: 30_000 });
  // An import that is over shows what the server has of it.
  await page.goto(address);
  await page.getByText("This is what the server has of the import.").waitFor();
  await page.getByText("2 devices imported").waitFor();
  await judge(page, "site-import-before");
  await page.close_();
});

test("somebody without a role is told what is missing", async () => {
  const page = await open(browser);
  await enter(page, mia, devices);
  await page.getByRole("heading", { name: "You may not see this" }).waitFor();
  await judge(page, "site-denied");
  await page.goto(server.base + profiles);
  await page.getByRole("heading", { name: "You may not see this" }).waitFor();
  await page.goto(`${server.base}/admin/nowhere`);
  await settled(page, "There is nothing here");
  await judge(page, "site-nowhere");
  await page.getByRole("button", { name: /Account of|mia@/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL(/signedout/);
  await page.goto(server.base + devices);
  await page.waitForSelector("[name=loginfmt]");
  await page.close_();
});

test("every component passes in every dress", async () => {
  const page = await open(browser);
  await enter(page, ada, "/admin/gallery");
  await page.getByRole("heading", { level: 1, name: "Component gallery" }).waitFor();
  await page.waitForTimeout(300); // the grey rows come late
  await judge(page, "site-gallery");
  await page.getByRole("button", { name: "About Name" }).click();
  await page.getByRole("dialog").waitFor();
  await judge(page, "site-gallery-about");
  await page.keyboard.press("Escape");
  await page.locator("button[aria-haspopup=listbox]").first().click();
  await page.getByRole("listbox").waitFor();
  await judge(page, "site-gallery-select");
  await page.keyboard.press("Escape");
  await button(page, "Select user").click();
  await page.getByRole("dialog").waitFor();
  await judge(page, "site-gallery-drawer");
  await page.keyboard.press("Escape");
  await page.emulateMedia({ forcedColors: "active" });
  await page.screenshot({ path: new URL("./out/site-gallery-forced.png", import.meta.url).pathname, fullPage: true });
  await page.close_();
});

test("the site speaks German and remembers language and theme", async () => {
  const page = await open(browser);
  await enter(page, ada, "/admin/devices");
  await button(page, "English").click();
  await page.getByRole("menuitem", { name: "Deutsch" }).click();
  await settled(page, "Geräte | Übersicht");
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  await button(page, "Design").click();
  await page.getByRole("menuitem", { name: "Dunkel" }).click();
  await page.reload();
  await settled(page, "Geräte | Übersicht");
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark");
  await page.screenshot({ path: new URL("./out/site-german-dark.png", import.meta.url).pathname, fullPage: true });
  await page.close_();
});

test("what a page loads stays small", async () => {
  const page = await open(browser);
  const loaded = new Map();
  page.on("response", async (answer) => {
    const { pathname } = new URL(answer.url());
    if (pathname.startsWith("/admin/assets/") && answer.ok()) loaded.set(pathname, gzipSync(await answer.body(), { level: 9 }).length);
  });
  await enter(page, ada, devices);
  await page.getByRole("grid").waitFor();
  await page.waitForLoadState("networkidle");
  const sum = (end) => [...loaded].filter(([name]) => name.endsWith(end)).reduce((n, [, size]) => n + size, 0);
  const sizes = JSON.stringify([...loaded]);
  assert.ok(sum(".js") > 0 && sum(".js") + sum(".css") <= 240_000, sizes);
  assert.ok(sum(".css") <= 20_000, sizes);
  const entry = [...loaded].find(([name]) => /\/index-[^/]+\.js$/.test(name));
  assert.ok(entry && entry[1] <= 120_000, sizes);
  await page.close_();
});
