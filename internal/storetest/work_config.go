package storetest

import (
	"context"
	"errors"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/sqlstore"
)

var configTests = []directoryTest{
	{"the configuration version grows by one at a time, none lost", configBumps},
	{"a change of configuration waits for the evaluations that began before it", configWaits},
	{"configuration versions of all tenants are listed", configListed},
}

func configBumps(c *city) {
	seen := make([]int64, 10)
	for _, err := range c.together(len(seen), func(i int) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			v, err := tx.BumpConfig(c.ctx, c.tenant)
			seen[i] = v
			return err
		})
	}) {
		c.ok(err)
	}
	got := map[int64]bool{}
	for _, v := range seen {
		got[v] = true
	}
	for v := int64(2); v <= 11; v++ {
		if !got[v] {
			c.Errorf("nobody got version %d: %v", v, seen)
		}
	}
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("version", must(tx.ConfigVersion(c.ctx, c.tenant)), int64(11))
		c.equal("of the other tenant", must(tx.ConfigVersion(c.ctx, c.other)), int64(1))
		return nil
	})
	c.faultyBump()
}

// faultyBump: a bump that is rolled back never was.
func (c *city) faultyBump() {
	c.Helper()
	stop := errors.New("stop")
	err := c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { must(tx.BumpConfig(c.ctx, c.tenant)); return stop })
	if !errors.Is(err, stop) {
		c.Errorf("error = %v, want the function's own", err)
	}
	c.equal("after a rollback", must(c.db.ConfigVersions(c.ctx))[c.tenant], int64(11))
}

func configWaits(c *city) {
	bumped := make(chan error, 1)
	holding := make(chan struct{})
	var after error
	c.tx(func(tx *sqlstore.Tx) error {
		if _, err := tx.ConfigVersion(c.ctx, c.tenant); err != nil {
			return err
		}
		go func() {
			close(holding)
			bumped <- c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { _, err := tx.BumpConfig(c.ctx, c.tenant); return err })
		}()
		<-holding
		// Long enough for a bump that does not wait to go through.
		ctx, cancel := context.WithTimeout(c.ctx, 100*time.Millisecond)
		defer cancel()
		select {
		case after = <-bumped:
			c.Error("the version was raised while an evaluation held it")
		case <-ctx.Done():
		}
		return nil
	})
	c.ok(after)
	c.ok(<-bumped)
	c.equal("in the end", must(c.db.ConfigVersions(c.ctx))[c.tenant], int64(2))
}

func configListed(c *city) {
	c.tx(func(tx *sqlstore.Tx) error { must(tx.BumpConfig(c.ctx, c.other)); return nil })
	c.equal("versions", must(c.db.ConfigVersions(c.ctx)), map[directory.TenantID]int64{c.tenant: 1, c.other: 2})
}
