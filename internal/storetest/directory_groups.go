package storetest

import (
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

var groupTests = []directoryTest{
	{"a group reads back as it was written", groupReadsBack},
	{"a group that is not there or was deleted is missing", groupMissing},
	{"a group with an unknown kind is not stored", groupUnknownKind},
	{"dynamic groups that live are listed with the configuration version", groupsDynamic},
	{"a fill's version is noted unless a newer one was", groupFilled},
	{"only a deleted group is purged, with its memberships", groupPurged},
}

func newGroup(name string) directory.Group {
	return directory.Group{ID: newObject(), DisplayName: name, MailNickname: "g", Kind: directory.Assigned, Processing: directory.ProcessingOn, Version: 1}
}

func groupReadsBack(c *city) {
	want := directory.Group{
		ID: newObject(), DisplayName: "Autopilot Ä", Description: "d", MailNickname: "ap", Kind: directory.DynamicDevice, Rule: `(device.devicePhysicalIDs -any (_ -eq "[OrderID]:a"))`,
		Processing: directory.ProcessingPaused, RuleVersion: 7, AppliedVersion: 6, LastUpdated: c.now, CreatedAt: c.now, Version: 1,
	}
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateGroup(c.ctx, c.tenant, want) })
	c.equal("created", must(c.db.GetGroup(c.ctx, c.tenant, want.ID)), want)
	want.DisplayName, want.Description, want.MailNickname, want.Kind, want.Rule, want.Processing = "B", "", "b", directory.DynamicUser, "(user.department -eq \"R\")", directory.ProcessingOn
	want.RuleVersion, want.AppliedVersion, want.LastUpdated = 9, 0, time.Time{}
	c.tx(func(tx *sqlstore.Tx) error { return tx.UpdateGroup(c.ctx, c.tenant, want) })
	want.Version = 2
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("locked", must(tx.LockGroup(c.ctx, c.tenant, want.ID)), want)
		return nil
	})
	c.fails(fault.Conflict, "GroupExists", func(tx *sqlstore.Tx) error { return tx.CreateGroup(c.ctx, c.tenant, want) })
}

func groupMissing(c *city) {
	g, dead := newGroup("G"), newGroup("Dead")
	c.tx(func(tx *sqlstore.Tx) error {
		c.ok(tx.CreateGroup(c.ctx, c.tenant, g))
		c.ok(tx.CreateGroup(c.ctx, c.tenant, dead))
		dead.DeletedAt = c.now
		return tx.UpdateGroup(c.ctx, c.tenant, dead)
	})
	lock := func(t directory.TenantID, id directory.ObjectID) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { _, err := tx.LockGroup(c.ctx, t, id); return err })
	}
	_, err := c.db.GetGroup(c.ctx, c.other, g.ID)
	c.missing(err)
	c.missing(lock(c.other, g.ID))
	for _, id := range []directory.ObjectID{dead.ID, newObject(), "", "no uuid"} {
		_, err := c.db.GetGroup(c.ctx, c.tenant, id)
		c.missing(err)
		c.missing(lock(c.tenant, id))
	}
	c.missing(c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { return tx.UpdateGroup(c.ctx, c.other, g) }))
}

func groupUnknownKind(c *city) {
	g := newGroup("G")
	g.Kind = "Nested"
	c.fails(fault.Internal, "InternalServerError", func(tx *sqlstore.Tx) error { return tx.CreateGroup(c.ctx, c.tenant, g) })
	_, err := c.db.GetGroup(c.ctx, c.tenant, g.ID)
	c.missing(err)
}

func groupsDynamic(c *city) {
	byHand, device, user, dead := newGroup("H"), newGroup("D"), newGroup("U"), newGroup("X")
	device.Kind, device.Rule = directory.DynamicDevice, "r"
	user.Kind, user.Rule = directory.DynamicUser, "r"
	dead.Kind, dead.Rule, dead.DeletedAt = directory.DynamicDevice, "r", c.now
	c.tx(func(tx *sqlstore.Tx) error {
		for _, g := range []directory.Group{user, byHand, dead, device} {
			c.ok(tx.CreateGroup(c.ctx, c.tenant, g))
		}
		c.ok(tx.CreateGroup(c.ctx, c.other, func() directory.Group { g := newGroup("O"); g.Kind = directory.DynamicUser; return g }()))
		must(tx.BumpConfig(c.ctx, c.tenant))
		must(tx.BumpConfig(c.ctx, c.tenant))
		c.equal("inside the transaction", must(tx.RuleGroups(c.ctx, c.tenant)), []directory.Group{device, user})
		return nil
	})
	groups, version, err := c.db.ListDynamicGroups(c.ctx, c.tenant)
	c.ok(err)
	c.equal("groups", groups, []directory.Group{device, user})
	c.equal("version", version, int64(3))
	_, _, err = c.db.ListDynamicGroups(c.ctx, directory.TenantID(newID()))
	c.missing(err)
}

func groupFilled(c *city) {
	g := newGroup("G")
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateGroup(c.ctx, c.tenant, g) })
	for _, step := range []struct{ version, want int64 }{{5, 5}, {4, 5}, {6, 6}} {
		at := c.now.Add(time.Duration(step.version) * time.Second)
		c.tx(func(tx *sqlstore.Tx) error { return tx.ApplyFilled(c.ctx, c.tenant, g.ID, step.version, at) })
		got := must(c.db.GetGroup(c.ctx, c.tenant, g.ID))
		c.equal("applied", got.AppliedVersion, step.want)
		c.equal("last updated", got.LastUpdated, c.now.Add(time.Duration(step.want)*time.Second))
		c.equal("the ETag", got.Version, int64(1))
	}
}

func groupPurged(c *city) {
	g, living, d := newGroup("G"), newGroup("L"), newDevice("PC")
	c.tx(func(tx *sqlstore.Tx) error {
		c.ok(tx.CreateGroup(c.ctx, c.tenant, g))
		c.ok(tx.CreateGroup(c.ctx, c.tenant, living))
		c.ok(tx.ApplyMemberships(c.ctx, c.tenant, []directory.Membership{
			{Group: g.ID, Member: d.ID, Kind: directory.MemberDevice}, {Group: living.ID, Member: d.ID, Kind: directory.MemberDevice},
		}, nil))
		g.DeletedAt = c.now
		return tx.UpdateGroup(c.ctx, c.tenant, g)
	})
	count := func() (living, all int) {
		c.tx(func(tx *sqlstore.Tx) error {
			all = len(must(tx.MembershipsOf(c.ctx, c.tenant, []directory.ObjectID{d.ID})))
			return nil
		})
		return len(must(c.db.ListMemberships(c.ctx, c.tenant, []directory.ObjectID{d.ID}))), all
	}
	shown, all := count()
	c.equal("before the purge", []int{shown, all}, []int{1, 2})
	for range 2 {
		c.tx(func(tx *sqlstore.Tx) error {
			c.ok(tx.PurgeGroup(c.ctx, c.tenant, living.ID))
			c.ok(tx.PurgeGroup(c.ctx, c.other, g.ID))
			return tx.PurgeGroup(c.ctx, c.tenant, g.ID)
		})
		shown, all = count()
		c.equal("after the purge", []int{shown, all}, []int{1, 1})
	}
	c.equal("the living group", must(c.db.GetGroup(c.ctx, c.tenant, living.ID)), living)
}
