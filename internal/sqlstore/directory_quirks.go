package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

var quirkKinds = enum[directory.Quirk]{"quirk", []directory.Quirk{"", directory.QuirkSync429}}

func scanQuirk(r row, u *directory.QuirkUse) error {
	return r.Scan(quirkKinds.as(&u.Quirk), asTime(&u.UsedAt))
}

// ListQuirks implements directory.QuirkReader.
func (db *DB) ListQuirks(ctx context.Context, t directory.TenantID) ([]directory.QuirkUse, error) {
	all, err := collect(ctx, db.reader(), scanQuirk, "SELECT kind, used_at FROM lab_quirks WHERE tenant_id = $1 ORDER BY kind", idArg(db.d, t))
	return all, fault.Wrap("list quirks", err)
}

// SetQuirk implements directory.QuirkTx.
func (tx *Tx) SetQuirk(ctx context.Context, t directory.TenantID, q directory.Quirk, on bool) (bool, error) {
	statement := "DELETE FROM lab_quirks WHERE tenant_id = $1 AND kind = $2"
	if on {
		statement = "INSERT INTO lab_quirks (tenant_id, kind) VALUES ($1, $2) ON CONFLICT (tenant_id, kind) DO NOTHING"
	}
	n, err := tx.exec(ctx, statement, idArg(tx.dialect(), t), quirkKinds.arg(q))
	return n > 0, fault.Wrap("switch a quirk", err)
}

// UseQuirk implements directory.QuirkTx.
func (tx *Tx) UseQuirk(ctx context.Context, t directory.TenantID, q directory.Quirk, now, free time.Time) (time.Time, error) {
	id, kind := idArg(tx.dialect(), t), quirkKinds.arg(q)
	n, err := tx.exec(ctx, "UPDATE lab_quirks SET used_at = $3 WHERE tenant_id = $1 AND kind = $2 AND used_at <= $4", id, kind, timeArg(now), timeArg(free))
	if err != nil || n > 0 {
		return time.Time{}, fault.Wrap("use a quirk", err)
	}
	var last time.Time
	_, err = one(ctx, tx, []any{asTime(&last)}, "SELECT used_at FROM lab_quirks WHERE tenant_id = $1 AND kind = $2", id, kind)
	return last, fault.Wrap("use a quirk", err)
}
