// The recipes of docs/clients, run as they are written against the lab tenant:
// files are taken out of the pages, their sh blocks run one after the other,
// and what they print has to have the tenant's Autopilot devices.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

assert.ok(process.env.TAXIWAY_COMPAT, 'TAXIWAY_COMPAT names no server: run make compat')
const w = JSON.parse(readFileSync(process.env.TAXIWAY_COMPAT, 'utf8'))
const pages = new URL('../../docs/clients/', import.meta.url)

// read takes a page apart: files by their names, and one script.
function read(name) {
  const text = readFileSync(new URL(name, pages), 'utf8')
  const files = {}
  const script = ['set -euo pipefail']
  for (const [, file, kind, body] of text.matchAll(/(?:^`([^`\n]+)`:\n\n)?^```(\w+)\n([\s\S]*?)^```$/gm)) {
    if (file) files[file] = body
    else if (kind === 'sh') script.push(body)
  }
  return { files, script: script.join('\n') }
}

// Debian's Python has Debian's packages; another one in the way has not.
const python = ['python3', '/usr/bin/python3'].find((name) => spawnSync(name, ['-c', 'import msal, requests']).status === 0)
assert.ok(python, 'no Python here has msal and requests: install python3-msal and python3-requests, or name other parts')

const recipes = {
  'curl.md': {},
  'javascript.md': {},
  'go.md': { minutes: 30 },
  'python.md': { python },
  'fixed-addresses.md': {},
}

for (const [name, { minutes = 5, python }] of Object.entries(recipes)) {
  test(`${name} lists the Autopilot devices`, () => {
    const { files, script } = read(name)
    const folder = mkdtempSync(join(tmpdir(), 'recipe-'))
    try {
      for (const [file, body] of Object.entries(files)) writeFileSync(join(folder, file), body)
      const env = { ...process.env, BASE: w.base, TENANT: w.lab.tenant, CLIENT_ID: w.lab.app, CLIENT_SECRET: w.lab.secret, CA: w.ca, GOFLAGS: '-p=1' }
      delete env.NODE_EXTRA_CA_CERTS // the recipe has to say it
      const run = spawnSync('bash', ['-c', python ? script.replaceAll('python3', python) : script], { cwd: folder, env, encoding: 'utf8', timeout: minutes * 60_000, maxBuffer: 1 << 28 })
      assert.equal(run.status, 0, `${run.stderr}\n${run.stdout.slice(-2000)}`)
      const seen = w.lab.serials.filter((serial) => run.stdout.includes(serial))
      assert.ok(seen.length >= 10, `only these devices were listed: ${seen.join(' ')}\n${run.stdout.slice(0, 2000)}`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}

test('the program in go.md is the one that is tested', () => {
  assert.equal(read('go.md').files['main.go'], readFileSync(new URL('../graph-go/main.go', import.meta.url), 'utf8'))
})

test('pages with something to run are recipes that are run', () => {
  for (const name of ['README.md', 'powershell.md', 'm365.md', 'terraform.md']) {
    assert.equal(read(name).script, 'set -euo pipefail', `${name} has sh blocks that nobody runs`)
    assert.ok(existsSync(new URL(name, pages)))
  }
})
