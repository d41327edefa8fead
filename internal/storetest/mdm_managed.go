package storetest

import (
	"path/filepath"
	"slices"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

var mdmManagedTests = []directoryTest{
	{"a managed device reads back as it was written, in its own tenant alone", managedReadsBack},
	{"a managed device with nothing but an id reads back", managedSparse},
	{"an update stores everything and raises the version", managedUpdated},
	{"a check-in stores what it may change and no version", managedTouched},
	{"a managed device that is not there is missing, whatever is done to it", managedMissing},
	{"the living managed device of a device object is found, not one that has left", managedOfObject},
	{"managed devices are found by device object, else by hardware, those that left too", managedFound},
	{"hardware finds those alone whose device object is gone, in whatever way", managedLoose},
	{"a person's living managed devices are counted, without one", managedCounted},
	{"paging walks through the living ones in order of id", managedPaged},
	{"a managed device takes its commands, sessions, states and certificates with it", managedGoes},
	{"counting with the person locked lets no two pass the limit together", managedLimitRace},
	{"a backup holds managed devices with their certificates and the authority", managedBackup},
}

func newManagedID() enrollment.DeviceID { return enrollment.DeviceID(newID()) }

func fullManaged(c *city) enrollment.Device {
	id := newManagedID()
	return enrollment.Device{
		ID: id, Object: newObject(), EntraID: directory.DeviceID(newID()), User: newObject(), UPN: "Adele@contoso.example", UserName: "Adele \"A\" Vance",
		Registered: autopilot.DeviceID(newID()), Profile: "Büro", Kind: enrollment.KindEntraJoin, Proof: enrollment.ProofEntra, Owner: enrollment.OwnerCompany, State: enrollment.Managed,
		Name: "DESKTOP-Ä1", SerialNumber: "SN-" + string(id[:8]), Manufacturer: "Contoso", Model: "Book 7", OSVersion: "10.0.26100.1",
		Inventory: map[string]string{"./DevDetail/Ext/Microsoft/TotalRAM": "16384"}, WireID: "0123456789ABCDEF0123456789ABCDEF", HardwareID: "hw-" + string(id),
		Machine: true, InOOBE: true, Correlator: newID(), Nonce: "bm9uY2U=", SawCertificate: true,
		ESP:        &enrollment.ESPProgress{Name: "ESP", Phase: enrollment.PhaseDevice, Device: enrollment.PhaseProgress{Began: c.now, Tracked: []enrollment.Tracked{{Name: "app", Nodes: []string{"./x"}, Error: -2147024894}}}},
		EnrolledAt: c.now, LastSync: c.now.Add(time.Minute), CertEnds: c.now.AddDate(1, 0, 0), Version: 1,
	}
}

// managed stores a device of the first tenant that change has changed.
func (c *city) managed(change func(*enrollment.Device)) enrollment.Device {
	c.Helper()
	d := fullManaged(c)
	if change != nil {
		change(&d)
	}
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateManagedDevice(c.ctx, c.tenant, d) })
	return d
}

func managedReadsBack(c *city) {
	want := c.managed(nil)
	c.equal("read", must(c.db.GetManagedDevice(c.ctx, c.tenant, want.ID)), want)
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("locked", must(tx.LockManagedDevice(c.ctx, c.tenant, want.ID)), want)
		return nil
	})
	_, err := c.db.GetManagedDevice(c.ctx, c.other, want.ID)
	c.missing(err)
	c.fails(fault.Conflict, "Taken", func(tx *sqlstore.Tx) error {
		err := tx.CreateManagedDevice(c.ctx, c.tenant, want)
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "Taken", "as it should be")
		}
		return err
	})
}

func managedSparse(c *city) {
	d := enrollment.Device{ID: newManagedID(), Kind: enrollment.KindBulk, Owner: enrollment.OwnerUnknown, State: enrollment.Managed, Version: 1}
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateManagedDevice(c.ctx, c.tenant, d) })
	got := must(c.db.GetManagedDevice(c.ctx, c.tenant, d.ID))
	c.equal("read", got, d)
	if got.ESP != nil {
		c.Error("a device without a status page has one")
	}
}

func managedUpdated(c *city) {
	d := c.managed(nil)
	next := fullManaged(c)
	next.ID, next.Version = d.ID, d.Version
	next.Kind, next.Proof, next.Owner, next.State = enrollment.KindUser, enrollment.ProofOnPremise, enrollment.OwnerPersonal, enrollment.WipePending
	next.Object, next.User, next.Registered, next.ESP, next.Machine, next.LastSync = "", "", "", nil, false, time.Time{}
	for range 2 {
		c.tx(func(tx *sqlstore.Tx) error { return tx.UpdateManagedDevice(c.ctx, c.tenant, next) })
		next.Version++
		c.equal("read", must(c.db.GetManagedDevice(c.ctx, c.tenant, d.ID)), next)
	}
}

