package autopilot

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"taxiway/internal/directory"
)

// RefillDated opens a fill for every group of the tenant whose rule looks at
// the clock, and walks it. It returns how many there were.
func (e *Engine) RefillDated(ctx context.Context, t directory.TenantID) (int, error) {
	var fills []directory.Fill
	l := e.Lease()
	err := e.inTx(ctx, t, func(tx Tx, cfg *tenantConfig) error {
		fills = nil
		for _, id := range cfg.rules.Dated() {
			f := directory.Fill{Tenant: t, ID: e.NewID(), Version: cfg.version, Scope: directory.ScopeRule, Group: id, Reason: "an hour passed for a rule that looks at the clock", CreatedAt: e.Clock.Real()}
			if err := tx.OpenFill(ctx, f, l); err != nil {
				return err
			}
			fills = append(fills, f)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("refill dated groups: %w", err)
	}
	for i := range fills {
		if _, err := e.RunFill(ctx, &fills[i], l, 0); err != nil && !leaseLost(err) {
			return i, err
		}
	}
	return len(fills), nil
}

// VerifySample checks up to n registered devices that follow a random place in
// the tenant's order of ids.
func (e *Engine) VerifySample(ctx context.Context, t directory.TenantID, n int, random uint64) ([]Difference, int, error) {
	var ids []directory.ObjectID
	err := e.Store.InTx(ctx, func(tx Tx) error {
		first, err := tx.PageRegistered(ctx, t, "", 1)
		if err != nil || len(first) == 0 {
			ids = first
			return err
		}
		ids, err = tx.PageRegistered(ctx, t, randomAfter(first[0], e.Clock.Real().UnixMilli(), random), n)
		if err == nil && len(ids) == 0 {
			ids, err = tx.PageRegistered(ctx, t, "", n)
		}
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("sample devices: %w", err)
	}
	diffs, _, err := e.VerifyObjects(ctx, t, directory.TopicDevice, ids)
	return diffs, len(ids), err
}

// randomAfter makes an id between the first one and now: UUIDv7 begins with
// its time in milliseconds (RFC 9562, 5.7), so random times spread over them.
func randomAfter(first directory.ObjectID, nowMilli int64, random uint64) directory.ObjectID {
	var from int64
	if _, err := fmt.Sscanf(string(first[:8])+string(first[9:13]), "%012x", &from); err != nil || from >= nowMilli {
		return ""
	}
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(from+int64(random%uint64(nowMilli-from)))<<16) //nolint:gosec // both times are after 1970
	h := hex.EncodeToString(b[:])
	return directory.ObjectID(h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:])
}
