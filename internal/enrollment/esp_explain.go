package enrollment

import (
	"context"
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// ESPVerdict is what becomes of one status page for a PC and a user.
type ESPVerdict string

// The verdicts.
const (
	ESPChosen     ESPVerdict = "chosen"
	ESPOutranked  ESPVerdict = "outranked" // it reaches them, and another one counts
	ESPExcluded   ESPVerdict = "excluded"
	ESPNotReached ESPVerdict = "notReached"
)

// ESPReason is one status page, what becomes of it and through which assignment.
// Assignment is nil for the tenant's own and for one that is not reached.
type ESPReason struct {
	Policy     Policy
	Verdict    ESPVerdict
	ForUser    bool // the assignment means the user, else the PC
	Assignment *Assignment
	Unassigned bool // nobody is meant at all
}

// ExplainStatusPages tells of every status page what becomes of it, in the order in
// which they are tried, the tenant's own last. It decides with what decides for
// PCs.
func ExplainStatusPages(w Who, ps []Policy, as []Assignment) []ESPReason {
	applied := Reach(w, ps, as)
	chosen, _ := ResolveESP(applied)
	var out []ESPReason
	for i := range ps {
		p := &ps[i]
		if p.Kind != PolicyESP {
			continue
		}
		own := slices.DeleteFunc(slices.Clone(as), func(a Assignment) bool { return a.Policy != p.ID })
		r := ESPReason{Policy: *p, Unassigned: len(own) == 0 && !p.Default}
		at := slices.IndexFunc(applied, func(a Applied) bool { return a.Policy.ID == p.ID })
		switch {
		case at >= 0:
			r.Verdict, r.ForUser = ESPOutranked, applied[at].ForUser
			if p.ID == chosen.Policy.ID {
				r.Verdict = ESPChosen
			}
			r.Assignment = w.through(own, false, r.ForUser)
		default:
			r.Verdict = ESPNotReached
			for _, user := range []bool{false, true} {
				if a := w.through(own, true, user); a != nil && r.Assignment == nil {
					r.Verdict, r.Assignment, r.ForUser = ESPExcluded, a, user
				}
			}
		}
		out = append(out, r)
	}
	slices.SortStableFunc(out, func(a, b ESPReason) int {
		if a.Policy.Default != b.Policy.Default {
			return last(a.Policy.Default) - last(b.Policy.Default)
		}
		return a.Policy.Priority - b.Policy.Priority
	})
	return out
}

// through is the first assignment, or exclusion, that means the PC or the user.
func (w *Who) through(as []Assignment, exclusion, user bool) *Assignment {
	want := byDevice
	if user {
		want = byUser
	}
	for i := range as {
		if (as[i].Target == TargetExclusion) == exclusion && w.reach(&as[i]) == want {
			return &as[i]
		}
	}
	return nil
}

// ExplainESP tells which status page a device object and a user get together,
// and why not the others; either may be empty. Nothing is written.
func (s *Service) ExplainESP(ctx context.Context, t directory.TenantID, object, user directory.ObjectID) (out []ESPReason, err error) {
	err = s.Store.InTx(ctx, func(tx Tx) error {
		w, ps, as, err := s.known(ctx, tx, t, Who{Device: object != ""}, object, user, []PolicyKind{PolicyESP})
		out = ExplainStatusPages(w, ps, as)
		return err
	})
	return out, fault.Wrap("explain the Enrollment Status Page", err)
}
