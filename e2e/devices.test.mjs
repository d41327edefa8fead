// The list of devices when there are many: 50,000 of them, found, walked and
// changed together; and what is deleted can be taken back.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { judge, open, startBrowser } from "./browser.mjs";
import { program, startServer, tenant } from "./server.mjs";
import { button, devices, enter, graphOf } from "./site.mjs";

const run = promisify(execFile);
const identities = "/v1.0/deviceManagement/windowsAutopilotDeviceIdentities";
const many = 50_000, tagged = 5_000;
let server, browser, contoso, ada, graph;

// mint writes a list of devices to a file.
async function mint(file, ...more) {
  const { stdout } = await run(program, ["hash", "mint", ...more], { maxBuffer: 1 << 30 });
  await new Promise((resolve, reject) => createWriteStream(file).on("error", reject).on("finish", resolve).end(stdout));
  return stdout;
}

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  contoso = await tenant(server, "Contoso");
  ada = await contoso.person("Ada", { roles: ["Global Administrator"] });
  graph = await graphOf(server, contoso, ["DeviceManagementServiceConfig.ReadWrite.All"]);
  await run(program, ["app", "create", "Importer", "--permission", "DeviceManagementServiceConfig.ReadWrite.All", "--save", "--data", server.data, "--set", `base_url=${server.base}`]);
  for (const [count, tag, seed] of [[many - tagged, "Rest", 1], [tagged, "Kiosk", 2]]) {
    const file = path.join(server.data, `${tag}.csv`);
    await mint(file, "--count", String(count), "--tag", tag, "--seed", String(seed));
    await run(program, ["device", "import", file, "--data", server.data, "--set", `base_url=${server.base}`], { maxBuffer: 1 << 30 });
  }
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const rowCount = (page, n) => page.waitForFunction((want) => document.querySelector("[role=grid]")?.getAttribute("aria-rowcount") === String(want + 1), n, { timeout: 30_000 });
const loaded = (page, n) => page.getByText(new RegExp(`Loaded ${n.toLocaleString("en")} of`)).waitFor({ timeout: 30_000 });

test("50,000 devices are searched, sorted and walked; what is drawn stays small", async () => {
  const page = await open(browser);
  await enter(server, page, ada, devices);
  await rowCount(page, many);
  await judge(page, "site-devices-50000");
  // The last device in the order is found by turning the order round.
  const last = (await graph("GET", `${identities}?$orderby=serialNumber%20desc&$top=1&$select=serialNumber`)).value[0].serialNumber;
  await page.getByRole("columnheader", { name: "Serial number" }).getByRole("button").click();
  await page.locator("[data-row='0']").getByText(last, { exact: true }).waitFor();
  await page.getByRole("searchbox").fill("Kiosk");
  await rowCount(page, tagged);
  await page.getByRole("searchbox").fill(last);
  await rowCount(page, 1);
  await page.getByRole("searchbox").fill("");
  await rowCount(page, many);

  // Down to 20,000 rows by keys: the list reads on, and draws only what is in sight.
  await page.locator("[data-row='0']").focus();
  for (let n = 400; n <= 20_000; n += 200) {
    await page.keyboard.press("End");
    await loaded(page, n);
    assert.equal(await page.evaluate(() => document.activeElement.dataset.row), String(n - 201), "the focus went along");
  }
  assert.ok(await page.locator("[data-row]").count() <= 200);
  // Scrolled out of sight it stays where it is, and keys go on from there.
  await page.locator("[role=grid]").evaluate((grid) => grid.parentElement.scrollTo(0, 0));
  await page.locator("[data-row='0']").waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.dataset.row), "19799");
  await page.keyboard.press("End");
  await page.locator("[data-row='19999']").waitFor();
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  assert.ok(usedSize <= 60 << 20, `the page holds ${(usedSize / (1 << 20)).toFixed(1)} MB`);
  await page.close_();
});

