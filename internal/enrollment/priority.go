package enrollment

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// prioritized reports whether policies of this kind are tried one after the other.
func (k PolicyKind) prioritized() bool { return slices.Contains(EnrolmentKinds(), k) }

// ordered are the policies that have a place in the order: all but the
// tenant's own, which comes last.
func ordered(all []Policy) []Policy {
	return slices.DeleteFunc(slices.Clone(all), func(p Policy) bool { return p.Default })
}

// SetPriority puts a policy at a place among those of its kind; the others make
// room. The places are 1, which is tried first, to the number of policies.
func (s *Service) SetPriority(ctx context.Context, t directory.TenantID, id PolicyID, priority int) error {
	err := s.changePolicy(ctx, t, id, 0, func(tx Tx, p Policy, all []Policy) error {
		others := ordered(all)
		switch {
		case p.Default:
			return fault.Field(fault.Invalid, "DefaultHasNoPriority", "priority", "The tenant's own "+p.Kind.spoken()+" is always tried last.", "Set the priority of another one.")
		case !p.Kind.prioritized():
			return fault.Field(fault.Invalid, "KindHasNoPriority", "priority", "A "+p.Kind.spoken()+" has no priority: all that are assigned apply.", "Use assignments and exclusions.")
		case priority < 1 || priority > len(others):
			return fault.Field(fault.Invalid, "PriorityOutOfRange", "priority", fmt.Sprintf("The priority %d is not between 1 and %d, the number of these policies.", priority, len(others)), fmt.Sprintf("Send a number from 1, which is tried first, to %d.", len(others)))
		}
		others = slices.DeleteFunc(others, func(o Policy) bool { return o.ID == id })
		if err := s.renumber(ctx, tx, t, p.Kind, slices.Insert(others, priority-1, p)); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Set priority of "+p.Kind.spoken(), string(p.Kind), string(id), p.DisplayName,
			directory.Change{Property: "priority", Old: strconv.Itoa(p.Priority), New: strconv.Itoa(priority)})
	})
	return fault.Wrap("set priority", err)
}

// renumber gives policies the places in which they stand and stores those that moved.
func (s *Service) renumber(ctx context.Context, tx Tx, t directory.TenantID, kind PolicyKind, inOrder []Policy) error {
	if !kind.prioritized() {
		return nil
	}
	for i := range inOrder {
		p := inOrder[i]
		if p.Priority == i+1 {
			continue
		}
		p.Priority = i + 1
		if err := tx.UpdatePolicy(ctx, t, p); err != nil {
			return err
		}
	}
	return nil
}
