package storetest

import (
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/sqlstore"
)

var auditTests = []directoryTest{
	{"events are sealed in bounded steps and the chain holds", auditSealed},
	{"sealers at once seal each event once", auditSealersRace},
	{"an event recorded late follows behind those already sealed", auditLate},
}

func (c *city) record(t directory.TenantID, n int) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error {
		var events []directory.AuditEvent
		for range n {
			events = append(events, c.event("Create group"))
		}
		events[0].Changes, events[0].Actor = nil, directory.Actor{}
		return tx.Audit(c.ctx, t, events...)
	})
}

// chain checks that a tenant's chain is whole and returns its length.
func (c *city) chain(t directory.TenantID) int64 {
	c.Helper()
	problems, n, err := c.db.VerifyAudit(c.ctx, t)
	c.ok(err)
	c.equal("problems", problems, []string(nil))
	return n
}

func auditSealed(c *city) {
	c.equal("nothing to seal", must(c.db.SealAudit(c.ctx, 10)), 0)
	c.equal("an empty chain", c.chain(c.tenant), int64(0))
	c.record(c.tenant, 7)
	c.record(c.other, 3)
	c.equal("before sealing", c.chain(c.tenant), int64(0))
	var steps []int
	for {
		n := must(c.db.SealAudit(c.ctx, 4))
		if n == 0 {
			break
		}
		steps = append(steps, n)
	}
	c.equal("steps", steps, []int{4, 4, 2})
	c.equal("chains", []int64{c.chain(c.tenant), c.chain(c.other)}, []int64{7, 3})
	c.record(c.tenant, 1100) // more than one page of the check
	for must(c.db.SealAudit(c.ctx, 500)) > 0 {
	}
	c.equal("a long chain", c.chain(c.tenant), int64(1107))
	_, _, err := c.db.VerifyAudit(c.ctx, directory.TenantID(newID()))
	c.missing(err)
}

func auditSealersRace(c *city) {
	c.record(c.tenant, 60)
	sealed := make([]int, 4)
	for _, err := range c.together(len(sealed), func(i int) error {
		for range 20 {
			n, err := c.db.SealAudit(c.ctx, 7)
			if err != nil {
				return err
			}
			sealed[i] += n
		}
		return nil
	}) {
		c.ok(err)
	}
	total := 0
	for _, n := range sealed {
		total += n
	}
	total += must(c.db.SealAudit(c.ctx, 100))
	c.equal("sealed", total, 60)
	c.equal("chain", c.chain(c.tenant), int64(60))
}

func auditLate(c *city) {
	early, late := c.event("early"), c.event("late")
	for _, e := range slices.Backward([]directory.AuditEvent{early, late}) {
		c.tx(func(tx *sqlstore.Tx) error { return tx.Audit(c.ctx, c.tenant, e) })
		c.equal("sealed", must(c.db.SealAudit(c.ctx, 10)), 1)
	}
	c.equal("chain", c.chain(c.tenant), int64(2))
}
