package storetest

import (
	"slices"
	"sync"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/sqlstore"
)

var markTests = []directoryTest{
	{"a mark is written, raised and cleared only at the version seen", markVersions},
	{"a mark that was cleared and written again is not taken for the one before", markAgain},
	{"the longer chain of a mark stays", markChain},
	{"many marks are written and cleared at once, whatever their versions", marksMany},
	{"marks are claimed oldest first, of one tenant and topic", marksClaimed},
	{"workers at once never claim the same mark", marksNoOverlap},
	{"a failed mark waits and counts its attempts", marksFailed},
	{"a released mark is free at once, another holder's is not", marksReleased},
}

// mark writes marks that no one holds.
func (c *city) mark(t directory.TenantID, topic directory.Topic, chain int, ids ...directory.ObjectID) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error { return tx.MarkDirty(c.ctx, t, topic, ids, chain, directory.Lease{}) })
}

func (c *city) marks(t directory.TenantID, topic directory.Topic, ids ...directory.ObjectID) (ms []directory.Mark) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error { ms = must(tx.MarksOf(c.ctx, t, topic, ids)); return nil })
	return ms
}

func (c *city) clear(ms ...directory.Mark) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error { return tx.ClearMarks(c.ctx, ms) })
}

func objects(n int) (ids []directory.ObjectID) {
	for range n {
		ids = append(ids, newObject())
	}
	return ids
}

func entities(ms []directory.Mark) (ids []directory.ObjectID) {
	for _, m := range ms {
		ids = append(ids, m.Entity)
	}
	return ids
}

func markVersions(c *city) {
	id := newObject()
	c.mark(c.tenant, directory.TopicDevice, 0, id, id)
	old := c.marks(c.tenant, directory.TopicDevice, id)
	if len(old) != 1 || old[0].Tenant != c.tenant || old[0].Topic != directory.TopicDevice || old[0].Entity != id {
		c.Fatalf("marks = %+v, want one of %s", old, id)
	}
	c.mark(c.tenant, directory.TopicDevice, 0, id)
	c.clear(old...)
	again := c.marks(c.tenant, directory.TopicDevice, id, newObject())
	if len(again) != 1 || again[0].Version <= old[0].Version {
		c.Fatalf("marks = %+v, want one newer than %+v", again, old)
	}
	c.equal("of the other topic", len(c.marks(c.tenant, directory.TopicUser, id)), 0)
	c.equal("of the other tenant", len(c.marks(c.other, directory.TopicDevice, id)), 0)
	c.clear(again...)
	c.clear(again...)
	c.equal("cleared", len(c.marks(c.tenant, directory.TopicDevice, id)), 0)
}

func markAgain(c *city) {
	id := newObject()
	c.mark(c.tenant, directory.TopicDevice, 0, id)
	seen := c.marks(c.tenant, directory.TopicDevice, id)
	c.clear(seen...)
	c.mark(c.tenant, directory.TopicDevice, 0, id)
	c.clear(seen...)
	c.equal("marks left", len(c.marks(c.tenant, directory.TopicDevice, id)), 1)
}

func markChain(c *city) {
	id := newObject()
	for _, step := range []struct{ chain, want int }{{0, 0}, {5, 5}, {0, 5}, {6, 6}} {
		c.mark(c.tenant, directory.TopicDevice, step.chain, id)
		c.equal("chain", c.marks(c.tenant, directory.TopicDevice, id)[0].Chain, step.want)
	}
}

func marksMany(c *city) {
	ids := objects(700)
	c.mark(c.tenant, directory.TopicDevice, 0, ids...)
	for i := range 9 {
		c.mark(c.tenant, directory.TopicDevice, 0, ids[i*50:]...)
	}
	seen := c.marks(c.tenant, directory.TopicDevice, ids...)
	c.equal("marks", entities(seen), ids)
	c.mark(c.tenant, directory.TopicDevice, 0, ids[100:103]...)
	c.clear(seen...)
	c.equal("only the newer are left", entities(c.marks(c.tenant, directory.TopicDevice, ids...)), ids[100:103])
}

