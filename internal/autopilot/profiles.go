package autopilot

import (
	"context"
	"fmt"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// CreateProfile adds a deployment profile. It has no effect until assigned.
func (s *Service) CreateProfile(ctx context.Context, t directory.TenantID, p Profile) (Profile, error) {
	p.ID, p.Version = ProfileID(s.NewID()), 1
	p.CreatedAt = s.Clock.Now(t)
	p.ModifiedAt = p.CreatedAt
	if err := p.Validate(); err != nil {
		return Profile{}, err
	}
	err := s.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.CreateProfile(ctx, t, p); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Create deployment profile", profileType, string(p.ID), p.DisplayName)
	})
	return p, fault.Wrap("create profile", err)
}

const profileType = "windowsAutopilotDeploymentProfile"

// UpdateProfile changes what change sets. PCs see it at their next download.
func (s *Service) UpdateProfile(ctx context.Context, t directory.TenantID, id ProfileID, ifMatch int64, change func(*Profile) error) (Profile, error) {
	var p Profile
	var fill *directory.Fill
	err := s.Store.InTx(ctx, func(tx Tx) error {
		fill = nil
		version, err := tx.BumpConfig(ctx, t)
		if err != nil {
			return err
		}
		was, err := tx.LockProfile(ctx, t, id)
		if err != nil {
			return err
		}
		if err := fault.Match(was.Version, ifMatch); err != nil {
			return err
		}
		p = was
		if err := change(&p); err != nil {
			return err
		}
		p.ID, p.CreatedAt, p.ModifiedAt = was.ID, was.CreatedAt, s.Clock.Now(t)
		if p.Join != was.Join {
			return fault.Field(fault.Invalid, "ProfileTypeCannotChange", "@odata.type", "A profile keeps its join type for its life.", "Make a new profile.")
		}
		if err := p.Validate(); err != nil {
			return err
		}
		if err := tx.UpdateProfile(ctx, t, p); err != nil {
			return err
		}
		p.Version++
		if p.DeviceType != was.DeviceType {
			// Which devices it fits changed: everyone is decided again.
			fill = s.fill(t, version, "", "the device type of profile '"+p.DisplayName+"' changed")
			if err := tx.OpenFill(ctx, *fill, s.Lease()); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, t, "Update deployment profile", profileType, string(id), p.DisplayName, profileChanges(&was, &p)...)
	})
	if err != nil {
		return Profile{}, fault.Wrap("update profile", err)
	}
	if fill != nil {
		s.Settler.SettleFill(ctx, t, *fill)
	}
	return p, nil
}

// fill is the walk over everyone an assignment to group may concern; no group
// is every registered device.
func (s *Service) fill(t directory.TenantID, version int64, group directory.ObjectID, reason string) *directory.Fill {
	f := &directory.Fill{Tenant: t, ID: s.NewID(), Version: version, Scope: directory.ScopeRegistered, Reason: reason, CreatedAt: s.Clock.Real()}
	if group != "" {
		f.Scope, f.Group = directory.ScopeMembers, group
	}
	return f
}

func profileChanges(was, is *Profile) []directory.Change {
	var list []directory.Change
	for _, c := range []struct {
		name    string
		was, is any
	}{
		{"displayName", was.DisplayName, is.DisplayName},
		{"description", was.Description, is.Description},
		{"locale", was.Locale, is.Locale},
		{"deviceNameTemplate", was.DeviceNameTemplate, is.DeviceNameTemplate},
		{"deviceType", was.DeviceType, is.DeviceType},
		{"preprovisioningAllowed", was.PreprovisioningAllowed, is.PreprovisioningAllowed},
		{"hardwareHashExtractionEnabled", was.ConvertToAutopilot, is.ConvertToAutopilot},
		{"outOfBoxExperienceSetting/eulaHidden", was.OOBE.EULAHidden, is.OOBE.EULAHidden},
		{"outOfBoxExperienceSetting/privacySettingsHidden", was.OOBE.PrivacySettingsHidden, is.OOBE.PrivacySettingsHidden},
		{"outOfBoxExperienceSetting/escapeLinkHidden", was.OOBE.EscapeLinkHidden, is.OOBE.EscapeLinkHidden},
		{"outOfBoxExperienceSetting/keyboardSelectionPageSkipped", was.OOBE.KeyboardSelectionHidden, is.OOBE.KeyboardSelectionHidden},
		{"outOfBoxExperienceSetting/userType", was.OOBE.UserType, is.OOBE.UserType},
		{"outOfBoxExperienceSetting/deviceUsageType", was.OOBE.UsageType, is.OOBE.UsageType},
	} {
		if c.was != c.is {
			list = append(list, directory.Change{Property: c.name, Old: fmt.Sprint(c.was), New: fmt.Sprint(c.is)})
		}
	}
	return list
}

