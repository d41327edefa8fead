package enrollment_test

import (
	"context"
	"slices"
	"strconv"
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

		s.clock.set(leafOf(&fresh).NotAfter.Add(-time.Hour))
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

func TestAPCThatDoesNotRenewByItselfIsToldOnceADay(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		s.Owners[enrollment.OwnerEnrolment] = &enrollment.Renewals{Service: s.Service}
		u := s.person("adele")
		out := s.enrol(s.byHand(&u))
		id, ends := out.Device.ID, leafOf(&out).NotAfter
		session := 0
		// told is what the PC hears in a session of its own, which it does.
		told := func() (uris []string) {
			t.Helper()
			session++
			in := enrollment.Incoming{SessionID: strconv.Itoa(session), MsgID: 1, Digest: []byte{byte(session)}, Acks: []enrollment.Ack{{CmdID: "0", Cmd: "SyncHdr", Status: 212}}}
			for range 3 {
				reply, err := s.CheckIn(s.ctx, s.tenant, id, in)
				s.ok(err)
				in = enrollment.Incoming{SessionID: in.SessionID, MsgID: in.MsgID + 1, Digest: []byte{byte(session), byte(in.MsgID)}, Acks: in.Acks}
				for _, c := range reply.Commands {
					uris = append(uris, string(c.Op.Verb)+" "+c.Op.URI)
					in.Answers = append(in.Answers, enrollment.Answer{MsgRef: strconv.Itoa(reply.MsgID), CmdRef: c.CmdID, Status: 200, CmdID: "9"})
				}
			}
			return uris
		}
		for _, step := range []struct {
			name string
			at   time.Time
			want []string
		}{
			{"a day before half of the window is over", ends.Add(-31 * 24 * time.Hour), nil},
			{"after half of the window", ends.Add(-30 * 24 * time.Hour), []string{"Exec ./Device/Vendor/MSFT/CertificateStore/MY/WSTEP/Renew/RenewNow"}},
			{"an hour later", ends.Add(-30*24*time.Hour + time.Hour), nil},
			{"a day later", ends.Add(-29 * 24 * time.Hour), []string{"Exec ./Device/Vendor/MSFT/CertificateStore/MY/WSTEP/Renew/RenewNow"}},
		} {
			s.clock.advance(step.at.Sub(s.clock.Real()))
			if got := told(); !slices.Equal(got, step.want) {
				t.Errorf("%s the PC is told %v, want %v", step.name, got, step.want)
			}
		}
		s.clock.advance(25 * time.Hour)
		_, err := s.Renew(s.ctx, enrollment.RenewRequest{Certificate: leafOf(&out), CSR: s.csr()})
		s.ok(err)
		if got := told(); len(got) > 0 {
			t.Errorf("renewed, and told %v", got)
		}
	})
}
