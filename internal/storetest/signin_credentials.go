package storetest

import (
	"bytes"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/signin"
	"taxiway/internal/sqlstore"
)

var credentialTests = []directoryTest{
	{"a password reads back as it was written, and a new one replaces it", passwordReadsBack},
	{"a password that is not there is missing, and nobody who is not there gets one", passwordMissing},
	{"a new password ends sessions and families, and one session stays when told", passwordEnds},
	{"of many passwords put at once one is whole", passwordRace},
	{"a second factor reads back as it was written, and a new one takes the recovery codes with it", totpReadsBack},
	{"a second factor that is not there is missing, in another tenant too", totpMissing},
	{"a second factor and its recovery codes are removed together", totpDeleted},
	{"a time step is used once and never goes back", stepOnce},
	{"a recovery code is used once, by its person only", recoveryOnce},
	{"every change of what a person signs in with leaves one audit event, a refused one none", credentialsAudited},
	{"deleting a user removes all it signs in with and every token", userTakesCredentials},
}

// newPerson makes a user in a tenant.
func (c *city) newPerson(t directory.TenantID) directory.User {
	c.Helper()
	u := newUser()
	u.AccountEnabled = true
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateUser(c.ctx, t, u) })
	return u
}

func (c *city) newFamily(t directory.TenantID, user directory.ObjectID, session string) signin.Family {
	c.Helper()
	f := signin.Family{ID: newID(), CreatedAt: c.now, EndsAt: c.now.Add(time.Hour)}
	f.Grant = signin.Grant{Tenant: t, User: user, AppID: newID(), Session: session, Methods: []string{"pwd"}, AuthTime: c.now, Family: f.ID}
	c.ok(c.db.CreateFamily(c.ctx, f))
	return f
}

func (c *city) alive(t directory.TenantID, f signin.Family) bool {
	c.Helper()
	return must(c.db.GetFamily(c.ctx, t, f.ID)).RevokedAt.IsZero()
}

func passwordReadsBack(c *city) {
	u, v := c.newPerson(c.tenant), c.newPerson(c.tenant)
	want := signin.Password{Hash: "$argon2id$one", MustChange: true, ChangedAt: c.now}
	c.ok(c.db.PutPassword(c.ctx, c.tenant, u.ID, want, "", c.event("x")))
	c.ok(c.db.PutPassword(c.ctx, c.tenant, v.ID, signin.Password{Hash: "other"}, "", c.event("x")))
	c.equal("password", must(c.db.GetPassword(c.ctx, c.tenant, u.ID)), want)
	c.equal("sessions from", must(c.db.GetUser(c.ctx, c.tenant, string(u.ID))).SessionsFrom, c.now)
	c.equal("version", must(c.db.GetUser(c.ctx, c.tenant, string(u.ID))).Version, u.Version+1)
	want = signin.Password{Hash: "$argon2id$two", ChangedAt: c.now.Add(time.Hour)}
	c.ok(c.db.PutPassword(c.ctx, c.tenant, u.ID, want, "", c.event("x")))
	c.equal("replaced", must(c.db.GetPassword(c.ctx, c.tenant, u.ID)), want)
}

func passwordMissing(c *city) {
	u := c.newPerson(c.tenant)
	_, err := c.db.GetPassword(c.ctx, c.tenant, u.ID)
	c.missing(err)
	p := signin.Password{Hash: "h", ChangedAt: c.now}
	c.missing(c.db.PutPassword(c.ctx, c.other, u.ID, p, "", c.event("x")))
	c.missing(c.db.PutPassword(c.ctx, c.tenant, newObject(), p, "", c.event("x")))
	c.missing(c.db.PutPassword(c.ctx, c.tenant, "no uuid", p, "", c.event("x")))
	c.ok(c.db.PutPassword(c.ctx, c.tenant, u.ID, p, "", c.event("x")))
	for _, t := range []directory.TenantID{c.other, "", "no uuid"} {
		_, err = c.db.GetPassword(c.ctx, t, u.ID)
		c.missing(err)
	}
	_, err = c.db.GetPassword(c.ctx, c.tenant, "")
	c.missing(err)
}

