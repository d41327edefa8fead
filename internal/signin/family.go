package signin

import (
	"time"

	"taxiway/internal/directory"
)

// Family is every token that came of one sign-in. A code or refresh token that
// is presented twice ends all of it (RFC 9700 section 4.14.2).
type Family struct {
	ID        string
	Grant     Grant // Grant.Family equals ID
	CreatedAt time.Time
	EndsAt    time.Time // absolute: FamilyLife after the sign-in, or Grant.EndsAt
	RevokedAt time.Time // zero while it lives
}

// Refresh is one refresh token; the text is known to the client alone.
type Refresh struct {
	Hash       []byte
	Family     string
	CreatedAt  time.Time
	ExpiresAt  time.Time
	ReplacedAt time.Time // zero while it is the newest
	Uses       int64     // after it was replaced
}

// Rotation is the rule by which a refresh token is replaced.
type Rotation struct {
	At time.Time
	// A token replaced at GraceFrom or later is still good for MaxUses uses.
	GraceFrom time.Time
	MaxUses   int64
	// RememberUntil is how long the replaced token has to be recognised.
	RememberUntil time.Time
}

// FamilyFilter chooses families; empty fields match all.
type FamilyFilter struct {
	ID, AppID, Session string
	User               directory.ObjectID
	Device             directory.DeviceID
}
