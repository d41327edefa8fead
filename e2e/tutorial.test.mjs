// The tutorial of user-driven Microsoft Entra join, followed by its own labels on
// an empty tenant, to a PC on its desktop: with a pointer, then with keys alone.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { open, startBrowser } from "./browser.mjs";
import { keys, mouse } from "./hands.mjs";
import { password, startServer, tenant } from "./server.mjs";
import { button, graphOf, links, settled } from "./site.mjs";

// What the tutorial calls things: each of these is read on a screen on the way.
const labels = `Home · Devices · Devices | Overview · By platform · Windows · Windows | Windows devices · Device onboarding · Enrollment · Windows | Windows enrollment · Windows Autopilot · Deployment Profiles · Windows Autopilot deployment profiles · Create Profile · Windows PC · Create profile · Basics · Name · Description · Convert all targeted devices to Autopilot · Next · Out-of-box experience (OOBE) · Deployment mode · User-driven · Join to Microsoft Entra ID as · Microsoft Entra joined · Microsoft Software License Terms · Privacy settings · Hide change account options · User account type · Administrator · Standard user · Allow pre-provisioned deployment · Language (Region) · Operating system default · Automatically configure keyboard · Apply device name template · Assignments · Included groups · Add groups · Excluded groups · Select groups to include · Select · Groups · Review + Create · Create · Windows Autopilot devices · Profile status · Not assigned · Assigning · Assigned · Fix pending · Attention required · Date assigned · Assigned profile`.split(" · ");

const pictures = fileURLToPath(new URL("./out/tutorial/", import.meta.url));
mkdirSync(pictures, { recursive: true });
const enrollment = "Windows | Windows enrollment";
let server, browser;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

