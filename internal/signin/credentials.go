package signin

import (
	"time"

	"taxiway/internal/directory"
)

// Password is a person's password.
type Password struct {
	Hash       string // argon2id in PHC form
	MustChange bool   // at the next sign-in (Graph: forceChangePasswordNextSignIn)
	ChangedAt  time.Time
}

// TOTP is an authenticator app (RFC 6238).
type TOTP struct {
	ID          string // GUID, its id in Graph
	Secret      []byte // 20 bytes; the store seals it
	LastStep    int64
	CreatedAt   time.Time
	ConfirmedAt time.Time // zero until the first right code
	// RecoveryLeft counts the recovery codes not used yet; it is read, never
	// written.
	RecoveryLeft int
}

// Lockout is how often a name was tried wrongly in a row. After a right try it
// is below zero: a credit of tries that are not slowed.
type Lockout struct {
	Failures int64
	Until    time.Time // no try counts before
	LastAt   time.Time
}

// Session is a signed-in browser.
type Session struct {
	ID        string // GUID, the sid of its tokens
	User      directory.ObjectID
	Methods   []string
	AuthTime  time.Time
	Address   string // network it began on, for the person to recognise
	Agent     string // user agent, cut to 200 characters
	CreatedAt time.Time
	LastUsed  time.Time
	EndsAt    time.Time // absolute
}

// LinkKind is what a one-time link is for.
type LinkKind string

// The kinds of one-time links.
const (
	LinkFirstAdmin LinkKind = "firstAdmin" // makes the first administrator
	LinkReset      LinkKind = "reset"      // sets a person's password and removes the second factor
)

// Link lets somebody in once.
type Link struct {
	Kind      LinkKind
	Tenant    directory.TenantID
	User      directory.ObjectID // empty for LinkFirstAdmin
	CreatedAt time.Time
	ExpiresAt time.Time
}
