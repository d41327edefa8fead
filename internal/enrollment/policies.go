package enrollment

import (
	"context"
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// defaultName is what every tenant's own policies are called.
const defaultName = "All users and all devices"

// defaultPolicy is a tenant's own policy as it is before anybody changes it:
// no status page, no restriction, and the most devices a person can have.
func defaultPolicy(t directory.TenantID, kind PolicyKind) Policy {
	p := Policy{
		ID: DefaultPolicyID(t, kind), Kind: kind, DisplayName: defaultName, Default: true, ScopeTags: []string{"0"}, Version: 1,
		Description: "Goes to everybody whom no other one of its kind is assigned to.",
	}
	switch kind {
	case PolicyESP:
		p.ESP = &ESP{}
	case PolicyLimit:
		p.Limit = new(MaxDevicesPerUser)
	case PolicyPlatform:
		p.Platform = &PlatformRestriction{}
	case PolicyHello:
		p.Hello = HelloDefaults()
	default: // the other kinds have no policy of the tenant's own
	}
	return p
}

// isDefault tells which of the tenant's own policies has this id.
func isDefault(t directory.TenantID, id PolicyID) bool {
	return slices.ContainsFunc(defaultKinds, func(k PolicyKind) bool { return DefaultPolicyID(t, k) == id })
}

// EnsureDefaults writes the tenant's own policies that were never written.
// Whoever lists policies calls it before.
func (s *Service) EnsureDefaults(ctx context.Context, t directory.TenantID) error {
	var absent []PolicyKind
	for _, k := range defaultKinds {
		_, err := s.Store.GetPolicy(ctx, t, DefaultPolicyID(t, k))
		switch {
		case fault.Is(err, fault.NotFound):
			absent = append(absent, k)
		case err != nil:
			return fault.Wrap("read the default policies", err)
		}
	}
	if len(absent) == 0 {
		return nil
	}
	err := s.Store.InTx(ctx, func(tx Tx) error {
		for _, k := range absent {
			there, err := tx.LockPolicies(ctx, t, k)
			if err != nil {
				return err
			}
			if slices.ContainsFunc(there, func(p Policy) bool { return p.Default }) {
				continue
			}
			if err := tx.CreatePolicy(ctx, t, defaultPolicy(t, k)); err != nil {
				return err
			}
		}
		return nil
	})
	return fault.Wrap("make the default policies", err)
}

// FindPolicy returns a policy; the tenant's own ones are always there.
func (s *Service) FindPolicy(ctx context.Context, t directory.TenantID, id PolicyID) (Policy, error) {
	p, err := s.Store.GetPolicy(ctx, t, id)
	if fault.Is(err, fault.NotFound) && isDefault(t, id) {
		if err := s.EnsureDefaults(ctx, t); err != nil {
			return p, err
		}
		p, err = s.Store.GetPolicy(ctx, t, id)
	}
	return p, fault.Wrap("find policy", err)
}

// CreatePolicy adds a policy behind the others of its kind. It has no effect
// until it is assigned.
func (s *Service) CreatePolicy(ctx context.Context, t directory.TenantID, p Policy) (Policy, error) {
	p.ID, p.Version, p.Default, p.Priority = PolicyID(s.NewID()), 1, false, 0
	p.CreatedAt = s.Clock.Now(t)
	p.ModifiedAt = p.CreatedAt
	if len(p.ScopeTags) == 0 {
		p.ScopeTags = []string{"0"}
	}
	if err := p.validate(); err != nil {
		return Policy{}, err
	}
	err := s.Store.InTx(ctx, func(tx Tx) error {
		others, err := tx.LockPolicies(ctx, t, p.Kind)
		if err != nil {
			return err
		}
		if p.Kind.prioritized() {
			p.Priority = 1 + len(ordered(others))
		}
		if p.Kind == PolicyESP && p.Priority >= MaxStatusPages {
			return fault.Field(fault.Invalid, "TooManyStatusPages", "@odata.type", "The tenant has 51 Enrollment Status Pages with the default one, which is the most there can be.", "Delete one that nobody needs, or assign one to more groups.")
		}
		if err := checkSelected(ctx, tx, t, &p); err != nil {
			return err
		}
		if err := tx.CreatePolicy(ctx, t, p); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Create "+p.Kind.spoken(), string(p.Kind), string(p.ID), p.DisplayName)
	})
	return p, fault.Wrap("create policy", err)
}

// UpdatePolicy changes what change sets; kind, priority and what marks the
// tenant's own policies stay as they are. PCs get it at their next check-in.
func (s *Service) UpdatePolicy(ctx context.Context, t directory.TenantID, id PolicyID, ifMatch int64, change func(*Policy) error) (Policy, error) {
	var p Policy
	err := s.changePolicy(ctx, t, id, ifMatch, func(tx Tx, was Policy, _ []Policy) error {
		p = was.clone()
		if err := change(&p); err != nil {
			return err
		}
		p.ID, p.Kind, p.Default, p.Priority = was.ID, was.Kind, was.Default, was.Priority
		p.CreatedAt, p.ModifiedAt, p.Version = was.CreatedAt, s.Clock.Now(t), was.Version
		if p.Default && p.DisplayName != was.DisplayName {
			return fault.Field(fault.Invalid, "DefaultNameIsFixed", "displayName", "The tenant's own "+p.Kind.spoken()+" keeps its name '"+was.DisplayName+"'.", "Leave displayName out.")
		}
		if err := p.validate(); err != nil {
			return err
		}
		if err := checkSelected(ctx, tx, t, &p); err != nil {
			return err
		}
		if err := tx.UpdatePolicy(ctx, t, p); err != nil {
			return err
		}
		p.Version++
		return s.audit(ctx, tx, t, "Update "+p.Kind.spoken(), string(p.Kind), string(id), p.DisplayName, policyChanges(&was, &p)...)
	})
	if err != nil {
		return Policy{}, fault.Wrap("update policy", err)
	}
	return p, nil
}

// DeletePolicy removes a policy with its assignments; those behind it move up.
// The tenant's own policies and apps that a status page waits for stay.
func (s *Service) DeletePolicy(ctx context.Context, t directory.TenantID, id PolicyID, ifMatch int64) error {
	err := s.changePolicy(ctx, t, id, ifMatch, func(tx Tx, p Policy, all []Policy) error {
		if p.Default {
			return fault.Field(fault.Invalid, "DefaultCannotBeDeleted", "id", "The tenant's own "+p.Kind.spoken()+" cannot be deleted.", "Change its settings instead.")
		}
		if p.Kind == PolicyMSI {
			if err := checkUnselected(ctx, tx, t, &p); err != nil {
				return err
			}
		}
		if err := tx.DeletePolicy(ctx, t, id); err != nil {
			return err
		}
		rest := slices.DeleteFunc(ordered(all), func(o Policy) bool { return o.ID == id })
		if err := s.renumber(ctx, tx, t, p.Kind, rest); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Delete "+p.Kind.spoken(), string(p.Kind), string(id), p.DisplayName)
	})
	return fault.Wrap("delete policy", err)
}

// changePolicy runs fn on a policy with all of its kind, in order of priority
// and locked: nobody else changes policies of the tenant meanwhile.
func (s *Service) changePolicy(ctx context.Context, t directory.TenantID, id PolicyID, ifMatch int64, fn func(tx Tx, p Policy, all []Policy) error) error {
	seen, err := s.FindPolicy(ctx, t, id) // the kind, which never changes
	if err != nil {
		return err
	}
	return s.Store.InTx(ctx, func(tx Tx) error {
		all, err := tx.LockPolicies(ctx, t, seen.Kind)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(all, func(p Policy) bool { return p.ID == id })
		if at < 0 {
			return fault.Missing(seen.Kind.spoken(), string(id))
		}
		if err := fault.Match(all[at].Version, ifMatch); err != nil {
			return err
		}
		return fn(tx, all[at], all)
	})
}

// AssignmentsOf returns the assignments to groups that live, by policy. The
// tenant's own policies go to everybody and have none that is stored.
func (s *Service) AssignmentsOf(ctx context.Context, t directory.TenantID, kinds ...PolicyKind) (map[PolicyID][]Assignment, error) {
	ps, as, err := s.Store.LoadPolicies(ctx, t, kinds...)
	if err != nil {
		return nil, fault.Wrap("read assignments", err)
	}
	of := make(map[PolicyID][]Assignment, len(ps))
	for _, a := range as {
		of[a.Policy] = append(of[a.Policy], a)
	}
	for i := range ps {
		if p := &ps[i]; p.Default {
			of[p.ID] = []Assignment{{Policy: p.ID, Target: TargetAllUsers}, {Policy: p.ID, Target: TargetAllDevices}}
		}
	}
	return of, nil
}

// clone is a copy that shares nothing with p.
func (p *Policy) clone() Policy {
	c := *p
	c.ScopeTags = slices.Clone(p.ScopeTags)
	if p.ESP != nil {
		c.ESP = new(*p.ESP)
		c.ESP.SelectedApps = slices.Clone(p.ESP.SelectedApps)
	}
	if p.Limit != nil {
		c.Limit = new(*p.Limit)
	}
	if p.Platform != nil {
		c.Platform = new(*p.Platform)
		c.Platform.Others = cloneMap(p.Platform.Others)
	}
	c.Hello = cloneMap(p.Hello)
	if p.Custom != nil {
		c.Custom = &CustomConfiguration{Settings: slices.Clone(p.Custom.Settings)}
	}
	if p.App != nil {
		c.App = new(*p.App)
		c.App.SHA256, c.App.Extra = slices.Clone(p.App.SHA256), cloneMap(p.App.Extra)
	}
	return c
}

// cloneMap copies a JSON object.
func cloneMap(m map[string]any) map[string]any {
	if m == nil {
		return nil
	}
	out := make(map[string]any, len(m))
	for k, v := range m {
		if inner, ok := v.(map[string]any); ok {
			v = cloneMap(inner)
		}
		out[k] = v
	}
	return out
}
