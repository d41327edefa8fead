package servertest_test

import (
	"context"
	"log/slog"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/servertest"
	"taxiway/internal/sqlstore"
	"taxiway/internal/syncml"
)

// mdmSite is a tenant whose PCs are managed, and a way to its database beside
// the server: to queue what no client can, and to see what came of it.
type mdmSite struct {
	*servertest.Tenant

	t       *testing.T
	p       *servertest.Process
	store   enrollment.Store
	service *enrollment.Service
}

func newMDMSite(t *testing.T, p *servertest.Process, now func() time.Time) *mdmSite {
	t.Helper()
	s := &mdmSite{Tenant: p.NewTenant(t, "Contoso", true), t: t, p: p}
	p.Must(t, s.Token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "all"}, http.StatusNoContent)
	s.open(now)
	s.settings(func(e *enrollment.Settings) { e.AllowOnPremise = true })
	return s
}

// wall is a clock without labs.
type wall func() time.Time

// Now implements directory.Clock.
func (c wall) Now(directory.TenantID) time.Time { return c() }

// Real implements directory.Clock.
func (c wall) Real() time.Time { return c() }

// movedClock is the wall clock, moved.
type movedClock struct{ by atomic.Int64 }

func (c *movedClock) now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

func (c *movedClock) advance(by time.Duration) { c.by.Add(int64(by)) }

func (s *mdmSite) open(now func() time.Time) {
	s.t.Helper()
	c := s.p.Config
	master, err := sqlstore.LoadMasterKey(c.DataDir, c.MasterKey.Reveal())
	if err != nil {
		s.t.Fatalf("read the master key: %v", err)
	}
	db, err := sqlstore.Open(context.Background(), sqlstore.Options{
		URL: c.Database.URL.Reveal(), Dir: c.DataDir, MasterKey: master, MaxConns: 4, Logger: slog.New(slog.DiscardHandler), Clock: now,
	})
	if err != nil {
		s.t.Fatalf("open the database: %v", err)
	}
	s.t.Cleanup(func() {
		if err := db.Close(); err != nil {
			s.t.Errorf("close the database: %v", err)
		}
	})
	s.store = db.Enrollment()
	s.service = &enrollment.Service{Store: s.store, Clock: wall(now), NewID: func() string { return uuid.Must(uuid.NewV7()).String() }}
}

func (s *mdmSite) id() directory.TenantID { return directory.TenantID(s.ID) }

func (s *mdmSite) tx(do func(ctx context.Context, tx enrollment.Tx) error) {
	s.t.Helper()
	ctx := context.Background() // also used while the test cleans up
	if err := s.store.InTx(ctx, func(tx enrollment.Tx) error { return do(ctx, tx) }); err != nil {
		s.t.Fatal(err)
	}
}

// settings changes what the tenant chose.
func (s *mdmSite) settings(change func(*enrollment.Settings)) {
	s.t.Helper()
	s.tx(func(ctx context.Context, tx enrollment.Tx) error {
		e, err := tx.LockEnrolmentSettings(ctx, s.id())
		if err != nil {
			return err
		}
		change(&e)
		return tx.PutEnrolmentSettings(ctx, s.id(), e)
	})
}

// withPassword is what a person enrols a PC with who has no factor.
func withPassword(who *servertest.Person) servertest.MDMProof {
	return servertest.MDMProof{User: who.UPN, Password: who.Password}
}

// enrolled makes a PC that this person has enrolled, and who sits at it.
func (s *mdmSite) enrolled(who *servertest.Person, name string) *servertest.MDMDevice {
	s.t.Helper()
	d := s.newPC(name)
	if err := d.Enrol(s.t.Context(), who.UPN, withPassword(who)); err != nil {
		s.t.Fatalf("enrol %s: %v", name, err)
	}
	d.SignedIn = who.UPN
	return d
}

func (s *mdmSite) newPC(name string) *servertest.MDMDevice {
	s.t.Helper()
	d := servertest.NewMDMDevice(s.t, s.p, name)
	s.t.Cleanup(d.Close)
	return d
}

func managedID(d *servertest.MDMDevice) enrollment.DeviceID {
	return enrollment.DeviceID(d.Enrolment.EntDMID)
}

