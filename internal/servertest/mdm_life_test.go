package servertest_test

import (
	"net/http"
	"testing"
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/servertest"
)

func TestAPCIsManagedWhateverItEnrolledWith(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		who := newJoining(t, p, s.Tenant, "Adele")
		for name, proof := range map[string]func(d *servertest.MDMDevice) servertest.MDMProof{
			"PASSWORD": func(*servertest.MDMDevice) servertest.MDMProof { return withPassword(who) },
			"TOKEN": func(*servertest.MDMDevice) servertest.MDMProof {
				return servertest.MDMProof{Token: p.EnrolToken(t, who)}
			},
			"PAGE": func(d *servertest.MDMDevice) servertest.MDMProof {
				return servertest.MDMProof{WebToken: d.WebLogin(t, who)}
			},
		} {
			d := s.newPC(name)
			if err := d.Enrol(t.Context(), who.UPN, proof(d)); err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			d.SignedIn = who.UPN
			rig(d, 1)
			s.queue(d, batch(0)...)
			s.session(d, servertest.MDMScript{})
			s.once(d)
			if row := s.row(managedID(d)); row.LastSync.IsZero() || row.WireID != d.DeviceID {
				t.Errorf("%s: %s synced at %s", name, row.WireID, row.LastSync)
			}
		}
	})
}

func TestTheOldCertificateEndsWhenTheNewOneIsSeen(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &movedClock{}
		p := servertest.Start(t, db, servertest.WithClock(clock.now)).First()
		s := newMDMSite(t, p, clock.now)
		who := newJoining(t, p, s.Tenant, "Adele")
		d := s.enrolled(who, "PC")
		s.session(d, servertest.MDMScript{})
		clock.advance(320 * 24 * time.Hour)
		old := d.Twin(t)
		if err := d.Renew(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.session(old, servertest.MDMScript{}) // the answer might have been lost
		s.queue(d, value("A"))
		s.session(d, servertest.MDMScript{})
		s.once(d)
		s.refusedSession(old, http.StatusUnauthorized)
	})
}

func TestAPCThatEnrolsAgainKeepsItsRowAndNothingElse(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		who := newJoining(t, p, s.Tenant, "Adele")
		d := s.enrolled(who, "PC")
		s.queue(d, value("Before"), value("Lost"))
		// The PC does not hear what it is told, and is reset then: its sessions
		// count from one again.
		s.session(d, servertest.MDMScript{DeafAt: 1})
		before, stolen := managedID(d), d.Twin(t)
		d.NewKey(t)
		if err := d.Enrol(t.Context(), who.UPN, withPassword(who)); err != nil {
			t.Fatal(err)
		}
		if managedID(d) != before {
			t.Errorf("the PC is %s now and was %s", managedID(d), before)
		}
		s.refusedSession(stolen, http.StatusUnauthorized)
		for _, c := range s.commands(d) {
			if c.State != enrollment.Cancelled {
				t.Errorf("%s is %s after the PC enrolled again", c.Op.URI, c.State)
			}
		}
		s.queue(d, value("After"))
		s.session(d, servertest.MDMScript{})
		if d.Effects["Replace "+policyURI("After")+"=1"] != 1 || d.Device.Has(policyURI("Lost")) || d.Device.Has(policyURI("Before")) {
			t.Errorf("effects %v", d.Effects)
		}
	})
}

func TestAPCThatUnenrolsIsNotManagedAnyMore(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		who := newJoining(t, p, s.Tenant, "Adele")
		d, other := s.enrolled(who, "LEAVES"), s.enrolled(who, "STAYS")
		s.session(d, servertest.MDMScript{})
		s.queue(d, value("A"))
		s.queue(other, value("A"))
		var script servertest.MDMScript
		script.Alerts = append(script.Alerts, unenrolAlert())
		s.session(d, script)
		if row := s.row(managedID(d)); row.State.Live() {
			t.Errorf("the PC is %s", row.State)
		}
		if d.Effects["Replace "+policyURI("A")+"=1"] != 0 {
			t.Error("a PC that leaves was told something")
		}
		if s.waiting(d) {
			t.Error("commands wait for a PC that has left")
		}
		s.refusedSession(d, http.StatusUnauthorized)
		s.session(other, servertest.MDMScript{})
		s.once(other)
		d.NewKey(t)
		if err := d.Enrol(t.Context(), who.UPN, withPassword(who)); err != nil {
			t.Fatalf("come back: %v", err)
		}
		s.session(d, servertest.MDMScript{})
	})
}

func TestADigestCountsOnlyWhereItIsAllowedAndNoCertificateWasSeen(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		who := newJoining(t, p, s.Tenant, "Adele")
		d := s.enrolled(who, "PC")
		d.UseDigest(true)
		if _, err := d.Session(t.Context(), servertest.MDMScript{}); err == nil {
			t.Error("a digest counts in a tenant that does not allow it")
		}
		s.settings(func(e *enrollment.Settings) { e.AllowDigest = true })
		rig(d, 3)
		for n := range 3 {
			s.queue(d, batch(n)...)
			s.session(d, servertest.MDMScript{LoseAnswer: func(msg int) bool { return msg == 2 }})
		}
		s.once(d)
		d.UseDigest(false)
		s.session(d, servertest.MDMScript{})
		d.UseDigest(true)
		if _, err := d.Session(t.Context(), servertest.MDMScript{}); err == nil {
			t.Error("a digest counts for a PC that has shown its certificate")
		}
	})
}
