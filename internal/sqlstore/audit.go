package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// auditColumns are in the order of scanAudit; e is the table's name in a query.
const auditColumns = "e.id, e.at, e.actor, e.activity, e.category, e.target_id, e.target_type, e.target_name, e.diff"

func scanAudit(r row, e *directory.AuditEvent) error {
	return r.Scan(asID(&e.ID), asTime(&e.At), asJSON(&e.Actor), &e.Activity, &e.Category, &e.TargetID, &e.TargetType, &e.TargetName, asJSON(&e.Changes))
}

// Audit implements directory.AuditTx. The sealer chains the events later, so
// that no write waits for the head of the chain.
func (tx *Tx) Audit(ctx context.Context, t directory.TenantID, events ...directory.AuditEvent) error {
	d := tx.dialect()
	rows := make([][]any, len(events))
	for i := range events {
		e := &events[i]
		rows[i] = []any{
			idArg(d, t), idArg(d, e.ID), timeArg(e.At),
			jsonArg{e.Actor},
			e.Activity, e.Category, e.TargetID, e.TargetType, e.TargetName,
			jsonArg{e.Changes},
			[]byte{},
		}
	}
	err := insertRows(ctx, tx, "INSERT INTO audit (tenant_id, id, at, actor, activity, category, target_id, target_type, target_name, diff, prev_hash) VALUES ", rows, "")
	return fault.Wrap("record the audit event", err)
}
