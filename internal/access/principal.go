package access

import (
	"context"
	"time"
)

// Kind is what sort of caller a principal is.
type Kind int

// The zero value is no caller at all, so a forgotten kind opens nothing.
const (
	KindNone Kind = iota
	App           // a program with its own permissions
	User          // a person
)

// Principal is who is calling, after the check.
type Principal struct {
	Tenant            string // tenant id, a lower-case GUID
	Kind              Kind
	AppID             string // client id of the program that calls
	AppName           string
	AppVersion        int64  // of the app's row when this request was checked
	ObjectID          string // of the service principal or user
	UserPrincipalName string // empty for an app
	// Permissions are the names held now: those of the token that the app is
	// still granted. Callers do not change the slice.
	Permissions []string
	TokenID     string    // the token's uti, for the log
	Expires     time.Time // when the token ends
}

// HasAny reports whether the principal holds one of perms, itself or through
// a wider permission (Implies). With no perms it is false.
func (p *Principal) HasAny(perms ...string) bool {
	if p == nil || p.Kind == KindNone {
		return false
	}
	for _, held := range p.Permissions {
		for _, want := range perms {
			if Implies(held, want) {
				return true
			}
		}
	}
	return false
}

type principalKey struct{}

// WithPrincipal notes who is calling. Only a check (Middleware, or the site's
// session) may call it.
func WithPrincipal(ctx context.Context, p *Principal) context.Context {
	return context.WithValue(ctx, principalKey{}, p)
}

// FromContext returns who is calling; ok is false when nobody was checked.
func FromContext(ctx context.Context) (p *Principal, ok bool) {
	p, ok = ctx.Value(principalKey{}).(*Principal)
	return p, ok && p != nil
}
