package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// codeRow is a code as stored.
type codeRow struct {
	grant   signin.Grant
	expires time.Time
}

func scanCode(r row, c *codeRow) error {
	return r.Scan(asJSON(&c.grant), asTime(&c.expires))
}

// CreateCode implements signin.CodeStore.
func (db *DB) CreateCode(ctx context.Context, hash []byte, g signin.Grant, f signin.Family, expires time.Time) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		if err := tx.createFamily(ctx, &f); err != nil {
			return err
		}
		d := tx.dialect()
		_, err := tx.exec(ctx, "INSERT INTO auth_codes (tenant_id, hash, family_id, body, expires_at) VALUES ($1, $2, $3, $4, $5)",
			idArg(d, g.Tenant), hash, idArg(d, f.ID), jsonArg{g}, timeArg(expires))
		return err
	})
	return fault.Wrap("create code", err)
}

// GetCode implements signin.CodeStore. A used code is still read.
func (db *DB) GetCode(ctx context.Context, t directory.TenantID, hash []byte) (signin.Grant, time.Time, error) {
	c, ok, err := first(ctx, db.reader(), scanCode, "SELECT body, expires_at FROM auth_codes WHERE tenant_id = $1 AND hash = $2", idArg(db.d, t), hash)
	if err == nil && !ok {
		return c.grant, c.expires, missingSecret("code")
	}
	return c.grant, c.expires, fault.Wrap("get code", err)
}

// UseCode implements signin.CodeStore. Who comes second waits for the row until
// the first has stored its refresh token, and revokes the family with it in it.
func (db *DB) UseCode(ctx context.Context, t directory.TenantID, hash []byte, now time.Time, first *signin.Refresh) (use signin.CodeUse, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		use = signin.CodeDead
		d := tx.dialect()
		n, err := tx.exec(ctx, "UPDATE auth_codes SET used_at = $3 WHERE tenant_id = $1 AND hash = $2 AND used_at = 0 AND expires_at > $3"+
			" AND EXISTS (SELECT 1 FROM token_families f WHERE f.tenant_id = $1 AND f.id = auth_codes.family_id AND f.revoked_at = 0 AND f.ends_at > $3)",
			idArg(d, t), hash, timeArg(now))
		if err != nil {
			return err
		}
		if n == 1 {
			use = signin.CodeFresh
			if first == nil {
				return nil
			}
			return tx.createRefresh(ctx, t, first)
		}
		var used time.Time
		ok, err := one(ctx, tx, []any{asTime(&used)}, "SELECT used_at FROM auth_codes WHERE tenant_id = $1 AND hash = $2", idArg(d, t), hash)
		if err != nil || !ok || used.IsZero() {
			return err
		}
		use = signin.CodeUsed
		return tx.revokeFamilyOf(ctx, "auth_codes", t, hash, now)
	})
	if err != nil {
		return signin.CodeDead, fault.Wrap("use code", err)
	}
	return use, nil
}

// revokeFamilyOf ends the family of a code or refresh token that was presented
// once too often. One that is not there has none.
func (tx *Tx) revokeFamilyOf(ctx context.Context, table string, t directory.TenantID, hash []byte, now time.Time) error {
	var family string
	ok, err := one(ctx, tx, []any{asID(&family)}, "SELECT family_id FROM "+table+" WHERE tenant_id = $1 AND hash = $2", idArg(tx.dialect(), t), hash)
	if err != nil || !ok {
		return err
	}
	_, err = tx.revokeFamilies(ctx, t, signin.FamilyFilter{ID: family}, now)
	return err
}
