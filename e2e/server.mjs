// Starts the built program with an empty data directory on free ports, and
// prepares what a test needs through its private door.
import { spawn } from "node:child_process";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import https from "node:https";
import net from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const program = process.env.TAXIWAY ?? fileURLToPath(new URL("../bin/taxiway", import.meta.url));

export const password = "quiet harbour lantern";

async function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

function request(module, options, body) {
  return new Promise((resolve, reject) => {
    const sent = module.request(options, (answer) => {
      const parts = [];
      answer.on("data", (part) => parts.push(part));
      answer.on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() }));
    });
    sent.once("error", reject);
    sent.end(body);
  });
}

// A directory that is given is kept.
export async function startServer({ data: given } = {}) {
  const data = given ?? mkdtempSync(path.join(tmpdir(), "taxiway-e2e-"));
  const [people, devices] = [await freePort(), await freePort()];
  const base = `https://localhost:${people}`;
  const devicesBase = `https://localhost:${devices}`;
  const settings = [
    `base_url=${base}`,
    `device_url=${devicesBase}`,
    `listen.people=127.0.0.1:${people}`,
    `listen.devices=127.0.0.1:${devices}`,
    "listen.metrics=",
    "log.level=warn",
    "limits.token_rate=1000",
  ];
  let said = "";
  let child, ended;
  const begin = () => {
    child = spawn(program, ["serve", "--data", data, ...settings.flatMap((s) => ["--set", s])], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (said += text));
    ended = new Promise((resolve) => child.once("exit", resolve));
  };
  begin();

  const server = {
    base,
    devices: devicesBase, // where PCs come
    data,
    log: () => said,
    // post and get speak with the private door.
    async admin(method, where, body) {
      const answer = await request(
        http,
        { socketPath: path.join(data, "admin.sock"), path: where, method, headers: { "Content-Type": "application/json" } },
        body && JSON.stringify(body),
      );
      if (answer.status >= 300) throw new Error(`${method} ${where}: ${answer.status} ${answer.text}`);
      return answer.text ? JSON.parse(answer.text) : undefined;
    },
    // call speaks with the public one.
    async call(method, where, { form, body, headers = {} } = {}) {
      const sent = form ? new URLSearchParams(form).toString() : body;
      const answer = await request(
        https,
        {
          host: "localhost", port: people, path: where, method, rejectUnauthorized: false,
          headers: { ...(form ? { "Content-Type": "application/x-www-form-urlencoded" } : {}), ...headers },
        },
        sent,
      );
      return { ...answer, json: answer.text.startsWith("{") ? JSON.parse(answer.text) : undefined };
    },
    // halt stops the program, resume starts it again with the same data.
    async halt() {
      child.kill("SIGTERM");
      await ended;
    },
    async resume() {
      begin();
      await ready();
    },
    async stop() {
      await server.halt();
      if (!given) rmSync(data, { recursive: true, force: true });
    },
  };
  const ready = async () => {
    for (let tries = 0; ; tries++) {
      try {
        await server.admin("GET", "/tenants");
        await server.call("GET", "/common/v2.0/.well-known/openid-configuration");
        return;
      } catch (error) {
        if (child.exitCode !== null || tries > 200) {
          await server.stop();
          throw new Error(`the server does not start: ${said}`, { cause: error });
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  await ready();
  return server;
}

// tenant makes an organisation with an administrator and an app of every kind.
export async function tenant(server, name) {
  const domain = `${name.toLowerCase()}.example`;
  const { id } = await server.admin("POST", "/tenants", { displayName: name, domain, lab: true });
  const person = async (who, more = {}) => {
    const made = await server.admin("POST", `/tenants/${id}/people`, {
      userPrincipalName: `${who.toLowerCase()}@${domain}`, displayName: `${who} Example`, password, ...more,
    });
    return made.userPrincipalName;
  };
  return { id, domain, name, person };
}

// app waits at a loopback address for what a sign-in answers.
export async function relyingParty(server, where, more = {}) {
  const { appId, ...made } = await server.admin("POST", `/tenants/${where.id}/apps`, {
    displayName: "Travel desk", noSecret: true, redirects: [{ uri: "http://localhost/back", platform: "public" }], ...more,
  });
  const answers = [];
  const listener = http.createServer((question, reply) => {
    const parts = [];
    question.on("data", (part) => parts.push(part));
    question.on("end", () => {
      const at = new URL(question.url, "http://localhost");
      if (at.pathname === "/back") answers.push(question.method === "POST" ? Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString())) : Object.fromEntries(at.searchParams));
      reply.setHeader("Content-Type", "text/html; charset=utf-8");
      reply.end("<!DOCTYPE html><html lang=en><title>Travel desk</title><main><h1>You are back</h1></main></html>");
    });
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const redirect = `http://localhost:${listener.address().port}/back`;
  return {
    appId, made, answers, redirect,
    // begin is a sign-in with PKCE: the address to open, and what redeems the answer.
    begin(parameters = {}, path = where.id) {
      const verifier = randomBytes(32).toString("base64url");
      const query = new URLSearchParams({
        client_id: appId, response_type: "code", redirect_uri: redirect, scope: "openid profile offline_access User.Read", state: "s-1", nonce: "n-1",
        code_challenge: createHash("sha256").update(verifier).digest("base64url"), code_challenge_method: "S256", ...parameters,
      });
      return {
        address: `${server.base}/${path}/oauth2/v2.0/authorize?${query}`,
        redeem: (code) => server.call("POST", `/${path}/oauth2/v2.0/token`, {
          form: { grant_type: "authorization_code", client_id: appId, code, redirect_uri: redirect, code_verifier: verifier },
        }),
      };
    },
    close: () => new Promise((resolve) => { listener.closeAllConnections(); listener.close(resolve); }),
  };
}

// totp is RFC 6238's code of a base32 secret, steps away from now.
export function totp(secret, steps = 0) {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  let bits = "";
  for (const letter of secret.replaceAll(/\s/g, "").toUpperCase()) bits += letters.indexOf(letter).toString(2).padStart(5, "0");
  const key = Buffer.from(bits.match(/.{8}/g).map((octet) => parseInt(octet, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30000) + steps));
  const mac = createHmac("sha1", key).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}