func managedTouched(c *city) {
	want := c.managed(nil)
	other := fullManaged(c)
	other.ID, other.LastSync, other.Nonce, other.SawCertificate, other.ESP = want.ID, c.now.Add(time.Hour), "bmV4dA==", false, nil
	c.tx(func(tx *sqlstore.Tx) error { return tx.TouchManagedDevice(c.ctx, c.tenant, other) })
	want.LastSync, want.Nonce, want.SawCertificate, want.ESP = other.LastSync, other.Nonce, false, nil
	c.equal("read", must(c.db.GetManagedDevice(c.ctx, c.tenant, want.ID)), want)
}

func managedMissing(c *city) {
	there := c.managed(nil)
	for _, at := range []struct {
		t  directory.TenantID
		id enrollment.DeviceID
	}{{c.other, there.ID}, {c.tenant, newManagedID()}, {c.tenant, ""}, {c.tenant, "no uuid"}} {
		d := there
		d.ID = at.id
		_, err := c.db.GetManagedDevice(c.ctx, at.t, at.id)
		c.missing(err)
		for _, fn := range []func(*sqlstore.Tx) error{
			func(tx *sqlstore.Tx) error { return tx.UpdateManagedDevice(c.ctx, at.t, d) },
			func(tx *sqlstore.Tx) error { return tx.TouchManagedDevice(c.ctx, at.t, d) },
			func(tx *sqlstore.Tx) error { return tx.DeleteManagedDevice(c.ctx, at.t, d.ID) },
			func(tx *sqlstore.Tx) error { _, err := tx.LockManagedDevice(c.ctx, at.t, d.ID); return err },
		} {
			c.fails(fault.NotFound, "ResourceNotFound", fn)
		}
	}
	c.equal("the one that is there", must(c.db.GetManagedDevice(c.ctx, c.tenant, there.ID)), there)
}

func managedOfObject(c *city) {
	left := c.managed(func(d *enrollment.Device) { d.State = enrollment.Unenrolled })
	_, err := c.db.ManagedDeviceOf(c.ctx, c.tenant, left.Object)
	c.missing(err)
	for _, state := range []enrollment.Management{enrollment.Managed, enrollment.RetirePending, enrollment.WipeIssued} {
		living := c.managed(func(d *enrollment.Device) { d.State = state })
		c.equal("found", must(c.db.ManagedDeviceOf(c.ctx, c.tenant, living.Object)), living)
		_, err = c.db.ManagedDeviceOf(c.ctx, c.other, living.Object)
		c.missing(err)
	}
	c.managed(func(d *enrollment.Device) { d.Object = "" })
	for _, object := range []directory.ObjectID{"", newObject(), "no uuid"} {
		_, err = c.db.ManagedDeviceOf(c.ctx, c.tenant, object)
		c.missing(err)
	}
}

func managedFound(c *city) {
	a := c.managed(nil)
	b := c.managed(func(d *enrollment.Device) { d.Object, d.State = a.Object, enrollment.Unenrolled })
	loose := c.managed(func(d *enrollment.Device) { d.Object, d.HardwareID = "", a.HardwareID })
	find := func(t directory.TenantID, object directory.ObjectID, hardware string) (ids []enrollment.DeviceID) {
		c.tx(func(tx *sqlstore.Tx) error {
			ids = nil
			for _, d := range must(tx.FindManagedDevices(c.ctx, t, object, hardware)) {
				ids = append(ids, d.ID)
			}
			return nil
		})
		return ids
	}
	c.equal("by object", find(c.tenant, a.Object, "something else"), []enrollment.DeviceID{a.ID, b.ID})
	c.equal("by hardware", find(c.tenant, "", a.HardwareID), []enrollment.DeviceID{a.ID, loose.ID})
	c.equal("by nothing", len(find(c.tenant, "", "")), 0)
	c.equal("an unknown object", len(find(c.tenant, newObject(), a.HardwareID)), 0)
	c.equal("in the other tenant", len(find(c.other, a.Object, ""))+len(find(c.other, "", a.HardwareID)), 0)
}

func managedLoose(c *city) {
	d := c.managed(nil)
	o := newDevice("PC")
	o.ID = d.Object
	find := func() (ids []enrollment.DeviceID) {
		c.tx(func(tx *sqlstore.Tx) error {
			ids = nil
			for _, d := range must(tx.FindManagedDevices(c.ctx, c.tenant, "", d.HardwareID)) {
				ids = append(ids, d.ID)
			}
			return nil
		})
		return ids
	}
	// Another tenant's object with the same id is not this device's.
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateDevices(c.ctx, c.other, []directory.Device{o}) })
	c.equal("with the object in the other tenant alone", find(), []enrollment.DeviceID{d.ID})
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateDevices(c.ctx, c.tenant, []directory.Device{o}) })
	c.equal("with its object", len(find()), 0)
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteDevices(c.ctx, c.tenant, []directory.ObjectID{o.ID}) })
	c.equal("once that is gone", find(), []enrollment.DeviceID{d.ID})
	c.tx(func(tx *sqlstore.Tx) error {
		d.Object, d.State = "", enrollment.Unenrolled
		return tx.UpdateManagedDevice(c.ctx, c.tenant, d)
	})
	c.equal("of no object", find(), []enrollment.DeviceID{d.ID})
}

