package storetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// AutopilotStore is what the suites of Autopilot's tables and of the list
// queries need of a database.
type AutopilotStore interface {
	Autopilot() autopilot.Store
	autopilot.SightingStore
	Lists
}

// Lists are the list queries of the Graph edge.
type Lists interface {
	ListUsers(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.User], error)
	ListDevices(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.Device], error)
	ListGroups(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.Group], error)
	ListGroupsOf(ctx context.Context, t directory.TenantID, member directory.ObjectID, q *odata.Query) (odata.List[directory.Group], error)
	ListMembers(ctx context.Context, t directory.TenantID, group directory.ObjectID, q *odata.Query) (odata.List[directory.Member], error)
	ListAuditEvents(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.AuditEvent], error)
	AuditActivities(ctx context.Context, t directory.TenantID) (map[string][]string, error)
	AutopilotLists
	JoinLists
}

// JoinLists are those of groups in groups and of whose a device is.
type JoinLists interface {
	ListMembersWithin(ctx context.Context, t directory.TenantID, group directory.ObjectID, q *odata.Query) (odata.List[directory.Member], error)
	ListGroupsAround(ctx context.Context, t directory.TenantID, member directory.ObjectID, q *odata.Query) (odata.List[directory.Group], error)
	ListPeopleOf(ctx context.Context, t directory.TenantID, device directory.ObjectID, role directory.PersonRole, q *odata.Query) (odata.List[directory.User], error)
	ListDevicesOf(ctx context.Context, t directory.TenantID, user directory.ObjectID, role directory.PersonRole, q *odata.Query) (odata.List[directory.Device], error)
}

// AutopilotLists are those of Autopilot's resources.
type AutopilotLists interface {
	ListAutopilotDevices(ctx context.Context, t directory.TenantID, assignedTo autopilot.ProfileID, q *odata.Query) (odata.List[autopilot.Device], error)
	ListImports(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[autopilot.ImportedDevice], error)
	ListProfiles(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[autopilot.Profile], error)
	GetImport(ctx context.Context, t directory.TenantID, id autopilot.ImportID) (autopilot.ImportedDevice, error)
	FindImport(ctx context.Context, t directory.TenantID, registered autopilot.DeviceID) (autopilot.ImportedDevice, error)
	GetAuditEvent(ctx context.Context, t directory.TenantID, id string) (directory.AuditEvent, error)
}

// RunAutopilot runs the suites of Autopilot's tables and of the list queries.
// Each test gets a database of its own from open.
func RunAutopilot(t *testing.T, open func(t *testing.T) AutopilotStore) {
	t.Helper()
	for _, suite := range [][]autopilotTest{registrationTests, claimTests, statusTests, importTests, profileTests, listTests, filterTests, mdmPolicyListTests} {
		for _, test := range suite {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				test.run(newWorld(t, open(t)))
			})
		}
	}
}

type autopilotTest struct {
	name string
	run  func(*world)
}

// world is one tenant in an empty database.
type world struct {
	*testing.T
	s      AutopilotStore
	store  autopilot.Store
	ctx    context.Context
	tenant directory.TenantID
	now    time.Time
	ids    int
}

func newWorld(t *testing.T, s AutopilotStore) *world {
	t.Helper()
	w := &world{T: t, s: s, store: s.Autopilot(), ctx: t.Context(), now: time.Date(2026, 3, 1, 8, 0, 0, 123_456_000, time.UTC)}
	w.tenant = w.newTenant("contoso.example")
	return w
}

func (w *world) newTenant(domain string) directory.TenantID {
	w.Helper()
	id := directory.TenantID(w.id())
	w.tx(func(tx autopilot.Tx) error {
		return tx.CreateTenant(w.ctx, directory.Tenant{ID: id, DisplayName: domain, Domain: domain, CreatedAt: w.now})
	})
	return id
}

// id makes ids that ascend, as the program's do.
func (w *world) id() string {
	w.ids++
	return fmt.Sprintf("0195%04x-0000-7000-8000-00000000%04x", w.ids, w.ids)
}

