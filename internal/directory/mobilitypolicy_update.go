package directory

import (
	"context"
	"slices"

	"taxiway/internal/fault"
)

// MobilityChange is what one update sets; nil is left as it is. An empty
// address is this server's own again.
type MobilityChange struct {
	AppliesTo     *Reach // alone, and not ReachSelected
	DiscoveryURL  *string
	TermsOfUseURL *string
	ComplianceURL *string
}

// check applies the rules of Graph page "Update mobilityManagementPolicy".
func (c *MobilityChange) check() error {
	addresses := c.DiscoveryURL != nil || c.TermsOfUseURL != nil || c.ComplianceURL != nil
	switch {
	case c.AppliesTo == nil && !addresses:
		return fault.Field(fault.Invalid, "NothingToChange", "body", "The update changes nothing.", "Send appliesTo alone, or discoveryUrl, termsOfUseUrl and complianceUrl.")
	case c.AppliesTo != nil && addresses:
		return fault.Field(fault.Invalid, "ScopeChangesAlone", "appliesTo", "The scope cannot be changed together with addresses.", "Send appliesTo in an update of its own.")
	case c.AppliesTo != nil && *c.AppliesTo == ReachSelected:
		return fault.Field(fault.Invalid, "ScopeIsByGroups", "appliesTo", "The scope becomes selected by adding a group.", "Add the group with POST to includedGroups/$ref.")
	}
	return nil
}

func (c *MobilityChange) apply(p *MobilityPolicy) {
	if c.AppliesTo != nil {
		// Groups belong to the scope selected: they must not come back when
		// one is added later.
		p.AppliesTo, p.Groups = *c.AppliesTo, nil
	}
	for _, u := range []struct {
		from *string
		to   *string
	}{{c.DiscoveryURL, &p.DiscoveryURL}, {c.TermsOfUseURL, &p.TermsOfUseURL}, {c.ComplianceURL, &p.ComplianceURL}} {
		if u.from != nil {
			*u.to = *u.from
		}
	}
}

// own is this server's addresses. There is no app management here, so the MAM
// policy has none, and no compliance, so that there is no page about it that
// people could be sent to.
func (s *Service) own(kind MobilityKind) (discovery, terms string) {
	if kind != MDM {
		return "", ""
	}
	base := s.DeviceURL + "/EnrollmentServer/"
	return base + "Discovery.svc", base + "TermsOfUse"
}

// shown fills in this server's addresses.
func (s *Service) shown(p MobilityPolicy) MobilityPolicy {
	discovery, terms := s.own(p.Kind)
	p.DiscoveryURL, p.TermsOfUseURL = orElse(p.DiscoveryURL, discovery), orElse(p.TermsOfUseURL, terms)
	return p
}

func orElse(text, standard string) string {
	if text == "" {
		return standard
	}
	return text
}

// stored is shown backwards: an address of this server follows it when it moves.
func (s *Service) stored(p MobilityPolicy) MobilityPolicy {
	discovery, terms := s.own(p.Kind)
	for _, u := range []struct {
		at  *string
		own string
	}{{&p.DiscoveryURL, discovery}, {&p.TermsOfUseURL, terms}} {
		if *u.at == u.own {
			*u.at = ""
		}
	}
	return p
}

// GetMobilityPolicy returns the tenant's policy of this kind; there is always
// exactly one of each.
func (s *Service) GetMobilityPolicy(ctx context.Context, t TenantID, kind MobilityKind) (MobilityPolicy, error) {
	p, err := s.Store.GetMobilityPolicy(ctx, t, kind)
	return s.shown(p), err
}

// ManagementOf returns the MDM policy with its addresses, and whether the
// user's PCs are enrolled when they join.
func (s *Service) ManagementOf(ctx context.Context, t TenantID, user ObjectID) (p MobilityPolicy, enrols bool, err error) {
	if p, err = s.GetMobilityPolicy(ctx, t, MDM); err != nil {
		return p, false, err
	}
	var groups []ObjectID
	if p.AppliesTo == ReachSelected {
		if groups, err = s.Store.GroupsAround(ctx, t, user); err != nil {
			return p, false, err
		}
	}
	return p, p.Includes(groups), nil
}

