package graph

import (
	"net/http"
	"slices"

	"taxiway/internal/access"
)

// The versions of the API.
const (
	v1   = "v1.0"
	beta = "beta"
)

// Versions says under which versions a route is served.
type Versions int

const (
	inV1 Versions = 1 << iota
	inBeta
	both = inV1 | inBeta
)

// Route is one line of the table.
type Route struct {
	Method      string
	Path        string   // below the version; keys in braces
	Versions    Versions //
	Permissions []string // any one of these
	Also        []string // and each of these
	handle      func(*Handler, *call) error
}

func (r *Route) in(version string) bool {
	if version == v1 {
		return r.Versions&inV1 != 0
	}
	return r.Versions&inBeta != 0
}

const (
	get   = http.MethodGet
	post  = http.MethodPost
	put   = http.MethodPut
	patch = http.MethodPatch
	del   = http.MethodDelete
)

// Who may do what. A ReadWrite permission includes its Read (access.Implies).
var (
	mayReadService   = []string{access.DeviceManagementServiceConfigReadAll}
	mayWriteService  = []string{access.DeviceManagementServiceConfigReadWriteAll}
	mayWriteIdentity = []string{access.DeviceManagementServiceConfigReadWriteAll, access.DeviceManagementConfigurationReadWriteAll}
	mayReadGroup     = []string{access.GroupReadAll}
	mayMakeGroup     = []string{access.GroupCreate, access.GroupReadWriteAll}
	mayWriteGroup    = []string{access.GroupReadWriteAll}
	mayReadMember    = []string{access.GroupMemberReadAll}
	mayWriteMember   = []string{access.GroupMemberReadWriteAll}
	mayReadDevice    = []string{access.DeviceReadAll}
	mayWriteDevice   = []string{access.DeviceReadWriteAll}
	mayReadUser      = []string{access.UserReadAll}
	mayWriteUser     = []string{access.UserReadWriteAll}
	mayReadDomain    = []string{access.DomainReadAll}
	mayReadOrg       = []string{access.OrganizationReadAll}
	mayReadAudit     = []string{access.DeviceManagementAppsReadAll}
	mayReadJoin      = []string{access.PolicyReadDeviceConfiguration}
	mayWriteJoin     = []string{access.PolicyReadWriteDeviceConfiguration}
	mayReadScope     = []string{access.PolicyReadAll, access.PolicyReadWriteMobilityManagement}
	mayWriteScope    = []string{access.PolicyReadWriteMobilityManagement}
	// mayCall is for what decides nothing itself: each request of a batch is
	// authorised on its own.
	mayCall       = access.Scopes()
	mayReadObject = []string{access.DirectoryReadAll, access.UserReadAll, access.GroupReadAll, access.DeviceReadAll}
)

// Routes is THE table: every route there is. The permissions are those of each
// resource's Graph page.
func Routes() []Route {
	return slices.Concat(resourceRoutes(), joinRoutes(), brandingRoutes(), deletedRoutes(), peopleRoutes(), mdmRoutes(), managedRoutes(), appRoutes(), castRoutes())
}

