// What tests of the admin site have in common.
import assert from "node:assert/strict";
import { startBrowser } from "./browser.mjs";
import { password, startServer, tenant } from "./server.mjs";

export const devices = "/admin/devices/windows/enrollment/autopilot/devices";
export const profiles = "/admin/devices/windows/enrollment/autopilot/profiles";

// enter opens a page of the site as somebody who has to sign in first.
export async function enter(server, page, name, where = "/admin/") {
  await page.goto(server.base + where);
  await page.waitForSelector("[name=loginfmt]");
  await page.fill("[name=loginfmt]", name);
  await page.click("button:text('Next')");
  await page.fill("[name=passwd]", password);
  await page.click("button:text('Sign in')");
  await page.waitForURL((url) => url.pathname.startsWith("/admin"));
  await page.waitForSelector("main h1");
}

// settled waits for a page's heading and for what it loads.
export async function settled(page, title) {
  await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
  await page.waitForFunction(() => document.querySelector("[role=status]") === null);
}

export const links = (page, name) => page.locator("#root").getByRole("link", { name, exact: true });
export const button = (page, name) => page.getByRole("button", { name, exact: true });

// graphOf is an app of the tenant that speaks Graph from outside: graph(method, path, body); the body
// may be a file.
export async function graphOf(server, tenant, permissions) {
  const app = await server.admin("POST", `/tenants/${tenant.id}/apps`, { displayName: "Tests", permissions });
  const { json } = await server.call("POST", `/${tenant.id}/oauth2/v2.0/token`, {
    form: { grant_type: "client_credentials", client_id: app.appId, client_secret: app.secret, scope: "https://graph.microsoft.com/.default" },
  });
  return async (method, where, body) => {
    const answer = await server.call(method, where, {
      body: Buffer.isBuffer(body) ? body : body && JSON.stringify(body),
      headers: { Authorization: `Bearer ${json.access_token}`, ...(body ? { "Content-Type": Buffer.isBuffer(body) ? "application/octet-stream" : "application/json" } : {}) },
    });
    assert.ok(answer.status < 300, `${method} ${where}: ${answer.status} ${answer.text}`);
    return answer.json;
  };
}

// begin is what the stories of the admin site start with: the program, a browser,
// and a tenant with Ada, who may do everything, Mia, who may do nothing, and an
// app with these permissions. stop ends it all, however far it came.
export async function begin(permissions) {
  const made = {};
  const stop = async () => {
    await made.browser?.close();
    await made.server?.stop();
  };
  try {
    made.server = await startServer();
    made.browser = await startBrowser();
    const contoso = await tenant(made.server, "Contoso");
    const ada = await contoso.person("Ada", { roles: ["Global Administrator"] });
    const mia = await contoso.person("Mia");
    return { ...made, contoso, ada, mia, graph: await graphOf(made.server, contoso, permissions), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
