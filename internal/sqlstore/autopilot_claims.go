package sqlstore

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// FindClaims tells who holds these keys, in any tenant.
func (db *DB) FindClaims(ctx context.Context, keys []autopilot.ClaimKey) ([]autopilot.Claimed, error) {
	return findClaims(ctx, db.reader(), keys)
}

func findClaims(ctx context.Context, q querier, keys []autopilot.ClaimKey) ([]autopilot.Claimed, error) {
	var all []autopilot.Claimed
	for part := range slices.Chunk(sortedKeys(keys), maxList) {
		b := &builder{d: q.dialect()}
		held, err := collect(ctx, q, scanClaimed, "SELECT lookup_key, tenant_id, autopilot_id FROM autopilot_claims WHERE lookup_key IN ("+bindKeys(b, part)+") ORDER BY lookup_key", b.args...)
		if err != nil {
			return nil, fault.Wrap("find claims", err)
		}
		all = append(all, held...)
	}
	return all, nil
}

func scanClaimed(r row, c *autopilot.Claimed) error {
	var key []byte
	if err := r.Scan(&key, asID(&c.Tenant), asID(&c.Device)); err != nil {
		return err
	}
	return readKey(key, &c.Key)
}

func scanKey(r row, k *autopilot.ClaimKey) error {
	var key []byte
	if err := r.Scan(&key); err != nil {
		return err
	}
	return readKey(key, k)
}

func readKey(from []byte, to *autopilot.ClaimKey) error {
	if len(from) != len(to) {
		return fmt.Errorf("a claim key of %d bytes", len(from))
	}
	copy(to[:], from)
	return nil
}

// sortedKeys gives each key once, in the one order in which keys are taken:
// two imports that want the same keys then queue up instead of deadlocking.
func sortedKeys(keys []autopilot.ClaimKey) []autopilot.ClaimKey {
	sorted := slices.Clone(keys)
	slices.SortFunc(sorted, func(x, y autopilot.ClaimKey) int { return bytes.Compare(x[:], y[:]) })
	return slices.Compact(sorted)
}

func bindKeys(b *builder, keys []autopilot.ClaimKey) string {
	n := 1
	for n < len(keys) {
		n *= 2
	}
	places := make([]string, n)
	for i := range places {
		key := keys[min(i, len(keys)-1)]
		places[i] = b.arg(key[:])
	}
	return strings.Join(places, ", ")
}

// Claim takes the exclusive keys of the registrations none of whose exclusive
// keys is held, and after them their shared keys. It looks, takes, and looks
// again when somebody else was faster in between: what the other transaction
// took is visible as soon as the insert that waited for it comes back.
func (tx *Tx) Claim(ctx context.Context, t directory.TenantID, regs []autopilot.Registration) ([]autopilot.Claimed, error) {
	for {
		held, free, err := tx.heldClaims(ctx, t, regs)
		if err != nil {
			return nil, err
		}
		lost, err := tx.takeClaims(ctx, t, free, true)
		if err != nil {
			return nil, err
		}
		if !lost {
			_, err := tx.takeClaims(ctx, t, free, false)
			return held, err
		}
	}
}

// heldClaims splits the registrations by whether an exclusive key is held: in
// the table by another registration, or by an earlier one of the same call.
func (tx *Tx) heldClaims(ctx context.Context, t directory.TenantID, regs []autopilot.Registration) (held []autopilot.Claimed, free []autopilot.Registration, err error) {
	var keys []autopilot.ClaimKey
	for i := range regs {
		keys = append(keys, exclusiveKeys(&regs[i])...)
	}
	found, err := findClaims(ctx, tx, keys)
	if err != nil {
		return nil, nil, err
	}
	holders := make(map[autopilot.ClaimKey]autopilot.Claimed, len(found))
	for _, c := range found {
		holders[c.Key] = c
	}
	for i := range regs {
		r, refused := &regs[i], false
		for _, k := range exclusiveKeys(r) {
			if c, ok := holders[k]; ok && (c.Tenant != t || c.Device != r.ID) {
				held, refused = append(held, c), true
			}
		}
		if refused {
			continue
		}
		free = append(free, *r)
		for _, k := range exclusiveKeys(r) {
			holders[k] = autopilot.Claimed{Key: k, Tenant: t, Device: r.ID}
		}
	}
	return held, free, nil
}

func exclusiveKeys(r *autopilot.Registration) (keys []autopilot.ClaimKey) {
	for _, c := range r.Claims {
		if c.Exclusive {
			keys = append(keys, c.Key)
		}
	}
	return keys
}

