// The frame of the admin site: the palette reaches every page, every address
// survives signing in, and texts may be long or run from right to left.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judge, open, startBrowser } from "./browser.mjs";
import { furnish, furnishing, opened, places } from "./pages.mjs";
import { cut, dataOf, speakPseudo, untranslated } from "./pseudo.mjs";
import { startServer, tenant } from "./server.mjs";
import { enter, graphOf, settled } from "./site.mjs";

let server, browser, contoso, ada;

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

test("the page about the program tells how it is and what it is made of", async () => {
  const page = await open(browser);
  await enter(server, page, ada, "/admin/about");
  await settled(page, "About");
  await page.getByRole("row", { name: /Database Good/ }).waitFor();
  await page.getByText("SQLite").waitFor();
  await judge(page, "site-about");
  for (const [link, words] of [["Licences of what it is made of", "Third-party notices"], ["What differs from Microsoft's service", "| Microsoft | taxiway |"]]) {
    const { status, text } = await server.call("GET", await page.getByRole("link", { name: link }).getAttribute("href"));
    assert.equal(status, 200);
    assert.ok(text.toLowerCase().includes(words.toLowerCase()), `${link}: ${text.slice(0, 200)}`);
  }
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

const out = new URL("./out/", import.meta.url).pathname;

// Data, and words that are the same in every language, or come from the library
// of components in the browser's.
const sameEverywhere = ["taxiway", "SQLite", "Contoso", "contoso.example", "Ada Example", "AE", "English", "Deutsch", "Schließen", "/quiet", "#0F5FB8"];

// Pages of which pictures are kept: from the right, and in forced colours.
const autopilot = "/devices/windows/enrollment/autopilot";
const pictured = ["/", "/guide", `${autopilot}/devices`, `${autopilot}/profiles/new`, "/groups/new", "/monitor/deployments"];

test("every page has its words in the catalogue, and room for longer ones, from left and from right", async () => {
  const graph = await graphOf(server, contoso, furnishing);
  const made = await furnish(graph, ada);
  const page = await open(browser);
  await speakPseudo(page.context());
  const said = dataOf(page);
  await enter(server, page, ada);
  const found = [];
  for (const place of [...places, ...made.pages]) {
    await opened(server, page, place);
    for (const text of await untranslated(page, [...sameEverywhere, ...made.words, ...said])) found.push(`${place}: not in the catalogue: ${text}`);
    for (const direction of ["ltr", "rtl"]) {
      await page.evaluate((dir) => (document.documentElement.dir = dir), direction);
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 900 });
        for (const text of await cut(page)) found.push(`${place}, ${direction}, ${width}: ${text}`);
      }
    }
    if (pictured.includes(place)) {
      const name = `${out}long${place.replaceAll("/", "-")}`;
      await page.screenshot({ path: `${name}-rtl.png`, fullPage: true });
      await page.evaluate(() => document.documentElement.removeAttribute("dir"));
      await page.emulateMedia({ forcedColors: "active", colorScheme: "dark" });
      await page.screenshot({ path: `${name}-forced.png`, fullPage: true });
      await page.emulateMedia({ forcedColors: "none", colorScheme: "light" });
    }
  }
  assert.deepEqual(found, []);
  await page.close_();
});
