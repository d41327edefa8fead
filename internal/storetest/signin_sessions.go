package storetest

import (
	"crypto/sha256"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/signin"
)

var sessionTests = []directoryTest{
	{"a session reads back as it was written", sessionReadsBack},
	{"a session that is not there is missing, in another tenant too", sessionMissing},
	{"a used session keeps methods, times and nothing else", sessionTouched},
	{"a person's sessions are listed newest first", sessionsListed},
	{"an ended session is gone with its families, others stay", sessionEnded},
	{"a session is ended by its id for its own person only", sessionEndedByID},
	{"signing out everywhere ends a person's sessions and families, and nobody else's", sessionsAllEnded},
}

// sessionHash is the hash of a test's session.
func sessionHash(id string) []byte {
	sum := sha256.Sum256([]byte(id))
	return sum[:]
}

func (c *city) newSession(t directory.TenantID, user directory.ObjectID) signin.Session {
	c.Helper()
	s := signin.Session{ID: newID(), User: user, Methods: []string{"pwd"}, AuthTime: c.now, Address: "192.0.2.0/24", Agent: "Müller's browser", CreatedAt: c.now, LastUsed: c.now, EndsAt: c.now.Add(time.Hour)}
	c.ok(c.db.CreateSession(c.ctx, t, sessionHash(s.ID), s))
	return s
}

func sessionReadsBack(c *city) {
	u := c.newPerson(c.tenant)
	want := signin.Session{
		ID: newID(), User: u.ID, Methods: []string{"pwd", "otp", "mfa"}, AuthTime: c.now.Add(-time.Minute), Address: "2001:db8::/64", Agent: "A \"B\" <c>",
		CreatedAt: c.now, LastUsed: c.now.Add(time.Second), EndsAt: c.now.Add(time.Hour),
	}
	c.ok(c.db.CreateSession(c.ctx, c.tenant, sessionHash("cookie"), want))
	c.equal("session", must(c.db.GetSession(c.ctx, c.tenant, sessionHash("cookie"))), want)
	if c.db.CreateSession(c.ctx, c.tenant, sessionHash("cookie"), want) == nil {
		c.Error("a second session with the same hash was stored")
	}
}

func sessionMissing(c *city) {
	u := c.newPerson(c.tenant)
	s := c.newSession(c.tenant, u.ID)
	for _, t := range []directory.TenantID{c.other, "", "no uuid"} {
		_, err := c.db.GetSession(c.ctx, t, sessionHash(s.ID))
		c.missing(err)
		c.missing(c.db.TouchSession(c.ctx, t, sessionHash(s.ID), s))
		c.ok(c.db.EndSession(c.ctx, t, sessionHash(s.ID), c.now))
	}
	_, err := c.db.GetSession(c.ctx, c.tenant, sessionHash("another"))
	c.missing(err)
	c.ok(c.db.EndSession(c.ctx, c.tenant, sessionHash("another"), c.now))
	c.ok(c.db.EndSession(c.ctx, c.tenant, nil, c.now))
	c.equal("after all", must(c.db.GetSession(c.ctx, c.tenant, sessionHash(s.ID))), s)
}

func sessionTouched(c *city) {
	u := c.newPerson(c.tenant)
	s := c.newSession(c.tenant, u.ID)
	want := s
	want.LastUsed, want.AuthTime, want.Methods = c.now.Add(time.Minute), c.now.Add(30*time.Second), []string{"pwd", "otp"}
	change := want
	change.User, change.ID, change.EndsAt = newObject(), newID(), c.now.Add(99*time.Hour)
	c.ok(c.db.TouchSession(c.ctx, c.tenant, sessionHash(s.ID), change))
	c.equal("session", must(c.db.GetSession(c.ctx, c.tenant, sessionHash(s.ID))), want)
}

