package storetest

import (
	"time"

	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

var deviceCodeTests = []directoryTest{
	{"a device code reads back by its hash and by what the person types", deviceCodeReadsBack},
	{"a device code that is not there is missing", deviceCodeMissing},
	{"a user code is taken once", deviceCodeTaken},
	{"a waiting code is decided once, and takes the tenant of its grant", deviceCodeDecided},
	{"a client that asks too soon is slowed more each time", deviceCodePolled},
	{"of eight uses of an approved code one is first, and begins a family", deviceCodeUsed},
}

func (c *city) deviceCode(userCode string) signin.DeviceCode {
	return signin.DeviceCode{
		UserCode: userCode, Request: signin.Request{Path: "common", Version: 1, AppID: newID(), AppName: "CLI", Resource: "r", Scopes: []string{"a", "b"}},
		State: signin.DeviceWaiting, Interval: 5 * time.Second, ExpiresAt: c.now.Add(15 * time.Minute),
	}
}

func deviceCodeReadsBack(c *city) {
	d := c.deviceCode("ABCDEFGHJ")
	c.ok(c.db.CreateDeviceCode(c.ctx, hashed("one"), d))
	c.equal("by hash", must(c.db.GetDeviceCode(c.ctx, hashed("one"))), d)
	c.equal("by user code", must(c.db.GetUserCode(c.ctx, "ABCDEFGHJ")), d)
	e := c.deviceCode("KMNPQRSTU")
	e.Tenant = c.tenant
	c.ok(c.db.CreateDeviceCode(c.ctx, hashed("two"), e))
	c.equal("of a tenant", must(c.db.GetUserCode(c.ctx, "KMNPQRSTU")), e)
}

func deviceCodeMissing(c *city) {
	_, err := c.db.GetDeviceCode(c.ctx, hashed("none"))
	c.missing(err)
	_, err = c.db.GetUserCode(c.ctx, "ABCDEFGHJ")
	c.missing(err)
	g := c.grant()
	c.equal("decided", must(c.db.DecideDeviceCode(c.ctx, "ABCDEFGHJ", signin.DeviceApproved, &g)), false)
	c.equal("early", must(c.db.PollDeviceCode(c.ctx, hashed("none"), c.now, 0, time.Second)), false)
	c.equal("used", must(c.db.UseDeviceCode(c.ctx, hashed("none"), c.family(g))), false)
}

func deviceCodeTaken(c *city) {
	c.ok(c.db.CreateDeviceCode(c.ctx, hashed("one"), c.deviceCode("ABCDEFGHJ")))
	c.faulty(fault.Conflict, "UserCodeTaken", c.db.CreateDeviceCode(c.ctx, hashed("two"), c.deviceCode("ABCDEFGHJ")))
	_, err := c.db.GetDeviceCode(c.ctx, hashed("two"))
	c.missing(err)
}

func deviceCodeDecided(c *city) {
	d := c.deviceCode("ABCDEFGHJ")
	c.ok(c.db.CreateDeviceCode(c.ctx, hashed("one"), d))
	g := c.grant()
	c.equal("decided", c.atOnce(func(int) (bool, error) {
		return c.db.DecideDeviceCode(c.ctx, "ABCDEFGHJ", signin.DeviceApproved, &g)
	}), 1)
	d.Tenant, d.Grant, d.State = c.tenant, &g, signin.DeviceApproved
	c.equal("approved", must(c.db.GetDeviceCode(c.ctx, hashed("one"))), d)
	c.equal("declined after it", must(c.db.DecideDeviceCode(c.ctx, "ABCDEFGHJ", signin.DeviceDeclined, nil)), false)

	d = c.deviceCode("KMNPQRSTU")
	c.ok(c.db.CreateDeviceCode(c.ctx, hashed("two"), d))
	c.equal("declined", must(c.db.DecideDeviceCode(c.ctx, "KMNPQRSTU", signin.DeviceDeclined, nil)), true)
	d.State = signin.DeviceDeclined
	c.equal("declined", must(c.db.GetDeviceCode(c.ctx, hashed("two"))), d)
	c.equal("used", must(c.db.UseDeviceCode(c.ctx, hashed("two"), c.family(g))), false)
}

func deviceCodePolled(c *city) {
	c.ok(c.db.CreateDeviceCode(c.ctx, hashed("one"), c.deviceCode("ABCDEFGHJ")))
	at := c.now
	poll := func(after time.Duration) bool {
		at = at.Add(after)
		return must(c.db.PollDeviceCode(c.ctx, hashed("one"), at, time.Second, 5*time.Second))
	}
	c.equal("the first", poll(0), false)
	c.equal("in time", poll(5*time.Second), false)
	c.equal("a little early, within the slack", poll(4*time.Second), false)
	c.equal("too early", poll(4*time.Second-time.Microsecond), true)
	c.equal("too early for ten seconds", poll(5*time.Second), true)
	c.equal("fifteen seconds", poll(14*time.Second), false)
	d := must(c.db.GetDeviceCode(c.ctx, hashed("one")))
	c.equal("interval", d.Interval, 15*time.Second)
	c.equal("polled at", d.PolledAt, at)
	for range 20 {
		c.equal("hammering", poll(0), true)
	}
	c.equal("interval at most", must(c.db.GetDeviceCode(c.ctx, hashed("one"))).Interval, time.Minute)
	g := c.grant()
	c.equal("decided", must(c.db.DecideDeviceCode(c.ctx, "ABCDEFGHJ", signin.DeviceApproved, &g)), true)
	c.equal("after the decision", poll(0), false)
	c.equal("not noted after the decision", must(c.db.GetDeviceCode(c.ctx, hashed("one"))).PolledAt, at)
}

func deviceCodeUsed(c *city) {
	c.ok(c.db.CreateDeviceCode(c.ctx, hashed("one"), c.deviceCode("ABCDEFGHJ")))
	g := c.grant()
	early := c.family(g)
	c.equal("while waiting", must(c.db.UseDeviceCode(c.ctx, hashed("one"), early)), false)
	_, err := c.db.GetFamily(c.ctx, c.tenant, early.ID)
	c.missing(err)
	c.equal("decided", must(c.db.DecideDeviceCode(c.ctx, "ABCDEFGHJ", signin.DeviceApproved, &g)), true)
	families := make([]signin.Family, 8)
	for i := range families {
		families[i] = c.family(g)
	}
	c.equal("used", c.atOnce(func(i int) (bool, error) { return c.db.UseDeviceCode(c.ctx, hashed("one"), families[i]) }), 1)
	c.equal("families", must(c.db.CountRows(c.ctx, c.tenant))["token_families"], int64(1))
	c.equal("state", must(c.db.GetDeviceCode(c.ctx, hashed("one"))).State, signin.DeviceUsed)
}
