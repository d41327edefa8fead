package autopilot

import (
	"context"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
)

// Convert registers a PC that is in the directory already, from the hardware
// hash that it reported about itself over its authenticated channel: "Convert
// all targeted devices to Autopilot". The registration stands on the PC's own
// device object, so its groups stay, and its managed device is known to it. A PC
// that is registered already is left as it is; one that is registered elsewhere is
// fault.Conflict with code HardwareTaken.
func (s *Service) Convert(ctx context.Context, t directory.TenantID, object directory.ObjectID, managedDevice, hash string) (Device, error) {
	h, err := ParseHash("DeviceHardwareData", hash)
	if err != nil {
		return Device{}, err
	}
	if strings.TrimSpace(h.SystemSerial) == "" || strings.TrimSpace(h.SystemManufacturer) == "" {
		return Device{}, fault.Field(fault.Invalid, hwhash.CodeName(codeInvalidHash), "DeviceHardwareData", "The hardware hash holds no serial number or no manufacturer.", "Set them in the PC's firmware.")
	}
	var made Device
	err = s.Store.InTx(ctx, func(tx Tx) error {
		made = Device{}
		objects, err := tx.LockDevices(ctx, t, []directory.ObjectID{object})
		if err != nil {
			return err
		}
		if len(objects) == 0 {
			return fault.Missing("device", string(object))
		}
		there, err := tx.LockRegistrations(ctx, t, []directory.ObjectID{object})
		if err != nil {
			return err
		}
		if len(there) > 0 {
			made = there[0]
			return nil
		}
		r := s.registration(t, candidate{result: &ImportedDevice{}, row: &ImportRow{}, hash: h, claims: ClaimsOf(h)})
		o := objects[0]
		r.Object, r.EntraDeviceID = o.ID, o.DeviceID
		r.ManagedDeviceID, r.Enrollment, r.LastContact = managedDevice, EnrollmentEnrolled, s.Clock.Now(t)
		held, err := tx.Claim(ctx, t, []Registration{r})
		if err != nil {
			return err
		}
		if len(held) > 0 {
			return fault.Field(fault.Conflict, "HardwareTaken", "DeviceHardwareData", "This PC's hardware is registered already, with another device object or elsewhere.", "Delete that registration first.")
		}
		o.SetPhysicalID(directory.PhysicalZTDID, string(r.ID))
		if err := tx.UpdateDevice(ctx, t, o); err != nil {
			return err
		}
		if err := tx.CreateRegistrations(ctx, t, []Registration{r}); err != nil {
			return err
		}
		if err := tx.MarkDirty(ctx, t, directory.TopicDevice, []directory.ObjectID{o.ID}, 0, s.Lease()); err != nil {
			return err
		}
		made = r.Device
		return s.audit(ctx, tx, t, "Convert device to Autopilot", "windowsAutopilotDeviceIdentity", string(r.ID), r.SerialNumber, directory.Change{Property: "deviceObject", New: string(o.ID)})
	})
	if err != nil {
		return Device{}, fault.Wrap("convert device", err)
	}
	s.Settler.SettleObjects(ctx, t, directory.TopicDevice, []directory.ObjectID{object})
	return made, nil
}
