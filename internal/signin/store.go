package signin

import (
	"context"
	"time"

	"taxiway/internal/directory"
)

// Every Get of a missing row is fault.NotFound. Hashes are SHA-256 of the text
// that was handed out. Expired rows may be gone at any time.

// AttemptStore keeps sign-ins under way.
type AttemptStore interface {
	CreateAttempt(ctx context.Context, hash []byte, a Attempt) error
	GetAttempt(ctx context.Context, hash []byte) (Attempt, error)
	// UpdateAttempt matches a.Version and adds one; fault.Precondition when
	// another request of the same browser was faster.
	UpdateAttempt(ctx context.Context, hash []byte, a Attempt) error
	// EndAttempt removes it; false when another request ended it before.
	EndAttempt(ctx context.Context, hash []byte) (ended bool, err error)
}

// CodeStore keeps authorization codes and the families they begin.
type CodeStore interface {
	// CreateCode stores code and family together.
	CreateCode(ctx context.Context, hash []byte, g Grant, f Family, expires time.Time) error
	GetCode(ctx context.Context, t directory.TenantID, hash []byte) (Grant, time.Time, error)
	// UseCode marks a code used that is unused, in time and of a living family,
	// in one statement, and stores first, the family's first refresh token,
	// unless it is nil. When the code was used before, its family is revoked.
	// Either is one transaction.
	UseCode(ctx context.Context, t directory.TenantID, hash []byte, now time.Time, first *Refresh) (CodeUse, error)
}

// CodeUse is what came of presenting a code.
type CodeUse int

// What comes of a code. CodeDead is one that is unknown, too late, or of a
// family that ended before the code was used.
const (
	CodeDead CodeUse = iota
	CodeFresh
	CodeUsed
)

// FamilyStore keeps families and their refresh tokens.
type FamilyStore interface {
	CreateFamily(ctx context.Context, f Family) error
	GetFamily(ctx context.Context, t directory.TenantID, id string) (Family, error)
	CreateRefresh(ctx context.Context, t directory.TenantID, r Refresh) error
	GetRefresh(ctx context.Context, t directory.TenantID, hash []byte) (Refresh, error)
	// ReplaceRefresh stores next and marks old replaced; a replaced one is
	// counted as used again. It answers false, and revokes the family in the
	// same transaction, when old was replaced before the grace or used too
	// often in it; false too when old or its family has gone or ended.
	ReplaceRefresh(ctx context.Context, t directory.TenantID, old []byte, next Refresh, r Rotation) (fresh bool, err error)
	// RevokeFamilies ends those that match every non-empty field.
	RevokeFamilies(ctx context.Context, t directory.TenantID, which FamilyFilter, now time.Time) (int, error)
}

// DeviceCodeStore keeps device codes (RFC 8628).
type DeviceCodeStore interface {
	// CreateDeviceCode is fault.Conflict when the user code is taken.
	CreateDeviceCode(ctx context.Context, hash []byte, d DeviceCode) error
	GetDeviceCode(ctx context.Context, hash []byte) (DeviceCode, error)
	GetUserCode(ctx context.Context, userCode string) (DeviceCode, error)
	// DecideDeviceCode moves a waiting code to approved (with its grant, whose
	// tenant becomes the code's) or declined; false when it is not waiting.
	DecideDeviceCode(ctx context.Context, userCode string, state DeviceState, g *Grant) (decided bool, err error)
	// PollDeviceCode notes that the client of a waiting code asked at now. When
	// its interval less slack was not over, early is true and the interval
	// grows by step, to a minute at most.
	PollDeviceCode(ctx context.Context, hash []byte, now time.Time, slack, step time.Duration) (early bool, err error)
	// UseDeviceCode moves an approved code to used and stores its family; false
	// when it is not approved (any more).
	UseDeviceCode(ctx context.Context, hash []byte, f Family) (fresh bool, err error)
}

// ConsentStore keeps what people and administrators agreed to.
type ConsentStore interface {
	// ListConsents returns those of the app for this person and for everybody.
	ListConsents(ctx context.Context, t directory.TenantID, appID string, user directory.ObjectID) ([]Consent, error)
	// PutConsent adds scopes to the one that is there.
	PutConsent(ctx context.Context, t directory.TenantID, c Consent, e directory.AuditEvent) error
	// DeleteConsents removes those of an app for a person; an empty user is the
	// tenant-wide one.
	DeleteConsents(ctx context.Context, t directory.TenantID, appID string, user directory.ObjectID, e directory.AuditEvent) error
}

