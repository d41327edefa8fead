package storetest

import (
	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// nested is groups in groups, in a circle: a person in team, team in
// department, department in company, company in team; a PC in department.
type nested struct {
	user                      directory.User
	device                    directory.Device
	team, department, company directory.Group
	gone                      directory.Group // deleted, in department
}

func (w *world) nested() *nested {
	n := &nested{
		user:   directory.User{ID: directory.ObjectID(w.id()), UserPrincipalName: "ann@contoso.example", DisplayName: "Ann", Attributes: map[string]string{}, CreatedAt: w.now, Version: 1},
		device: directory.Device{ID: directory.ObjectID(w.id()), DeviceID: directory.DeviceID(w.id()), DisplayName: "PC", Attributes: map[string]string{}, CreatedAt: w.now, Version: 1},
		team:   w.group("team"), department: w.group("department"), company: w.group("company"), gone: w.group("gone"),
	}
	w.tx(func(tx autopilot.Tx) error {
		for _, g := range []directory.Group{n.team, n.department, n.company, n.gone} {
			if err := tx.CreateGroup(w.ctx, w.tenant, g); err != nil {
				return err
			}
		}
		w.ok(tx.CreateUser(w.ctx, w.tenant, n.user))
		w.ok(tx.CreateDevices(w.ctx, w.tenant, []directory.Device{n.device}))
		w.ok(tx.ApplyMemberships(w.ctx, w.tenant, []directory.Membership{
			{Group: n.team.ID, Member: n.user.ID, Kind: directory.MemberUser},
			{Group: n.department.ID, Member: n.device.ID, Kind: directory.MemberDevice},
			{Group: n.department.ID, Member: n.team.ID, Kind: directory.MemberGroup},
			{Group: n.department.ID, Member: n.gone.ID, Kind: directory.MemberGroup},
			{Group: n.company.ID, Member: n.department.ID, Kind: directory.MemberGroup},
			{Group: n.team.ID, Member: n.company.ID, Kind: directory.MemberGroup},
		}, nil))
		gone := n.gone
		gone.DeletedAt = w.now
		return tx.UpdateGroup(w.ctx, w.tenant, gone)
	})
	return n
}

func (n *nested) member(of any) directory.Member {
	switch x := of.(type) {
	case *directory.User:
		return directory.Member{Kind: directory.MemberUser, User: x}
	case *directory.Device:
		return directory.Member{Kind: directory.MemberDevice, Device: x}
	default:
		g, _ := x.(*directory.Group)
		return directory.Member{Kind: directory.MemberGroup, Group: g}
	}
}

func listNestedMembers(w *world) {
	n := w.nested()
	within := func(t directory.TenantID, g directory.ObjectID) func(*odata.Query) (odata.List[directory.Member], error) {
		return func(q *odata.Query) (odata.List[directory.Member], error) {
			return w.s.ListMembersWithin(w.ctx, t, g, q)
		}
	}
	user, device, team, department, company := n.member(&n.user), n.member(&n.device), n.member(&n.team), n.member(&n.department), n.member(&n.company)
	w.equal("members themselves", all(w, w.member(w.tenant, n.department.ID), w.query(memberTable, "$top=1")), []directory.Member{device, team})
	w.equal("members of the company", all(w, within(w.tenant, n.company.ID), w.query(memberTable, "$top=2")), []directory.Member{user, device, team, department})
	w.equal("members of the team", all(w, within(w.tenant, n.team.ID), w.query(memberTable, "")), []directory.Member{user, device, department, company})
	w.equal("by name", all(w, within(w.tenant, n.company.ID), w.query(memberTable, "$filter=displayName in ('team','Ann')&$orderby=displayName")), []directory.Member{user, team})
	w.equal("without an account", all(w, within(w.tenant, n.company.ID), w.query(memberTable, "$filter=accountEnabled eq null")), []directory.Member{team, department})
	w.equal("devices alone", all(w, within(w.tenant, n.company.ID), w.query(memberTable, "$filter=memberKind eq 'device'")), []directory.Member{device})
	w.equal("groups alone, by name", all(w, w.member(w.tenant, n.department.ID), w.query(memberTable, "$filter=memberKind eq 'group' and displayName eq 'team'")), []directory.Member{team})
	l, err := w.s.ListMembersWithin(w.ctx, w.tenant, n.company.ID, w.query(memberTable, "$count=true&$top=1"))
	w.ok(err)
	w.equal("count", l.Count, int64(4))
	w.equal("in the other tenant", len(all(w, within(directory.TenantID(w.id()), n.company.ID), w.query(memberTable, ""))), 0)
}

func listNestedGroups(w *world) {
	n := w.nested()
	around := func(member directory.ObjectID) []directory.Group {
		return all(w, func(q *odata.Query) (odata.List[directory.Group], error) {
			return w.s.ListGroupsAround(w.ctx, w.tenant, member, q)
		}, w.query(groupTable, "$top=2"))
	}
	w.equal("around the user", around(n.user.ID), []directory.Group{n.team, n.department, n.company})
	w.equal("around the device", around(n.device.ID), []directory.Group{n.team, n.department, n.company})
	w.equal("around a group in the circle", around(n.team.ID), []directory.Group{n.department, n.company})
	w.equal("around a deleted group until it is purged", around(n.gone.ID), []directory.Group{n.team, n.department, n.company})
}

func listOwned(w *world) {
	n := w.nested()
	other := directory.ObjectID(w.id())
	w.tx(func(tx autopilot.Tx) error { return tx.PutDeviceOwner(w.ctx, w.tenant, n.device.ID, n.user.ID, w.now) })
	for _, role := range []directory.PersonRole{directory.DeviceOwner, directory.DeviceUser} {
		people, err := w.s.ListPeopleOf(w.ctx, w.tenant, n.device.ID, role, w.query(groupTable, ""))
		w.ok(err)
		w.equal("people", people.Items, []directory.User{n.user})
		devices, err := w.s.ListDevicesOf(w.ctx, w.tenant, n.user.ID, role, w.query(objectTable, "$filter=startswith(displayName,'p')&$count=true"))
		w.ok(err)
		w.equal("devices", devices.Items, []directory.Device{n.device})
		w.equal("count", devices.Count, int64(1))
		none, err := w.s.ListDevicesOf(w.ctx, w.tenant, other, role, w.query(objectTable, ""))
		w.ok(err)
		w.equal("devices of nobody", len(none.Items), 0)
		nobody, err := w.s.ListPeopleOf(w.ctx, directory.TenantID(w.id()), n.device.ID, role, w.query(groupTable, ""))
		w.ok(err)
		w.equal("people of another tenant", len(nobody.Items), 0)
	}
}
