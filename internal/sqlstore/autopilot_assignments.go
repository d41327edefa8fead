package sqlstore

import (
	"context"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const assignmentColumns = `s.profile_id, s.target, s.group_id, s.created_at`

func scanAssignment(r row, a *autopilot.Assignment) error {
	return r.Scan(asID(&a.Profile), targetKinds.as(&a.Target), asID(&a.Group), asTime(&a.CreatedAt))
}

// ListAssignments returns a profile's assignments, oldest first; none when
// there is no such profile.
func (db *DB) ListAssignments(ctx context.Context, t directory.TenantID, p autopilot.ProfileID) ([]autopilot.Assignment, error) {
	return assignmentsOf(ctx, db.reader(), t, p)
}

// AssignmentsOf is ListAssignments inside the transaction.
func (tx *Tx) AssignmentsOf(ctx context.Context, t directory.TenantID, p autopilot.ProfileID) ([]autopilot.Assignment, error) {
	return assignmentsOf(ctx, tx, t, p)
}

func assignmentsOf(ctx context.Context, q querier, t directory.TenantID, p autopilot.ProfileID) ([]autopilot.Assignment, error) {
	as, err := collect(ctx, q, scanAssignment, "SELECT "+assignmentColumns+" FROM assignments s WHERE s.tenant_id = $1 AND s.profile_id = $2 ORDER BY s.created_at, s.group_id, s.target",
		idArg(q.dialect(), t), idArg(q.dialect(), p))
	return as, fault.Wrap("list the assignments of profile "+string(p), err)
}

// LoadConfig reads profiles, assignments and the version they are of from one
// state of the database.
func (db *DB) LoadConfig(ctx context.Context, t directory.TenantID) (ps []autopilot.Profile, as []autopilot.Assignment, version int64, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		if version, err = configVersion(ctx, q, t, ""); err != nil {
			return fault.Wrap("read the configuration version", err)
		}
		ps, as, err = configRows(ctx, q, t)
		return err
	})
	return ps, as, version, err
}

// ConfigRows is LoadConfig inside the transaction, without the version.
func (tx *Tx) ConfigRows(ctx context.Context, t directory.TenantID) ([]autopilot.Profile, []autopilot.Assignment, error) {
	return configRows(ctx, tx, t)
}

// configRows leaves out assignments to groups that are deleted or gone.
func configRows(ctx context.Context, q querier, t directory.TenantID) ([]autopilot.Profile, []autopilot.Assignment, error) {
	tenant := idArg(q.dialect(), t)
	ps, err := collect(ctx, q, scanProfile, "SELECT "+profileColumns+" FROM profiles p WHERE p.tenant_id = $1 AND p.kind = $2 ORDER BY p.created_at, p.id", tenant, profileKind)
	if err != nil {
		return nil, nil, fault.Wrap("read profiles", err)
	}
	as, err := collect(ctx, q, scanAssignment, "SELECT "+assignmentColumns+" FROM assignments s"+
		" LEFT JOIN dir_groups g ON g.tenant_id = s.tenant_id AND g.id = s.group_id"+
		" WHERE s.tenant_id = $1 AND (s.target = $2 OR g.deleted_at = 0) ORDER BY s.profile_id, s.group_id, s.target",
		tenant, targetKinds.number(autopilot.TargetAllDevices))
	return ps, as, fault.Wrap("read assignments", err)
}

// AllDevicesHolder is the profile that holds All devices.
func (tx *Tx) AllDevicesHolder(ctx context.Context, t directory.TenantID) (p autopilot.Profile, ok bool, err error) {
	p, ok, err = first(ctx, tx, scanProfile, "SELECT "+profileColumns+" FROM assignments s JOIN profiles p ON p.tenant_id = s.tenant_id AND p.id = s.profile_id"+
		" WHERE s.tenant_id = $1 AND s.target = $2", idArg(tx.dialect(), t), targetKinds.arg(autopilot.TargetAllDevices))
	return p, ok, fault.Wrap("read who is assigned to All devices", err)
}

// AddAssignment stores one. The schema holds that one profile of a tenant goes
// to All devices, whoever else adds one at the same time.
func (tx *Tx) AddAssignment(ctx context.Context, t directory.TenantID, a autopilot.Assignment) error {
	d := tx.dialect()
	a.Group = groupOf(&a)
	n, err := tx.exec(ctx, "INSERT INTO assignments (tenant_id, profile_id, group_id, target, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
		idArg(d, t), idArg(d, a.Profile), idArg(d, a.Group), targetKinds.arg(a.Target), timeArg(a.CreatedAt))
	if err != nil {
		return fault.Wrap("assign profile "+string(a.Profile), err)
	}
	if n == 1 {
		return nil
	}
	var holder autopilot.ProfileID
	if a.Target == autopilot.TargetAllDevices {
		if _, err := one(ctx, tx, []any{asID(&holder)}, "SELECT profile_id FROM assignments WHERE tenant_id = $1 AND target = $2", idArg(d, t), targetKinds.arg(a.Target)); err != nil {
			return fault.Wrap("read who is assigned to All devices", err)
		}
	}
	if holder != "" && holder != a.Profile {
		return fault.New(fault.Conflict, "AllDevicesAlreadyAssigned", "The profile '"+string(holder)+"' is already assigned to All devices.")
	}
	return fault.New(fault.Conflict, "AssignmentExists", "The profile is assigned to this target already.")
}

// RemoveAssignment removes one; fault.NotFound when it is not there.
func (tx *Tx) RemoveAssignment(ctx context.Context, t directory.TenantID, a autopilot.Assignment) error {
	d := tx.dialect()
	a.Group = groupOf(&a)
	n, err := tx.exec(ctx, "DELETE FROM assignments WHERE tenant_id = $1 AND profile_id = $2 AND group_id = $3 AND target = $4",
		idArg(d, t), idArg(d, a.Profile), idArg(d, a.Group), targetKinds.arg(a.Target))
	if err != nil {
		return fault.Wrap("unassign profile "+string(a.Profile), err)
	}
	if n == 0 {
		return missing("assignment", a.ID())
	}
	return nil
}

// groupOf is the group as stored: All devices has none.
func groupOf(a *autopilot.Assignment) directory.ObjectID {
	if a.Target == autopilot.TargetAllDevices {
		return ""
	}
	return a.Group
}
