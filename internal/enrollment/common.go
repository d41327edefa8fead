package enrollment

import (
	"context"

	"taxiway/internal/directory"
)

// The target types of audit events.
const (
	auditDevice   = "managedDevice"
	auditSettings = "enrolmentSettings"
)

// audit records one write inside its transaction.
func (s *Service) audit(ctx context.Context, tx directory.AuditTx, t directory.TenantID, activity, kind, id, name string, changes ...directory.Change) error {
	return tx.Audit(ctx, t, directory.AuditEvent{
		ID: s.NewID(), At: s.Clock.Real(), Actor: directory.ActorFrom(ctx), Activity: activity, Category: kind,
		TargetID: id, TargetType: kind, TargetName: name, Changes: changes,
	})
}
