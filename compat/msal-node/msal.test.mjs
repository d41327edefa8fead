// Microsoft's MSAL for Node, unmodified, against a running server: tools/compat
// starts one and names it in TAXIWAY_COMPAT.
import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { ConfidentialClientApplication, CryptoProvider, PublicClientApplication } from '@azure/msal-node'
import { Browser } from './browser.mjs'

assert.ok(process.env.TAXIWAY_COMPAT, 'TAXIWAY_COMPAT names no server: run make compat')
const w = JSON.parse(readFileSync(process.env.TAXIWAY_COMPAT, 'utf8'))
const scopes = ['https://graph.microsoft.com/User.Read', 'https://graph.microsoft.com/Device.Read.All']
const redirectUri = 'http://localhost:51234'

const authority = (tenant) => ({ authority: `${w.base}/${tenant}`, knownAuthorities: [new URL(w.base).host] })
const publicClient = (tenant = w.tenant) => new PublicClientApplication({ auth: { clientId: w.publicApp, ...authority(tenant) } })
const person = (more = {}) => new Browser(w.base, { loginfmt: w.user, passwd: w.password, ...more })
const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString())

async function graph(token, path) {
  const response = await fetch(w.base + path, { headers: { authorization: `Bearer ${token}` } })
  assert.equal(response.status, 200, `GET ${path}: ${await response.text()}`)
}

// signedIn uses the token and gets others silently, from cache and refresh token.
async function signedIn(client, result) {
  assert.equal(result.account.username, w.user)
  assert.equal(result.account.tenantId, w.tenant)
  assert.equal(claims(result.accessToken).idtyp, 'user')
  await graph(result.accessToken, '/v1.0/me')
  await graph(result.accessToken, '/v1.0/devices')
  const silent = await client.acquireTokenSilent({ account: result.account, scopes })
  assert.ok(silent.fromCache, 'the first silent token was not in the cache')
  for (let i = 0; i < 2; i++) {
    const fresh = await client.acquireTokenSilent({ account: result.account, scopes, forceRefresh: true })
    assert.ok(!fresh.fromCache)
    assert.notEqual(fresh.accessToken, result.accessToken)
    await graph(fresh.accessToken, '/v1.0/me')
  }
  // Four at once use the same refresh token.
  const four = await Promise.all([1, 2, 3, 4].map(() => client.acquireTokenSilent({ account: result.account, scopes, forceRefresh: true })))
  for (const one of four) await graph(one.accessToken, '/v1.0/me')
}

for (const tenant of ['tenant', 'domain']) {
  test(`a person signs in by code with PKCE and refreshes (${tenant})`, async () => {
    const client = publicClient(w[tenant])
    const { verifier, challenge } = await new CryptoProvider().generatePkceCodes()
    const address = await client.getAuthCodeUrl({ scopes, redirectUri, codeChallenge: challenge, codeChallengeMethod: 'S256', state: 'xyz', nonce: 'n-1' })
    const { left, page } = await person().visit(address)
    assert.ok(left, `the browser stayed on a page: ${page}`)
    assert.equal(left.searchParams.get('state'), 'xyz')
    const code = left.searchParams.get('code')
    const result = await client.acquireTokenByCode({ scopes, redirectUri, code, codeVerifier: verifier, nonce: 'n-1' })
    assert.equal(result.idTokenClaims.nonce, 'n-1')
    await signedIn(client, result)
  })
}

test('a person signs in in the system browser', async () => {
  const client = publicClient()
  const result = await client.acquireTokenInteractive({
    scopes,
    openBrowser: async (address) => {
      const { left, page } = await person().visit(address)
      if (left) await fetch(left)
      else assert.match(page, /successfully acquired/) // the answer went to the client as a form
    },
  })
  await signedIn(client, result)
})

test('a person signs in with a device code', async () => {
  const client = publicClient()
  const result = await client.acquireTokenByDeviceCode({
    scopes,
    deviceCodeCallback: async (code) => {
      assert.ok(code.message.includes(code.userCode))
      const { left } = await person({ otc: code.userCode }).visit(code.verificationUri)
      assert.equal(left, undefined)
    },
  })
  await signedIn(client, result)
})

const pem = readFileSync(w.certFile, 'utf8')
const certificate = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/.exec(pem)[0]
const privateKey = /-----BEGIN PRIVATE KEY-----[\s\S]*?-----END PRIVATE KEY-----/.exec(pem)[0]
const thumbprintSha256 = createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex')

for (const [name, credential, proof] of [
  ['secret', { clientSecret: w.secret }, '1'],
  ['certificate', { clientCertificate: { thumbprintSha256, privateKey } }, '2'],
  ['certificate with x5c', { clientCertificate: { thumbprintSha256, privateKey, x5c: certificate } }, '2'],
]) {
  test(`an app signs in with its ${name}`, async () => {
    const client = new ConfidentialClientApplication({ auth: { clientId: w.daemonApp, ...authority(w.tenant), ...credential } })
    const ask = { scopes: ['https://graph.microsoft.com/.default'] }
    const result = await client.acquireTokenByClientCredential(ask)
    const c = claims(result.accessToken)
    assert.equal(c.appid, w.daemonApp)
    assert.equal(c.appidacr, proof)
    assert.equal(c.idtyp, 'app')
    await graph(result.accessToken, '/v1.0/devices')
    assert.ok((await client.acquireTokenByClientCredential(ask)).fromCache)
    // The same assertion, with the same jti, is sent again within ten minutes.
    const again = await client.acquireTokenByClientCredential({ ...ask, skipCache: true })
    assert.ok(!again.fromCache)
    await graph(again.accessToken, '/v1.0/devices')
  })
}

test('a wrong secret is told in Entra’s words', async () => {
  const client = new ConfidentialClientApplication({ auth: { clientId: w.daemonApp, ...authority(w.tenant), clientSecret: '0'.repeat(64) } })
  await assert.rejects(client.acquireTokenByClientCredential({ scopes: ['https://graph.microsoft.com/.default'] }), /AADSTS7000215/)
})
