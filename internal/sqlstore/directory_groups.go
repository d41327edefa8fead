package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// groupColumns are in the order of scanGroup; g is the table's name in a query.
const groupColumns = "g.id, g.display_name, g.description, g.mail_nickname, g.kind, g.rule, g.processing, g.rule_version, g.applied_version," +
	" g.last_updated, g.created_at, g.deleted_at, g.version"

func scanGroup(r row, g *directory.Group) error {
	return r.Scan(asID(&g.ID), &g.DisplayName, &g.Description, &g.MailNickname, groupKinds.as(&g.Kind), &g.Rule, processings.as(&g.Processing),
		&g.RuleVersion, &g.AppliedVersion, asTime(&g.LastUpdated), asTime(&g.CreatedAt), asTime(&g.DeletedAt), &g.Version)
}

const groupByID = "SELECT " + groupColumns + " FROM dir_groups g WHERE g.tenant_id = $1 AND g.id = $2 AND g.deleted_at = 0"

// GetGroup implements directory.Reader; a deleted group is missing.
func (db *DB) GetGroup(ctx context.Context, t directory.TenantID, id directory.ObjectID) (directory.Group, error) {
	g, ok, err := first(ctx, db.reader(), scanGroup, groupByID, idArg(db.d, t), idArg(db.d, id))
	if err == nil && !ok {
		return g, missing("group", string(id))
	}
	return g, fault.Wrap("get group "+string(id), err)
}

// ListDynamicGroups implements directory.Reader.
func (db *DB) ListDynamicGroups(ctx context.Context, t directory.TenantID) (groups []directory.Group, version int64, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		if groups, err = dynamicGroups(ctx, q, t); err != nil {
			return err
		}
		version, err = configVersion(ctx, q, t, "")
		return err
	})
	return groups, version, fault.Wrap("list dynamic groups", err)
}

func dynamicGroups(ctx context.Context, q querier, t directory.TenantID) ([]directory.Group, error) {
	return collect(ctx, q, scanGroup, "SELECT "+groupColumns+" FROM dir_groups g WHERE g.tenant_id = $1 AND g.kind <> $2 AND g.deleted_at = 0 ORDER BY g.id",
		idArg(q.dialect(), t), groupKinds.arg(directory.Assigned))
}

// RuleGroups implements directory.ConfigTx.
func (tx *Tx) RuleGroups(ctx context.Context, t directory.TenantID) ([]directory.Group, error) {
	groups, err := dynamicGroups(ctx, tx, t)
	return groups, fault.Wrap("list dynamic groups", err)
}

// CreateGroup implements directory.GroupTx; a taken id is fault.Conflict with
// code GroupExists. Names may repeat.
func (tx *Tx) CreateGroup(ctx context.Context, t directory.TenantID, g directory.Group) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO dir_groups (tenant_id, id, display_name, name_key, description, mail_nickname, kind, rule, processing, rule_version,"+
		" applied_version, last_updated, created_at, deleted_at, version) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
		idArg(d, t), idArg(d, g.ID), g.DisplayName, odata.Fold(g.DisplayName), g.Description, g.MailNickname, groupKinds.arg(g.Kind), g.Rule,
		processings.arg(g.Processing), g.RuleVersion, g.AppliedVersion, timeArg(g.LastUpdated), timeArg(g.CreatedAt), timeArg(g.DeletedAt), max(g.Version, 1))
	return fault.Wrap("create group "+g.DisplayName, conflictAs(err, "GroupExists", "There is a group with this id already."))
}

// UpdateGroup implements directory.GroupTx. It also works on a deleted group.
func (tx *Tx) UpdateGroup(ctx context.Context, t directory.TenantID, g directory.Group) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "UPDATE dir_groups SET display_name = $3, name_key = $4, description = $5, mail_nickname = $6, kind = $7, rule = $8, processing = $9,"+
		" rule_version = $10, applied_version = $11, last_updated = $12, deleted_at = $13, version = version + 1 WHERE tenant_id = $1 AND id = $2",
		idArg(d, t), idArg(d, g.ID), g.DisplayName, odata.Fold(g.DisplayName), g.Description, g.MailNickname, groupKinds.arg(g.Kind), g.Rule,
		processings.arg(g.Processing), g.RuleVersion, g.AppliedVersion, timeArg(g.LastUpdated), timeArg(g.DeletedAt))
	if err == nil && n == 0 {
		return missing("group", string(g.ID))
	}
	return fault.Wrap("update group "+string(g.ID), err)
}

// LockGroup implements directory.GroupTx.
func (tx *Tx) LockGroup(ctx context.Context, t directory.TenantID, id directory.ObjectID) (directory.Group, error) {
	g, ok, err := first(ctx, tx, scanGroup, groupByID+"/*lock*/", idArg(tx.dialect(), t), idArg(tx.dialect(), id))
	if err == nil && !ok {
		return g, missing("group", string(id))
	}
	return g, fault.Wrap("lock group "+string(id), err)
}

// PurgeGroup implements directory.GroupTx. A living group is left alone, and
// one that is gone is no error: a fill may end twice.
func (tx *Tx) PurgeGroup(ctx context.Context, t directory.TenantID, id directory.ObjectID) error {
	tenant, group := idArg(tx.dialect(), t), idArg(tx.dialect(), id)
	n, err := tx.exec(ctx, "DELETE FROM dir_groups WHERE tenant_id = $1 AND id = $2 AND deleted_at <> 0", tenant, group)
	if err == nil && n > 0 {
		_, err = tx.exec(ctx, "DELETE FROM memberships WHERE tenant_id = $1 AND group_id = $2", tenant, group)
	}
	if err == nil && n > 0 {
		_, err = tx.exec(ctx, "DELETE FROM group_owners WHERE tenant_id = $1 AND group_id = $2", tenant, group)
	}
	if err == nil && n > 0 {
		_, err = tx.exec(ctx, "DELETE FROM memberships/*by_member*/ WHERE tenant_id = $1 AND member_id = $2", tenant, group)
	}
	return fault.Wrap("purge group "+string(id), err)
}

// ApplyFilled implements directory.GroupTx. It is no change a client made, so
// the ETag stays.
func (tx *Tx) ApplyFilled(ctx context.Context, t directory.TenantID, id directory.ObjectID, version int64, at time.Time) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "UPDATE dir_groups SET applied_version = $3, last_updated = $4 WHERE tenant_id = $1 AND id = $2 AND applied_version <= $5",
		idArg(d, t), idArg(d, id), version, timeArg(at), version)
	return fault.Wrap("note the filled group "+string(id), err)
}
