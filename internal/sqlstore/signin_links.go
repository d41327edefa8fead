package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

var linkKinds = enum[signin.LinkKind]{"kind of link", []signin.LinkKind{"", signin.LinkFirstAdmin, signin.LinkReset}}

func scanEntryLink(r row, l *signin.Link) error {
	return r.Scan(asID(&l.Tenant), asID(&l.User), linkKinds.as(&l.Kind), asTime(&l.CreatedAt), asTime(&l.ExpiresAt))
}

// PutLink implements signin.LinkStore. The tenant's row is held, so of two
// links made at once one is left.
func (db *DB) PutLink(ctx context.Context, hash []byte, l signin.Link, e directory.AuditEvent) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		d := tx.dialect()
		var lab bool
		ok, err := one(ctx, tx, []any{asBool(&lab)}, "SELECT lab FROM tenants WHERE tenant_id = $1/*lock*/", idArg(d, l.Tenant))
		if err != nil {
			return err
		}
		if !ok {
			return missing("tenant", string(l.Tenant))
		}
		if _, err := tx.exec(ctx, "DELETE FROM entry_links WHERE tenant_id = $1 AND kind = $2 AND user_id = $3", idArg(d, l.Tenant), linkKinds.arg(l.Kind), idArg(d, l.User)); err != nil {
			return err
		}
		_, err = tx.exec(ctx, "INSERT INTO entry_links (hash, tenant_id, user_id, kind, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)",
			hash, idArg(d, l.Tenant), idArg(d, l.User), linkKinds.arg(l.Kind), timeArg(l.CreatedAt), timeArg(l.ExpiresAt))
		if err != nil {
			return err
		}
		return tx.Audit(ctx, l.Tenant, e)
	})
	return fault.Wrap("put link", err)
}

// GetLink implements signin.LinkStore.
func (db *DB) GetLink(ctx context.Context, hash []byte) (signin.Link, error) {
	l, ok, err := first(ctx, db.reader(), scanEntryLink, "SELECT tenant_id, user_id, kind, created_at, expires_at FROM entry_links WHERE hash = $1", hash)
	if err == nil && !ok {
		return l, missing("link", "…")
	}
	return l, fault.Wrap("get link", err)
}

// UseLink implements signin.LinkStore.
func (db *DB) UseLink(ctx context.Context, hash []byte) (fresh bool, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		n, err := tx.exec(ctx, "DELETE FROM entry_links WHERE hash = $1", hash)
		fresh = n == 1
		return err
	})
	return fresh, fault.Wrap("use link", err)
}
