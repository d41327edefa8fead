package autopilot

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// settleBatch is how many objects one transaction settles.
const settleBatch = 500

// Engine keeps memberships and decisions true: it settles marks and walks
// fills. It is a pure function of stored state with one entry, settleIn; a
// change settled by the process that made it, a mark found by a worker, a
// slice of a fill and the self-check all go through it.
type Engine struct {
	Store  Store
	Work   directory.WorkStore
	Clock  directory.Clock
	Lease  directory.LeaseFunc
	NewID  directory.NewID
	Log    *slog.Logger
	Notify func() // wakes the workers; may be nil
	// InlineFill is how many objects a fill may visit before the request that
	// caused it is answered; the rest goes on beside it.
	InlineFill int64
	// Bound is how long a request waits for what follows from its change.
	Bound time.Duration
	// Count adds to a named counter; may be nil.
	Count func(name string, n int)

	mu      sync.Mutex
	configs map[directory.TenantID]*tenantConfig
}

// tenantConfig is everything a decision needs besides the object, as of one
// configuration version. It is immutable once stored.
type tenantConfig struct {
	version int64
	rules   *directory.RuleSet
	config  *Config
}

// SettleObjects implements directory.Settler.
func (e *Engine) SettleObjects(ctx context.Context, t directory.TenantID, topic directory.Topic, ids []directory.ObjectID) {
	whole := context.WithoutCancel(ctx)
	ctx, cancel := context.WithTimeout(whole, e.Bound)
	defer cancel()
	for len(ids) > 0 {
		chunk := ids[:min(settleBatch, len(ids))]
		if err := e.Settle(ctx, t, topic, chunk); err != nil {
			// The marks are durable: a worker settles what is left.
			e.Log.LogAttrs(whole, slog.LevelWarn, "settling after a change did not finish; a worker goes on",
				slog.String("tenant", string(t)), slog.Int("objects", len(ids)), slog.Any("error", err))
			e.handBack(whole, "marks", func(ctx context.Context) error { return e.freeMarks(ctx, t, topic, ids) })
			return
		}
		ids = ids[len(chunk):]
	}
}

// SettleFill implements directory.Settler.
func (e *Engine) SettleFill(ctx context.Context, t directory.TenantID, f directory.Fill) {
	whole := context.WithoutCancel(ctx)
	ctx, cancel := context.WithTimeout(whole, e.Bound)
	defer cancel()
	f.Tenant = t
	l := e.Lease()
	done, err := e.RunFill(ctx, &f, l, e.InlineFill)
	switch {
	case err == nil && done, leaseLost(err):
	case err == nil: // the last slice handed it back
		e.wake()
	default:
		e.Log.LogAttrs(whole, slog.LevelWarn, "a fill did not finish inside its request; a worker goes on",
			slog.String("tenant", string(t)), slog.String("fill", f.ID), slog.Any("error", err))
		e.handBack(whole, "fill", func(ctx context.Context) error {
			return e.Work.RenewFill(ctx, f, directory.Lease{Token: l.Token})
		})
	}
}

// handBackTimeout bounds the attempt to hand work back. When that fails too,
// the work is free once its lease has run out.
const handBackTimeout = 5 * time.Second

// handBack gives up the leases of work a request could not finish, and wakes
// the workers.
func (e *Engine) handBack(ctx context.Context, what string, free func(context.Context) error) {
	ctx, cancel := context.WithTimeout(ctx, handBackTimeout)
	defer cancel()
	if err := free(ctx); err != nil && !leaseLost(err) {
		e.Log.LogAttrs(ctx, slog.LevelWarn, "work could not be handed back; it is free when its lease has run out", slog.String("what", what), slog.Any("error", err))
	}
	e.wake()
}