// UpdateMobilityPolicy changes the scope or the addresses. Scope all and none
// remove the groups.
func (s *Service) UpdateMobilityPolicy(ctx context.Context, t TenantID, kind MobilityKind, ifMatch int64, change MobilityChange) (MobilityPolicy, error) {
	if err := change.check(); err != nil {
		return MobilityPolicy{}, err
	}
	return s.changeMobility(ctx, t, kind, "Update mobility management policy", func(p *MobilityPolicy) error {
		if err := fault.Match(p.Version, ifMatch); err != nil {
			return err
		}
		change.apply(p)
		return nil
	})
}

// AddIncludedGroup puts a group into the scope, which makes it selected
// whatever it was.
func (s *Service) AddIncludedGroup(ctx context.Context, t TenantID, kind MobilityKind, group ObjectID) error {
	var name string
	_, err := s.changeMobility(ctx, t, kind, "Add group to mobility management policy", func(p *MobilityPolicy) error {
		if slices.Contains(p.Groups, group) {
			return fault.Field(fault.Invalid, "GroupAlreadyIncluded", "includedGroups", "The group "+quote(name)+" is in the scope already.", "Leave it as it is.")
		}
		*p = p.with(group)
		return nil
	}, func(tx Tx) error {
		g, err := tx.LockGroup(ctx, t, group)
		if fault.Is(err, fault.NotFound) {
			return fault.Field(fault.NotFound, "ResourceNotFound", "includedGroups", "There is no group with the id "+quote(string(group))+" in this tenant.", "List the groups to find the right object id.")
		}
		name = g.DisplayName
		return err
	})
	return err
}

// RemoveIncludedGroup takes a group out of the scope; without its last group
// the scope is none.
func (s *Service) RemoveIncludedGroup(ctx context.Context, t TenantID, kind MobilityKind, group ObjectID) error {
	_, err := s.changeMobility(ctx, t, kind, "Remove group from mobility management policy", func(p *MobilityPolicy) error {
		if !slices.Contains(p.Groups, group) {
			return fault.Field(fault.NotFound, "ResourceNotFound", "includedGroups", "The group "+quote(string(group))+" is not in the scope.", "List includedGroups to find the right id.")
		}
		*p = p.without(group)
		return nil
	})
	return err
}

// changeMobility is one write: what must be locked before, the policy with
// this server's addresses, the change, the check and the audit event.
func (s *Service) changeMobility(ctx context.Context, t TenantID, kind MobilityKind, activity string, change func(*MobilityPolicy) error, before ...func(Tx) error) (MobilityPolicy, error) {
	var p MobilityPolicy
	err := s.Store.InTx(ctx, func(tx Tx) error {
		for _, lock := range before {
			if err := lock(tx); err != nil {
				return err
			}
		}
		was, err := tx.LockMobilityPolicy(ctx, t, kind)
		if err != nil {
			return err
		}
		p = s.shown(was)
		if err := change(&p); err != nil {
			return err
		}
		p = s.stored(p)
		if err := p.Validate(); err != nil {
			return err
		}
		return s.putMobilityPolicy(ctx, tx, t, &was, &p, activity)
	})
	return s.shown(p), fault.Wrap("change the user scope", err)
}

func (s *Service) putMobilityPolicy(ctx context.Context, tx Tx, t TenantID, was, p *MobilityPolicy, activity string) error {
	p.ModifiedAt = s.Clock.Now(t)
	if err := tx.PutMobilityPolicy(ctx, t, *p); err != nil {
		return err
	}
	p.Version++
	d := Differences{}
	before, after := s.shown(*was), s.shown(*p)
	d.Text("appliesTo", string(was.AppliesTo), string(p.AppliesTo))
	d.Text("discoveryUrl", before.DiscoveryURL, after.DiscoveryURL)
	d.Text("termsOfUseUrl", before.TermsOfUseURL, after.TermsOfUseURL)
	d.Text("complianceUrl", before.ComplianceURL, after.ComplianceURL)
	for _, g := range was.Groups {
		if !slices.Contains(p.Groups, g) {
			d.List = append(d.List, Change{Property: "includedGroups", Old: string(g)})
		}
	}
	for _, g := range p.Groups {
		if !slices.Contains(was.Groups, g) {
			d.List = append(d.List, Change{Property: "includedGroups", New: string(g)})
		}
	}
	return s.audit(ctx, tx, t, activity, "mobilityManagementPolicy", string(p.Kind), p.title(), d.List...)
}

// title is what the settings page calls the policy.
func (p *MobilityPolicy) title() string {
	if p.Kind == MAM {
		return "WIP user scope"
	}
	return "MDM user scope"
}