// DeleteProfile removes a profile that nothing holds any more.
func (s *Service) DeleteProfile(ctx context.Context, t directory.TenantID, id ProfileID, ifMatch int64) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		if _, err := tx.BumpConfig(ctx, t); err != nil {
			return err
		}
		p, err := tx.LockProfile(ctx, t, id)
		if err != nil {
			return err
		}
		if err := fault.Match(p.Version, ifMatch); err != nil {
			return err
		}
		held, err := s.holders(ctx, tx, t, id)
		if err != nil {
			return err
		}
		if held != "" {
			return fault.Field(fault.Invalid, "ProfileIsAssigned", "assignments", "The profile '"+p.DisplayName+"' is assigned to "+held+" and cannot be deleted.", "Remove its assignments first, then delete it.")
		}
		if err := tx.DeleteProfile(ctx, t, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Delete deployment profile", profileType, string(id), p.DisplayName)
	})
	return fault.Wrap("delete profile", err)
}

// holders names what a profile is assigned to.
func (s *Service) holders(ctx context.Context, tx Tx, t directory.TenantID, id ProfileID) (string, error) {
	as, err := tx.AssignmentsOf(ctx, t, id)
	if err != nil || len(as) == 0 {
		return "", err
	}
	var names []string
	for i := range as {
		name, err := s.targetName(ctx, tx, t, &as[i])
		if err != nil {
			return "", err
		}
		if as[i].Target == TargetExclusion {
			name += " (excluded)"
		}
		names = append(names, name)
	}
	if len(names) > 5 {
		names = append(names[:5], fmt.Sprintf("%d more", len(names)-5))
	}
	return strings.Join(names, ", "), nil
}

// targetName is what people call an assignment's target; a group that is gone
// has only its id.
func (s *Service) targetName(ctx context.Context, tx Tx, t directory.TenantID, a *Assignment) (string, error) {
	if a.Target == TargetAllDevices {
		return "All devices", nil
	}
	g, err := tx.LockGroup(ctx, t, a.Group)
	switch {
	case err == nil:
		return "'" + g.DisplayName + "'", nil
	case fault.Is(err, fault.NotFound):
		return string(a.Group), nil
	}
	return "", err
}

// Assign gives the profile to a group, keeps it from one, or gives it to all
// devices. The devices concerned are decided before the call returns, or
// beside it when they are many.
func (s *Service) Assign(ctx context.Context, t directory.TenantID, a Assignment) (Assignment, error) {
	a.CreatedAt = s.Clock.Now(t)
	var fill *directory.Fill
	err := s.Store.InTx(ctx, func(tx Tx) error {
		version, err := tx.BumpConfig(ctx, t)
		if err != nil {
			return err
		}
		p, err := tx.LockProfile(ctx, t, a.Profile)
		if err != nil {
			return err
		}
		name, err := s.checkAssignment(ctx, tx, t, &p, &a)
		if err != nil {
			return err
		}
		if err := tx.AddAssignment(ctx, t, a); err != nil {
			return err
		}
		fill = s.fill(t, version, a.Group, "profile '"+p.DisplayName+"' was assigned to "+name)
		if err := tx.OpenFill(ctx, *fill, s.Lease()); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Assign deployment profile", profileType, string(p.ID), p.DisplayName, directory.Change{Property: string(a.Target), New: name})
	})
	if err != nil {
		return Assignment{}, fault.Wrap("assign profile", err)
	}
	s.Settler.SettleFill(ctx, t, *fill)
	return a, nil
}