func marksClaimed(c *city) {
	first, later := objects(5), objects(5)
	c.mark(c.tenant, directory.TopicDevice, 0, first...)
	c.mark(c.other, directory.TopicUser, 0, later...)
	claim := func(token string, limit int, now time.Time) []directory.Mark {
		return must(c.db.ClaimMarks(c.ctx, now, limit, directory.Lease{Token: token, Until: now.Add(time.Minute)}))
	}
	c.equal("claimed", entities(claim("a", 3, c.now)), first[:3])
	c.equal("the rest of the tenant", entities(claim("b", 100, c.now)), first[3:])
	got := claim("c", 100, c.now)
	c.equal("the other tenant", entities(got), later)
	c.equal("its tenant and topic", []any{got[0].Tenant, got[0].Topic}, []any{c.other, directory.TopicUser})
	c.equal("nothing is free", len(claim("d", 100, c.now)), 0)
	c.equal("after the leases", entities(claim("d", 100, c.now.Add(2*time.Minute))), first)
	// The process that makes a change holds its mark from the start.
	mine := newObject()
	c.tx(func(tx *sqlstore.Tx) error {
		return tx.MarkDirty(c.ctx, c.tenant, directory.TopicDevice, []directory.ObjectID{mine}, 0, c.lease("me"))
	})
	c.equal("the maker's mark", len(claim("e", 100, c.now)), 0)
}

func marksNoOverlap(c *city) {
	ids := objects(400)
	c.mark(c.tenant, directory.TopicDevice, 0, ids...)
	var mu sync.Mutex
	times := map[directory.ObjectID]int{}
	for _, err := range c.together(4, func(i int) error {
		for {
			ms, err := c.db.ClaimMarks(c.ctx, c.now, 17, c.lease(string(rune('a'+i))))
			if err != nil {
				return err
			}
			if len(ms) == 0 {
				n, err := c.db.Backlog(c.ctx, c.now)
				if err != nil || n.Marks == 0 {
					return err
				}
				continue
			}
			mu.Lock()
			for _, m := range ms {
				times[m.Entity]++
			}
			mu.Unlock()
			if err := c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { return tx.ClearMarks(c.ctx, ms) }); err != nil {
				return err
			}
		}
	}) {
		c.ok(err)
	}
	for _, id := range ids {
		if times[id] != 1 {
			c.Errorf("%s was claimed %d times", id, times[id])
		}
	}
}

func marksFailed(c *city) {
	ids := objects(8)
	for i := range ids { // different versions take another way
		c.mark(c.tenant, directory.TopicDevice, 0, ids[i:]...)
	}
	held := must(c.db.ClaimMarks(c.ctx, c.now, 100, c.lease("a")))
	c.equal("held", entities(held), ids)
	c.mark(c.tenant, directory.TopicDevice, 0, ids[0]) // changed again: starts afresh
	c.ok(c.db.FailMarks(c.ctx, held, c.now.Add(10*time.Minute)))
	c.equal("only the changed one is free", entities(must(c.db.ClaimMarks(c.ctx, c.now.Add(5*time.Minute), 100, c.lease("b")))), ids[:1])
	b := must(c.db.Backlog(c.ctx, c.now))
	c.equal("failed", []int64{b.Marks, b.FailedMarks}, []int64{8, 7})
	again := must(c.db.ClaimMarks(c.ctx, c.now.Add(11*time.Minute), 100, directory.Lease{Token: "c", Until: c.now.Add(time.Hour)}))
	c.equal("after the delay", len(again), 8)
	for _, m := range again {
		want := 1
		if m.Entity == ids[0] {
			want = 0
		}
		c.equal("attempts", m.Attempts, want)
	}
}

func marksReleased(c *city) {
	ids := objects(4)
	c.mark(c.tenant, directory.TopicDevice, 0, ids...)
	mine := entities(must(c.db.ClaimMarks(c.ctx, c.now, 2, c.lease("mine"))))
	must(c.db.ClaimMarks(c.ctx, c.now, 2, c.lease("theirs")))
	c.ok(c.db.Release(c.ctx, "mine"))
	c.ok(c.db.Release(c.ctx, ""))
	got := entities(must(c.db.ClaimMarks(c.ctx, c.now, 10, c.lease("next"))))
	slices.Sort(mine)
	c.equal("free", got, mine)
}
