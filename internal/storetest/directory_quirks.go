package storetest

import (
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/sqlstore"
)

var quirkTests = []directoryTest{
	{"a quirk is switched on and off, for one tenant", quirkSwitched},
	{"what a quirk limits is done once until it is free again", quirkUsed},
	{"of uses of a quirk made at once one is noted", quirkRace},
	{"an unknown quirk is not stored", quirkUnknown},
	{"deleting a tenant switches its quirks off", quirkDeleted},
}

func (c *city) setQuirk(t directory.TenantID, on bool) (changed bool) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error {
		changed = must(tx.SetQuirk(c.ctx, t, directory.QuirkSync429, on))
		return nil
	})
	return changed
}

func (c *city) useQuirk(t directory.TenantID, now, free time.Time) (last time.Time) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error {
		last = must(tx.UseQuirk(c.ctx, t, directory.QuirkSync429, now, free))
		return nil
	})
	return last
}

func (c *city) quirks(t directory.TenantID) []directory.QuirkUse {
	c.Helper()
	return must(c.db.ListQuirks(c.ctx, t))
}

func quirkSwitched(c *city) {
	c.equal("at first", len(c.quirks(c.tenant)), 0)
	c.equal("off already", c.setQuirk(c.tenant, false), false)
	c.equal("on", c.setQuirk(c.tenant, true), true)
	c.equal("on again", c.setQuirk(c.tenant, true), false)
	c.equal("list", c.quirks(c.tenant), []directory.QuirkUse{{Quirk: directory.QuirkSync429}})
	c.equal("another tenant", len(c.quirks(c.other)), 0)
	c.equal("off", c.setQuirk(c.tenant, false), true)
	c.equal("list at the end", len(c.quirks(c.tenant)), 0)
}

func quirkUsed(c *city) {
	pause := 10 * time.Minute
	c.equal("off limits nothing", c.useQuirk(c.tenant, c.now, c.now.Add(-pause)), time.Time{})
	c.equal("nothing is noted", len(c.quirks(c.tenant)), 0)
	c.setQuirk(c.tenant, true)
	c.setQuirk(c.other, true)
	c.equal("the first", c.useQuirk(c.tenant, c.now, c.now.Add(-pause)), time.Time{})
	soon := c.now.Add(pause - time.Microsecond)
	c.equal("too soon", c.useQuirk(c.tenant, soon, soon.Add(-pause)), c.now)
	c.setQuirk(c.tenant, true) // keeps its use
	c.equal("the use", c.quirks(c.tenant), []directory.QuirkUse{{Quirk: directory.QuirkSync429, UsedAt: c.now}})
	c.equal("another tenant", c.useQuirk(c.other, soon, soon.Add(-pause)), time.Time{})
	later := c.now.Add(pause)
	c.equal("free again", c.useQuirk(c.tenant, later, later.Add(-pause)), time.Time{})
	c.equal("the second use", c.quirks(c.tenant)[0].UsedAt, later)
}

func quirkRace(c *city) {
	c.setQuirk(c.tenant, true)
	c.equal("uses", c.atOnce(func(int) (bool, error) {
		var last time.Time
		err := c.db.InTx(c.ctx, func(tx *sqlstore.Tx) (err error) {
			last, err = tx.UseQuirk(c.ctx, c.tenant, directory.QuirkSync429, c.now, c.now.Add(-time.Minute))
			return err
		})
		return last.IsZero(), err
	}), 1)
}

func quirkUnknown(c *city) {
	err := c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
		_, err := tx.SetQuirk(c.ctx, c.tenant, "no-such-thing", true)
		return err
	})
	if err == nil {
		c.Error("an unknown quirk was stored")
	}
	c.equal("list", len(c.quirks(c.tenant)), 0)
}

func quirkDeleted(c *city) {
	c.setQuirk(c.tenant, true)
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteTenant(c.ctx, c.tenant) })
	c.equal("list", len(c.quirks(c.tenant)), 0)
}
