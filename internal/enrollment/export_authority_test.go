package enrollment

import (
	"time"

	"taxiway/internal/directory"
)

// NewAuthorityKeys makes an authority for tests that are about something else.
func NewAuthorityKeys(t directory.TenantID, now time.Time) (AuthorityKeys, error) {
	a, err := newAuthority(t, now, nil)
	if err != nil {
		return AuthorityKeys{}, err
	}
	return a.keys(now)
}

// RememberedAuthorities is how many authorities this process has in memory.
func (s *Service) RememberedAuthorities() int {
	s.authorities.mu.Lock()
	defer s.authorities.mu.Unlock()
	return len(s.authorities.open)
}
