package signin

import (
	"time"

	"taxiway/internal/directory"
)

// Consent is what an app may do for a person (Graph: oAuth2PermissionGrant).
type Consent struct {
	ID        string
	AppID     string
	User      directory.ObjectID // empty: everybody, by an administrator
	Resource  string
	Scopes    []string
	CreatedAt time.Time
}
