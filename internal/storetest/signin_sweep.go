package storetest

import (
	"fmt"
	"strconv"
	"time"

	"taxiway/internal/signin"
)

var sweepTests = []directoryTest{
	{"what has ended is swept, what lives stays", sweepEnded},
	{"a sweep takes no more than its limit of each kind", sweepLimited},
}

func sweepEnded(c *city) {
	year := c.now.Add(365 * 24 * time.Hour)
	for i, end := range []time.Time{c.now, year} {
		name := fmt.Sprint("row ", i)
		a := c.attempt()
		a.Tenant, a.ExpiresAt = c.tenant, end
		c.ok(c.db.CreateAttempt(c.ctx, hashed(name), a))
		f := c.family(c.grant())
		f.EndsAt = end
		c.ok(c.db.CreateCode(c.ctx, hashed(name), f.Grant, f, end.Add(-time.Hour)))
		c.ok(c.db.CreateRefresh(c.ctx, c.tenant, c.refresh(name, f)))
		d := c.deviceCode("CODE" + strconv.Itoa(i))
		d.Tenant, d.ExpiresAt = c.tenant, end
		c.ok(c.db.CreateDeviceCode(c.ctx, hashed(name), d))
		c.ok(c.db.CreateSession(c.ctx, c.tenant, hashed(name), signin.Session{ID: newID(), User: newObject(), CreatedAt: c.now, EndsAt: end}))
		c.ok(c.db.PutLink(c.ctx, hashed(name), signin.Link{Kind: signin.LinkReset, Tenant: c.tenant, User: newObject(), ExpiresAt: end}, c.event("x")))
		c.ok(c.db.PutTrust(c.ctx, hashed(name), "192.0.2.0/24", signin.Lockout{Failures: 1, LastAt: end.Add(-signin.TriesKept)}))
	}
	revoked := c.beginFamily(c.grant())
	c.ok(c.db.CreateRefresh(c.ctx, c.tenant, c.refresh("revoked", revoked)))
	c.equal("revoked", must(c.db.RevokeFamilies(c.ctx, c.tenant, signin.FamilyFilter{ID: revoked.ID}, c.now)), 1)
	expired := c.beginFamily(c.grant())
	expired.EndsAt = year
	r := c.refresh("expired", expired)
	r.ExpiresAt = c.now
	c.ok(c.db.CreateRefresh(c.ctx, c.tenant, r))

	rows := func() [7]int64 {
		n := must(c.db.CountRows(c.ctx, c.tenant))
		return [7]int64{n["signin_attempts"], n["auth_codes"], n["refresh_tokens"], n["device_codes"], n["sessions"], n["entry_links"], n["token_families"]}
	}
	c.equal("before", rows(), [7]int64{2, 2, 4, 2, 2, 2, 4})
	c.equal("swept at the very end", must(c.db.SweepSignIn(c.ctx, c.now, 100)), 0)
	// Six rows and one of lockouts; the ended family and the revoked one with
	// a token each; the token that expired in a living family.
	c.equal("swept", must(c.db.SweepSignIn(c.ctx, c.now.Add(time.Microsecond), 100)), 10+1)
	c.equal("after", rows(), [7]int64{1, 1, 1, 1, 1, 1, 2})
	c.equal("swept again", must(c.db.SweepSignIn(c.ctx, c.now.Add(time.Microsecond), 100)), 0)
	c.equal("what is left ends too", must(c.db.SweepSignIn(c.ctx, year.Add(time.Hour), 100)) >= 8, true)
	c.equal("at last", rows(), [7]int64{})
}

func sweepLimited(c *city) {
	for i := range 5 {
		a := c.attempt()
		a.Tenant = c.tenant
		c.ok(c.db.CreateAttempt(c.ctx, hashed(strconv.Itoa(i)), a))
		f := c.beginFamily(c.grant())
		c.ok(c.db.CreateRefresh(c.ctx, c.tenant, c.refresh(strconv.Itoa(i), f)))
	}
	later := c.now.Add(48 * time.Hour)
	for _, want := range []int{2 + 4, 2 + 4, 1 + 2, 0} {
		c.equal("swept", must(c.db.SweepSignIn(c.ctx, later, 2)), want)
	}
}
