package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

func enrolmentSettings(ctx context.Context, q querier, t directory.TenantID) (s enrollment.Settings, err error) {
	_, err = one(ctx, q, []any{asJSON(&s), &s.Version}, "SELECT body, version FROM mdm_settings WHERE tenant_id = $1", idArg(q.dialect(), t))
	return s, fault.Wrap("read enrolment settings", err)
}

// GetEnrolmentSettings implements enrollment.SettingsReader.
func (db *DB) GetEnrolmentSettings(ctx context.Context, t directory.TenantID) (enrollment.Settings, error) {
	return enrolmentSettings(ctx, db.reader(), t)
}

// FindEntraTenant implements enrollment.SettingsReader.
func (db *DB) FindEntraTenant(ctx context.Context, tid string) (t directory.TenantID, e enrollment.EntraTenant, err error) {
	ok, err := one(ctx, db.reader(), []any{asID(&t), asJSON(&e)}, "SELECT tenant_id, body FROM entra_tenants WHERE entra_id = $1", idArg(db.d, tid))
	if err == nil && !ok {
		return t, e, missing("Entra tenant", tid)
	}
	return t, e, fault.Wrap("find the Entra tenant "+tid, err)
}

// LockEnrolmentSettings implements enrollment.SettingsTx. The tenant's row is
// held: settings that were never written have none.
func (tx *Tx) LockEnrolmentSettings(ctx context.Context, t directory.TenantID) (enrollment.Settings, error) {
	if err := tx.lockTenant(ctx, t); err != nil {
		return enrollment.Settings{}, fault.Wrap("lock enrolment settings", err)
	}
	return enrolmentSettings(ctx, tx, t)
}

// PutEnrolmentSettings implements enrollment.SettingsTx.
func (tx *Tx) PutEnrolmentSettings(ctx context.Context, t directory.TenantID, s enrollment.Settings) error {
	d := tx.dialect()
	version := s.Version + 1
	s.Version = 0
	_, err := tx.exec(ctx, "INSERT INTO mdm_settings (tenant_id, body, version) VALUES ($1, $2, $3) ON CONFLICT (tenant_id) DO UPDATE SET body = excluded.body, version = excluded.version",
		idArg(d, t), jsonArg{s}, version)
	if err == nil {
		_, err = tx.exec(ctx, "DELETE FROM entra_tenants WHERE tenant_id = $1", idArg(d, t))
	}
	if err == nil {
		rows := make([][]any, len(s.Entra))
		for i, e := range s.Entra {
			rows[i] = []any{idArg(d, e.TenantID), idArg(d, t), jsonArg{e}}
		}
		err = insertRows(ctx, tx, "INSERT INTO entra_tenants (entra_id, tenant_id, body) VALUES ", rows, "")
	}
	return fault.Wrap("store enrolment settings", conflictAs(err, "EntraTenantTaken", "Another organisation of this server takes the PCs of this Entra tenant."))
}
