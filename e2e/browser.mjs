// A real browser, and what every page is judged by.
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const out = fileURLToPath(new URL("./out/", import.meta.url));
mkdirSync(out, { recursive: true });

export async function startBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    headless: true,
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
}

// open gives a browser window of its own, without cookies. Whatever breaks the
// content policy or a page's script fails the test that asks.
export async function open(browser, options = {}) {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, viewport: { width: 1280, height: 900 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const complaints = [];
  page.on("console", (message) => {
    if (message.type() === "error" && /Content Security Policy|Refused to/i.test(message.text())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.close_ = async () => {
    await context.close();
    assert.deepEqual(complaints, []);
  };
  return page;
}

// Both schemes and both widths; each scheme at each width is for the long runs.
const looks = [
  { scheme: "dark", width: 1280, height: 900 },
  { scheme: "light", width: 320, height: 640 },
];

// judge looks at a page in both schemes, on a desktop and on the smallest of
// telephones: no finding of axe, no rule left out; nothing wider than 320 pixels;
// a title and one heading. A picture of each look, and of the light one on a desktop,
// stays in e2e/out, and the page's address in e2e/out/judged, where routes.mjs looks
// for pages that nobody judged.
export async function judge(page, name) {
  await page.evaluate(axe);
  await page.screenshot({ path: `${out}${name}-light-1280.png`, fullPage: true });
  for (const { scheme, width, height } of looks) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize({ width, height });
    await page.screenshot({ path: `${out}${name}-${scheme}-${width}.png`, fullPage: true });
    const found = await page.evaluate(() => globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
    }));
    assert.deepEqual(
      found.violations.map((v) => `${v.id}: ${v.help}: ${v.nodes.map((n) => `${n.html} ${n.failureSummary}`).join(" | ")}`), [],
      `${name}, ${scheme}, ${width}`,
    );
  }
  appendFileSync(`${out}judged`, `${new URL(page.url()).pathname}\n`);
  const facts = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    headings: document.querySelectorAll("h1").length,
    title: document.title,
    lang: document.documentElement.lang,
    small: [...document.querySelectorAll("a, button, input:not([type=hidden])")].filter((e) => {
      // A box with a label is as large as the label; one pixel is for screen readers alone.
      const box = (e.closest("label") ?? e).getBoundingClientRect();
      return box.width > 1 && !e.closest("[style*=clip]") && (box.width < 24 || box.height < 24);
    }).map((e) => e.outerHTML),
  }));
  assert.ok(facts.wide <= 320, `${name} is ${facts.wide} pixels wide`);
  assert.equal(facts.headings, 1, `headings of ${name}`);
  assert.ok(facts.title.length > 3 && facts.lang === "en");
  assert.deepEqual(facts.small, [], `${name} has targets below 24 pixels`);
  await page.setViewportSize({ width: 1280, height: 900 });
  await page.emulateMedia({ colorScheme: "light" });
}

// focused tells which field the keyboard writes into.
export async function focused(page) {
  await page.waitForLoadState();
  return page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => resolve(document.activeElement?.name ?? ""))));
}

export const heading = (page) => page.locator("h1").innerText();

// type writes into what has the focus and sends the form with the Enter key.
export async function type(page, text) {
  await page.keyboard.type(text);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}

// signIn is the usual way with keys alone, from the page that asks for the name.
export async function signIn(page, name, password) {
  assert.equal(await focused(page), "loginfmt");
  await type(page, name);
  assert.equal(await focused(page), "passwd");
  await type(page, password);
}
