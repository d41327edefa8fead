package servertest_test

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/drs"
	"taxiway/internal/enrollment"
	"taxiway/internal/mdm"
	"taxiway/internal/oobe"
	"taxiway/internal/servertest"
)

// certPC is a PC with both of its certificates: of its join, and of its
// management.
type certPC struct {
	*servertest.MDMDevice
	joiner  *servertest.Joiner
	entraID directory.DeviceID
	object  string
}

// shown are the two certificates that somebody uses in TLS, each where it
// belongs; nil for none.
type shown struct{ managed, joined *tls.Certificate }

func pair(c *x509.Certificate, key any) *tls.Certificate {
	return &tls.Certificate{Certificate: [][]byte{c.Raw}, PrivateKey: key}
}

// own are the PC's own certificates, as they are now.
func (pc *certPC) own() shown {
	return shown{pair(pc.Certificate, pc.Key), pair(pc.joiner.Certificate, pc.joiner.Key)}
}

// certSite is an organisation with PCs whose certificates are tried, and what
// the device listener is asked in their names.
type certSite struct {
	*mdmSite

	w         *servertest.World
	who       *servertest.Person
	contents  *enrollment.Contents
	app       enrollment.Policy
	pc        *servertest.PC // registered
	hash      string
	next      *rsa.PrivateKey // what renewals ask a certificate for
	processes []*servertest.Process
	bare      map[string]string // by process and route: what is answered without a certificate
}

func newCertSite(t *testing.T, w *servertest.World, name string, now func() time.Time) *certSite {
	t.Helper()
	p := w.First()
	s := &certSite{mdmSite: &mdmSite{Tenant: p.NewTenant(t, name, true), t: t, p: p}, w: w, next: servertest.Key(t), processes: w.Processes, bare: map[string]string{}}
	p.Must(t, s.Token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "all"}, http.StatusNoContent)
	s.open(now)
	s.who = newJoining(t, p, s.Tenant, "adele")
	s.pc = servertest.NewPC(t, "PF-"+strings.ToUpper(name))
	s.hash = s.pc.Hash(t)
	register(t, p, s.Token, s.pc, s.hash, "", "")
	key, err := w.Services(t).DB.Secret(t.Context(), "app-address", nil)
	if err != nil {
		t.Fatal(err)
	}
	s.service.DeviceURL = servertest.DeviceURL
	s.contents = &enrollment.Contents{Service: s.service, Key: key}
	app := (&estate{Tenant: s.Tenant}).app(t, p, "Agent", agentCode, nil)
	if s.app, err = s.store.GetPolicy(t.Context(), s.id(), enrollment.PolicyID(app)); err != nil {
		t.Fatal(err)
	}
	return s
}

// member makes a PC that is joined and managed, has something to do, and has
// begun a session that it goes on with in [certAsk].
func (s *certSite) member(name string) *certPC {
	s.t.Helper()
	j := servertest.NewJoiner(s.t)
	pc := &certPC{MDMDevice: s.newPC(name), joiner: j}
	pc.entraID = directory.DeviceID(j.Take(s.t, s.p.Join(s.t, s.p.JoinPassword(s.t, s.ID, s.who.UPN, s.who.Password), j.Body(s.t, name, nil), http.StatusOK)))
	pc.Machine = true
	pc.Show(j)
	if err := pc.Enrol(s.t.Context(), s.who.UPN, servertest.MDMProof{Token: s.p.EnrolPassword(s.t, s.who)}); err != nil {
		s.t.Fatalf("enrol %s: %v", name, err)
	}
	pc.object = string(s.row(managedID(pc.MDMDevice)).Object)
	s.session(pc.MDMDevice, servertest.MDMScript{})
	s.queue(pc.MDMDevice, value("For-"+name))
	s.talks(pc, "1", pc.own())
	return pc
}

// state is everything that a stranger could change of the PC: the row, its
// commands and certificates, its device object, timelines and audit trail.
func (s *certSite) state(pc *certPC) []byte {
	s.t.Helper()
	var out bytes.Buffer
	lines := json.NewEncoder(&out)
	note := func(v any, err error) {
		if err == nil {
			err = lines.Encode(v)
		}
		if err != nil {
			_ = lines.Encode(err.Error()) // a row that is gone stays gone
		}
	}
	ctx := context.Background()
	d, err := s.store.GetManagedDevice(ctx, s.id(), managedID(pc.MDMDevice))
	note(d, err)
	commands, err := s.store.ListCommands(ctx, s.id(), managedID(pc.MDMDevice), 1000)
	note(commands, err)
	s.tx(func(ctx context.Context, tx enrollment.Tx) error {
		good, err := tx.GoodCertificates(ctx, s.id(), managedID(pc.MDMDevice))
		note(good, err)
		return nil
	})
	for _, path := range []string{"/v1.0/devices", identities, autopilotEvents, audits} {
		out.Write(settled(s.p.Must(s.t, s.Token, http.MethodGet, path, nil, http.StatusOK)))
		out.WriteByte('\n')
	}
	return out.Bytes()
}

