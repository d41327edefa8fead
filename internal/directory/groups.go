package directory

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"taxiway/internal/fault"
	"taxiway/internal/rule"
)

// CheckRule parses a membership rule for a group of this kind and tells what
// is wrong with it, at which character.
func CheckRule(kind GroupKind, text string) (*rule.Rule, error) {
	r, err := rule.Parse(text)
	if err != nil {
		if e, ok := errors.AsType[*rule.Error](err); ok {
			return nil, fault.Field(fault.Invalid, e.Code, "membershipRule",
				fmt.Sprintf("Dynamic membership rule validation error at character %d: %s", e.Pos+1, e.Message), ruleRemedy(e))
		}
		return nil, fault.Wrap("parse membership rule", err)
	}
	if kind == DynamicUser && r.Kind() != rule.User || kind == DynamicDevice && r.Kind() != rule.Device {
		return nil, fault.Field(fault.Invalid, "RuleForOtherObjects", "membershipRule", "The rule is about other objects than the group's members.", "A group's members stay users or devices for its life; make a new group for the others.")
	}
	return r, nil
}

// ruleRemedy is the parser's remedy; where it has none, what could have stood
// there is the next thing to write.
func ruleRemedy(e *rule.Error) string {
	switch {
	case e.Remedy != "":
		return e.Remedy
	case len(e.Expected) > 0:
		return fmt.Sprintf("Correct the rule at character %d: write %s there.", e.Pos+1, strings.Join(e.Expected, " or "))
	default:
		return fmt.Sprintf("Correct the rule at character %d.", e.Pos+1)
	}
}

// KindOfRule is the kind of dynamic group a rule makes.
func KindOfRule(text string) (GroupKind, error) {
	r, err := CheckRule("", text)
	if err != nil {
		return "", err
	}
	if r.Kind() == rule.User {
		return DynamicUser, nil
	}
	return DynamicDevice, nil
}

// CreateGroup adds a group with its first members and owners. A dynamic group's kind is
// taken from its rule; it is filled before the call returns, or beside it when
// it is large.
func (s *Service) CreateGroup(ctx context.Context, t TenantID, g Group, members []ObjectID, owners ...ObjectID) (Group, error) {
	g.ID, g.CreatedAt, g.Version = ObjectID(s.NewID()), s.Clock.Now(t), 1
	if err := g.Validate(); err != nil {
		return Group{}, err
	}
	if g.Dynamic() {
		kind, err := KindOfRule(g.Rule)
		if err != nil {
			return Group{}, err
		}
		g.Kind = kind
		if len(members) > 0 {
			return Group{}, manualChange(&g)
		}
	}
	var fill *Fill
	err := s.Store.InTx(ctx, func(tx Tx) error {
		fill = nil
		if g.Dynamic() {
			version, err := tx.BumpConfig(ctx, t)
			if err != nil {
				return err
			}
			g.RuleVersion = version
			fill = s.ruleFill(t, &g, "the rule of group "+quote(g.DisplayName)+" is new")
		}
		if err := tx.CreateGroup(ctx, t, g); err != nil {
			return err
		}
		if fill != nil {
			if err := tx.OpenFill(ctx, *fill, s.Lease()); err != nil {
				return err
			}
		} else if err := s.addMembers(ctx, tx, t, &g, members); err != nil {
			return err
		}
		if err := s.addOwners(ctx, tx, t, &g, owners); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Create group", "group", string(g.ID), g.DisplayName, Change{Property: "membershipRule", New: g.Rule})
	})
	if err != nil {
		return Group{}, fault.Wrap("create group", err)
	}
	return s.afterGroup(ctx, t, g, fill, members)
}

// ruleFill is the walk after a rule changed; nil while the group is paused.
func (s *Service) ruleFill(t TenantID, g *Group, reason string) *Fill {
	if g.Processing == ProcessingPaused {
		return nil
	}
	return &Fill{Tenant: t, ID: s.NewID(), Version: g.RuleVersion, Scope: ScopeRule, Group: g.ID, Reason: reason, CreatedAt: s.Clock.Real()}
}

func (s *Service) afterGroup(ctx context.Context, t TenantID, g Group, fill *Fill, members []ObjectID) (Group, error) {
	if fill != nil {
		s.Settler.SettleFill(ctx, t, *fill)
	}
	if len(members) > 0 {
		s.Settler.SettleObjects(ctx, t, TopicDevice, members)
	}
	fresh, err := s.Store.GetGroup(ctx, t, g.ID)
	return fresh, fault.Wrap("read group", err)
}

