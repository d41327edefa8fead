package autopilot

import (
	"context"
	"fmt"
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// MaxAssignedAtOnce bounds the devices of one AssignDevices.
const MaxAssignedAtOnce = 500

// AssignDevices gives a profile to single devices. Microsoft does not say what
// its action of this name does besides; here they become members of one
// assigned group that the profile includes, made when there is none yet. So all
// else holds as for any group: the oldest profile wins, an exclusion beats it,
// and who takes a device out of the group takes the profile away.
func (s *Service) AssignDevices(ctx context.Context, t directory.TenantID, profile ProfileID, ids []DeviceID) error {
	const target = "deviceIds"
	switch {
	case len(ids) == 0:
		return fault.Field(fault.Invalid, "NoDevices", target, "The request names no device.", "Send the ids of windowsAutopilotDeviceIdentities in deviceIds.")
	case len(ids) > MaxAssignedAtOnce:
		return fault.Field(fault.Invalid, "TooManyDevices", target, fmt.Sprintf("The request names %d devices; %d are allowed.", len(ids), MaxAssignedAtOnce), "Send them in several requests.")
	}
	if _, err := s.Store.GetProfile(ctx, t, profile); err != nil {
		return err
	}
	objects := make([]directory.ObjectID, 0, len(ids))
	var changes []directory.Change
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		d, err := s.Store.GetRegisteredDevice(ctx, t, id)
		if fault.Is(err, fault.NotFound) {
			return fault.Field(fault.Invalid, "DeviceNotFound", target, "There is no Autopilot device with the id '"+string(id)+"' in this tenant.", "List windowsAutopilotDeviceIdentities to find the right id.")
		}
		if err != nil {
			return err
		}
		objects = append(objects, d.Object)
		changes = append(changes, directory.Change{Property: string(id), New: d.SerialNumber})
	}
	err := s.Store.InTx(ctx, func(tx Tx) error {
		if _, err := tx.BumpConfig(ctx, t); err != nil {
			return err
		}
		locked, err := tx.LockDevices(ctx, t, objects)
		if err != nil {
			return err
		}
		if len(locked) != len(objects) {
			return fault.Field(fault.Conflict, "DeviceGone", target, "A device was deregistered at the same moment.", "Leave it out and send the request again.")
		}
		p, err := tx.LockProfile(ctx, t, profile)
		if err != nil {
			return err
		}
		group, err := s.groupOfDevices(ctx, tx, t, &p)
		if err != nil {
			return err
		}
		have, err := tx.MembershipsOf(ctx, t, objects)
		if err != nil {
			return err
		}
		var add []directory.Membership
		for _, id := range objects {
			if !slices.ContainsFunc(have, func(m directory.Membership) bool { return m.Group == group && m.Member == id }) {
				add = append(add, directory.Membership{Group: group, Member: id, Kind: directory.MemberDevice})
			}
		}
		if err := tx.ApplyMemberships(ctx, t, add, nil); err != nil {
			return err
		}
		if err := tx.MarkDirty(ctx, t, directory.TopicDevice, objects, 0, s.Lease()); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Assign deployment profile to devices", profileType, string(p.ID), p.DisplayName, changes...)
	})
	if err != nil {
		return fault.Wrap("assign devices", err)
	}
	s.Settler.SettleObjects(ctx, t, directory.TopicDevice, objects)
	return nil
}

// groupOfDevices is the group that holds the devices a profile was assigned to
// one by one, made and assigned when there is none.
func (s *Service) groupOfDevices(ctx context.Context, tx Tx, t directory.TenantID, p *Profile) (directory.ObjectID, error) {
	nickname := "assigned-" + string(p.ID)
	assignments, err := tx.AssignmentsOf(ctx, t, p.ID)
	if err != nil {
		return "", err
	}
	for _, a := range assignments {
		if a.Target != TargetGroup {
			continue
		}
		g, err := tx.LockGroup(ctx, t, a.Group)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return "", err
		}
		if g.MailNickname == nickname && !g.Dynamic() {
			return g.ID, nil
		}
	}
	g := directory.Group{
		ID: directory.ObjectID(s.NewID()), DisplayName: "Devices of " + p.DisplayName, MailNickname: nickname, Kind: directory.Assigned,
		Description: "Devices that the deployment profile was assigned to one by one.", CreatedAt: s.Clock.Now(t), Version: 1,
	}
	if err := tx.CreateGroup(ctx, t, g); err != nil {
		return "", err
	}
	if err := tx.AddAssignment(ctx, t, Assignment{Profile: p.ID, Target: TargetGroup, Group: g.ID, CreatedAt: s.Clock.Now(t)}); err != nil {
		return "", err
	}
	return g.ID, s.audit(ctx, tx, t, "Create group", "group", string(g.ID), g.DisplayName)
}
