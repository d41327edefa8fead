package storetest

import (
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

var deviceTests = []directoryTest{
	{"a device reads back as it was written", deviceReadsBack},
	{"a device that is not there is missing, in another tenant too", deviceMissing},
	{"a device's ids are taken once in a tenant", deviceTaken},
	{"devices are created, locked in order of id and deleted 700 at a time", devicesMany},
	{"a locked device is changed by one transaction after the other", deviceLockHolds},
	{"two transactions that lock the same devices in different order both end", devicesNoDeadlock},
}

func newDevice(name string) directory.Device {
	return directory.Device{ID: newObject(), DeviceID: directory.DeviceID(newID()), DisplayName: name, Attributes: map[string]string{}, Version: 1}
}

func fullDevice(c *city) directory.Device {
	return directory.Device{
		ID: newObject(), DeviceID: directory.DeviceID(newID()), DisplayName: "DESKTOP-Ä1", AccountEnabled: true,
		PhysicalIDs: []string{"[ZTDId]:" + newID(), "[OrderID]:Kiosk \"7\""}, TrustType: "AzureAd", DeviceOwnership: "Company",
		OperatingSystem: "Windows", OperatingSystemVersion: "10.0.26100.1", RegisteredUser: newObject(), RegisteredAt: c.now, LastSeen: c.now,
		Attributes: map[string]string{"deviceManufacturer": "Contoso", "extensionAttribute1": "x"}, SystemLabels: []string{"AzureResource"},
		IsRooted: true, CreatedAt: c.now, Version: 1,
	}
}

func deviceReadsBack(c *city) {
	want := fullDevice(c)
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateDevices(c.ctx, c.tenant, []directory.Device{want}) })
	c.equal("created", must(c.db.GetDevice(c.ctx, c.tenant, want.ID)), want)
	plain := newDevice("PC")
	plain.ID = want.ID
	c.tx(func(tx *sqlstore.Tx) error {
		plain.CreatedAt = c.now
		return tx.UpdateDevice(c.ctx, c.tenant, plain)
	})
	plain.Version = 2
	got := must(c.db.GetDevice(c.ctx, c.tenant, want.ID))
	c.equal("updated", got, plain)
	if got.Attributes == nil {
		c.Error("Attributes is nil: a caller could not set one")
	}
}

func deviceMissing(c *city) {
	d := newDevice("PC")
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateDevices(c.ctx, c.tenant, []directory.Device{d}) })
	_, err := c.db.GetDevice(c.ctx, c.other, d.ID)
	c.missing(err)
	for _, id := range []directory.ObjectID{newObject(), "", "no uuid"} {
		_, err := c.db.GetDevice(c.ctx, c.tenant, id)
		c.missing(err)
	}
	c.missing(c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { return tx.UpdateDevice(c.ctx, c.other, d) }))
	c.tx(func(tx *sqlstore.Tx) error {
		return tx.DeleteDevices(c.ctx, c.other, []directory.ObjectID{d.ID, "", "no uuid"})
	})
	c.equal("after all", must(c.db.GetDevice(c.ctx, c.tenant, d.ID)), d)
}

func deviceTaken(c *city) {
	a, b := newDevice("A"), newDevice("B")
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateDevices(c.ctx, c.tenant, []directory.Device{a, b}) })
	again := newDevice("C")
	again.DeviceID = a.DeviceID
	c.fails(fault.Conflict, "DeviceExists", func(tx *sqlstore.Tx) error {
		return tx.CreateDevices(c.ctx, c.tenant, []directory.Device{newDevice("D"), again})
	})
	c.fails(fault.Conflict, "DeviceExists", func(tx *sqlstore.Tx) error { return tx.CreateDevices(c.ctx, c.tenant, []directory.Device{a}) })
	b.DeviceID = a.DeviceID
	c.fails(fault.Conflict, "DeviceExists", func(tx *sqlstore.Tx) error { return tx.UpdateDevice(c.ctx, c.tenant, b) })
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateDevices(c.ctx, c.other, []directory.Device{a}) })
}

func devicesMany(c *city) {
	var ds []directory.Device
	for range 700 {
		ds = append(ds, newDevice("PC"))
	}
	ids := idsOf(ds)
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateDevices(c.ctx, c.tenant, ds) })
	c.tx(func(tx *sqlstore.Tx) error {
		backwards := slices.Clone(ids)
		slices.Reverse(backwards)
		c.equal("locked", must(tx.LockDevices(c.ctx, c.tenant, append(backwards, newObject()))), ds)
		c.equal("of the other tenant", len(must(tx.LockDevices(c.ctx, c.other, ids))), 0)
		return tx.DeleteDevices(c.ctx, c.tenant, ids[1:])
	})
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("left", must(tx.LockDevices(c.ctx, c.tenant, ids)), ds[:1])
		return nil
	})
}

func idsOf(ds []directory.Device) []directory.ObjectID {
	ids := make([]directory.ObjectID, len(ds))
	for i := range ds {
		ids[i] = ds[i].ID
	}
	return ids
}

func deviceLockHolds(c *city) {
	d := newDevice("PC")
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateDevices(c.ctx, c.tenant, []directory.Device{d}) })
	for _, err := range c.together(12, func(int) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			found, err := tx.LockDevices(c.ctx, c.tenant, []directory.ObjectID{d.ID})
			if err != nil {
				return err
			}
			found[0].OperatingSystemVersion += "x"
			return tx.UpdateDevice(c.ctx, c.tenant, found[0])
		})
	}) {
		c.ok(err)
	}
	got := must(c.db.GetDevice(c.ctx, c.tenant, d.ID))
	c.equal("no change lost", []any{got.OperatingSystemVersion, got.Version}, []any{"xxxxxxxxxxxx", int64(13)})
}

func devicesNoDeadlock(c *city) {
	a, b := newDevice("A"), newDevice("B")
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateDevices(c.ctx, c.tenant, []directory.Device{a, b}) })
	for _, err := range c.together(8, func(i int) error {
		// One after the other, which the contract forbids: the retry saves it.
		order := []directory.Device{a, b}
		if i%2 == 1 {
			slices.Reverse(order)
		}
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			for _, d := range order {
				if _, err := tx.LockDevices(c.ctx, c.tenant, []directory.ObjectID{d.ID}); err != nil {
					return err
				}
				if err := tx.UpdateDevice(c.ctx, c.tenant, d); err != nil {
					return err
				}
			}
			return nil
		})
	}) {
		c.ok(err)
	}
	for _, d := range []directory.Device{a, b} {
		c.equal("version", must(c.db.GetDevice(c.ctx, c.tenant, d.ID)).Version, int64(9))
	}
}
