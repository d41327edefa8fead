package enrollment_test

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/storetest"
)

// setUp brings a registered PC to its profile.
func (s *estate) setUp(reg *autopilot.Device) {
	s.t.Helper()
	is := given(s.db.GetRegisteredDevice(s.ctx, s.tenant, reg.ID))
	s.ok(s.Downloaded(s.ctx, &autopilot.Asked{Tenant: s.tenant, Device: is, Profile: "Sales"}, &autopilot.Document{DeploymentProfileName: "Sales"}))
}

// visit is a PC's first message, as far as the status page is concerned.
func (s *estate) visit(d enrollment.Device) {
	s.t.Helper()
	page := &enrollment.StatusPage{Service: s.Service}
	s.tx(func(tx enrollment.Tx) error {
		is, err := tx.LockManagedDevice(s.ctx, s.tenant, d.ID)
		if err != nil {
			return err
		}
		v := &enrollment.Visit{Tenant: s.tenant, Device: &is, Session: &enrollment.Session{Device: d.ID}, First: true, Begins: true, Now: s.clock.Now(s.tenant), Real: s.clock.Real()}
		if err := page.Plan(s.ctx, tx, v); err != nil {
			return err
		}
		return tx.TouchManagedDevice(s.ctx, s.tenant, is)
	})
}

// The clock moves between any two readings, as a real one does.
func TestNoDeploymentEndsBeforeItBegins(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		for _, c := range []struct {
			name string
			want int // deployments that have ended
			do   func(s *estate, u *directory.User)
		}{
			{"a PC that nothing is known of is refused", 1, func(s *estate, u *directory.User) {
				given(s.dir.UpdateUser(s.ctx, s.tenant, u.ID, 0, func(u *directory.User) error { u.AccountEnabled = false; return nil }))
				_, err := s.Enrol(s.ctx, s.byHand(u))
				s.fails(err, fault.Denied, enrollment.CodeUserDisabled)
			}},
			{"a PC whose first line is of its status page", 0, func(s *estate, u *directory.User) {
				s.policy(enrollment.Policy{Kind: enrollment.PolicyESP, ESP: &enrollment.ESP{ShowProgress: true, TimeoutMinutes: 60}}, "", "")
				s.visit(s.enrol(s.byHand(u)).Device)
			}},
			{"a PC that leaves during its deployment", 1, func(s *estate, u *directory.User) {
				object := s.join(u.ID, directory.JoinEntra, "")
				s.ok(s.Leave(s.ctx, s.tenant, s.enrol(s.pc(u, &object)).Device.ID))
			}},
			{"a PC whose managed device is deleted during its deployment", 1, func(s *estate, u *directory.User) {
				object := s.join(u.ID, directory.JoinEntra, "")
				s.ok(s.DeleteDevice(s.ctx, s.tenant, s.enrol(s.pc(u, &object)).Device.ID, 0))
			}},
			{"a PC that begins again", 1, func(s *estate, u *directory.User) {
				reg := s.register("SN-1")
				s.setUp(&reg)
				object := s.join(u.ID, directory.JoinEntra, reg.Object)
				s.enrol(s.pc(u, &object))
				s.setUp(&reg)
			}},
		} {
			s := newEstate(t, e)
			s.profile("Sales")
			u := s.person("adele")
			s.clock.ticks(time.Millisecond)
			c.do(s, &u)
			ended, all := 0, given(s.db.ListDeployments(s.ctx, s.tenant, &odata.Query{Top: 9})).Items
			if len(all) == 0 {
				t.Errorf("%s: there is no deployment", c.name)
			}
			for _, y := range all {
				if !y.EndedAt.IsZero() {
					ended++
					if y.EndedAt.Before(y.StartedAt) {
						t.Errorf("%s: the deployment ended %v before it began", c.name, y.StartedAt.Sub(y.EndedAt))
					}
				}
				for _, l := range given(s.Store.ListEvents(s.ctx, s.tenant, y.ID)) {
					if l.At.Before(y.StartedAt) && l.Kind != enrollment.EventRegistered && l.Kind != enrollment.EventProfileChosen {
						t.Errorf("%s: %s happened %v before the deployment began", c.name, l.Kind, y.StartedAt.Sub(l.At))
					}
				}
				if !y.EnrolledAt.IsZero() && y.EnrolledAt.Before(y.StartedAt) {
					t.Errorf("%s: the PC was enrolled %v before the deployment began", c.name, y.StartedAt.Sub(y.EnrolledAt))
				}
			}
			if ended != c.want {
				t.Errorf("%s: %d deployments have ended, want %d", c.name, ended, c.want)
			}
		}
	})
}

// A PC that asks again, because the answer or the line was lost, gets the line.
func TestADownloadThatWasNotStoredIsOnTheTimelineTheNextTime(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		s.profile("Sales")
		reg := s.register("SN-1")
		is := given(s.db.GetRegisteredDevice(s.ctx, s.tenant, reg.ID))
		cut, cancel := context.WithCancel(s.ctx)
		cancel() // the PC hung up
		asked, doc := &autopilot.Asked{Tenant: s.tenant, Device: is, Profile: "Sales"}, &autopilot.Document{DeploymentProfileName: "Sales"}
		if err := s.Downloaded(cut, asked, doc); err == nil {
			t.Fatal("a request that was cut is on the timeline")
		}
		for range 2 {
			s.ok(s.Downloaded(s.ctx, asked, doc))
		}
		_, lines := s.timeline(enrollment.PC{Registration: reg.ID})
		n := 0
		for _, l := range lines {
			if l.Kind == enrollment.EventDownloaded {
				n++
			}
		}
		if n != 1 {
			t.Errorf("the download is on the timeline %d times, want once: %+v", n, lines)
		}
	})
}

