// What an organisation has: apps for its PCs, and its look on the sign-in pages.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { judge, open, startBrowser } from "./browser.mjs";
import { picture } from "./picture.mjs";
import { startServer, tenant } from "./server.mjs";
import { button, enter, graphOf, links, settled } from "./site.mjs";

let server, browser, contoso, ada, mia, graph;
const apps = "/beta/deviceAppManagement/mobileApps";

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  contoso = await tenant(server, "Contoso");
  ada = await contoso.person("Ada", { roles: ["Global Administrator"] });
  mia = await contoso.person("Mia");
  graph = await graphOf(server, contoso, ["DeviceManagementApps.ReadWrite.All", "Group.ReadWrite.All", "OrganizationalBranding.ReadWrite.All"]);
  await graph("POST", "/v1.0/groups", { displayName: "Pilots", mailNickname: "pilots", mailEnabled: false, securityEnabled: true, groupTypes: [] });
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

// What a Windows Installer package begins with (a compound file), and some more.
const installer = (name) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.concat([Buffer.from("d0cf11e0a1b11ae1", "hex"), Buffer.alloc(1 << 18, 7)]) });

const chooseFile = async (page, name, file) => {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button(page, name).click()]);
  await chooser.setFiles(file);
};

test("an app is added with its file, assigned, changed and deleted", async () => {
  const page = await open(browser);
  await enter(server, page, ada);
  await page.getByRole("navigation", { name: "Main menu" }).getByRole("link", { name: "Apps" }).click();
  await settled(page, "All apps");
  await page.getByRole("heading", { name: "No apps yet" }).waitFor();
  await judge(page, "tenant-apps-empty");
  await button(page, "Add").first().click();
  await settled(page, "Add app");
  await chooseFile(page, "Select a file", installer("Größe (1).msi"));
  assert.equal(await page.getByRole("textbox", { name: "Name", exact: true }).inputValue(), "Größe (1)");
  await page.getByRole("textbox", { name: "Name", exact: true }).fill("Contoso VPN");
  await page.getByRole("textbox", { name: "Publisher" }).fill("Contoso");
  await button(page, "Next").click();
  await page.getByText("Enter the product code of the package, a GUID in braces.").waitFor();
  await judge(page, "tenant-apps-faults");
  await page.getByRole("textbox", { name: "Product code" }).fill("{0A1B2C3D-0000-4000-8000-0123456789AB}");
  await page.getByRole("textbox", { name: "Version", exact: true }).fill("1.2.3");
  await page.getByRole("textbox", { name: "Command-line arguments" }).fill("/quiet");
  await button(page, "Next").click();
  await button(page, "Add groups").first().click();
  const pane = page.getByRole("dialog", { name: "Select groups to include" });
  await pane.getByText("Pilots", { exact: true }).click();
  await button(pane, "Select").click();
  await page.getByText("Uninstall", { exact: true }).click();
  await button(page, "Add all users").click();
  await judge(page, "tenant-apps-assignments");
  await button(page, "Next").click();
  await page.getByText("Required: included").waitFor();
  await judge(page, "tenant-apps-review");
  await button(page, "Create").click();
  await settled(page, "Contoso VPN");
  const [made] = (await graph("GET", `${apps}?$expand=assignments`)).value;
  assert.deepEqual([made.publishingState, made.fileName, made.size, made.useDeviceContext], ["published", "Größe (1).msi", 8 + (1 << 18), true]);
  assert.deepEqual(made.assignments.map((a) => a.intent).sort(), ["required", "uninstall"]);

  // Its page: a property, an assignment and another file.
  await page.getByRole("textbox", { name: "Version", exact: true }).fill("1.2.x");
  assert.ok(await button(page, "Save").isDisabled());
  await page.getByRole("textbox", { name: "Version", exact: true }).fill("1.2.4");
  await page.getByText(/^Uninstall \(1\)/).click();
  await button(page, "Remove All users").click();
  await judge(page, "tenant-app");
  await button(page, "Save").click();
  await page.getByText("Contoso VPN is saved.").waitFor();
  await page.waitForFunction(() => !document.body.textContent.includes("There are unsaved changes."));
  await chooseFile(page, "Select another file", { ...installer("new.msi"), buffer: Buffer.from("no installer") });
  await page.getByRole("alert").waitFor();
  await chooseFile(page, "Select another file", installer("new.msi"));
  await page.getByText("new.msi is uploaded.").waitFor();
  const now = await graph("GET", `${apps}/${made.id}?$expand=assignments`);
  assert.deepEqual([now.productVersion, now.fileName, now.assignments.length], ["1.2.4", "new.msi", 1]);

  // The list: search, state, deletion.
  await graph("POST", apps, { "@odata.type": "#microsoft.graph.windowsMobileMSI", displayName: "Without a file", productCode: "{0A1B2C3D-0000-4000-8000-0123456789AC}", productVersion: "1.0" });
  await links(page, "All apps").click();
  await page.getByRole("row", { name: /Without a file.*File is missing/ }).waitFor();
  await judge(page, "tenant-apps");
  await page.getByRole("searchbox").fill("nothing like it");
  await page.getByRole("heading", { name: "No apps found" }).waitFor();
  await button(page, "Show all apps").click();
  await links(page, "Without a file").click();
  await settled(page, "Without a file");
  await page.getByText("The file of this app was not uploaded yet").waitFor();
  await button(page, "Delete").click();
  await page.getByRole("alertdialog", { name: "Delete Without a file?" }).getByRole("button", { name: "Delete" }).click();
  await settled(page, "All apps");
  await page.waitForFunction(() => document.querySelectorAll("[data-row]").length === 1);
  await page.close_();
});

