package access

import (
	"slices"
	"strings"
)

// The Graph permissions that an app can be granted here (Graph permissions
// reference). Names are compared exactly.
const (
	ApplicationReadAll                          = "Application.Read.All"
	ApplicationReadWriteAll                     = "Application.ReadWrite.All"
	AuditLogReadAll                             = "AuditLog.Read.All"
	DelegatedPermissionGrantReadWriteAll        = "DelegatedPermissionGrant.ReadWrite.All"
	DeviceReadAll                               = "Device.Read.All"
	DeviceReadWriteAll                          = "Device.ReadWrite.All"
	DeviceManagementAppsReadAll                 = "DeviceManagementApps.Read.All"
	DeviceManagementAppsReadWriteAll            = "DeviceManagementApps.ReadWrite.All"
	DeviceManagementConfigurationReadAll        = "DeviceManagementConfiguration.Read.All"
	DeviceManagementConfigurationReadWriteAll   = "DeviceManagementConfiguration.ReadWrite.All"
	DeviceManagementManagedDevicesPrivilegedAll = "DeviceManagementManagedDevices.PrivilegedOperations.All"
	DeviceManagementManagedDevicesReadAll       = "DeviceManagementManagedDevices.Read.All"
	DeviceManagementManagedDevicesReadWriteAll  = "DeviceManagementManagedDevices.ReadWrite.All"
	DeviceManagementServiceConfigReadAll        = "DeviceManagementServiceConfig.Read.All"
	DeviceManagementServiceConfigReadWriteAll   = "DeviceManagementServiceConfig.ReadWrite.All"
	DirectoryReadAll                            = "Directory.Read.All"
	DirectoryReadWriteAll                       = "Directory.ReadWrite.All"
	DomainReadAll                               = "Domain.Read.All"
	DomainReadWriteAll                          = "Domain.ReadWrite.All"
	GroupCreate                                 = "Group.Create"
	GroupReadAll                                = "Group.Read.All"
	GroupReadWriteAll                           = "Group.ReadWrite.All"
	GroupMemberReadAll                          = "GroupMember.Read.All"
	GroupMemberReadWriteAll                     = "GroupMember.ReadWrite.All"
	OrganizationReadAll                         = "Organization.Read.All"
	OrganizationReadWriteAll                    = "Organization.ReadWrite.All"
	OrganizationalBrandingReadAll               = "OrganizationalBranding.Read.All"
	OrganizationalBrandingReadWriteAll          = "OrganizationalBranding.ReadWrite.All"
	PolicyReadAll                               = "Policy.Read.All"
	PolicyReadDeviceConfiguration               = "Policy.Read.DeviceConfiguration"
	PolicyReadWriteDeviceConfiguration          = "Policy.ReadWrite.DeviceConfiguration"
	PolicyReadWriteMobilityManagement           = "Policy.ReadWrite.MobilityManagement"
	RoleManagementReadDirectory                 = "RoleManagement.Read.Directory"
	RoleManagementReadWriteDirectory            = "RoleManagement.ReadWrite.Directory"
	UserEnableDisableAccountAll                 = "User.EnableDisableAccount.All"
	UserPasswordProfileReadWriteAll             = "User-PasswordProfile.ReadWrite.All"
	UserReadAll                                 = "User.Read.All"
	UserReadWriteAll                            = "User.ReadWrite.All"
	UserRevokeSessionsAll                       = "User.RevokeSessions.All"
	UserAuthenticationMethodReadAll             = "UserAuthenticationMethod.Read.All"
	UserAuthenticationMethodReadWriteAll        = "UserAuthenticationMethod.ReadWrite.All"
)

// UserRead is the one permission here that exists for people alone: what a
// person may read about themselves.
const UserRead = "User.Read"

