package signin

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// How long things live and how often they may be used.
const (
	AttemptLife    = 10 * time.Minute
	CodeLife       = 5 * time.Minute
	DeviceCodeLife = 15 * time.Minute
	// RefreshLife is how long a refresh token may lie unused.
	RefreshLife = 90 * 24 * time.Hour
	// FamilyLife is after how long a person has to sign in again, however
	// often the app has refreshed.
	FamilyLife = 365 * 24 * time.Hour
	// PollInterval is how often a client may ask for a device code, and by how
	// much it is slowed each time it asks too soon (RFC 8628 section 3.5).
	PollInterval = 5 * time.Second

	// refreshGrace and refreshGraceUses: clients that refresh in parallel all
	// hold the same token, and only one answer comes first.
	refreshGrace     = 30 * time.Second
	refreshGraceUses = 8
	// replayMemory is how long a replaced token is still known as such, so
	// that its coming back ends the family.
	replayMemory = 30 * 24 * time.Hour
)

// GrantStore is what Grants needs of a database.
type GrantStore interface {
	AttemptStore
	CodeStore
	FamilyStore
	DeviceCodeStore
	ConsentStore
}

// AppReader finds app registrations; directory.AppStore is one. A missing one
// is fault.NotFound.
type AppReader interface {
	GetApplication(ctx context.Context, t directory.TenantID, appID string) (directory.Application, error)
}

// Grants keeps what people let programs do: sign-ins under way, codes, refresh
// tokens, device codes and consents. All times are the server's own: a lab's
// clock moves no token.
type Grants struct {
	Store GrantStore
	Apps  AppReader
	Clock directory.Clock
	NewID directory.NewID
	// Own are the apps of this server itself, whose addresses follow from where
	// it is reached.
	Own []App
}

// refuse is a refusal whose code says which; edges give it their own words.
func refuse(code, message string) error {
	return fault.New(fault.Unauthenticated, code, message)
}

// event begins the audit event of a consent.
func (s *Grants) event(ctx context.Context, activity string, c Consent, name string, changes ...directory.Change) directory.AuditEvent {
	return directory.AuditEvent{
		ID: s.NewID(), At: s.Clock.Real(), Actor: directory.ActorFrom(ctx), Activity: activity, Category: "oAuth2PermissionGrant",
		TargetID: c.AppID, TargetType: "servicePrincipal", TargetName: name, Changes: changes,
	}
}
