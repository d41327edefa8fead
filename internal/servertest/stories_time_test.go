package servertest_test

import (
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"taxiway/internal/servertest"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
)

// tellInTime tells stories on one server for each database, one after the
// other: its clock is moved by the waits of its PCs.
func tellInTime(t *testing.T, stories []story) {
	t.Helper()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Now()}
		w, draw := servertest.Start(t, db, servertest.WithClock(clock.read)), servertest.Keys(t)
		for i, c := range stories {
			t.Run(c.name, func(t *testing.T) {
				profile := tutorialProfile("Sales")
				maps.Copy(profile, c.with)
				s := schoolIn(t, w, fmt.Sprintf("School%d", i), draw, profile)
				s.clock = clock
				c.tell(s)
			})
		}
	})
}

// runsOut boots a PC whose app never answers, and returns the page that says
// that the time is over.
func (s *school) runsOut(pc *servertest.VirtualPC, presses string) (*virtualpc.Report, *setup.Screen) {
	s.t.Helper()
	var e eyes
	r := pc.Boot(s.t, "network wired\nat any app-hangs\n"+presses, e.open)
	s.refresh()
	page := e.page(s.t, setup.ScreenDeviceESP, failing)
	if page.Error.Code != setup.CodeTimeout || r.Took < time.Hour {
		s.t.Fatalf("after %s the page says %+v", r.Took, page.Error)
	}
	return r, page
}

// certificate is the PC's of the management.
func certificate(t *testing.T, pc *servertest.VirtualPC) *x509.Certificate {
	t.Helper()
	m, err := machine.Open(pc.Machine.Disk())
	if err != nil {
		t.Fatal(err)
	}
	pair, err := m.Keys().Get(machine.KeyMDM)
	if err != nil {
		t.Fatal(err)
	}
	return pair.Certificate
}

// goesOn boots a PC that comes to its desktop again and is heard by its
// management, and returns its managed device.
func (s *school) goesOn(when string, pc *servertest.VirtualPC) object {
	s.t.Helper()
	r := pc.Boot(s.t, "network wired", nil)
	if r.Outcome != virtualpc.OutcomeDesktop || r.Problem != nil || r.Unheard != "" {
		s.t.Fatalf("%s: the boot ended as %s (%s) with %+v", when, r.Outcome, r.Unheard, r.Problem)
	}
	s.refresh()
	return s.p.Must(s.t, s.Token, http.MethodGet, managedDevices+"/"+r.ManagedID, nil, http.StatusOK).JSON
}