// UpdateGroup changes what change sets. A changed rule, or one that is resumed,
// fills the group anew; readers never see it empty.
func (s *Service) UpdateGroup(ctx context.Context, t TenantID, id ObjectID, ifMatch int64, change func(*Group) error) (Group, error) {
	seen, err := s.Store.GetGroup(ctx, t, id)
	if err != nil {
		return Group{}, err
	}
	var g Group
	var fill *Fill
	err = s.Store.InTx(ctx, func(tx Tx) error {
		fill = nil
		var version int64
		if seen.Dynamic() {
			// Before the group is locked, whether its rule changes or not:
			// the lock order of Tx.
			if version, err = tx.BumpConfig(ctx, t); err != nil {
				return err
			}
		}
		was, err := tx.LockGroup(ctx, t, id)
		if err != nil {
			return err
		}
		if err := fault.Match(was.Version, ifMatch); err != nil {
			return err
		}
		g = was
		if err := change(&g); err != nil {
			return err
		}
		if err := g.Validate(); err != nil {
			return err
		}
		if g.Dynamic() != was.Dynamic() {
			return fault.Field(fault.Invalid, "GroupTypeCannotChange", "groupTypes", "A group stays assigned or dynamic for its life.", "Make a new group.")
		}
		if g.Dynamic() {
			if _, err := CheckRule(was.Kind, g.Rule); err != nil {
				return err
			}
		}
		resumed := was.Processing == ProcessingPaused && g.Processing == ProcessingOn
		if g.Dynamic() && (g.Rule != was.Rule || resumed) {
			g.RuleVersion = version
			fill = s.ruleFill(t, &g, "the rule of group "+quote(g.DisplayName)+" changed")
		}
		if err := tx.UpdateGroup(ctx, t, g); err != nil {
			return err
		}
		if fill != nil {
			if err := tx.OpenFill(ctx, *fill, s.Lease()); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, t, "Update group", "group", string(id), g.DisplayName, groupChanges(&was, &g)...)
	})
	if err != nil {
		return Group{}, fault.Wrap("update group", err)
	}
	return s.afterGroup(ctx, t, g, fill, nil)
}

func groupChanges(was, is *Group) []Change {
	d := Differences{}
	d.Text("displayName", was.DisplayName, is.DisplayName)
	d.Text("description", was.Description, is.Description)
	d.Text("mailNickname", was.MailNickname, is.MailNickname)
	d.Text("membershipRule", was.Rule, is.Rule)
	d.Text("membershipRuleProcessingState", string(was.Processing), string(is.Processing))
	return d.List
}

// DeleteGroup removes a group; it can be restored for a while. Its members are
// decided without it at once, or beside the call when they are many; then its
// rows go.
func (s *Service) DeleteGroup(ctx context.Context, t TenantID, id ObjectID, ifMatch int64) error {
	var fill Fill
	err := s.Store.InTx(ctx, func(tx Tx) error {
		version, err := tx.BumpConfig(ctx, t)
		if err != nil {
			return err
		}
		g, err := tx.LockGroup(ctx, t, id)
		if err != nil {
			return err
		}
		if err := fault.Match(g.Version, ifMatch); err != nil {
			return err
		}
		g.DeletedAt = s.Clock.Now(t)
		if err := tx.UpdateGroup(ctx, t, g); err != nil {
			return err
		}
		if err := s.keepGroup(ctx, tx, t, g); err != nil {
			return err
		}
		fill = Fill{Tenant: t, ID: s.NewID(), Version: version, Scope: ScopeMembers, Group: id, Reason: "group " + quote(g.DisplayName) + " was deleted", PurgeGroup: true, CreatedAt: s.Clock.Real()}
		if err := tx.OpenFill(ctx, fill, s.Lease()); err != nil {
			return err
		}
		if err := s.forgetObject(ctx, tx, t, id); err != nil {
			return err
		}
		around, err := tx.MembershipsOf(ctx, t, []ObjectID{id})
		if err != nil {
			return err
		}
		if err := tx.ApplyMemberships(ctx, t, nil, around); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Delete group", "group", string(id), g.DisplayName)
	})
	if err != nil {
		return fault.Wrap("delete group", err)
	}
	s.Settler.SettleFill(ctx, t, fill)
	return nil
}

// AddMembers puts users, devices and groups into an assigned group, all or none.
// Groups may hold each other in a circle; whoever follows them goes round once.
func (s *Service) AddMembers(ctx context.Context, t TenantID, group ObjectID, ids []ObjectID) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		// Objects are locked before the group: the lock order of Tx.
		if _, err := tx.LockDevices(ctx, t, ids); err != nil {
			return err
		}
		g, err := tx.LockGroup(ctx, t, group)
		if err != nil {
			return err
		}
		if err := s.addMembers(ctx, tx, t, &g, ids); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Add member to group", "group", string(group), g.DisplayName, memberChanges(ids, true)...)
	})
	if err != nil {
		return fault.Wrap("add members", err)
	}
	s.Settler.SettleObjects(ctx, t, TopicDevice, ids)
	return nil
}

