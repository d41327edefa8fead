package autopilot

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
	"taxiway/internal/rule"
)

// Explanation says why a device has the status it has. It is Decide's own
// trace with names, never a second opinion.
type Explanation struct {
	Device   Device
	Sentence string // the answer in one sentence
	Groups   []GroupCheck
	Profiles []ProfileCheck
	Remedy   []string // single actions that would change the answer
	Waiting  string   // what the device waits for while it is Assigning; else empty
	Name     NameCheck
	// Hardware is which parts of the PC differ from the registered ones, while
	// the status is Fix pending or Attention required.
	Hardware []hwhash.Component
}

// NameCheck is the computer name that the assigned profile will give.
type NameCheck struct {
	Name string // empty: Windows keeps the name it made itself
	Note string // why there is none, or that another device gets the same
}

// GroupCheck is one group that an assignment names.
type GroupCheck struct {
	ID         directory.ObjectID
	Name       string
	Kind       directory.GroupKind
	Member     bool
	Rule       string            // empty for an assigned group
	Paused     bool              // the rule is not applied at present
	Evaluation *rule.Explanation // why the rule holds or not; nil for an assigned group
}

// ProfileCheck is what became of one profile.
type ProfileCheck struct {
	ID        ProfileID
	Name      string
	CreatedAt time.Time
	Verdict   Verdict
	Reason    string
	Group     directory.ObjectID
}

// Explain answers why.
func (s *Service) Explain(ctx context.Context, t directory.TenantID, id DeviceID) (Explanation, error) {
	d, err := s.Store.GetRegisteredDevice(ctx, t, id)
	if err != nil {
		return Explanation{}, err
	}
	o, err := s.Directory.GetDevice(ctx, t, d.Object)
	if err != nil {
		return Explanation{}, fault.Wrap("read device object", err)
	}
	profiles, assignments, version, err := s.Store.LoadConfig(ctx, t)
	if err != nil {
		return Explanation{}, fault.Wrap("read assignments", err)
	}
	memberships, err := s.Directory.ListMemberships(ctx, t, []directory.ObjectID{d.Object})
	if err != nil {
		return Explanation{}, fault.Wrap("read memberships", err)
	}
	var set GroupSet
	for _, m := range memberships {
		set = append(set, m.Group)
	}
	slices.Sort(set)
	ex := Explanation{Device: d}
	names, err := s.explainGroups(ctx, t, &ex, o.Object(), set, assignments)
	if err != nil {
		return Explanation{}, err
	}
	trace := Trace{}
	dec := Decide(d.Type, set, NewConfig(version, profiles, assignments), &trace)
	ex.explainProfiles(&trace, profiles, names)
	ex.conclude(dec, len(assignments), names)
	if ex.Name, err = s.nameOf(ctx, t, &d, profiles); err != nil {
		return Explanation{}, err
	}
	if ex.Hardware, err = s.hardwareOf(ctx, t, &d); err != nil {
		return Explanation{}, err
	}
	return ex, nil
}

// hardwareOf compares what a PC reported last with what is registered.
func (s *Service) hardwareOf(ctx context.Context, t directory.TenantID, d *Device) ([]hwhash.Component, error) {
	if d.Remediation != RemediationAutomatic && d.Remediation != RemediationManual {
		return nil, nil
	}
	reported, err := s.Store.GetReport(ctx, t, d.ID)
	if err != nil || reported == nil {
		return nil, fault.Wrap("read the hardware report", err)
	}
	stored, err := s.Store.GetHash(ctx, t, d.ID)
	if err != nil {
		return nil, fault.Wrap("read the registered hash", err)
	}
	was, err := hwhash.ParseBytes(stored)
	if err != nil {
		return nil, fmt.Errorf("parse registered hash of %s: %w", d.ID, err)
	}
	is, err := hwhash.ParseBytes(reported)
	if err != nil {
		return nil, fmt.Errorf("parse reported hash of %s: %w", d.ID, err)
	}
	return hwhash.Compare(was, is).Changed, nil
}