// What takes hours at a PC or a year: an app whose installation never ends holds
// the PC until the page's time is over, at the PC and at the server, and the
// person presses each of the buttons; other parts are known a day later; a
// certificate ends.
func TestStoriesThatTakeTime(t *testing.T) {
	t.Parallel()
	tellInTime(t, []story{
		{name: "the page's time is over, and Continue anyway", tell: func(s *school) {
			s.wantsAgent()
			pc, registration := s.pc("desk")
			r, _ := s.runsOut(pc, "press continue-anyway\npress continue-anyway")
			s.arrived("continued", r, registration, "successWithTimeout")
			if len(r.Apps) > 0 {
				s.t.Errorf("the PC has %q", r.Apps)
			}
		}},
		{name: "the page's time is over, and Try again", tell: func(s *school) {
			s.wantsAgent()
			pc, registration := s.pc("desk")
			r, _ := s.runsOut(pc, "press try-again")
			s.triedAgain(r, registration)
			s.late(registration)
		}},
		{name: "the page's time is over, and Reset device", tell: func(s *school) {
			s.wantsAgent()
			pc, registration := s.pc("desk")
			r, _ := s.runsOut(pc, "press reset-device")
			s.afterReset(r, registration)
		}},
		{name: "the page's time is over, and Collect logs", tell: func(s *school) {
			s.wantsAgent()
			pc, registration := s.pc("desk")
			r, page := s.runsOut(pc, "press collect-logs")
			s.stuck(r, setup.ScreenDeviceESP, setup.CodeTimeout, setup.DefaultErrorText)
			collected(s.t, pc)
			s.allButtons(page)
			// The PC says nothing any more; the server knows what its page shows.
			waitFor(s.t, "the end of the page's time", func() bool {
				summary, _ := s.record(registration)
				return summary["deploymentState"] == "failure" && summary["deviceSetupStatus"] == "failure"
			})
			s.late(registration)
		}},
		// A PC with another board and its old TPM is the same PC: its management
		// registers the new parts, at the check-in after it heard of them.
		{name: "a PC with another board is Fix pending until it checks in again", tell: func(s *school) {
			pc, registration := s.pc("desk")
			s.arrived("at first", pc.Boot(s.t, "network wired", nil), registration, "success")
			s.swap(pc, machine.Board)
			s.clock.advance(25 * time.Hour) // what a PC told of its parts is believed for a day
			s.goesOn("with another board", pc)
			s.status("with another board", registration, "Fix pending", "Sales")
			why := s.p.Must(s.t, s.Token, http.MethodGet, identities+"/"+registration+"/explain", nil, http.StatusOK).JSON
			const message = "We've detected a hardware change on this device. We're trying to automatically register the new hardware. " +
				"You don't need to do anything now; the status will be updated at the next check in with the result."
			if why["statusMessage"] != message {
				s.t.Errorf("the status says %v", why["statusMessage"])
			}
			if got := s.p.Must(s.t, s.Token, http.MethodGet, identities+"/"+registration, nil, http.StatusOK).JSON; got["remediationState"] != "automaticRemediationRequired" {
				s.t.Errorf("the registration is %v", got["remediationState"])
			}
			s.goesOn("at the next check-in", pc)
			s.status("at the next check-in", registration, "Assigned", "Sales")
			s.reset(pc)
			s.arrived("set up anew with the other board", pc.Boot(s.t, "network wired", nil), registration, "success")
			s.only("set up anew", 1, 1)
		}},
		{name: "the PC renews its certificate of the management", tell: func(s *school) {
			pc, registration := s.pc("desk")
			s.arrived("at first", pc.Boot(s.t, "network wired", nil), registration, "success")
			first := certificate(s.t, pc)
			s.clock.advance(30 * 24 * time.Hour)
			s.goesOn("after a month", pc)
			if !certificate(s.t, pc).Equal(first) {
				s.t.Error("after a month the PC has another certificate")
			}
			s.clock.advance(first.NotAfter.Add(-40 * 24 * time.Hour).Sub(s.clock.read()))
			d := s.goesOn("in the last weeks", pc)
			second := certificate(s.t, pc)
			if !second.NotAfter.After(first.NotAfter) || second.Subject.String() != first.Subject.String() || d["managementCertificateExpirationDate"] != second.NotAfter.UTC().Format(time.RFC3339) {
				s.t.Errorf("the certificate of %s until %s followed that of %s until %s; the server says %v", second.Subject, second.NotAfter, first.Subject, first.NotAfter, d["managementCertificateExpirationDate"])
			}
			if key, ok := first.PublicKey.(*rsa.PublicKey); !ok || key.Equal(second.PublicKey) {
				s.t.Error("the certificate is for the key of before")
			}
			logged(s.t, pc, machine.ChannelMDM, machine.EventProvisioned)
			s.clock.advance(first.NotAfter.Add(24 * time.Hour).Sub(s.clock.read()))
			s.goesOn("after the first one has ended", pc)
			if got := certificate(s.t, pc); !got.Equal(second) {
				s.t.Errorf("a third certificate came, until %s", got.NotAfter)
			}
		}},
	})
}

// late wants the timeline to say that the page's time was over.
func (s *school) late(registration string) {
	s.t.Helper()
	lines := (&estate{Tenant: s.Tenant, identity: registration}).lines(s.t, s.p)
	if !slices.ContainsFunc(lines, func(l object) bool {
		return l["event"] == "failed" && l["code"] == setup.CodeTimeout && l["nextStep"] != nil
	}) {
		s.t.Errorf("the timeline says %v", lines)
	}
}
