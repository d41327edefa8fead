package enrollment

import (
	"context"
	"crypto/sha256"
	"crypto/x509"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Why a certificate is refused: fault.Unauthenticated. That of a device which
// an administrator disabled is fault.Denied with directory.CodeDeviceDisabled.
const (
	CodeCertificateUntrusted = "MDMCertificateUntrusted"
	CodeCertificateExpired   = "MDMCertificateExpired"
	CodeCertificateRevoked   = "MDMCertificateRevoked"
)

// Check finds the enrolment a certificate belongs to. The caller has seen that
// the PC holds the key: TLS did, or a signature. Nothing but the authority is
// taken from memory, so that a certificate revoked and a device that was
// deleted, has left or was disabled are refused by the next request in every
// process.
//
// The first time that a renewed certificate is seen, the PC has it for sure,
// and the older ones end.
func (s *Service) Check(ctx context.Context, c *x509.Certificate) (directory.TenantID, Holder, Certificate, error) {
	t, d, k, err := s.check(ctx, c)
	if err != nil || !k.SeenAt.IsZero() {
		return t, d, k, err
	}
	k.SeenAt = s.Clock.Real()
	err = s.Store.InTx(ctx, func(tx Tx) error { return tx.SawCertificate(ctx, t, k) })
	return t, d, k, fault.Wrap("note the first use of a certificate", err)
}

func (s *Service) check(ctx context.Context, c *x509.Certificate) (t directory.TenantID, d Holder, k Certificate, err error) {
	refused := func(kind fault.Kind, code, message, remedy string) (directory.TenantID, Holder, Certificate, error) {
		return "", Holder{}, Certificate{}, fault.Field(kind, code, "certificate", message, remedy)
	}
	t, id, ok := named(c)
	if !ok {
		return refused(fault.Unauthenticated, CodeCertificateUntrusted, "The certificate names no enrolment of this server.", "Enrol the PC to get its certificate.")
	}
	if ok, err = s.signed(ctx, t, c); err != nil {
		return t, d, k, fault.Wrap("check a management certificate", err)
	}
	if !ok {
		return refused(fault.Unauthenticated, CodeCertificateUntrusted, "The certificate was not issued by this server.", "Enrol the PC to get its certificate.")
	}
	now := s.Clock.Real()
	if now.Before(c.NotBefore) || now.After(c.NotAfter) {
		return refused(fault.Unauthenticated, CodeCertificateExpired, "The certificate is not valid at this time.", "Compare the clocks of PC and server; a PC whose certificate has ended is enrolled again.")
	}
	sum := sha256.Sum256(c.Raw)
	k, d, err = s.Store.GetCertificate(ctx, t, sum[:])
	if err != nil && !fault.Is(err, fault.NotFound) {
		return t, d, k, fault.Wrap("check a management certificate", err)
	}
	if err != nil || !k.RevokedAt.IsZero() || k.Device != id || d.ID != id || !d.State.Live() {
		return refused(fault.Unauthenticated, CodeCertificateRevoked, "The certificate is not the device's any more: the device was deleted, has left, or enrolled anew.", "Enrol the PC again.")
	}
	if d.State == Managed && d.Barred {
		return refused(fault.Denied, directory.CodeDeviceDisabled, "The device is disabled.", "Ask an administrator to enable it.")
	}
	return t, d, k, nil
}

// disabled is Holder.Barred of a device that proves itself otherwise. A PC that
// is to be wiped or retired still hears so. A device object that is gone
// disables nothing: a PC stays managed when its registration is deleted.
func (s *Service) disabled(ctx context.Context, t directory.TenantID, d *Device) (bool, error) {
	if d.Object == "" || d.State != Managed {
		return false, nil
	}
	o, err := s.Directory.GetDevice(ctx, t, d.Object)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return o.Joined() && !o.AccountEnabled, fault.Wrap("read the device object", err)
}
