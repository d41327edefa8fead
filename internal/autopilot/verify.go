package autopilot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Difference is one place where what is stored is not what the rules and
// assignments say now.
type Difference struct {
	Tenant  directory.TenantID `json:"tenantId"`
	Object  directory.ObjectID `json:"objectId"`
	Serial  string             `json:"serialNumber,omitempty"`
	What    string             `json:"what"`
	Stored  string             `json:"stored"`
	Correct string             `json:"correct"`
}

// errVerified rolls a self-check's transaction back: it writes nothing.
var errVerified = fault.New(fault.Internal, "Verified", "rolled back on purpose")

// VerifyObjects compares memberships and decisions of the given objects with
// what the engine computes now. Objects whose change is still waiting to be
// settled, or that a walk has still to come to, are left out: pending tells how
// many of them differ.
func (e *Engine) VerifyObjects(ctx context.Context, t directory.TenantID, topic directory.Topic, ids []directory.ObjectID) (diffs []Difference, pending int, err error) {
	// The check's own transaction keeps no configuration, for it is rolled back.
	if err := e.warm(ctx, t); err != nil {
		return nil, 0, fault.Wrap("read the configuration", err)
	}
	err = e.inTx(ctx, t, func(tx Tx, cfg *tenantConfig) error {
		diffs, pending = nil, 0
		w := &witness{Tx: tx}
		if _, err := e.settleIn(ctx, w, t, cfg, topic, ids); err != nil {
			return err
		}
		walking, err := w.walking(ctx, t, cfg)
		if err != nil {
			return err
		}
		diffs, pending = w.differences(t, walking)
		diffs = append(diffs, w.loops(t)...)
		return errVerified
	})
	if errors.Is(err, errVerified) {
		err = nil
	}
	return diffs, pending, fault.Wrap("verify objects", err)
}

// witness lets settleIn compute and notes what it would have written.
type witness struct {
	Tx
	marked      map[directory.ObjectID]bool
	regs        map[directory.ObjectID]Device
	add, remove []directory.Membership
	decided     []Device
}

func (w *witness) MarksOf(ctx context.Context, t directory.TenantID, topic directory.Topic, ids []directory.ObjectID) ([]directory.Mark, error) {
	marks, err := w.Tx.MarksOf(ctx, t, topic, ids)
	w.marked = map[directory.ObjectID]bool{}
	for _, m := range marks {
		w.marked[m.Entity] = true
	}
	return marks, err
}

func (w *witness) LockRegistrations(ctx context.Context, t directory.TenantID, objects []directory.ObjectID) ([]Device, error) {
	ds, err := w.Tx.LockRegistrations(ctx, t, objects)
	w.regs = map[directory.ObjectID]Device{}
	for i := range ds {
		w.regs[ds[i].Object] = ds[i]
	}
	return slices.Clone(ds), err
}

func (w *witness) ApplyMemberships(_ context.Context, _ directory.TenantID, add, remove []directory.Membership) error {
	w.add, w.remove = add, remove
	return nil
}

func (w *witness) ApplyDecisions(_ context.Context, _ directory.TenantID, ds []Device) error {
	w.decided = ds
	return nil
}

func (w *witness) ClearMarks(context.Context, []directory.Mark) error { return nil }

// walking tells which of the groups in the differences are not true yet: they
// are being filled after a change of their rule, are being taken away, or wait
// for the hour at which a rule that looks at the clock is applied again.
func (w *witness) walking(ctx context.Context, t directory.TenantID, cfg *tenantConfig) (map[directory.ObjectID]bool, error) {
	walking := map[directory.ObjectID]bool{}
	for _, m := range slices.Concat(w.add, w.remove) {
		walking[m.Group] = true
	}
	if len(walking) == 0 {
		return nil, nil
	}
	// Read anew: a cached configuration does not hear of the end of a walk.
	groups, err := w.RuleGroups(ctx, t)
	if err != nil {
		return nil, err
	}
	dated := cfg.rules.Dated()
	for i := range groups {
		if g := &groups[i]; g.AppliedVersion >= g.RuleVersion && !slices.Contains(dated, g.ID) {
			delete(walking, g.ID)
		}
	}
	return walking, nil
}