test("the look of the sign-in pages is changed, previewed and shown", async () => {
  const page = await open(browser);
  const branding = `/v1.0/organization/${contoso.id}/branding`;
  await enter(server, page, ada, "/admin/tenant/branding");
  await settled(page, "Company branding");
  await page.getByRole("textbox", { name: "Sign-in page text" }).fill("Help desk: 4711");
  await page.getByRole("textbox", { name: "Username hint text" }).fill("name@contoso.example");
  const color = page.getByRole("textbox", { name: "Page background color", exact: true });
  await color.fill("red");
  await page.getByText("Write the color as #RRGGBB").waitFor();
  assert.ok(await button(page, "Save").isDisabled());
  await color.fill("#0F5FB8");
  const preview = page.getByRole("figure", { name: "Preview of the sign-in page" });
  assert.match(await preview.innerText(), /name@contoso\.example[\s\S]*Help desk: 4711/);
  await judge(page, "tenant-branding-edited");
  await button(page, "Save").click();
  await page.getByText("The company branding is saved.").waitFor();
  await chooseFile(page, "Upload: Banner logo", { name: "logo.svg", mimeType: "image/svg+xml", buffer: Buffer.from("<svg xmlns='http://www.w3.org/2000/svg'/>") });
  await page.getByRole("region", { name: "Banner logo" }).getByRole("alert").getByText("neither PNG nor JPEG").waitFor();
  await chooseFile(page, "Upload: Banner logo", { name: "logo.png", mimeType: "image/png", buffer: picture(120, 40, [15, 95, 184], [30, 60, 120]) });
  await page.getByText("Banner logo is saved.").waitFor();
  await chooseFile(page, "Upload: Background image", { name: "back.png", mimeType: "image/png", buffer: picture(320, 200, [64, 128, 96], [230, 230, 230]) });
  await page.getByText("Background image is saved.").waitFor();
  await page.waitForFunction(() => [...document.querySelectorAll("figure img")].filter((i) => i.complete && i.naturalWidth > 0).length === 2);
  await judge(page, "tenant-branding");
  const stored = await graph("GET", branding);
  assert.deepEqual([stored.signInPageText, stored.usernameHintText, stored.backgroundColor], ["Help desk: 4711", "name@contoso.example", "#0F5FB8"]);

  // What people see where they sign in, in a window of their own.
  const other = await open(browser);
  await other.goto(`${server.base}/admin/`);
  await other.fill("[name=loginfmt]", mia);
  await other.click("button:text('Next')");
  await other.waitForSelector("[name=passwd]");
  assert.match(await other.locator("footer.words").innerText(), /Help desk: 4711/);
  await other.waitForFunction(() => document.querySelector("header.brand img")?.naturalWidth === 120);
  await other.close_();

  await button(page, "Remove: Banner logo").click();
  await page.getByText("Banner logo is removed.").waitFor();
  assert.equal((await graph("GET", branding)).bannerLogoRelativeUrl, null);
  await page.close_();
});

test("somebody without a role is refused apps and changes no branding", async () => {
  const page = await open(browser);
  await enter(server, page, mia, "/admin/apps");
  await page.getByRole("heading", { name: "You may not see this" }).waitFor();
  await page.goto(`${server.base}/admin/tenant/branding`);
  await settled(page, "Company branding");
  assert.equal(await page.getByRole("button", { name: "Save", exact: true, disabled: false }).count(), 0);
  await page.goto(`${server.base}/admin/apps/new`);
  await page.getByText("Ask an administrator for a role that allows it").waitFor();
  assert.equal(await button(page, "Create").count(), 0);
  await page.close_();
});
