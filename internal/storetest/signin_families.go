package storetest

import (
	"fmt"
	"strconv"
	"time"

	"taxiway/internal/fault"
	"taxiway/internal/signin"
	"taxiway/internal/sqlstore"
)

func codeIs(err error, code string) bool {
	e, ok := fault.As(err)
	return ok && e.Code == code
}

var familyTests = []directoryTest{
	{"a family and its refresh token read back as they were written", familyReadsBack},
	{"a family or token of another tenant is missing", familyMissing},
	{"a replaced token is good in its grace and so often", refreshGrace},
	{"a replaced token that comes back after its grace ends the family", refreshReplayed},
	{"a token of an ended family is not replaced", refreshOfEnded},
	{"of many refreshes at once each is answered or ends the family", refreshTogether},
	{"families are revoked by each field and by all together", familiesRevoked},
	{"a disabled or deleted app and a deleted person end their families", familiesFollow},
}

func (c *city) refresh(text string, f signin.Family) signin.Refresh {
	return signin.Refresh{Hash: hashed(text), Family: f.ID, CreatedAt: c.now, ExpiresAt: c.now.Add(90 * 24 * time.Hour)}
}

// rotation is the rule at a moment: a grace of 30 s and 8 uses.
func (c *city) rotation(at time.Time) signin.Rotation {
	return signin.Rotation{At: at, GraceFrom: at.Add(-30 * time.Second), MaxUses: 8, RememberUntil: at.Add(30 * 24 * time.Hour)}
}

func familyReadsBack(c *city) {
	f := c.beginFamily(c.grant())
	c.equal("family", must(c.db.GetFamily(c.ctx, c.tenant, f.ID)), f)
	bare := signin.Grant{Tenant: c.tenant, User: newObject(), AppID: newID(), AuthTime: c.now}
	g := c.beginFamily(bare)
	c.equal("without session and device", must(c.db.GetFamily(c.ctx, c.tenant, g.ID)), g)
	r := c.refresh("one", f)
	c.ok(c.db.CreateRefresh(c.ctx, c.tenant, r))
	c.equal("token", must(c.db.GetRefresh(c.ctx, c.tenant, r.Hash)), r)
}

func familyMissing(c *city) {
	f := c.beginFamily(c.grant())
	r := c.refresh("one", f)
	c.ok(c.db.CreateRefresh(c.ctx, c.tenant, r))
	_, err := c.db.GetFamily(c.ctx, c.other, f.ID)
	c.missing(err)
	_, err = c.db.GetFamily(c.ctx, c.tenant, "no uuid")
	c.missing(err)
	_, err = c.db.GetRefresh(c.ctx, c.other, r.Hash)
	c.missing(err)
	_, err = c.db.GetRefresh(c.ctx, c.tenant, hashed("other"))
	c.missing(err)
	c.equal("replaced in another tenant", must(c.db.ReplaceRefresh(c.ctx, c.other, r.Hash, c.refresh("two", f), c.rotation(c.now))), false)
	other := c.beginFamily(c.grant())
	c.equal("replaced for another family", must(c.db.ReplaceRefresh(c.ctx, c.tenant, r.Hash, c.refresh("three", other), c.rotation(c.now))), false)
	c.equal("unknown replaced", must(c.db.ReplaceRefresh(c.ctx, c.tenant, hashed("other"), c.refresh("four", f), c.rotation(c.now))), false)
	for _, text := range []string{"two", "three", "four"} {
		_, err = c.db.GetRefresh(c.ctx, c.tenant, hashed(text))
		c.missing(err)
	}
	c.equal("the other family", c.revoked(other), false)
}

