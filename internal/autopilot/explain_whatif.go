package autopilot

import (
	"context"
	"slices"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// try puts what is tried in place of what is stored, in memory alone.
func (x *explaining) try(ctx context.Context, w WhatIf) error {
	d := &x.ex.Device
	change := DeviceChange{GroupTag: w.GroupTag, UserPrincipalName: w.UserPrincipalName}
	if err := change.validate(); err != nil {
		return err
	}
	if w.UserPrincipalName != nil {
		d.UserPrincipalName, d.AddressableUserName = "", ""
		if upn := *w.UserPrincipalName; upn != "" {
			u, err := x.s.Directory.GetUser(ctx, x.t, upn)
			if fault.Is(err, fault.NotFound) {
				return userNotFound(upn)
			}
			if err != nil {
				return fault.Wrap("read user", err)
			}
			d.UserPrincipalName, d.AddressableUserName = u.UserPrincipalName, u.DisplayName
		}
	}
	if w.GroupTag == nil {
		return nil
	}
	d.GroupTag = strings.TrimSpace(*w.GroupTag)
	set, err := x.tagged(ctx, d.GroupTag)
	x.ex.Set = set
	x.object = withTag(x.object, d.GroupTag)
	return err
}

// tagged is the groups of the device with another group tag.
func (x *explaining) tagged(ctx context.Context, tag string) (GroupSet, error) {
	if x.rules == nil {
		groups, version, err := x.s.Directory.ListDynamicGroups(ctx, x.t)
		if err != nil {
			return nil, fault.Wrap("read the dynamic groups", err)
		}
		x.rules = directory.NewRuleSet(version, groups)
	}
	o := withTag(x.object, tag)
	s := settling{cfg: &tenantConfig{rules: x.rules}, now: x.s.Clock.Now(x.t)}
	return s.match(o.ID, directory.MemberDevice, o.Object(), slices.Clone(x.have)), nil
}

func withTag(o directory.Device, tag string) directory.Device {
	o.PhysicalIDs = slices.Clone(o.PhysicalIDs)
	o.SetPhysicalID(directory.PhysicalOrderID, tag)
	return o
}

// wouldBe gives the device what would be decided for it.
func (x *explaining) wouldBe(dec Decision) {
	d := &x.ex.Device
	if d.Profile != dec.Profile {
		d.AssignedAt = time.Time{}
	}
	d.Status, d.Decided, d.Detail = dec.Status, dec.Status, dec.Detail
	d.Profile, d.ProfileName, d.ProfileGone, d.ByDefault = dec.Profile, dec.Name, false, dec.ByDefault
}
