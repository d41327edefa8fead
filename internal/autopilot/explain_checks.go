package autopilot

import (
	"context"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Step is a check on a device's way to its desktop.
type Step string

// The checks in order. Package enrollment makes those from StepDownload on.
const (
	StepRegistered Step = "registered"
	StepObject     Step = "deviceObject"
	StepGroups     Step = "groups"
	StepProfiles   Step = "profiles"
	StepAssignment Step = "assignment"
	StepDownload   Step = "download"
	StepUser       Step = "user"
	StepStatusPage Step = "statusPage"
	StepDeployment Step = "deployment"
)

// CheckState is how a check came out.
type CheckState string

// A check waits for what is still to happen.
const (
	CheckPass    CheckState = "pass"
	CheckFail    CheckState = "fail"
	CheckWaiting CheckState = "waiting"
)

// Check is one link of the chain.
type Check struct {
	Step  Step
	State CheckState
	At    time.Time // the tenant's clock; zero when it is no moment
	Text  Text
	Link  Link
	Parts []CheckPart
}

// CheckPart is a check within one.
type CheckPart struct {
	State CheckState
	Text  Text
	Link  Link
}

// Link is what a check is about: an object by Graph's type, or a setting.
type Link struct {
	Kind string
	ID   string
}

// The kinds of a Link.
const (
	LinkImport     = "importedWindowsAutopilotDeviceIdentity"
	LinkDevice     = "device"
	LinkUser       = "user"
	LinkProfile    = "windowsAutopilotDeploymentProfile"
	LinkStatusPage = "deviceEnrollmentConfiguration"
	LinkDeployment = "windowsAutopilotDeploymentEvent"
	LinkJoin       = "deviceRegistrationPolicy"
	LinkMobility   = "mobileDeviceManagementPolicy"
)

// checks goes through what this package knows of the chain; was is the device
// as it is stored.
func (x *explaining) checks(ctx context.Context, was *Device, dec Decision, w WhatIf) error {
	registered, err := x.checkRegistered(ctx, was)
	if err != nil {
		return err
	}
	x.ex.Checks = append(x.ex.Checks, registered, x.checkObject(), x.checkGroups(), x.checkProfiles(dec), x.checkAssignment(was, dec, w))
	return nil
}

func (x *explaining) checkRegistered(ctx context.Context, d *Device) (Check, error) {
	c := Check{Step: StepRegistered, State: CheckPass, At: d.CreatedAt}
	hardware := []string{"manufacturer", d.Manufacturer, "model", d.Model, "serial", d.SerialNumber}
	row, err := x.s.Store.FindImport(ctx, x.t, d.ID)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && row.By == "":
		hash, err := x.s.Store.GetHash(ctx, x.t, d.ID)
		if err != nil {
			return c, fault.Wrap("read the registered hash", err)
		}
		if len(hash) == 0 {
			c.State, c.Text = CheckWaiting, Words.Say("registeredBySerial", "serial", d.SerialNumber)
			return c, nil
		}
		c.Text = Words.Say("registered", hardware...)
		return c, nil
	case err != nil:
		return c, fault.Wrap("find the import", err)
	}
	c.Text = Words.Say("registeredByImport", append(hardware, "by", row.By, "batch", row.Batch)...)
	c.Link = Link{LinkImport, string(row.ID)}
	return c, nil
}

func (x *explaining) checkObject() Check {
	id := string(x.ex.Device.ID)
	c := Check{Step: StepObject, State: CheckPass, At: x.object.CreatedAt, Text: Words.Say("objectThere", "id", id), Link: Link{LinkDevice, string(x.object.ID)}}
	if !strings.EqualFold(x.object.PhysicalID(directory.PhysicalZTDID), id) {
		c.State, c.Text = CheckFail, Words.Say("objectWithoutZTDID", "id", id)
	}
	return c
}

func (x *explaining) checkGroups() Check {
	c := Check{Step: StepGroups, State: CheckFail, Text: Words.Say("inNoGroup")}
	var in []string
	for _, g := range x.ex.Groups {
		if g.Member {
			in = append(in, g.Name)
		}
	}
	switch {
	case len(in) > 0:
		c.State, c.Text = CheckPass, Words.Say("inGroups", "groups", strings.Join(in, ", "))
	case len(x.ex.Groups) == 0:
		c.Text = Words.Say("noGroupNamed")
	}
	for i := range x.ex.Profiles {
		if p := &x.ex.Profiles[i]; p.Verdict == VerdictChosen && p.Group == "" {
			c.State = CheckPass // All devices needs no group
		}
	}
	return c
}

func (x *explaining) checkProfiles(dec Decision) Check {
	c := Check{Step: StepProfiles, State: CheckFail, Text: Words.Say("noProfileReaches")}
	switch {
	case dec.Profile != "":
		c.State, c.Text, c.Link = CheckPass, Words.Say("profileReaches", "profile", dec.Name), Link{LinkProfile, string(dec.Profile)}
	case len(x.ex.Profiles) == 0:
		c.Text = Words.Say("noProfileThere")
	}
	return c
}

// checkAssignment tells what was decided, which is not what Decide says now
// while a change waits.
func (x *explaining) checkAssignment(was *Device, dec Decision, w WhatIf) Check {
	c := Check{Step: StepAssignment, State: CheckPass, At: was.AssignedAt}
	switch {
	case w.GroupTag != nil && dec.Profile != was.Profile:
		c.State, c.At, c.Text = CheckWaiting, time.Time{}, Words.Say("wouldBeDecided", "profile", dec.Name)
		if dec.Profile == "" {
			c.State, c.Text = CheckFail, Words.Say("wouldBeNone", "profile", was.ProfileName)
		}
	case was.Status == StatusPending:
		c.State, c.At, c.Text = CheckWaiting, time.Time{}, Words.Say("decisionAwaited")
	case was.Decided == StatusFailed:
		c.State, c.Text = CheckFail, Words.Say("decisionStopped")
	case was.Profile == "":
		c.State, c.Text = CheckFail, Words.Say("decidedNone")
	default:
		c.Text, c.Link = Words.Say("decidedProfile", "profile", was.ProfileName), Link{LinkProfile, string(was.Profile)}
	}
	return c
}
