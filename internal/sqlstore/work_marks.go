package sqlstore

import (
	"context"
	"slices"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const markColumns = "tenant_id, topic, entity_id, version, attempts, chain"

func scanMark(r row, m *directory.Mark) error {
	return r.Scan(asID(&m.Tenant), &m.Topic, asID(&m.Entity), &m.Version, &m.Attempts, &m.Chain)
}

// MarkDirty implements directory.MarkTx. A new mark's version is the clock's
// microseconds: were it 1, a mark that was cleared and written again could be
// taken for the one before. The longer chain stays, so that changes in between
// do not hide a loop.
func (tx *Tx) MarkDirty(ctx context.Context, t directory.TenantID, topic directory.Topic, ids []directory.ObjectID, chain int, l directory.Lease) error {
	d := tx.dialect()
	now := timeArg(tx.db.clock())
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	rows := make([][]any, len(ids))
	for i, id := range ids {
		rows[i] = []any{idArg(d, t), int64(topic), idArg(d, id), now, chain, timeArg(l.Until), l.Token, now}
	}
	err := insertRows(ctx, tx, "INSERT INTO dirty (tenant_id, topic, entity_id, version, chain, lease_until, lease_token, marked_at) VALUES ", rows,
		"ON CONFLICT (tenant_id, topic, entity_id) DO UPDATE SET version = dirty.version + 1, attempts = 0, not_before = 0,"+
			" chain = CASE WHEN excluded.chain > dirty.chain THEN excluded.chain ELSE dirty.chain END,"+
			" lease_until = excluded.lease_until, lease_token = excluded.lease_token")
	return fault.Wrap("mark objects", err)
}

// MarksOf implements directory.MarkTx, in order of entity.
func (tx *Tx) MarksOf(ctx context.Context, t directory.TenantID, topic directory.Topic, ids []directory.ObjectID) ([]directory.Mark, error) {
	var all []directory.Mark
	for part := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(ids))), maxList) {
		found, err := marksOf(ctx, tx, t, topic, part, "")
		if err != nil {
			return nil, fault.Wrap("read marks", err)
		}
		all = append(all, found...)
	}
	return all, nil
}

func marksOf(ctx context.Context, q querier, t directory.TenantID, topic directory.Topic, ids []directory.ObjectID, lock string) ([]directory.Mark, error) {
	b := &builder{d: q.dialect()}
	where := " WHERE tenant_id = " + bindID(b, t) + " AND topic = " + b.arg(int64(topic)) + " AND entity_id IN (" + bindIDs(b, ids) + ")"
	return collect(ctx, q, scanMark, "SELECT "+markColumns+" FROM dirty"+where+" ORDER BY entity_id"+lock, b.args...)
}

// markKey says which marks one statement can name by entity alone.
type markKey struct {
	tenant  directory.TenantID
	topic   directory.Topic
	version int64
}

// ClearMarks implements directory.MarkTx. Marks that were written together
// have one version and go with one statement.
func (tx *Tx) ClearMarks(ctx context.Context, marks []directory.Mark) error {
	return fault.Wrap("clear marks", tx.eachVersion(ctx, marks, func(k markKey, ids []directory.ObjectID) error {
		b := &builder{d: tx.dialect()}
		where := " WHERE tenant_id = " + bindID(b, k.tenant) + " AND topic = " + b.arg(int64(k.topic))
		if k.version != 0 {
			where += " AND version = " + b.arg(k.version)
		}
		_, err := tx.exec(ctx, "DELETE FROM dirty"+where+" AND entity_id IN ("+bindIDs(b, ids)+")", b.args...)
		return err
	}))
}

// fewVersions is up to how many versions of marks one statement each is best.
const fewVersions = 4

