package signin

import (
	"context"
	"time"

	"taxiway/internal/directory"
)

// People is everything that has to do with how people prove who they are.
type People struct {
	Store   PeopleStore
	Users   UserReader
	Tenants Tenants
	Admins  Administrators
	Clock   directory.Clock
	NewID   directory.NewID
	Hasher  *Hasher
	// SessionIdle ends a session that was not used for so long, SessionLife
	// ends every session.
	SessionIdle, SessionLife time.Duration
}

// PeopleStore is what People needs of a database.
type PeopleStore interface {
	CredentialStore
	LockoutStore
	SessionStore
	LinkStore
}

// UserReader finds people by object id or user principal name.
type UserReader interface {
	GetUser(ctx context.Context, t directory.TenantID, idOrUPN string) (directory.User, error)
}

// Tenants finds tenants; what is not there is fault.NotFound.
type Tenants interface {
	GetTenant(ctx context.Context, id directory.TenantID) (directory.Tenant, error)
	FindTenant(ctx context.Context, domain string) (directory.Tenant, error)
}

// event is an audit event about a person. When nobody is known to be calling,
// it is the person.
func (p *People) event(ctx context.Context, activity string, u *directory.User, changes ...directory.Change) directory.AuditEvent {
	actor := directory.ActorFrom(ctx)
	if actor.ObjectID == "" && actor.AppID == "" && actor.Principal == "" {
		actor.ObjectID, actor.Principal = u.ID, u.UserPrincipalName
	}
	return directory.AuditEvent{
		ID: p.NewID(), At: p.Clock.Real(), Actor: actor, Activity: activity, Category: "user",
		TargetID: string(u.ID), TargetType: "user", TargetName: u.UserPrincipalName, Changes: changes,
	}
}