func resourceRoutes() []Route {
	return []Route{
		{get, "deviceManagement/windowsAutopilotDeviceIdentities", both, mayReadService, nil, deviceIdentities.list},
		{post, "deviceManagement/windowsAutopilotDeviceIdentities", both, mayWriteService, nil, deviceIdentities.post},
		{get, "deviceManagement/windowsAutopilotDeviceIdentities/$count", both, mayReadService, nil, deviceIdentities.count},
		{get, "deviceManagement/windowsAutopilotDeviceIdentities/{id}", both, mayReadService, nil, deviceIdentities.get},
		{patch, "deviceManagement/windowsAutopilotDeviceIdentities/{id}", both, mayWriteIdentity, nil, (*Handler).updateIdentity},
		{del, "deviceManagement/windowsAutopilotDeviceIdentities/{id}", both, mayWriteService, nil, deviceIdentities.delete},
		{get, "deviceManagement/windowsAutopilotDeviceIdentities/{id}/deploymentProfile", inBeta, mayReadService, nil, (*Handler).getIdentityProfile},
		{get, "deviceManagement/windowsAutopilotDeviceIdentities/{id}/intendedDeploymentProfile", inBeta, mayReadService, nil, (*Handler).getIdentityProfile},
		{post, "deviceManagement/windowsAutopilotDeviceIdentities/{id}/assignUserToDevice", both, mayWriteIdentity, nil, (*Handler).assignUser},
		{post, "deviceManagement/windowsAutopilotDeviceIdentities/{id}/unassignUserFromDevice", both, mayWriteIdentity, nil, (*Handler).unassignUser},
		{post, "deviceManagement/windowsAutopilotDeviceIdentities/{id}/updateDeviceProperties", both, mayWriteIdentity, nil, (*Handler).updateIdentity},
		{post, "deviceManagement/windowsAutopilotDeviceIdentities/{id}/allowNextEnrollment", inBeta, mayWriteIdentity, nil, (*Handler).allowNextEnrollment},
		{post, "deviceManagement/windowsAutopilotDeviceIdentities/deleteDevices", inBeta, mayWriteService, nil, (*Handler).deleteIdentities},
		{get, "deviceManagement/windowsAutopilotDeviceIdentities/{id}/explain", both, mayReadService, nil, (*Handler).explainIdentity},
		{post, "deviceManagement/windowsAutopilotDeviceIdentities/{id}/whatIf", both, mayReadService, nil, (*Handler).whatIf},
		{post, "deviceManagement/windowsAutopilotDeviceIdentities/{id}/reportHardware", both, mayWriteService, nil, (*Handler).reportHardware},

		{get, "deviceManagement/importedWindowsAutopilotDeviceIdentities", both, mayReadService, nil, importedDevices.list},
		{post, "deviceManagement/importedWindowsAutopilotDeviceIdentities", both, mayWriteService, nil, (*Handler).createImport},
		{post, "deviceManagement/importedWindowsAutopilotDeviceIdentities/import", both, mayWriteService, nil, (*Handler).importDevices},
		{get, "deviceManagement/importedWindowsAutopilotDeviceIdentities/$count", both, mayReadService, nil, importedDevices.count},
		{get, "deviceManagement/importedWindowsAutopilotDeviceIdentities/{id}", both, mayReadService, nil, importedDevices.get},
		{del, "deviceManagement/importedWindowsAutopilotDeviceIdentities/{id}", both, mayWriteService, nil, (*Handler).deleteImport},

		{get, "deviceManagement/windowsAutopilotSettings", inBeta, mayReadService, nil, (*Handler).getSettings},
		{patch, "deviceManagement/windowsAutopilotSettings", inBeta, mayWriteService, nil, (*Handler).updateSettings},
		{post, "deviceManagement/windowsAutopilotSettings/sync", inBeta, mayWriteIdentity, nil, (*Handler).syncSettings},

		{get, "deviceManagement/windowsAutopilotDeploymentProfiles", inBeta, mayReadService, nil, deploymentProfiles.list},
		{post, "deviceManagement/windowsAutopilotDeploymentProfiles", inBeta, mayWriteService, nil, deploymentProfiles.post},
		{get, "deviceManagement/windowsAutopilotDeploymentProfiles/$count", inBeta, mayReadService, nil, deploymentProfiles.count},
		{post, "deviceManagement/windowsAutopilotDeploymentProfiles/previewAssignments", inBeta, mayReadService, nil, (*Handler).previewAssignments},
		{get, "deviceManagement/windowsAutopilotDeploymentProfiles/{id}", inBeta, mayReadService, nil, deploymentProfiles.get},
		{patch, "deviceManagement/windowsAutopilotDeploymentProfiles/{id}", inBeta, mayWriteService, nil, deploymentProfiles.patch},
		{del, "deviceManagement/windowsAutopilotDeploymentProfiles/{id}", inBeta, mayWriteService, nil, deploymentProfiles.delete},
		{get, "deviceManagement/windowsAutopilotDeploymentProfiles/{id}/assignments", inBeta, mayReadService, nil, (*Handler).listAssignments},
		{post, "deviceManagement/windowsAutopilotDeploymentProfiles/{id}/assignments", inBeta, mayWriteService, nil, (*Handler).createAssignment},
		{get, "deviceManagement/windowsAutopilotDeploymentProfiles/{id}/assignments/{assignment}", inBeta, mayReadService, nil, (*Handler).getAssignment},
		{del, "deviceManagement/windowsAutopilotDeploymentProfiles/{id}/assignments/{assignment}", inBeta, mayWriteService, nil, (*Handler).deleteAssignment},
		{post, "deviceManagement/windowsAutopilotDeploymentProfiles/{id}/assign", inBeta, mayWriteService, nil, (*Handler).assignDevices},
		{get, "deviceManagement/windowsAutopilotDeploymentProfiles/{id}/assignedDevices", inBeta, mayReadService, nil, (*Handler).listAssignedDevices},

		{get, "deviceManagement/auditEvents", both, mayReadAudit, nil, auditEvents.list},
		{get, "deviceManagement/auditEvents/getAuditCategories", both, mayReadAudit, nil, (*Handler).listAuditCategories},
		{get, "deviceManagement/auditEvents/getAuditActivityTypes/{category|category}", both, mayReadAudit, nil, (*Handler).listAuditActivities},
		{get, "deviceManagement/auditEvents/{id}", both, mayReadAudit, nil, auditEvents.get},

		{get, "groups", both, mayReadGroup, nil, groups.list},
		{post, "groups", both, mayMakeGroup, nil, groups.post},
		{get, "groups/$count", both, mayReadGroup, nil, groups.count},
		{post, "groups/evaluateDynamicMembership", inBeta, mayReadGroup, mayReadDevice, (*Handler).evaluateRule},
		{post, "groups/previewDynamicMembership", inBeta, mayReadGroup, mayReadDevice, (*Handler).previewRule},
		{get, "groups/membershipRuleProperties", inBeta, mayReadGroup, nil, (*Handler).listRuleProperties},
		{get, "groups/{id}", both, mayReadGroup, nil, groups.get},
		{patch, "groups/{id}", both, mayWriteGroup, nil, groups.patchSilently},
		{del, "groups/{id}", both, mayWriteGroup, nil, groups.delete},
		{post, "groups/{id}/evaluateDynamicMembership", inBeta, mayReadGroup, mayReadDevice, (*Handler).evaluateGroup},
		{get, "groups/{id}/members", both, mayReadMember, nil, (*Handler).listMembers},
		{get, "groups/{id}/members/$count", both, mayReadMember, nil, (*Handler).countMembers},
		{post, "groups/{id}/members/$ref", both, mayWriteMember, nil, (*Handler).addMember},
		{del, "groups/{id}/members/{member}/$ref", both, mayWriteMember, nil, (*Handler).removeMember},
		{get, "groups/{id}/owners", both, mayReadMember, nil, (*Handler).listOwners},
		{get, "groups/{id}/owners/$count", both, mayReadMember, nil, (*Handler).countOwners},
		{post, "groups/{id}/owners/$ref", both, mayWriteGroup, nil, (*Handler).addOwner},
		{del, "groups/{id}/owners/{owner}/$ref", both, mayWriteGroup, nil, (*Handler).removeOwner},

		{get, "devices", both, mayReadDevice, nil, devices.list},
		{get, "devices/$count", both, mayReadDevice, nil, devices.count},
		{get, "devices/{id|deviceId}", both, mayReadDevice, nil, devices.get},
		{patch, "devices/{id|deviceId}", both, mayWriteDevice, nil, devices.patchSilently},
		{del, "devices/{id|deviceId}", both, mayWriteDevice, nil, devices.delete},
		{get, "devices/{id|deviceId}/memberOf", both, mayReadDevice, nil, (*Handler).listDeviceGroups},

		{get, "users", both, mayReadUser, nil, users.list},
		{post, "users", both, mayWriteUser, nil, users.post},
		{get, "users/$count", both, mayReadUser, nil, users.count},
		{get, "users/{id|userPrincipalName}", both, mayReadUser, nil, users.get},
		{patch, "users/{id|userPrincipalName}", both, mayChangeUser, nil, (*Handler).updateUser},
		{del, "users/{id|userPrincipalName}", both, mayWriteUser, nil, (*Handler).deleteUser},
		{get, "users/{id|userPrincipalName}/manager", both, mayReadUser, nil, (*Handler).getManager},
		{put, "users/{id|userPrincipalName}/manager/$ref", both, mayWriteUser, nil, (*Handler).setManager},
		{del, "users/{id|userPrincipalName}/manager/$ref", both, mayWriteUser, nil, (*Handler).removeManager},
		{get, "users/{id|userPrincipalName}/directReports", both, mayReadUser, nil, (*Handler).listReports},
		{get, "users/{id|userPrincipalName}/memberOf", both, mayReadUser, nil, (*Handler).listUserGroups},

		{post, "groups/{id}/validateProperties", both, mayReadGroup, nil, (*Handler).validateNamesOf},
		{post, "directoryObjects/validateProperties", both, mayReadGroup, nil, (*Handler).validateGroupNames},
		{get, "directoryObjects/{id}", both, mayReadObject, nil, (*Handler).getDirectoryObject},
		{get, "domains", both, mayReadDomain, nil, domains.list},
		{get, "domains/{id}", both, mayReadDomain, nil, domains.get},
		{get, "organization", both, mayReadOrg, nil, organizations.list},
		{get, "organization/{id}", both, mayReadOrg, nil, organizations.get},

		{get, "policies/deviceRegistrationPolicy", both, mayReadJoin, nil, (*Handler).getRegistrationPolicy},
		{put, "policies/deviceRegistrationPolicy", both, mayWriteJoin, nil, (*Handler).replaceRegistrationPolicy},
		{get, "policies/mobileDeviceManagementPolicies", inBeta, mayReadScope, nil, (*Handler).listMobilityPolicies},
		{get, "policies/mobileDeviceManagementPolicies/{id}", inBeta, mayReadScope, nil, (*Handler).getMobilityPolicy},
		{patch, "policies/mobileDeviceManagementPolicies/{id}", inBeta, mayWriteScope, nil, (*Handler).updateMobilityPolicy},
		{get, "policies/mobileDeviceManagementPolicies/{id}/includedGroups", inBeta, mayReadScope, nil, (*Handler).listIncludedGroups},
		{post, "policies/mobileDeviceManagementPolicies/{id}/includedGroups/$ref", inBeta, mayWriteScope, nil, (*Handler).addIncludedGroup},
		{del, "policies/mobileDeviceManagementPolicies/{id}/includedGroups/{group}/$ref", inBeta, mayWriteScope, nil, (*Handler).removeIncludedGroup},
		{get, "policies/mobileAppManagementPolicies", inBeta, mayReadScope, nil, (*Handler).listMobilityPolicies},
		{get, "policies/mobileAppManagementPolicies/{id}", inBeta, mayReadScope, nil, (*Handler).getMobilityPolicy},
		{patch, "policies/mobileAppManagementPolicies/{id}", inBeta, mayWriteScope, nil, (*Handler).updateMobilityPolicy},
		{get, "policies/mobileAppManagementPolicies/{id}/includedGroups", inBeta, mayReadScope, nil, (*Handler).listIncludedGroups},
		{post, "policies/mobileAppManagementPolicies/{id}/includedGroups/$ref", inBeta, mayWriteScope, nil, (*Handler).addIncludedGroup},
		{del, "policies/mobileAppManagementPolicies/{id}/includedGroups/{group}/$ref", inBeta, mayWriteScope, nil, (*Handler).removeIncludedGroup},

		{post, "$batch", both, mayCall, nil, (*Handler).batch},
		{get, "$metadata", both, mayCall, nil, (*Handler).metadata},
	}
}
