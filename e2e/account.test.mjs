import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { heading, judge, open, signIn, startBrowser } from "./browser.mjs";
import { picture } from "./picture.mjs";
import { password, startServer, tenant, totp } from "./server.mjs";

let server, browser, contoso;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  contoso = await tenant(server, "Contoso");
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

test("a one-time link makes the first administrator, once", async () => {
  const fabrikam = await tenant(server, "Fabrikam");
  const { url } = await server.admin("POST", `/tenants/${fabrikam.id}/first-admin`);
  const page = await open(browser);
  await page.goto(url);
  assert.equal(await heading(page), "Create the first administrator");
  await judge(page, "entry-first");
  const fill = async (values) => {
    for (const [name, value] of Object.entries(values)) await page.fill(`[name=${name}]`, value);
    await page.click("button:text('Create')");
  };
  await fill({ display: "Rae Example", loginfmt: "rae@elsewhere.example", newpasswd: password, confirm: password });
  assert.match(await page.locator("#loginfmt-flaw").innerText(), /fabrikam\.example/);
  assert.equal(await page.inputValue("[name=display]"), "Rae Example");
  await judge(page, "entry-flaw");
  await fill({ loginfmt: "rae@fabrikam.example", newpasswd: password, confirm: password });
  await signIn(page, "rae@fabrikam.example", password);
  assert.equal(await heading(page), "Your account");
  const { roles } = await server.admin("GET", `/tenants/${fabrikam.id}/people/rae@fabrikam.example`);
  assert.deepEqual(roles, ["Global Administrator"]);
  await page.goto(url);
  assert.match(await page.locator("main").innerText(), /was used/);
  await page.close_();
});

test("a reset link sets a new password", async () => {
  const name = await contoso.person("Gus");
  const { url } = await server.admin("POST", `/tenants/${contoso.id}/people/${name}/reset`);
  const page = await open(browser);
  await page.goto(url);
  assert.equal(await heading(page), "Set a new password");
  await judge(page, "entry-reset");
  await page.fill("[name=newpasswd]", "seven brave otters");
  await page.fill("[name=confirm]", "seven brave otters");
  await page.click("button:text('Save')");
  await signIn(page, name, "seven brave otters");
  assert.equal(await heading(page), "Your account");
  await page.close_();
});

test("a person looks after their own sign-in", async () => {
  const name = await contoso.person("Ida");
  const page = await open(browser);
  await page.goto(`${server.base}/common/account`);
  await signIn(page, name, password);
  assert.equal(await heading(page), "Your account");
  await judge(page, "account");

  await page.click("text=Change password");
  await judge(page, "account-password");
  await page.fill("[name=passwd]", "wrong");
  await page.fill("[name=newpasswd]", "nine calm rivers");
  await page.fill("[name=confirm]", "nine calm rivers");
  await page.click("button:text('Change password')");
  assert.match(await page.locator("#passwd-flaw").innerText(), /incorrect/);
  await page.fill("[name=passwd]", password);
  await page.fill("[name=newpasswd]", "nine calm rivers");
  await page.fill("[name=confirm]", "nine calm rivers");
  await page.click("button:text('Change password')");
  assert.match(await page.locator("[role=status]").innerText(), /changed/);
  await judge(page, "account-changed");

  await page.click("text=Set up authenticator app");
  await judge(page, "account-setup");
  await page.fill("[name=otc]", totp(await page.locator(".secret").innerText()));
  await page.click("button:text('Verify')");
  const first = await page.locator(".recovery li").allInnerTexts();
  await page.click("text=I have kept them");
  assert.match(await page.locator("main").innerText(), /10 recovery codes are left/);
  await judge(page, "account-app");
  await page.click("text=Make new recovery codes");
  await judge(page, "account-recovery");
  await page.click("button:text('Make new codes')");
  const second = await page.locator(".recovery li").allInnerTexts();
  assert.ok(!second.includes(first[0]));
  await page.click("text=I have kept them");
  await page.click("text=Remove app");
  await judge(page, "account-remove");
  await page.fill("[name=passwd]", "nine calm rivers");
  await page.click("button:text('Remove app')");
  assert.match(await page.locator("main").innerText(), /Not set up/);

  await page.goto(`${server.base}/${contoso.id}/oauth2/v2.0/logout`);
  assert.equal(await heading(page), "Sign out?");
  await judge(page, "logout");
  await page.click("button:text('Sign out')");
  assert.equal(await heading(page), "You signed out of your account");
  await judge(page, "signed-out");
  await page.goto(`${server.base}/${contoso.id}/account`);
  assert.equal(await heading(page), "Sign in");
  await page.close_();
});

test("a tenant's branding dresses its pages and nobody else's", async () => {
  const woodgrove = await tenant(server, "Woodgrove");
  const made = await server.admin("POST", `/tenants/${woodgrove.id}/apps`, { displayName: "Painter", permissions: ["OrganizationalBranding.ReadWrite.All"] });
  const { json: token } = await server.call("POST", `/${woodgrove.id}/oauth2/v2.0/token`, {
    form: { grant_type: "client_credentials", client_id: made.appId, client_secret: made.secret, scope: `${server.base}/.default` },
  });
  assert.ok(token?.access_token, JSON.stringify(token));
  const graph = async (method, below, type, body) => {
    const answer = await server.call(method, `/v1.0/organization/${woodgrove.id}/branding${below}`, { body, headers: { Authorization: `Bearer ${token.access_token}`, "Content-Type": type } });
    assert.ok(answer.status < 300, `${method} ${below}: ${answer.status} ${answer.text}`);
  };
  await graph("PATCH", "", "application/json", JSON.stringify({ signInPageText: "Need help? Call the service desk, extension 1234.", usernameHintText: "name@woodgrove.example", backgroundColor: "#7A1F3D" }));
  await graph("PUT", "/bannerLogo", "image/png", picture(180, 40, [20, 90, 50], [40, 140, 80]));
  const page = await open(browser);
  await page.goto(`${server.base}/${woodgrove.id}/account`);
  await judge(page, "branded-color");
  await graph("PUT", "/localizations/0/backgroundImage", "image/png", picture(800, 500, [240, 240, 240], [20, 20, 20]));
  await page.reload();
  await judge(page, "branded-picture");
  assert.equal(await page.getAttribute("[name=loginfmt]", "placeholder"), "name@woodgrove.example");
  for (const image of await page.locator("img").all()) assert.ok(await image.evaluate((e) => e.naturalWidth > 0), "a picture does not load");
  await page.goto(`${server.base}/${contoso.id}/account`);
  assert.equal(await page.locator("img").count(), 0);
  await page.close_();
});