func passwordEnds(c *city) {
	u, other := c.newPerson(c.tenant), c.newPerson(c.tenant)
	one, two, theirs := c.newSession(c.tenant, u.ID), c.newSession(c.tenant, u.ID), c.newSession(c.tenant, other.ID)
	families := []signin.Family{c.newFamily(c.tenant, u.ID, one.ID), c.newFamily(c.tenant, u.ID, two.ID), c.newFamily(c.tenant, u.ID, "")}
	untouched := c.newFamily(c.tenant, other.ID, theirs.ID)
	at := c.now.Add(time.Minute)
	c.ok(c.db.PutPassword(c.ctx, c.tenant, u.ID, signin.Password{Hash: "h", ChangedAt: at}, two.ID, c.event("x")))
	two.AuthTime = at
	c.equal("what stays, as if begun now", must(c.db.ListSessions(c.ctx, c.tenant, u.ID)), []signin.Session{two})
	for i, f := range families {
		if c.alive(c.tenant, f) {
			c.Errorf("the family %d lives on", i)
		}
	}
	c.equal("another person's family lives", c.alive(c.tenant, untouched), true)
	c.equal("another person's sessions", must(c.db.ListSessions(c.ctx, c.tenant, other.ID)), []signin.Session{theirs})
	// Somebody else's session is not kept by its id.
	c.ok(c.db.PutPassword(c.ctx, c.tenant, u.ID, signin.Password{Hash: "h", ChangedAt: at}, theirs.ID, c.event("x")))
	c.equal("sessions", len(must(c.db.ListSessions(c.ctx, c.tenant, u.ID))), 0)
	c.equal("the other one's is as it was", must(c.db.ListSessions(c.ctx, c.tenant, other.ID)), []signin.Session{theirs})
}

func passwordRace(c *city) {
	u := c.newPerson(c.tenant)
	for _, err := range c.together(6, func(i int) error {
		return c.db.PutPassword(c.ctx, c.tenant, u.ID, signin.Password{Hash: string(rune('a' + i)), ChangedAt: c.now.Add(time.Duration(i) * time.Second)}, "", c.event("x"))
	}) {
		c.ok(err)
	}
	p, from := must(c.db.GetPassword(c.ctx, c.tenant, u.ID)), must(c.db.GetUser(c.ctx, c.tenant, string(u.ID))).SessionsFrom
	c.equal("the person's sessions count from the password", from, p.ChangedAt)
	c.equal("hash and time are of one", c.now.Add(time.Duration(p.Hash[0]-'a')*time.Second), p.ChangedAt)
}

func newTOTP(at time.Time) signin.TOTP {
	return signin.TOTP{ID: newID(), Secret: bytes.Repeat([]byte{7, 0, 255, 1}, 5), LastStep: 56_000_000, CreatedAt: at, ConfirmedAt: at.Add(time.Second)}
}

func totpReadsBack(c *city) {
	u := c.newPerson(c.tenant)
	want := newTOTP(c.now)
	c.ok(c.db.PutTOTP(c.ctx, c.tenant, u.ID, want, [][]byte{{1}, {2}, {3}}, c.event("x")))
	want.RecoveryLeft = 3
	c.equal("factor", must(c.db.GetTOTP(c.ctx, c.tenant, u.ID)), want)
	want = signin.TOTP{ID: newID(), Secret: []byte("another one"), CreatedAt: c.now}
	c.ok(c.db.PutTOTP(c.ctx, c.tenant, u.ID, want, [][]byte{{3}}, c.event("x")))
	want.RecoveryLeft = 1
	c.equal("replaced", must(c.db.GetTOTP(c.ctx, c.tenant, u.ID)), want)
	fresh, left, err := c.db.UseRecovery(c.ctx, c.tenant, u.ID, []byte{1}, c.now)
	c.ok(err)
	c.equal("an old recovery code", []any{fresh, left}, []any{false, 1})
}

