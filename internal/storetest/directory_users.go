package storetest

import (
	"slices"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/rule"
	"taxiway/internal/sqlstore"
)

var userTests = []directoryTest{
	{"a user reads back as it was written, by id and by name in any case", userReadsBack},
	{"a user that is not there is missing, in another tenant too", userMissing},
	{"a user principal name is taken once in a tenant, without regard to case", userTaken},
	{"one of many users created at once with one name wins", userRace},
	{"locked users come in order of id, without those that are not there", usersLocked},
	{"users are found by many names at once", usersByName},
	{"deleting a user removes memberships and mark", userDeleted},
}

func newUser() directory.User {
	id := newObject()
	return directory.User{ID: id, UserPrincipalName: "user-" + string(id)[24:] + "@contoso.example", DisplayName: "User", Attributes: map[string]string{}, Version: 1}
}

func userReadsBack(c *city) {
	want := directory.User{
		ID: newObject(), UserPrincipalName: "Megan.Böwen@contoso.example", DisplayName: "Megan \"M\" Böwen 👩", AccountEnabled: true, MDMLicensed: true, DirSyncEnabled: true,
		Attributes: map[string]string{"department": "R&D", "physicalDeliveryOfficeName": "Zürich"}, OtherMails: []string{"a@b.example"}, ProxyAddresses: []string{"SMTP:a@b.example", "smtp:c@d.example"},
		AssignedPlans:    []rule.Plan{{Service: "exchange", ServicePlanID: newID(), CapabilityStatus: "Enabled"}},
		EmployeeHireDate: time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), SessionsFrom: c.now.Add(time.Second), CreatedAt: c.now, Version: 1,
	}
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateUser(c.ctx, c.tenant, want) })
	for _, key := range []string{string(want.ID), strings.ToUpper(string(want.ID)), want.UserPrincipalName, strings.ToUpper(want.UserPrincipalName)} {
		c.equal("by "+key, must(c.db.GetUser(c.ctx, c.tenant, key)), want)
	}
	want.UserPrincipalName, want.DisplayName, want.AccountEnabled, want.MDMLicensed, want.DirSyncEnabled = "m@contoso.example", "M", false, false, false
	want.Attributes, want.OtherMails, want.ProxyAddresses, want.AssignedPlans, want.EmployeeHireDate = map[string]string{}, nil, nil, nil, time.Time{}
	want.SessionsFrom = c.now.Add(time.Hour)
	c.tx(func(tx *sqlstore.Tx) error { return tx.UpdateUser(c.ctx, c.tenant, want) })
	want.Version = 2
	got := must(c.db.GetUser(c.ctx, c.tenant, "M@contoso.example"))
	c.equal("updated", got, want)
	if got.Attributes == nil {
		c.Error("Attributes is nil: a caller could not set one")
	}
}

func userMissing(c *city) {
	u := newUser()
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateUser(c.ctx, c.tenant, u) })
	for _, key := range []string{string(u.ID), u.UserPrincipalName} {
		_, err := c.db.GetUser(c.ctx, c.other, key)
		c.missing(err)
	}
	for _, key := range []string{newID(), "", "nobody@contoso.example", "no uuid"} {
		_, err := c.db.GetUser(c.ctx, c.tenant, key)
		c.missing(err)
	}
	c.missing(c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { return tx.UpdateUser(c.ctx, c.other, u) }))
	c.missing(c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { return tx.DeleteUser(c.ctx, c.other, u.ID) }))
	c.equal("after all", must(c.db.GetUser(c.ctx, c.tenant, string(u.ID))), u)
}

