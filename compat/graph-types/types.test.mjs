// Microsoft's published TypeScript types as a witness: every property of an
// answer of every resource is compiled against its interface. A property that
// the interface has not, or a word that its enumeration has not, does not compile.
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { call, fill, w } from './lab.mjs'
import { apart, resources, unseen } from './resources.mjs'

const here = import.meta.dirname
const packages = { 'v1.0': '@microsoft/microsoft-graph-types', beta: '@microsoft/microsoft-graph-types-beta' }
const used = new Set()
let ids

before(async () => {
  ids = await fill()
})
after(() => {
  for (const name of Object.keys(apart)) assert.ok(used.has(name), `no answer has ${name} any more: take it out of apart`)
})

const bare = (type) => type.replace(/^#?microsoft\.graph\./, '')
const title = (type) => type[0].toUpperCase() + type.slice(1)

// schema is what $metadata says: the properties of each type, its parents' too.
async function schema(version) {
  const text = await call('GET', `/${version}/$metadata`)
  const types = {}
  for (const [, tag, name, rest, inside = ''] of text.matchAll(/<(EntityType|ComplexType) Name="([^"]+)"([^>]*?)(?:\/>|>([\s\S]*?)<\/\1>)/g)) {
    types[name] = {
      entity: tag === 'EntityType',
      parent: /BaseType="(?:microsoft\.)?graph\.([^"]+)"/.exec(rest)?.[1],
      own: [...inside.matchAll(/<Property Name="([^"]+)"/g)].map((m) => m[1]),
    }
  }
  const all = (name) => (types[name] ? [...all(types[name].parent), ...types[name].own] : [])
  return { types, all }
}

// objects are the answers at an address, of all its pages.
async function objects(version, path, type, all) {
  let next = `/${version}/${path.replace(/\{(\w+)\}/g, (_, name) => ids[name])}`
  if (all) next += `?$select=${all.join(',')}`
  const out = []
  while (next) {
    const answer = await call('GET', next)
    out.push(...(Array.isArray(answer.value) ? answer.value : [answer]))
    next = answer['@odata.nextLink']?.slice(w.base.length)
  }
  assert.ok(out.length > 0, `${version}/${path} answers nothing`)
  return out.map((o) => ({ type: bare(o['@odata.type'] ?? type), object: o }))
}

// known reports whether something is known to be apart, in this version or in both.
function known(version, ...names) {
  const found = names.flatMap((name) => [name, `${version} ${name}`]).find((name) => name in apart)
  if (found) used.add(found)
  return found !== undefined
}

// text writes a value as TypeScript; an object that names its type is held
// against that one, since the property's own is its parent.
function text(version, value, at) {
  if (Array.isArray(value)) return `[${value.map((v) => text(version, v, at)).join(', ')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const named = value['@odata.type'] && title(bare(value['@odata.type']))
  const inner = `{ ${properties(version, value, named ?? at, 1).join(', ')} }`
  return named ? `((${inner} satisfies G.${named}) as G.${named})` : inner
}

// properties are those of an object, without annotations and without what is
// known to be apart; within an object by the property's own name too.
function properties(version, object, at, depth = 0) {
  return Object.entries(object)
    .filter(([name]) => !name.includes('@') && !known(version, `${at}.${name}`, ...(depth > 0 ? [name] : [])))
    .map(([name, value]) => `${JSON.stringify(name)}: ${text(version, value, `${at}.${name}`)}`)
}

for (const version of Object.keys(packages)) {
  test(`every answer of ${version} is as Microsoft's types have it`, async () => {
    const { types, all } = await schema(version)
    const seen = new Set()
    const lines = new Map() // one property of one object each, and where it was seen first
    for (const [path, type, { beta, all: whole } = {}] of resources) {
      if (beta && version !== 'beta') continue
      for (const { type: real, object } of await objects(version, path, type, whole && all(type))) {
        for (let t = real; t; t = types[t]?.parent) seen.add(t)
        seen.add(type)
        JSON.stringify(object, (key, value) => {
          if (key === '@odata.type') seen.add(bare(value))
          return value
        })
        if (known(version, title(real))) continue
        for (const p of properties(version, object, title(real))) {
          const line = `void ({ ${p} } satisfies G.${title(real)})`
          if (!lines.has(line)) lines.set(line, `${version}/${path}`)
        }
      }
    }
    const missed = Object.keys(types).filter((name) => types[name].entity && all(name).length > 0 && !seen.has(name) && !(name in unseen) && !(`${version} ${name}` in unseen))
    assert.deepEqual(missed, [], 'no answer of these types was looked at')

    const folder = mkdtempSync(join(tmpdir(), 'graph-types-'))
    try {
      symlinkSync(join(here, 'node_modules'), join(folder, 'node_modules'))
      const source = [`import type * as G from '${packages[version]}'`, ...lines.keys()]
      writeFileSync(join(folder, 'answers.ts'), source.join('\n') + '\n')
      const tsc = spawnSync(process.execPath, [join(here, 'node_modules/typescript/bin/tsc'), '--noEmit', '--strict', '--pretty', 'false', '--module', 'esnext', '--moduleResolution', 'bundler', 'answers.ts'], { cwd: folder, encoding: 'utf8' })
      const problems = new Map()
      for (const [, line, problem] of tsc.stdout.matchAll(/^answers\.ts\((\d+),\d+\): error (.*)$/gm)) {
        const what = source[line - 1].slice(0, 160)
        const key = problem + /satisfies G\.\w+\)$/.exec(source[line - 1])
        if (!problems.has(key)) problems.set(key, `${problem}\n    ${lines.get(source[line - 1])}: ${what}`)
      }
      assert.equal([...problems.values()].join('\n'), '', `${problems.size} properties are not as Microsoft's types have them`)
      assert.equal(tsc.status, 0, tsc.stdout + tsc.stderr)
      console.log(`${version}: ${lines.size} properties of ${seen.size} types compile`)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
}
