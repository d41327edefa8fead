package autopilot

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// audit records one write inside its transaction.
func (s *Service) audit(ctx context.Context, tx Tx, t directory.TenantID, activity, kind, id, name string, changes ...directory.Change) error {
	return tx.Audit(ctx, t, directory.AuditEvent{
		ID: s.NewID(), At: s.Clock.Real(), Actor: directory.ActorFrom(ctx), Activity: activity, Category: kind,
		TargetID: id, TargetType: kind, TargetName: name, Changes: changes,
	})
}

// withDevice locks a registration and its device object, in lock order, and
// runs fn on them.
func (s *Service) withDevice(ctx context.Context, t directory.TenantID, id DeviceID, ifMatch int64, fn func(tx Tx, d Device, o directory.Device) error) error {
	seen, err := s.Store.GetRegisteredDevice(ctx, t, id)
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Tx) error {
		objects, err := tx.LockDevices(ctx, t, []directory.ObjectID{seen.Object})
		if err != nil {
			return err
		}
		regs, err := tx.LockRegistrations(ctx, t, []directory.ObjectID{seen.Object})
		if err != nil {
			return err
		}
		if len(objects) == 0 || len(regs) == 0 || regs[0].ID != id {
			return fault.Missing("Autopilot device", string(id))
		}
		if err := fault.Match(regs[0].Version, ifMatch); err != nil {
			return err
		}
		return fn(tx, regs[0], objects[0])
	})
}
