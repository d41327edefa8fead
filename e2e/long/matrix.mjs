// Every page in both schemes and two widths, closed and with each thing that it
// opens; and at 400 % (a window of 1280 by 1024 leaves 320 by 256).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { open } from "../browser.mjs";
import { furnish, furnishing, opened, places } from "../pages.mjs";
import { begin, enter } from "../site.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const overlay = "[role=dialog], [role=alertdialog], [role=menu], [role=listbox]";
let server, browser, ada, graph, stop, pages;

before(async () => {
  ({ server, browser, ada, graph, stop } = await begin(furnishing));
  pages = [...places, ...(await furnish(graph, ada)).pages, "/gallery"];
});

after(() => stop?.());

// faults is what axe finds in each dress, no rule left out.
async function faults(page, what) {
  const out = [];
  await page.evaluate(axe);
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [1366, 320]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 768 });
      // What floats beside a field closes when the window changes; the page is hidden until it is gone.
      await page.waitForFunction((floats) => document.querySelector(floats) || document.documentElement.style.overflow !== "hidden", overlay);
      const found = await page.evaluate(() => globalThis.axe.run(document, {
        runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
      }));
      for (const v of found.violations) out.push(`${what}, ${colorScheme}, ${width}: ${v.id}: ${v.nodes.map((n) => n.html).join(" | ")}`);
    }
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1366, height: 768 });
  return out;
}

test("no page has a fault in any dress, closed or open", async () => {
  const page = await open(browser, { viewport: { width: 1366, height: 768 } });
  await enter(server, page, ada);
  const found = [];
  let overlays = 0;
  for (const place of pages) {
    await opened(server, page, place);
    found.push(...await faults(page, place));
    const buttons = page.locator("main").locator("button:not([disabled])");
    const names = await buttons.evaluateAll((all) => all.map((b) => (b.checkVisibility() ? b.getAttribute("aria-label") ?? b.textContent : "")));
    for (const [n, name] of names.entries()) {
      if (!name || (names.indexOf(name) !== n)) continue; // rows have the same buttons
      await opened(server, page, place);
      if ((await buttons.count()) <= n) continue; // what was pressed before changed the page
      await buttons.nth(n).click({ timeout: 2_000 }).catch(() => undefined);
      // What opens comes with a part of its own the first time.
      if (!(await page.locator(overlay).first().waitFor({ timeout: 1_000 }).then(() => true, () => false))) continue;
      overlays++;
      found.push(...await faults(page, `${place}, ${name.trim()}`));
    }
  }
  console.log(`${pages.length} pages and ${overlays} that they open, in four dresses each`);
  assert.ok(overlays > 20, `only ${overlays} things were opened`);
  assert.deepEqual(found, []);
  await page.close_();
});

test("at 400 % nothing is lost, and only tables scroll in two directions", async () => {
  const page = await open(browser, { viewport: { width: 320, height: 256 } });
  await enter(server, page, ada);
  const found = [];
  for (const place of pages) {
    await opened(server, page, place);
    const flaws = await page.evaluate(() => {
      const out = [];
      if (document.documentElement.scrollWidth > 320) out.push(`the page is ${document.documentElement.scrollWidth} pixels wide`);
      for (const e of document.querySelectorAll("body *")) {
        if (!/auto|scroll/.test(getComputedStyle(e).overflowX) || e.scrollWidth <= e.clientWidth + 1 || !e.checkVisibility()) continue;
        if (!e.matches("pre, textarea, [role=grid]") && !e.querySelector("table, [role=grid], [role=table], pre")) out.push(`${e.tagName}.${e.className} scrolls sideways`);
      }
      // What can be used can be brought to where nothing covers it.
      for (const e of document.querySelectorAll("main a, main button, main input, header a, header button")) {
        if (!e.checkVisibility({ visibilityProperty: true }) || e.getBoundingClientRect().width <= 1) continue;
        e.scrollIntoView({ block: "center", inline: "center" });
        const box = (e.closest("label") ?? e).getBoundingClientRect();
        const top = document.elementFromPoint(Math.min(Math.max(box.x + box.width / 2, 0), 319), box.y + box.height / 2);
        const owner = e.closest("label") ?? e;
        if (!top || !(owner.contains(top) || top.contains(owner))) out.push(`${e.outerHTML.slice(0, 120)} lies at ${Math.round(box.x)}, ${Math.round(box.y)} below ${top?.tagName}`);
      }
      return out;
    });
    for (const flaw of flaws) found.push(`${place}: ${flaw}`);
  }
  assert.deepEqual(found, []);
  await page.close_();
});
