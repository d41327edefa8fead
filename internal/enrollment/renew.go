package enrollment

import (
	"context"
	"crypto/x509"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// RenewRequest is a PC that wants a new certificate before its present one ends.
type RenewRequest struct {
	// Certificate is the present one. The caller has seen that the PC holds
	// its key, in TLS and in the signature of the request.
	Certificate *x509.Certificate
	CSR         *x509.CertificateRequest
}

// Renew certifies a new key of an enrolled PC ([MS-MDE2] 3.1.4.1.2, renewal).
// The older certificate stays good until [Service.Check] sees the new one: a PC
// whose answer was lost asks again. The digest secrets are not part of it.
//
// Refusals: those of Check, CodeInvalidCSR, and fault.Precondition with
// CodeNotRenewable outside the window and for a PC that is to go.
func (s *Service) Renew(ctx context.Context, r RenewRequest) (Enrolled, error) {
	t, d, _, err := s.Check(ctx, r.Certificate)
	if err != nil {
		return Enrolled{}, fault.Wrap("renew", err)
	}
	public, err := checkCSR(r.CSR)
	if err != nil {
		return Enrolled{}, err
	}
	now := s.Clock.Real()
	if opens := r.Certificate.NotAfter.Add(-RenewWindow); now.Before(opens) {
		return Enrolled{}, notRenewable("The certificate may be renewed from " + opens.UTC().Format(time.DateOnly) + " on.")
	}
	a, err := s.authority(ctx, t)
	if err != nil {
		return Enrolled{}, err
	}
	// Signed before the transaction: see ahead.
	k, leaf, err := a.certify(t, d.ID, public, now)
	if err != nil {
		return Enrolled{}, fault.Wrap("renew", err)
	}
	out := Enrolled{Root: a.root.Raw, Issuing: a.issuing.Raw, Poll: DefaultPoll(d.ID)}
	err = s.Store.InTx(ctx, func(tx Tx) error {
		d, err := tx.LockManagedDevice(ctx, t, d.ID)
		if err != nil {
			return err
		}
		if d.State != Managed {
			return notRenewable("The PC is to leave the management.")
		}
		if err := tx.AddCertificate(ctx, t, k); err != nil {
			return err
		}
		was := d.CertEnds
		d.CertEnds = k.NotAfter
		if err := tx.UpdateManagedDevice(ctx, t, d); err != nil {
			return err
		}
		d.Version++
		out.Device, out.Leaf = d, leaf.Raw
		return s.audit(ctx, tx, t, "Renew certificate", auditDevice, string(d.ID), d.Name,
			directory.Change{Property: "managementCertificateExpirationDate", Old: was.UTC().Format(time.RFC3339), New: d.CertEnds.UTC().Format(time.RFC3339)})
	})
	return out, fault.Wrap("renew", err)
}

func notRenewable(message string) error {
	return fault.Field(fault.Precondition, CodeNotRenewable, "certificate", message, "Ask again in the last 60 days of the certificate; a PC whose certificate has ended is enrolled again.")
}
