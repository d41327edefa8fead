package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

var userList = &resource[directory.User]{
	what: "users", fields: userFields, columns: columnsOf(userFields),
	selects: userColumns, id: "u.id", scan: scanUser,
}

// ListUsers lists users.
func (db *DB) ListUsers(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.User], error) {
	s := db.scope(t)
	s.from = "FROM users u WHERE u.tenant_id = " + bindID(s.b, t)
	return list(ctx, db.reader(), userList, s, q)
}

var deviceList = &resource[directory.Device]{
	what: "device objects", fields: deviceFields, columns: columnsOf(deviceFields),
	selects: deviceColumns, id: "d.id", scan: scanDevice,
}

// ListDevices lists device objects.
func (db *DB) ListDevices(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.Device], error) {
	s := db.scope(t)
	s.from = "FROM devices d WHERE d.tenant_id = " + bindID(s.b, t)
	return list(ctx, db.reader(), deviceList, s, q)
}

var groupList = &resource[directory.Group]{
	what: "groups", fields: groupFields, columns: columnsOf(groupFields),
	selects: groupColumns, id: "g.id", scan: scanGroup,
}

// ListGroups lists living groups.
func (db *DB) ListGroups(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.Group], error) {
	s := db.scope(t)
	s.from = "FROM dir_groups g WHERE g.deleted_at = 0 AND g.tenant_id = " + bindID(s.b, t)
	return list(ctx, db.reader(), groupList, s, q)
}

// ListGroupsOf lists the living groups that a user or device is a member of.
func (db *DB) ListGroupsOf(ctx context.Context, t directory.TenantID, member directory.ObjectID, q *odata.Query) (odata.List[directory.Group], error) {
	s := db.scope(t)
	s.from = "FROM memberships m/*by_member*/ JOIN dir_groups g ON g.tenant_id = m.tenant_id AND g.id = m.group_id" +
		" WHERE g.deleted_at = 0 AND m.tenant_id = " + bindID(s.b, t) + " AND m.member_id = " + bindID(s.b, member)
	return list(ctx, db.reader(), groupList, s, q)
}

var memberList = &resource[directory.Member]{
	what: "members", fields: memberFields, columns: columnsOf(memberFields),
	selects: "m.member_kind, m.member_id", id: "m.member_id", scan: scanMember, fill: fillMembers,
}

// ListGroupsAround lists the living groups that a user, device or group is in,
// through other groups too.
func (db *DB) ListGroupsAround(ctx context.Context, t directory.TenantID, member directory.ObjectID, q *odata.Query) (odata.List[directory.Group], error) {
	s := db.scope(t)
	s.from = "FROM (" + groupsAround(s.b, t, member) + ") a JOIN dir_groups g ON g.id = a.id WHERE g.deleted_at = 0 AND g.tenant_id = " + bindID(s.b, t) + " AND g.id <> " + bindID(s.b, member)
	return list(ctx, db.reader(), groupList, s, q)
}

// memberJoins gives each member m what it is.
const memberJoins = " LEFT JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.member_id" +
	" LEFT JOIN devices d ON d.tenant_id = m.tenant_id AND d.id = m.member_id" +
	" LEFT JOIN dir_groups g ON g.tenant_id = m.tenant_id AND g.id = m.member_id AND g.deleted_at = 0"

const isMember = " (u.id IS NOT NULL OR d.id IS NOT NULL OR g.id IS NOT NULL)"

// ListMembersWithin lists the members of a group, those of the groups in it and
// so on, each once.
func (db *DB) ListMembersWithin(ctx context.Context, t directory.TenantID, group directory.ObjectID, q *odata.Query) (odata.List[directory.Member], error) {
	s := db.scope(t)
	tenant, top := bindID(s.b, t), bindID(s.b, group)
	columns := "m.tenant_id, m.member_id, m.member_kind"
	s.from = "FROM (WITH RECURSIVE within(tenant_id, member_id, member_kind) AS (SELECT " + columns + " FROM memberships m WHERE m.tenant_id = " + tenant + " AND m.group_id = " + top +
		" UNION SELECT " + columns + " FROM within w JOIN dir_groups l ON l.tenant_id = w.tenant_id AND l.id = w.member_id AND l.deleted_at = 0" +
		" JOIN memberships m ON m.tenant_id = l.tenant_id AND m.group_id = l.id) SELECT tenant_id, member_id, member_kind FROM within) m" + memberJoins +
		" WHERE m.member_id <> " + top + " AND" + isMember
	return list(ctx, db.reader(), memberList, s, q)
}

// ListMembers lists the users, devices and groups in a group.
func (db *DB) ListMembers(ctx context.Context, t directory.TenantID, group directory.ObjectID, q *odata.Query) (odata.List[directory.Member], error) {
	s := db.scope(t)
	s.from = "FROM memberships m" + memberJoins + " WHERE m.tenant_id = " + bindID(s.b, t) + " AND m.group_id = " + bindID(s.b, group) + " AND" + isMember
	return list(ctx, db.reader(), memberList, s, q)
}

// scanMember reads what a member is; fillMembers reads the rest.
func scanMember(r row, m *directory.Member) error {
	var id directory.ObjectID
	if err := r.Scan(memberKinds.as(&m.Kind), asID(&id)); err != nil {
		return err
	}
	switch m.Kind {
	case directory.MemberUser:
		m.User = &directory.User{ID: id}
	case directory.MemberGroup:
		m.Group = &directory.Group{ID: id}
	default:
		m.Device = &directory.Device{ID: id}
	}
	return nil
}

