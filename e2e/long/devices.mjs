// The list of devices with a million of them (TAXIWAY_LONG_DEVICES for another
// number): the first rows of a search, a filter and an order come within three
// times what the same takes with a thousand, side by side in one server. With
// TAXIWAY_LONG_DATA=directory they are registered there, and found there again by
// the next run.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { open, startBrowser } from "../browser.mjs";
import { program, startServer, tenant } from "../server.mjs";
import { devices, enter } from "../site.mjs";

const many = Number(process.env.TAXIWAY_LONG_DEVICES ?? 1_000_000), few = 1_000, rounds = 5;
const tags = ["Kiosk", "Sales", "Lab"];
const given = process.env.TAXIWAY_LONG_DATA;
const people = { Small: "ada@small.example", Large: "ada@large.example" };
let server, browser;

const run = (args, stdio) => new Promise((resolve, reject) => {
  const child = spawn(program, args, { stdio });
  child.once("error", reject).once("exit", (code) => (code === 0 ? resolve() : reject(new Error(`${args.join(" ")} ended with ${code}`))));
});

// fill registers devices, 50,000 to a file, with their tags in turn.
async function fill(name, count) {
  const where = await tenant(server, name);
  assert.equal(await where.person("Ada", { roles: ["Global Administrator"] }), people[name]);
  const at = ["--data", server.data, "--set", `base_url=${server.base}`];
  await run(["app", "create", "Importer", "--tenant", where.domain, "--permission", "DeviceManagementServiceConfig.ReadWrite.All", "--save", ...at], ["ignore", "ignore", "inherit"]);
  for (let done = 0, n = 0; done < count; n++) {
    const part = Math.min(50_000, count - done, Math.ceil(count / tags.length));
    const file = path.join(server.data, "list.csv");
    await run(["hash", "mint", "--count", String(part), "--tag", tags[n % tags.length], "--seed", String(n + (name === "Large" ? 1000 : 1))], ["ignore", openSync(file, "w"), "inherit"]);
    await run(["device", "import", file, ...at], ["ignore", "ignore", "inherit"]);
    done += part;
  }
}

before(async () => {
  const filled = given !== undefined && existsSync(path.join(given, "taxiway.db"));
  if (given) mkdirSync(given, { recursive: true });
  server = await startServer({ data: given });
  browser = await startBrowser();
  if (filled) return;
  await fill("Small", few);
  await fill("Large", many);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

// rowCount is how many rows the list says it has, as soon as it knows.
const rowCount = async (page) => {
  await page.waitForFunction(() => Number(document.querySelector("[role=grid]")?.getAttribute("aria-rowcount")) > 0);
  return Number(await page.locator("[role=grid]").getAttribute("aria-rowcount")) - 1;
};
const median = (all) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)];

// took is from a deed on a page that has come whole, its numbers too, until the
// list shows the first rows of what was asked for.
async function took(page, deed) {
  await page.goto(server.base + devices);
  await page.locator("[data-row='0']").waitFor();
  await rowCount(page);
  await page.getByRole("navigation", { name: "Profile status" }).getByRole("link", { name: /^All.*\d/ }).waitFor();
  await page.mouse.move(5, 5);
  const answered = page.waitForResponse((r) => /\/windowsAutopilotDeviceIdentities\?.*\$expand=/.test(decodeURIComponent(r.url())));
  const began = performance.now();
  await deed();
  await (await answered).finished();
  await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
  await page.locator("[data-row='0']").waitFor();
  return performance.now() - began;
}

const search = (text) => (page) => page.getByRole("searchbox").fill(text);
const sort = (column) => (page) => page.getByRole("columnheader", { name: column }).getByRole("button").click();

async function measure(name) {
  const page = await open(browser);
  page.setDefaultTimeout(120_000);
  await enter(server, page, people[name], devices);
  const serial = await page.locator("[data-row='10'] button").first().innerText();
  const deeds = {
    "search for a group tag": search(tags[0]),
    "search for one serial number": search(serial),
    "filter Not assigned": (p) => p.getByRole("navigation", { name: "Profile status" }).getByRole("link", { name: /^Not assigned/ }).click(),
    "sort by Serial number": sort("Serial number"),
    "sort by Model": sort("Model"),
    "sort by Manufacturer": sort("Manufacturer"),
    "sort by Group tag": sort("Group tag"),
  };
  const figures = {};
  for (const [what, deed] of Object.entries(deeds)) {
    figures[what] = [];
    for (let n = 0; n < rounds; n++) figures[what].push(await took(page, () => deed(page)));
    console.log(`${name}, ${what}: ${figures[what].map((ms) => ms.toFixed(0)).join(" ")} ms`);
  }
  return { page, rows: await rowCount(page), figures };
}

test("the first rows of a search, a filter and an order come as soon as with a thousand devices", async () => {
  const small = await measure("Small");
  const large = await measure("Large");
  assert.equal(small.rows, few);
  assert.equal(large.rows, many);
  const late = [];
  for (const [what, figures] of Object.entries(large.figures)) {
    const [less, more] = [median(small.figures[what]), median(figures)];
    console.log(`${what}: ${less.toFixed(0)} ms with ${few} devices, ${more.toFixed(0)} ms with ${many}, ratio ${(more / less).toFixed(2)}`);
    if (more > 3 * less) late.push(what);
  }
  assert.deepEqual(late, []);
  await small.page.close_();
  await large.page.close_();
});

test("20,000 rows of them are walked in 60 MB", async () => {
  const page = await open(browser);
  await enter(server, page, people.Large, devices);
  await page.locator("[data-row='0']").focus();
  const last = Math.min(20_000, many);
  for (let n = 400; n <= last; n += 200) {
    await page.keyboard.press("End");
    await page.getByText(new RegExp(`Loaded ${n.toLocaleString("en")} of`)).waitFor({ timeout: 60_000 });
  }
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("HeapProfiler.collectGarbage");
  const { usedSize } = await cdp.send("Runtime.getHeapUsage");
  console.log(`heap after ${last} rows: ${(usedSize / (1 << 20)).toFixed(1)} MB`);
  assert.ok(usedSize <= 60 << 20, `the page holds ${(usedSize / (1 << 20)).toFixed(1)} MB`);
  await page.close_();
});