// takeClaims takes the exclusive or the shared keys. When an exclusive key was
// taken by somebody else meanwhile, lost is true and nothing is taken.
func (tx *Tx) takeClaims(ctx context.Context, t directory.TenantID, regs []autopilot.Registration, exclusive bool) (lost bool, err error) {
	owner := make(map[autopilot.ClaimKey]autopilot.DeviceID)
	var keys []autopilot.ClaimKey
	for i := range regs {
		for _, c := range regs[i].Claims {
			if _, twice := owner[c.Key]; c.Exclusive == exclusive && !twice {
				owner[c.Key] = regs[i].ID
				keys = append(keys, c.Key)
			}
		}
	}
	keys = sortedKeys(keys)
	rows := make([][]any, len(keys))
	for i, k := range keys {
		rows[i] = []any{k[:], idArg(tx.dialect(), t), idArg(tx.dialect(), owner[k]), boolArg(exclusive)}
	}
	taken, err := insertReturning(ctx, tx, scanKey, "INSERT INTO autopilot_claims (lookup_key, tenant_id, autopilot_id, exclusive) VALUES ", rows, " ON CONFLICT (lookup_key) DO NOTHING RETURNING lookup_key")
	if err != nil {
		return false, fault.Wrap("take claims", err)
	}
	if !exclusive || len(taken) == len(keys) {
		return false, nil
	}
	return tx.lostClaims(ctx, t, keys, taken, owner)
}

// lostClaims looks at the keys that were not taken. Those the registrations
// hold from before are no loss; for any other, what was taken is given back.
func (tx *Tx) lostClaims(ctx context.Context, t directory.TenantID, keys, taken []autopilot.ClaimKey, owner map[autopilot.ClaimKey]autopilot.DeviceID) (lost bool, err error) {
	found, err := findClaims(ctx, tx, keys)
	if err != nil {
		return false, err
	}
	mine := 0
	for _, c := range found {
		if c.Tenant == t && c.Device == owner[c.Key] {
			mine++
		}
	}
	if mine == len(keys) {
		return false, nil
	}
	for part := range slices.Chunk(taken, maxList) {
		b := &builder{d: tx.dialect()}
		if _, err := tx.exec(ctx, "DELETE FROM autopilot_claims WHERE lookup_key IN ("+bindKeys(b, part)+")", b.args...); err != nil {
			return false, fault.Wrap("give claims back", err)
		}
	}
	return true, nil
}

// ReplaceHash stores a new hash and exchanges the keys of the old one.
func (tx *Tx) ReplaceHash(ctx context.Context, t directory.TenantID, r autopilot.Registration) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "UPDATE autopilot_hashes SET hash = $3 WHERE tenant_id = $1 AND autopilot_id = $2", idArg(d, t), idArg(d, r.ID), r.Hash)
	if err != nil {
		return fault.Wrap("replace the hardware hash of "+string(r.ID), err)
	}
	if n == 0 {
		return missing("Autopilot device", string(r.ID))
	}
	held, err := tx.Claim(ctx, t, []autopilot.Registration{r})
	if err != nil {
		return err
	}
	if len(held) > 0 {
		return fault.New(fault.Conflict, "HardwareTaken", "This hardware belongs to another registered device.")
	}
	b := &builder{d: d}
	where := " WHERE tenant_id = " + bindID(b, t) + " AND autopilot_id = " + bindID(b, r.ID)
	if len(r.Claims) > 0 {
		keys := make([]autopilot.ClaimKey, len(r.Claims))
		for i, c := range r.Claims {
			keys[i] = c.Key
		}
		where += " AND lookup_key NOT IN (" + bindKeys(b, keys) + ")"
	}
	_, err = tx.exec(ctx, "DELETE FROM autopilot_claims"+where, b.args...)
	return fault.Wrap("release claims of "+string(r.ID), err)
}

// insertReturning is insertRows for an INSERT whose tail returns rows.
func insertReturning[T any](ctx context.Context, q querier, scan func(row, *T) error, head string, rows [][]any, tail string) (all []T, err error) {
	size := q.dialect().chunk
	for len(rows) > 0 {
		for size > len(rows) {
			size /= 2
		}
		got, err := collect(ctx, q, scan, insertText(insertShape{head, tail, size, len(rows[0])}), slices.Concat(rows[:size]...)...)
		if err != nil {
			return nil, err
		}
		all, rows = append(all, got...), rows[size:]
	}
	return all, nil
}