// fillMembers reads the objects of a page, each kind in one go.
func fillMembers(ctx context.Context, q querier, t directory.TenantID, page []hit[directory.Member]) ([]hit[directory.Member], error) {
	var userIDs, deviceIDs, groupIDs []directory.ObjectID
	for i := range page {
		switch m := &page[i].item; m.Kind {
		case directory.MemberUser:
			userIDs = append(userIDs, m.ID())
		case directory.MemberGroup:
			groupIDs = append(groupIDs, m.ID())
		default:
			deviceIDs = append(deviceIDs, m.ID())
		}
	}
	users, err := byIDs(ctx, q, t, scanUser, "SELECT "+userColumns+" FROM users u WHERE u.tenant_id = ", "u.id", userIDs, func(u *directory.User) directory.ObjectID { return u.ID })
	if err != nil {
		return nil, err
	}
	devices, err := byIDs(ctx, q, t, scanDevice, "SELECT "+deviceColumns+" FROM devices d WHERE d.tenant_id = ", "d.id", deviceIDs, func(d *directory.Device) directory.ObjectID { return d.ID })
	if err != nil {
		return nil, err
	}
	groups, err := byIDs(ctx, q, t, scanGroup, "SELECT "+groupColumns+" FROM dir_groups g WHERE g.deleted_at = 0 AND g.tenant_id = ", "g.id", groupIDs, func(g *directory.Group) directory.ObjectID { return g.ID })
	if err != nil {
		return nil, err
	}
	kept := page[:0]
	for _, h := range page {
		m := &h.item
		id := m.ID()
		m.User, m.Device, m.Group = users[id], devices[id], groups[id]
		if m.User != nil || m.Device != nil || m.Group != nil {
			kept = append(kept, h)
		}
	}
	return kept, nil
}

// ListPeopleOf lists the owners or users of a device object.
func (db *DB) ListPeopleOf(ctx context.Context, t directory.TenantID, device directory.ObjectID, role directory.PersonRole, q *odata.Query) (odata.List[directory.User], error) {
	s := db.scope(t)
	s.from = "FROM device_people p JOIN users u ON u.tenant_id = p.tenant_id AND u.id = p.user_id WHERE p.tenant_id = " + bindID(s.b, t) +
		" AND p.object_id = " + bindID(s.b, device) + " AND p.role = " + s.b.arg(personRoles.arg(role))
	return list(ctx, db.reader(), userList, s, q)
}

// ListDevicesOf lists the devices that a person owns or uses.
func (db *DB) ListDevicesOf(ctx context.Context, t directory.TenantID, user directory.ObjectID, role directory.PersonRole, q *odata.Query) (odata.List[directory.Device], error) {
	s := db.scope(t)
	s.from = "FROM device_people p JOIN devices d ON d.tenant_id = p.tenant_id AND d.id = p.object_id WHERE p.tenant_id = " + bindID(s.b, t) +
		" AND p.user_id = " + bindID(s.b, user) + " AND p.role = " + s.b.arg(personRoles.arg(role))
	return list(ctx, db.reader(), deviceList, s, q)
}

func byIDs[T any](ctx context.Context, q querier, t directory.TenantID, scan func(row, *T) error, head, column string, ids []directory.ObjectID, idOf func(*T) directory.ObjectID) (map[directory.ObjectID]*T, error) {
	found := make(map[directory.ObjectID]*T, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	b := &builder{d: q.dialect()}
	all, err := collect(ctx, q, scan, head+bindID(b, t)+" AND "+column+" IN ("+bindIDs(b, ids)+")", b.args...)
	if err != nil {
		return nil, err
	}
	for i := range all {
		found[idOf(&all[i])] = &all[i]
	}
	return found, nil
}

var auditList = &resource[directory.AuditEvent]{
	what: "audit events", fields: auditFields, columns: columnsOf(auditFields),
	selects: auditColumns, id: "e.id", scan: scanAudit, newest: true,
}

// ListAuditEvents lists audit events, the newest first unless asked otherwise.
func (db *DB) ListAuditEvents(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.AuditEvent], error) {
	s := db.scope(t)
	s.from = "FROM audit e WHERE e.tenant_id = " + bindID(s.b, t)
	return list(ctx, db.reader(), auditList, s, q)
}

// GetAuditEvent returns one audit event; fault.NotFound when there is none.
func (db *DB) GetAuditEvent(ctx context.Context, t directory.TenantID, id string) (directory.AuditEvent, error) {
	q := db.reader()
	e, ok, err := first(ctx, q, scanAudit, "SELECT "+auditColumns+" FROM audit e WHERE e.tenant_id = $1 AND e.id = $2", idArg(q.dialect(), t), idArg(q.dialect(), id))
	if err != nil {
		return e, fault.Wrap("read audit event "+id, err)
	}
	if !ok {
		return e, missing("audit event", id)
	}
	return e, nil
}

// AuditActivities are the activities of all audit events by their category.
func (db *DB) AuditActivities(ctx context.Context, t directory.TenantID) (map[string][]string, error) {
	type pair struct{ category, activity string }
	q := db.reader()
	all, err := collect(ctx, q, func(r row, p *pair) error { return r.Scan(&p.category, &p.activity) },
		"SELECT DISTINCT e.category, e.activity FROM audit e WHERE e.tenant_id = $1 ORDER BY e.category, e.activity", idArg(q.dialect(), t))
	known := map[string][]string{}
	for _, p := range all {
		known[p.category] = append(known[p.category], p.activity)
	}
	return known, fault.Wrap("read the activities of audit events", err)
}