func userTaken(c *city) {
	a, b := newUser(), newUser()
	c.tx(func(tx *sqlstore.Tx) error {
		c.ok(tx.CreateUser(c.ctx, c.tenant, a))
		return tx.CreateUser(c.ctx, c.tenant, b)
	})
	again := newUser()
	again.UserPrincipalName = strings.ToUpper(a.UserPrincipalName)
	c.fails(fault.Conflict, "UserPrincipalNameTaken", func(tx *sqlstore.Tx) error { return tx.CreateUser(c.ctx, c.tenant, again) })
	b.UserPrincipalName = strings.ToUpper(a.UserPrincipalName)
	c.fails(fault.Conflict, "UserPrincipalNameTaken", func(tx *sqlstore.Tx) error { return tx.UpdateUser(c.ctx, c.tenant, b) })
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateUser(c.ctx, c.other, again) })
}

func userRace(c *city) {
	won := 0
	for _, err := range c.together(8, func(int) error {
		u := newUser()
		u.UserPrincipalName = "same@contoso.example"
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { return tx.CreateUser(c.ctx, c.tenant, u) })
	}) {
		if err == nil {
			won++
			continue
		}
		c.faulty(fault.Conflict, "UserPrincipalNameTaken", err)
	}
	c.equal("winners", won, 1)
}

func usersLocked(c *city) {
	var ids []directory.ObjectID
	c.tx(func(tx *sqlstore.Tx) error {
		for range 5 {
			u := newUser()
			ids = append(ids, u.ID)
			c.ok(tx.CreateUser(c.ctx, c.tenant, u))
		}
		return tx.CreateUser(c.ctx, c.other, newUser())
	})
	c.tx(func(tx *sqlstore.Tx) error {
		asked := append([]directory.ObjectID{ids[3], newObject(), ids[1], ids[3]}, "", "no uuid")
		var got []directory.ObjectID
		for _, u := range must(tx.LockUsers(c.ctx, c.tenant, asked)) {
			got = append(got, u.ID)
		}
		c.equal("locked", got, []directory.ObjectID{ids[1], ids[3]})
		c.equal("of the other tenant", len(must(tx.LockUsers(c.ctx, c.other, ids))), 0)
		c.equal("of none", len(must(tx.LockUsers(c.ctx, c.other, nil))), 0)
		return nil
	})
}

func usersByName(c *city) {
	want := map[string]directory.User{}
	var upns []string
	c.tx(func(tx *sqlstore.Tx) error {
		for range 600 {
			u := newUser()
			u.UserPrincipalName = "Mixed" + u.UserPrincipalName
			c.ok(tx.CreateUser(c.ctx, c.tenant, u))
			want[strings.ToLower(u.UserPrincipalName)] = u
			upns = append(upns, strings.ToLower(u.UserPrincipalName))
		}
		return nil
	})
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("found", must(tx.UsersByUPN(c.ctx, c.tenant, append(slices.Clone(upns), "nobody@contoso.example"))), want)
		c.equal("in the other tenant", len(must(tx.UsersByUPN(c.ctx, c.other, upns))), 0)
		return nil
	})
}

func userDeleted(c *city) {
	u, g := newUser(), newGroup("G")
	c.tx(func(tx *sqlstore.Tx) error {
		c.ok(tx.CreateUser(c.ctx, c.tenant, u))
		c.ok(tx.CreateGroup(c.ctx, c.tenant, g))
		c.ok(tx.ApplyMemberships(c.ctx, c.tenant, []directory.Membership{{Group: g.ID, Member: u.ID, Kind: directory.MemberUser}}, nil))
		return tx.MarkDirty(c.ctx, c.tenant, directory.TopicUser, []directory.ObjectID{u.ID}, 0, c.lease("a"))
	})
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteUser(c.ctx, c.tenant, u.ID) })
	_, err := c.db.GetUser(c.ctx, c.tenant, string(u.ID))
	c.missing(err)
	c.equal("memberships", len(must(c.db.ListMemberships(c.ctx, c.tenant, []directory.ObjectID{u.ID}))), 0)
	c.equal("marks", must(c.db.Backlog(c.ctx, c.now)).Marks, int64(0))
}
