package sqlstore

import (
	"context"
	"fmt"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// watchedDeployments is how many of the newest deployments ReadSigns looks at.
const watchedDeployments = 500

// ReadSigns implements directory.SignReader. Every statement reads the end of an
// index, however large the tenant is; fills are few.
func (db *DB) ReadSigns(ctx context.Context, t directory.TenantID) (s directory.Signs, err error) {
	err = db.snapshot(ctx, func(q querier) error {
		s = directory.Signs{}
		id := idArg(db.d, t)
		if s.Config, err = configVersion(ctx, q, t, ""); err != nil {
			return err
		}
		var oldest, newest, fills, done, version int64
		if _, err := one(ctx, q, []any{&oldest, &newest}, "SELECT coalesce(min(marked_at), 0), coalesce(max(marked_at), 0) FROM dirty WHERE tenant_id = $1 AND topic = $2", id, int64(directory.TopicDevice)); err != nil {
			return err
		}
		if _, err := one(ctx, q, []any{&fills, &done, &version}, "SELECT count(*), CAST(coalesce(sum(done), 0) AS BIGINT), coalesce(max(version), 0) FROM fills WHERE tenant_id = $1", id); err != nil {
			return err
		}
		s.Work = fmt.Sprintf("%d-%d %d/%d/%d", oldest, newest, fills, done, version)
		if _, err := one(ctx, q, []any{asID(&s.Registration)}, "SELECT id FROM autopilot_identities WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1", id); err != nil {
			return err
		}
		if _, err := one(ctx, q, []any{asID(&s.Import)}, "SELECT id FROM import_rows WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1", id); err != nil {
			return err
		}
		var count, changes, begun int64
		if _, err := one(ctx, q, []any{&count, &changes, &begun}, "SELECT count(*), CAST(coalesce(sum(version), 0) AS BIGINT), coalesce(max(started_at), 0)"+
			" FROM (SELECT version, started_at FROM deployments WHERE tenant_id = $1 ORDER BY started_at DESC, id DESC LIMIT $2) newest", id, watchedDeployments); err != nil {
			return err
		}
		s.Deployments = fmt.Sprintf("%d/%d/%d", count, changes, begun)
		s.Recorded, err = collect(ctx, q, func(r row, e *directory.Touched) error { return r.Scan(asID(&e.Event), &e.Object) },
			"SELECT id, target_type FROM audit WHERE tenant_id = $1 ORDER BY id DESC LIMIT $2", id, directory.MostTouched)
		return err
	})
	return s, fault.Wrap("read the signs of change of "+string(t), err)
}