func (w *witness) differences(t directory.TenantID, walking map[directory.ObjectID]bool) (diffs []Difference, pending int) {
	waiting := map[directory.ObjectID]bool{}
	for _, m := range slices.Concat(w.add, w.remove) {
		if walking[m.Group] {
			waiting[m.Member] = true
		}
	}
	skip := func(id directory.ObjectID) bool {
		if w.marked[id] || w.regs[id].Status == StatusPending {
			waiting[id] = true
		}
		return waiting[id]
	}
	note := func(id directory.ObjectID, what, stored, correct string) {
		if !skip(id) {
			diffs = append(diffs, Difference{Tenant: t, Object: id, Serial: w.regs[id].SerialNumber, What: what, Stored: stored, Correct: correct})
		}
	}
	for _, m := range w.add {
		note(m.Member, "membership", "not in group "+string(m.Group), "member by rule")
	}
	for _, m := range w.remove {
		note(m.Member, "membership", "member of group "+string(m.Group), "the rule does not hold")
	}
	for i := range w.decided {
		d, was := &w.decided[i], w.regs[w.decided[i].Object]
		if d.Profile != was.Profile || d.Decided != was.Decided || d.Detail != was.Detail || d.ByDefault != was.ByDefault {
			note(d.Object, "decision", describe(&was), describe(d))
		}
	}
	return diffs, len(waiting)
}

// loops notes devices that the engine gave up on.
func (w *witness) loops(t directory.TenantID) (diffs []Difference) {
	for id, d := range w.regs {
		if d.Decided == StatusFailed {
			diffs = append(diffs, Difference{Tenant: t, Object: id, Serial: d.SerialNumber, What: "loop", Stored: describe(&d), Correct: "a profile that stays after its download"})
		}
	}
	return diffs
}

func describe(d *Device) string {
	parts := []string{string(d.Decided)}
	if d.Profile != "" {
		parts = append(parts, "profile "+string(d.Profile))
	}
	if d.Detail != DetailNone && d.Detail != "" {
		parts = append(parts, string(d.Detail))
	}
	if d.ByDefault {
		parts = append(parts, "by All devices")
	}
	return strings.Join(parts, ", ")
}

// Verification is the outcome of checking a whole tenant.
type Verification struct {
	Tenant      directory.TenantID `json:"tenantId"`
	Devices     int                `json:"devices"`
	Users       int                `json:"users"`
	Pending     int                `json:"pending"`
	Differences []Difference       `json:"differences"`
}

// VerifyTenant checks every device object and user of a tenant.
func (e *Engine) VerifyTenant(ctx context.Context, t directory.TenantID, progress func(done int)) (Verification, error) {
	v := Verification{Tenant: t}
	for _, walk := range []struct {
		topic directory.Topic
		kind  directory.MemberKind
		n     *int
	}{{directory.TopicDevice, directory.MemberDevice, &v.Devices}, {directory.TopicUser, directory.MemberUser, &v.Users}} {
		for after := directory.ObjectID(""); ; {
			ids, err := e.pageObjects(ctx, t, walk.kind, after)
			if err != nil {
				return v, err
			}
			diffs, pending, err := e.VerifyObjects(ctx, t, walk.topic, ids)
			if err != nil {
				return v, err
			}
			v.Differences = append(v.Differences, diffs...)
			v.Pending += pending
			*walk.n += len(ids)
			if progress != nil {
				progress(v.Devices + v.Users)
			}
			if len(ids) < settleBatch {
				break
			}
			after = ids[len(ids)-1]
		}
	}
	return v, nil
}

func (e *Engine) pageObjects(ctx context.Context, t directory.TenantID, kind directory.MemberKind, after directory.ObjectID) (ids []directory.ObjectID, err error) {
	err = e.Store.InTx(ctx, func(tx Tx) error {
		ids, err = tx.PageObjects(ctx, t, kind, "", after, settleBatch)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("page %ss: %w", kind, err)
	}
	return ids, nil
}
