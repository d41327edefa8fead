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

// UseCode implements signin.CodeStore.
func (db *DB) UseCode(ctx context.Context, t directory.TenantID, hash []byte, now time.Time) (fresh bool, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		d := tx.dialect()
		n, err := tx.exec(ctx, "UPDATE auth_codes SET used_at = $3 WHERE tenant_id = $1 AND hash = $2 AND used_at = 0", idArg(d, t), hash, timeArg(now))
		if fresh = n == 1; err != nil || fresh {
			return err
		}
		return tx.revokeFamilyOf(ctx, "auth_codes", t, hash, now)
	})
	return fresh && err == nil, fault.Wrap("use code", err)
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
