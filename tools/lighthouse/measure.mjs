// Sign-in, Home and the list of devices, judged by Lighthouse as on a desktop:
// performance at least 95, accessibility 100. A figure of performance is of this
// machine and this minute: nothing but `make lighthouse` asks for it.
import { execFileSync } from "node:child_process";
import lighthouse from "lighthouse";
import desktop from "lighthouse/core/config/desktop-config.js";
import puppeteer from "puppeteer-core";
import { password, program, startServer, tenant } from "../../e2e/server.mjs";
import { devices, graphOf } from "../../e2e/site.mjs";

const want = { performance: 95, accessibility: 100 };

const server = await startServer();
const browser = await puppeteer.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, acceptInsecureCerts: true, args: ["--no-sandbox", "--disable-gpu", "--no-first-run"],
});
let failed = false;
try {
  const contoso = await tenant(server, "Contoso");
  const ada = await contoso.person("Ada", { roles: ["Global Administrator"] });
  const graph = await graphOf(server, contoso, ["DeviceManagementServiceConfig.ReadWrite.All"]);
  const rows = execFileSync(program, ["hash", "mint", "--count", "200"], { encoding: "utf8" }).trim().split(/\r?\n/).slice(1).map((line) => line.split(","));
  await graph("POST", "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities/import", {
    importedWindowsAutopilotDeviceIdentities: rows.map(([serialNumber, , hardwareIdentifier]) => ({ "@odata.type": "#microsoft.graph.importedWindowsAutopilotDeviceIdentity", serialNumber, hardwareIdentifier })),
  });
  const page = await browser.newPage();
  const measure = async (name, where) => {
    const { lhr } = await lighthouse(where, { logLevel: "error", onlyCategories: Object.keys(want), disableStorageReset: true }, desktop, page);
    if (lhr.runtimeError) throw new Error(`${name}: ${lhr.runtimeError.code}: ${lhr.runtimeError.message}`);
    const score = (category) => Math.round(lhr.categories[category].score * 100);
    const paint = lhr.audits["first-contentful-paint"].displayValue, shift = lhr.audits["cumulative-layout-shift"].displayValue;
    console.log(`${name}: performance ${score("performance")}, accessibility ${score("accessibility")}; first paint ${paint}, layout shift ${shift} (${lhr.finalDisplayedUrl})`);
    for (const [category, least] of Object.entries(want)) {
      if (score(category) >= least) continue;
      failed = true;
      const short = Object.values(lhr.audits).filter((a) => a.score !== null && a.score < 0.9 && lhr.categories[category].auditRefs.some((r) => r.id === a.id && r.weight > 0));
      console.log(`  below ${least}: ${short.map((a) => `${a.id} ${a.displayValue ?? ""}`).join(", ")}`);
    }
  };
  await measure("sign-in", `${server.base}/admin/`);
  await page.goto(`${server.base}/admin/`);
  for (const [field, text] of [["loginfmt", ada], ["passwd", password]]) {
    await page.waitForSelector(`[name=${field}]`);
    await page.type(`[name=${field}]`, text);
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
  }
  await page.waitForSelector("main h1");
  await measure("Home", `${server.base}/admin/`);
  await measure("devices", `${server.base}${devices}`);
} finally {
  await browser.close();
  await server.stop();
}
process.exitCode = failed ? 1 : 0;
