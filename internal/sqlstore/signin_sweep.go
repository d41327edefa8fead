package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// replayWindow is how long a code that has ended is still known, so that its
// coming back ends what was issued for it.
const replayWindow = time.Hour

// sweptTables are cleared of rows whose column lies before now less keep.
var sweptTables = []struct {
	table, key, column string
	keep               time.Duration
}{
	{"signin_attempts", "hash", "expires_at", 0},
	{"auth_codes", "tenant_id, hash", "expires_at", replayWindow},
	{"refresh_tokens", "tenant_id, hash", "expires_at", 0},
	{"device_codes", "hash", "expires_at", 0},
	{"sessions", "tenant_id, hash", "ends_at", 0},
	{"entry_links", "hash", "expires_at", 0},
	{"lockouts", "account, network", "last_at", signin.TriesKept},
}

// SweepSignIn implements signin.Sweeper. Each kind is a transaction of its own.
func (db *DB) SweepSignIn(ctx context.Context, now time.Time, limit int) (int, error) {
	swept := 0
	for _, s := range sweptTables {
		err := db.InTx(ctx, func(tx *Tx) error {
			n, err := tx.exec(ctx, "DELETE FROM "+s.table+" WHERE ("+s.key+") IN (SELECT "+s.key+" FROM "+s.table+" WHERE "+s.column+" < $1 ORDER BY "+s.column+" LIMIT $2)",
				timeArg(now.Add(-s.keep)), limit)
			swept += int(n)
			return err
		})
		if err != nil {
			return swept, fault.Wrap("sweep "+s.table, err)
		}
	}
	for _, where := range []string{"ends_at < $1 ORDER BY ends_at", "revoked_at > 0 AND revoked_at < $1 ORDER BY revoked_at"} {
		n, err := db.sweepFamilies(ctx, where, now, limit)
		if swept += n; err != nil {
			return swept, fault.Wrap("sweep token families", err)
		}
	}
	return swept, nil
}

// familyKey is a family in its tenant.
type familyKey struct{ tenant, id string }

func scanFamilyKey(r row, k *familyKey) error { return r.Scan(asID(&k.tenant), asID(&k.id)) }

// sweepFamilies removes families with their refresh tokens. A token whose
// family is gone is as dead as one whose family was revoked.
func (db *DB) sweepFamilies(ctx context.Context, where string, now time.Time, limit int) (swept int, err error) {
	err = db.InTx(ctx, func(tx *Tx) error {
		swept = 0
		d := tx.dialect()
		keys, err := collect(ctx, tx, scanFamilyKey, "SELECT tenant_id, id FROM token_families WHERE "+where+" LIMIT $2", timeArg(now), limit)
		if err != nil {
			return err
		}
		for _, k := range keys {
			for _, text := range []string{"DELETE FROM refresh_tokens WHERE tenant_id = $1 AND family_id = $2", "DELETE FROM token_families WHERE tenant_id = $1 AND id = $2"} {
				n, err := tx.exec(ctx, text, idArg(d, k.tenant), idArg(d, k.id))
				if err != nil {
					return err
				}
				swept += int(n)
			}
		}
		return nil
	})
	return swept, err
}
