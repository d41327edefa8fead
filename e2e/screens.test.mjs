// Which pages a person meets, read off the screen of a virtual PC and compared
// with the table that its setup is tested by. Every two settings, and each with
// every network, meet in all their values; TAXIWAY_TEST_LONG=1 has all of them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { open } from "./browser.mjs";
import { password } from "./server.mjs";
import { begin, button, enter, settled } from "./site.mjs";

const table = readFileSync(new URL("../internal/virtualpc/setup/testdata/screens.txt", import.meta.url), "utf8");
const lines = table.slice(table.indexOf("before:"), table.indexOf("# After")).split("\n").filter((line) => line.includes("|")).map((line) => line.split("|").map((cell) => cell.trim()));

const headings = {
  region: "Choose your language and region", keyboard: "Choose your keyboard", layout: "Do you use a second keyboard layout?", network: "Connect to a network",
  eula: "Microsoft Software License Terms", account: "Welcome to contoso.example", password: "Enter password", privacy: "Privacy settings", desktop: "What became of it",
};
const languages = { "Operating system default": "os-default", "User select": "", "a language": "de-DE" };
const factors = { network: ["none", "wifi", "wired"], language: Object.keys(languages), keyboard: ["Yes", "No"], eula: ["Show", "Hide"], privacy: ["Show", "Hide"], change: ["Show", "Hide"] };
const networks = { none: "No network", wifi: "Wi-Fi", wired: "Wired" };

// expected is what the table says of one combination.
function expected(c) {
  const has = (cell, value) => cell === "any" || cell.split(", ").includes(value);
  const found = lines.filter(([network, language, keyboard]) => language !== "no profile" && has(network, c.network) && has(language, c.language) && has(keyboard, c.keyboard));
  assert.equal(found.length, 1, `lines of the table for ${JSON.stringify(c)}`);
  const [, , , region, keyboard, network] = found[0].map((cell) => cell === "S");
  return [
    region && "region", keyboard && "keyboard", keyboard && "layout", network && "network",
    c.eula === "Show" && "eula", "account", "password", c.privacy === "Show" && "privacy", "desktop",
  ].filter(Boolean);
}

const all = Object.entries(factors).reduce((made, [name, values]) => made.flatMap((c) => values.map((value) => ({ ...c, [name]: value }))), [{}]);
const pairs = (c) => Object.entries(c).flatMap(([a, x], i, list) => list.slice(i + 1).map(([b, y]) => `${a}=${x} ${b}=${y}`));

// few has every pair of values that any two factors can have.
function few() {
  const chosen = [], missing = new Set(all.flatMap(pairs));
  while (missing.size > 0) {
    const gain = (c) => pairs(c).filter((p) => missing.has(p)).length;
    const best = all.reduce((a, b) => (gain(b) > gain(a) ? b : a));
    chosen.push(best);
    for (const p of pairs(best)) missing.delete(p);
  }
  return chosen;
}

let server, browser, graph, ada, contoso, adele, profile, stop;
const profiles = "/beta/deviceManagement/windowsAutopilotDeploymentProfiles";

before(async () => {
  ({ server, browser, graph, ada, contoso, stop } = await begin(["DeviceManagementServiceConfig.ReadWrite.All", "Policy.ReadWrite.MobilityManagement"]));
  adele = await contoso.person("Adele");
  profile = (await graph("POST", profiles, { "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", displayName: "All PCs", outOfBoxExperienceSetting: { deviceUsageType: "singleUser" } })).id;
  await graph("POST", `${profiles}/${profile}/assignments`, { target: { "@odata.type": "#microsoft.graph.allDevicesAssignmentTarget" } });
});

after(() => stop?.());

// hands does what each page asks for, until the desktop, and tells which came.
async function hands(page, c) {
  const seen = [];
  while (seen.at(-1) !== "desktop") {
    const name = await (await page.waitForFunction(([names, last]) => {
      const now = document.querySelector("h1")?.textContent;
      const name = Object.keys(names).find((n) => names[n] === now);
      return name !== last && name;
    }, [headings, seen.at(-1)])).jsonValue();
    seen.push(name);
    switch (name) {
      case "region": case "keyboard": await button(page, "Yes").click(); break;
      case "layout": await button(page, "Skip").click(); break;
      case "network":
        if (c.network === "none") await button(page, "Plug in the network").click();
        else await button(page, "Next").click();
        break;
      case "eula": case "privacy": await button(page, "Accept").click(); break;
      case "account":
        await page.getByLabel("Address").fill(adele);
        await button(page, "Next").click();
        break;
      case "password":
        await page.getByLabel("Password").fill(password);
        await button(page, "Sign in").click();
        break;
    }
  }
  return seen;
}

test("each page comes exactly when the table says", async () => {
  const chosen = process.env.TAXIWAY_TEST_LONG ? all : few();
  const page = await open(browser);
  await enter(server, page, ada, "/admin/lab");
  await settled(page, "Virtual PCs");
  await button(page, "Create a PC").first().click();
  await page.getByRole("dialog").getByRole("textbox", { name: "Name" }).fill("matrix");
  await page.getByRole("dialog").getByRole("button", { name: "Create", exact: true }).click();
  await page.getByRole("link", { name: "matrix", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "The PC is off" }).waitFor();
  await page.getByRole("radio", { name: "Instant" }).check();
  const [file] = await Promise.all([page.waitForEvent("download"), button(page, "Export hash CSV").click()]);
  const [serialNumber, , hardwareIdentifier] = readFileSync(await file.path(), "utf8").trim().split(/\r?\n/)[1].split(",");
  await graph("POST", "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities", { serialNumber, hardwareIdentifier });
  for (const c of chosen) {
    await graph("PATCH", `${profiles}/${profile}`, {
      "@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", locale: languages[c.language],
      outOfBoxExperienceSetting: {
        eulaHidden: c.eula === "Hide", privacySettingsHidden: c.privacy === "Hide", escapeLinkHidden: c.change === "Hide",
        keyboardSelectionPageSkipped: c.keyboard === "Yes", userType: "standard", deviceUsageType: "singleUser",
      },
    });
    await page.getByRole("radio", { name: networks[c.network], exact: true }).check();
    await button(page, "Switch on").click();
    assert.deepEqual(await hands(page, c), expected(c), JSON.stringify(c));
    await button(page, "Reset this PC").click();
    await page.getByRole("group", { name: "Reset this PC" }).getByRole("button", { name: "Yes" }).click();
    await page.getByRole("heading", { level: 1, name: "The PC is off" }).waitFor();
  }
  console.log(`${chosen.length} of ${all.length} combinations of ${Object.keys(factors).length} settings and networks`);
  await page.close_();
});
