import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { focused, heading, judge, open, signIn, startBrowser, type } from "./browser.mjs";
import { password, relyingParty, startServer, tenant, totp } from "./server.mjs";

let server, browser, contoso, app;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  contoso = await tenant(server, "Contoso");
  app = await relyingParty(server, contoso);
});

after(async () => {
  await browser?.close();
  await app?.close();
  await server?.stop();
});

// back is what the app was answered last.
const back = async (page) => {
  await page.waitForURL(/\/back/);
  return app.answers.at(-1);
};

test("a person signs in with the keyboard alone, and the app gets its tokens", async () => {
  const ada = await contoso.person("Ada", { roles: ["Global Administrator"] });
  const page = await open(browser);
  const visit = app.begin();
  await page.goto(visit.address);
  assert.match(await heading(page), /^Sign in$/);
  await judge(page, "name");
  await type(page, "no name");
  assert.equal(await focused(page), "loginfmt");
  assert.match(await page.locator("#loginfmt-flaw").innerText(), /full user name/);
  await judge(page, "name-flaw");
  await type(page, ada);
  assert.equal(await heading(page), "Enter password");
  await judge(page, "password");
  await type(page, "not the password");
  assert.equal(await focused(page), "passwd");
  assert.match(await page.locator("#passwd-flaw").innerText(), /incorrect/);
  await judge(page, "password-flaw");
  await type(page, password);
  assert.equal(await heading(page), "Permissions requested");
  await judge(page, "consent");
  // The last button of the page is Accept.
  await page.keyboard.press("Shift+Tab");
  await Promise.all([page.waitForURL(/\/back/), page.keyboard.press("Enter")]);
  const answer = await back(page);
  assert.equal(answer.state, "s-1");
  const { status, json } = await visit.redeem(answer.code);
  assert.equal(status, 200, JSON.stringify(json));
  assert.ok(json.access_token && json.id_token && json.refresh_token);

  // Signed in already: the next visit asks for nothing.
  await page.goto(app.begin().address);
  await back(page);
  // Unless the app wants the person to choose.
  await page.goto(app.begin({ prompt: "select_account" }).address);
  assert.equal(await heading(page), "Pick an account");
  await judge(page, "pick");
  await page.keyboard.press("Tab");
  await Promise.all([page.waitForURL(/\/back/), page.keyboard.press("Enter")]);
  // An answer by a form that sends itself.
  await page.goto(app.begin({ response_mode: "form_post" }).address);
  assert.ok((await back(page)).code);
  await page.close_();
});

test("the page that answers an app has a button for browsers without scripts", async () => {
  const name = await contoso.person("Noor");
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(app.begin({ response_mode: "form_post", prompt: "login" }).address);
  await page.fill("[name=loginfmt]", name);
  await page.click("button:text('Next')");
  await page.fill("[name=passwd]", password);
  await page.click("button:text('Sign in')");
  await page.click("button:text('Accept')");
  assert.equal(await heading(page), "Working…");
  await page.click("button:text('Continue')");
  assert.ok((await back(page)).code);
  await page.close_();
});

test("whoever may not consent is told who can", async () => {
  const name = await contoso.person("Cleo");
  const page = await open(browser);
  await page.goto(app.begin({ scope: "openid Group.ReadWrite.All" }).address);
  await signIn(page, name, password);
  assert.equal(await heading(page), "Need admin approval");
  await judge(page, "approval");
  await page.click("button:text('Return to the application')");
  assert.equal((await back(page)).error, "access_denied");
  await page.close_();
});

