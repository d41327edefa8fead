package directory

import (
	"slices"
	"strings"
	"time"

	"taxiway/internal/fault"
)

// RoleID is the template id of a directory role, the same in every tenant
// (Microsoft Entra built-in roles). A token has it in wids.
type RoleID string

// The roles there are. What each may do is package access's table.
const (
	GlobalAdministrator      RoleID = "62e90394-69f5-4237-9190-012177145e10"
	IntuneAdministrator      RoleID = "3a2c62db-5318-420d-8d74-23affee5d9d5"
	CloudDeviceAdministrator RoleID = "7698a772-787b-4ac8-901f-60d6b08affd2"
	GlobalReader             RoleID = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
	HelpdeskAdministrator    RoleID = "729827e3-9c14-49f7-bb1b-9608f156bbb8"
	UserAdministrator        RoleID = "fe930be7-5e62-47db-91af-98c3a49a38b1"
	// JoinedDeviceLocalAdministrator makes a person local administrator of
	// every joined PC; in the directory it allows nothing more.
	JoinedDeviceLocalAdministrator RoleID = "9f06204d-73c1-4d4c-880a-6edb90606fd8"
)

// Role is a directory role (Graph: directoryRole, unifiedRoleDefinition).
type Role struct {
	ID          RoleID
	Name        string
	Description string
}

// RoleAssignment gives one person one role in the whole tenant (Graph:
// unifiedRoleAssignment). Nobody has a role twice.
type RoleAssignment struct {
	ID        string
	Role      RoleID
	User      ObjectID
	CreatedAt time.Time
}

var roles = []Role{
	{CloudDeviceAdministrator, "Cloud Device Administrator", "Enables, disables and deletes devices, and sets who may join and enrol them."},
	{GlobalAdministrator, "Global Administrator", "Does everything in the tenant, and alone gives roles to people."},
	{GlobalReader, "Global Reader", "Reads what a Global Administrator can read, and changes nothing."},
	{HelpdeskAdministrator, "Helpdesk Administrator", "Resets passwords and second factors of people who have no role, and ends their sign-ins."},
	{IntuneAdministrator, "Intune Administrator", "Manages devices, Autopilot, groups, and the plain properties of people."},
	{JoinedDeviceLocalAdministrator, "Microsoft Entra Joined Device Local Administrator", "Is a local administrator of every joined PC."},
	{UserAdministrator, "User Administrator", "Manages people who are no higher administrators, and groups."},
}

// Roles lists every role by name.
func Roles() []Role { return slices.Clone(roles) }

// FindRole finds a role by template id in any case; fault.NotFound without one.
func FindRole(id string) (Role, error) {
	for _, r := range roles {
		if strings.EqualFold(string(r.ID), id) {
			return r, nil
		}
	}
	return Role{}, fault.Field(fault.NotFound, "ResourceNotFound", "id", "There is no directory role "+quote(id)+".", "Use the template id of a built-in role, for example "+string(GlobalAdministrator)+" for Global Administrator.")
}