// CredentialStore keeps passwords and second factors. Removing a user removes them.
type CredentialStore interface {
	GetPassword(ctx context.Context, t directory.TenantID, user directory.ObjectID) (Password, error)
	// PutPassword replaces the password, sets the user's sessions-from to
	// p.ChangedAt, ends the sessions and revokes the families, all in one
	// transaction. The session with the id keep stays, as if begun at
	// p.ChangedAt.
	PutPassword(ctx context.Context, t directory.TenantID, user directory.ObjectID, p Password, keep string, e directory.AuditEvent) error
	// GetTOTP counts the recovery codes that are left, too.
	GetTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID) (TOTP, error)
	// PutTOTP replaces the factor and its recovery codes.
	PutTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID, f TOTP, recovery [][]byte, e directory.AuditEvent) error
	DeleteTOTP(ctx context.Context, t directory.TenantID, user directory.ObjectID, e directory.AuditEvent) error
	// UseStep raises the last step used; false when it was that high already.
	UseStep(ctx context.Context, t directory.TenantID, user directory.ObjectID, step int64) (fresh bool, err error)
	// UseRecovery spends one recovery code; false when there is no such unused
	// one. left is how many remain.
	UseRecovery(ctx context.Context, t directory.TenantID, user directory.ObjectID, hash []byte, now time.Time) (fresh bool, left int, err error)
}

// LockoutStore counts tries. Each account has one row for every network it was
// tried from and one, with an empty network, for all of them together.
type LockoutStore interface {
	// CountTry lets count change the two rows in one transaction, in which no
	// other try of the account is counted; rows that are not there are zero.
	// Nothing is stored when count answers false. It may run more than once.
	CountTry(ctx context.Context, account []byte, network string, count func(byNetwork, byAccount *Lockout) bool) error
	// PutTrust stores the row of the network and forgets that of the account.
	PutTrust(ctx context.Context, account []byte, network string, l Lockout) error
}

// SessionStore keeps browser sessions.
type SessionStore interface {
	CreateSession(ctx context.Context, t directory.TenantID, hash []byte, s Session) error
	GetSession(ctx context.Context, t directory.TenantID, hash []byte) (Session, error)
	// TouchSession stores methods, authentication time and last use.
	TouchSession(ctx context.Context, t directory.TenantID, hash []byte, s Session) error
	// ListSessions returns a person's sessions, the newest first.
	ListSessions(ctx context.Context, t directory.TenantID, user directory.ObjectID) ([]Session, error)
	// EndSession removes it and revokes the families made in it; one that is
	// not there is no error.
	EndSession(ctx context.Context, t directory.TenantID, hash []byte, now time.Time) error
	// EndSessionByID does the same for one of the person's sessions.
	EndSessionByID(ctx context.Context, t directory.TenantID, user directory.ObjectID, id string, now time.Time) error
	// EndUserSessions sets the user's sessions-from and ends everything of the
	// person, in one transaction.
	EndUserSessions(ctx context.Context, t directory.TenantID, user directory.ObjectID, now time.Time, e directory.AuditEvent) error
}

// LinkStore keeps one-time links.
type LinkStore interface {
	// PutLink voids every link of the same tenant, kind and user.
	PutLink(ctx context.Context, hash []byte, l Link, e directory.AuditEvent) error
	GetLink(ctx context.Context, hash []byte) (Link, error)
	// UseLink removes it; false when it was used or voided before.
	UseLink(ctx context.Context, hash []byte) (fresh bool, err error)
}

// BrandingStore keeps a tenant's sign-in page branding; a tenant without any
// has the zero Branding.
type BrandingStore interface {
	GetBranding(ctx context.Context, t directory.TenantID) (Branding, error)
	// ChangeBranding lets change alter texts and colour in one transaction in
	// which nobody else changes them, records the event it gives and adds one
	// to the version. change may run more than once.
	ChangeBranding(ctx context.Context, t directory.TenantID, change func(*Branding) (directory.AuditEvent, error)) (Branding, error)
	GetPicture(ctx context.Context, t directory.TenantID, which Picture) ([]byte, error)
	// PutPicture replaces a picture, or removes it when data is empty, and adds
	// one to the version.
	PutPicture(ctx context.Context, t directory.TenantID, which Picture, data []byte, now time.Time, e directory.AuditEvent) error
}

// Sweeper removes what has ended.
type Sweeper interface {
	// SweepSignIn removes up to limit rows of each kind that ended before now.
	SweepSignIn(ctx context.Context, now time.Time, limit int) (int, error)
}