func sessionsListed(c *city) {
	u, other := c.newPerson(c.tenant), c.newPerson(c.tenant)
	c.newSession(c.tenant, other.ID)
	c.newSession(c.other, u.ID)
	older, newer := c.newSession(c.tenant, u.ID), c.newSession(c.tenant, u.ID)
	c.equal("sessions", must(c.db.ListSessions(c.ctx, c.tenant, u.ID)), []signin.Session{newer, older})
	c.equal("of nobody", len(must(c.db.ListSessions(c.ctx, c.tenant, newObject()))), 0)
}

func sessionEnded(c *city) {
	u := c.newPerson(c.tenant)
	s, stays := c.newSession(c.tenant, u.ID), c.newSession(c.tenant, u.ID)
	families := []signin.Family{c.newFamily(c.tenant, u.ID, s.ID), c.newFamily(c.tenant, u.ID, s.ID)}
	others := []signin.Family{c.newFamily(c.tenant, u.ID, stays.ID), c.newFamily(c.tenant, u.ID, "")}
	for range 2 { // ending an ended one changes nothing
		c.ok(c.db.EndSession(c.ctx, c.tenant, sessionHash(s.ID), c.now.Add(time.Minute)))
	}
	_, err := c.db.GetSession(c.ctx, c.tenant, sessionHash(s.ID))
	c.missing(err)
	for _, f := range families {
		c.equal("its family is revoked then", must(c.db.GetFamily(c.ctx, c.tenant, f.ID)).RevokedAt, c.now.Add(time.Minute))
	}
	for _, f := range others {
		c.equal("another family lives", c.alive(c.tenant, f), true)
	}
	c.equal("sessions", must(c.db.ListSessions(c.ctx, c.tenant, u.ID)), []signin.Session{stays})
}

func sessionEndedByID(c *city) {
	u, other := c.newPerson(c.tenant), c.newPerson(c.tenant)
	s := c.newSession(c.tenant, u.ID)
	f := c.newFamily(c.tenant, u.ID, s.ID)
	c.ok(c.db.EndSessionByID(c.ctx, c.tenant, other.ID, s.ID, c.now))
	c.ok(c.db.EndSessionByID(c.ctx, c.other, u.ID, s.ID, c.now))
	c.ok(c.db.EndSessionByID(c.ctx, c.tenant, u.ID, "", c.now))
	c.ok(c.db.EndSessionByID(c.ctx, c.tenant, u.ID, "no uuid", c.now))
	c.equal("still there", must(c.db.ListSessions(c.ctx, c.tenant, u.ID)), []signin.Session{s})
	c.ok(c.db.EndSessionByID(c.ctx, c.tenant, u.ID, s.ID, c.now))
	c.equal("sessions", len(must(c.db.ListSessions(c.ctx, c.tenant, u.ID))), 0)
	c.equal("its family lives", c.alive(c.tenant, f), false)
}

func sessionsAllEnded(c *city) {
	u, other := c.newPerson(c.tenant), c.newPerson(c.tenant)
	c.newSession(c.tenant, u.ID)
	theirs := c.newSession(c.tenant, other.ID)
	f, of := c.newFamily(c.tenant, u.ID, ""), c.newFamily(c.tenant, other.ID, theirs.ID)
	at := c.now.Add(time.Minute)
	c.missing(c.db.EndUserSessions(c.ctx, c.other, u.ID, at, c.event("x")))
	c.ok(c.db.EndUserSessions(c.ctx, c.tenant, u.ID, at, c.event("x")))
	c.equal("sessions", len(must(c.db.ListSessions(c.ctx, c.tenant, u.ID))), 0)
	c.equal("family lives", c.alive(c.tenant, f), false)
	c.equal("sessions from", must(c.db.GetUser(c.ctx, c.tenant, string(u.ID))).SessionsFrom, at)
	c.equal("another person's session", must(c.db.ListSessions(c.ctx, c.tenant, other.ID)), []signin.Session{theirs})
	c.equal("another person's family lives", c.alive(c.tenant, of), true)
	c.equal("another person is as before", must(c.db.GetUser(c.ctx, c.tenant, string(other.ID))), other)
}
