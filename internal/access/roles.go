package access

import "slices"

// Template ids of the directory roles that allow something here (Microsoft
// Entra built-in roles). Package directory has their names.
const (
	roleGlobalAdministrator      = "62e90394-69f5-4237-9190-012177145e10"
	roleIntuneAdministrator      = "3a2c62db-5318-420d-8d74-23affee5d9d5"
	roleCloudDeviceAdministrator = "7698a772-787b-4ac8-901f-60d6b08affd2"
	roleGlobalReader             = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
	roleHelpdeskAdministrator    = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
	roleUserAdministrator        = "fe930be7-5e62-47db-91af-98c3a49a38b1"
)

// member is what every person of a tenant may do: read about themselves and
// look at the directory (Entra page "default user permissions").
var member = []string{UserRead, DirectoryReadAll}

// roleTable says what each role adds, in the names of Graph's permissions. It
// follows the actions listed in "Microsoft Entra built-in roles". Where a
// permission is wider than the role's actions (basic properties of users, the
// state of devices), package graph narrows it by what a request changes.
// docs/parity.md shows the table to people.
var roleTable = map[string][]string{
	roleGlobalAdministrator: Scopes(),
	roleIntuneAdministrator: {
		DeviceManagementAppsReadWriteAll, DeviceManagementConfigurationReadWriteAll,
		DeviceManagementManagedDevicesPrivilegedAll, DeviceManagementManagedDevicesReadWriteAll, DeviceManagementServiceConfigReadWriteAll,
		DeviceReadWriteAll, GroupReadWriteAll, PolicyReadAll, UserReadWriteAll,
	},
	roleCloudDeviceAdministrator: {
		AuditLogReadAll, DeviceReadWriteAll, PolicyReadAll, PolicyReadWriteDeviceConfiguration, PolicyReadWriteMobilityManagement,
	},
	roleGlobalReader: {
		AuditLogReadAll, DeviceManagementAppsReadAll, DeviceManagementConfigurationReadAll, DeviceManagementManagedDevicesReadAll,
		DeviceManagementServiceConfigReadAll, PolicyReadAll, UserAuthenticationMethodReadAll,
	},
	roleHelpdeskAdministrator: {UserAuthenticationMethodReadWriteAll, UserPasswordProfileReadWriteAll, UserRevokeSessionsAll},
	roleUserAdministrator:     {GroupReadWriteAll, UserPasswordProfileReadWriteAll, UserReadWriteAll},
}

// reach is everything each role allows, with what its permissions imply; the
// empty id is every member.
var reach = expand()

func expand() map[string]map[string]bool {
	all := make(map[string]map[string]bool, len(roleTable)+1)
	add := func(id string, names []string) {
		all[id] = map[string]bool{}
		for _, name := range names {
			all[id][name] = true
			for _, also := range implied[name] {
				all[id][also] = true
			}
		}
	}
	add("", member)
	for id, names := range roleTable {
		add(id, names)
	}
	return all
}

// allowed reports whether a person with these roles may do this at all.
func allowed(roles []string, permission string) bool {
	return reach[""][permission] || slices.ContainsFunc(roles, func(id string) bool { return reach[id][permission] })
}

// Delegated is what an app may do for a person: everything that is in one of
// the token's scopes and in what the person's roles allow. A scope wider than
// the roles gives what the roles give of it, and the other way round.
func Delegated(scopes, roles []string) []string {
	var out []string
	for _, scope := range scopes {
		for _, name := range append([]string{scope}, implied[scope]...) {
			if allowed(roles, name) && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}

// RolesFor lists the template ids of the roles that allow one of these
// permissions, the one that allows the least first.
func RolesFor(perms ...string) []string {
	var ids []string
	for id := range roleTable {
		if slices.ContainsFunc(perms, func(p string) bool { return reach[id][p] }) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b string) int {
		if d := len(reach[a]) - len(reach[b]); d != 0 {
			return d
		}
		return slices.Compare([]byte(a), []byte(b))
	})
	return ids
}
