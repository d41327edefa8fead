package autopilot

import (
	"context"
	"fmt"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// DeviceChange is an edit of a registered device: nil leaves a property as it
// is, an empty string clears it.
type DeviceChange struct {
	GroupTag            *string
	DisplayName         *string
	UserPrincipalName   *string
	AddressableUserName *string
}

// UpdateDevice edits a registered device. A new group tag moves it between
// groups, and its profile follows, before the call returns.
func (s *Service) UpdateDevice(ctx context.Context, t directory.TenantID, id DeviceID, ifMatch int64, c DeviceChange) (Device, error) {
	if err := c.validate(); err != nil {
		return Device{}, err
	}
	var object directory.ObjectID
	err := s.withDevice(ctx, t, id, ifMatch, func(tx Tx, d Device, o directory.Device) error {
		was := d
		object = d.Object
		if err := s.apply(ctx, tx, t, &d, c); err != nil {
			return err
		}
		if d == was {
			return nil
		}
		if err := tx.UpdateRegistration(ctx, t, d); err != nil {
			return err
		}
		if d.GroupTag != was.GroupTag {
			o.SetPhysicalID(directory.PhysicalOrderID, d.GroupTag)
			if err := tx.UpdateDevice(ctx, t, o); err != nil {
				return err
			}
			if err := tx.MarkDirty(ctx, t, directory.TopicDevice, []directory.ObjectID{d.Object}, 0, s.Lease()); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, t, "Update Autopilot device", "windowsAutopilotDeviceIdentity", string(id), d.SerialNumber, deviceChanges(&was, &d)...)
	})
	if err != nil {
		return Device{}, fault.Wrap("update device", err)
	}
	s.Settler.SettleObjects(ctx, t, directory.TopicDevice, []directory.ObjectID{object})
	d, err := s.Store.GetRegisteredDevice(ctx, t, id)
	return d, fault.Wrap("read device", err)
}

func (c *DeviceChange) validate() error {
	if c.GroupTag != nil && len([]rune(*c.GroupTag)) > MaxGroupTag {
		return fault.Field(fault.Invalid, "GroupTagTooLong", "groupTag", fmt.Sprintf("The group tag has %d characters; 512 are allowed.", len([]rune(*c.GroupTag))), "Shorten it.")
	}
	if c.DisplayName != nil && *c.DisplayName != "" {
		name := *c.DisplayName
		bad := strings.IndexFunc(name, func(r rune) bool { return !nameRune(r) })
		if len(name) > MaxComputerName || bad >= 0 || strings.Trim(name, "0123456789") == "" {
			return fault.Field(fault.Invalid, "InvalidDeviceName", "displayName", "The device name '"+name+"' is not a computer name: 15 characters or less, letters, numbers and hyphens, not all numbers.", "Give a name such as PC-042, or an empty text to use the profile's template.")
		}
	}
	return nil
}

func (s *Service) apply(ctx context.Context, tx Tx, t directory.TenantID, d *Device, c DeviceChange) error {
	if c.GroupTag != nil {
		d.GroupTag = strings.TrimSpace(*c.GroupTag)
	}
	if c.DisplayName != nil {
		d.DisplayName = *c.DisplayName
	}
	if c.AddressableUserName != nil {
		d.AddressableUserName = *c.AddressableUserName
	}
	if c.UserPrincipalName == nil {
		return nil
	}
	if *c.UserPrincipalName == "" {
		d.UserPrincipalName = ""
		if c.AddressableUserName == nil {
			d.AddressableUserName = ""
		}
		return nil
	}
	users, err := tx.UsersByUPN(ctx, t, []string{strings.ToLower(*c.UserPrincipalName)})
	if err != nil {
		return err
	}
	u, ok := users[strings.ToLower(*c.UserPrincipalName)]
	if !ok {
		return userNotFound(*c.UserPrincipalName)
	}
	d.UserPrincipalName = u.UserPrincipalName
	if c.AddressableUserName == nil || *c.AddressableUserName == "" {
		d.AddressableUserName = u.DisplayName
	}
	return nil
}

func userNotFound(upn string) error {
	return fault.Field(fault.Invalid, "UserNotFound", "userPrincipalName", "There is no user '"+upn+"' in this tenant.", "Correct the address or create the user first.")
}

func deviceChanges(was, is *Device) []directory.Change {
	var list []directory.Change
	for _, p := range []struct{ name, was, is string }{
		{"groupTag", was.GroupTag, is.GroupTag},
		{"displayName", was.DisplayName, is.DisplayName},
		{"userPrincipalName", was.UserPrincipalName, is.UserPrincipalName},
		{"addressableUserName", was.AddressableUserName, is.AddressableUserName},
	} {
		if p.was != p.is {
			list = append(list, directory.Change{Property: p.name, Old: p.was, New: p.is})
		}
	}
	return list
}

// AssignUser sets the user whose address is filled in at sign-in. An empty
// name takes the user's display name.
func (s *Service) AssignUser(ctx context.Context, t directory.TenantID, id DeviceID, upn, name string) error {
	if strings.TrimSpace(upn) == "" {
		return fault.Field(fault.Invalid, "UserRequired", "userPrincipalName", "No user was given.", "Send the user principal name of a user of this tenant; to remove the user call unassignUserFromDevice.")
	}
	_, err := s.UpdateDevice(ctx, t, id, 0, DeviceChange{UserPrincipalName: &upn, AddressableUserName: &name})
	return err
}

// UnassignUser removes the assigned user.
func (s *Service) UnassignUser(ctx context.Context, t directory.TenantID, id DeviceID) error {
	none := ""
	_, err := s.UpdateDevice(ctx, t, id, 0, DeviceChange{UserPrincipalName: &none, AddressableUserName: &none})
	return err
}

// DeleteDevice deregisters a device. Its device object goes with it; a managed
// device stays.
func (s *Service) DeleteDevice(ctx context.Context, t directory.TenantID, id DeviceID, ifMatch int64) error {
	err := s.withDevice(ctx, t, id, ifMatch, func(tx Tx, d Device, o directory.Device) error {
		if err := deregister(ctx, tx, t, &d, &o); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Delete Autopilot device", "windowsAutopilotDeviceIdentity", string(id), d.SerialNumber)
	})
	return fault.Wrap("delete device", err)
}

// deregister removes a registration with its device object.
func deregister(ctx context.Context, tx Tx, t directory.TenantID, d *Device, o *directory.Device) error {
	if err := tx.DeleteRegistrations(ctx, t, []DeviceID{d.ID}); err != nil {
		return err
	}
	return tx.DeleteDevices(ctx, t, []directory.ObjectID{o.ID})
}
