package storetest

import (
	"path/filepath"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

var joinTests = []directoryTest{
	{"a device is found by its device id, in its own tenant alone", deviceFound},
	{"a certificate reads back with its device, and is gone with it", certificateReadsBack},
	{"a new certificate revokes the older ones of the device and no others", certificateReplaced},
	{"a key is certified once in a tenant, whatever became of its device", certificateKeyOnce},
	{"a person's devices are counted, without one", ownedCounted},
	{"owners go with their device and with their person", ownersGo},
	{"a registration that ends revokes and forgets", registrationEnds},
	{"a value is used once, also by transactions at once", spentOnce},
	{"a transaction that fails leaves its value unused", spentNot},
	{"the groups around a person are found through groups, and circles end", groupsAround},
	{"a backup holds owners and certificates", registrationBackup},
}

func newCertificate(c *city, d *directory.Device) directory.DeviceCertificate {
	id := newID()
	return directory.DeviceCertificate{
		Object: d.ID, DeviceID: d.DeviceID, SHA256: []byte("sha256 " + id), SHA1: []byte("sha1 " + id), Serial: "0a" + id[:8], KeyID: []byte("key " + id),
		TransportKey: []byte("transport " + id), NotBefore: c.now, NotAfter: c.now.AddDate(10, 0, 0), CreatedAt: c.now,
	}
}

// joined is a device of the first tenant with its owner and certificate.
func (c *city) joined(user directory.ObjectID) (directory.Device, directory.DeviceCertificate) {
	c.Helper()
	d := fullDevice(c)
	k := newCertificate(c, &d)
	c.tx(func(tx *sqlstore.Tx) error {
		c.ok(tx.CreateDevices(c.ctx, c.tenant, []directory.Device{d}))
		c.ok(tx.PutDeviceOwner(c.ctx, c.tenant, d.ID, user, c.now))
		return tx.ReplaceDeviceCertificate(c.ctx, c.tenant, k)
	})
	return d, k
}

func (c *city) owned(user, except directory.ObjectID) (n int) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error {
		n = must(tx.CountOwned(c.ctx, c.tenant, user, except))
		return nil
	})
	return n
}

func (c *city) certificate(sha256 []byte) (directory.DeviceCertificate, directory.Device) {
	c.Helper()
	k, d, err := c.db.GetDeviceCertificate(c.ctx, c.tenant, sha256)
	c.ok(err)
	return k, d
}

func deviceFound(c *city) {
	d, _ := c.joined(newObject())
	c.equal("found", must(c.db.FindDevice(c.ctx, c.tenant, d.DeviceID)), d)
	_, err := c.db.FindDevice(c.ctx, c.other, d.DeviceID)
	c.missing(err)
	for _, id := range []directory.DeviceID{directory.DeviceID(d.ID), "", "no uuid"} {
		_, err := c.db.FindDevice(c.ctx, c.tenant, id)
		c.missing(err)
	}
}

func certificateReadsBack(c *city) {
	d, want := c.joined(newObject())
	k, device := c.certificate(want.SHA256)
	c.equal("certificate", k, want)
	c.equal("device", device, d)
	_, _, err := c.db.GetDeviceCertificate(c.ctx, c.other, want.SHA256)
	c.missing(err)
	_, _, err = c.db.GetDeviceCertificate(c.ctx, c.tenant, want.SHA1)
	c.missing(err)
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteDevices(c.ctx, c.tenant, []directory.ObjectID{d.ID}) })
	_, _, err = c.db.GetDeviceCertificate(c.ctx, c.tenant, want.SHA256)
	c.missing(err)
}

func certificateReplaced(c *city) {
	d, first := c.joined(newObject())
	_, stranger := c.joined(newObject())
	second := newCertificate(c, &d)
	second.CreatedAt = c.now.Add(time.Hour)
	c.tx(func(tx *sqlstore.Tx) error { return tx.ReplaceDeviceCertificate(c.ctx, c.tenant, second) })
	for _, want := range []struct {
		name    string
		k       directory.DeviceCertificate
		revoked time.Time
	}{{"the first", first, second.CreatedAt}, {"the second", second, time.Time{}}, {"another device's", stranger, time.Time{}}} {
		k, _ := c.certificate(want.k.SHA256)
		c.equal(want.name, k.RevokedAt, want.revoked)
	}
}

func certificateKeyOnce(c *city) {
	d, k := c.joined(newObject())
	again := newCertificate(c, &d)
	again.KeyID = k.KeyID
	add := func(tx *sqlstore.Tx) error { return tx.ReplaceDeviceCertificate(c.ctx, c.tenant, again) }
	c.fails(fault.Conflict, "DeviceKeyUsed", add)
	if kept, _ := c.certificate(k.SHA256); !kept.RevokedAt.IsZero() {
		c.Error("a refused certificate revoked the one before")
	}
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteDevices(c.ctx, c.tenant, []directory.ObjectID{d.ID}) })
	c.fails(fault.Conflict, "DeviceKeyUsed", add)
	c.tx(func(tx *sqlstore.Tx) error { return tx.ReplaceDeviceCertificate(c.ctx, c.other, again) })
}

func ownedCounted(c *city) {
	user, other := newObject(), newObject()
	c.equal("nobody's", c.owned(user, ""), 0)
	a, _ := c.joined(user)
	b, _ := c.joined(user)
	c.joined(other)
	c.equal("both", c.owned(user, ""), 2)
	c.equal("without one", c.owned(user, a.ID), 1)
	c.equal("without a stranger's", c.owned(user, newObject()), 2)
	c.tx(func(tx *sqlstore.Tx) error { return tx.PutDeviceOwner(c.ctx, c.tenant, b.ID, other, c.now) })
	c.equal("after one changed hands", []int{c.owned(user, ""), c.owned(other, "")}, []int{1, 2})
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("in the other tenant", must(tx.CountOwned(c.ctx, c.other, user, "")), 0)
		return nil
	})
}