func (s *Service) explainGroups(ctx context.Context, t directory.TenantID, ex *Explanation, o *rule.Object, set GroupSet, assignments []Assignment) (map[directory.ObjectID]string, error) {
	names := map[directory.ObjectID]string{}
	now := s.Clock.Now(t)
	for _, a := range assignments {
		if _, seen := names[a.Group]; seen || a.Group == "" {
			continue
		}
		g, err := s.Directory.GetGroup(ctx, t, a.Group)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, fault.Wrap("read group", err)
		}
		names[a.Group] = g.DisplayName
		check := GroupCheck{ID: g.ID, Name: g.DisplayName, Kind: g.Kind, Member: set.Has(g.ID), Rule: g.Rule, Paused: g.Dynamic() && g.Processing == directory.ProcessingPaused}
		if r, err := rule.Parse(g.Rule); g.Dynamic() && err == nil && r.Kind() == rule.Device {
			why := r.Explain(o, now)
			check.Evaluation = &why
		}
		ex.Groups = append(ex.Groups, check)
	}
	return names, nil
}

func (ex *Explanation) explainProfiles(trace *Trace, profiles []Profile, names map[directory.ObjectID]string) {
	byID := map[ProfileID]*Profile{}
	for i := range profiles {
		byID[profiles[i].ID] = &profiles[i]
	}
	for _, c := range trace.Considered {
		check := ProfileCheck{ID: c.Profile, Name: c.Name, CreatedAt: byID[c.Profile].CreatedAt, Verdict: c.Verdict, Group: c.Group}
		group, winner := "'"+names[c.Group]+"'", ""
		if w := byID[c.Winner]; w != nil {
			winner = "'" + w.DisplayName + "'"
		}
		switch c.Verdict {
		case VerdictChosen:
			check.Reason = "It is assigned to All devices, and no group decides for this device."
			if c.Group != "" {
				check.Reason = "The device is in the included group " + group + ", and no older profile applies."
			}
		case VerdictOlderWins:
			check.Reason = "The device is in the included group " + group + ", but the profile " + winner + " was created earlier and wins."
		case VerdictGroupWins:
			check.Reason = "It is assigned to All devices, but the profile " + winner + " comes from a group and wins."
		case VerdictExcluded:
			check.Reason = "The device is in the excluded group " + group + "; exclusion beats inclusion."
		case VerdictNotIncluded:
			check.Reason = "The device is in none of its included groups."
		case VerdictNotAssigned:
			check.Reason = "The profile is assigned to no group."
		case VerdictOtherType:
			check.Reason = "The profile is for another type of device (" + string(byID[c.Profile].DeviceType) + ")."
		case VerdictLoopDetected:
			check.Reason = "Downloading the profile changes the device's groups and so the profile again."
		}
		ex.Profiles = append(ex.Profiles, check)
	}
}

// conclude writes the one sentence and the single actions that would change it.
func (ex *Explanation) conclude(dec Decision, assignments int, names map[directory.ObjectID]string) {
	d := &ex.Device
	switch {
	case d.Remediation == RemediationAutomatic:
		ex.Sentence = "Fix pending: " + FixPendingMessage
	case d.Remediation == RemediationManual:
		ex.Sentence = "Attention required: the new hardware could not be registered, so the device can't receive the Autopilot profile until it is reset and registered again."
		ex.Remedy = append(ex.Remedy, "Delete the registration, capture the hardware hash on the PC, register it again and reset the PC.")
	case d.Status == StatusPending:
		ex.Sentence = "Assigning: a change that concerns this device is being applied."
		ex.Waiting = "The engine settles the change; no action is needed."
	case d.Decided == StatusFailed:
		ex.explainLoop()
	case dec.Profile != "":
		ex.Sentence = "Assigned: the profile '" + dec.Name + "' applies because " + ex.reasonOf(dec.Profile)
	default:
		ex.explainNone(assignments, names)
	}
}

