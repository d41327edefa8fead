package storetest

import (
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

var fillTests = []directoryTest{
	{"a fill is opened, advanced and closed under its lease", fillWalks},
	{"a fill whose lease was lost changes nothing", fillFenced},
	{"the oldest free fill is claimed", fillOldest},
	{"workers at once never claim the same fill", fillNoOverlap},
	{"a renewed fill stays with its holder", fillRenewed},
	{"the backlog counts what waits and how long", backlogCounts},
}

func (c *city) openFill(t directory.TenantID, at time.Time, l directory.Lease) directory.Fill {
	c.Helper()
	f := directory.Fill{
		Tenant: t, ID: newID(), Version: 3, Scope: directory.ScopeRule, Group: newObject(), Phase: 1, Cursor: newObject(), Done: 12,
		Reason: "The rule of group 'G' changed.", PurgeGroup: true, CreatedAt: at,
	}
	c.tx(func(tx *sqlstore.Tx) error { return tx.OpenFill(c.ctx, f, l) })
	return f
}

func (c *city) claimFill(token string, now time.Time) (directory.Fill, bool) {
	c.Helper()
	f, ok, err := c.db.ClaimFill(c.ctx, now, directory.Lease{Token: token, Until: now.Add(time.Minute)})
	c.ok(err)
	return f, ok
}

func fillWalks(c *city) {
	f := c.openFill(c.tenant, c.now, c.lease("a"))
	_, ok := c.claimFill("b", c.now)
	c.equal("claimed while held", ok, false)
	f.Phase, f.Cursor, f.Done = 0, "", 500
	c.tx(func(tx *sqlstore.Tx) error {
		return tx.AdvanceFill(c.ctx, f, directory.Lease{Token: "a", Until: c.now.Add(3 * time.Minute)})
	})
	_, ok = c.claimFill("b", c.now.Add(2*time.Minute))
	c.equal("claimed after progress", ok, false)
	got, ok := c.claimFill("b", c.now.Add(4*time.Minute))
	f.Attempts = 1
	c.equal("claimed after the lease", got, f)
	c.equal("claimed after the lease", ok, true)
	c.tx(func(tx *sqlstore.Tx) error { return tx.CloseFill(c.ctx, f, c.lease("b")) })
	_, ok = c.claimFill("c", c.now.Add(time.Hour))
	c.equal("claimed after the end", ok, false)
}

func fillFenced(c *city) {
	f := c.openFill(c.tenant, c.now, c.lease("a"))
	taken, _ := c.claimFill("b", c.now.Add(2*time.Minute))
	moved := f
	moved.Done = 999
	c.fails(fault.Conflict, "LeaseLost", func(tx *sqlstore.Tx) error { return tx.AdvanceFill(c.ctx, moved, c.lease("a")) })
	c.fails(fault.Conflict, "LeaseLost", func(tx *sqlstore.Tx) error { return tx.CloseFill(c.ctx, f, c.lease("a")) })
	c.faulty(fault.Conflict, "LeaseLost", c.db.RenewFill(c.ctx, f, c.lease("a")))
	got, _ := c.claimFill("c", c.now.Add(10*time.Minute))
	taken.Attempts++
	c.equal("the fill", got, taken)
}

func fillOldest(c *city) {
	newer := c.openFill(c.tenant, c.now.Add(time.Second), directory.Lease{})
	older := c.openFill(c.other, c.now, directory.Lease{})
	for _, want := range []directory.Fill{older, newer} {
		got, ok := c.claimFill("a", c.now)
		c.equal("claimed", ok, true)
		c.equal("fill", got, want)
	}
	c.ok(c.db.Release(c.ctx, "a"))
	got, _ := c.claimFill("b", c.now)
	c.equal("after the release, without an attempt", got, older)
}

func fillNoOverlap(c *city) {
	for range 6 {
		c.openFill(c.tenant, c.now, directory.Lease{})
	}
	claimed := make([]string, 6)
	for _, err := range c.together(len(claimed), func(i int) error {
		for { // a row another process is just taking is passed over: ask again
			f, ok, err := c.db.ClaimFill(c.ctx, c.now, c.lease(string(rune('a'+i))))
			if err != nil || ok {
				claimed[i] = f.ID
				return err
			}
		}
	}) {
		c.ok(err)
	}
	different := map[string]bool{}
	for _, id := range claimed {
		different[id] = true
	}
	c.equal("different fills", len(different), len(claimed))
}

func fillRenewed(c *city) {
	f := c.openFill(c.tenant, c.now, c.lease("a"))
	c.ok(c.db.RenewFill(c.ctx, f, directory.Lease{Token: "a", Until: c.now.Add(time.Hour)}))
	_, ok := c.claimFill("b", c.now.Add(30*time.Minute))
	c.equal("claimed", ok, false)
}

func backlogCounts(c *city) {
	c.equal("empty", must(c.db.Backlog(c.ctx, c.now)), directory.Backlog{})
	c.openFill(c.tenant, c.now.Add(-time.Minute), directory.Lease{Token: "dead", Until: c.now.Add(-time.Second)})
	c.openFill(c.other, c.now, directory.Lease{})
	got := must(c.db.Backlog(c.ctx, c.now))
	c.equal("two fills", got, directory.Backlog{Fills: 2, OldestFill: time.Minute})
	c.claimFill("a", c.now)
	c.mark(c.tenant, directory.TopicUser, 0, objects(3)...)
	got = must(c.db.Backlog(c.ctx, c.now.AddDate(10, 0, 0)))
	if got.OldestMark <= 0 {
		c.Errorf("OldestMark = %v, want more than none", got.OldestMark)
	}
	c.equal("counts", []int64{got.Marks, got.FailedMarks, got.Fills, got.FailedFills}, []int64{3, 0, 2, 1})
}
