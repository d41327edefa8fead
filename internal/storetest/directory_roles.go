package storetest

import (
	"context"
	"slices"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/signin"
	"taxiway/internal/sqlstore"
)

var roleTests = []directoryTest{
	{"a role assignment reads back as it was written, in its tenant alone", roleReadsBack},
	{"a person has a role once", roleOnce},
	{"a role assignment that is not there cannot be taken away", roleMissing},
	{"role assignments and members of a role are listed, filtered and paged", roleLists},
	{"only enabled Global Administrators count, and only with a password can one sign in", roleAdministrators},
	{"of many who leave at once one administrator stays", roleLastRace},
	{"deleting a person takes the roles along", roleDeletedUser},
}

// person stores a user with these roles and returns the assignments.
func (c *city) person(t directory.TenantID, enabled bool, roles ...directory.RoleID) (directory.User, []directory.RoleAssignment) {
	c.Helper()
	u := newUser()
	u.AccountEnabled = enabled
	var all []directory.RoleAssignment
	for _, role := range roles {
		all = append(all, directory.RoleAssignment{ID: newID(), Role: role, User: u.ID, CreatedAt: c.now})
	}
	c.tx(func(tx *sqlstore.Tx) error {
		if err := tx.CreateUser(c.ctx, t, u); err != nil {
			return err
		}
		for _, a := range all {
			if err := tx.CreateRoleAssignment(c.ctx, t, a); err != nil {
				return err
			}
		}
		return nil
	})
	return u, all
}

func roleReadsBack(c *city) {
	u, all := c.person(c.tenant, true, directory.HelpdeskAdministrator, directory.GlobalAdministrator)
	for _, a := range all {
		c.equal("assignment", must(c.db.GetRoleAssignment(c.ctx, c.tenant, strings.ToUpper(a.ID))), a)
		_, err := c.db.GetRoleAssignment(c.ctx, c.other, a.ID)
		c.missing(err)
	}
	c.equal("roles", must(c.db.RolesOf(c.ctx, c.tenant, u.ID)), []directory.RoleID{directory.GlobalAdministrator, directory.HelpdeskAdministrator})
	c.equal("in the other tenant", len(must(c.db.RolesOf(c.ctx, c.other, u.ID))), 0)
	c.equal("of nobody", len(must(c.db.RolesOf(c.ctx, c.tenant, newObject()))), 0)
	c.tx(func(tx *sqlstore.Tx) error {
		held, err := tx.RoleAssignmentsOf(c.ctx, c.tenant, u.ID)
		c.equal("in a transaction", held, []directory.RoleAssignment{all[1], all[0]})
		return err
	})
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteRoleAssignment(c.ctx, c.tenant, all[1].ID) })
	c.equal("after one was taken away", must(c.db.RolesOf(c.ctx, c.tenant, u.ID)), []directory.RoleID{directory.HelpdeskAdministrator})
}

func roleOnce(c *city) {
	u, _ := c.person(c.tenant, true, directory.GlobalReader)
	c.fails(fault.Conflict, "RoleAssigned", func(tx *sqlstore.Tx) error {
		return tx.CreateRoleAssignment(c.ctx, c.tenant, directory.RoleAssignment{ID: newID(), Role: directory.GlobalReader, User: u.ID, CreatedAt: c.now})
	})
}

func roleMissing(c *city) {
	_, all := c.person(c.tenant, true, directory.GlobalReader)
	for t, ids := range map[directory.TenantID][]string{c.tenant: {newID(), "", "no uuid"}, c.other: {all[0].ID}} {
		for _, id := range ids {
			c.missing(c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { return tx.DeleteRoleAssignment(c.ctx, t, id) }))
		}
	}
	c.missing(c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
		_, err := tx.LockAdministrators(c.ctx, directory.TenantID(newID()))
		return err
	}))
}

