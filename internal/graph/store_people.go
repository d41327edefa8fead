package graph

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
	"taxiway/internal/signin"
)

// RoleWriter gives people directory roles and takes them away. The last enabled
// Global Administrator keeps theirs.
type RoleWriter interface {
	AssignRole(ctx context.Context, t directory.TenantID, role directory.RoleID, user directory.ObjectID) (directory.RoleAssignment, error)
	UnassignRole(ctx context.Context, t directory.TenantID, role directory.RoleID, user directory.ObjectID) error
	RolesOf(ctx context.Context, t directory.TenantID, user directory.ObjectID) ([]directory.RoleID, error)
}

// PeopleLists reads roles, apps and consents.
type PeopleLists interface {
	ListRoleAssignments(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.RoleAssignment], error)
	ListRoleMembers(ctx context.Context, t directory.TenantID, role directory.RoleID, q *odata.Query) (odata.List[directory.User], error)
	ListPermissionGrants(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[signin.PermissionGrant], error)
	GetPermissionGrant(ctx context.Context, t directory.TenantID, id string) (signin.PermissionGrant, error)
	ListApplications(ctx context.Context, t directory.TenantID) ([]directory.Application, error)
}

// People is how people prove who they are; *signin.People is one.
type People interface {
	SetPassword(ctx context.Context, t directory.TenantID, user directory.ObjectID, fresh string, mustChange bool) error
	// ChangePassword is a person's own: wrong tries at the old one count as
	// those at signing in.
	ChangePassword(ctx context.Context, t directory.TenantID, user directory.ObjectID, old, fresh, keepSession, network string) error
	Methods(ctx context.Context, t directory.TenantID, user directory.ObjectID) (signin.MethodInfo, error)
	RemoveTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID) error
	EndUserSessions(ctx context.Context, t directory.TenantID, user directory.ObjectID) error
}

// Grants is what apps may do for people; *signin.Grants is one.
type Grants interface {
	Consent(ctx context.Context, t directory.TenantID, c signin.Consent) error
	WithdrawConsent(ctx context.Context, t directory.TenantID, appID string, user directory.ObjectID) error
}