func refreshGrace(c *city) {
	f := c.beginFamily(c.grant())
	r := c.refresh("old", f)
	c.ok(c.db.CreateRefresh(c.ctx, c.tenant, r))
	replace := func(n int, at time.Time) bool {
		return must(c.db.ReplaceRefresh(c.ctx, c.tenant, r.Hash, c.refresh(strconv.Itoa(n), f), c.rotation(at)))
	}
	c.equal("first", replace(0, c.now), true)
	for n := range 8 {
		c.equal(fmt.Sprint("use ", n), replace(1+n, c.now.Add(30*time.Second)), true)
	}
	r.ReplacedAt, r.Uses, r.ExpiresAt = c.now, 8, c.now.Add(30*24*time.Hour)
	c.equal("counted, and remembered for its time", must(c.db.GetRefresh(c.ctx, c.tenant, r.Hash)), r)
	c.equal("alive", c.revoked(f), false)
	c.equal("ninth use", replace(9, c.now.Add(30*time.Second)), false)
	c.equal("revoked", c.revoked(f), true)
	_, err := c.db.GetRefresh(c.ctx, c.tenant, hashed("9"))
	c.missing(err)
}

func refreshReplayed(c *city) {
	f := c.beginFamily(c.grant())
	beside := c.beginFamily(f.Grant)
	r := c.refresh("old", f)
	c.ok(c.db.CreateRefresh(c.ctx, c.tenant, r))
	c.equal("first", must(c.db.ReplaceRefresh(c.ctx, c.tenant, r.Hash, c.refresh("new", f), c.rotation(c.now))), true)
	late := c.now.Add(30*time.Second + time.Microsecond)
	c.equal("late", must(c.db.ReplaceRefresh(c.ctx, c.tenant, r.Hash, c.refresh("x", f), c.rotation(late))), false)
	c.equal("revoked at", must(c.db.GetFamily(c.ctx, c.tenant, f.ID)).RevokedAt, late)
	c.equal("the newest, too", must(c.db.ReplaceRefresh(c.ctx, c.tenant, hashed("new"), c.refresh("y", f), c.rotation(late))), false)
	c.equal("the family beside it", c.revoked(beside), false)
}

func refreshOfEnded(c *city) {
	f := c.beginFamily(c.grant())
	c.ok(c.db.CreateRefresh(c.ctx, c.tenant, c.refresh("one", f)))
	c.equal("after the end", must(c.db.ReplaceRefresh(c.ctx, c.tenant, hashed("one"), c.refresh("two", f), c.rotation(f.EndsAt))), false)
	f = c.beginFamily(c.grant())
	c.ok(c.db.CreateRefresh(c.ctx, c.tenant, c.refresh("three", f)))
	c.equal("revoked", must(c.db.RevokeFamilies(c.ctx, c.tenant, signin.FamilyFilter{ID: f.ID}, c.now)), 1)
	c.equal("after the revocation", must(c.db.ReplaceRefresh(c.ctx, c.tenant, hashed("three"), c.refresh("four", f), c.rotation(c.now))), false)
	c.equal("still new", must(c.db.GetRefresh(c.ctx, c.tenant, hashed("three"))).ReplacedAt.IsZero(), true)
}

func refreshTogether(c *city) {
	f := c.beginFamily(c.grant())
	c.ok(c.db.CreateRefresh(c.ctx, c.tenant, c.refresh("old", f)))
	fresh := c.atOnce(func(i int) (bool, error) {
		return c.db.ReplaceRefresh(c.ctx, c.tenant, hashed("old"), c.refresh(fmt.Sprint("new ", i), f), c.rotation(c.now))
	})
	c.equal("answered", fresh, 8)
	c.equal("uses in grace", must(c.db.GetRefresh(c.ctx, c.tenant, hashed("old"))).Uses, int64(7))
	c.equal("alive", c.revoked(f), false)
	fresh = c.atOnce(func(i int) (bool, error) {
		return c.db.ReplaceRefresh(c.ctx, c.tenant, hashed("old"), c.refresh(fmt.Sprint("more ", i), f), c.rotation(c.now))
	})
	c.equal("answered of eight more", fresh, 1)
	c.equal("revoked", c.revoked(f), true)
}

