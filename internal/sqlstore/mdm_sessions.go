package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// standingRow is a device's standing with one of its sessions, or with none.
type standingRow struct {
	open, states bool
	session      enrollment.Session
}

func scanStanding(r row, s *standingRow) error {
	return r.Scan(asBool(&s.open), asBool(&s.states), asJSON(&s.session))
}

// GetStanding implements enrollment.SessionTx.
func (tx *Tx) GetStanding(ctx context.Context, t directory.TenantID, d enrollment.DeviceID) (enrollment.Standing, error) {
	rows, err := collect(ctx, tx, scanStanding, "SELECT CASE WHEN EXISTS (SELECT 1 FROM mdm_commands c WHERE c.tenant_id = $1 AND c.device_id = $2 AND c.state < 3) THEN 1 ELSE 0 END,"+
		" CASE WHEN EXISTS (SELECT 1 FROM mdm_states p WHERE p.tenant_id = $1 AND p.device_id = $2) THEN 1 ELSE 0 END, COALESCE(s.body, 'null')"+
		" FROM (SELECT 1 AS n) o LEFT JOIN mdm_sessions s ON s.tenant_id = $1 AND s.device_id = $2 ORDER BY s.session_id",
		idArg(tx.dialect(), t), idArg(tx.dialect(), d))
	var all enrollment.Standing
	for i := range rows {
		all.Open, all.States = rows[i].open, rows[i].states
		if rows[i].session.Device != "" {
			all.Sessions = append(all.Sessions, rows[i].session)
		}
	}
	return all, fault.Wrap("read the management sessions of "+string(d), err)
}

// PutMDMSession implements enrollment.SessionTx.
func (tx *Tx) PutMDMSession(ctx context.Context, t directory.TenantID, s enrollment.Session) error {
	_, err := tx.exec(ctx, "INSERT INTO mdm_sessions (tenant_id, device_id, session_id, body, updated_at) VALUES ($1, $2, $3, $4, $5)"+
		" ON CONFLICT (tenant_id, device_id, session_id) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at",
		idArg(tx.dialect(), t), idArg(tx.dialect(), s.Device), s.ID, jsonArg{s}, timeArg(s.UpdatedAt))
	return fault.Wrap("store a management session", err)
}

// ReplaceMDMSession implements enrollment.SessionTx: the row takes over the new
// name and body.
func (tx *Tx) ReplaceMDMSession(ctx context.Context, t directory.TenantID, old string, s enrollment.Session) error {
	n, err := tx.exec(ctx, "UPDATE mdm_sessions SET session_id = $4, body = $5, updated_at = $6 WHERE tenant_id = $1 AND device_id = $2 AND session_id = $3",
		idArg(tx.dialect(), t), idArg(tx.dialect(), s.Device), old, s.ID, jsonArg{s}, timeArg(s.UpdatedAt))
	if err == nil && n == 0 {
		return tx.PutMDMSession(ctx, t, s)
	}
	return fault.Wrap("store a management session", err)
}

// DeleteMDMSession implements enrollment.SessionTx; one that is not there is no error.
func (tx *Tx) DeleteMDMSession(ctx context.Context, t directory.TenantID, d enrollment.DeviceID, id string) error {
	_, err := tx.exec(ctx, "DELETE FROM mdm_sessions WHERE tenant_id = $1 AND device_id = $2 AND session_id = $3", idArg(tx.dialect(), t), idArg(tx.dialect(), d), id)
	return fault.Wrap("delete a management session", err)
}

// DeleteMDMSessions implements enrollment.SessionTx.
func (tx *Tx) DeleteMDMSessions(ctx context.Context, t directory.TenantID, d enrollment.DeviceID) error {
	_, err := tx.exec(ctx, "DELETE FROM mdm_sessions WHERE tenant_id = $1 AND device_id = $2", idArg(tx.dialect(), t), idArg(tx.dialect(), d))
	return fault.Wrap("delete management sessions", err)
}

// ForgetMDMSessions removes sessions that nobody has gone on with since before.
// What they had sent is decided when the PC comes again.
func (db *DB) ForgetMDMSessions(ctx context.Context, before time.Time) (int, error) {
	var n int64
	err := db.InTx(ctx, func(tx *Tx) (err error) {
		n, err = tx.exec(ctx, "DELETE FROM mdm_sessions WHERE updated_at < $1", timeArg(before))
		return err
	})
	return int(n), fault.Wrap("forget management sessions", err)
}