// checkAssignment applies the rules for assignments and names the target.
func (s *Service) checkAssignment(ctx context.Context, tx Tx, t directory.TenantID, p *Profile, a *Assignment) (target string, err error) {
	mine, err := tx.AssignmentsOf(ctx, t, p.ID)
	if err != nil {
		return "", err
	}
	for _, other := range mine {
		if other.Target == a.Target && other.Group == a.Group {
			return "", fault.Field(fault.Conflict, "AssignmentExists", "target", "The profile '"+p.DisplayName+"' is assigned to this target already.", "Leave it as it is, or remove the assignment first.")
		}
		both := a.Target == TargetAllDevices && other.Target == TargetExclusion || a.Target == TargetExclusion && other.Target == TargetAllDevices
		if both {
			return "", exclusionWithAll("target", p.DisplayName)
		}
	}
	switch a.Target {
	case TargetAllDevices:
		a.Group = ""
		holder, ok, err := tx.AllDevicesHolder(ctx, t)
		if err != nil {
			return "", err
		}
		if ok && holder.ID != p.ID {
			return "", allDevicesTaken("target", &holder)
		}
		return "All devices", nil
	case TargetGroup, TargetExclusion:
		g, err := tx.LockGroup(ctx, t, a.Group)
		if fault.Is(err, fault.NotFound) {
			return "", groupGone("target/groupId", a.Group)
		}
		return "group '" + g.DisplayName + "'", err
	default:
		return "", noSuchTarget("target/@odata.type")
	}
}

func exclusionWithAll(field, profile string) error {
	return fault.Field(fault.Invalid, "ExclusionWithAllDevices", field, "The profile '"+profile+"' cannot have All devices and excluded groups together.", "Use included groups instead of All devices, or remove the exclusion.")
}

func allDevicesTaken(field string, holder *Profile) error {
	return fault.Field(fault.Invalid, "AllDevicesAlreadyAssigned", field, "Another profile, '"+holder.DisplayName+"' ("+string(holder.ID)+"), is already assigned to All devices.", "Remove that assignment first, or assign this profile to groups.")
}

func groupGone(field string, group directory.ObjectID) error {
	return fault.Field(fault.Invalid, "GroupNotFound", field, "There is no group with the id '"+string(group)+"' in this tenant.", "List the groups to find the right id.")
}

func noSuchTarget(field string) error {
	return fault.Field(fault.Invalid, "InvalidTarget", field, "The target type is not one a deployment profile can have.", "Use groupAssignmentTarget, exclusionGroupAssignmentTarget or allDevicesAssignmentTarget.")
}

// Unassign removes an assignment by its composed id.
func (s *Service) Unassign(ctx context.Context, t directory.TenantID, profile ProfileID, assignmentID string) error {
	var fill *directory.Fill
	err := s.Store.InTx(ctx, func(tx Tx) error {
		version, err := tx.BumpConfig(ctx, t)
		if err != nil {
			return err
		}
		p, err := tx.LockProfile(ctx, t, profile)
		if err != nil {
			return err
		}
		as, err := tx.AssignmentsOf(ctx, t, profile)
		if err != nil {
			return err
		}
		for _, a := range as {
			if !strings.EqualFold(a.ID(), assignmentID) {
				continue
			}
			target, err := s.targetName(ctx, tx, t, &a)
			if err != nil {
				return err
			}
			if a.Target != TargetAllDevices {
				target = "group " + target
			}
			if err := tx.RemoveAssignment(ctx, t, a); err != nil {
				return err
			}
			fill = s.fill(t, version, a.Group, "an assignment of profile '"+p.DisplayName+"' was removed")
			if err := tx.OpenFill(ctx, *fill, s.Lease()); err != nil {
				return err
			}
			return s.audit(ctx, tx, t, "Unassign deployment profile", profileType, string(p.ID), p.DisplayName, directory.Change{Property: string(a.Target), Old: target})
		}
		return fault.Missing("assignment", assignmentID)
	})
	if err != nil {
		return fault.Wrap("unassign profile", err)
	}
	s.Settler.SettleFill(ctx, t, *fill)
	return nil
}
