package storetest

import (
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/rule"
	"taxiway/internal/sqlstore"
)

var deletedTests = []directoryTest{
	{"a deleted user and a deleted group read back as they were kept", deletedReadBack},
	{"a deleted object is taken once", deletedTaken},
	{"a deleted object is gone when its time has ended, and the next one drops it", deletedEnds},
	{"deleted objects are listed by kind, without those of another tenant", deletedListed},
}

func (c *city) keep(t directory.TenantID, ds ...directory.Deleted) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error {
		for _, d := range ds {
			if err := tx.KeepDeleted(c.ctx, t, d, c.now); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *city) deletedGroup(name string) directory.Deleted {
	g := newGroup(name)
	g.CreatedAt, g.DeletedAt = c.now.Add(-time.Hour), c.now
	return directory.Deleted{ID: g.ID, Kind: directory.MemberGroup, Name: name, At: c.now, Ends: c.now.Add(directory.DeletedFor), Group: &g}
}

func (c *city) deletedUser(name string) directory.Deleted {
	u := newUser()
	u.DisplayName, u.CreatedAt = name, c.now.Add(-time.Hour)
	return directory.Deleted{ID: u.ID, Kind: directory.MemberUser, Name: name, At: c.now, Ends: c.now.Add(directory.DeletedFor), User: &u}
}

func deletedReadBack(c *city) {
	g, u := c.deletedGroup("Autopilot Ä"), c.deletedUser("Megan 👩")
	g.Group.Description, g.Group.Kind, g.Group.Rule, g.Group.Processing, g.Group.Version = "d", directory.DynamicUser, `(user.department -eq "R&D")`, directory.ProcessingPaused, 7
	g.Members, g.Owners = []directory.ObjectID{newObject(), newObject()}, []directory.ObjectID{newObject()}
	u.User.AccountEnabled, u.User.MDMLicensed, u.User.DirSyncEnabled, u.User.Version = true, true, true, 3
	u.User.Attributes["department"] = "R&D"
	u.User.OtherMails, u.User.ProxyAddresses = []string{"a@b.example"}, []string{"SMTP:a@b.example"}
	u.User.AssignedPlans = []rule.Plan{{Service: "exchange", ServicePlanID: newID(), CapabilityStatus: "Enabled"}}
	u.User.EmployeeHireDate = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	u.Groups = []directory.ObjectID{newObject()}
	c.keep(c.tenant, g, u)
	for _, want := range []directory.Deleted{g, u} {
		c.equal(want.Name, must(c.db.GetDeleted(c.ctx, c.tenant, want.ID, c.now)), want)
		_, err := c.db.GetDeleted(c.ctx, c.other, want.ID, c.now)
		c.missing(err)
	}
	_, err := c.db.GetDeleted(c.ctx, c.tenant, newObject(), c.now)
	c.missing(err)
	again := c.deletedGroup("Again")
	again.ID, again.Group.ID = g.ID, g.ID
	c.keep(c.tenant, again)
	c.equal("kept again", must(c.db.GetDeleted(c.ctx, c.tenant, g.ID, c.now)), again)
}

func deletedTaken(c *city) {
	g := c.deletedGroup("G")
	c.keep(c.tenant, g)
	take := func(t directory.TenantID) func(*sqlstore.Tx) error {
		return func(tx *sqlstore.Tx) error {
			got, err := tx.TakeDeleted(c.ctx, t, g.ID, c.now)
			if err == nil {
				c.equal("taken", got, g)
			}
			return err
		}
	}
	c.fails(fault.NotFound, "ResourceNotFound", take(c.other))
	c.tx(take(c.tenant))
	c.fails(fault.NotFound, "ResourceNotFound", take(c.tenant))
	c.keep(c.tenant, g)
	taken := 0
	for _, err := range c.together(4, func(int) error { return c.db.InTx(c.ctx, take(c.tenant)) }) {
		if err == nil {
			taken++
		} else {
			c.missing(err)
		}
	}
	c.equal("times taken at once", taken, 1)
}

func deletedEnds(c *city) {
	old, theirs := c.deletedGroup("Old"), c.deletedGroup("Theirs")
	old.Ends, theirs.Ends = c.now.Add(time.Hour), c.now.Add(time.Hour)
	c.keep(c.tenant, old)
	c.keep(c.other, theirs)
	c.equal("a moment before", must(c.db.GetDeleted(c.ctx, c.tenant, old.ID, old.Ends.Add(-time.Microsecond))).Name, "Old")
	_, err := c.db.GetDeleted(c.ctx, c.tenant, old.ID, old.Ends)
	c.missing(err)
	c.fails(fault.NotFound, "ResourceNotFound", func(tx *sqlstore.Tx) error {
		_, err := tx.TakeDeleted(c.ctx, c.tenant, old.ID, old.Ends)
		return err
	})
	c.tx(func(tx *sqlstore.Tx) error { return tx.KeepDeleted(c.ctx, c.tenant, c.deletedUser("New"), old.Ends) })
	_, err = c.db.GetDeleted(c.ctx, c.tenant, old.ID, c.now)
	c.missing(err)
	c.equal("another tenant's stays", must(c.db.GetDeleted(c.ctx, c.other, theirs.ID, c.now)).Name, "Theirs")
}

func deletedListed(c *city) {
	b, a, ended, user := c.deletedGroup("b"), c.deletedGroup("a"), c.deletedGroup("ended"), c.deletedUser("user")
	ended.Ends = c.now
	c.keep(c.tenant, b, a, user)
	c.keep(c.other, c.deletedGroup("elsewhere"))
	c.tx(func(tx *sqlstore.Tx) error { return tx.KeepDeleted(c.ctx, c.tenant, ended, c.now.Add(-time.Hour)) })
	read := func(kind directory.MemberKind, raw string) (names []string) {
		c.Helper()
		q, err := odata.ParseQuery(raw, groupTable, odata.Options{Beta: true, MaxTop: 999, DefaultTop: 100, Now: c.now})
		c.ok(err)
		page := must(c.db.ListDeleted(c.ctx, c.tenant, kind, c.now, q))
		for i := range page.Items {
			names = append(names, page.Items[i].Name)
		}
		return names
	}
	c.equal("groups", read(directory.MemberGroup, "$orderby=displayName"), []string{"a", "b"})
	c.equal("users", read(directory.MemberUser, ""), []string{"user"})
	c.equal("by name", read(directory.MemberGroup, "$filter=displayName eq 'B'"), []string{"b"})
	c.equal("by nickname", read(directory.MemberGroup, "$filter=mailNickname eq 'g'&$orderby=displayName"), []string{"a", "b"})
	c.equal("by another nickname", read(directory.MemberGroup, "$filter=mailNickname eq 'none'"), []string{})
}
