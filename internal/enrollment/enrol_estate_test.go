package enrollment_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/sqlstore"
	"taxiway/internal/storetest"
)

// estate is an organisation with people and PCs on a real database, under a
// clock that the test moves. What follows from a change is settled for real.
type estate struct {
	*enrollment.Service

	t       *testing.T
	ctx     context.Context
	options sqlstore.Options
	db      *sqlstore.DB
	dir     *directory.Service
	pilot   *autopilot.Service
	engine  *autopilot.Engine
	clock   *estateClock
	tenant  directory.TenantID
	keys    int
}

// estateClock has two hands: the server's, and that of all tenants.
type estateClock struct {
	mu        sync.Mutex
	real, lab time.Time
	tick      time.Duration // by which each reading moves the tenants' hand
}

func (c *estateClock) Real() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.real
}

func (c *estateClock) Now(directory.TenantID) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lab = c.lab.Add(c.tick)
	return c.lab
}

func (c *estateClock) ticks(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick = by
}

func (c *estateClock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.real, c.lab = c.real.Add(by), c.lab.Add(by)
}

func (c *estateClock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.real = at
}

func estateID() string { return uuid.Must(uuid.NewV7()).String() }

// newEstate has a certificate authority already: making one takes half a second.
func newEstate(t *testing.T, e storetest.Engine) *estate {
	t.Helper()
	s := newBareEstate(t, e)
	s.tx(func(tx enrollment.Tx) error {
		_, err := tx.PutAuthority(s.ctx, s.tenant, estateAuthority(), false)
		return err
	})
	return s
}

// estateBegins is the server's time at which every estate begins.
var estateBegins = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

var estateAuthority = sync.OnceValue(func() enrollment.AuthorityKeys {
	return given(enrollment.NewAuthorityKeys("of an estate", estateBegins))
})

// newBareEstate has enrolled nobody yet.
func newBareEstate(t *testing.T, e storetest.Engine) *estate {
	t.Helper()
	o := e.New(t)
	s := &estate{t: t, ctx: t.Context(), options: o, db: storetest.Reopen(t, o)}
	s.clock = &estateClock{real: estateBegins, lab: time.Date(2030, 1, 1, 0, 0, 0, 123_456_789, time.UTC)}
	lease := func() directory.Lease { return directory.Lease{Token: "test", Until: s.clock.Real().Add(time.Hour)} }
	log := slog.New(slog.DiscardHandler)
	s.engine = &autopilot.Engine{
		Store: s.db.Autopilot(), Work: s.db, Clock: s.clock, Lease: lease, NewID: estateID, Log: log, Notify: func() {},
		InlineFill: 1000, Bound: time.Minute,
	}
	s.dir = &directory.Service{Store: s.db.Directory(), Clock: s.clock, NewID: estateID, Settler: s.engine, Lease: lease, DeviceURL: "https://pc.example"}
	s.pilot = &autopilot.Service{Store: s.db.Autopilot(), Directory: s.db.Directory(), Joins: s.db, Clock: s.clock, NewID: estateID, Settler: s.engine, Lease: lease}
	s.Service = s.process(s.db)
	s.tenant = s.newTenant("contoso.example")
	return s
}

// process is the service as one more process has it.
func (s *estate) process(db *sqlstore.DB) *enrollment.Service {
	return &enrollment.Service{
		Store: db.Enrollment(), Directory: db.Directory(), Joins: db.Directory(), Autopilot: db.Autopilot(), Clock: s.clock, NewID: estateID,
		Settler: s.engine, Lease: s.dir.Lease, Log: slog.New(slog.DiscardHandler), DeviceURL: "https://pc.example",
		DigestKey: []byte("0123456789abcdef0123456789abcdef"), Owners: map[enrollment.OwnerKind]enrollment.CommandOwner{},
	}
}

