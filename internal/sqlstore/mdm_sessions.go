package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

func scanMDMSession(r row, s *enrollment.Session) error { return r.Scan(asJSON(s)) }

// GetMDMSession implements enrollment.SessionTx.
func (tx *Tx) GetMDMSession(ctx context.Context, t directory.TenantID, d enrollment.DeviceID, id string) (enrollment.Session, error) {
	s, ok, err := first(ctx, tx, scanMDMSession, "SELECT body FROM mdm_sessions WHERE tenant_id = $1 AND device_id = $2 AND session_id = $3",
		idArg(tx.dialect(), t), idArg(tx.dialect(), d), id)
	if err == nil && !ok {
		return s, missing("management session", id)
	}
	return s, fault.Wrap("read a management session", err)
}

// PutMDMSession implements enrollment.SessionTx.
func (tx *Tx) PutMDMSession(ctx context.Context, t directory.TenantID, s enrollment.Session) error {
	_, err := tx.exec(ctx, "INSERT INTO mdm_sessions (tenant_id, device_id, session_id, body, updated_at) VALUES ($1, $2, $3, $4, $5)"+
		" ON CONFLICT (tenant_id, device_id, session_id) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at",
		idArg(tx.dialect(), t), idArg(tx.dialect(), s.Device), s.ID, jsonArg{s}, timeArg(s.UpdatedAt))
	return fault.Wrap("store a management session", err)
}

// OtherSessions implements enrollment.SessionTx.
func (tx *Tx) OtherSessions(ctx context.Context, t directory.TenantID, d enrollment.DeviceID, except string) ([]enrollment.Session, error) {
	all, err := collect(ctx, tx, scanMDMSession, "SELECT body FROM mdm_sessions WHERE tenant_id = $1 AND device_id = $2 AND session_id <> $3 ORDER BY session_id",
		idArg(tx.dialect(), t), idArg(tx.dialect(), d), except)
	return all, fault.Wrap("list management sessions", err)
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
