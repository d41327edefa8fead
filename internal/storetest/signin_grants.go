package storetest

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/signin"
	"taxiway/internal/sqlstore"
)

// RunGrants runs the suites of what people let programs do, and of how programs
// prove who they are. Each test gets a database of its own from open.
func RunGrants(t *testing.T, open func(t testing.TB) *sqlstore.DB) {
	t.Helper()
	for _, suite := range [][]directoryTest{attemptTests, codeTests, familyTests, deviceCodeTests, consentTests, sweepTests, appAddressTests} {
		for _, test := range suite {
			t.Run(test.name, func(t *testing.T) {
				t.Parallel()
				test.run(newCity(t, open(t)))
			})
		}
	}
}

// atOnce runs fn eight times in goroutines that begin together, and counts how
// many were answered true.
func (c *city) atOnce(fn func(i int) (bool, error)) int {
	c.Helper()
	const n = 8
	var ready, done sync.WaitGroup
	ready.Add(n)
	answers, errs := make([]bool, n), make([]error, n)
	for i := range n {
		done.Go(func() {
			ready.Done()
			ready.Wait() // the barrier
			answers[i], errs[i] = fn(i)
		})
	}
	done.Wait()
	yes := 0
	for i := range n {
		c.ok(errs[i])
		if answers[i] {
			yes++
		}
	}
	return yes
}

