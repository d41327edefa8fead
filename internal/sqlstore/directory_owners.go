package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// OwnersOf implements directory.OwnerTx.
func (tx *Tx) OwnersOf(ctx context.Context, t directory.TenantID, group directory.ObjectID) ([]directory.ObjectID, error) {
	d := tx.dialect()
	ids, err := collect(ctx, tx, scanID[directory.ObjectID], "SELECT user_id FROM group_owners WHERE tenant_id = $1 AND group_id = $2 ORDER BY user_id", idArg(d, t), idArg(d, group))
	return ids, fault.Wrap("read the owners of "+string(group), err)
}

// ReplaceOwners implements directory.OwnerTx.
func (tx *Tx) ReplaceOwners(ctx context.Context, t directory.TenantID, group directory.ObjectID, owners []directory.ObjectID) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "DELETE FROM group_owners WHERE tenant_id = $1 AND group_id = $2", idArg(d, t), idArg(d, group))
	if err == nil {
		rows := make([][]any, len(owners))
		for i, id := range owners {
			rows[i] = []any{idArg(d, t), idArg(d, group), idArg(d, id)}
		}
		err = insertRows(ctx, tx, "INSERT INTO group_owners (tenant_id, group_id, user_id) VALUES ", rows, "")
	}
	return fault.Wrap("write the owners of "+string(group), err)
}

// ListOwners lists the owners of a group.
func (db *DB) ListOwners(ctx context.Context, t directory.TenantID, group directory.ObjectID, q *odata.Query) (odata.List[directory.User], error) {
	s := db.scope(t)
	s.from = "FROM group_owners o JOIN users u ON u.tenant_id = o.tenant_id AND u.id = o.user_id WHERE o.tenant_id = " + bindID(s.b, t) + " AND o.group_id = " + bindID(s.b, group)
	return list(ctx, db.reader(), userList, s, q)
}
