package autopilot

import (
	"context"
	"math"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// RunFill walks f in slices until it ends, or more than limit objects were
// visited (0: no limit). Each slice settles its objects and moves the cursor in
// one transaction under the lease, so a process that dies loses nothing and one
// that lost its lease changes nothing. Who stops at the limit hands the lease
// back in the last slice, so that the next one need not wait for its end.
func (e *Engine) RunFill(ctx context.Context, f *directory.Fill, l directory.Lease, limit int64) (done bool, err error) {
	stop := int64(math.MaxInt64)
	if limit > 0 {
		stop = f.Done + limit
	}
	for {
		done, err := e.fillSlice(ctx, f, l, stop)
		if err != nil || done {
			return done, err
		}
		if f.Done >= stop {
			return false, nil
		}
		if err := ctx.Err(); err != nil {
			return false, err
		}
		l.Until = e.Lease().Until
	}
}

// fillSlice takes one page; a walk that has visited stop objects is handed back
// with it.
func (e *Engine) fillSlice(ctx context.Context, f *directory.Fill, l directory.Lease, stop int64) (done bool, err error) {
	var next directory.Fill
	err = e.inTx(ctx, f.Tenant, func(tx Tx, cfg *tenantConfig) error {
		next, done = *f, false
		ids, kind, more, err := e.fillPage(ctx, tx, &next, cfg)
		if err != nil {
			return err
		}
		if err := e.settleFound(ctx, tx, f.Tenant, cfg, kind, ids); err != nil {
			return err
		}
		next.Done += int64(len(ids))
		if more {
			held := l
			if next.Done >= stop {
				held.Until = time.Time{}
			}
			return tx.AdvanceFill(ctx, next, held)
		}
		done = true
		return e.endFill(ctx, tx, next, l)
	})
	if err != nil {
		return false, fault.Wrap("fill slice", err)
	}
	e.count("fill_objects", int(next.Done-f.Done))
	*f = next
	return done, nil
}

// fillPage reads the next objects of the walk and moves f's cursor past them.
func (e *Engine) fillPage(ctx context.Context, tx Tx, f *directory.Fill, cfg *tenantConfig) (ids []directory.ObjectID, kind directory.MemberKind, more bool, err error) {
	t := f.Tenant
	if f.Scope == directory.ScopeRegistered {
		ids, err = tx.PageRegistered(ctx, t, f.Cursor, settleBatch)
		return ids, directory.MemberDevice, advance(f, ids), err
	}
	if f.Phase == 0 {
		ids, err = tx.PageMembers(ctx, t, f.Group, f.Cursor, settleBatch)
		if err != nil {
			return nil, "", false, err
		}
		more = advance(f, ids)
		if more || f.Scope == directory.ScopeMembers {
			return ids, "", more, nil
		}
		f.Phase, f.Cursor = 1, ""
		if len(ids) > 0 {
			return ids, "", true, nil
		}
	}
	g, ok := cfg.rules.Group(f.Group)
	if !ok || g.Processing == directory.ProcessingPaused {
		return nil, "", false, nil
	}
	kind = directory.MemberDevice
	if g.Kind == directory.DynamicUser {
		kind = directory.MemberUser
	}
	ids, err = tx.PageObjects(ctx, t, kind, directory.OrderTagOf(g.Rule), f.Cursor, settleBatch)
	return ids, kind, advance(f, ids), err
}

func advance(f *directory.Fill, ids []directory.ObjectID) (more bool) {
	if len(ids) > 0 {
		f.Cursor = ids[len(ids)-1]
	}
	return len(ids) == settleBatch
}

// settleFound settles objects whose kind may be unknown: members of an
// assigned group can be users and devices.
func (e *Engine) settleFound(ctx context.Context, tx Tx, t directory.TenantID, cfg *tenantConfig, kind directory.MemberKind, ids []directory.ObjectID) error {
	if kind != directory.MemberUser {
		if _, err := e.settleIn(ctx, tx, t, cfg, directory.TopicDevice, ids); err != nil {
			return err
		}
	}
	if kind != directory.MemberDevice {
		if _, err := e.settleIn(ctx, tx, t, cfg, directory.TopicUser, ids); err != nil {
			return err
		}
	}
	return nil
}

func (e *Engine) endFill(ctx context.Context, tx Tx, f directory.Fill, l directory.Lease) error {
	if err := tx.CloseFill(ctx, f, l); err != nil {
		return err
	}
	if f.PurgeGroup {
		return tx.PurgeGroup(ctx, f.Tenant, f.Group)
	}
	if f.Scope == directory.ScopeRule {
		return tx.ApplyFilled(ctx, f.Tenant, f.Group, f.Version, e.Clock.Now(f.Tenant))
	}
	return nil
}
