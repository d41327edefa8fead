package directory

import (
	"context"
	"maps"
	"slices"
	"strconv"
)

// audit records one write inside its transaction.
func (s *Service) audit(ctx context.Context, tx AuditTx, t TenantID, activity, kind, id, name string, changes ...Change) error {
	return tx.Audit(ctx, t, AuditEvent{
		ID: s.NewID(), At: s.Clock.Real(), Actor: ActorFrom(ctx), Activity: activity, Category: kind,
		TargetID: id, TargetType: kind, TargetName: name, Changes: changes,
	})
}

// Differences collects what an update changed, for the audit trail.
type Differences struct{ List []Change }

// Text notes a text that is another now.
func (d *Differences) Text(property, was, is string) {
	if was != is {
		d.List = append(d.List, Change{Property: property, Old: was, New: is})
	}
}

// Flag notes a flag that is another now.
func (d *Differences) Flag(property string, was, is bool) {
	d.Text(property, strconv.FormatBool(was), strconv.FormatBool(is))
}

func (d *Differences) attributes(was, is map[string]string) {
	names := map[string]bool{}
	for n := range was {
		names[n] = true
	}
	for n := range is {
		names[n] = true
	}
	for _, n := range slices.Sorted(maps.Keys(names)) {
		d.Text(n, was[n], is[n])
	}
}