func ownersGo(c *city) {
	u := newUser()
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateUser(c.ctx, c.tenant, u) })
	a, _ := c.joined(u.ID)
	c.joined(u.ID)
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteDevices(c.ctx, c.tenant, []directory.ObjectID{a.ID}) })
	c.equal("after deleting a device", c.owned(u.ID, ""), 1)
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteUser(c.ctx, c.tenant, u.ID) })
	c.equal("after deleting the person", c.owned(u.ID, ""), 0)
}

func registrationEnds(c *city) {
	user := newObject()
	d, k := c.joined(user)
	_, kept := c.joined(user)
	at := c.now.Add(time.Minute)
	c.tx(func(tx *sqlstore.Tx) error { return tx.EndDeviceRegistration(c.ctx, c.tenant, d.ID, at) })
	ended, device := c.certificate(k.SHA256)
	c.equal("revoked", ended.RevokedAt, at)
	c.equal("the device stays", device, d)
	if other, _ := c.certificate(kept.SHA256); !other.RevokedAt.IsZero() {
		c.Error("another device's certificate is revoked")
	}
	c.equal("owned", c.owned(user, ""), 1)
	c.tx(func(tx *sqlstore.Tx) error { return tx.EndDeviceRegistration(c.ctx, c.tenant, d.ID, at.Add(time.Hour)) })
	ended, _ = c.certificate(k.SHA256)
	c.equal("the first end counts", ended.RevokedAt, at)
}

func spentOnce(c *city) {
	o := directory.Once{Value: []byte(newID()), Expires: c.now.Add(time.Minute)}
	used := 0
	for _, err := range c.together(8, func(int) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { return tx.SpendOnce(c.ctx, o) })
	}) {
		if err == nil {
			used++
			continue
		}
		c.faulty(fault.Conflict, "AlreadyUsed", err)
	}
	c.equal("uses", used, 1)
}

func spentNot(c *city) {
	o := directory.Once{Value: []byte(newID()), Expires: c.now.Add(time.Minute)}
	c.fails(fault.Denied, "No", func(tx *sqlstore.Tx) error {
		c.ok(tx.SpendOnce(c.ctx, o))
		return fault.New(fault.Denied, "No", "No.")
	})
	c.tx(func(tx *sqlstore.Tx) error { return tx.SpendOnce(c.ctx, o) })
}

func groupsAround(c *city) {
	var g []directory.Group
	c.tx(func(tx *sqlstore.Tx) error {
		g = nil
		for _, name := range []string{"team", "department", "company", "circle", "other", "deleted"} {
			one := newGroup(name)
			g = append(g, one)
			c.ok(tx.CreateGroup(c.ctx, c.tenant, one))
		}
		return nil
	})
	user := newObject()
	in := func(member directory.ObjectID, kind directory.MemberKind, group int) directory.Membership {
		return directory.Membership{Group: g[group].ID, Member: member, Kind: kind}
	}
	c.tx(func(tx *sqlstore.Tx) error {
		c.ok(tx.ApplyMemberships(c.ctx, c.tenant, []directory.Membership{
			in(user, directory.MemberUser, 0), in(user, directory.MemberUser, 5),
			in(g[0].ID, directory.MemberGroup, 1), in(g[1].ID, directory.MemberGroup, 2), in(g[1].ID, directory.MemberGroup, 3),
			in(g[3].ID, directory.MemberGroup, 0), // a circle
			in(newObject(), directory.MemberUser, 4), in(g[5].ID, directory.MemberGroup, 4),
		}, nil))
		gone := g[5]
		gone.DeletedAt = c.now
		return tx.UpdateGroup(c.ctx, c.tenant, gone)
	})
	around := func(t directory.TenantID, member directory.ObjectID) (ids []directory.ObjectID) {
		c.tx(func(tx *sqlstore.Tx) error {
			ids = must(tx.GroupsAround(c.ctx, t, member))
			return nil
		})
		return ids
	}
	c.equal("around the user", around(c.tenant, user), []directory.ObjectID{g[0].ID, g[1].ID, g[2].ID, g[3].ID})
	c.equal("around a group in the circle", around(c.tenant, g[3].ID), []directory.ObjectID{g[0].ID, g[1].ID, g[2].ID, g[3].ID})
	c.equal("around a group outside it", len(around(c.tenant, g[2].ID)), 0)
	c.equal("in the other tenant", len(around(c.other, user)), 0)
	c.tx(func(tx *sqlstore.Tx) error { return tx.PurgeGroup(c.ctx, c.tenant, g[5].ID) })
	c.equal("memberships of a purged group", len(must(c.db.ListMemberships(c.ctx, c.tenant, []directory.ObjectID{g[5].ID}))), 0)
}

func registrationBackup(c *city) {
	user := newObject()
	d, k := c.joined(user)
	file := filepath.Join(c.TempDir(), "backup")
	must(c.db.Backup(c.ctx, file))
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteTenant(c.ctx, c.tenant) })
	must(c.db.Restore(c.ctx, file, true))
	got, device := c.certificate(k.SHA256)
	c.equal("certificate", got, k)
	c.equal("device", device, d)
	c.equal("owned", c.owned(user, ""), 1)
}
