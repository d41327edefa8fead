// What a person sees in the web views of Windows when a PC is enrolled: the
// terms of use, and the sign-in that ends in a token for the PC.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { focused, heading, judge, open, signIn, startBrowser } from "./browser.mjs";
import { password, startServer, tenant } from "./server.mjs";

const back = "ms-appx-web://Microsoft.AAD.BrokerPlugin/DRS";
const request = "34be581c-6ebd-49d6-a4e1-150eff4b7213";
const webView = "ms-app://s-1-15-2-1430448594-2639229838-973813799-439329657";

let server, browser, contoso, ann, token;

before(async () => {
  server = await startServer();
  browser = await startBrowser();
  contoso = await tenant(server, "Contoso");
  ann = await contoso.person("Ann");
  const answer = await server.call("POST", `/${contoso.id}/oauth2/token`, {
    form: {
      grant_type: "password", client_id: "29d9ed98-a469-4536-ade2-f981bc1d605e", resource: "0000000a-0000-0000-c000-000000000000", username: ann, password,
    },
  });
  token = answer.json?.access_token;
  assert.ok(token, answer.text);
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const terms = (more = {}) => `${server.devices}/EnrollmentServer/TermsOfUse?${new URLSearchParams({
  redirect_uri: back, "client-request-id": request, "api-version": "1.0", ...more,
})}`;

const words = (change) => server.admin("PATCH", `/tenants/${contoso.id}/mdm/settings`, change);

// view is a web view as Windows opens it: the token comes in a header.
const view = (options = {}) => open(browser, { extraHTTPHeaders: { Authorization: `Bearer ${token}`, "CXH-HOST": "FRX" }, ...options });

// decide presses a button and returns where the browser is sent.
async function decide(page, button) {
  const [answer] = await Promise.all([
    page.waitForResponse((r) => r.request().method() === "POST"),
    page.click(`button:text-is("${button}")`, { noWaitAfter: true }),
  ]);
  assert.equal(answer.status(), 302);
  return new URL(answer.headers().location);
}

test("the terms are read and accepted, in this server's words and the organization's", async () => {
  const page = await view();
  await page.goto(terms({ mode: "azureadjoin" }));
  assert.equal(await heading(page), "Your organization will manage this device");
  assert.match(await page.locator("main").innerText(), new RegExp(ann));
  assert.equal(await page.locator("button").count(), 1, "a join has no way round");
  await judge(page, "terms");
  const to = await decide(page, "Accept");
  assert.equal(to.protocol, "ms-appx-web:");
  assert.equal(to.searchParams.get("IsAccepted"), "true");
  assert.equal(to.searchParams.get("client-request-id"), request);
  assert.ok(to.searchParams.get("OpaqueBlob").length > 40);
  await page.close_();

  await words({
    termsTitle: "Rules for devices of Contoso",
    terms: Array.from({ length: 40 }, (_, n) => `${n + 1}. Whoever uses this device follows rule number ${n + 1}, which is long enough to need more than one line on a telephone.`).join("\n"),
  });
  const long = await view();
  await long.goto(terms());
  assert.equal(await heading(long), "Rules for devices of Contoso");
  await judge(long, "terms-long");
  // With the keyboard alone: the text scrolls, then Decline, then Accept.
  for (let n = 0; n < 3; n++) await long.keyboard.press("Tab");
  assert.equal(await long.evaluate(() => document.activeElement.textContent), "Accept");
  const declined = await decide(long, "Decline");
  assert.equal(declined.search, `?IsAccepted=false&client-request-id=${request}`);
  await long.close_();
});

test("the terms page that cannot be shown says why", async () => {
  const page = await open(browser);
  const answer = await page.goto(`${server.devices}/EnrollmentServer/TermsOfUse?redirect_uri=https://evil.example/`);
  assert.equal(answer.status(), 400);
  assert.equal(await heading(page), "That did not work");
  await judge(page, "terms-error");
  await page.close_();
});

test("the terms need no scripts", async () => {
  const page = await view({ javaScriptEnabled: false });
  await page.goto(terms({ mode: "azureadjoin" }));
  assert.equal((await decide(page, "Accept")).searchParams.get("IsAccepted"), "true");
  await page.close_();
});

const login = (more = {}) => `${server.devices}/EnrollmentServer/Login?${new URLSearchParams({ appru: webView, ...more })}`;

// sent is the form that a page sends to Windows; Chromium would stop at its
// address, so held keeps the page's script from sending it, and notes that it ran.
const held = (page) => page.addInitScript(() => {
  HTMLFormElement.prototype.submit = function () { globalThis.sentTo = this.action; };
});
async function sent(page) {
  await page.waitForURL(/\/enroll\/done/);
  const form = page.locator("form#answer");
  return { action: await form.getAttribute("action"), method: await form.getAttribute("method"), token: await form.locator("[name=wresult]").getAttribute("value") };
}

test("a person signs in for a PC, and the page sends its token to Windows", async () => {
  const page = await open(browser);
  await held(page);
  const asked = [];
  page.on("request", (r) => asked.push(`${r.method()} ${r.url()}`));
  await page.goto(login());
  assert.equal(await heading(page), "Sign in");
  await judge(page, "enrol-name");
  await signIn(page, ann, password);
  const form = await sent(page);
  assert.deepEqual([form.action, form.method], [webView, "post"]);
  assert.equal(await page.evaluate(() => globalThis.sentTo), webView);
  assert.ok(form.token.length > 40);
  assert.ok(asked.every((line) => !line.includes(form.token)), "the token is in no address");
  await judge(page, "enrol-done");
  await page.close_();
});

test("the name that Windows knows is not asked for again, and the button needs no scripts", async () => {
  const page = await open(browser, { javaScriptEnabled: false });
  await page.goto(login({ login_hint: ann }));
  assert.equal(await heading(page), "Enter password");
  await page.fill("[name=passwd]", password);
  await page.click("button:text('Sign in')");
  const form = await sent(page);
  assert.equal(form.action, webView);
  assert.equal(await page.locator("form#answer button").innerText(), "Continue");
  await page.close_();
});

test("a browser that is signed in is asked for the password all the same", async () => {
  const page = await open(browser);
  await page.goto(`${server.base}/${contoso.id}/account`);
  await signIn(page, ann, password);
  assert.equal(await heading(page), "Your account");
  await page.goto(login({ login_hint: ann }));
  assert.equal(await heading(page), "Enter password");
  assert.equal(await focused(page), "passwd");
  await page.close_();
});
