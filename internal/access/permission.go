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
	PolicyReadAll                               = "Policy.Read.All"
	PolicyReadDeviceConfiguration               = "Policy.Read.DeviceConfiguration"
	PolicyReadWriteDeviceConfiguration          = "Policy.ReadWrite.DeviceConfiguration"
	PolicyReadWriteMobilityManagement           = "Policy.ReadWrite.MobilityManagement"
	UserReadAll                                 = "User.Read.All"
	UserReadWriteAll                            = "User.ReadWrite.All"
)

// wider lists, for one permission, what else it allows beside its own read
// form. Directory.ReadWrite.All stays at reads: Graph does not let it delete
// users or groups, so it must not stand in for their own write permissions.
var wider = map[string][]string{
	DirectoryReadAll: {
		ApplicationReadAll, DeviceReadAll, DomainReadAll, GroupReadAll, GroupMemberReadAll, OrganizationReadAll, UserReadAll,
	},
	GroupReadAll:      {GroupMemberReadAll},
	GroupReadWriteAll: {GroupCreate, GroupMemberReadWriteAll},
	PolicyReadAll:     {PolicyReadDeviceConfiguration},
}

var known = []string{
	ApplicationReadAll, ApplicationReadWriteAll, AuditLogReadAll,
	DeviceReadAll, DeviceReadWriteAll,
	DeviceManagementAppsReadAll, DeviceManagementAppsReadWriteAll,
	DeviceManagementConfigurationReadAll, DeviceManagementConfigurationReadWriteAll,
	DeviceManagementManagedDevicesPrivilegedAll, DeviceManagementManagedDevicesReadAll, DeviceManagementManagedDevicesReadWriteAll,
	DeviceManagementServiceConfigReadAll, DeviceManagementServiceConfigReadWriteAll,
	DirectoryReadAll, DirectoryReadWriteAll,
	DomainReadAll, DomainReadWriteAll,
	GroupCreate, GroupReadAll, GroupReadWriteAll,
	GroupMemberReadAll, GroupMemberReadWriteAll,
	OrganizationReadAll, OrganizationReadWriteAll,
	PolicyReadAll, PolicyReadDeviceConfiguration, PolicyReadWriteDeviceConfiguration, PolicyReadWriteMobilityManagement,
	UserReadAll, UserReadWriteAll,
}

var implied = closure()

// Permissions lists every known permission in order.
func Permissions() []string { return slices.Sorted(slices.Values(known)) }

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
	for _, name := range known {
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
