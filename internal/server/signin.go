package server

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/oidc"
	"taxiway/internal/signin"
)

// openSignIn makes the provider that people and programs sign in at.
func (s *Server) openSignIn(ctx context.Context) (*oidc.Handler, error) {
	keys := make(map[string][]byte, 2)
	for _, name := range []string{"pairwise-subjects", "sign-in-nonces"} {
		key, err := s.db.Secret(ctx, name, freshKey())
		if err != nil {
			return nil, fmt.Errorf("read the key %s: %w", name, err)
		}
		keys[name] = key
	}
	return oidc.New(oidc.Config{
		Base: s.cfg.BaseURL, Tenants: s.db.Directory(), Users: s.db.Directory(), Apps: s.apps, People: s.people, Grants: s.grants,
		Roles: s.directory, Brandings: s.db, Nonces: s.db, Verifier: s.verifier, Keys: s.keys, Clock: s.clock, NewID: s.newID, Log: s.log,
		Network: func(r *http.Request) string { return signin.NetworkOf(requestAddress(r)) },
		Device: func(ctx context.Context, t directory.TenantID, id directory.DeviceID) (bool, error) {
			return s.deviceState(ctx, string(t), string(id))
		},
		EnrolToken: func(t directory.TenantID, user directory.ObjectID, signedIn time.Time) (string, error) {
			return s.enrolling.tokens.IssueWeb(t, user, signedIn)
		},
		Management: s.managementOf, PairwiseKey: keys["pairwise-subjects"], NonceKey: keys["sign-in-nonces"],
	}), nil
}

// managementOf tells Windows where the PCs are managed that a person joins.
func (s *Server) managementOf(ctx context.Context, t directory.TenantID, user directory.ObjectID) (*oidc.Management, error) {
	p, enrols, err := s.directory.ManagementOf(ctx, t, user)
	if err != nil || !enrols {
		return nil, err
	}
	return &oidc.Management{Enrol: p.DiscoveryURL, Terms: p.TermsOfUseURL, Compliance: p.ComplianceURL}, nil
}

// openGrants makes the service of what programs may do for people.
func (s *Server) openGrants() *signin.Grants {
	return &signin.Grants{
		Store: s.db, Apps: s.db, Clock: s.clock, NewID: s.newID,
		Own: []signin.App{signin.SiteApp(s.cfg.BaseURL, access.GraphURL, access.Scopes())},
	}
}
