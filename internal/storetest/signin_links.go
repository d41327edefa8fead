package storetest

import (
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/signin"
)

var linkTests = []directoryTest{
	{"a link reads back as it was written", linkReadsBack},
	{"a link that is not there is missing", linkMissing},
	{"a new link voids the one for the same purpose, person and tenant, and no other", linkVoids},
	{"a link is used once", linkOnce},
	{"of many links made at once one is left", linkRace},
}

func (c *city) newLink(kind signin.LinkKind, user directory.ObjectID) signin.Link {
	return signin.Link{Kind: kind, Tenant: c.tenant, User: user, CreatedAt: c.now, ExpiresAt: c.now.Add(time.Hour)}
}

func linkReadsBack(c *city) {
	for i, want := range []signin.Link{c.newLink(signin.LinkFirstAdmin, ""), c.newLink(signin.LinkReset, newObject())} {
		hash := []byte{byte(i)}
		c.ok(c.db.PutLink(c.ctx, hash, want, c.event("x")))
		c.equal("link", must(c.db.GetLink(c.ctx, hash)), want)
	}
}

func linkMissing(c *city) {
	_, err := c.db.GetLink(c.ctx, []byte{1})
	c.missing(err)
	c.equal("used", must(c.db.UseLink(c.ctx, []byte{1})), false)
	l := c.newLink(signin.LinkFirstAdmin, "")
	l.Tenant = directory.TenantID(newID())
	c.missing(c.db.PutLink(c.ctx, []byte{1}, l, c.event("x")))
}

func linkVoids(c *city) {
	user := newObject()
	other := c.newLink(signin.LinkFirstAdmin, "")
	other.Tenant = c.other
	for hash, l := range map[string]signin.Link{
		"first": c.newLink(signin.LinkFirstAdmin, ""), "user": c.newLink(signin.LinkReset, user), "another": c.newLink(signin.LinkReset, newObject()), "tenant": other,
	} {
		c.ok(c.db.PutLink(c.ctx, []byte(hash), l, c.event("x")))
	}
	c.ok(c.db.PutLink(c.ctx, []byte("newer"), c.newLink(signin.LinkReset, user), c.event("x")))
	_, err := c.db.GetLink(c.ctx, []byte("user"))
	c.missing(err)
	for _, hash := range []string{"first", "another", "tenant", "newer"} {
		_, err := c.db.GetLink(c.ctx, []byte(hash))
		c.ok(err)
	}
}

func linkOnce(c *city) {
	c.ok(c.db.PutLink(c.ctx, []byte("l"), c.newLink(signin.LinkFirstAdmin, ""), c.event("x")))
	won := make([]bool, 6)
	for _, err := range c.together(len(won), func(i int) (err error) {
		won[i], err = c.db.UseLink(c.ctx, []byte("l"))
		return err
	}) {
		c.ok(err)
	}
	c.equal("winners", count(won), 1)
}

func linkRace(c *city) {
	for _, err := range c.together(6, func(i int) error {
		return c.db.PutLink(c.ctx, []byte{byte(i)}, c.newLink(signin.LinkFirstAdmin, ""), c.event("x"))
	}) {
		c.ok(err)
	}
	c.equal("links", must(c.db.CountRows(c.ctx, c.tenant))["entry_links"], int64(1))
}