// renewToken is for after the clock was moved.
func (s *certSite) renewToken() {
	s.Token = s.p.TokenFor(s.t, s.ID, s.App.AppID, s.App.Secret)
}

// tries asks every route of the device listener about the PC with these
// certificates, in every process, and wants each answer to be as said and
// nothing to be changed.
func (s *certSite) tries(what string, pc *certPC, with shown, want map[certUse]string) {
	s.t.Helper()
	before := s.state(pc)
	for n, p := range s.processes {
		at := *s
		at.p = p
		for _, r := range deviceRoutes(s.t) {
			got := r.ask(&at, pc, with)
			line := want[r.use]
			if r.use == anyCertificate {
				key := strconv.Itoa(n) + " " + r.name
				if s.bare[key] == "" {
					s.bare[key] = gist(r.ask(&at, pc, shown{}))
				}
				line = s.bare[key]
			}
			if gist(got) != line {
				s.t.Errorf("%s: %s answers %q, want %q", what, r.name, gist(got), line)
			}
			if bytes.Contains(got.body, []byte("For-"+pc.Name)) {
				s.t.Errorf("%s: %s tells what %s is to do: %s", what, r.name, pc.Name, got.body)
			}
		}
	}
	if after := s.state(pc); !bytes.Equal(before, after) {
		s.t.Errorf("%s: something changed:\n%s", what, firstDifference(before, after))
	}
}

// certRoute is one line of the device listener's tables.
type certRoute struct {
	name string
	use  certUse
	ask  certAsk
}

// deviceRoutes are all routes of the device listener, from the tables of the
// edges; each has to be among certAsks.
func deviceRoutes(t *testing.T) []certRoute {
	t.Helper()
	var out []certRoute
	asks := certAsks()
	seen := map[string]bool{}
	add := func(method, path string, asksCertificate bool) {
		name := method + " " + strings.TrimPrefix(path, "/")
		found := false
		for _, a := range asks {
			if a.name != name {
				continue
			}
			out, found, seen[name] = append(out, a), true, true
			asksCertificate = asksCertificate && a.use == anyCertificate && name != "POST EnrollmentServer/Enrollment.svc"
		}
		if !found || asksCertificate {
			t.Fatalf("the route %s is not tried with certificates as its table says: tell certAsks about it", name)
		}
	}
	for _, r := range mdm.Routes() {
		add(r.Method, r.Path, r.Proof == mdm.MessageProof || r.Proof == mdm.SessionProof || r.Proof == mdm.CertificateProof)
	}
	add(http.MethodGet, enrollment.ContentPath, false)
	for _, r := range oobe.Routes() {
		add(r.Method, r.Path, false)
	}
	for _, r := range drs.Routes() { // the last: a PC leaves by it
		add(r.Method, r.Path, r.Proof == drs.CertificateProof)
	}
	if len(seen) < 18 || len(out) != len(asks) {
		t.Fatalf("%d routes, asked in %d of %d ways", len(seen), len(out), len(asks))
	}
	return out
}

func TestNoCertificateButThePCsOwnPassesAnyRoute(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Now()} // it stands still, so that nothing changes by itself
		w := servertest.Start(t, db, servertest.WithClock(clock.read), withoutRates)
		if db.Engine == "postgres" {
			w.Join(t)
		}
		s, fabrikam := newCertSite(t, w, "Contoso", clock.read), newCertSite(t, w, "Fabrikam", clock.read)
		old := s.member("OLD")
		clock.advance(60 * 24 * time.Hour)
		s.renewToken()
		mine, replaced := s.member("MINE"), s.member("REPLACED")
		clock.advance(310 * 24 * time.Hour)
		s.renewToken()
		fabrikam.renewToken()
		other, theirs := s.member("OTHER"), fabrikam.member("THEIRS")

		s.tries("no certificate", mine, shown{}, map[certUse]string{
			forSession: "200 SyncML 407", forPolicy: "500 InvalidSecurity", forRenewal: "500 Authentication", forLeaving: "401 DeviceCertificateRequired", forContent: "200 the file",
		})
		untrusted := map[certUse]string{
			forSession: "401 The certificate was not issued by this server.", forPolicy: "500 Authentication", forRenewal: "500 Authentication",
			forLeaving: "401 DeviceCertificateUntrusted", forContent: "200 the file",
		}
		s.tries("certificates of its own making", mine, s.forged(mine), untrusted)
		swapped := shown{mine.own().joined, mine.own().managed}
		s.tries("each certificate in the other's place", mine, swapped, except(untrusted, forSession, "401 The certificate names no enrolment of this server."))

		// With another PC's certificate the caller is that PC, whatever it says.
		another := map[certUse]string{
			forSession: "200 SyncML 200", forPolicy: "200 *soap.PolicyResponse", forRenewal: "500 CertificateRequest", forLeaving: "403 NotThisDevice", forContent: "200 the file",
		}
		s.tries("another device's", mine, other.own(), another)
		s.tries("another tenant's", mine, theirs.own(), another)

		first := replaced.own()
		if err := replaced.Renew(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.session(replaced.MDMDevice, servertest.MDMScript{})
		revoked := map[certUse]string{
			forSession: "401 The certificate is not the device's any more:", forPolicy: "500 Authentication", forRenewal: "500 Authentication",
			forLeaving: "403 NotThisDevice", forContent: "200 the file",
		}
		first.joined = other.own().joined // a join has no renewal
		s.tries("one that was replaced and the new one seen", replaced, first, revoked)

		s.tries("expired", old, shown{old.own().managed, s.longAgo(old)}, map[certUse]string{
			forSession: "401 The certificate is not valid at this time.", forPolicy: "500 Authentication", forRenewal: "500 Authentication",
			forLeaving: "401 DeviceCertificateExpired", forContent: "200 the file",
		})

		// The right ones pass on each of these routes.
		for _, r := range deviceRoutes(t) {
			got, want := gist(r.ask(s, mine, mine.own())), rightAnswers[r.use]
			if r.use == anyCertificate {
				want = gist(r.ask(s, mine, shown{}))
			}
			if got != want {
				t.Errorf("the right certificate: %s answers %q, want %q", r.name, got, want)
			}
		}
		for _, c := range s.commands(mine.MDMDevice) {
			if c.State != enrollment.Done {
				t.Errorf("the right certificate: %s is %s", c.Op.URI, c.State)
			}
		}
		s.p.Must(t, s.Token, http.MethodGet, "/v1.0/devices/"+mine.object, nil, http.StatusNotFound)
	})
}

