package directory

import (
	"context"
	"slices"
	"time"

	"taxiway/internal/fault"
)

// DeletedFor is how long a deleted user or group can be restored (Graph page
// "Deleted items").
const DeletedFor = 30 * 24 * time.Hour

// maxKeptMembers bounds what is kept of a group's members: a larger group comes
// back without them.
const maxKeptMembers = 20_000

// Deleted is a user or a group that was deleted and can be restored.
type Deleted struct {
	ID   ObjectID
	Kind MemberKind // a user or a group
	Name string
	At   time.Time // the tenant's clock
	Ends time.Time // the server's clock: from then on it is gone

	User  *User
	Group *Group
	// Members are those of an assigned group, Owners those of any group, Groups
	// the assigned ones that a user was in.
	Members []ObjectID
	Owners  []ObjectID
	Groups  []ObjectID
}

// DeletedReader finds what was deleted. What has ended by now is missing.
type DeletedReader interface {
	GetDeleted(ctx context.Context, t TenantID, id ObjectID, now time.Time) (Deleted, error)
}

// DeletedTx keeps what was deleted.
type DeletedTx interface {
	// KeepDeleted stores it, and drops what of the tenant has ended by now.
	KeepDeleted(ctx context.Context, t TenantID, d Deleted, now time.Time) error
	// TakeDeleted removes it and returns it; fault.NotFound when it is not
	// there, or has ended by now.
	TakeDeleted(ctx context.Context, t TenantID, id ObjectID, now time.Time) (Deleted, error)
}

// keepGroup keeps a group that is about to go.
func (s *Service) keepGroup(ctx context.Context, tx Tx, t TenantID, g Group) error {
	d := Deleted{ID: g.ID, Kind: MemberGroup, Name: g.DisplayName, At: g.DeletedAt, Ends: s.Clock.Real().Add(DeletedFor), Group: &g}
	var err error
	if d.Owners, err = tx.OwnersOf(ctx, t, g.ID); err != nil {
		return err
	}
	if !g.Dynamic() {
		d.Members, err = tx.PageMembers(ctx, t, g.ID, "", maxKeptMembers+1)
		if err != nil {
			return err
		}
		if len(d.Members) > maxKeptMembers {
			d.Members = nil
		}
	}
	return tx.KeepDeleted(ctx, t, d, s.Clock.Real())
}

// keepUser keeps a person who is about to go.
func (s *Service) keepUser(ctx context.Context, tx Tx, t TenantID, u User) error {
	now := s.Clock.Real()
	d := Deleted{ID: u.ID, Kind: MemberUser, Name: u.DisplayName, At: s.Clock.Now(t), Ends: now.Add(DeletedFor), User: &u}
	in, err := tx.MembershipsOf(ctx, t, []ObjectID{u.ID})
	if err != nil {
		return err
	}
	for _, m := range in {
		if !m.ByRule {
			d.Groups = append(d.Groups, m.Group)
		}
	}
	return tx.KeepDeleted(ctx, t, d, now)
}

// PurgeDeleted removes what was deleted for good.
func (s *Service) PurgeDeleted(ctx context.Context, t TenantID, id ObjectID) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		d, err := tx.TakeDeleted(ctx, t, id, s.Clock.Real())
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Hard delete "+string(d.Kind), string(d.Kind), string(id), d.Name)
	})
	return fault.Wrap("delete for good", err)
}

// RestoreDeleted brings a deleted user or group back, with the members, owners
// and groups of then that are still there. A person comes back without password
// and roles. What it would collide with is fault.Conflict.
func (s *Service) RestoreDeleted(ctx context.Context, t TenantID, id ObjectID) error {
	seen, err := s.Store.GetDeleted(ctx, t, id, s.Clock.Real())
	if err != nil {
		return err
	}
	if seen.Kind == MemberUser {
		return fault.Wrap("restore user", s.restoreUser(ctx, t, id))
	}
	return fault.Wrap("restore group", s.restoreGroup(ctx, t, &seen))
}