func familiesRevoked(c *city) {
	one := c.beginFamily(c.grant())
	other := one
	other.Grant.Tenant = c.other
	c.ok(c.db.CreateFamily(c.ctx, other))
	g := one.Grant
	for name, filter := range map[string]func(signin.Family) signin.FamilyFilter{
		"family":  func(f signin.Family) signin.FamilyFilter { return signin.FamilyFilter{ID: f.ID} },
		"app":     func(f signin.Family) signin.FamilyFilter { return signin.FamilyFilter{AppID: f.Grant.AppID} },
		"session": func(f signin.Family) signin.FamilyFilter { return signin.FamilyFilter{Session: f.Grant.Session} },
		"user":    func(f signin.Family) signin.FamilyFilter { return signin.FamilyFilter{User: f.Grant.User} },
		"device":  func(f signin.Family) signin.FamilyFilter { return signin.FamilyFilter{Device: f.Grant.Device} },
		"all fields": func(f signin.Family) signin.FamilyFilter {
			return signin.FamilyFilter{ID: f.ID, AppID: f.Grant.AppID, Session: f.Grant.Session, User: f.Grant.User, Device: f.Grant.Device}
		},
	} {
		f, apart := c.beginFamily(c.grant()), c.beginFamily(c.grant())
		c.equal(name+" revokes", must(c.db.RevokeFamilies(c.ctx, c.tenant, filter(f), c.now)), 1)
		c.equal(name, c.revoked(f), true)
		c.equal(name+": one apart", c.revoked(apart), false)
		c.equal(name+": again", must(c.db.RevokeFamilies(c.ctx, c.tenant, filter(f), c.now)), 0)
		c.equal(name+": in the other tenant", must(c.db.RevokeFamilies(c.ctx, c.other, filter(apart), c.now)), 0)
	}
	c.equal("the same family in the other tenant", c.revoked(other), false)
	f := c.beginFamily(g)
	c.equal("one field differs", must(c.db.RevokeFamilies(c.ctx, c.tenant, signin.FamilyFilter{User: g.User, AppID: newID()}, c.now)), 0)
	c.equal("untouched", c.revoked(f), false)
	c.beginFamily(c.grant())
	c.equal("every living one", must(c.db.RevokeFamilies(c.ctx, c.tenant, signin.FamilyFilter{}, c.now)) >= 2, true)
}

func familiesFollow(c *city) {
	app := newApp()
	c.ok(c.db.CreateApplication(c.ctx, c.tenant, app, nil, c.event("x")))
	g := c.grant()
	g.AppID = app.AppID
	beside, f := c.beginFamily(c.grant()), c.beginFamily(g)
	app.Enabled = false
	e := c.event("x")
	e.At = c.now.Add(time.Hour)
	c.ok(c.db.UpdateApplication(c.ctx, c.tenant, app, e))
	c.equal("of the disabled app", must(c.db.GetFamily(c.ctx, c.tenant, f.ID)).RevokedAt, e.At)
	f = c.beginFamily(g)
	c.ok(c.db.PutConsent(c.ctx, c.tenant, signin.Consent{ID: newID(), AppID: app.AppID, Resource: "r", Scopes: []string{"a"}}, c.event("x")))
	c.ok(c.db.DeleteApplication(c.ctx, c.tenant, app.AppID, c.event("x")))
	c.equal("of the deleted app", c.revoked(f), true)
	c.equal("consents of the deleted app", len(must(c.db.ListConsents(c.ctx, c.tenant, app.AppID, ""))), 0)
	c.equal("of another app", c.revoked(beside), false)

	u := newUser()
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateUser(c.ctx, c.tenant, u) })
	g = c.grant()
	g.User = u.ID
	f = c.beginFamily(g)
	c.ok(c.db.CreateRefresh(c.ctx, c.tenant, c.refresh("theirs", f)))
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteUser(c.ctx, c.tenant, u.ID) })
	_, err := c.db.GetRefresh(c.ctx, c.tenant, hashed("theirs"))
	c.missing(err)
	_, err = c.db.GetFamily(c.ctx, c.tenant, f.ID)
	c.missing(err)
	c.equal("of another person", c.revoked(beside), false)
}
