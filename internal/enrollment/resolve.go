package enrollment

import (
	"cmp"
	"context"
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Who is whose groups count: those of a PC and of its user, through groups in
// groups.
type Who struct {
	Device, User             bool // is there a PC, and a user, at all
	DeviceGroups, UserGroups []directory.ObjectID
}

// Applied is a policy that reaches a device.
type Applied struct {
	Policy  Policy
	ForUser bool   // it reaches the PC through its user alone
	Intent  Intent // of an app: required, uninstall or available; else IntentNone
}

// reached is how an assignment reaches somebody.
type reached int

const (
	byNothing reached = iota
	byUser
	byDevice // counts before byUser
)

func (w *Who) reach(a *Assignment) reached {
	device, user := false, false
	switch a.Target {
	case TargetAllDevices:
		device = w.Device
	case TargetAllUsers:
		user = w.User
	default:
		device = w.Device && slices.Contains(w.DeviceGroups, a.Group)
		user = w.User && slices.Contains(w.UserGroups, a.Group)
	}
	switch {
	case device:
		return byDevice
	case user:
		return byUser
	}
	return byNothing
}

// intentOrder: what an app is required for it is not taken away for, and what
// is taken away is not offered.
var intentOrder = []Intent{IntentRequired, IntentUninstall, IntentAvailable, IntentNone}

// decide is how one policy reaches somebody; by is byNothing when it does not.
// An exclusion beats every inclusion, whether the PC or its user is in the
// group; one of an app with an intent keeps that intent away alone.
func (w *Who) decide(p *Policy, as []Assignment) (intent Intent, by reached) {
	if p.Default {
		return IntentNone, byDevice
	}
	ways := map[Intent]reached{}
	kept := map[Intent]bool{}
	for i := range as {
		a := &as[i]
		how := w.reach(a)
		switch {
		case a.Target == TargetExclusion && how != byNothing:
			kept[a.Intent] = true
		case a.Target != TargetExclusion:
			ways[a.Intent] = max(ways[a.Intent], how)
		}
	}
	for _, intent := range intentOrder {
		if ways[intent] != byNothing && !kept[intent] && !kept[IntentNone] {
			return intent, ways[intent]
		}
	}
	return IntentNone, byNothing
}

// Reach tells which policies reach somebody, given all assignments to groups
// that live. The answer is in the kinds' order of appearance, and within a kind
// by priority, the tenant's own policy last.
func Reach(w Who, ps []Policy, as []Assignment) []Applied {
	of := map[PolicyID][]Assignment{}
	for i := range as {
		of[as[i].Policy] = append(of[as[i].Policy], as[i])
	}
	kinds := map[PolicyKind]int{}
	var applied []Applied
	for i := range ps {
		p := &ps[i]
		if _, seen := kinds[p.Kind]; !seen {
			kinds[p.Kind] = len(kinds)
		}
		if intent, by := w.decide(p, of[p.ID]); by != byNothing {
			applied = append(applied, Applied{Policy: *p, ForUser: by == byUser, Intent: intent})
		}
	}
	slices.SortStableFunc(applied, func(a, b Applied) int {
		return cmp.Or(
			cmp.Compare(kinds[a.Policy.Kind], kinds[b.Policy.Kind]), last(a.Policy.Default)-last(b.Policy.Default), cmp.Compare(a.Policy.Priority, b.Policy.Priority),
			a.Policy.CreatedAt.Compare(b.Policy.CreatedAt), cmp.Compare(a.Policy.ID, b.Policy.ID),
		)
	})
	return applied
}

func last(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

// ResolveESP picks the Enrollment Status Page: of those that reach the PC
// itself the first, else of those that reach it through its user the first,
// else the tenant's own (Intune page "Set up the Enrollment Status Page").
func ResolveESP(applied []Applied) (Applied, bool) {
	for _, fits := range []func(*Applied) bool{
		func(a *Applied) bool { return !a.Policy.Default && !a.ForUser },
		func(a *Applied) bool { return !a.Policy.Default },
		func(a *Applied) bool { return true },
	} {
		for i := range applied {
			if a := &applied[i]; a.Policy.Kind == PolicyESP && fits(a) {
				return *a, true
			}
		}
	}
	return Applied{}, false
}

// WhoIs finds the groups around a device object and a user; either may be
// empty. A managed PC without an object is still a device: All devices means it.
func (s *Service) WhoIs(ctx context.Context, tx directory.JoinTx, t directory.TenantID, object, user directory.ObjectID) (w Who, err error) {
	w = Who{Device: true, User: user != ""}
	if object != "" {
		if w.DeviceGroups, err = tx.GroupsAround(ctx, t, object); err != nil {
			return w, fault.Wrap("find the device's groups", err)
		}
	}
	if user != "" {
		if w.UserGroups, err = tx.GroupsAround(ctx, t, user); err != nil {
			return w, fault.Wrap("find the user's groups", err)
		}
	}
	return w, nil
}

// PoliciesFor tells which policies of these kinds reach a managed device and
// its user, in the order of Reach. The tenant's own ones are always among them.
func (s *Service) PoliciesFor(ctx context.Context, tx Tx, t directory.TenantID, d *Device, kinds ...PolicyKind) ([]Applied, error) {
	return s.policiesOf(ctx, tx, t, Who{Device: true}, d.Object, d.User, kinds)
}

// policiesOfUser is PoliciesFor for a user whose PC is not there yet. Without a
// user the tenant's own are all.
func (s *Service) policiesOfUser(ctx context.Context, tx Tx, t directory.TenantID, user directory.ObjectID, kinds ...PolicyKind) ([]Applied, error) {
	return s.policiesOf(ctx, tx, t, Who{}, "", user, kinds)
}

func (s *Service) policiesOf(ctx context.Context, tx Tx, t directory.TenantID, w Who, object, user directory.ObjectID, kinds []PolicyKind) ([]Applied, error) {
	w, ps, as, err := s.known(ctx, tx, t, w, object, user, kinds)
	if err != nil {
		return nil, err
	}
	return Reach(w, ps, as), nil
}

// known reads what Reach decides by. It asks for groups only when something is
// assigned to one.
func (s *Service) known(ctx context.Context, tx Tx, t directory.TenantID, w Who, object, user directory.ObjectID, kinds []PolicyKind) (Who, []Policy, []Assignment, error) {
	ps, as, err := tx.PoliciesNow(ctx, t, kinds...)
	if err != nil {
		return w, nil, nil, fault.Wrap("read policies", err)
	}
	w.User = user != ""
	if slices.ContainsFunc(as, func(a Assignment) bool { return a.Group != "" }) {
		around, err := s.WhoIs(ctx, tx, t, object, user)
		if err != nil {
			return w, nil, nil, err
		}
		w.DeviceGroups, w.UserGroups = around.DeviceGroups, around.UserGroups
	}
	for _, k := range defaultKinds {
		asked := len(kinds) == 0 || slices.Contains(kinds, k)
		if asked && !slices.ContainsFunc(ps, func(p Policy) bool { return p.Kind == k && p.Default }) {
			ps = append(ps, defaultPolicy(t, k))
		}
	}
	place := func(p Policy) int { return slices.Index(kinds, p.Kind) }
	slices.SortStableFunc(ps, func(a, b Policy) int { return cmp.Compare(place(a), place(b)) })
	return w, ps, as, nil
}

// ESPFor is the Enrollment Status Page of a managed device.
func (s *Service) ESPFor(ctx context.Context, tx Tx, t directory.TenantID, d *Device) (Applied, error) {
	applied, err := s.PoliciesFor(ctx, tx, t, d, PolicyESP)
	if err != nil {
		return Applied{}, err
	}
	a, _ := ResolveESP(applied) // the tenant's own is always there
	return a, nil
}
