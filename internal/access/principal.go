package access

import (
	"context"
	"slices"
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
	Name              string // display name of a person
	// Permissions are the names held now: those of the token that the app is
	// still granted, or for a person those that the token's scopes and the
	// person's roles both allow. Callers do not change the slices.
	Permissions []string
	Scopes      []string  // of a person's token, whatever the person may do
	Roles       []string  // template ids of the directory roles a person has now
	Methods     []string  // how the person proved themselves: the token's amr
	DeviceID    string    // Entra device id of the joined PC the person signed in on
	TokenID     string    // the token's uti, for the log
	Expires     time.Time // when the token ends
}

// HasScope reports whether the token of a person carries one of perms, itself
// or through a wider one, whatever roles the person has: enough for what people
// may do with their own account.
func (p *Principal) HasScope(perms ...string) bool {
	return p != nil && p.Kind == User && anyImplies(p.Scopes, perms)
}

// HasRole reports whether a person has one of these directory roles now.
func (p *Principal) HasRole(templateIDs ...string) bool {
	return p != nil && p.Kind == User && slices.ContainsFunc(templateIDs, func(id string) bool { return slices.Contains(p.Roles, id) })
}

// HasAny reports whether the principal holds one of perms, itself or through
// a wider permission (Implies). With no perms it is false.
func (p *Principal) HasAny(perms ...string) bool {
	if p == nil || p.Kind == KindNone {
		return false
	}
	return anyImplies(p.Permissions, perms)
}

func anyImplies(held, wanted []string) bool {
	for _, h := range held {
		for _, want := range wanted {
			if Implies(h, want) {
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