// What takes a PC its right takes it from its certificates at the next request,
// in every process.
func TestACertificateEndsWithItsPCOnEveryRouteInEveryProcess(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Now()}
		w := servertest.Start(t, db, servertest.WithClock(clock.read), withoutRates)
		if db.Engine == "postgres" {
			w.Join(t)
		}
		s := newCertSite(t, w, "Contoso", clock.read)
		revoked := map[certUse]string{
			forSession: "401 The certificate is not the device's any more:", forPolicy: "500 Authentication", forRenewal: "500 Authentication",
			forLeaving: "401 DeviceCertificateRevoked", forContent: "403 The device is not managed here any more.",
		}
		graph := func(method, path string, body any, want int) {
			t.Helper()
			s.p.Must(t, s.Token, method, path, body, want)
		}
		managed := func(pc *certPC) string { return managedDevices + "/" + pc.Enrolment.EntDMID }
		left := func(pc *certPC) {
			s.p.As(t, pc.joiner).Must(t, "", http.MethodDelete, leavePath(string(pc.entraID)), nil, http.StatusOK)
		}
		for _, c := range []struct {
			name string
			end  func(pc *certPC)
			want map[certUse]string
		}{
			{"a PC that said it leaves", func(pc *certPC) {
				s.session(pc.MDMDevice, servertest.MDMScript{Alerts: alerts(unenrolAlert())})
				left(pc)
			}, revoked},
			{"a deleted device", func(pc *certPC) {
				graph(http.MethodDelete, managed(pc), nil, http.StatusNoContent)
				graph(http.MethodDelete, "/v1.0/devices/"+pc.object, nil, http.StatusNoContent)
			}, revoked},
			{"a retired device", func(pc *certPC) {
				graph(http.MethodPost, managed(pc)+"/retire", nil, http.StatusNoContent)
				s.session(pc.MDMDevice, servertest.MDMScript{})
				left(pc)
			}, revoked},
			{"a wiped device", func(pc *certPC) {
				graph(http.MethodPost, managed(pc)+"/wipe", object{}, http.StatusNoContent)
				s.session(pc.MDMDevice, servertest.MDMScript{})
				left(pc)
			}, revoked},
			{"a disabled device", func(pc *certPC) {
				graph(http.MethodPatch, "/v1.0/devices/"+pc.object, object{"accountEnabled": false}, http.StatusNoContent)
			}, map[certUse]string{
				forSession: "403 The device is disabled.", forPolicy: "500 Authorization", forRenewal: "500 Authorization",
				forLeaving: "403 DeviceDisabled", forContent: "403 The device is disabled.",
			}},
			{"a device that enrolled anew", func(pc *certPC) {
				again := pc.Twin(t)
				again.NewKey(t)
				again.Show(pc.joiner)
				if err := again.Enrol(t.Context(), s.who.UPN, servertest.MDMProof{Token: s.p.EnrolPassword(t, s.who)}); err != nil {
					t.Fatal(err)
				}
				if again.Enrolment.EntDMID != pc.Enrolment.EntDMID {
					t.Error("a PC that enrolled anew has another row")
				}
				left(pc)
			}, except(revoked, forContent, "200 the file")},
		} {
			pc := s.member("PC-" + strings.ToUpper(strings.ReplaceAll(c.name, " ", "-")))
			for _, r := range deviceRoutes(t) { // they were good
				if r.use != forRenewal && r.use != forLeaving && r.use != anyCertificate {
					if got := gist(r.ask(s, pc, pc.own())); got != rightAnswers[r.use] {
						t.Errorf("%s, before: %s answers %q", c.name, r.name, got)
					}
				}
			}
			c.end(pc)
			s.tries(c.name, pc, pc.own(), c.want)
		}
	})
}