func TestAPCThatLeavesEndsItsOwnOpenDeploymentAlone(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		s.profile("Sales")
		u := s.person("adele")
		enrolled := func(serial string) (autopilot.Device, enrollment.Device) {
			reg := s.register(serial)
			s.setUp(&reg)
			object := s.join(u.ID, directory.JoinEntra, reg.Object)
			return reg, s.enrol(s.pc(&u, &object)).Device
		}
		read := func(reg *autopilot.Device) enrollment.Deployment {
			y, _ := s.timeline(enrollment.PC{Registration: reg.ID})
			return y
		}

		open, d := enrolled("OPEN")
		s.clock.advance(time.Minute)
		s.ok(s.Leave(s.ctx, s.tenant, d.ID))
		left := s.clock.Now(s.tenant).Truncate(time.Microsecond)
		if y := read(&open); y.State != enrollment.DeploymentFailure || !y.EndedAt.Equal(left) || y.Failure == "" || y.Device != d.ID {
			t.Errorf("left during its deployment: %+v", y)
		}

		done, d := enrolled("DONE")
		s.tx(func(tx enrollment.Tx) error {
			_, err := s.NoteLast(s.ctx, tx, s.tenant, enrollment.PC{Device: d.ID}, func(y *enrollment.Deployment) { y.State, y.EndedAt = enrollment.DeploymentSuccess, left })
			return err
		})
		s.clock.advance(time.Minute)
		s.ok(s.Leave(s.ctx, s.tenant, d.ID))
		if y := read(&done); y.State != enrollment.DeploymentSuccess || !y.EndedAt.Equal(left) || y.Failure != "" {
			t.Errorf("left after its desktop: %+v", y)
		}

		// The managed device of before goes while the PC is set up anew.
		again, d := enrolled("AGAIN")
		s.setUp(&again)
		s.ok(s.DeleteDevice(s.ctx, s.tenant, d.ID, 0))
		if y := read(&again); y.State != enrollment.DeploymentInProgress || !y.EndedAt.IsZero() || y.Device != "" {
			t.Errorf("set up anew: %+v", y)
		}
	})
}

// The status page of a PC that was reset without a word runs out while the PC is
// set up anew.
func TestAStatusPageOfBeforeDoesNotEndTheNextDeployment(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		s.profile("Sales")
		u := s.person("adele")
		s.policy(enrollment.Policy{Kind: enrollment.PolicyESP, ESP: &enrollment.ESP{ShowProgress: true, Blocks: true, TimeoutMinutes: 60}}, "", "")
		reg := s.register("SN-1")
		s.setUp(&reg)
		object := s.join(u.ID, directory.JoinEntra, reg.Object)
		d := s.enrol(s.pc(&u, &object)).Device
		s.visit(d)
		page := &enrollment.StatusPage{Service: s.Service}
		s.setUp(&reg)
		s.clock.advance(24 * time.Hour)
		if n := given(page.Overdue(s.ctx, s.tenant, 9)); n != 1 {
			t.Fatalf("%d status pages ran out, want 1", n)
		}
		y, lines := s.timeline(enrollment.PC{Registration: reg.ID})
		if y.State != enrollment.DeploymentInProgress || !y.EndedAt.IsZero() || y.Device != "" || len(lines) != 3 {
			t.Errorf("the deployment that is under way: %+v with %d lines", y, len(lines))
		}
	})
}

// A PC is reset and handed on within minutes: each setup has a deployment of
// its own, with its beginning.
func TestAPCThatIsSetUpAnewBeginsAnotherDeployment(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		s.profile("Everybody")
		reg := s.register("SN-1")
		for _, name := range []string{"adele", "bob"} {
			u := s.person(name)
			for range 3 { // it asks at every start of its setup
				s.setUp(&reg)
			}
			object := s.join(u.ID, directory.JoinEntra, reg.Object)
			d := s.enrol(s.pc(&u, &object)).Device
			y, lines := s.timeline(enrollment.PC{Registration: reg.ID})
			var kinds []enrollment.EventKind
			for _, l := range lines {
				kinds = append(kinds, l.Kind)
			}
			want := []enrollment.EventKind{enrollment.EventRegistered, enrollment.EventProfileChosen, enrollment.EventDownloaded, enrollment.EventEnrolled}
			if diff := cmp.Diff(want, kinds); diff != "" || y.UPN != u.UserPrincipalName {
				t.Errorf("the deployment of %s is %s's (-want +got):\n%s", name, y.UPN, diff)
			}
			s.ok(s.Leave(s.ctx, s.tenant, d.ID))
			s.clock.advance(time.Minute)
		}
		if all := given(s.db.DeploymentsOf(s.ctx, s.tenant, reg.ID, "", 9)); len(all) != 2 {
			t.Errorf("the PC has %d deployments, want 2", len(all))
		}
	})
}
