package graph

import "taxiway/internal/access"

// Who may do what about people. What one request may change is decided where
// its body is read: updateUser, mayTouch.
var (
	mayReadSelf      = []string{access.UserRead}
	mayChangeUser    = []string{access.UserReadWriteAll, access.UserPasswordProfileReadWriteAll, access.UserEnableDisableAccountAll}
	maySetPassword   = []string{access.UserPasswordProfileReadWriteAll}
	mayEndSessions   = []string{access.UserRevokeSessionsAll}
	mayReadMethod    = []string{access.UserAuthenticationMethodReadAll}
	mayWriteMethod   = []string{access.UserAuthenticationMethodReadWriteAll}
	mayReadRole      = []string{access.RoleManagementReadDirectory}
	mayWriteRole     = []string{access.RoleManagementReadWriteDirectory}
	mayReadGrant     = []string{access.DirectoryReadAll, access.DelegatedPermissionGrantReadWriteAll}
	mayWriteGrant    = []string{access.DelegatedPermissionGrantReadWriteAll}
	mayReadPrincipal = []string{access.ApplicationReadAll}
)

// peopleRoutes are the lines of the table about the signed-in person, how
// people prove who they are, directory roles and what was consented to.
func peopleRoutes() []Route {
	return []Route{
		{get, "me", both, mayReadSelf, nil, onSelf(users.get)},
		{get, "me/memberOf", both, mayReadSelf, nil, onSelf((*Handler).listUserGroups)},
		{get, "me/transitiveMemberOf", both, mayReadSelf, nil, onSelf((*Handler).listGroupsAroundUser)},
		{get, "me/ownedDevices", both, mayReadSelf, nil, onSelf((*Handler).listOwnedDevices)},
		{get, "me/registeredDevices", both, mayReadSelf, nil, onSelf((*Handler).listRegisteredDevices)},
		{get, "me/licenseDetails", both, mayReadSelf, nil, onSelf((*Handler).listLicenseDetails)},
		{post, "me/changePassword", both, maySetPassword, nil, (*Handler).changePassword},
		{post, "me/revokeSignInSessions", both, mayEndSessions, nil, onSelf((*Handler).revokeSessions)},

		{post, "users/{id|userPrincipalName}/revokeSignInSessions", both, mayEndSessions, nil, (*Handler).revokeSessions},
		{get, "users/{id|userPrincipalName}/licenseDetails", both, mayReadUser, nil, (*Handler).listLicenseDetails},
		{post, "users/{id|userPrincipalName}/assignLicense", both, mayWriteUser, nil, (*Handler).assignLicense},
		{get, "users/{id|userPrincipalName}/authentication/methods", both, mayReadMethod, nil, (*Handler).listMethods},
		{get, "users/{id|userPrincipalName}/authentication/methods/{method}", both, mayReadMethod, nil, (*Handler).getMethod},
		{post, "users/{id|userPrincipalName}/authentication/methods/{method}/resetPassword", both, mayWriteMethod, nil, (*Handler).resetPassword},
		{get, "users/{id|userPrincipalName}/authentication/passwordMethods", both, mayReadMethod, nil, (*Handler).listPasswordMethods},
		{get, "users/{id|userPrincipalName}/authentication/passwordMethods/{method}", both, mayReadMethod, nil, (*Handler).getPasswordMethod},
		{post, "users/{id|userPrincipalName}/authentication/passwordMethods/{method}/resetPassword", both, mayWriteMethod, nil, (*Handler).resetPassword},
		{get, "users/{id|userPrincipalName}/authentication/softwareOathMethods", both, mayReadMethod, nil, (*Handler).listOathMethods},
		{get, "users/{id|userPrincipalName}/authentication/softwareOathMethods/{method}", both, mayReadMethod, nil, (*Handler).getOathMethod},
		{del, "users/{id|userPrincipalName}/authentication/softwareOathMethods/{method}", both, mayWriteMethod, nil, (*Handler).deleteOathMethod},

		{get, "directoryRoles", both, mayReadRole, nil, directoryRoles.list},
		{get, "directoryRoles/{id|roleTemplateId}", both, mayReadRole, nil, directoryRoles.get},
		{get, "directoryRoles/{id|roleTemplateId}/members", both, mayReadRole, nil, (*Handler).listRoleMembers},
		{post, "directoryRoles/{id|roleTemplateId}/members/$ref", both, mayWriteRole, nil, (*Handler).addRoleMember},
		{del, "directoryRoles/{id|roleTemplateId}/members/{member}/$ref", both, mayWriteRole, nil, (*Handler).removeRoleMember},
		{get, "roleManagement/directory/roleDefinitions", both, mayReadRole, nil, roleDefinitions.list},
		{get, "roleManagement/directory/roleDefinitions/{id}", both, mayReadRole, nil, roleDefinitions.get},
		{get, "roleManagement/directory/roleAssignments", both, mayReadRole, nil, roleAssignments.list},
		{post, "roleManagement/directory/roleAssignments", both, mayWriteRole, nil, roleAssignments.post},
		{get, "roleManagement/directory/roleAssignments/{id}", both, mayReadRole, nil, roleAssignments.get},
		{del, "roleManagement/directory/roleAssignments/{id}", both, mayWriteRole, nil, (*Handler).deleteRoleAssignment},

		{get, "oauth2PermissionGrants", both, mayReadGrant, nil, permissionGrants.list},
		{post, "oauth2PermissionGrants", both, mayWriteGrant, nil, permissionGrants.post},
		{get, "oauth2PermissionGrants/{id}", both, mayReadGrant, nil, permissionGrants.get},
		{del, "oauth2PermissionGrants/{id}", both, mayWriteGrant, nil, (*Handler).deletePermissionGrant},
		{get, "applications", both, mayReadPrincipal, nil, applications.list},
		{get, "applications/{id|appId}", both, mayReadPrincipal, nil, applications.get},
		{get, "servicePrincipals", both, mayReadPrincipal, nil, servicePrincipals.list},
		{get, "servicePrincipals/{id|appId}", both, mayReadPrincipal, nil, servicePrincipals.get},
	}
}

// onSelf runs a handler of users/{id} for the calling person.
func onSelf(handle func(*Handler, *call) error) func(*Handler, *call) error {
	return func(h *Handler, c *call) error {
		c.keys["id"] = c.principal.ObjectID
		return handle(h, c)
	}
}
