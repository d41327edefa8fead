package storetest

import (
	"bytes"
	"slices"
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/sqlstore"
)

var mdmContentTests = []directoryTest{
	{"a file reads back piece by piece", contentReadsBack},
	{"a piece takes the place of one with its number", contentReplaced},
	{"a piece that is not there is missing, and so is another tenant's", contentMissing},
	{"files are listed by id once their first piece is there", contentListed},
	{"a deleted file is gone with all its pieces, and nothing else", contentDeleted},
	{"pieces of many files can be stored at once", contentTogether},
	{"overdue status pages are found, the longest overdue first", pagesDue},
	{"a status page that waits for nothing, or of a PC that has left, is not due", pagesNotDue},
}

func contentReadsBack(c *city) {
	file := newID()
	pieces := [][]byte{bytes.Repeat([]byte{0, 0xff, '\'', '\n'}, 1<<18), {0}, []byte("end")}
	for i, p := range slices.Backward(pieces) { // in any order
		c.ok(c.db.PutPiece(c.ctx, c.tenant, file, i, p))
	}
	for i, p := range pieces {
		if got := must(c.db.GetPiece(c.ctx, c.tenant, file, i)); !bytes.Equal(got, p) {
			c.Errorf("piece %d has %d bytes, want %d", i, len(got), len(p))
		}
	}
}

func contentReplaced(c *city) {
	file := newID()
	c.ok(c.db.PutPiece(c.ctx, c.tenant, file, 0, []byte("first")))
	c.ok(c.db.PutPiece(c.ctx, c.tenant, file, 0, []byte("2nd")))
	c.equal("piece", string(must(c.db.GetPiece(c.ctx, c.tenant, file, 0))), "2nd")
}

func contentMissing(c *city) {
	file := newID()
	c.ok(c.db.PutPiece(c.ctx, c.tenant, file, 0, []byte("x")))
	_, err := c.db.GetPiece(c.ctx, c.tenant, file, 1)
	c.missing(err)
	_, err = c.db.GetPiece(c.ctx, c.other, file, 0)
	c.missing(err)
	_, err = c.db.GetPiece(c.ctx, c.tenant, newID(), 0)
	c.missing(err)
	_, err = c.db.GetPiece(c.ctx, c.tenant, "no id", 0)
	c.missing(err)
}

func contentListed(c *city) {
	c.equal("none", must(c.db.ListContents(c.ctx, c.tenant)), []string(nil))
	var want []string
	for range 3 {
		file := newID()
		want = append(want, file)
		for n := range 2 {
			c.ok(c.db.PutPiece(c.ctx, c.tenant, file, n, []byte("x")))
		}
	}
	c.ok(c.db.PutPiece(c.ctx, c.tenant, newID(), 1, []byte("x"))) // its first is to come
	c.ok(c.db.PutPiece(c.ctx, c.other, newID(), 0, []byte("x")))
	slices.Sort(want)
	c.equal("files", must(c.db.ListContents(c.ctx, c.tenant)), want)
}

func contentDeleted(c *city) {
	gone, stays := newID(), newID()
	for n := range 3 {
		c.ok(c.db.PutPiece(c.ctx, c.tenant, gone, n, []byte("x")))
		c.ok(c.db.PutPiece(c.ctx, c.tenant, stays, n, []byte("x")))
	}
	c.ok(c.db.PutPiece(c.ctx, c.other, gone, 0, []byte("x")))
	c.ok(c.db.DeleteContent(c.ctx, c.tenant, gone))
	c.ok(c.db.DeleteContent(c.ctx, c.tenant, gone))
	for n := range 3 {
		_, err := c.db.GetPiece(c.ctx, c.tenant, gone, n)
		c.missing(err)
		must(c.db.GetPiece(c.ctx, c.tenant, stays, n))
	}
	must(c.db.GetPiece(c.ctx, c.other, gone, 0))
}

func contentTogether(c *city) {
	file := newID()
	for _, err := range c.together(8, func(i int) error {
		return c.db.PutPiece(c.ctx, c.tenant, file, i/2, []byte{byte(i / 2)})
	}) {
		c.ok(err)
	}
	for n := range 4 {
		c.equal("piece", must(c.db.GetPiece(c.ctx, c.tenant, file, n)), []byte{byte(n)})
	}
}

// waiting is a device whose page waits until then.
func (c *city) waiting(until time.Time) enrollment.Device {
	return c.managed(func(d *enrollment.Device) {
		d.ESP = &enrollment.ESPProgress{Wait: &enrollment.Wait{Owner: enrollment.WaitPC, Of: "settings", Until: until}}
	})
}

func pagesDue(c *city) {
	second, first, later := c.waiting(c.now.Add(-time.Minute)), c.waiting(c.now.Add(-time.Hour)), c.waiting(c.now.Add(time.Microsecond))
	now := c.waiting(c.now)
	due := func(at time.Time, limit int) []enrollment.DeviceID {
		return must(c.db.DueStatusPages(c.ctx, c.tenant, at, limit))
	}
	c.equal("due", due(c.now, 10), []enrollment.DeviceID{first.ID, second.ID, now.ID})
	c.equal("bounded", due(c.now, 1), []enrollment.DeviceID{first.ID})
	c.equal("later", due(c.now.Add(time.Microsecond), 10), []enrollment.DeviceID{first.ID, second.ID, now.ID, later.ID})
	c.equal("another tenant's", must(c.db.DueStatusPages(c.ctx, c.other, c.now, 10)), []enrollment.DeviceID(nil))
	first.ESP = &enrollment.ESPProgress{Wait: &enrollment.Wait{Until: c.now.Add(time.Hour)}}
	c.tx(func(tx *sqlstore.Tx) error { return tx.TouchManagedDevice(c.ctx, c.tenant, first) })
	c.equal("after a check-in", due(c.now, 10), []enrollment.DeviceID{second.ID, now.ID})
}

func pagesNotDue(c *city) {
	long := c.now.Add(-time.Hour)
	c.managed(func(d *enrollment.Device) { d.ESP = nil })
	c.managed(func(d *enrollment.Device) { d.ESP = &enrollment.ESPProgress{} })
	left := c.waiting(long)
	left.State = enrollment.Unenrolled
	c.tx(func(tx *sqlstore.Tx) error { return tx.UpdateManagedDevice(c.ctx, c.tenant, left) })
	ended := c.waiting(long)
	ended.ESP = &enrollment.ESPProgress{Outcome: enrollment.DeploymentSuccess}
	c.tx(func(tx *sqlstore.Tx) error { return tx.UpdateManagedDevice(c.ctx, c.tenant, ended) })
	c.equal("due", must(c.db.DueStatusPages(c.ctx, c.tenant, c.now, 10)), []enrollment.DeviceID(nil))
}