func (s *estate) ok(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func given[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func (s *estate) fails(err error, kind fault.Kind, code string) {
	s.t.Helper()
	if e, ok := fault.As(err); !ok || e.Kind != kind || e.Code != code {
		s.t.Fatalf("error = %v, want kind %d and code %s", err, kind, code)
	}
}

func (s *estate) newTenant(domain string) directory.TenantID {
	s.t.Helper()
	tenant, err := s.dir.CreateTenant(s.ctx, directory.Tenant{DisplayName: domain, Domain: domain})
	s.ok(err)
	all := directory.ReachAll
	_, err = s.dir.UpdateMobilityPolicy(s.ctx, tenant.ID, directory.MDM, 0, directory.MobilityChange{AppliesTo: &all})
	s.ok(err)
	return tenant.ID
}

func (s *estate) person(name string) directory.User {
	s.t.Helper()
	u, err := s.dir.CreateUser(s.ctx, s.tenant, directory.User{UserPrincipalName: name + "@contoso.example", DisplayName: name, AccountEnabled: true})
	s.ok(err)
	return u
}

// join brings a PC into the directory; object is the one it takes over.
func (s *estate) join(user directory.ObjectID, kind directory.JoinType, object directory.ObjectID) directory.Device {
	s.t.Helper()
	joined, err := s.dir.Join(s.ctx, s.tenant, directory.JoinRequest{
		User: user, Type: kind, DisplayName: "PC-" + estateID()[24:], OperatingSystem: "Windows", OSVersion: "10.0.22631.1", Object: object,
		Certify: func(id directory.DeviceID) (directory.DeviceCertificate, error) {
			sum := []byte(estateID())
			return directory.DeviceCertificate{DeviceID: id, SHA256: sum, SHA1: sum, KeyID: sum, TransportKey: sum, NotBefore: s.clock.Real(), NotAfter: s.clock.Real().AddDate(10, 0, 0)}, nil
		},
	})
	s.ok(err)
	return joined.Device
}

// register makes a registration with its device object, as an import does.
func (s *estate) register(serial string) autopilot.Device {
	s.t.Helper()
	object := directory.Device{ID: directory.ObjectID(estateID()), DeviceID: directory.DeviceID(estateID()), DisplayName: serial, TrustType: directory.TrustEntra, CreatedAt: s.clock.Now(s.tenant).Truncate(time.Microsecond), Version: 1}
	d := autopilot.Device{
		ID: autopilot.DeviceID(estateID()), SerialNumber: serial, Manufacturer: "Contoso", Model: "Book 7", Type: autopilot.TypeWindowsPC, Object: object.ID, EntraDeviceID: object.DeviceID,
		Enrollment: autopilot.EnrollmentNotContacted, CreatedAt: object.CreatedAt, Version: 1,
	}
	object.SetPhysicalID(directory.PhysicalZTDID, string(d.ID))
	s.ok(s.db.InTx(s.ctx, func(tx *sqlstore.Tx) error {
		if err := tx.CreateDevices(s.ctx, s.tenant, []directory.Device{object}); err != nil {
			return err
		}
		if err := tx.CreateRegistrations(s.ctx, s.tenant, []autopilot.Registration{{Device: d, Hash: []byte("hash of " + serial)}}); err != nil {
			return err
		}
		return tx.MarkDirty(s.ctx, s.tenant, directory.TopicDevice, []directory.ObjectID{object.ID}, 0, s.dir.Lease())
	}))
	s.engine.SettleObjects(s.ctx, s.tenant, directory.TopicDevice, []directory.ObjectID{object.ID})
	return given(s.db.GetRegisteredDevice(s.ctx, s.tenant, d.ID))
}

// profile makes a deployment profile for all devices.
func (s *estate) profile(name string) {
	s.t.Helper()
	p, err := s.pilot.CreateProfile(s.ctx, s.tenant, autopilot.Profile{DisplayName: name, DeviceType: autopilot.TypeWindowsPC, Join: autopilot.EntraJoined, OOBE: autopilot.OOBE{UserType: autopilot.StandardUser, UsageType: autopilot.SingleUser}})
	s.ok(err)
	_, err = s.pilot.Assign(s.ctx, s.tenant, autopilot.Assignment{Profile: p.ID, Target: autopilot.TargetAllDevices})
	s.ok(err)
}

// estateKeys are made once: a key takes a tenth of a second, and each test has
// a database of its own to use them in.
var estateKeys struct {
	sync.Mutex
	made []*rsa.PrivateKey
}

func key(n int) *rsa.PrivateKey {
	estateKeys.Lock()
	defer estateKeys.Unlock()
	for len(estateKeys.made) <= n {
		estateKeys.made = append(estateKeys.made, given(rsa.GenerateKey(rand.Reader, 2048)))
	}
	return estateKeys.made[n]
}

// csr is a request for a key that the estate has not seen.
func (s *estate) csr() *x509.CertificateRequest {
	s.keys++
	return csrFor(key(s.keys))
}

func csrFor(k any) *x509.CertificateRequest {
	der := given(x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "whatever!the PC likes"}}, k))
	return given(x509.ParseCertificateRequest(der))
}

