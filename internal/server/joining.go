package server

import (
	"context"
	"fmt"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/drs"
)

// joining is what PCs join with: who certifies them and what they prove
// themselves with before they have a certificate.
type joining struct {
	authority *directory.DeviceAuthority
	tickets   *autopilot.Tickets
	nonces    *drs.Nonces
	verifier  *access.Verifier
}

// openJoining loads the keys, making them at first need.
func (s *Server) openJoining(ctx context.Context) (*joining, error) {
	var j joining
	var err error
	if j.authority, err = directory.OpenDeviceAuthority(ctx, s.db, s.db, s.clock); err != nil {
		return nil, err
	}
	ticketKey, err := s.db.Secret(ctx, "device-ticket", freshKey())
	if err != nil {
		return nil, fmt.Errorf("read the ticket key: %w", err)
	}
	if j.tickets, err = autopilot.NewTickets(ticketKey, s.clock); err != nil {
		return nil, err
	}
	nonceKey, err := s.db.Secret(ctx, "join-nonce", freshKey())
	if err != nil {
		return nil, fmt.Errorf("read the nonce key: %w", err)
	}
	j.nonces = &drs.Nonces{Key: nonceKey, Clock: s.clock}
	j.verifier = &access.Verifier{
		Issuer: s.cfg.BaseURL, Audiences: access.JoinAudiences, Keys: s.keys, Now: s.clock.Real, Leeway: 5 * time.Minute,
		App: s.clientState, User: s.userState, Device: s.deviceState, Recheck: time.Second,
	}
	return &j, nil
}

func (s *Server) joinHandler() *drs.Handler {
	return &drs.Handler{
		Base: s.cfg.BaseURL, DeviceBase: s.cfg.DeviceURL, Verify: s.joining.verifier.Verify, Tenants: s.db.Directory(),
		Directory: s.directory, Authority: s.joining.authority, Registrations: s.autopilot, Tickets: s.joining.tickets, Timeline: s.management, Nonces: s.joining.nonces,
		Clock: s.clock, Log: s.log, RequestID: requestID, Address: requestAddress,
	}
}