func totpMissing(c *city) {
	u := c.newPerson(c.tenant)
	_, err := c.db.GetTOTP(c.ctx, c.tenant, u.ID)
	c.missing(err)
	c.missing(c.db.PutTOTP(c.ctx, c.other, u.ID, newTOTP(c.now), nil, c.event("x")))
	c.missing(c.db.DeleteTOTP(c.ctx, c.tenant, u.ID, c.event("x")))
	c.ok(c.db.PutTOTP(c.ctx, c.tenant, u.ID, newTOTP(c.now), nil, c.event("x")))
	_, err = c.db.GetTOTP(c.ctx, c.other, u.ID)
	c.missing(err)
	c.missing(c.db.DeleteTOTP(c.ctx, c.other, u.ID, c.event("x")))
	c.equal("a step in another tenant", must(c.db.UseStep(c.ctx, c.other, u.ID, 99_000_000)), false)
	c.equal("a step of nobody", must(c.db.UseStep(c.ctx, c.tenant, newObject(), 99_000_000)), false)
}

func totpDeleted(c *city) {
	u, v := c.newPerson(c.tenant), c.newPerson(c.tenant)
	for _, id := range []directory.ObjectID{u.ID, v.ID} {
		c.ok(c.db.PutTOTP(c.ctx, c.tenant, id, newTOTP(c.now), [][]byte{{1}, {2}}, c.event("x")))
	}
	c.ok(c.db.DeleteTOTP(c.ctx, c.tenant, u.ID, c.event("x")))
	_, err := c.db.GetTOTP(c.ctx, c.tenant, u.ID)
	c.missing(err)
	c.equal("recovery codes", must(c.db.CountRows(c.ctx, c.tenant))["recovery_codes"], int64(2))
	c.equal("of the other person", must(c.db.GetTOTP(c.ctx, c.tenant, v.ID)).RecoveryLeft, 2)
}

func stepOnce(c *city) {
	u := c.newPerson(c.tenant)
	f := newTOTP(c.now)
	c.ok(c.db.PutTOTP(c.ctx, c.tenant, u.ID, f, nil, c.event("x")))
	c.equal("the last one", must(c.db.UseStep(c.ctx, c.tenant, u.ID, f.LastStep)), false)
	c.equal("an older one", must(c.db.UseStep(c.ctx, c.tenant, u.ID, f.LastStep-1)), false)
	won := make([]bool, 6)
	for _, err := range c.together(len(won), func(i int) (err error) {
		won[i], err = c.db.UseStep(c.ctx, c.tenant, u.ID, f.LastStep+1)
		return err
	}) {
		c.ok(err)
	}
	c.equal("winners", count(won), 1)
	c.equal("kept", must(c.db.GetTOTP(c.ctx, c.tenant, u.ID)).LastStep, f.LastStep+1)
}

func count(flags []bool) (n int) {
	for _, f := range flags {
		if f {
			n++
		}
	}
	return n
}

func recoveryOnce(c *city) {
	u, v := c.newPerson(c.tenant), c.newPerson(c.tenant)
	hash := []byte{9, 9}
	c.ok(c.db.PutTOTP(c.ctx, c.tenant, u.ID, newTOTP(c.now), [][]byte{hash, {1}}, c.event("x")))
	for _, who := range []struct {
		t directory.TenantID
		u directory.ObjectID
	}{{c.tenant, v.ID}, {c.other, u.ID}, {c.tenant, ""}} {
		fresh, _, err := c.db.UseRecovery(c.ctx, who.t, who.u, hash, c.now)
		c.ok(err)
		c.equal("of another person", fresh, false)
	}
	won := make([]bool, 6)
	for _, err := range c.together(len(won), func(i int) (err error) {
		won[i], _, err = c.db.UseRecovery(c.ctx, c.tenant, u.ID, hash, c.now)
		return err
	}) {
		c.ok(err)
	}
	c.equal("winners", count(won), 1)
	fresh, left, err := c.db.UseRecovery(c.ctx, c.tenant, u.ID, []byte{1}, c.now)
	c.ok(err)
	c.equal("the last one", []any{fresh, left}, []any{true, 0})
}

