package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

const assignmentOfRoleColumns = "r.id, r.role_id, r.user_id, r.created_at"

func scanRoleAssignment(r row, a *directory.RoleAssignment) error {
	return r.Scan(asID(&a.ID), asID(&a.Role), asID(&a.User), asTime(&a.CreatedAt))
}

var roleAssignmentFields = map[string]field[directory.RoleAssignment]{
	"id":               {id("r.id"), func(a *directory.RoleAssignment) any { return a.ID }},
	"principalId":      {id("r.user_id"), func(a *directory.RoleAssignment) any { return string(a.User) }},
	"roleDefinitionId": {id("r.role_id"), func(a *directory.RoleAssignment) any { return string(a.Role) }},
}

var roleAssignmentList = &resource[directory.RoleAssignment]{
	what: "role assignments", fields: roleAssignmentFields, columns: columnsOf(roleAssignmentFields),
	selects: assignmentOfRoleColumns, id: "r.id", scan: scanRoleAssignment,
}

// ListRoleAssignments lists who has which role.
func (db *DB) ListRoleAssignments(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[directory.RoleAssignment], error) {
	s := db.scope(t)
	s.from = "FROM role_assignments r WHERE r.tenant_id = " + bindID(s.b, t)
	return list(ctx, db.reader(), roleAssignmentList, s, q)
}

// ListRoleMembers lists the people who have a role.
func (db *DB) ListRoleMembers(ctx context.Context, t directory.TenantID, role directory.RoleID, q *odata.Query) (odata.List[directory.User], error) {
	s := db.scope(t)
	s.from = "FROM role_assignments r JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.user_id" +
		" WHERE r.tenant_id = " + bindID(s.b, t) + " AND r.role_id = " + bindID(s.b, role)
	return list(ctx, db.reader(), userList, s, q)
}

// GetRoleAssignment implements directory.RoleReader.
func (db *DB) GetRoleAssignment(ctx context.Context, t directory.TenantID, id string) (directory.RoleAssignment, error) {
	a, ok, err := first(ctx, db.reader(), scanRoleAssignment, "SELECT "+assignmentOfRoleColumns+" FROM role_assignments r WHERE r.tenant_id = $1 AND r.id = $2", idArg(db.d, t), idArg(db.d, id))
	if err == nil && !ok {
		return a, missing("role assignment", id)
	}
	return a, fault.Wrap("get role assignment "+id, err)
}

func rolesOf(ctx context.Context, q querier, t directory.TenantID, user directory.ObjectID) ([]directory.RoleAssignment, error) {
	all, err := collect(ctx, q, scanRoleAssignment, "SELECT "+assignmentOfRoleColumns+" FROM role_assignments r WHERE r.tenant_id = $1 AND r.user_id = $2 ORDER BY r.role_id",
		idArg(q.dialect(), t), idArg(q.dialect(), user))
	return all, fault.Wrap("read the roles of "+string(user), err)
}

// RolesOf implements directory.RoleReader.
func (db *DB) RolesOf(ctx context.Context, t directory.TenantID, user directory.ObjectID) ([]directory.RoleID, error) {
	all, err := rolesOf(ctx, db.reader(), t, user)
	if err != nil {
		return nil, err
	}
	ids := make([]directory.RoleID, len(all))
	for i := range all {
		ids[i] = all[i].Role
	}
	return ids, nil
}

// HasAdministrator implements directory.RoleReader.
func (db *DB) HasAdministrator(ctx context.Context, t directory.TenantID) (bool, error) {
	var n int64
	_, err := one(ctx, db.reader(), []any{&n}, "SELECT COUNT(*) FROM role_assignments r JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.user_id"+
		" JOIN passwords p ON p.tenant_id = u.tenant_id AND p.user_id = u.id WHERE r.tenant_id = $1 AND r.role_id = $2 AND u.enabled = 1",
		idArg(db.d, t), idArg(db.d, directory.GlobalAdministrator))
	return n > 0, fault.Wrap("look for an administrator", err)
}

// RoleAssignmentsOf implements directory.RoleTx.
func (tx *Tx) RoleAssignmentsOf(ctx context.Context, t directory.TenantID, user directory.ObjectID) ([]directory.RoleAssignment, error) {
	return rolesOf(ctx, tx, t, user)
}

// CreateRoleAssignment implements directory.RoleTx.
func (tx *Tx) CreateRoleAssignment(ctx context.Context, t directory.TenantID, a directory.RoleAssignment) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO role_assignments (tenant_id, id, role_id, user_id, created_at) VALUES ($1, $2, $3, $4, $5)",
		idArg(d, t), idArg(d, a.ID), idArg(d, a.Role), idArg(d, a.User), timeArg(a.CreatedAt))
	if e, ok := fault.As(err); ok && e.Code == "AlreadyExists" {
		taken := fault.Field(fault.Conflict, "RoleAssigned", "principalId", "The person has this role already.", "Leave it as it is.")
		taken.Cause = err
		return taken
	}
	return fault.Wrap("assign role "+string(a.Role), err)
}

// DeleteRoleAssignment implements directory.RoleTx.
func (tx *Tx) DeleteRoleAssignment(ctx context.Context, t directory.TenantID, id string) error {
	n, err := tx.exec(ctx, "DELETE FROM role_assignments WHERE tenant_id = $1 AND id = $2", idArg(tx.dialect(), t), idArg(tx.dialect(), id))
	if err == nil && n == 0 {
		return missing("role assignment", id)
	}
	return fault.Wrap("take role away", err)
}

// LockAdministrators implements directory.RoleTx: the tenant's row is what
// changes of its administrators queue up at.
func (tx *Tx) LockAdministrators(ctx context.Context, t directory.TenantID) ([]directory.ObjectID, error) {
	if err := tx.lockTenant(ctx, t); err != nil {
		return nil, err
	}
	ids, err := collect(ctx, tx, func(r row, id *directory.ObjectID) error { return r.Scan(asID(id)) },
		"SELECT u.id FROM role_assignments r JOIN users u ON u.tenant_id = r.tenant_id AND u.id = r.user_id WHERE r.tenant_id = $1 AND r.role_id = $2 AND u.enabled = 1 ORDER BY u.id",
		idArg(tx.dialect(), t), idArg(tx.dialect(), directory.GlobalAdministrator))
	return ids, fault.Wrap("read the administrators", err)
}
