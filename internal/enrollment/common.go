package enrollment

import (
	"context"
	"strconv"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
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

// matches checks an If-Match version; 0 means the caller did not ask.
func matches(version, ifMatch int64) error {
	if ifMatch == 0 || ifMatch == version {
		return nil
	}
	return fault.Field(fault.Precondition, "PreconditionFailed", "If-Match", "Somebody changed the object since you read it.", "Read it again and repeat the change with the new ETag.")
}

func notFound(kind, id string) error {
	return fault.Field(fault.NotFound, "ResourceNotFound", "id", "There is no "+kind+" with the id '"+id+"' in this tenant.", "List the "+kind+"s to find the right id.")
}

// differences collects what an update changed, for the audit trail.
type differences struct{ list []directory.Change }

func (d *differences) text(property, was, is string) {
	if was != is {
		d.list = append(d.list, directory.Change{Property: property, Old: was, New: is})
	}
}

func (d *differences) flag(property string, was, is bool) {
	d.text(property, strconv.FormatBool(was), strconv.FormatBool(is))
}
