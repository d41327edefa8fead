// Microsoft's Graph client for JavaScript, unmodified, through the whole
// tutorial on /beta: group, profile, import, assignment, user, deletion.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import graph from '@microsoft/microsoft-graph-client'
import { client, until, w } from './world.mjs'

const { BatchRequestContent, BatchResponseContent, GraphError, PageIterator } = graph
const beta = client('beta')
const pcs = w.hashes.slice(0, 5)
const identities = '/deviceManagement/windowsAutopilotDeviceIdentities'
const imports = '/deviceManagement/importedWindowsAutopilotDeviceIdentities'
const profiles = '/deviceManagement/windowsAutopilotDeploymentProfiles'

// Others use the same tenant afterwards: what a test made goes with it.
const made = []
after(async () => {
  for (const path of made.reverse()) await beta.api(path).delete().catch((e) => assert.equal(e.statusCode, 404, `${path}: ${e.message}`))
})

async function refused(promise, status, code) {
  const e = await promise.then((answer) => assert.fail(`answered ${JSON.stringify(answer)}`), (reason) => reason)
  assert.ok(e instanceof GraphError, e)
  assert.equal(e.statusCode, status, e.body)
  assert.equal(e.code, code)
  assert.ok(e.message)
  assert.match(e.requestId, /^[0-9a-f-]{36}$/)
  return e
}

test('a PC is grouped, imported, assigned, given to a user and deleted', async () => {
  const group = await beta.api('/groups').post({
    displayName: 'JavaScript PCs', mailEnabled: false, mailNickname: 'javascriptpcs', securityEnabled: true, groupTypes: ['DynamicMembership'],
    membershipRule: '(device.devicePhysicalIds -any (_ -eq "[OrderID]:JavaScript"))', membershipRuleProcessingState: 'On',
  })
  made.push(`/groups/${group.id}`)
  const profile = await beta.api(profiles).post({
    '@odata.type': '#microsoft.graph.azureADWindowsAutopilotDeploymentProfile',
    displayName: 'JavaScript', description: '', language: 'os-default', extractHardwareHash: false, enableWhiteGlove: false, deviceNameTemplate: 'JS-%RAND:4%', deviceType: 'windowsPc',
    outOfBoxExperienceSettings: { hidePrivacySettings: true, hideEULA: true, userType: 'standard', deviceUsageType: 'singleUser', skipKeyboardSelectionPage: false, hideEscapeLink: true },
  })
  made.push(`${profiles}/${profile.id}`)
  const assignment = await beta.api(`${profiles}/${profile.id}/assignments`).post({ target: { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: group.id } })
  made.push(`${profiles}/${profile.id}/assignments/${assignment.id}`)
  assert.equal(assignment.target['@odata.type'], '#microsoft.graph.groupAssignmentTarget')

  const { value: rows } = await beta.api(`${imports}/import`).post({
    importedWindowsAutopilotDeviceIdentities: pcs.map((pc) => ({ serialNumber: pc.serial, hardwareIdentifier: pc.hash, groupTag: 'JavaScript', productKey: '' })),
  })
  assert.equal(rows.length, pcs.length)
  const ids = []
  for (const row of rows) {
    const done = await until('import', () => beta.api(`${imports}/${row.id}`).get(), (r) => r.state.deviceImportStatus !== 'unknown')
    assert.equal(done.state.deviceImportStatus, 'complete', JSON.stringify(done.state))
    ids.push(done.state.deviceRegistrationId)
    made.push(`${imports}/${row.id}`, `${identities}/${done.state.deviceRegistrationId}`)
  }
  for (const id of ids) {
    const device = await until('assignment', () => beta.api(`${identities}/${id}`).expand('deploymentProfile').get(), (d) => d.deploymentProfileAssignmentStatus.startsWith('assigned'))
    assert.equal(device.deploymentProfile.displayName, 'JavaScript')
    assert.equal(device.deploymentProfile['@odata.type'], '#microsoft.graph.azureADWindowsAutopilotDeploymentProfile')
  }
  const members = await until('members', () => beta.api(`/groups/${group.id}/members`).get(), (m) => m.value.length === ids.length)
  assert.ok(members.value.every((m) => m['@odata.type'] === '#microsoft.graph.device'))
  const assigned = await beta.api(`${profiles}/${profile.id}/assignedDevices`).get()
  assert.deepEqual(assigned.value.map((d) => d.id).sort(), [...ids].sort())

  const upn = `jess@${w.domain}`
  const user = await beta.api('/users').post({ accountEnabled: true, displayName: 'Jess Script', mailNickname: 'jess', userPrincipalName: upn, passwordProfile: { password: 'Quite-Long-And-Odd-9471', forceChangePasswordNextSignIn: true } })
  made.push(`/users/${user.id}`)
  await beta.api(`${identities}/${ids[0]}/assignUserToDevice`).post({ userPrincipalName: upn, addressableUserName: 'Jess' })
  const given = await beta.api(`${identities}/${ids[0]}`).get()
  assert.equal(given.userPrincipalName, upn)
  assert.equal(given.addressableUserName, 'Jess')
  await beta.api(`${identities}/${ids[0]}/updateDeviceProperties`).post({ displayName: 'JS-PC-1' })
  await beta.api(`${identities}/${ids[0]}/unassignUserFromDevice`).post({})
  const back = await beta.api(`${identities}/${ids[0]}`).get()
  assert.equal(back.userPrincipalName, '')
  assert.equal(back.displayName, 'JS-PC-1')

  await beta.api(`${identities}/${ids[0]}`).delete()
  await refused(beta.api(`${identities}/${ids[0]}`).get(), 404, 'ResourceNotFound')
  // The audit trail names who did it.
  const trail = await beta.api('/deviceManagement/auditEvents').filter(`resources/resourceId eq '${ids[0]}'`).get()
  assert.ok(trail.value.some((e) => e.actor.applicationId === w.witnessApp), JSON.stringify(trail.value[0]))
})

