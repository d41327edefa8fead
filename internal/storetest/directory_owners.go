package storetest

import (
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
	"taxiway/internal/sqlstore"
)

var ownerTests = []directoryTest{
	{"owners are those written last, in their own group and tenant alone", ownersReplaced},
	{"owners of a group go with it and with their user", groupOwnersGo},
	{"owners are listed by page, without those of another tenant", ownersListed},
}

// ownedGroup is a group of the first tenant with these owners.
func (c *city) ownedGroup(owners ...directory.ObjectID) directory.Group {
	c.Helper()
	g := newGroup("G")
	c.tx(func(tx *sqlstore.Tx) error {
		c.ok(tx.CreateGroup(c.ctx, c.tenant, g))
		return tx.ReplaceOwners(c.ctx, c.tenant, g.ID, owners)
	})
	return g
}

func (c *city) ownersOf(t directory.TenantID, group directory.ObjectID) (ids []directory.ObjectID) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error {
		ids = must(tx.OwnersOf(c.ctx, t, group))
		return nil
	})
	return ids
}

func (c *city) users(n int) []directory.ObjectID {
	c.Helper()
	ids := make([]directory.ObjectID, n)
	c.tx(func(tx *sqlstore.Tx) error {
		for i := range ids {
			u := newUser()
			c.ok(tx.CreateUser(c.ctx, c.tenant, u))
			ids[i] = u.ID
		}
		return nil
	})
	slices.Sort(ids)
	return ids
}

func ownersReplaced(c *city) {
	people := c.users(3)
	g, other := c.ownedGroup(people[2], people[0]), c.ownedGroup(people[1])
	c.equal("in order", c.ownersOf(c.tenant, g.ID), []directory.ObjectID{people[0], people[2]})
	c.equal("in another tenant", len(c.ownersOf(c.other, g.ID)), 0)
	c.tx(func(tx *sqlstore.Tx) error { return tx.ReplaceOwners(c.ctx, c.other, g.ID, nil) })
	c.tx(func(tx *sqlstore.Tx) error { return tx.ReplaceOwners(c.ctx, c.tenant, g.ID, people[1:2]) })
	c.equal("replaced", c.ownersOf(c.tenant, g.ID), people[1:2])
	c.tx(func(tx *sqlstore.Tx) error { return tx.ReplaceOwners(c.ctx, c.tenant, g.ID, nil) })
	c.equal("none", len(c.ownersOf(c.tenant, g.ID)), 0)
	c.equal("of the other group", c.ownersOf(c.tenant, other.ID), people[1:2])
}

func groupOwnersGo(c *city) {
	people := c.users(2)
	g, other := c.ownedGroup(people...), c.ownedGroup(people...)
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteUser(c.ctx, c.tenant, people[0]) })
	c.equal("after deleting a person", c.ownersOf(c.tenant, g.ID), people[1:])
	c.tx(func(tx *sqlstore.Tx) error {
		g.DeletedAt = c.now
		c.ok(tx.UpdateGroup(c.ctx, c.tenant, g))
		return tx.PurgeGroup(c.ctx, c.tenant, g.ID)
	})
	c.equal("after purging the group", len(c.ownersOf(c.tenant, g.ID)), 0)
	c.equal("of the other group", c.ownersOf(c.tenant, other.ID), people[1:])
}

func ownersListed(c *city) {
	people := c.users(3)
	g := c.ownedGroup(people...)
	ids := func(t directory.TenantID, q *odata.Query) (ids []directory.ObjectID) {
		page := must(c.db.ListOwners(c.ctx, t, g.ID, q))
		for i := range page.Items {
			ids = append(ids, page.Items[i].ID)
		}
		slices.Sort(ids)
		return ids
	}
	c.equal("all", ids(c.tenant, &odata.Query{Top: 10}), people)
	c.equal("a page", len(ids(c.tenant, &odata.Query{Top: 2})), 2)
	c.equal("in another tenant", len(ids(c.other, &odata.Query{Top: 10})), 0)
}
