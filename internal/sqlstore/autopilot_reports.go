package sqlstore

import (
	"context"
	"maps"
	"slices"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// SaveReport keeps the hash a PC reported until its next check-in; nil removes it.
func (tx *Tx) SaveReport(ctx context.Context, t directory.TenantID, id autopilot.DeviceID, hash []byte, at time.Time) error {
	d := tx.dialect()
	if hash == nil {
		_, err := tx.exec(ctx, "DELETE FROM hardware_reports WHERE tenant_id = $1 AND autopilot_id = $2", idArg(d, t), idArg(d, id))
		return fault.Wrap("remove the hardware report of "+string(id), err)
	}
	_, err := tx.exec(ctx, "INSERT INTO hardware_reports (tenant_id, autopilot_id, hash, reported_at) VALUES ($1, $2, $3, $4)"+
		" ON CONFLICT (tenant_id, autopilot_id) DO UPDATE SET hash = excluded.hash, reported_at = excluded.reported_at",
		idArg(d, t), idArg(d, id), hash, timeArg(at))
	return fault.Wrap("keep the hardware report of "+string(id), err)
}

// LoadReport returns the kept hash, nil when there is none.
func (tx *Tx) LoadReport(ctx context.Context, t directory.TenantID, id autopilot.DeviceID) ([]byte, error) {
	return report(ctx, tx, t, id)
}

// GetReport implements autopilot.ReportReader.
func (db *DB) GetReport(ctx context.Context, t directory.TenantID, id autopilot.DeviceID) ([]byte, error) {
	return report(ctx, db.reader(), t, id)
}

func report(ctx context.Context, q querier, t directory.TenantID, id autopilot.DeviceID) ([]byte, error) {
	var hash []byte
	_, err := one(ctx, q, []any{&hash}, "SELECT hash FROM hardware_reports WHERE tenant_id = $1 AND autopilot_id = $2", idArg(q.dialect(), t), idArg(q.dialect(), id))
	return hash, fault.Wrap("read the hardware report of "+string(id), err)
}

// NoteAsked stores when PCs last asked for their profile. An older time never
// replaces a newer one, and a device that is gone is left out. It is not a
// change that a client's ETag guards, so the version stays.
func (db *DB) NoteAsked(ctx context.Context, t directory.TenantID, at map[autopilot.DeviceID]time.Time) error {
	alike := make(map[int64][]autopilot.DeviceID)
	for id, when := range at {
		alike[timeArg(when)] = append(alike[timeArg(when)], id)
	}
	return db.InTx(ctx, func(tx *Tx) error {
		// In one order, so that two processes that note the same PCs queue up.
		for _, when := range slices.Sorted(maps.Keys(alike)) {
			for part := range slices.Chunk(slices.Sorted(slices.Values(alike[when])), maxList) {
				b := &builder{d: tx.dialect()}
				now := b.arg(when)
				_, err := tx.exec(ctx, "UPDATE autopilot_identities SET last_contact = "+now+" WHERE tenant_id = "+bindID(b, t)+" AND id IN ("+bindIDs(b, part)+") AND last_contact < "+now, b.args...)
				if err != nil {
					return fault.Wrap("note who asked", err)
				}
			}
		}
		return nil
	})
}