// hashed is the hash of a text that was handed out.
func hashed(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

func (c *city) grant() signin.Grant {
	return signin.Grant{
		Tenant: c.tenant, User: newObject(), AppID: newID(), Session: newID(), Device: directory.DeviceID(newID()),
		Methods: []string{signin.MethodPassword, signin.MethodOTP, signin.MethodMFA}, AuthTime: c.now,
		Resource: "https://graph.microsoft.com", Scopes: []string{"User.Read"}, Asked: "openid User.Read", OpenID: true, Offline: true,
		RedirectURI: "http://localhost:4711/?a=b&c=<d>", Challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", Nonce: "Ünïque \"n\"", Version: 2, Public: true,
	}
}

// family is one that g began and that lives for a day.
func (c *city) family(g signin.Grant) signin.Family {
	id := newID()
	g.Family = id
	return signin.Family{ID: id, Grant: g, CreatedAt: c.now, EndsAt: c.now.Add(24 * time.Hour)}
}

func (c *city) beginFamily(g signin.Grant) signin.Family {
	c.Helper()
	f := c.family(g)
	c.ok(c.db.CreateFamily(c.ctx, f))
	return f
}

func (c *city) revoked(f signin.Family) bool {
	c.Helper()
	return !must(c.db.GetFamily(c.ctx, f.Grant.Tenant, f.ID)).RevokedAt.IsZero()
}

var attemptTests = []directoryTest{
	{"a sign-in under way reads back as it was written", attemptReadsBack},
	{"a sign-in that is not there is missing", attemptMissing},
	{"of two changes from the same version one wins", attemptStale},
	{"a sign-in ends once", attemptEnds},
}

func (c *city) attempt() signin.Attempt {
	return signin.Attempt{
		Request: signin.Request{Path: "common", Version: 2, AppID: newID(), AppName: "Portal <b>", RedirectURI: "https://portal.example/?x=1&y=2", State: "ß", Scopes: []string{"User.Read"}},
		Name:    "ada@contoso.example", Methods: []string{"pwd"}, AuthTime: c.now, Antiforgery: "abc", ExpiresAt: c.now.Add(10 * time.Minute), Version: 1,
	}
}

func attemptReadsBack(c *city) {
	a := c.attempt()
	c.ok(c.db.CreateAttempt(c.ctx, hashed("one"), a))
	c.equal("without a tenant", must(c.db.GetAttempt(c.ctx, hashed("one"))), a)
	a.Tenant, a.User, a.NeedMFA, a.Consented = c.tenant, newObject(), true, true
	c.ok(c.db.UpdateAttempt(c.ctx, hashed("one"), a))
	a.Version = 2
	c.equal("changed", must(c.db.GetAttempt(c.ctx, hashed("one"))), a)
	a.ExpiresAt = a.ExpiresAt.Add(time.Hour)
	c.ok(c.db.UpdateAttempt(c.ctx, hashed("one"), a))
	c.equal("the end stays", must(c.db.GetAttempt(c.ctx, hashed("one"))).ExpiresAt, c.now.Add(10*time.Minute))
}

func attemptMissing(c *city) {
	_, err := c.db.GetAttempt(c.ctx, hashed("none"))
	c.missing(err)
	c.missing(c.db.UpdateAttempt(c.ctx, hashed("none"), c.attempt()))
	c.equal("ended", must(c.db.EndAttempt(c.ctx, hashed("none"))), false)
}

func attemptStale(c *city) {
	a := c.attempt()
	c.ok(c.db.CreateAttempt(c.ctx, hashed("one"), a))
	won := c.atOnce(func(int) (bool, error) {
		err := c.db.UpdateAttempt(c.ctx, hashed("one"), a)
		if codeIs(err, "PreconditionFailed") {
			return false, nil
		}
		return err == nil, err
	})
	c.equal("winners", won, 1)
}

func attemptEnds(c *city) {
	c.ok(c.db.CreateAttempt(c.ctx, hashed("one"), c.attempt()))
	c.equal("ended", c.atOnce(func(int) (bool, error) { return c.db.EndAttempt(c.ctx, hashed("one")) }), 1)
	_, err := c.db.GetAttempt(c.ctx, hashed("one"))
	c.missing(err)
}

var codeTests = []directoryTest{
	{"a code reads back with its family", codeReadsBack},
	{"a code of another tenant is missing", codeMissing},
	{"of eight redemptions of a code one is first, and the others end its family", codeOnce},
	{"a code that is late or of an ended family is dead, and stays unused", codeDead},
}

func codeReadsBack(c *city) {
	g := c.grant()
	f := c.family(g)
	g.Family = f.ID
	c.ok(c.db.CreateCode(c.ctx, hashed("code"), g, f, c.now.Add(5*time.Minute)))
	got, expires, err := c.db.GetCode(c.ctx, c.tenant, hashed("code"))
	c.ok(err)
	c.equal("code", got, g)
	c.equal("end", expires, c.now.Add(5*time.Minute))
	c.equal("family", must(c.db.GetFamily(c.ctx, c.tenant, f.ID)), f)
}

func codeMissing(c *city) {
	f := c.family(c.grant())
	c.ok(c.db.CreateCode(c.ctx, hashed("code"), f.Grant, f, c.now.Add(time.Minute)))
	_, _, err := c.db.GetCode(c.ctx, c.other, hashed("code"))
	c.missing(err)
	_, _, err = c.db.GetCode(c.ctx, c.tenant, hashed("other"))
	c.missing(err)
	r := c.refresh("theirs", f)
	c.equal("used in another tenant", must(c.db.UseCode(c.ctx, c.other, hashed("code"), c.now, &r)), signin.CodeDead)
	c.equal("unknown", must(c.db.UseCode(c.ctx, c.tenant, hashed("other"), c.now, &r)), signin.CodeDead)
	_, err = c.db.GetRefresh(c.ctx, c.other, r.Hash)
	c.missing(err)
	c.equal("revoked by it", c.revoked(f), false)
	c.equal("used", must(c.db.UseCode(c.ctx, c.tenant, hashed("code"), c.now, nil)), signin.CodeFresh)
}

func codeOnce(c *city) {
	f := c.family(c.grant())
	beside := c.beginFamily(f.Grant)
	c.ok(c.db.CreateCode(c.ctx, hashed("code"), f.Grant, f, c.now.Add(time.Minute)))
	use := func(code, refresh string) signin.CodeUse {
		r := c.refresh(refresh, f)
		return must(c.db.UseCode(c.ctx, c.tenant, hashed(code), c.now, &r))
	}
	c.equal("first", use("code", "one"), signin.CodeFresh)
	c.equal("its refresh token", must(c.db.GetRefresh(c.ctx, c.tenant, hashed("one"))), c.refresh("one", f))
	c.equal("revoked after one use", c.revoked(f), false)
	c.equal("again", use("code", "two"), signin.CodeUsed)
	c.equal("revoked after two", c.revoked(f), true)
	c.equal("a third time, after the family has ended", use("code", "three"), signin.CodeUsed)
	for _, text := range []string{"two", "three"} {
		_, err := c.db.GetRefresh(c.ctx, c.tenant, hashed(text))
		c.missing(err)
	}
	c.equal("the family beside it", c.revoked(beside), false)

	for round := range 20 {
		f = c.family(c.grant())
		code := fmt.Sprint("code ", round)
		c.ok(c.db.CreateCode(c.ctx, hashed(code), f.Grant, f, c.now.Add(time.Minute)))
		c.equal("first of eight", c.atOnce(func(i int) (bool, error) {
			r := c.refresh(fmt.Sprint(code, " refresh ", i), f)
			u, err := c.db.UseCode(c.ctx, c.tenant, hashed(code), c.now, &r)
			if err == nil && u == signin.CodeDead {
				err = errors.New("a code that was used is called dead")
			}
			return u == signin.CodeFresh, err
		}), 1)
		c.equal("revoked", c.revoked(f), true)
		made := 0
		for i := range 8 {
			if _, err := c.db.GetRefresh(c.ctx, c.tenant, hashed(fmt.Sprint(code, " refresh ", i))); err == nil {
				made++
			}
		}
		c.equal("refresh tokens", made, 1)
		_, _, err := c.db.GetCode(c.ctx, c.tenant, hashed(code))
		c.ok(err)
	}
}

func codeDead(c *city) {
	for _, dead := range []struct {
		what    string
		expires time.Duration
		at      time.Duration
		revoked bool
	}{
		{"late", time.Minute, time.Minute, false},
		{"after the family's end", 48 * time.Hour, 24 * time.Hour, false},
		{"of somebody signed out", time.Minute, 0, true},
	} {
		f := c.family(c.grant())
		c.ok(c.db.CreateCode(c.ctx, hashed(dead.what), f.Grant, f, c.now.Add(dead.expires)))
		if dead.revoked {
			c.equal("revoked", must(c.db.RevokeFamilies(c.ctx, c.tenant, signin.FamilyFilter{ID: f.ID}, c.now)), 1)
		}
		r := c.refresh(dead.what+" refresh", f)
		for range 2 {
			c.equal(dead.what, must(c.db.UseCode(c.ctx, c.tenant, hashed(dead.what), c.now.Add(dead.at), &r)), signin.CodeDead)
		}
		_, err := c.db.GetRefresh(c.ctx, c.tenant, r.Hash)
		c.missing(err)
		c.equal(dead.what+": the family", c.revoked(f), dead.revoked)
	}
}
