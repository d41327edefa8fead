package enrollment

import (
	"context"
	"crypto/x509"

	"taxiway/internal/fault"
)

// ahead is a certificate made before its transaction: signing takes longer than
// all statements of an enrolment together, and SQLite runs one transaction at a
// time.
type ahead struct {
	id    DeviceID // the row it is for
	known bool     // there was one
	k     Certificate
	leaf  *x509.Certificate
}

// certifyAhead signs for the row that the PC will get or has, as far as can be
// told without a lock.
func (e *enrolment) certifyAhead(ctx context.Context) error {
	e.ahead.id = DeviceID(e.s.NewID())
	if e.objectID != "" {
		d, err := e.s.Store.ManagedDeviceOf(ctx, e.r.Tenant, e.objectID)
		switch {
		case err == nil:
			e.ahead.id, e.ahead.known = d.ID, true
		case !fault.Is(err, fault.NotFound):
			return err
		}
	}
	var err error
	e.ahead.k, e.ahead.leaf, err = e.authority.certify(e.r.Tenant, e.ahead.id, e.public, e.s.Clock.Real())
	return err
}

// certificate is the one made ahead when it is for this row, else another.
func (e *enrolment) certificate() (Certificate, *x509.Certificate, error) {
	if e.device.ID == e.ahead.id {
		return e.ahead.k, e.ahead.leaf, nil
	}
	return e.authority.certify(e.r.Tenant, e.device.ID, e.public, e.s.Clock.Real())
}