func roleLists(c *city) {
	c.person(c.other, true, directory.GlobalReader)
	var want []directory.RoleAssignment
	var readers []directory.User
	for i := range 5 {
		roles := []directory.RoleID{directory.GlobalReader}
		if i%2 == 0 {
			roles = append(roles, directory.UserAdministrator)
		}
		u, all := c.person(c.tenant, true, roles...)
		want, readers = append(want, all...), append(readers, u)
	}
	slices.SortFunc(want, func(a, b directory.RoleAssignment) int { return strings.Compare(a.ID, b.ID) })
	assignments := func(where func(*directory.RoleAssignment) bool) []directory.RoleAssignment {
		return slices.DeleteFunc(slices.Clone(want), func(a directory.RoleAssignment) bool { return !where(&a) })
	}
	list := func(raw string) []directory.RoleAssignment {
		c.Helper()
		return pages(c, roleTable, raw, func(q *odata.Query) (odata.List[directory.RoleAssignment], error) {
			return c.db.ListRoleAssignments(c.ctx, c.tenant, q)
		})
	}
	c.equal("all", list("$top=3"), want)
	c.equal("of one role", list("$filter=roleDefinitionId eq '"+string(directory.UserAdministrator)+"'"), assignments(func(a *directory.RoleAssignment) bool { return a.Role == directory.UserAdministrator }))
	c.equal("of one person", list("$filter=principalId eq '"+string(readers[2].ID)+"'"), assignments(func(a *directory.RoleAssignment) bool { return a.User == readers[2].ID }))
	c.equal("of one person but one role", list("$filter=principalId eq '"+string(readers[2].ID)+"' and roleDefinitionId ne '"+string(directory.GlobalReader)+"'"),
		assignments(func(a *directory.RoleAssignment) bool {
			return a.User == readers[2].ID && a.Role == directory.UserAdministrator
		}))
	members := pages(c, roleTable, "$top=2", func(q *odata.Query) (odata.List[directory.User], error) {
		return c.db.ListRoleMembers(c.ctx, c.tenant, directory.GlobalReader, q)
	})
	c.equal("members", members, readers)
}

func roleAdministrators(c *city) {
	reader, _ := c.person(c.tenant, true, directory.GlobalReader)
	c.person(c.tenant, false, directory.GlobalAdministrator)
	c.person(c.other, true, directory.GlobalAdministrator)
	administrators := func() (ids []directory.ObjectID) {
		c.tx(func(tx *sqlstore.Tx) (err error) {
			ids, err = tx.LockAdministrators(c.ctx, c.tenant)
			return err
		})
		return ids
	}
	c.equal("without an enabled one", len(administrators()), 0)
	a, _ := c.person(c.tenant, true, directory.GlobalAdministrator)
	b, _ := c.person(c.tenant, true, directory.IntuneAdministrator, directory.GlobalAdministrator)
	c.equal("administrators", administrators(), []directory.ObjectID{a.ID, b.ID})
	c.equal("reader", must(c.db.RolesOf(c.ctx, c.tenant, reader.ID)), []directory.RoleID{directory.GlobalReader})
	c.equal("one who can sign in", must(c.db.HasAdministrator(c.ctx, c.tenant)), false)
	for _, step := range []struct {
		user directory.ObjectID
		can  bool
	}{{reader.ID, false}, {a.ID, true}} {
		c.ok(c.db.PutPassword(c.ctx, c.tenant, step.user, signin.Password{Hash: "$argon2id$", ChangedAt: c.now}, "", directory.AuditEvent{ID: newID(), At: c.now, Activity: "Set password"}))
		c.equal("one who can sign in", must(c.db.HasAdministrator(c.ctx, c.tenant)), step.can)
	}
	c.equal("one of the other tenant", must(c.db.HasAdministrator(c.ctx, c.other)), false)
}

// pages reads every page of a list.
func pages[T any](c *city, t *odata.Table, raw string, list func(*odata.Query) (odata.List[T], error)) (rows []T) {
	c.Helper()
	q, err := odata.ParseQuery(raw, t, odata.Options{Beta: true, Eventual: true, MaxTop: 100})
	c.ok(err)
	for {
		l, err := list(q)
		c.ok(err)
		rows = append(rows, l.Items...)
		if l.Next == nil {
			return rows
		}
		q.After, q.Skip = l.Next, 0
	}
}

// roleLastRace lets every administrator leave at once, each unless nobody else
// would be left: the store must make them queue up.
func roleLastRace(c *city) {
	const n = 8
	users := make([]directory.User, n)
	for i := range users {
		users[i], _ = c.person(c.tenant, true, directory.GlobalAdministrator)
	}
	left := 0
	for _, err := range c.together(n, func(i int) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { return c.leave(c.ctx, tx, users[i].ID) })
	}) {
		if err == nil {
			left++
		}
	}
	c.equal("administrators who left", left, n-1)
}

func (c *city) leave(ctx context.Context, tx *sqlstore.Tx, user directory.ObjectID) error {
	found, err := tx.LockUsers(ctx, c.tenant, []directory.ObjectID{user})
	if err != nil {
		return err
	}
	all, err := tx.LockAdministrators(ctx, c.tenant)
	if err != nil {
		return err
	}
	if len(all) < 2 {
		return fault.New(fault.Invalid, "LastGlobalAdministrator", "nobody would be left")
	}
	u := found[0]
	u.AccountEnabled = false
	return tx.UpdateUser(ctx, c.tenant, u)
}

func roleDeletedUser(c *city) {
	u, all := c.person(c.tenant, true, directory.GlobalReader, directory.GlobalAdministrator)
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteUser(c.ctx, c.tenant, u.ID) })
	c.equal("roles", len(must(c.db.RolesOf(c.ctx, c.tenant, u.ID))), 0)
	_, err := c.db.GetRoleAssignment(c.ctx, c.tenant, all[0].ID)
	c.missing(err)
}
