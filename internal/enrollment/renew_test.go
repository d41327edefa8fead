package enrollment_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/storetest"
)

// nobodySettles is a settler for what has no groups.
type nobodySettles struct{}

func (nobodySettles) SettleObjects(context.Context, directory.TenantID, directory.Topic, []directory.ObjectID) {
}
func (nobodySettles) SettleFill(context.Context, directory.TenantID, directory.Fill) {}

func TestACertificateIsRenewedInItsLast60Days(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		old := s.enrol(s.byHand(&u))
		id, ends := old.Device.ID, leafOf(&old).NotAfter
		renew := func(with *enrollment.Enrolled) (enrollment.Enrolled, error) {
			return s.Renew(s.ctx, enrollment.RenewRequest{Certificate: leafOf(with), CSR: s.csr()})
		}
		good := func(what string, e *enrollment.Enrolled) {
			t.Helper()
			if _, d, _, err := s.Check(s.ctx, leafOf(e)); err != nil || d.ID != id {
				t.Errorf("%s: %s, %v", what, d.ID, err)
			}
		}
		good("the first", &old)

		s.clock.set(ends.Add(-60*24*time.Hour - time.Second))
		_, err := renew(&old)
		s.fails(err, fault.Precondition, enrollment.CodeNotRenewable)
		if wire, ok := enrollment.RefusalOf(err); !ok || wire.ErrorType != "NotEligibleToRenew" || wire.HRESULT != 0x80180016 {
			t.Errorf("the PC is told %+v", wire)
		}
		s.clock.set(ends.Add(-60 * 24 * time.Hour))
		_, err = s.Renew(s.ctx, enrollment.RenewRequest{Certificate: leafOf(&old)})
		s.fails(err, fault.Invalid, enrollment.CodeInvalidCSR)

		lost, err := renew(&old)
		s.ok(err)
		s.clock.advance(time.Hour)
		fresh, err := renew(&old) // the answer was lost: the PC has the old one still
		s.ok(err)
		good("the old one, whose successor nobody has seen", &old)
		checkChain(t, s, &fresh)
		if fresh.Device.ID != id || fresh.Device.Version != 3 || !fresh.Device.CertEnds.Equal(leafOf(&fresh).NotAfter) || fresh.ClientSecret != "" {
			t.Errorf("renewed: %+v", fresh.Device)
		}
		good("the new one", &fresh)
		for what, e := range map[string]*enrollment.Enrolled{"the old one": &old, "the lost one": &lost} {
			_, _, _, err := s.Check(s.ctx, leafOf(e))
			if !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%s is still good: %v", what, err)
			}
			if _, err := renew(e); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("%s renews: %v", what, err)
			}
		}
		good("the new one again", &fresh)
		if got := s.activities(string(id)); len(got) != 3 || !slices.Contains(got, "Renew certificate") {
			t.Errorf("audited: %v", got)
		}

		// The key of another device is not taken over by renewal.
		other := s.byHand(&u)
		s.enrol(other)
		s.clock.set(leafOf(&fresh).NotAfter.Add(-time.Hour))
		_, err = s.Renew(s.ctx, enrollment.RenewRequest{Certificate: leafOf(&fresh), CSR: other.CSR})
		s.fails(err, fault.Conflict, enrollment.CodeKeyUsed)
		s.tx(func(tx enrollment.Tx) error {
			d := given(tx.LockManagedDevice(s.ctx, s.tenant, id))
			d.State = enrollment.RetirePending
			return tx.UpdateManagedDevice(s.ctx, s.tenant, d)
		})
		_, err = renew(&fresh)
		s.fails(err, fault.Precondition, enrollment.CodeNotRenewable)
		s.clock.set(leafOf(&fresh).NotAfter.Add(time.Second))
		_, err = renew(&fresh)
		s.fails(err, fault.Unauthenticated, enrollment.CodeCertificateExpired)
	})
}
