package directory

import (
	"context"
	"maps"
	"slices"
	"strings"

	"taxiway/internal/fault"
)

// UpdateDevice changes what change sets of a device object. Its groups and,
// when it is registered, its profile follow before the call returns.
func (s *Service) UpdateDevice(ctx context.Context, t TenantID, id ObjectID, ifMatch int64, change func(*Device) error) (Device, error) {
	var d Device
	err := s.Store.InTx(ctx, func(tx Tx) error {
		was, err := lockDevice(ctx, tx, t, id, ifMatch)
		if err != nil {
			return err
		}
		d = was
		d.Attributes = maps.Clone(was.Attributes)
		if d.Attributes == nil {
			d.Attributes = map[string]string{}
		}
		d.PhysicalIDs = slices.Clone(was.PhysicalIDs)
		if err := change(&d); err != nil {
			return err
		}
		if n := len([]rune(d.DisplayName)); n == 0 || n > 256 {
			return fault.Field(fault.Invalid, "InvalidDisplayName", "displayName", "A device needs a display name of 1 to 256 characters.", "Give a name.")
		}
		if err := tx.UpdateDevice(ctx, t, d); err != nil {
			return err
		}
		d.Version++
		if err := tx.MarkDirty(ctx, t, TopicDevice, []ObjectID{id}, 0, s.Lease()); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Update device", "device", string(id), d.DisplayName, deviceChanges(&was, &d).List...)
	})
	if err != nil {
		return Device{}, fault.Wrap("update device", err)
	}
	s.Settler.SettleObjects(ctx, t, TopicDevice, []ObjectID{id})
	return d, nil
}

func deviceChanges(was, is *Device) *Differences {
	d := &Differences{}
	d.Text("displayName", was.DisplayName, is.DisplayName)
	d.Flag("accountEnabled", was.AccountEnabled, is.AccountEnabled)
	d.Text("deviceOwnership", was.DeviceOwnership, is.DeviceOwnership)
	d.Text("operatingSystem", was.OperatingSystem, is.OperatingSystem)
	d.Text("operatingSystemVersion", was.OperatingSystemVersion, is.OperatingSystemVersion)
	d.Text("trustType", was.TrustType, is.TrustType)
	d.Text("physicalIds", strings.Join(was.PhysicalIDs, ", "), strings.Join(is.PhysicalIDs, ", "))
	d.attributes(was.Attributes, is.Attributes)
	return d
}

// DeleteDevice removes a device object. One that a registration stands on is
// refused: without it the PC cannot be deployed.
func (s *Service) DeleteDevice(ctx context.Context, t TenantID, id ObjectID, ifMatch int64) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		d, err := lockDevice(ctx, tx, t, id, ifMatch)
		if err != nil {
			return err
		}
		if ztd := d.PhysicalID(PhysicalZTDID); ztd != "" {
			return fault.Field(fault.Invalid, "DeviceHasAutopilotRegistration", "id",
				"The device object "+quote(d.DisplayName)+" belongs to the Windows Autopilot registration "+ztd+" and cannot be deleted on its own.",
				"Delete the registration deviceManagement/windowsAutopilotDeviceIdentities/"+ztd+"; the device object goes with it.")
		}
		if err := tx.DeleteDevices(ctx, t, []ObjectID{id}); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Delete device", "device", string(id), d.DisplayName)
	})
	return fault.Wrap("delete device", err)
}

func lockDevice(ctx context.Context, tx Tx, t TenantID, id ObjectID, ifMatch int64) (Device, error) {
	found, err := tx.LockDevices(ctx, t, []ObjectID{id})
	if err != nil {
		return Device{}, err
	}
	if len(found) == 0 {
		return Device{}, fault.Missing("device", string(id))
	}
	return found[0], fault.Match(found[0].Version, ifMatch)
}
