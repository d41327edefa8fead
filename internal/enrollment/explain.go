package enrollment

import (
	"context"
	"strconv"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// ExplainSetup goes on where autopilot's Explain ends: what the PC downloaded,
// whether its user may set it up, which status page counts, and how far it is.
// Each is decided by what decides for PCs. Nothing is written.
func (s *Service) ExplainSetup(ctx context.Context, t directory.TenantID, e *autopilot.Explanation) ([]autopilot.Check, error) {
	x := &setup{s: s, t: t, d: &e.Device}
	var err error
	if x.object, err = s.Directory.GetDevice(ctx, t, x.d.Object); err != nil {
		return nil, fault.Wrap("read device object", err)
	}
	if err := x.readDeployment(ctx); err != nil {
		return nil, err
	}
	if err := x.findUser(ctx); err != nil {
		return nil, err
	}
	if x.basis, err = s.Store.GetBasis(ctx, t); err != nil {
		return nil, err
	}
	download, err := x.checkDownload(ctx)
	if err != nil {
		return nil, err
	}
	var user, page autopilot.Check
	err = s.Store.InTx(ctx, func(tx Tx) error {
		x.parts = nil
		if user, err = x.checkUser(ctx, tx); err != nil {
			return err
		}
		page, err = x.checkStatusPage(ctx, tx, e.Set)
		return err
	})
	if err != nil {
		return nil, fault.Wrap("explain the setup", err)
	}
	return []autopilot.Check{download, user, page, x.checkDeployment()}, nil
}

// setup is the state of one ExplainSetup.
type setup struct {
	s          *Service
	t          directory.TenantID
	d          *autopilot.Device
	object     directory.Device
	deployment *Deployment // the newest; nil without any
	events     []Event

	user  *directory.User // nil: nobody, or gone
	basis Basis
	parts []autopilot.CheckPart
}

func (x *setup) readDeployment(ctx context.Context) error {
	list, err := x.s.Store.DeploymentsOf(ctx, x.t, x.d.ID, "", 1)
	if err != nil || len(list) == 0 {
		return fault.Wrap("read the last deployment", err)
	}
	x.deployment = &list[0]
	x.events, err = x.s.Store.ListEvents(ctx, x.t, x.deployment.ID)
	return fault.Wrap("read the timeline", err)
}

// checkDownload compares what the PC has with what it should have. What it has
// is also told by the device object, where a PC's timeline does not.
func (x *setup) checkDownload(ctx context.Context) (autopilot.Check, error) {
	c := autopilot.Check{Step: autopilot.StepDownload, State: autopilot.CheckWaiting}
	had, version := x.object.Attributes["enrollmentProfileName"], ""
	for i := len(x.events) - 1; i >= 0; i-- {
		if e := &x.events[i]; e.Kind == EventDownloaded {
			c.At, version = e.At, e.Facts[factProfileVersion]
			break
		}
	}
	if x.d.Profile == "" {
		c.State, c.Text = autopilot.CheckFail, Words.Say("nothingToDownload")
		return c, nil
	}
	if had == "" {
		c.Text = Words.Say("notDownloaded")
		return c, nil
	}
	p, err := x.s.Autopilot.GetProfile(ctx, x.t, x.d.Profile)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return c, fault.Wrap("read profile", err)
	}
	c.Link = autopilot.Link{Kind: autopilot.LinkProfile, ID: string(x.d.Profile)}
	switch now := strconv.FormatInt(p.Version, 10); {
	case had != x.d.ProfileName:
		c.Text = Words.Say("downloadedOther", "had", had, "profile", x.d.ProfileName)
	case version == "":
		c.State, c.Text = autopilot.CheckPass, Words.Say("downloadedEarlier", "profile", had)
	case version != now:
		c.Text = Words.Say("downloadedOlder", "had", version, "profile", had, "version", now)
	default:
		c.State, c.Text = autopilot.CheckPass, Words.Say("downloaded", "profile", had, "version", version)
	}
	return c, nil
}

func (x *setup) checkStatusPage(ctx context.Context, tx Tx, set autopilot.GroupSet) (autopilot.Check, error) {
	c := autopilot.Check{Step: autopilot.StepStatusPage, State: autopilot.CheckPass}
	var user directory.ObjectID
	if x.user != nil {
		user = x.user.ID
	}
	w, ps, as, err := x.s.known(ctx, tx, x.t, Who{Device: true}, "", user, []PolicyKind{PolicyESP})
	if err != nil {
		return c, err
	}
	// The groups may be those of another group tag.
	for _, g := range set {
		around, err := tx.GroupsAround(ctx, x.t, g)
		if err != nil {
			return c, err
		}
		w.DeviceGroups = append(append(w.DeviceGroups, g), around...)
	}
	for _, r := range ExplainStatusPages(w, ps, as) {
		if r.Verdict == ESPChosen {
			c.Text, c.Link = r.Sentence(), autopilot.Link{Kind: autopilot.LinkStatusPage, ID: r.Policy.GraphID(x.t)}
		}
	}
	return c, nil
}

// Sentence says why a status page counts.
func (r *ESPReason) Sentence() autopilot.Text {
	code := "statusPageDevice"
	switch {
	case r.Policy.Default:
		code = "statusPageDefault"
	case r.ForUser:
		code = "statusPageUser"
	}
	return Words.Say(code, "page", r.Policy.DisplayName)
}

func (x *setup) checkDeployment() autopilot.Check {
	c := autopilot.Check{Step: autopilot.StepDeployment, State: autopilot.CheckWaiting, Text: Words.Say("deploymentNone")}
	if x.deployment == nil || len(x.events) == 0 {
		return c
	}
	last := &x.events[len(x.events)-1]
	c.At, c.Text = last.At, Words.Say("deploymentLast", "event", last.Text)
	c.Link = autopilot.Link{Kind: autopilot.LinkDeployment, ID: string(x.deployment.ID)}
	switch x.deployment.State {
	case DeploymentFailure:
		c.State = autopilot.CheckFail
	case DeploymentInProgress, DeploymentNotAttempted, DeploymentUnknown:
	default:
		c.State = autopilot.CheckPass
	}
	return c
}
