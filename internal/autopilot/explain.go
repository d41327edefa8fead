package autopilot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
	"taxiway/internal/rule"
)

// Explanation says why a device has the status it has, or would have. It is
// Decide's own trace with names, never a second opinion.
type Explanation struct {
	Device   Device // with what is tried
	Sentence Text   // the answer in one sentence
	Groups   []GroupCheck
	Profiles []ProfileCheck
	Checks   []Check  // from the registration to the decision
	Remedy   []Remedy // each would change the answer by itself
	Waiting  Text     // what the device waits for while it is Assigning; else empty
	Name     NameCheck
	// Hardware is which parts of the PC differ from the registered ones, while
	// the status is Fix pending or Attention required.
	Hardware []hwhash.Component
	// Set is the groups of the device object.
	Set GroupSet
}

// WhatIf is what is tried on a device without writing it: nil leaves it as it
// is, an empty text takes it away.
type WhatIf struct {
	GroupTag          *string
	UserPrincipalName *string
}

// NameCheck is the computer name that the assigned profile will give.
type NameCheck struct {
	Name string // empty: Windows keeps the name it made itself
	Note Text   // why there is none, or that another device gets the same
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
	Reason    Text
	Group     directory.ObjectID
}

// explaining is the state of one Explain.
type explaining struct {
	s           *Service
	t           directory.TenantID
	ex          *Explanation
	object      directory.Device // with what is tried
	have        []directory.Membership
	profiles    []Profile
	assignments []Assignment
	config      *Config
	names       map[directory.ObjectID]string
	rules       *directory.RuleSet // nil until asked for
}

// Explain answers why, of a device as it is or as it would be.
func (s *Service) Explain(ctx context.Context, t directory.TenantID, id DeviceID, w WhatIf) (Explanation, error) {
	d, err := s.Store.GetRegisteredDevice(ctx, t, id)
	if err != nil {
		return Explanation{}, err
	}
	x := &explaining{s: s, t: t, ex: &Explanation{Device: d}, names: map[directory.ObjectID]string{}}
	if err := x.read(ctx); err != nil {
		return Explanation{}, err
	}
	if err := x.try(ctx, w); err != nil {
		return Explanation{}, err
	}
	if err := x.groups(ctx); err != nil {
		return Explanation{}, err
	}
	trace := Trace{}
	dec := Decide(d.Type, x.ex.Set, x.config, &trace)
	x.profilesOf(&trace)
	if w.GroupTag != nil {
		x.wouldBe(dec)
	}
	if err := x.conclude(ctx, dec); err != nil {
		return Explanation{}, err
	}
	if err := x.checks(ctx, &d, dec, w); err != nil {
		return Explanation{}, err
	}
	if x.ex.Name, err = s.nameOf(ctx, t, &x.ex.Device, x.profiles); err != nil {
		return Explanation{}, err
	}
	if x.ex.Hardware, err = s.hardwareOf(ctx, t, &d); err != nil {
		return Explanation{}, err
	}
	return *x.ex, nil
}

func (x *explaining) read(ctx context.Context) (err error) {
	object := x.ex.Device.Object
	if x.object, err = x.s.Directory.GetDevice(ctx, x.t, object); err != nil {
		return fault.Wrap("read device object", err)
	}
	var version int64
	if x.profiles, x.assignments, version, err = x.s.Store.LoadConfig(ctx, x.t); err != nil {
		return fault.Wrap("read assignments", err)
	}
	x.config = NewConfig(version, x.profiles, x.assignments)
	if x.have, err = x.s.Directory.ListMemberships(ctx, x.t, []directory.ObjectID{object}); err != nil {
		return fault.Wrap("read memberships", err)
	}
	for _, m := range x.have {
		x.ex.Set = append(x.ex.Set, m.Group)
	}
	slices.Sort(x.ex.Set)
	return nil
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

func (x *explaining) groups(ctx context.Context) error {
	now := x.s.Clock.Now(x.t)
	for _, a := range x.assignments {
		if _, seen := x.names[a.Group]; seen || a.Group == "" {
			continue
		}
		g, err := x.s.Directory.GetGroup(ctx, x.t, a.Group)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return fault.Wrap("read group", err)
		}
		x.names[a.Group] = g.DisplayName
		check := GroupCheck{ID: g.ID, Name: g.DisplayName, Kind: g.Kind, Member: x.ex.Set.Has(g.ID), Rule: g.Rule, Paused: g.Dynamic() && g.Processing == directory.ProcessingPaused}
		if r, err := rule.Parse(g.Rule); g.Dynamic() && err == nil && r.Kind() == rule.Device {
			why := r.Explain(x.object.Object(), now)
			check.Evaluation = &why
		}
		x.ex.Groups = append(x.ex.Groups, check)
	}
	return nil
}

func (x *explaining) profilesOf(trace *Trace) {
	byID := map[ProfileID]*Profile{}
	for i := range x.profiles {
		byID[x.profiles[i].ID] = &x.profiles[i]
	}
	for _, c := range trace.Considered {
		check := ProfileCheck{ID: c.Profile, Name: c.Name, CreatedAt: byID[c.Profile].CreatedAt, Verdict: c.Verdict, Group: c.Group}
		group, winner := x.names[c.Group], ""
		if w := byID[c.Winner]; w != nil {
			winner = w.DisplayName
		}
		switch c.Verdict {
		case VerdictChosen:
			check.Reason = Words.Say("profileChosenForAll")
			if c.Group != "" {
				check.Reason = Words.Say("profileChosen", "group", group)
			}
		case VerdictOlderWins:
			check.Reason = Words.Say("profileOlderWins", "group", group, "profile", winner)
		case VerdictGroupWins:
			check.Reason = Words.Say("profileGroupWins", "profile", winner)
		case VerdictExcluded:
			check.Reason = Words.Say("profileExcluded", "group", group)
		case VerdictNotIncluded:
			check.Reason = Words.Say("profileNotIncluded")
		case VerdictNotAssigned:
			check.Reason = Words.Say("profileNotAssigned")
		case VerdictOtherType:
			check.Reason = Words.Say("profileForOtherType", "type", string(byID[c.Profile].DeviceType))
		case VerdictLoopDetected:
			check.Reason = Words.Say("profileGoesRound")
		}
		x.ex.Profiles = append(x.ex.Profiles, check)
	}
}
