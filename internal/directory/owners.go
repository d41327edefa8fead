package directory

import (
	"context"
	"fmt"
	"slices"

	"taxiway/internal/fault"
)

// MaxGroupOwners bounds the owners of a group (Entra page "Service limits").
const MaxGroupOwners = 100

// AddOwners makes people owners of a group, all or none. Who owns a group may do
// no more to it than before: the directory roles decide.
func (s *Service) AddOwners(ctx context.Context, t TenantID, group ObjectID, ids []ObjectID) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		// People are locked before the group: the lock order of Tx.
		if _, err := tx.LockUsers(ctx, t, ids); err != nil {
			return err
		}
		g, err := tx.LockGroup(ctx, t, group)
		if err != nil {
			return err
		}
		if err := s.addOwners(ctx, tx, t, &g, ids); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Add owner to group", "group", string(group), g.DisplayName, ownerChanges(ids, true)...)
	})
	return fault.Wrap("add owners", err)
}

func (s *Service) addOwners(ctx context.Context, tx Tx, t TenantID, g *Group, ids []ObjectID) error {
	if len(ids) == 0 {
		return nil
	}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	people, err := tx.LockUsers(ctx, t, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(people, func(u User) bool { return u.ID == id }) {
			return fault.Field(fault.NotFound, "Request_ResourceNotFound", "owners", "There is no user with the id "+quote(string(id))+" in this tenant.", "Use the object id of a user.")
		}
	}
	owners, err := tx.OwnersOf(ctx, t, g.ID)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if slices.Contains(owners, id) {
			return fault.Field(fault.Invalid, "OwnerAlreadyExists", "owners", "The user "+string(id)+" owns the group "+quote(g.DisplayName)+" already.", "Leave the user out.")
		}
	}
	if owners = append(owners, ids...); len(owners) > MaxGroupOwners {
		return fault.Field(fault.Invalid, "TooManyOwners", "owners", fmt.Sprintf("The group %s would have %d owners; %d are allowed.", quote(g.DisplayName), len(owners), MaxGroupOwners), "Remove others first.")
	}
	return tx.ReplaceOwners(ctx, t, g.ID, owners)
}

// RemoveOwner takes a group away from one of its owners; it may have none.
func (s *Service) RemoveOwner(ctx context.Context, t TenantID, group, owner ObjectID) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		g, err := tx.LockGroup(ctx, t, group)
		if err != nil {
			return err
		}
		owners, err := tx.OwnersOf(ctx, t, group)
		if err != nil {
			return err
		}
		at := slices.Index(owners, owner)
		if at < 0 {
			return fault.Field(fault.NotFound, "Request_ResourceNotFound", "owners", "The user "+quote(string(owner))+" does not own the group "+quote(g.DisplayName)+".", "List the owners to find the right id.")
		}
		if err := tx.ReplaceOwners(ctx, t, group, slices.Delete(owners, at, at+1)); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Remove owner from group", "group", string(group), g.DisplayName, ownerChanges([]ObjectID{owner}, false)...)
	})
	return fault.Wrap("remove owner", err)
}

func ownerChanges(ids []ObjectID, added bool) []Change {
	list := memberChanges(ids, added)
	for i := range list {
		list[i].Property = "owners"
	}
	return list
}