func (s *Service) restoreUser(ctx context.Context, t TenantID, id ObjectID) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		d, err := tx.TakeDeleted(ctx, t, id, s.Clock.Real())
		if err != nil {
			return err
		}
		u := *d.User
		u.Version++
		u.SessionsFrom = s.Clock.Real() // nothing of before comes back
		if err := tx.CreateUser(ctx, t, u); err != nil {
			return err
		}
		var add []Membership
		for _, group := range slices.Sorted(slices.Values(d.Groups)) {
			g, err := tx.LockGroup(ctx, t, group)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if !g.Dynamic() {
				add = append(add, Membership{Group: group, Member: id, Kind: MemberUser})
			}
		}
		if err := tx.ApplyMemberships(ctx, t, add, nil); err != nil {
			return err
		}
		if err := tx.MarkDirty(ctx, t, TopicUser, []ObjectID{id}, 0, s.Lease()); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Restore user", "user", string(id), u.UserPrincipalName)
	})
	if err != nil {
		return err
	}
	s.Settler.SettleObjects(ctx, t, TopicUser, []ObjectID{id})
	return nil
}

func (s *Service) restoreGroup(ctx context.Context, t TenantID, seen *Deleted) error {
	var fill *Fill
	err := s.Store.InTx(ctx, func(tx Tx) error {
		fill = nil
		// Always: assignments to the group, which slept, are in effect again.
		version, err := tx.BumpConfig(ctx, t)
		if err != nil {
			return err
		}
		members, devices, err := livingMembers(ctx, tx, t, seen)
		if err != nil {
			return err
		}
		d, err := tx.TakeDeleted(ctx, t, seen.ID, s.Clock.Real())
		if err != nil {
			return err
		}
		g := *d.Group
		g.DeletedAt, g.Version = time.Time{}, g.Version+1
		if g.Dynamic() {
			g.RuleVersion, g.AppliedVersion, g.LastUpdated = version, 0, time.Time{}
			fill = s.ruleFill(t, &g, "group "+quote(g.DisplayName)+" was restored")
		}
		if err := tx.CreateGroup(ctx, t, g); err != nil {
			if f, ok := fault.As(err); ok && f.Code == "GroupExists" {
				return fault.Field(fault.Conflict, "StillBeingDeleted", "id", "The group "+quote(g.DisplayName)+" is still being deleted: its members are decided without it.", "Restore it in a moment.")
			}
			return err
		}
		owners, err := tx.LockUsers(ctx, t, d.Owners)
		if err != nil {
			return err
		}
		ids := make([]ObjectID, len(owners))
		for i := range owners {
			ids[i] = owners[i].ID
		}
		if err := tx.ReplaceOwners(ctx, t, g.ID, ids); err != nil {
			return err
		}
		if err := tx.ApplyMemberships(ctx, t, members, nil); err != nil {
			return err
		}
		if err := tx.MarkDirty(ctx, t, TopicDevice, devices, 0, s.Lease()); err != nil {
			return err
		}
		if fill != nil {
			if err := tx.OpenFill(ctx, *fill, s.Lease()); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, t, "Restore group", "group", string(g.ID), g.DisplayName)
	})
	if err != nil {
		return err
	}
	_, err = s.afterGroup(ctx, t, Group{ID: seen.ID}, fill, seen.Members)
	return err
}

// livingMembers are those of a deleted group's members that are still there,
// locked in the lock order of Tx, and the devices among them.
func livingMembers(ctx context.Context, tx Tx, t TenantID, d *Deleted) (members []Membership, devices []ObjectID, err error) {
	add := func(id ObjectID, kind MemberKind) {
		members = append(members, Membership{Group: d.ID, Member: id, Kind: kind})
	}
	ds, err := tx.LockDevices(ctx, t, d.Members)
	if err != nil {
		return nil, nil, err
	}
	seen := map[ObjectID]bool{}
	for i := range ds {
		seen[ds[i].ID] = true
		devices = append(devices, ds[i].ID)
		add(ds[i].ID, MemberDevice)
	}
	us, err := tx.LockUsers(ctx, t, d.Members)
	if err != nil {
		return nil, nil, err
	}
	for i := range us {
		seen[us[i].ID] = true
		add(us[i].ID, MemberUser)
	}
	// What is neither is a group, or gone; groups are few.
	for _, id := range d.Members {
		if seen[id] {
			continue
		}
		_, err := tx.LockGroup(ctx, t, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		add(id, MemberGroup)
	}
	return members, devices, nil
}
