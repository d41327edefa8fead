// The lab tenant of the server that tools/compat started, called without any
// client library, and filled with what its sample has none of.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

assert.ok(process.env.TAXIWAY_COMPAT, 'TAXIWAY_COMPAT names no server: run make compat')
export const w = JSON.parse(readFileSync(process.env.TAXIWAY_COMPAT, 'utf8'))

async function signIn() {
  const form = { client_id: w.lab.app, client_secret: w.lab.secret, grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default' }
  const response = await fetch(`${w.base}/${w.lab.tenant}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams(form) })
  assert.equal(response.status, 200)
  return (await response.json()).access_token
}
const token = await signIn()

// call answers the body, JSON where it is JSON.
export async function call(method, path, body, headers = {}) {
  const response = await fetch(w.base + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body && { 'content-type': 'application/json' }), ...headers },
    body: body && JSON.stringify(body),
  })
  const text = await response.text()
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${text}`)
  return response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text
}

const get = (path) => call('GET', path)
const oma = (type, name, value, more = {}) => ({ '@odata.type': `#microsoft.graph.omaSetting${type}`, displayName: name, omaUri: `./Device/Vendor/MSFT/Compat/${name}`, value, ...more })

// fill makes one of everything that the sample lacks, and answers the ids that
// addresses are made of.
export async function fill() {
  const users = (await get('/beta/users')).value
  const [ada, bob] = users
  const devices = (await get('/beta/devices')).value
  const group = await call('POST', '/beta/groups', {
    displayName: 'Of every kind', description: 'Users, PCs and a group', mailEnabled: false, mailNickname: 'everykind', securityEnabled: true,
    'owners@odata.bind': [`${w.base}/beta/users/${ada.id}`],
  })
  const inner = await call('POST', '/beta/groups', { displayName: 'Within', mailEnabled: false, mailNickname: 'within', securityEnabled: true })
  for (const id of [ada.id, devices[0].id, inner.id]) await call('POST', `/beta/groups/${group.id}/members/$ref`, { '@odata.id': `${w.base}/beta/directoryObjects/${id}` })
  await call('PUT', `/beta/users/${bob.id}/manager/$ref`, { '@odata.id': `${w.base}/beta/users/${ada.id}` })
  const graph = (await get("/beta/servicePrincipals?$filter=appId eq '00000003-0000-0000-c000-000000000000'")).value[0]
  await call('POST', '/beta/oauth2PermissionGrants', { clientId: '14d82eec-204b-4c2f-b7e8-296a70dab67e', consentType: 'Principal', principalId: ada.id, resourceId: graph.id, scope: 'User.Read Group.Read.All' })

  const target = { '@odata.type': '#microsoft.graph.groupAssignmentTarget', groupId: group.id }
  const configuration = await call('POST', '/beta/deviceManagement/deviceConfigurations', {
    '@odata.type': '#microsoft.graph.windows10CustomConfiguration', displayName: 'Every setting',
    omaSettings: [
      oma('String', 'Text', 'a secret', { isEncrypted: true }), oma('Integer', 'Number', 1), oma('Boolean', 'Flag', true), oma('FloatingPoint', 'Part', 1.5),
      oma('DateTime', 'Time', '2026-01-31T09:00:00Z'), oma('StringXml', 'Xml', 'PGVuYWJsZWQvPg==', { fileName: 'a.xml' }), oma('Base64', 'Bytes', 'AQID', { fileName: 'a.bin' }),
    ],
  })
  await call('POST', `/beta/deviceManagement/deviceConfigurations/${configuration.id}/assign`, { assignments: [{ target }] })
  const page = await call('POST', '/beta/deviceManagement/deviceEnrollmentConfigurations', {
    '@odata.type': '#microsoft.graph.windows10EnrollmentCompletionPageConfiguration', displayName: 'Status page', showInstallationProgress: true, installProgressTimeoutInMinutes: 60,
  })
  await call('POST', `/beta/deviceManagement/deviceEnrollmentConfigurations/${page.id}/assign`, { enrollmentConfigurationAssignments: [{ target }] })
  await call('POST', '/beta/deviceManagement/deviceEnrollmentConfigurations', {
    '@odata.type': '#microsoft.graph.deviceEnrollmentPlatformRestrictionConfiguration', displayName: 'Windows', platformType: 'windows', platformRestriction: { personalDeviceEnrollmentBlocked: true },
  })
  await call('POST', '/beta/deviceManagement/windowsAutopilotDeploymentProfiles', {
    '@odata.type': '#microsoft.graph.activeDirectoryWindowsAutopilotDeploymentProfile', displayName: 'Hybrid', outOfBoxExperienceSettings: { userType: 'standard', deviceUsageType: 'singleUser' },
  })
  const app = await call('POST', '/beta/deviceAppManagement/mobileApps', {
    '@odata.type': '#microsoft.graph.windowsMobileMSI', displayName: 'Agent', publisher: 'Contoso', fileName: 'agent.msi', productCode: '{9C2F1B6E-6A0B-4C8B-9D0C-0F4D3B7A1E22}', productVersion: '4.2.1',
    largeIcon: { '@odata.type': 'microsoft.graph.mimeContent', type: 'image/png', value: 'iVBORw0KGgo=' },
  })
  await content(app.id)
  await call('POST', `/beta/deviceAppManagement/mobileApps/${app.id}/assign`, { mobileAppAssignments: [{ intent: 'required', target, settings: null }] })

  const policy = await get('/beta/policies/deviceRegistrationPolicy')
  const some = { '@odata.type': '#microsoft.graph.enumeratedDeviceRegistrationMembership', users: [ada.id], groups: [group.id] }
  const none = { '@odata.type': '#microsoft.graph.noDeviceRegistrationMembership' }
  await call('PUT', '/beta/policies/deviceRegistrationPolicy', { ...policy, azureADRegistration: { ...policy.azureADRegistration, allowedToRegister: none }, azureADJoin: { ...policy.azureADJoin, allowedToJoin: some } })
  const [mdm] = (await get('/beta/policies/mobileDeviceManagementPolicies')).value
  await call('POST', `/beta/policies/mobileDeviceManagementPolicies/${mdm.id}/includedGroups/$ref`, { '@odata.id': `${w.base}/odata/groups('${group.id}')` })
  await call('PATCH', `/beta/organization/${w.lab.tenant}/branding`, { signInPageText: 'Welcome', usernameHintText: 'name@contoso.example', backgroundColor: '#336699' })

  const [profile] = (await get('/beta/deviceManagement/windowsAutopilotDeploymentProfiles')).value
  return { group: group.id, ada: ada.id, bob: bob.id, configuration: configuration.id, page: page.id, app: app.id, mdm: mdm.id, profile: profile.id, organization: w.lab.tenant }
}

// content gives the app a file that begins as installers do.
async function content(app) {
  const file = new Uint8Array(4096)
  file.set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1])
  const response = await fetch(`${w.base}/beta/deviceAppManagement/mobileApps/${app}/content`, {
    method: 'PUT', body: file, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream', 'content-disposition': 'attachment; filename="agent.msi"' },
  })
  assert.ok(response.ok, await response.text())
}
