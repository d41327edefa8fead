package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const fillColumns = "tenant_id, id, version, scope, group_id, phase, cursor_id, done, reason, purge_group, created_at, attempts"

func scanFill(r row, f *directory.Fill) error {
	return r.Scan(asID(&f.Tenant), asID(&f.ID), &f.Version, &f.Scope, asID(&f.Group), &f.Phase, asID(&f.Cursor), &f.Done, &f.Reason,
		asBool(&f.PurgeGroup), asTime(&f.CreatedAt), &f.Attempts)
}

// OpenFill implements directory.ConfigTx.
func (tx *Tx) OpenFill(ctx context.Context, f directory.Fill, l directory.Lease) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO fills ("+fillColumns+", lease_until, lease_token) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
		idArg(d, f.Tenant), idArg(d, f.ID), f.Version, int64(f.Scope), idArg(d, f.Group), f.Phase, idArg(d, f.Cursor), f.Done, f.Reason,
		boolArg(f.PurgeGroup), timeArg(f.CreatedAt), f.Attempts, timeArg(l.Until), l.Token)
	return fault.Wrap("open fill "+f.ID, err)
}

func leaseLost(n int64, err error) error {
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "LeaseLost", "Another process has taken over this work.")
	}
	return err
}

// AdvanceFill implements directory.ConfigTx. Progress also extends the lease,
// or with no Until hands it back, and forgets the attempts that came to nothing.
func (tx *Tx) AdvanceFill(ctx context.Context, f directory.Fill, l directory.Lease) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "UPDATE fills SET lease_until = $4, phase = $5, cursor_id = $6, done = $7, attempts = 0 WHERE tenant_id = $1 AND id = $2 AND lease_token = $3",
		idArg(d, f.Tenant), idArg(d, f.ID), l.Token, timeArg(l.Until), f.Phase, idArg(d, f.Cursor), f.Done)
	return fault.Wrap("advance fill "+f.ID, leaseLost(n, err))
}

// CloseFill implements directory.ConfigTx.
func (tx *Tx) CloseFill(ctx context.Context, f directory.Fill, l directory.Lease) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "DELETE FROM fills WHERE tenant_id = $1 AND id = $2 AND lease_token = $3", idArg(d, f.Tenant), idArg(d, f.ID), l.Token)
	return fault.Wrap("close fill "+f.ID, leaseLost(n, err))
}

// ClaimFill implements directory.WorkStore. A fill whose holder neither
// finished nor released it counts an attempt.
func (db *DB) ClaimFill(ctx context.Context, now time.Time, l directory.Lease) (f directory.Fill, ok bool, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		f, ok, err = first(ctx, tx, scanFill, "SELECT "+fillColumns+" FROM fills WHERE lease_until < $1 ORDER BY created_at, id LIMIT 1/*claim*/", timeArg(now))
		if err != nil || !ok {
			return err
		}
		d := tx.dialect()
		_, err := one(ctx, tx, []any{&f.Attempts}, "UPDATE fills SET attempts = attempts + CASE WHEN lease_until = 0 THEN 0 ELSE 1 END, lease_until = $3, lease_token = $4"+
			" WHERE tenant_id = $1 AND id = $2 RETURNING attempts", idArg(d, f.Tenant), idArg(d, f.ID), timeArg(l.Until), l.Token)
		return err
	})
	return f, ok && err == nil, fault.Wrap("claim a fill", err)
}

// RenewFill implements directory.WorkStore.
func (db *DB) RenewFill(ctx context.Context, f directory.Fill, l directory.Lease) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		d := tx.dialect()
		n, err := tx.exec(ctx, "UPDATE fills SET lease_until = $4 WHERE tenant_id = $1 AND id = $2 AND lease_token = $3", idArg(d, f.Tenant), idArg(d, f.ID), l.Token, timeArg(l.Until))
		return leaseLost(n, err)
	})
	return fault.Wrap("renew fill "+f.ID, err)
}

// Release implements directory.WorkStore.
func (db *DB) Release(ctx context.Context, token string) error {
	if token == "" {
		return nil
	}
	err := db.InTx(ctx, func(tx *Tx) error {
		for _, table := range []string{"dirty", "fills"} {
			if _, err := tx.exec(ctx, "UPDATE "+table+" SET lease_until = 0, lease_token = '' WHERE lease_token = $1", token); err != nil {
				return err
			}
		}
		return nil
	})
	return fault.Wrap("release leases", err)
}

// Backlog implements directory.WorkStore.
func (db *DB) Backlog(ctx context.Context, now time.Time) (b directory.Backlog, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		var mark, fill time.Time
		_, err := one(ctx, q, []any{&b.Marks, &b.FailedMarks, asTime(&mark)}, "SELECT count(*), count(CASE WHEN attempts > 0 THEN 1 END), coalesce(min(marked_at), 0) FROM dirty")
		if err != nil {
			return err
		}
		_, err = one(ctx, q, []any{&b.Fills, &b.FailedFills, asTime(&fill)}, "SELECT count(*), count(CASE WHEN attempts > 0 THEN 1 END), coalesce(min(created_at), 0) FROM fills")
		b.OldestMark, b.OldestFill = age(now, mark), age(now, fill)
		return err
	})
	return b, fault.Wrap("count the backlog", err)
}

func age(now, since time.Time) time.Duration {
	if since.IsZero() {
		return 0
	}
	return max(0, now.Sub(since))
}
