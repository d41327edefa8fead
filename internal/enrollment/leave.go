package enrollment

import (
	"context"
	"maps"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Leave takes a PC out of management that said it goes. Its row stays and tells
// how it was. It is no part of a message's transaction: the directory is locked
// before managed devices. One that has left already is no error.
func (s *Service) Leave(ctx context.Context, t directory.TenantID, id DeviceID) error {
	return fault.Wrap("leave the management", s.part(ctx, t, id, func(ctx context.Context, tx Tx, d *Device) error {
		if !d.State.Live() {
			return nil
		}
		was := *d
		if err := s.end(ctx, tx, t, id); err != nil {
			return err
		}
		d.State = Unenrolled
		if err := tx.UpdateManagedDevice(ctx, t, *d); err != nil {
			return err
		}
		if err := s.noteLeft(ctx, tx, t, d, "The PC left the management."); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Unenroll device", auditDevice, string(id), d.Name, deviceChanges(&was, d)...)
	}))
}

// DeleteDevice removes a managed device with its commands and certificates. The
// PC keeps what it was told until it is retired by hand or reset; its Autopilot
// registration stays.
func (s *Service) DeleteDevice(ctx context.Context, t directory.TenantID, id DeviceID, ifMatch int64) error {
	return fault.Wrap("delete managed device", s.part(ctx, t, id, func(ctx context.Context, tx Tx, d *Device) error {
		if err := matches(d.Version, ifMatch); err != nil {
			return err
		}
		if d.State.Live() {
			if err := s.noteLeft(ctx, tx, t, d, "An administrator deleted the managed device."); err != nil {
				return err
			}
		}
		if err := tx.DeleteManagedDevice(ctx, t, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Delete managed device", auditDevice, string(id), d.Name)
	}))
}

// part locks a managed device with its device object and registration, in lock
// order, runs fn, and makes both say that the PC is not managed any more.
func (s *Service) part(ctx context.Context, t directory.TenantID, id DeviceID, fn func(context.Context, Tx, *Device) error) error {
	seen, err := s.Store.GetManagedDevice(ctx, t, id)
	if err != nil {
		return err
	}
	err = s.Store.InTx(ctx, func(tx Tx) error {
		var objects []directory.Device
		var regs []autopilot.Device
		if seen.Object != "" {
			if objects, err = tx.LockDevices(ctx, t, []directory.ObjectID{seen.Object}); err != nil {
				return err
			}
			if regs, err = tx.LockRegistrations(ctx, t, []directory.ObjectID{seen.Object}); err != nil {
				return err
			}
		}
		d, err := tx.LockManagedDevice(ctx, t, id)
		if err != nil {
			return err
		}
		if d.Object != seen.Object {
			return fault.New(fault.Conflict, "DeviceEnrolledAnew", "The PC was enrolled anew just now.")
		}
		live := d.State.Live()
		if err := fn(ctx, tx, &d); err != nil || !live {
			return err
		}
		return s.release(ctx, tx, t, id, objects, regs)
	})
	if err == nil && seen.Object != "" {
		s.Settler.SettleObjects(ctx, t, directory.TopicDevice, []directory.ObjectID{seen.Object})
	}
	return err
}

// release takes the management out of device object and registration.
func (s *Service) release(ctx context.Context, tx Tx, t directory.TenantID, id DeviceID, objects []directory.Device, regs []autopilot.Device) error {
	for _, o := range objects {
		o.Attributes = maps.Clone(o.Attributes)
		for _, name := range []string{attributeManagement, attributeMDMApp, attributeProfile} {
			delete(o.Attributes, name)
		}
		if err := s.putObject(ctx, tx, t, o); err != nil {
			return err
		}
	}
	for _, g := range regs {
		if g.ManagedDeviceID != string(id) {
			continue
		}
		g.ManagedDeviceID, g.Enrollment = "", autopilot.EnrollmentNotContacted
		if err := tx.UpdateRegistration(ctx, t, g); err != nil {
			return err
		}
	}
	return nil
}

// noteLeft adds the end to the PC's timeline, if it has one.
func (s *Service) noteLeft(ctx context.Context, tx Tx, t directory.TenantID, d *Device, text string) error {
	pc := PC{Registration: d.Registered, Object: d.Object, Device: d.ID}
	if _, ok, err := tx.LastDeployment(ctx, t, pc.Registration, pc.Object, pc.Device); err != nil || !ok {
		return err
	}
	_, err := s.NoteLast(ctx, tx, t, pc, nil, Event{Kind: EventLeft, Text: text})
	return err
}
