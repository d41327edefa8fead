// The frame of the admin site: the palette reaches every page, every address
// survives signing in, and texts may be long or run from right to left.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { judge, open, startBrowser } from "./browser.mjs";
import { startServer, tenant } from "./server.mjs";
import { button, enter, settled } from "./site.mjs";

let server, browser, contoso, ada;
const router = readFileSync(new URL("../web/src/app/router.tsx", import.meta.url), "utf8");
// Pages that need no more than their address; the gallery is no place to go to.
const places = [...router.matchAll(/(?:page\(|\bpath: )"(\/[^"$]*)"/g)].map(([, path]) => path).filter((path) => path !== "/gallery");

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  contoso = await tenant(server, "Contoso");
  ada = await contoso.person("Ada", { roles: ["Global Administrator"] });
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test("the palette reaches every page by keys alone", async () => {
  assert.ok(places.length > 8, places.join());
  const page = await open(browser);
  await enter(server, page, ada);
  await settled(page, "Home");
  await page.keyboard.press("Control+k");
  const palette = page.getByRole("dialog", { name: "Search pages, actions and devices" });
  await palette.waitFor();
  await judge(page, "site-palette");
  const labels = await palette.getByRole("group").first().getByRole("menuitem").allInnerTexts();
  await page.keyboard.press("Escape");
  const reached = new Set();
  for (const label of labels) {
    await page.keyboard.press("Control+k");
    await palette.getByRole("searchbox").waitFor();
    await page.keyboard.type(label);
    await page.getByRole("menuitem", { name: label, exact: true }).and(page.locator("[data-focused]")).waitFor();
    await page.keyboard.press("Enter");
    await palette.waitFor({ state: "detached" });
    await page.locator("main h1").waitFor();
    reached.add(new URL(page.url()).pathname.replace(/^\/admin(?=\/)/, ""));
    if (new URL(page.url()).searchParams.has("import")) {
      reached.add("/devices/windows/enrollment/autopilot/devices/import");
      await page.getByRole("dialog").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
  }
  assert.deepEqual(places.filter((p) => !reached.has(p)), [], "pages that the palette does not reach");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("dark theme");
  await page.getByRole("menuitem", { name: "Dark theme" }).and(page.locator("[data-focused]")).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await page.close_();
});

test("every address leads back to itself after signing in", async () => {
  const page = await open(browser);
  await enter(server, page, ada, `/admin${places[0]}`);
  for (const place of places) {
    await page.context().clearCookies();
    await page.goto(`${server.base}/admin${place}`);
    await page.waitForSelector("[name=loginfmt]");
    const back = new URL(page.url());
    assert.equal(back.origin, new URL(server.base).origin);
    await page.fill("[name=loginfmt]", ada);
    await page.click("button:text('Next')");
    await page.fill("[name=passwd]", "quiet harbour lantern");
    await page.click("button:text('Sign in')");
    await page.waitForURL((url) => url.pathname.startsWith("/admin"));
    await page.locator("main h1").waitFor();
    const { pathname, searchParams } = new URL(page.url());
    if (place.endsWith("/import")) assert.ok(searchParams.has("import"));
    else assert.equal(pathname.replace(/\/$/, ""), `/admin${place}`.replace(/\/$/, ""));
  }
  await page.close_();
});
