package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

func configVersion(ctx context.Context, q querier, t directory.TenantID, lock string) (version int64, err error) {
	ok, err := one(ctx, q, []any{&version}, "SELECT version FROM changes WHERE tenant_id = $1 AND topic = $2"+lock, idArg(q.dialect(), t), changesConfig)
	if err == nil && !ok {
		return 0, missing("tenant", string(t))
	}
	return version, err
}

// ConfigVersion implements directory.ConfigTx.
func (tx *Tx) ConfigVersion(ctx context.Context, t directory.TenantID) (int64, error) {
	version, err := configVersion(ctx, tx, t, "/*share*/")
	return version, fault.Wrap("read the configuration version", err)
}

// BumpConfig implements directory.ConfigTx.
func (tx *Tx) BumpConfig(ctx context.Context, t directory.TenantID) (int64, error) {
	version, err := tx.bump(ctx, t, changesConfig)
	return version, fault.Wrap("raise the configuration version", err)
}

func (tx *Tx) bump(ctx context.Context, t directory.TenantID, topic int) (version int64, err error) {
	ok, err := one(ctx, tx, []any{&version}, "UPDATE changes SET version = version + 1 WHERE tenant_id = $1 AND topic = $2 RETURNING version", idArg(tx.dialect(), t), topic)
	if err == nil && !ok {
		return 0, missing("tenant", string(t))
	}
	return version, err
}

type tenantVersion struct {
	tenant  directory.TenantID
	version int64
}

// ConfigVersions implements directory.WorkStore.
func (db *DB) ConfigVersions(ctx context.Context) (map[directory.TenantID]int64, error) {
	rows, err := collect(ctx, db.reader(), func(r row, v *tenantVersion) error { return r.Scan(asID(&v.tenant), &v.version) },
		"SELECT tenant_id, version FROM changes WHERE topic = $1", changesConfig)
	if err != nil {
		return nil, fault.Wrap("list configuration versions", err)
	}
	versions := make(map[directory.TenantID]int64, len(rows))
	for _, v := range rows {
		versions[v.tenant] = v.version
	}
	return versions, nil
}
