package enrollment

import (
	"time"

	"taxiway/internal/directory"
)

// NewAuthorityKeys makes an authority for tests that are about something else.
func NewAuthorityKeys(t directory.TenantID, now time.Time) (AuthorityKeys, error) {
	a, err := newAuthority(t, now)
	if err != nil {
		return AuthorityKeys{}, err
	}
	return a.keys(now)
}