// tx runs fn in a transaction that must succeed.
func (w *world) tx(fn func(autopilot.Tx) error) {
	w.Helper()
	if err := w.store.InTx(w.ctx, fn); err != nil {
		w.Fatalf("transaction: %v", err)
	}
}

// fails runs fn in a transaction that must end in a fault of this kind, and
// code unless it is empty.
func (w *world) fails(kind fault.Kind, code string, fn func(autopilot.Tx) error) {
	w.Helper()
	w.faulty(kind, code, w.store.InTx(w.ctx, fn))
}

func (w *world) faulty(kind fault.Kind, code string, err error) {
	w.Helper()
	e, ok := fault.As(err)
	if !ok || e.Kind != kind || code != "" && e.Code != code {
		w.Fatalf("error = %v, want kind %d and code %q", err, kind, code)
	}
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) equal(what string, got, want any) {
	w.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		w.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// registration is a new PC with a device object, not stored yet.
func (w *world) registration(serial string) autopilot.Registration {
	id, object, entra := w.id(), w.id(), w.id()
	r := autopilot.Registration{
		Device: autopilot.Device{
			ID: autopilot.DeviceID(id), SerialNumber: serial, Manufacturer: "Contoso", Model: "Book 5", Type: autopilot.TypeWindowsPC,
			Object: directory.ObjectID(object), EntraDeviceID: directory.DeviceID(entra), Enrollment: autopilot.EnrollmentNotContacted,
			Status: autopilot.StatusNotAssigned, Decided: autopilot.StatusNotAssigned, Detail: autopilot.DetailNone, Remediation: autopilot.RemediationNone,
			CreatedAt: w.now, Version: 1,
		},
		Hash: []byte("hash of " + serial),
	}
	return r
}

func claim(kind byte, text string, exclusive bool) autopilot.Claim {
	c := autopilot.Claim{Exclusive: exclusive}
	c.Key[0] = kind
	copy(c.Key[1:], text)
	return c
}

// register stores registrations with their device objects.
func (w *world) register(regs ...autopilot.Registration) {
	w.Helper()
	w.tx(func(tx autopilot.Tx) error { return w.registerIn(tx, w.tenant, regs) })
}

func (w *world) registerIn(tx autopilot.Tx, t directory.TenantID, regs []autopilot.Registration) error {
	objects := make([]directory.Device, len(regs))
	for i, r := range regs {
		objects[i] = directory.Device{ID: r.Object, DeviceID: r.EntraDeviceID, DisplayName: r.SerialNumber, CreatedAt: w.now, Version: 1}
		objects[i].SetPhysicalID(directory.PhysicalZTDID, string(r.ID))
		objects[i].SetPhysicalID(directory.PhysicalOrderID, r.GroupTag)
	}
	if err := tx.CreateDevices(w.ctx, t, objects); err != nil {
		return err
	}
	return tx.CreateRegistrations(w.ctx, t, regs)
}

func (w *world) device(id autopilot.DeviceID) autopilot.Device {
	w.Helper()
	d, err := w.store.GetRegisteredDevice(w.ctx, w.tenant, id)
	w.ok(err)
	return d
}

func (w *world) profile(name string) autopilot.Profile {
	return autopilot.Profile{
		ID: autopilot.ProfileID(w.id()), DisplayName: name, Join: autopilot.EntraJoined, Locale: autopilot.LocaleOSDefault, DeviceType: autopilot.TypeWindowsPC,
		OOBE:      autopilot.OOBE{UserType: autopilot.StandardUser, UsageType: autopilot.SingleUser},
		CreatedAt: w.now, ModifiedAt: w.now, Version: 1,
	}
}

func (w *world) group(name string) directory.Group {
	return directory.Group{ID: directory.ObjectID(w.id()), DisplayName: name, MailNickname: "g", Kind: directory.Assigned, CreatedAt: w.now, Version: 1}
}

func (w *world) lease() directory.Lease {
	return directory.Lease{Token: "test", Until: w.now.Add(time.Hour)}
}
