// MSAL for Node against a server that answers few requests a second: it has to
// read the refusal. tools/compat starts the server for this file alone.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ConfidentialClientApplication } from '@azure/msal-node'

assert.ok(process.env.TAXIWAY_COMPAT, 'TAXIWAY_COMPAT names no server: run make compat')
const w = JSON.parse(readFileSync(process.env.TAXIWAY_COMPAT, 'utf8'))
const auth = { clientId: w.daemonApp, clientSecret: w.secret, authority: `${w.base}/${w.tenant}`, knownAuthorities: [new URL(w.base).host] }

test('an app that asks too often reads why and for how long', async () => {
  const client = new ConfidentialClientApplication({ auth })
  const ask = () => client.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'], skipCache: true })
  await ask() // finds the addresses, once
  const answers = await Promise.allSettled(Array.from({ length: 12 }, ask))
  const refused = answers.filter((a) => a.status === 'rejected').map((a) => a.reason)
  assert.ok(refused.length > 0, 'twelve requests at once were all answered')
  for (const e of refused) {
    assert.equal(e.name, 'ServerError')
    assert.equal(e.errorCode, 'temporarily_unavailable')
    assert.match(e.errorMessage, /AADSTS90055: .*Trace ID/)
  }
  // MSAL keeps Retry-After by itself: it does not send the same request again
  // before, and names the number of the refusal that it remembers.
  await assert.rejects(ask, { name: 'ServerError', errorCode: '90055' })
})
