package server

import (
	"context"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/mdm"
	"taxiway/internal/signin"
)

// enrolling is what PCs enrol with: whose tokens are believed.
type enrolling struct {
	tokens   *mdm.Tokens
	verifier *access.Verifier
	entra    *mdm.Entra
	sessions *mdm.Sessions
}

// openEnrolling loads the key of the tokens, making it at first need.
func (s *Server) openEnrolling(ctx context.Context) (*enrolling, error) {
	key, err := s.db.Secret(ctx, "enrolment-token", freshKey())
	if err != nil {
		return nil, fmt.Errorf("read the key of enrolment tokens: %w", err)
	}
	var e enrolling
	if e.tokens, err = mdm.NewTokens(key, s.clock); err != nil {
		return nil, err
	}
	e.verifier = &access.Verifier{
		Issuer: s.cfg.BaseURL, Audiences: access.EnrolAudiences, Keys: s.keys, Now: s.clock.Real, Leeway: 5 * time.Minute,
		App: s.clientState, User: s.userState, Device: s.deviceState, Recheck: time.Second,
	}
	if e.sessions, err = s.openSessions(ctx); err != nil {
		return nil, err
	}
	roots, err := readRoots(s.cfg.MDM.EntraCAFile)
	if err != nil {
		return nil, err
	}
	e.entra = &mdm.Entra{
		Authority: s.cfg.MDM.EntraAuthority, Issuer: s.cfg.MDM.EntraIssuer, Tenants: s.db.Enrollment(), Clock: s.clock,
		Keys: &mdm.EntraKeys{Outbound: mdm.NewOutbound(roots, s.cfg.MDM.EntraPrivate), Clock: s.clock},
	}
	return &e, nil
}

// readRoots reads authorities from a PEM file; nil, the system's, when none is
// named.
func readRoots(file string) (*x509.CertPool, error) {
	if file == "" {
		return nil, nil //nolint:nilnil // crypto/tls: nil is the system's
	}
	text, err := os.ReadFile(file) //nolint:gosec // the operator names it
	if err != nil {
		return nil, fmt.Errorf("read mdm.entra_ca_file: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("read mdm.entra_ca_file: %s has no certificate in PEM", file)
	}
	return pool, nil
}

// mdmHandler is where PCs enrol and are managed.
func (s *Server) mdmHandler() *mdm.Handler {
	return &mdm.Handler{
		Base: s.cfg.BaseURL, DeviceBase: s.cfg.DeviceURL, Verify: s.enrolling.verifier.Verify, Entra: s.enrolling.entra,
		Tenants: s.db.Directory(), Users: s.db.Directory(), People: s.people, Enrolments: s.management, Joined: s.joining.authority,
		Sessions: s.enrolling.sessions, Tokens: s.enrolling.tokens, Spent: s.db, Clock: s.clock, Log: s.log, RequestID: requestID, Address: requestAddress,
		Network: func(r *http.Request) string { return signin.NetworkOf(requestAddress(r)) },
	}
}