func credentialsAudited(c *city) {
	u := c.newPerson(c.tenant)
	c.ok(c.db.PutPassword(c.ctx, c.tenant, u.ID, signin.Password{Hash: "h", ChangedAt: c.now}, "", c.event("x")))
	c.ok(c.db.PutTOTP(c.ctx, c.tenant, u.ID, newTOTP(c.now), nil, c.event("x")))
	c.ok(c.db.DeleteTOTP(c.ctx, c.tenant, u.ID, c.event("x")))
	c.missing(c.db.DeleteTOTP(c.ctx, c.tenant, u.ID, c.event("x")))
	c.missing(c.db.PutPassword(c.ctx, c.tenant, newObject(), signin.Password{Hash: "h"}, "", c.event("x")))
	c.ok(c.db.EndUserSessions(c.ctx, c.tenant, u.ID, c.now, c.event("x")))
	c.missing(c.db.EndUserSessions(c.ctx, c.tenant, newObject(), c.now, c.event("x")))
	c.ok(c.db.PutLink(c.ctx, []byte{1}, c.newLink(signin.LinkReset, u.ID), c.event("x")))
	c.equal("events", must(c.db.CountRows(c.ctx, c.tenant))["audit"], int64(5))
}

func userTakesCredentials(c *city) {
	stay := c.newPerson(c.tenant)
	gone := c.newPerson(c.tenant)
	fill := func(u directory.User) {
		s := c.newSession(c.tenant, u.ID)
		f := c.newFamily(c.tenant, u.ID, s.ID)
		c.ok(c.db.CreateRefresh(c.ctx, c.tenant, signin.Refresh{Hash: []byte(f.ID), Family: f.ID, CreatedAt: c.now, ExpiresAt: c.now.Add(time.Hour)}))
		g := f.Grant
		g.Family = newID()
		c.ok(c.db.CreateCode(c.ctx, []byte(g.Family), g, signin.Family{ID: g.Family, Grant: g, CreatedAt: c.now, EndsAt: c.now.Add(time.Hour)}, c.now.Add(time.Minute)))
		c.ok(c.db.PutTOTP(c.ctx, c.tenant, u.ID, newTOTP(c.now), [][]byte{{1}}, c.event("x")))
		c.ok(c.db.PutLink(c.ctx, []byte(u.ID), c.newLink(signin.LinkReset, u.ID), c.event("x")))
		c.ok(c.db.PutConsent(c.ctx, c.tenant, signin.Consent{ID: newID(), AppID: newID(), User: u.ID, Resource: "r", Scopes: []string{"s"}, CreatedAt: c.now}, c.event("x")))
	}
	fill(stay)
	c.ok(c.db.PutPassword(c.ctx, c.tenant, stay.ID, signin.Password{Hash: "h"}, "", c.event("x")))
	s := c.newSession(c.tenant, stay.ID)
	before := must(c.db.CountRows(c.ctx, c.tenant))
	fill(gone)
	g := c.newSession(c.tenant, gone.ID)
	c.ok(c.db.PutPassword(c.ctx, c.tenant, gone.ID, signin.Password{Hash: "h"}, g.ID, c.event("x")))
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteUser(c.ctx, c.tenant, gone.ID) })
	after := must(c.db.CountRows(c.ctx, c.tenant))
	for _, counts := range []map[string]int64{before, after} {
		delete(counts, "audit")
		delete(counts, "audit_heads")
	}
	before["users"]--
	c.equal("rows that are left", after, before)
	c.equal("the other one's session", must(c.db.ListSessions(c.ctx, c.tenant, stay.ID)), []signin.Session{s})
}
