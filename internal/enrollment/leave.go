package enrollment

import (
	"context"
	"maps"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Leave takes a PC out of management that goes. Its row stays and tells how it
// was. One that has left already is no error.
func (s *Service) Leave(ctx context.Context, t directory.TenantID, id DeviceID) error {
	return fault.Wrap("leave the management", s.withManaged(ctx, t, id, func(tx Tx, d *Device, p *place) error {
		if !d.State.Live() {
			return nil
		}
		return s.leave(ctx, tx, t, d, p)
	}))
}

// leave is Leave inside a transaction that has locked the place and then the
// device. Who calls it settles the device object afterwards.
func (s *Service) leave(ctx context.Context, tx Tx, t directory.TenantID, d *Device, p *place) error {
	was := *d
	if err := s.end(ctx, tx, t, d.ID); err != nil {
		return err
	}
	d.State = Unenrolled
	if err := tx.UpdateManagedDevice(ctx, t, *d); err != nil {
		return err
	}
	d.Version++
	if err := s.noteLeft(ctx, tx, t, d, "The PC left the management."); err != nil {
		return err
	}
	if err := s.release(ctx, tx, t, d.ID, p); err != nil {
		return err
	}
	return s.audit(ctx, tx, t, "Unenroll device", auditDevice, string(d.ID), d.Name, managedChanges(&was, d)...)
}

// DeleteDevice removes a managed device with its commands and certificates. The
// PC keeps what it was told until it is retired by hand or reset; its Autopilot
// registration stays.
func (s *Service) DeleteDevice(ctx context.Context, t directory.TenantID, id DeviceID, ifMatch int64) error {
	return fault.Wrap("delete managed device", s.withManaged(ctx, t, id, func(tx Tx, d *Device, p *place) error {
		if err := fault.Match(d.Version, ifMatch); err != nil {
			return err
		}
		if d.State.Live() {
			if err := s.noteLeft(ctx, tx, t, d, "An administrator deleted the managed device."); err != nil {
				return err
			}
			if err := s.release(ctx, tx, t, id, p); err != nil {
				return err
			}
		}
		if err := tx.DeleteManagedDevice(ctx, t, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Delete managed device", auditDevice, string(id), d.Name)
	}))
}

// place is where a managed device stands in the directory and in Autopilot.
type place struct {
	object       *directory.Device // nil: none, or gone
	registration *autopilot.Device
}

// lockPlace locks a device object with its registration. Managed devices are
// locked after it.
func (s *Service) lockPlace(ctx context.Context, tx Tx, t directory.TenantID, object directory.ObjectID) (*place, error) {
	var p place
	if object == "" {
		return &p, nil
	}
	objects, err := tx.LockDevices(ctx, t, []directory.ObjectID{object})
	if err != nil || len(objects) == 0 {
		return &p, err
	}
	p.object = &objects[0]
	regs, err := tx.LockRegistrations(ctx, t, []directory.ObjectID{object})
	if err == nil && len(regs) > 0 {
		p.registration = &regs[0]
	}
	return &p, err
}

// withManaged locks a managed device and its place, in lock order, and runs fn
// on them. The groups of the device object follow before it returns.
func (s *Service) withManaged(ctx context.Context, t directory.TenantID, id DeviceID, fn func(tx Tx, d *Device, p *place) error) error {
	seen, err := s.Store.GetManagedDevice(ctx, t, id)
	if err != nil {
		return err
	}
	err = s.Store.InTx(ctx, func(tx Tx) error {
		p, err := s.lockPlace(ctx, tx, t, seen.Object)
		if err != nil {
			return err
		}
		d, err := tx.LockManagedDevice(ctx, t, id)
		if err != nil {
			return err
		}
		if d.Object != seen.Object {
			return fault.New(fault.Conflict, "DeviceEnrolledAnew", "The PC was enrolled anew just now.")
		}
		return fn(tx, &d, p)
	})
	if err == nil && seen.Object != "" {
		s.Settler.SettleObjects(ctx, t, directory.TopicDevice, []directory.ObjectID{seen.Object})
	}
	return err
}

// release takes the management out of device object and registration.
func (s *Service) release(ctx context.Context, tx Tx, t directory.TenantID, id DeviceID, p *place) error {
	if p.object != nil {
		o := *p.object
		o.Attributes = maps.Clone(o.Attributes)
		for _, name := range []string{attributeManagement, attributeMDMApp, attributeProfile} {
			delete(o.Attributes, name)
		}
		if err := s.putObject(ctx, tx, t, o); err != nil {
			return err
		}
	}
	if p.registration == nil || p.registration.ManagedDeviceID != string(id) {
		return nil
	}
	g := *p.registration
	g.ManagedDeviceID, g.Enrollment = "", autopilot.EnrollmentNotContacted
	return tx.UpdateRegistration(ctx, t, g)
}

// noteLeft adds the end to the PC's timeline, if it has one. The deployment that
// brought it into the management ends there when it is still open; one that has
// begun since goes on.
func (s *Service) noteLeft(ctx context.Context, tx Tx, t directory.TenantID, d *Device, text string) error {
	pc := PC{Registration: d.Registered, Object: d.Object, Device: d.ID}
	y, ok, err := s.lastOf(ctx, tx, t, pc)
	if err != nil || !ok {
		return err
	}
	now := s.Clock.Now(t)
	_, err = s.note(ctx, tx, t, PC{}, y, true, func(y *Deployment) {
		if y.Device == d.ID && y.EndedAt.IsZero() {
			y.State, y.EndedAt, y.Failure = DeploymentFailure, now, text+" It had not reached the desktop."
		}
	}, []Event{{At: now, Kind: EventLeft, Text: text}})
	return err
}