func managedCounted(c *city) {
	user := newObject()
	of := func(d *enrollment.Device) { d.User = user }
	a := c.managed(of)
	c.managed(of)
	c.managed(nil)
	c.managed(func(d *enrollment.Device) { d.User, d.State = user, enrollment.Unenrolled })
	count := func(t directory.TenantID, except enrollment.DeviceID) (n int) {
		c.tx(func(tx *sqlstore.Tx) error {
			n = must(tx.CountManagedDevices(c.ctx, t, user, except))
			return nil
		})
		return n
	}
	c.equal("all", count(c.tenant, ""), 2)
	c.equal("without one", count(c.tenant, a.ID), 1)
	c.equal("without a stranger's", count(c.tenant, newManagedID()), 2)
	c.equal("in the other tenant", count(c.other, ""), 0)
}

func managedPaged(c *city) {
	var want []enrollment.DeviceID
	for i := range 5 {
		d := c.managed(func(d *enrollment.Device) {
			if i == 2 {
				d.State = enrollment.Unenrolled
			}
		})
		if i != 2 {
			want = append(want, d.ID)
		}
	}
	slices.Sort(want)
	var got []enrollment.DeviceID
	for after := enrollment.DeviceID(""); ; {
		page := must(c.db.PageManagedDevices(c.ctx, c.tenant, after, 2))
		if len(page) == 0 {
			break
		}
		for _, d := range page {
			got = append(got, d.ID)
		}
		after = got[len(got)-1]
	}
	c.equal("walked", got, want)
	c.equal("in the other tenant", len(must(c.db.PageManagedDevices(c.ctx, c.other, "", 9))), 0)
}

func managedGoes(c *city) {
	fill := func() enrollment.Device {
		d, _ := c.certified()
		c.tx(func(tx *sqlstore.Tx) error {
			must(tx.Queue(c.ctx, c.tenant, []enrollment.Command{{ID: newID(), Device: d.ID, Owner: enrollment.OwnerAction, Op: enrollment.Operation{Verb: enrollment.Get, URI: "./DevInfo/DevId"}, CreatedAt: c.now}}))
			c.ok(tx.PutMDMSession(c.ctx, c.tenant, enrollment.Session{Device: d.ID, ID: "1", UpdatedAt: c.now}))
			return tx.PutStates(c.ctx, c.tenant, []enrollment.PolicyState{{Device: d.ID, Policy: enrollment.PolicyID(newID()), Kind: enrollment.PolicyCustom, Compliance: enrollment.ComplianceUnknown}})
		})
		return d
	}
	count := func(d enrollment.DeviceID) []int {
		n := []int{len(must(c.db.ListCommands(c.ctx, c.tenant, d, 9))), len(must(c.db.ListStates(c.ctx, c.tenant, d))), len(c.good(d)), 0}
		c.tx(func(tx *sqlstore.Tx) error {
			n[3] = len(must(tx.GetStanding(c.ctx, c.tenant, d)).Sessions)
			return nil
		})
		return n
	}
	gone, kept := fill(), fill()
	c.equal("before", count(gone.ID), []int{1, 1, 1, 1})
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteManagedDevice(c.ctx, c.tenant, gone.ID) })
	c.equal("after", count(gone.ID), []int{0, 0, 0, 0})
	c.equal("another device's", count(kept.ID), []int{1, 1, 1, 1})
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteTenant(c.ctx, c.tenant) })
	c.equal("after the tenant went", count(kept.ID), []int{0, 0, 0, 0})
}

func managedLimitRace(c *city) {
	const n, limit = 8, 3
	u := newUser()
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateUser(c.ctx, c.tenant, u) })
	stored := 0
	for _, err := range c.together(n, func(int) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			if _, err := tx.LockUsers(c.ctx, c.tenant, []directory.ObjectID{u.ID}); err != nil {
				return err
			}
			there, err := tx.CountManagedDevices(c.ctx, c.tenant, u.ID, "")
			if err != nil {
				return err
			}
			if there >= limit {
				return fault.New(fault.Denied, "Full", "Full.")
			}
			d := fullManaged(c)
			d.User = u.ID
			return tx.CreateManagedDevice(c.ctx, c.tenant, d)
		})
	}) {
		if err == nil {
			stored++
			continue
		}
		c.faulty(fault.Denied, "Full", err)
	}
	c.equal("stored", stored, limit)
}

func managedBackup(c *city) {
	d, k := c.certified()
	a := c.putAuthority(c.tenant, newAuthority(c, "mine"), false)
	file := filepath.Join(c.TempDir(), "backup")
	must(c.db.Backup(c.ctx, file))
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteTenant(c.ctx, c.tenant) })
	must(c.db.Restore(c.ctx, file, true))
	got, device, err := c.db.GetCertificate(c.ctx, c.tenant, k.SHA256)
	c.ok(err)
	c.equal("certificate", got, k)
	c.equal("device", device, holder(&d))
	c.equal("authority", must(c.db.GetAuthority(c.ctx, c.tenant)), a)
}