test("5,000 devices get a tag; three that are gone are named and can be tried again", async () => {
  const page = await open(browser);
  await enter(server, page, ada, `${devices}?q=Kiosk`);
  await rowCount(page, tagged);
  await page.getByRole("checkbox", { name: "Select all loaded devices" }).click({ force: true });
  await button(page, "Select all 5,000 that match").click();
  await page.getByText("All 5,000 devices that match are selected.").waitFor({ timeout: 30_000 });
  const gone = (await graph("GET", `${identities}?$filter=groupTag%20eq%20'Kiosk'&$top=3&$select=id,serialNumber`)).value;
  for (const d of gone) await graph("DELETE", `${identities}/${d.id}`);
  await button(page, "Bulk actions").click();
  await page.getByRole("menuitem", { name: "Set group tag" }).click();
  const pane = page.getByRole("dialog");
  await pane.getByText("5000 devices get this group tag.").waitFor();
  await pane.getByRole("textbox", { name: "Group tag" }).fill("Lobby");
  await judge(page, "site-bulk");
  await pane.getByRole("button", { name: "Set group tag" }).click();
  await pane.getByText("4997 devices are done.").waitFor({ timeout: 600_000 });
  await pane.getByText("3 devices failed.").waitFor();
  for (const d of gone) await pane.getByText(d.serialNumber).waitFor();
  await judge(page, "site-bulk-done");
  await pane.getByRole("button", { name: "Retry the failed ones" }).click();
  await pane.getByText("3 devices failed.").waitFor();
  assert.equal(await pane.getByText("devices are done").count(), 0, "only the failed ones were tried again");
  const count = async (tag) => (await graph("GET", `${identities}?$filter=groupTag%20eq%20'${tag}'&$top=1&$count=true`))["@odata.count"];
  assert.equal(await count("Lobby"), tagged - 3);
  assert.equal(await count("Kiosk"), 0);
  await page.close_();
});

test("what is deleted can be taken back for ten seconds, and is gone when the page is left", async () => {
  const page = await open(browser);
  await enter(server, page, ada, `${devices}?q=Lobby`);
  await rowCount(page, tagged - 3);
  const serial = await page.locator("[data-row='0'] button").first().innerText();
  const there = async () => (await graph("GET", `${identities}?$filter=serialNumber%20eq%20'${serial}'&$count=true`))["@odata.count"];
  const remove = async () => {
    await page.locator("[data-row='0']").press(" ");
    await button(page, "Delete").click();
    await page.getByText("1 device was deleted.").waitFor();
    await rowCount(page, tagged - 4);
  };
  await remove();
  assert.equal(await there(), 1, "nothing was sent yet");
  await button(page, "Undo").click();
  await rowCount(page, tagged - 3);
  assert.equal(await there(), 1);
  await remove();
  const gone = page.waitForResponse((answer) => answer.request().method() === "DELETE", { timeout: 15_000 });
  await gone;
  assert.equal(await there(), 0);

  // More than twenty are asked for, by their number.
  await page.getByRole("checkbox", { name: "Select all loaded devices" }).click({ force: true });
  await button(page, "Delete").click();
  const pane = page.getByRole("dialog");
  const sure = pane.getByRole("button", { name: "Delete", exact: true });
  assert.ok(await sure.isDisabled());
  const asked = (await pane.getByText("This cannot be undone.").innerText()).match(/\d+/)[0];
  assert.ok(Number(asked) > 150, asked);
  await pane.getByRole("textbox").fill(asked);
  await judge(page, "site-bulk-delete");
  await sure.click();
  await pane.getByText(`${asked} devices are done.`).waitFor({ timeout: 60_000 });
  await page.close_();
});

test("a profile for all of them shows as Assigning, then as Assigned, while the list is open", async () => {
  const page = await open(browser);
  // Those that were registered last are the last whose turn comes.
  await enter(server, page, ada, `${devices}?q=Lobby`);
  await page.locator("[data-row='0']").getByText("Not assigned").waitFor();
  await page.mouse.move(5, 5);
  await page.getByText("Live", { exact: true }).waitFor();
  // Every word that the first row ever shows: what is on its way is not there for long.
  await page.evaluate(() => {
    window.shown = [];
    const look = () => {
      const word = document.querySelector("[data-row='0']")?.innerText.match(/Not assigned|Assigning|Assigned/)?.[0];
      if (word && word !== window.shown.at(-1)) window.shown.push(word);
    };
    look();
    new MutationObserver(look).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const at = "/beta/deviceManagement/windowsAutopilotDeploymentProfiles";
  const { id } = await graph("POST", at, { "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", displayName: "Everybody", outOfBoxExperienceSetting: { deviceUsageType: "singleUser" } });
  await graph("POST", `${at}/${id}/assignments`, { target: { "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" } });
  await page.waitForFunction(() => window.shown.includes("Assigned"), undefined, { timeout: 120_000 });
  assert.deepEqual(await page.evaluate(() => window.shown), ["Not assigned", "Assigning", "Assigned"]);
  await page.close_();
});