// row is what the server knows of the PC.
func (s *mdmSite) row(id enrollment.DeviceID) enrollment.Device {
	s.t.Helper()
	d, err := s.store.GetManagedDevice(context.Background(), s.id(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}

// queue tells the PC to do this at its next session.
func (s *mdmSite) queue(d *servertest.MDMDevice, cs ...enrollment.Command) {
	s.t.Helper()
	for i := range cs {
		cs[i].Owner, cs[i].Of = enrollment.OwnerEnrolment, ofTest
	}
	s.tx(func(ctx context.Context, tx enrollment.Tx) error {
		_, err := s.service.Enqueue(ctx, tx, s.id(), managedID(d), cs...)
		return err
	})
}

// commands are those that the test has queued, the oldest first.
func (s *mdmSite) commands(d *servertest.MDMDevice) (out []enrollment.Command) {
	s.t.Helper()
	all, err := s.store.ListCommands(context.Background(), s.id(), managedID(d), 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range all {
		if c.Of == ofTest {
			out = append([]enrollment.Command{c}, out...)
		}
	}
	return out
}

// ofTest marks the commands of tests among those that the server plans itself.
const ofTest = "test"

// session runs a session that has to end well.
func (s *mdmSite) session(d *servertest.MDMDevice, script servertest.MDMScript) *servertest.MDMSession {
	s.t.Helper()
	out, err := d.Session(s.t.Context(), script)
	if err != nil {
		s.t.Fatalf("session of %s: %v", d.Name, err)
	}
	return out
}

// refusedSession runs one that has to be refused with this status of HTTP.
func (s *mdmSite) refusedSession(d *servertest.MDMDevice, want int) {
	s.t.Helper()
	if _, err := d.Session(s.t.Context(), servertest.MDMScript{}); servertest.HTTPStatus(err) != want {
		s.t.Errorf("session of %s: %v, want HTTP %d", d.Name, err, want)
	}
}

// value sets a policy to 1.
func value(name string) enrollment.Command {
	return enrollment.Command{Op: enrollment.Operation{Verb: enrollment.Replace, URI: policyURI(name), Format: "chr", Data: new("1")}}
}

func policyURI(name string) string { return "./Device/Vendor/MSFT/Policy/Config/Test/" + name }

// once checks that each command has ended well and took effect exactly once.
// What must not be repeated may also have been lost, with or without effect.
func (s *mdmSite) once(d *servertest.MDMDevice) {
	s.t.Helper()
	seen := map[enrollment.CommandState]int{}
	for _, c := range s.commands(d) {
		seen[c.State]++
		switch {
		case c.State == enrollment.Unconfirmed && c.Once:
			for _, e := range effects(c.Op) {
				if n := d.Effects[e]; n > 1 {
					s.t.Errorf("%s: %s happened %d times, and the server knows nothing of it", d.Name, e, n)
				}
			}
			continue
		case c.State != enrollment.Done:
			s.t.Errorf("%s: %s %s ended as %s with %d %v after %d tries", d.Name, c.Op.Verb, c.Op.URI, c.State, c.Status, c.Parts, c.Tries)
			continue
		}
		for _, e := range effects(c.Op) {
			if n := d.Effects[e]; n != 1 {
				s.t.Errorf("%s: %s happened %d times, want once (tries: %d)", d.Name, e, n, c.Tries)
			}
		}
		for _, r := range c.Results {
			if want, _ := d.Device.Value(r.URI); r.Data != want {
				s.t.Errorf("%s: %s came as %d bytes, want %d", d.Name, r.URI, len(r.Data), len(want))
			}
		}
		if c.Op.Verb == enrollment.Get && len(c.Results) != max(1, len(c.Op.Parts)) {
			s.t.Errorf("%s: Get %s brought %d values", d.Name, c.Op.URI, len(c.Results))
		}
	}
	s.t.Logf("%s: %v", d.Name, seen)
}

// effects are what a command changes at a PC, by the names of MDMDevice.Effects.
func effects(o enrollment.Operation) (out []string) {
	switch o.Verb {
	case enrollment.Replace:
		return []string{"Replace " + o.URI + "=" + *o.Data}
	case enrollment.Add, enrollment.Delete, enrollment.Exec:
		return []string{string(o.Verb) + " " + o.URI}
	case enrollment.Atomic, enrollment.Sequence:
		for _, p := range o.Parts {
			out = append(out, effects(p)...)
		}
	case enrollment.Get: // changes nothing
	}
	return out
}

// open tells whether a command of the test waits for its end.
func (s *mdmSite) waiting(d *servertest.MDMDevice) bool {
	for _, c := range s.commands(d) {
		if c.State.Open() {
			return true
		}
	}
	return false
}

// unenrolAlert is what a PC sends whose person disconnects it.
func unenrolAlert() syncml.Command {
	return syncml.Command{Kind: syncml.Alert, Data: syncml.CodeData(syncml.AlertGeneric), Items: []syncml.Item{{
		Format: "int", Type: syncml.TypeUnenroll, Mark: "critical", Data: syncml.TextData("1"),
	}}}
}
