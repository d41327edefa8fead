package sqlstore

import (
	"context"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

func scanFamily(r row, f *signin.Family) error {
	return r.Scan(asID(&f.ID), asJSON(&f.Grant), asTime(&f.CreatedAt), asTime(&f.EndsAt), asTime(&f.RevokedAt))
}

func scanRefresh(r row, t *signin.Refresh) error {
	return r.Scan(&t.Hash, asID(&t.Family), asTime(&t.CreatedAt), asTime(&t.ExpiresAt), asTime(&t.ReplacedAt), &t.Uses)
}

// CreateFamily implements signin.FamilyStore.
func (db *DB) CreateFamily(ctx context.Context, f signin.Family) error {
	return fault.Wrap("create token family", db.InTx(ctx, func(tx *Tx) error { return tx.createFamily(ctx, &f) }))
}

func (tx *Tx) createFamily(ctx context.Context, f *signin.Family) error {
	d := tx.dialect()
	g := &f.Grant
	_, err := tx.exec(ctx, "INSERT INTO token_families (tenant_id, id, user_id, app_id, device_id, session_id, body, created_at, ends_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
		idArg(d, g.Tenant), idArg(d, f.ID), idArg(d, g.User), idArg(d, g.AppID), idArg(d, g.Device), idArg(d, g.Session), jsonArg{g}, timeArg(f.CreatedAt), timeArg(f.EndsAt))
	return err
}

// GetFamily implements signin.FamilyStore. One that has ended may still be
// read.
func (db *DB) GetFamily(ctx context.Context, t directory.TenantID, id string) (signin.Family, error) {
	f, ok, err := first(ctx, db.reader(), scanFamily, "SELECT id, body, created_at, ends_at, revoked_at FROM token_families WHERE tenant_id = $1 AND id = $2", idArg(db.d, t), idArg(db.d, id))
	if err == nil && !ok {
		return f, missing("token family", id)
	}
	return f, fault.Wrap("get token family "+id, err)
}

// CreateRefresh implements signin.FamilyStore.
func (db *DB) CreateRefresh(ctx context.Context, t directory.TenantID, r signin.Refresh) error {
	return fault.Wrap("create refresh token", db.InTx(ctx, func(tx *Tx) error { return tx.createRefresh(ctx, t, &r) }))
}

func (tx *Tx) createRefresh(ctx context.Context, t directory.TenantID, r *signin.Refresh) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO refresh_tokens (tenant_id, hash, family_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
		idArg(d, t), r.Hash, idArg(d, r.Family), timeArg(r.CreatedAt), timeArg(r.ExpiresAt))
	return err
}

// GetRefresh implements signin.FamilyStore.
func (db *DB) GetRefresh(ctx context.Context, t directory.TenantID, hash []byte) (signin.Refresh, error) {
	r, ok, err := first(ctx, db.reader(), scanRefresh, "SELECT hash, family_id, created_at, expires_at, replaced_at, uses FROM refresh_tokens WHERE tenant_id = $1 AND hash = $2",
		idArg(db.d, t), hash)
	if err == nil && !ok {
		return r, missingSecret("refresh token")
	}
	return r, fault.Wrap("get refresh token", err)
}

// ReplaceRefresh implements signin.FamilyStore. What decides is one
// conditional statement, so of many at once each sees what the others did.
func (db *DB) ReplaceRefresh(ctx context.Context, t directory.TenantID, old []byte, next signin.Refresh, r signin.Rotation) (fresh bool, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		d := tx.dialect()
		n, err := tx.exec(ctx, "UPDATE refresh_tokens SET"+
			" uses = CASE WHEN replaced_at = 0 THEN 0 ELSE uses + 1 END,"+
			" expires_at = CASE WHEN replaced_at = 0 AND expires_at > $7 THEN $7 ELSE expires_at END,"+
			" replaced_at = CASE WHEN replaced_at = 0 THEN $4 ELSE replaced_at END"+
			" WHERE tenant_id = $1 AND hash = $2 AND family_id = $3 AND (replaced_at = 0 OR replaced_at >= $5 AND uses < $6)"+
			" AND EXISTS (SELECT 1 FROM token_families f WHERE f.tenant_id = $1 AND f.id = $3 AND f.revoked_at = 0 AND f.ends_at > $4)",
			idArg(d, t), old, idArg(d, next.Family), timeArg(r.At), timeArg(r.GraceFrom), r.MaxUses, timeArg(r.RememberUntil))
		if fresh = n == 1; err != nil {
			return err
		}
		if !fresh {
			return tx.revokeFamilyOf(ctx, "refresh_tokens", t, old, r.At)
		}
		return tx.createRefresh(ctx, t, &next)
	})
	return fresh && err == nil, fault.Wrap("replace refresh token", err)
}

// RevokeFamilies implements signin.FamilyStore.
func (db *DB) RevokeFamilies(ctx context.Context, t directory.TenantID, which signin.FamilyFilter, now time.Time) (n int, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		n, err = tx.revokeFamilies(ctx, t, which, now)
		return err
	})
	return n, fault.Wrap("revoke token families", err)
}

func (tx *Tx) revokeFamilies(ctx context.Context, t directory.TenantID, which signin.FamilyFilter, now time.Time) (int, error) {
	b := &builder{d: tx.dialect()}
	var text strings.Builder
	text.WriteString("UPDATE token_families SET revoked_at = " + b.arg(timeArg(now)) + " WHERE tenant_id = " + bindID(b, t) + " AND revoked_at = 0")
	for _, field := range []struct{ column, value string }{
		{"id", which.ID}, {"app_id", which.AppID}, {"session_id", which.Session}, {"user_id", string(which.User)}, {"device_id", string(which.Device)},
	} {
		if field.value != "" {
			text.WriteString(" AND " + field.column + " = " + bindID(b, field.value))
		}
	}
	n, err := tx.exec(ctx, text.String(), b.args...)
	return int(n), err
}