func memberChanges(ids []ObjectID, added bool) []Change {
	var list []Change
	for _, id := range ids {
		c := Change{Property: "members", Old: string(id)}
		if added {
			c = Change{Property: "members", New: string(id)}
		}
		list = append(list, c)
	}
	return list
}

func (s *Service) addMembers(ctx context.Context, tx Tx, t TenantID, g *Group, ids []ObjectID) error {
	if len(ids) == 0 {
		return nil
	}
	if g.Dynamic() {
		return manualChange(g)
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if slices.Contains(ids, g.ID) {
		return fault.Field(fault.Invalid, "GroupCannotContainItself", "members", "The group "+quote(g.DisplayName)+" cannot be a member of itself.", "Leave it out.")
	}
	kinds, devices, err := s.lockMembers(ctx, tx, t, ids)
	if err != nil {
		return err
	}
	have, err := tx.MembershipsOf(ctx, t, ids)
	if err != nil {
		return err
	}
	for _, m := range have {
		if m.Group == g.ID {
			return fault.Field(fault.Invalid, "MemberAlreadyExists", "members", "The object "+string(m.Member)+" is a member of the group "+quote(g.DisplayName)+" already.", "Leave it out.")
		}
	}
	var add []Membership
	for _, id := range ids {
		add = append(add, Membership{Group: g.ID, Member: id, Kind: kinds[id]})
	}
	if err := tx.ApplyMemberships(ctx, t, add, nil); err != nil {
		return err
	}
	return tx.MarkDirty(ctx, t, TopicDevice, devices, 0, s.Lease())
}

// lockMembers finds out what each id is; one that is nothing is refused.
func (s *Service) lockMembers(ctx context.Context, tx Tx, t TenantID, ids []ObjectID) (kinds map[ObjectID]MemberKind, devices []ObjectID, err error) {
	kinds = map[ObjectID]MemberKind{}
	ds, err := tx.LockDevices(ctx, t, ids)
	if err != nil {
		return nil, nil, err
	}
	for i := range ds {
		kinds[ds[i].ID] = MemberDevice
		devices = append(devices, ds[i].ID)
	}
	us, err := tx.LockUsers(ctx, t, ids)
	if err != nil {
		return nil, nil, err
	}
	for i := range us {
		kinds[us[i].ID] = MemberUser
	}
	for _, id := range ids { // in order, as all locks are taken
		if kinds[id] != "" {
			continue
		}
		if _, err := tx.LockGroup(ctx, t, id); fault.Is(err, fault.NotFound) {
			return nil, nil, fault.Field(fault.NotFound, "Request_ResourceNotFound", "members", "There is no user, device or group with the id "+quote(string(id))+" in this tenant.", "Use the object id of a user, device or group.")
		} else if err != nil {
			return nil, nil, err
		}
		kinds[id] = MemberGroup
	}
	return kinds, devices, nil
}

func manualChange(g *Group) error {
	return fault.Field(fault.Invalid, "DynamicGroupMembersAreByRule", "members", "The members of the dynamic group "+quote(g.DisplayName)+" follow its rule and cannot be changed by hand.", "Change the membership rule, or use an assigned group.")
}

// RemoveMember takes one object out of an assigned group.
func (s *Service) RemoveMember(ctx context.Context, t TenantID, group, member ObjectID) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		if _, err := tx.LockDevices(ctx, t, []ObjectID{member}); err != nil {
			return err
		}
		g, err := tx.LockGroup(ctx, t, group)
		if err != nil {
			return err
		}
		if g.Dynamic() {
			return manualChange(&g)
		}
		_, devices, err := s.lockMembers(ctx, tx, t, []ObjectID{member})
		if err != nil {
			return err
		}
		have, err := tx.MembershipsOf(ctx, t, []ObjectID{member})
		if err != nil {
			return err
		}
		i := slices.IndexFunc(have, func(m Membership) bool { return m.Group == group })
		if i < 0 {
			return fault.Field(fault.NotFound, "Request_ResourceNotFound", "members", "The object "+string(member)+" is not a member of the group "+quote(g.DisplayName)+".", "List the members to find the right id.")
		}
		if err := tx.ApplyMemberships(ctx, t, nil, have[i:i+1]); err != nil {
			return err
		}
		if err := tx.MarkDirty(ctx, t, TopicDevice, devices, 0, s.Lease()); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Remove member from group", "group", string(group), g.DisplayName, memberChanges([]ObjectID{member}, false)...)
	})
	if err != nil {
		return fault.Wrap("remove member", err)
	}
	s.Settler.SettleObjects(ctx, t, TopicDevice, []ObjectID{member})
	return nil
}
