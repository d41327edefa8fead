// The server that tools/compat started, and Microsoft's clients pointed at it.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { ConfidentialClientApplication } from '@azure/msal-node'
import graph from '@microsoft/microsoft-graph-client'

assert.ok(process.env.TAXIWAY_COMPAT, 'TAXIWAY_COMPAT names no server: run make compat')
export const w = JSON.parse(readFileSync(process.env.TAXIWAY_COMPAT, 'utf8'))

const app = new ConfidentialClientApplication({
  auth: {
    clientId: w.witnessApp,
    clientSecret: w.witnessSecret,
    authority: `${w.base}/${w.tenant}`,
    knownAuthorities: [new URL(w.base).host],
  },
})

// client is the Graph client of one version of the API.
export function client(version, token) {
  const getAccessToken = async () => token ?? (await app.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] })).accessToken
  return graph.Client.initWithMiddleware({
    authProvider: { getAccessToken },
    baseUrl: w.base,
    defaultVersion: version,
    customHosts: new Set([new URL(w.base).hostname]),
  })
}

// until asks again and again, as scripts do, until what comes is good.
export async function until(what, ask, good) {
  let last
  for (let i = 0; i < 200; i++) {
    last = await ask()
    if (good(last)) return last
    await new Promise((done) => setTimeout(done, 100))
  }
  assert.fail(`${what}: ${JSON.stringify(last)}`)
}