// pc is a PC of the user that joined out of the box, and asks to be managed.
func (s *estate) pc(u *directory.User, d *directory.Device) enrollment.EnrolRequest {
	r := enrollment.EnrolRequest{
		Tenant: s.tenant, User: u.ID, UPN: u.UserPrincipalName, Proof: enrollment.ProofEntra, Kind: enrollment.KindEntraJoin, CSR: s.csr(),
		WireID: "0123456789ABCDEF0123456789ABCDEF", HardwareID: "hw-" + estateID(), Name: "DESKTOP-1", OSVersion: "10.0.22631.3155", OSEdition: "4",
		Manufacturer: "Wire Inc.", Model: "Wire 1", Serial: "WIRE-1", InOOBE: true, MACs: []string{"00-11-22-33-44-55", "66-77-88-99-AA-BB"},
	}
	if d != nil {
		r.EntraDevice = d.DeviceID
	}
	return r
}

// byHand is a PC of the user that is in no directory.
func (s *estate) byHand(u *directory.User) enrollment.EnrolRequest {
	r := s.pc(u, nil)
	r.Kind, r.Proof, r.InOOBE = enrollment.KindUser, enrollment.ProofFederated, false
	return r
}

func (s *estate) enrol(r enrollment.EnrolRequest) enrollment.Enrolled {
	s.t.Helper()
	out, err := s.Enrol(s.ctx, r)
	s.ok(err)
	return out
}

func leafOf(e *enrollment.Enrolled) *x509.Certificate { return given(x509.ParseCertificate(e.Leaf)) }

// tx runs fn in a transaction that must succeed.
func (s *estate) tx(fn func(enrollment.Tx) error) {
	s.t.Helper()
	s.ok(s.Store.InTx(s.ctx, fn))
}

// timeline is the newest deployment of a PC with its lines.
func (s *estate) timeline(pc enrollment.PC) (y enrollment.Deployment, lines []enrollment.Event) {
	s.t.Helper()
	found := false
	s.tx(func(tx enrollment.Tx) (err error) {
		y, found, err = tx.LastDeployment(s.ctx, s.tenant, pc.Registration, pc.Object, pc.Device)
		return err
	})
	if !found {
		return y, nil
	}
	return y, given(s.Store.ListEvents(s.ctx, s.tenant, y.ID))
}

// activities are what the audit trail says was done to a target.
func (s *estate) activities(target string) []string {
	s.t.Helper()
	var all []string
	for _, e := range given(s.db.ListAuditEvents(s.ctx, s.tenant, &odata.Query{Top: 200})).Items {
		if e.TargetID == target {
			all = append(all, e.Activity)
		}
	}
	return all
}