test("an authenticator app is set up when one is needed, and asked for from then on", async () => {
  const name = await contoso.person("Mia");
  const page = await open(browser);
  const wanted = { claims: JSON.stringify({ id_token: { amr: { essential: true, values: ["mfa"] } } }) };
  await page.goto(app.begin(wanted).address);
  await signIn(page, name, password);
  assert.equal(await heading(page), "Set up your authenticator app");
  await judge(page, "setup");
  const secret = await page.locator(".secret").innerText();
  await page.fill("[name=otc]", "000000");
  await page.click("button:text('Verify')");
  assert.match(await page.locator("#otc-flaw").innerText(), /didn.t work/);
  assert.equal(await page.locator(".secret").innerText(), secret, "the secret stays while the setup goes on");
  const used = totp(secret);
  await page.fill("[name=otc]", used);
  await page.click("button:text('Verify')");
  assert.equal(await heading(page), "Keep your recovery codes");
  await judge(page, "recovery");
  const codes = await page.locator(".recovery li").allInnerTexts();
  assert.equal(codes.length, 10);
  await page.click("text=I have kept them");
  await page.click("button:text('Accept')");
  await back(page);
  await page.close_();

  const again = await open(browser);
  await again.goto(app.begin().address);
  await signIn(again, name, password);
  assert.equal(await focused(again), "otc");
  await judge(again, "code");
  await type(again, used); // good once
  assert.match(await again.locator("#otc-flaw").innerText(), /didn.t work/);
  await judge(again, "code-flaw");
  await type(again, totp(secret, 1));
  await back(again);
  await again.close_();

  const lost = await open(browser);
  await lost.goto(app.begin().address);
  await signIn(lost, name, password);
  await lost.click("text=Use a recovery code instead");
  await judge(lost, "code-recovery");
  await type(lost, codes[0]);
  await back(lost);
  await lost.close_();
});

test("a password set by an administrator has to be changed first", async () => {
  const name = await contoso.person("Finn", { mustChange: true });
  const page = await open(browser);
  await page.goto(app.begin().address);
  await signIn(page, name, password);
  assert.equal(await heading(page), "Update your password");
  await judge(page, "change");
  const change = async (old, next, confirm = next) => {
    await page.fill("[name=passwd]", old);
    await page.fill("[name=newpasswd]", next);
    await page.fill("[name=confirm]", confirm);
    await page.click("button:text('Sign in')");
  };
  await change(password, "short");
  assert.equal(await focused(page), "newpasswd");
  await judge(page, "change-flaw");
  await change(password, "amber mountain bicycle", "something else");
  assert.equal(await focused(page), "confirm");
  await change(password, "amber mountain bicycle");
  await page.click("button:text('Accept')");
  await back(page);
  await page.close_();
});

test("a code typed from another device signs that device in", async () => {
  const name = await contoso.person("Dina");
  const { json: code } = await server.call("POST", `/${contoso.id}/oauth2/v2.0/devicecode`, { form: { client_id: "14d82eec-204b-4c2f-b7e8-296a70dab67e", scope: "openid User.Read" } });
  assert.ok(code?.user_code, JSON.stringify(code));
  const page = await open(browser);
  await page.goto(code.verification_uri);
  assert.equal(await focused(page), "otc");
  await judge(page, "device");
  await type(page, "WRONGCODE");
  assert.match(await page.locator("#otc-flaw").innerText(), /didn.t work/);
  await page.fill("[name=otc]", "");
  await type(page, code.user_code);
  await signIn(page, name, password);
  assert.match(await heading(page), /Are you trying to sign in to Microsoft Graph Command Line Tools/);
  await judge(page, "device-confirm");
  await page.click("button:text('Continue')");
  await page.click("button:text('Accept')");
  assert.equal(await heading(page), "You have signed in");
  await judge(page, "device-done");
  const { json: tokens } = await server.call("POST", `/${contoso.id}/oauth2/v2.0/token`, {
    form: { grant_type: "urn:ietf:params:oauth:grant-type:device_code", client_id: "14d82eec-204b-4c2f-b7e8-296a70dab67e", device_code: code.device_code },
  });
  assert.ok(tokens.access_token, JSON.stringify(tokens));
  await page.close_();
});

test("errors say what happened and lead nowhere else", async () => {
  const page = await open(browser);
  const answer = await page.goto(app.begin({ redirect_uri: "https://elsewhere.example/" }).address);
  assert.equal(answer.status(), 400);
  assert.match(await page.locator("main").innerText(), /AADSTS50011/);
  await judge(page, "error");
  await page.goto(`${server.base}/${contoso.id}/signin/password?s=AAAAAAAAAAAA`);
  assert.match(await page.locator("main").innerText(), /AADSTS50089/);
  await page.close_();
});