// explainLoop names the rules between which the device went round.
func (ex *Explanation) explainLoop() {
	var rules []string
	for _, g := range ex.Groups {
		if strings.Contains(strings.ToLower(g.Rule), "enrollmentprofilename") {
			rules = append(rules, "'"+g.Name+"' ("+g.Rule+")")
		}
	}
	ex.Sentence = "Not assigned: downloading the profile changed the device's groups, and so its profile, more than 8 times in a row, so the engine stopped. The rules that look at the downloaded profile: " + strings.Join(rules, " and ") + "."
	ex.Remedy = append(ex.Remedy, "Change one of these rules so that it does not look at enrollmentProfileName; the device is then decided again.")
}

func (ex *Explanation) reasonOf(p ProfileID) string {
	for _, c := range ex.Profiles {
		if c.ID == p {
			return strings.ToLower(c.Reason[:1]) + c.Reason[1:]
		}
	}
	return "it was decided so."
}

func (ex *Explanation) explainNone(assignments int, names map[directory.ObjectID]string) {
	if assignments == 0 {
		ex.Sentence = "Not assigned: no profile is assigned to any group or to All devices."
		ex.Remedy = []string{"Assign a deployment profile to a group that holds this device."}
		return
	}
	for _, p := range ex.Profiles {
		if p.Verdict == VerdictExcluded {
			ex.Sentence = fmt.Sprintf("Not assigned: the device is in the group '%s', which the profile '%s' excludes, and no other profile applies.", names[p.Group], p.Name)
			ex.Remedy = append(ex.Remedy, fmt.Sprintf("Take the device out of the group '%s', or remove the group from Excluded groups of the profile '%s'.", names[p.Group], p.Name))
			return
		}
	}
	for _, p := range ex.Profiles {
		if p.Verdict == VerdictOtherType {
			ex.Sentence = fmt.Sprintf("Not assigned: the profile '%s' would apply but is for another type of device.", p.Name)
			ex.Remedy = append(ex.Remedy, "Assign a profile for Windows PC to one of the device's groups.")
			return
		}
	}
	tag := "has no group tag"
	if ex.Device.GroupTag != "" {
		tag = "has the group tag '" + ex.Device.GroupTag + "'"
	}
	ex.Sentence = "Not assigned: the device " + tag + " and is in none of the groups that a profile includes, and no profile is assigned to All devices."
	for _, g := range ex.Groups {
		if g.Member {
			continue
		}
		if want, begins := wantedTag(g.Rule); want != "" && begins {
			ex.Remedy = append(ex.Remedy, fmt.Sprintf("Set a group tag that begins with '%s': the device then enters the group '%s'.", want, g.Name))
		} else if want != "" {
			ex.Remedy = append(ex.Remedy, fmt.Sprintf("Set the group tag to '%s': the device then enters the group '%s'.", want, g.Name))
		} else if g.Kind == directory.Assigned {
			ex.Remedy = append(ex.Remedy, fmt.Sprintf("Add the device to the group '%s'.", g.Name))
		}
	}
	if len(ex.Remedy) == 0 {
		ex.Remedy = []string{"Change a group's rule so that it holds for this device, or assign a profile to All devices."}
	}
}

// wantedTag is the group tag, or what it must begin with, that alone makes a
// rule hold; "" when no tag does. It is tried before it is offered.
func wantedTag(text string) (tag string, begins bool) {
	r, err := rule.Parse(text)
	if err != nil {
		return "", false
	}
	anchors, ok := r.Anchors()
	if !ok || len(anchors) != 1 || anchors[0].Op == rule.Contains {
		return "", false
	}
	// The anchor is folded; show the tag as the rule's author typed it.
	at := strings.Index(strings.ToLower(text), strings.ToLower(directory.PhysicalOrderID))
	if at < 0 {
		return "", false
	}
	rest := text[at+len(directory.PhysicalOrderID):]
	end := strings.IndexAny(rest, `"'`)
	if end <= 0 {
		return "", false
	}
	o := rule.NewObject(rule.Device)
	o.SetStrings("devicePhysicalIds", []string{directory.PhysicalZTDID + "x", directory.PhysicalOrderID + rest[:end]})
	if !r.Match(o, time.Time{}) {
		return "", false
	}
	return rest[:end], anchors[0].Op == rule.Prefix
}