async function tutorial(hand, name) {
  const { page } = hand;
  const contoso = await tenant(server, name);
  const ada = await contoso.person("Ada", { roles: ["Global Administrator"] });
  const adele = await contoso.person("Adele");
  const graph = await graphOf(server, contoso, ["Policy.ReadWrite.MobilityManagement", "Policy.ReadWrite.DeviceConfiguration", "Device.Read.All"]);
  // A tenant begins with automatic enrolment off.
  await graph("PATCH", "/beta/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000", { appliesTo: "none" });

  const read = new Set();
  let step = 0;
  // look takes a picture, and notes which of the tutorial's words are on the screen.
  const look = async (what) => {
    const words = await page.evaluate(() => [...document.querySelectorAll("main *, header *, nav *, [role=dialog] *, [role=menu] *")].filter((e) => e.checkVisibility()).flatMap((e) => [e.textContent.replace(/[\s*]+$/, "").trim(), e.getAttribute("aria-label")]));
    for (const label of labels) if (words.includes(label)) read.add(label);
    await page.screenshot({ path: `${pictures}${name.toLowerCase()}-${String(++step).padStart(2, "0")}-${what}.png`, fullPage: true });
  };
  const main = () => page.getByRole("navigation", { name: "Main menu" });
  const dialog = (title) => page.getByRole("dialog", { name: title });
  const field = (label) => page.getByRole("textbox", { name: label, exact: true });
  const group = (label) => page.getByRole("radiogroup", { name: label, exact: true });
  const next = () => hand.press(button(page, "Next"));
  // way goes to Windows | Windows enrollment as the tutorial says each time.
  const way = async () => {
    await hand.press(main().getByRole("link", { name: "Devices", exact: true }));
    await settled(page, "Devices | Overview");
    await page.getByRole("heading", { name: "By platform" }).waitFor();
    await look("devices");
    await hand.press(links(page, "Windows"));
    await settled(page, "Windows | Windows devices");
    await page.getByRole("heading", { name: "Device onboarding" }).waitFor();
    await look("windows");
    await hand.press(links(page, "Enrollment"));
    await settled(page, enrollment);
    await look("enrollment");
  };
  const row = (label) => page.getByRole("main").getByRole("link", { name: label, exact: true });
  const include = async () => {
    await hand.press(button(page, "Add groups").first());
    const picker = page.getByRole("dialog");
    await hand.tick(picker.getByRole("checkbox", { name: "Autopilot devices", exact: true }));
    await look("groups");
    await hand.press(picker.getByRole("button", { name: "Select", exact: true }));
    await page.getByRole("cell", { name: "Autopilot devices", exact: true }).waitFor();
  };

  // Signing in.
  await page.goto(`${server.base}/admin/`);
  await page.waitForSelector("[name=loginfmt]");
  await hand.write(page.locator("[name=loginfmt]"), ada);
  await page.keyboard.press("Enter");
  await page.waitForSelector("[name=passwd]");
  await hand.write(page.locator("[name=passwd]"), password);
  await page.keyboard.press("Enter");
  await settled(page, "Home");
  await look("home");

  // A PC out of its box, and its hardware hash.
  await hand.press(main().getByRole("link", { name: "Virtual PCs" }));
  await settled(page, "Virtual PCs");
  await hand.press(button(page, "Create a PC").first());
  await hand.write(page.getByRole("dialog").getByRole("textbox", { name: "Name" }), "desk");
  await hand.pick(group("Network"), "Wired");
  await hand.press(page.getByRole("dialog").getByRole("button", { name: "Create", exact: true }));
  await hand.press(page.getByRole("link", { name: "desk", exact: true }));
  await page.getByRole("heading", { level: 1, name: "The PC is off" }).waitFor();
  const [file] = await Promise.all([page.waitForEvent("download"), hand.press(button(page, "Export hash CSV"))]);
  const parts = [];
  for await (const part of await file.createReadStream()) parts.push(part);
  const list = Buffer.concat(parts);
  await page.goto(`${server.base}/admin/`);
  await settled(page, "Home");

  // Step 1: set up Windows automatic Intune enrollment.
  await way();
  await hand.press(row("Automatic Enrollment"));
  await settled(page, "Automatic Enrollment");
  await hand.pick(group("MDM user scope"), "All");
  await look("step1");
  await hand.press(button(page, "Save"));
  await page.getByText("The MDM user scope is saved.").waitFor();

  // Step 2: allow users to join devices to Microsoft Entra ID.
  await hand.press(main().getByRole("link", { name: "Devices", exact: true }));
  await hand.press(links(page, "Device settings"));
  await settled(page, "Devices | Device settings");
  const joining = group("Users may join devices to Microsoft Entra");
  await hand.pick(joining, "None");
  await hand.pick(joining, "All");
  await look("step2");

  // Step 3: register devices as Autopilot devices.
  await way();
  await hand.press(row("Devices"));
  await settled(page, "Windows Autopilot devices");
  await look("step3-empty");
  await hand.press(button(page, "Import").first());
  await page.getByRole("dialog").waitFor();
  await page.setInputFiles("input[type=file]", { name: "desk.csv", mimeType: "text/csv", buffer: list });
  await page.getByText("Rows formatted correctly: 1").waitFor();
  await hand.press(page.getByRole("dialog").getByRole("button", { name: "Import", exact: true }));
  await page.getByText("1 device imported").waitFor();
  await look("step3");
  await hand.press(page.getByRole("dialog").getByRole("button", { name: "Close", exact: true }).last());
  await page.getByRole("gridcell", { name: "Not assigned" }).waitFor();
  await look("step3-registered");

  // Step 4: create a device group.
  await hand.press(main().getByRole("link", { name: "Groups" }));
  await settled(page, "All groups");
  await hand.press(button(page, "New group").first());
  await settled(page, "New Group");
  await hand.write(field("Group name"), "Autopilot devices");
  await hand.choose(page.getByRole("button", { name: /Membership type/ }).last(), "Dynamic Device");
  await hand.press(button(page, "Add dynamic query"));
  await settled(page, "Dynamic membership rules");
  await hand.press(button(page, "Edit rule syntax"));
  await hand.write(page.getByRole("dialog").getByRole("textbox", { name: "Rule syntax" }), '(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))');
  await hand.press(button(page, "OK"));
  await page.getByText("1 device matches now.").waitFor();
  await look("step4-rule");
  await hand.press(button(page, "Save"));
  await settled(page, "New Group");
  await look("step4");
  await hand.press(button(page, "Create"));
  await settled(page, "Autopilot devices");

  // Step 5: configure and assign the Enrollment Status Page.
  await way();
  await hand.press(row("Enrollment Status Page"));
  await settled(page, "Enrollment Status Page");
  await hand.press(button(page, "Create").first());
  await settled(page, "Create profile");
  await hand.write(field("Name"), "Everybody waits");
  await next();
  await hand.pick(group("Show app and profile configuration progress"), "Yes");
  await look("step5");
  await next();
  await include();
  await next();
  await page.getByRole("heading", { name: "Summary" }).waitFor();
  await hand.press(button(page, "Create"));
  await settled(page, "Enrollment Status Page");

  // Step 6: create and assign the Autopilot profile.
  await way();
  await hand.press(row("Deployment Profiles"));
  await settled(page, "Windows Autopilot deployment profiles");
  await look("step6-list");
  await hand.menu(button(page, "Create Profile").first(), "Windows PC");
  await settled(page, "Create profile");
  await hand.write(field("Name"), "Sales PCs");
  await hand.write(field("Description"), "For everybody in sales");
  await look("step6-basics");
  await next();
  await page.getByRole("region", { name: "Out-of-box experience (OOBE)" }).waitFor();
  for (const [label, value] of [
    ["Microsoft Software License Terms", "Hide"], ["Privacy settings", "Hide"], ["Hide change account options", "Hide"], ["User account type", "Standard user"],
    ["Allow pre-provisioned deployment", "No"], ["Automatically configure keyboard", "Yes"], ["Apply device name template", "No"],
  ]) await hand.pick(group(label), value);
  await look("step6-oobe");
  await next();
  await page.getByRole("heading", { name: "Excluded groups" }).waitFor();
  await look("step6-assignments");
  await include();
  await next();
  await page.getByRole("heading", { name: "Summary" }).waitFor();
  await look("step6-review");
  await hand.press(button(page, "Create"));
  await settled(page, "Windows Autopilot deployment profiles");

  // The device has the profile: all three checks of the tutorial.
  await way();
  await hand.press(row("Devices"));
  await settled(page, "Windows Autopilot devices");
  await page.getByRole("gridcell", { name: "Assigned", exact: true }).waitFor({ timeout: 30_000 });
  await look("assigned");
  await hand.row(page.locator("[data-row='0']"));
  const pane = page.getByRole("dialog");
  await pane.getByText("Ready to deploy", { exact: true }).first().waitFor();
  assert.match(await pane.innerText(), /Date assigned[\s\S]*20\d\d[\s\S]*/);
  assert.match(await pane.innerText(), /Assigned profile[\s\S]*Sales PCs/);
  await look("properties");
  await hand.press(pane.getByRole("button", { name: "Close", exact: true }).last());

  // Step 7: assign the device to a user.
  await hand.mark(page.locator("[data-row='0']"));
  await hand.press(button(page, "Assign user"));
  await hand.write(page.getByRole("dialog").getByRole("textbox", { name: "Search" }), "Adele");
  await hand.option(page.getByRole("option", { name: /Adele Example/ }));
  await look("step7");
  await hand.press(page.getByRole("dialog").getByRole("button", { name: "Select", exact: true }));
  await page.getByRole("dialog").getByText(adele, { exact: false }).first().waitFor();

  // Step 8: deploy the device.
  await page.goto(`${server.base}/oobe/desk`);
  const screen = (title) => page.getByRole("heading", { level: 1, name: title }).waitFor({ timeout: 30_000 });
  await screen("The PC is off");
  await hand.pick(page.getByRole("radiogroup", { name: "Time" }), "Instant");
  await hand.press(button(page, "Switch on"));
  await screen(`Welcome to ${contoso.domain}`);
  assert.equal(await page.getByLabel("Address").inputValue(), adele, "the assigned user is greeted");
  await look("step8-signin");
  await hand.press(button(page, "Next"));
  await screen("Enter password");
  await hand.write(page.getByLabel("Password"), password);
  await hand.press(button(page, "Sign in"));
  await screen("Terms of use");
  await hand.press(button(page, "Accept"));
  await screen("What became of it");
  await look("step8-desktop");
  const card = await page.getByRole("main").innerText();
  for (const words of ["Sales PCs", adele, "As the profile says"]) assert.ok(card.includes(words), `${words}: ${card}`);
  assert.ok(!card.includes("Otherwise than"), card);
  const joined = await graph("GET", "/v1.0/devices?$filter=trustType%20eq%20'AzureAd'%20and%20accountEnabled%20eq%20true");
  assert.ok(joined.value.length >= 1);
  // Assigning comes and goes in a moment: its word stands above the list.
  assert.deepEqual(labels.filter((label) => !read.has(label)), [], "words of the tutorial that no screen showed");
}

test("the tutorial is followed by its own labels to a PC on its desktop", async () => {
  const page = await open(browser);
  await tutorial(mouse(page), "Contoso");
  await page.close_();
});

test("the tutorial is followed with keys alone", async () => {
  const page = await open(browser);
  await tutorial(keys(page), "Fabrikam");
  await page.close_();
});