test('pages are followed by their links to the last one', async () => {
  const v1 = client('v1.0')
  for (let i = 0; i < 5; i++) {
    const user = await v1.api('/users').post({ accountEnabled: true, displayName: `Page ${i}`, mailNickname: `page${i}`, userPrincipalName: `page${i}@${w.domain}`, passwordProfile: { password: 'Quite-Long-And-Odd-9471' } })
    made.push(`/users/${user.id}`)
  }
  const names = []
  const first = await v1.api('/users').filter("startsWith(userPrincipalName,'page')").select(['id', 'displayName']).top(2).get()
  await new PageIterator(v1, first, (u) => names.push(u.displayName)).iterate()
  assert.deepEqual(names.sort(), ['Page 0', 'Page 1', 'Page 2', 'Page 3', 'Page 4'])
  const counted = await v1.api('/users').header('ConsistencyLevel', 'eventual').count(true).search('"displayName:Page"').top(1).get()
  assert.equal(counted['@odata.count'], 5)
  assert.equal(counted.value.length, 1)
})

test('a batch answers each request on its own, and none whose condition failed', async () => {
  // The client takes what comes after the host as the address below the version.
  const to = (path, options) => new Request(w.base + path, options)
  const content = new BatchRequestContent([
    { id: '1', request: to('/organization') },
    { id: '2', request: to('/groups', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ displayName: 'Batched', mailEnabled: false, mailNickname: 'batched', securityEnabled: true }) }), dependsOn: ['1'] },
    { id: '3', request: to('/users/nobody-of-this-name@' + w.domain), dependsOn: ['2'] },
    { id: '4', request: to('/organization'), dependsOn: ['3'] },
  ])
  const answers = new BatchResponseContent(await beta.api('/$batch').post(await content.getContent()))
  assert.equal((await answers.getResponseById('1').json()).value[0].id, w.tenant)
  const group = answers.getResponseById('2')
  assert.equal(group.status, 201)
  made.push(`/groups/${(await group.json()).id}`)
  const missing = answers.getResponseById('3')
  assert.equal(missing.status, 404)
  assert.equal((await missing.json()).error.code, 'Request_ResourceNotFound')
  assert.equal(answers.getResponseById('4').status, 424)
})

test('a refusal has status, code, message and request id', async () => {
  await refused(beta.api('/users/nobody-of-this-name@' + w.domain).get(), 404, 'Request_ResourceNotFound')
  const e = await refused(beta.api('/groups').post({ displayName: '', mailEnabled: false, mailNickname: 'x', securityEnabled: true }), 400, 'InvalidDisplayName')
  assert.ok(JSON.parse(e.body).details.some((d) => d.target === 'displayName'), e.body)
  await refused(client('beta', 'no.token.atall').api('/users').get(), 401, 'InvalidAuthenticationToken')
  await refused(client('v1.0').api(profiles).get(), 400, 'BadRequest')
})

test('what somebody else changed meanwhile is not overwritten', async () => {
  const group = await beta.api('/groups').post({ displayName: 'Twice', mailEnabled: false, mailNickname: 'twice', securityEnabled: true })
  made.push(`/groups/${group.id}`)
  const profile = await beta.api(profiles).post({ '@odata.type': '#microsoft.graph.azureADWindowsAutopilotDeploymentProfile', displayName: 'Twice', outOfBoxExperienceSettings: { userType: 'standard', deviceUsageType: 'singleUser' } })
  made.push(`${profiles}/${profile.id}`)
  const etag = profile['@odata.etag']
  assert.ok(etag)
  await beta.api(`${profiles}/${profile.id}`).header('If-Match', etag).patch({ description: 'first' })
  const e = await beta.api(`${profiles}/${profile.id}`).header('If-Match', etag).patch({ description: 'second' }).catch((reason) => reason)
  assert.equal(e.statusCode, 412)
})
