package enrollment

import (
	"context"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// CodeDigestRefused is why a digest does not count, whatever the reason:
// fault.Unauthenticated.
const CodeDigestRefused = "DigestRefused"

// Digested is the digest authentication of one message.
type Digested struct {
	// Nonce is the one of the device that was used, empty for one that the
	// edge gave out and has seen spent.
	Nonce string
	// Repeated: the edge's nonce was spent before. Only the message that spent
	// it may come again.
	Repeated bool
	// Bound: no digest was sent, the connection proved itself in this session
	// before.
	Bound bool
}

// DigestLogin is whom a digest's user name stands for and what the digest has
// to be of.
type DigestLogin struct {
	Tenant       directory.TenantID
	Device       Device
	Name, Secret string
	// Next is the nonce the PC should use, Last the one before, with which only
	// the message that used it may come again. Both are base64.
	Next, Last string
}

// DigestLogin finds the device of a digest's user name. MD5 is weak, so a
// digest counts only for an enrolment made with a password, in a tenant that
// allows it, and never after a certificate was seen; the enrolment of such a
// PC got a certificate too.
func (s *Service) DigestLogin(ctx context.Context, name string) (DigestLogin, error) {
	refused := fault.New(fault.Unauthenticated, CodeDigestRefused, "The digest does not count for this PC.")
	tenant, id, ok := strings.Cut(name, "/")
	t := directory.TenantID(tenant)
	if !ok || !isGUID(tenant) || !isGUID(id) {
		return DigestLogin{}, refused
	}
	d, err := s.Store.GetManagedDevice(ctx, t, DeviceID(id))
	if fault.Is(err, fault.NotFound) {
		return DigestLogin{}, refused
	}
	if err != nil {
		return DigestLogin{}, err
	}
	settings, err := s.Store.GetEnrolmentSettings(ctx, t)
	if err != nil {
		return DigestLogin{}, err
	}
	disabled, err := s.disabled(ctx, t, &d)
	if err != nil {
		return DigestLogin{}, err
	}
	if !settings.AllowDigest || d.Proof != ProofOnPremise || d.SawCertificate || !d.State.Live() || disabled {
		return DigestLogin{}, refused
	}
	secrets := s.DigestOf(t, &d)
	l := DigestLogin{Tenant: t, Device: d, Name: secrets.ClientName, Secret: secrets.ClientSecret}
	l.Next, l.Last = nonces(&d)
	return l, nil
}

// nonces are the two in a device's row.
func nonces(d *Device) (next, last string) {
	next, last, _ = strings.Cut(d.Nonce, " ")
	return next, last
}

// fresh: the message may change something. Nothing to check is fresh.
func (p *Digested) fresh(d *Device) bool {
	if p == nil {
		return true
	}
	next, _ := nonces(d)
	return !p.Repeated && !d.SawCertificate && (p.Bound || p.Nonce == "" || p.Nonce == next)
}

// nextNonce makes the next one when this was spent.
func (c *checkIn) nextNonce() error {
	if c.in.Digested == nil || c.in.Digested.Bound {
		return nil
	}
	fresh, err := newNonce()
	if err != nil {
		return err
	}
	next, _ := nonces(c.v.Device)
	c.v.Device.Nonce, c.out.Nonce = fresh+" "+next, fresh
	return nil
}
