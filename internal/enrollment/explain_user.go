package enrollment

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// findUser finds whose PC it is: the assigned user, or else who joined it.
func (x *setup) findUser(ctx context.Context) error {
	who := cmp.Or(x.d.UserPrincipalName, string(x.object.RegisteredUser))
	if who == "" {
		return nil
	}
	u, err := x.s.Directory.GetUser(ctx, x.t, who)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	x.user = &u
	return fault.Wrap("read the user", err)
}

func (x *setup) part(state autopilot.CheckState, kind, id string, text autopilot.Text) {
	x.parts = append(x.parts, autopilot.CheckPart{State: state, Text: text, Link: autopilot.Link{Kind: kind, ID: id}})
}

// checkUser asks what a join and an enrolment ask, the sign-in's second factor
// apart: a person can always give one.
func (x *setup) checkUser(ctx context.Context, tx Tx) (autopilot.Check, error) {
	c := autopilot.Check{Step: autopilot.StepUser, State: autopilot.CheckPass}
	join, err := tx.JoinPolicyNow(ctx, x.t)
	if err != nil {
		return c, err
	}
	r := rules{settings: x.basis.Settings, join: join, mdm: x.basis.MDM, mam: x.basis.MAM}
	good, bad := "userAllowed", "userRefused"
	switch {
	case x.user != nil:
		err = x.person(ctx, tx, &r)
		c.Link = autopilot.Link{Kind: autopilot.LinkUser, ID: string(x.user.ID)}
	case x.d.UserPrincipalName != "":
		good, bad = "", "userGone"
		x.part(autopilot.CheckFail, "", "", Words.Say("userGone", "user", x.d.UserPrincipalName))
	default:
		good, bad, c.State = "nobodyAssigned", "nobodyCan", autopilot.CheckWaiting
		err = x.anybody(ctx, tx, &r)
	}
	if err != nil {
		return c, err
	}
	code := good
	for _, p := range x.parts {
		if p.State == autopilot.CheckFail {
			c.State, code = autopilot.CheckFail, bad
		}
	}
	c.Text, c.Parts = Words.Say(code), x.parts
	if upn := x.d.UserPrincipalName; x.user != nil || upn != "" {
		if x.user != nil {
			upn = x.user.UserPrincipalName
		}
		c.Text = Words.Say(code, "user", upn)
	}
	return c, nil
}

// person checks one user.
func (x *setup) person(ctx context.Context, tx Tx, r *rules) error {
	u := x.user
	upn := u.UserPrincipalName
	around, err := tx.GroupsAround(ctx, x.t, u.ID)
	if err != nil {
		return err
	}
	owned, err := tx.CountOwned(ctx, x.t, u.ID, x.d.Object)
	if err != nil {
		return err
	}
	if r.restriction, err = x.s.RestrictionFor(ctx, tx, x.t, u.ID); err != nil {
		return err
	}
	c := &candidate{kind: KindEntraJoin, user: u, groups: around, registered: true, assigned: x.d.UserPrincipalName, osVersion: x.object.OperatingSystemVersion}
	if r.admitPerson(c) != nil {
		x.part(autopilot.CheckFail, autopilot.LinkUser, string(u.ID), Words.Say("accountDisabled", "user", upn))
	} else {
		x.part(autopilot.CheckPass, autopilot.LinkUser, string(u.ID), Words.Say("accountEnabled", "user", upn))
	}
	x.joins(r, &directory.Joiner{User: u.ID, Groups: around, MFA: true, Devices: owned, UPN: upn, Assigned: x.d.UserPrincipalName})
	x.enrols(r, c)
	return nil
}

