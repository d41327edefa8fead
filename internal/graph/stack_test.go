package graph_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"log/slog"
	"testing"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/graph"
	"taxiway/internal/hwhash"
	"taxiway/internal/signin"
	"taxiway/internal/sqlstore"
)

const (
	otherTenant = "99999999-9999-4999-8999-999999999999"
	domain      = "contoso.example"
)

// stack is the edge over the real services and a real SQLite file, with two
// tenants in it.
type stack struct {
	*graph.Handler
	t      *testing.T
	db     *sqlstore.DB
	people *signin.People
}

func newStack(t *testing.T) *stack {
	t.Helper()
	db, err := sqlstore.Open(t.Context(), sqlstore.Options{Dir: t.TempDir(), MasterKey: bytes.Repeat([]byte{7}, 32), Clock: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	clock, newID := fixedClock{noon}, counter()
	process := newID() // one process, one token
	lease := func() directory.Lease { return directory.Lease{Token: process, Until: noon.Add(time.Minute)} }
	engine := &autopilot.Engine{
		Store: db.Autopilot(), Work: db, Clock: clock, Lease: lease, NewID: newID, InlineFill: 10_000, Bound: time.Minute,
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})), Notify: func() {},
	}
	dir := &directory.Service{Store: db.Directory(), Clock: clock, NewID: newID, Settler: engine, Lease: lease, DeviceURL: "https://pc.taxiway.example"}
	auto := &autopilot.Service{Store: db.Autopilot(), Directory: db.Directory(), Joins: db, Clock: clock, NewID: newID, Settler: engine, Lease: lease}
	manage := &enrollment.Service{
		Store: db.Enrollment(), Directory: db.Directory(), Joins: db.Directory(), Autopilot: db.Autopilot(), Clock: clock, NewID: newID, Settler: engine, Lease: lease,
		Log: slog.New(slog.DiscardHandler), DigestKey: bytes.Repeat([]byte{8}, 32),
	}
	people := &signin.People{
		Store: db, Users: db.Directory(), Tenants: db.Directory(), Admins: dir, Clock: clock, NewID: newID,
		Hasher: signin.NewHasherAt(2, signin.HashCost{Memory: 64, Time: 1, Lanes: 1}), SessionIdle: time.Hour, SessionLife: time.Hour,
	}
	for id, name := range map[directory.TenantID]string{tenant: domain, otherTenant: "fabrikam.example"} {
		if _, err := dir.CreateTenant(t.Context(), directory.Tenant{ID: id, DisplayName: name, Domain: name, Lab: true}); err != nil {
			t.Fatal(err)
		}
	}
	h := edge(t, func(h *graph.Handler) {
		h.NewID = newID
		h.Directory, h.Autopilot, h.Lists, h.Objects, h.Registrations = dir, auto, db, db.Directory(), db.Autopilot()
		h.People, h.Grants = people, &signin.Grants{Store: db, Apps: db, Clock: clock, NewID: newID}
		h.Policies = manage
		h.Apps = &enrollment.Contents{Service: manage, Key: bytes.Repeat([]byte{9}, 32), Limit: 4 << 20}
		h.Brandings = &signin.Brandings{Store: db, Clock: clock, NewID: newID}
		h.Managed, h.ManagedDevices = manage, db
		h.Log = slog.New(slog.NewTextHandler(t.Output(), nil))
	})
	return &stack{h, t, db, people}
}

// stranger is an app of the other tenant that holds every permission there.
func stranger() context.Context {
	return access.WithPrincipal(context.Background(), &access.Principal{
		Tenant: otherTenant, Kind: access.App, AppID: "55555555-5555-4555-8555-555555555555", AppName: "stranger",
		ObjectID: "66666666-6666-4666-8666-666666666666", Permissions: access.Permissions(),
	})
}

// hashOf is the hardware hash of an invented PC with this serial number; the
// same serial is always the same PC.
func hashOf(t *testing.T, serial string) string {
	t.Helper()
	sum := sha256.Sum256([]byte(serial))
	text, err := hwhash.Mint(hwhash.Hardware{
		SystemSerial: serial, SystemManufacturer: "Contoso", ProductName: "Contoso Book 14", SKU: "CB14", Family: "Contoso Book",
		SMBIOSUUID:       guidFrom(sum[:16]),
		KernelDiskSerial: "DSK-" + serial, Disks: []hwhash.Disk{{SizeGB: 512, Bus: hwhash.BusNVMe, Serial: "DSK-" + serial, Model: "Fast Disk"}},
		Adapters: []hwhash.Adapter{{Medium: hwhash.MediumEthernet, MAC: hwhash.MAC{2, sum[16], sum[17], sum[18], sum[19], sum[20]}, Bus: "PCI"}},
	}, noon)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