// wider lists, for one permission, what else it allows beside its own read
// form. Directory.ReadWrite.All stays at reads: Graph does not let it delete
// users or groups, so it must not stand in for their own write permissions.
var wider = map[string][]string{
	DirectoryReadAll: {
		ApplicationReadAll, DeviceReadAll, DomainReadAll, GroupReadAll, GroupMemberReadAll, OrganizationReadAll, RoleManagementReadDirectory, UserReadAll,
	},
	GroupReadAll:             {GroupMemberReadAll},
	GroupReadWriteAll:        {GroupCreate, GroupMemberReadWriteAll},
	OrganizationReadAll:      {OrganizationalBrandingReadAll},
	OrganizationReadWriteAll: {OrganizationalBrandingReadWriteAll},
	PolicyReadAll:            {PolicyReadDeviceConfiguration},
	UserReadAll:              {UserRead},
	UserReadWriteAll:         {UserEnableDisableAccountAll, UserRevokeSessionsAll},
}

var known = []string{
	ApplicationReadAll, ApplicationReadWriteAll, AuditLogReadAll,
	DelegatedPermissionGrantReadWriteAll,
	DeviceReadAll, DeviceReadWriteAll,
	DeviceManagementAppsReadAll, DeviceManagementAppsReadWriteAll,
	DeviceManagementConfigurationReadAll, DeviceManagementConfigurationReadWriteAll,
	DeviceManagementManagedDevicesPrivilegedAll, DeviceManagementManagedDevicesReadAll, DeviceManagementManagedDevicesReadWriteAll,
	DeviceManagementServiceConfigReadAll, DeviceManagementServiceConfigReadWriteAll,
	DirectoryReadAll, DirectoryReadWriteAll,
	DomainReadAll, DomainReadWriteAll,
	GroupCreate, GroupReadAll, GroupReadWriteAll,
	GroupMemberReadAll, GroupMemberReadWriteAll,
	OrganizationReadAll, OrganizationReadWriteAll, OrganizationalBrandingReadAll, OrganizationalBrandingReadWriteAll,
	PolicyReadAll, PolicyReadDeviceConfiguration, PolicyReadWriteDeviceConfiguration, PolicyReadWriteMobilityManagement,
	RoleManagementReadDirectory, RoleManagementReadWriteDirectory,
	UserEnableDisableAccountAll, UserPasswordProfileReadWriteAll, UserReadAll, UserReadWriteAll, UserRevokeSessionsAll,
	UserAuthenticationMethodReadAll, UserAuthenticationMethodReadWriteAll,
}

var implied = closure()

// Permissions lists every known permission in order.
func Permissions() []string { return slices.Sorted(slices.Values(known)) }

// Scopes lists in order what an app can be allowed to do for a person: every
// permission, and those that people alone have.
func Scopes() []string { return slices.Sorted(slices.Values(append(slices.Clone(known), UserRead))) }

// KnownScope reports whether an app can be allowed this for a person.
func KnownScope(name string) bool { return name == UserRead || Known(name) }

// NeedsAdmin reports whether only an administrator can allow an app this scope
// (Graph permissions reference, "AdminConsentRequired").
func NeedsAdmin(scope string) bool { return scope != UserRead }

// Known reports whether an app can be granted the permission.
func Known(name string) bool { return slices.Contains(known, name) }

// Implies reports whether holding one permission is enough for another: the
// same, ReadWrite for Read of the same resource, and the wider ones that the
// Graph permissions reference lists as higher privileged for our resources.
func Implies(held, want string) bool {
	return held == want || slices.Contains(implied[held], want)
}

// closure follows "ReadWrite allows Read" and wider to the end.
func closure() map[string][]string {
	all := make(map[string][]string, len(known))
	for _, name := range Scopes() {
		reached := []string{name}
		for i := 0; i < len(reached); i++ {
			next := slices.Clone(wider[reached[i]])
			if read := strings.Replace(reached[i], ".ReadWrite.", ".Read.", 1); Known(read) {
				next = append(next, read)
			}
			for _, n := range next {
				if !slices.Contains(reached, n) {
					reached = append(reached, n)
				}
			}
		}
		all[name] = reached[1:]
	}
	return all
}