// freeMarks writes the marks that are left of these objects again, leased to
// nobody.
func (e *Engine) freeMarks(ctx context.Context, t directory.TenantID, topic directory.Topic, ids []directory.ObjectID) error {
	return e.Store.InTx(ctx, func(tx Tx) error {
		marks, err := tx.MarksOf(ctx, t, topic, ids)
		if err != nil {
			return err
		}
		left := make([]directory.ObjectID, len(marks))
		for i := range marks {
			left[i] = marks[i].Entity
		}
		return tx.MarkDirty(ctx, t, topic, left, 0, directory.Lease{})
	})
}

func (e *Engine) wake() {
	if e.Notify != nil {
		e.Notify()
	}
}

func (e *Engine) count(name string, n int) {
	if e.Count != nil && n > 0 {
		e.Count(name, n)
	}
}

// Settle settles up to settleBatch objects in one transaction.
func (e *Engine) Settle(ctx context.Context, t directory.TenantID, topic directory.Topic, ids []directory.ObjectID) error {
	changed := 0
	err := e.inTx(ctx, t, func(tx Tx, cfg *tenantConfig) error {
		n, err := e.settleIn(ctx, tx, t, cfg, topic, ids)
		changed = n
		return err
	})
	if err != nil {
		return fault.Wrap("settle objects", err)
	}
	e.count("settled_objects", len(ids))
	e.count("changed_objects", changed)
	return nil
}

// inTx runs fn with the configuration as the transaction sees it. A
// configuration that had to be read is kept for others only once the
// transaction has committed: SQLite's shared transaction shows what others of
// the group wrote, and all of it may still be rolled back.
func (e *Engine) inTx(ctx context.Context, t directory.TenantID, fn func(tx Tx, cfg *tenantConfig) error) error {
	var cfg *tenantConfig
	err := e.Store.InTx(ctx, func(tx Tx) (err error) {
		if cfg, err = e.configAt(ctx, tx, t); err != nil {
			return err
		}
		return fn(tx, cfg)
	})
	if err == nil {
		e.keep(t, cfg)
	}
	return err
}

// keep stores a configuration unless a newer one is known.
func (e *Engine) keep(t directory.TenantID, cfg *tenantConfig) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.configs == nil {
		e.configs = map[directory.TenantID]*tenantConfig{}
	}
	if kept := e.configs[t]; kept == nil || kept.version < cfg.version {
		e.configs[t] = cfg
	}
}

// configAt returns the tenant's configuration as the transaction sees it. The
// version is read and held first, so no change of configuration can commit
// between it and the end of the transaction.
func (e *Engine) configAt(ctx context.Context, tx Tx, t directory.TenantID) (*tenantConfig, error) {
	version, err := tx.ConfigVersion(ctx, t)
	if err != nil {
		return nil, err
	}
	e.mu.Lock()
	known := e.configs[t]
	e.mu.Unlock()
	if known != nil && known.version == version {
		return known, nil
	}
	groups, err := tx.RuleGroups(ctx, t)
	if err != nil {
		return nil, err
	}
	profiles, assignments, err := tx.ConfigRows(ctx, t)
	if err != nil {
		return nil, err
	}
	return &tenantConfig{version: version, rules: directory.NewRuleSet(version, groups), config: NewConfig(version, profiles, assignments)}, nil
}

// Forget drops a tenant's cached configuration, for a tenant that was deleted
// and may come back with the same id.
func (e *Engine) Forget(t directory.TenantID) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.configs, t)
}

// Warm loads configurations that changed in another process, so that the next
// evaluation finds them ready.
func (e *Engine) Warm(ctx context.Context, versions map[directory.TenantID]int64) error {
	var errs []error
	for t, v := range versions {
		e.mu.Lock()
		known := e.configs[t]
		e.mu.Unlock()
		if known == nil || known.version >= v {
			continue
		}
		errs = append(errs, e.warm(ctx, t))
	}
	return errors.Join(errs...)
}

// warm reads one tenant's configuration.
func (e *Engine) warm(ctx context.Context, t directory.TenantID) error {
	return e.inTx(ctx, t, func(Tx, *tenantConfig) error { return nil })
}

func leaseLost(err error) bool {
	f, ok := fault.As(err)
	return ok && f.Code == "LeaseLost"
}
