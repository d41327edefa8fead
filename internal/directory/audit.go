package directory

import (
	"context"
	"time"
)

// Actor is who caused a write.
type Actor struct {
	AppID       string
	AppName     string
	ObjectID    ObjectID // of the service principal or user
	Principal   string   // user principal name; empty for an app
	Address     string   // socket address without port
	Correlation string   // request id
}

// Change is one property before and after.
type Change struct {
	Property string `json:"displayName"`
	Old      string `json:"oldValue"`
	New      string `json:"newValue"`
}

// AuditEvent is one write, recorded in the transaction that made it (Graph:
// deviceManagement/auditEvents). Times are the server's, never a lab clock's.
type AuditEvent struct {
	ID         string // UUIDv7
	At         time.Time
	Actor      Actor
	Activity   string // verb and resource, for example "Create group"
	Category   string // the Graph resource
	TargetID   string
	TargetType string
	TargetName string
	Changes    []Change
}

type actorKey struct{}

// WithActor notes who is calling for the audit trail.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorFrom returns who is calling; the zero Actor is the server itself.
func ActorFrom(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}