// eachVersion calls do with entities whose marks still have the version given.
// Either k.version is that version, for do to compare, or it is 0 and the marks
// have been compared and locked here.
func (tx *Tx) eachVersion(ctx context.Context, marks []directory.Mark, do func(k markKey, ids []directory.ObjectID) error) error {
	exact := make(map[markKey][]directory.ObjectID)
	seen := make(map[markKey]map[directory.ObjectID]int64)
	for _, m := range marks {
		k := markKey{m.Tenant, m.Topic, m.Version}
		exact[k] = append(exact[k], m.Entity)
		k.version = 0
		if seen[k] == nil {
			seen[k] = make(map[directory.ObjectID]int64)
		}
		seen[k][m.Entity] = m.Version
	}
	if len(exact) <= fewVersions {
		for k, ids := range exact {
			for part := range slices.Chunk(ids, maxList) {
				if err := do(k, part); err != nil {
					return err
				}
			}
		}
		return nil
	}
	for k, versions := range seen {
		ids := make([]directory.ObjectID, 0, len(versions))
		for id := range versions {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		for part := range slices.Chunk(ids, maxList) {
			there, err := marksOf(ctx, tx, k.tenant, k.topic, part, "/*lock*/")
			if err != nil {
				return err
			}
			same := make([]directory.ObjectID, 0, len(there))
			for _, m := range there {
				if versions[m.Entity] == m.Version {
					same = append(same, m.Entity)
				}
			}
			if len(same) == 0 {
				continue
			}
			if err := do(k, same); err != nil {
				return err
			}
		}
	}
	return nil
}

// ClaimMarks implements directory.WorkStore. The tenant and topic are those of
// the oldest free mark.
func (db *DB) ClaimMarks(ctx context.Context, now time.Time, limit int, l directory.Lease) (marks []directory.Mark, err error) {
	at := timeArg(now)
	err = db.InTx(ctx, func(tx *Tx) error {
		marks = nil
		oldest, ok, err := first(ctx, tx, scanMark, "SELECT "+markColumns+" FROM dirty WHERE lease_until < $1 AND not_before <= $2 ORDER BY marked_at LIMIT 1/*claim*/", at, at)
		if err != nil || !ok {
			return err
		}
		d := tx.dialect()
		marks, err = collect(ctx, tx, scanMark, "SELECT "+markColumns+" FROM dirty WHERE tenant_id = $1 AND topic = $2 AND lease_until < $3 AND not_before <= $4"+
			" ORDER BY marked_at, entity_id LIMIT $5/*claim*/", idArg(d, oldest.Tenant), int64(oldest.Topic), at, at, limit)
		if err != nil {
			return err
		}
		ids := make([]directory.ObjectID, len(marks))
		for i := range marks {
			ids[i] = marks[i].Entity
		}
		for part := range slices.Chunk(ids, maxList) {
			b := &builder{d: d}
			set := "UPDATE dirty SET lease_until = " + b.arg(timeArg(l.Until)) + ", lease_token = " + b.arg(l.Token)
			where := " WHERE tenant_id = " + bindID(b, oldest.Tenant) + " AND topic = " + b.arg(int64(oldest.Topic))
			if _, err := tx.exec(ctx, set+where+" AND entity_id IN ("+bindIDs(b, part)+")", b.args...); err != nil {
				return err
			}
		}
		return nil
	})
	return marks, fault.Wrap("claim marks", err)
}

// FailMarks implements directory.WorkStore: it also frees the marks. A mark
// that was written again meanwhile is left alone.
func (db *DB) FailMarks(ctx context.Context, marks []directory.Mark, notBefore time.Time) error {
	err := db.InTx(ctx, func(tx *Tx) error {
		return tx.eachVersion(ctx, marks, func(k markKey, ids []directory.ObjectID) error {
			b := &builder{d: tx.dialect()}
			set := "UPDATE dirty SET attempts = attempts + 1, lease_until = 0, lease_token = '', not_before = " + b.arg(timeArg(notBefore))
			where := " WHERE tenant_id = " + bindID(b, k.tenant) + " AND topic = " + b.arg(int64(k.topic))
			if k.version != 0 {
				where += " AND version = " + b.arg(k.version)
			}
			_, err := tx.exec(ctx, set+where+" AND entity_id IN ("+bindIDs(b, ids)+")", b.args...)
			return err
		})
	})
	return fault.Wrap("delay marks", err)
}