// joins asks the device settings.
func (x *setup) joins(r *rules, j *directory.Joiner) {
	quota := []string{"user", j.UPN, "devices", strconv.Itoa(j.Devices), "quota", strconv.Itoa(r.join.DeviceQuota)}
	state, text := autopilot.CheckPass, Words.Say("joinAllowed", "user", j.UPN)
	limit := Words.Say("quotaLeft", quota...)
	if r.join.DeviceQuota == directory.UnlimitedDevices {
		limit = Words.Say("quotaUnlimited")
	}
	limited := autopilot.CheckPass
	if f, refused := fault.As(r.join.Admit(directory.JoinEntra, j)); refused {
		switch f.Code {
		case directory.CodeQuotaReached:
			limited, limit = autopilot.CheckFail, Words.Say("quotaReached", quota...)
		case directory.CodeNotAssigned:
			state, text = autopilot.CheckFail, Words.Say("joinOtherPerson", "user", j.Assigned)
		case directory.CodeJoinNotAllowed:
			state, text = autopilot.CheckFail, Words.Say("joinNotSelected", "user", j.UPN)
			if r.join.Join.Reach == directory.ReachNone {
				text = Words.Say("joinNobody")
			}
		default:
			state, text = autopilot.CheckFail, autopilot.Text{English: f.Message}
		}
	}
	x.part(state, autopilot.LinkJoin, "", text)
	x.part(limited, autopilot.LinkJoin, "", limit)
}

// enrols asks the user scopes, the licence and the platform restriction. The
// device limit does not count for registered PCs.
func (x *setup) enrols(r *rules, c *candidate) {
	upn := c.user.UserPrincipalName
	switch {
	case r.admitScope(c) == nil:
		x.part(autopilot.CheckPass, autopilot.LinkMobility, "", Words.Say("scopeHolds", "user", upn))
	case r.mdm.AppliesTo == directory.ReachNone:
		x.part(autopilot.CheckFail, autopilot.LinkMobility, "", Words.Say("scopeNone"))
	default:
		x.part(autopilot.CheckFail, autopilot.LinkMobility, "", Words.Say("scopeOutside", "user", upn))
	}
	if r.admitLicence(c) != nil {
		x.part(autopilot.CheckFail, autopilot.LinkUser, string(c.user.ID), Words.Say("licenceMissing", "user", upn))
	}
	x.runs(r, c)
}

// runs asks the platform restriction.
func (x *setup) runs(r *rules, c *candidate) {
	p := r.restriction.Platform
	name := []string{"policy", r.restriction.DisplayName}
	if c.osVersion == "" && !p.Blocked && cmp.Or(p.MinVersion, p.MaxVersion) != "" {
		x.part(autopilot.CheckWaiting, "", "", Words.Say("versionUnknown", name...))
		return
	}
	f, refused := fault.As(r.admitPlatform(c))
	if !refused {
		return
	}
	version := func(bound string) []string {
		return append(slices.Clone(name), "version", c.osVersion, "bound", bound)
	}
	var text autopilot.Text
	switch f.Code {
	case CodePlatformBlocked:
		text = Words.Say("windowsBlocked", name...)
	case CodeVersionTooLow:
		text = Words.Say("versionTooLow", version(p.MinVersion)...)
	case CodeVersionTooHigh:
		text = Words.Say("versionTooHigh", version(p.MaxVersion)...)
	default:
		text = autopilot.Text{English: f.Message}
	}
	x.part(autopilot.CheckFail, "", "", text)
}

// anybody checks what does not depend on who signs in.
func (x *setup) anybody(ctx context.Context, tx Tx, r *rules) (err error) {
	switch r.join.Join.Reach {
	case directory.ReachAll:
		x.part(autopilot.CheckPass, autopilot.LinkJoin, "", Words.Say("joinAllowedAll"))
	case directory.ReachNone:
		x.part(autopilot.CheckFail, autopilot.LinkJoin, "", Words.Say("joinNobody"))
	default:
		x.part(autopilot.CheckWaiting, autopilot.LinkJoin, "", Words.Say("joinDepends"))
	}
	switch r.mdm.AppliesTo {
	case directory.ReachAll:
		x.part(autopilot.CheckPass, autopilot.LinkMobility, "", Words.Say("scopeHoldsAll"))
	case directory.ReachNone:
		x.part(autopilot.CheckFail, autopilot.LinkMobility, "", Words.Say("scopeNone"))
	default:
		x.part(autopilot.CheckWaiting, autopilot.LinkMobility, "", Words.Say("scopeDepends"))
	}
	if r.restriction, err = x.s.RestrictionFor(ctx, tx, x.t, ""); err != nil {
		return err
	}
	x.runs(r, &candidate{kind: KindEntraJoin, registered: true, osVersion: x.object.OperatingSystemVersion})
	return nil
}
