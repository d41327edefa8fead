package directory

import (
	"context"
	"slices"

	"taxiway/internal/fault"
)

// RoleReader reads who has which role.
type RoleReader interface {
	// RolesOf returns a person's roles in order of id; nobody has none.
	RolesOf(ctx context.Context, t TenantID, user ObjectID) ([]RoleID, error)
	// GetRoleAssignment is fault.NotFound when there is none with this id.
	GetRoleAssignment(ctx context.Context, t TenantID, id string) (RoleAssignment, error)
	// HasAdministrator reports whether the tenant has a Global Administrator
	// who can sign in: enabled, with a password.
	HasAdministrator(ctx context.Context, t TenantID) (bool, error)
}

// RoleTx writes who has which role. A person is locked before their roles.
type RoleTx interface {
	// CreateRoleAssignment is fault.Conflict with code RoleAssigned when the
	// person has the role.
	CreateRoleAssignment(ctx context.Context, t TenantID, a RoleAssignment) error
	// DeleteRoleAssignment is fault.NotFound when it is gone.
	DeleteRoleAssignment(ctx context.Context, t TenantID, id string) error
	// RoleAssignmentsOf returns a person's roles.
	RoleAssignmentsOf(ctx context.Context, t TenantID, user ObjectID) ([]RoleAssignment, error)
	// LockAdministrators returns the Global Administrators whose accounts are
	// enabled. Changes of who they are queue up behind it until the
	// transaction ends.
	LockAdministrators(ctx context.Context, t TenantID) ([]ObjectID, error)
}

const roleType = "directoryRole"

// AssignRole gives a person a role. Who has it already is fault.Conflict with
// code RoleAssigned; an unknown role or person is fault.NotFound.
func (s *Service) AssignRole(ctx context.Context, t TenantID, role RoleID, user ObjectID) (RoleAssignment, error) {
	r, err := FindRole(string(role))
	if err != nil {
		return RoleAssignment{}, err
	}
	a := RoleAssignment{ID: s.NewID(), Role: r.ID, User: user, CreatedAt: s.Clock.Real()}
	err = s.Store.InTx(ctx, func(tx Tx) error {
		u, err := lockUser(ctx, tx, t, user)
		if err != nil {
			return err
		}
		a.User = u.ID
		if err := tx.CreateRoleAssignment(ctx, t, a); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Add member to role", roleType, string(r.ID), r.Name, Change{Property: "member", New: u.UserPrincipalName})
	})
	return a, fault.Wrap("assign role", err)
}

// MakeAdministrator makes a person Global Administrator; who is one already is
// no error.
func (s *Service) MakeAdministrator(ctx context.Context, t TenantID, user ObjectID) error {
	_, err := s.AssignRole(ctx, t, GlobalAdministrator, user)
	if e, ok := fault.As(err); ok && e.Code == "RoleAssigned" {
		return nil
	}
	return err
}

// UnassignRole takes a role from a person; who does not have it is
// fault.NotFound. The last enabled Global Administrator keeps theirs:
// fault.Invalid with code LastGlobalAdministrator.
func (s *Service) UnassignRole(ctx context.Context, t TenantID, role RoleID, user ObjectID) error {
	r, err := FindRole(string(role))
	if err != nil {
		return err
	}
	err = s.Store.InTx(ctx, func(tx Tx) error {
		u, err := lockUser(ctx, tx, t, user)
		if err != nil {
			return err
		}
		held, err := tx.RoleAssignmentsOf(ctx, t, u.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(held, func(a RoleAssignment) bool { return a.Role == r.ID })
		if i < 0 {
			return fault.Field(fault.NotFound, "ResourceNotFound", "members", quote(u.UserPrincipalName)+" does not have the role "+r.Name+".", "List the role's members to find who has it.")
		}
		if r.ID == GlobalAdministrator {
			if err := keepAdministrator(ctx, tx, t, &u); err != nil {
				return err
			}
		}
		if err := tx.DeleteRoleAssignment(ctx, t, held[i].ID); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Remove member from role", roleType, string(r.ID), r.Name, Change{Property: "member", Old: u.UserPrincipalName})
	})
	return fault.Wrap("take role away", err)
}

// RolesOf returns a person's roles in order of id.
func (s *Service) RolesOf(ctx context.Context, t TenantID, user ObjectID) ([]RoleID, error) {
	return s.Store.RolesOf(ctx, t, user)
}

// HasAdministrator reports whether the tenant has a Global Administrator who
// can sign in.
func (s *Service) HasAdministrator(ctx context.Context, t TenantID) (bool, error) {
	return s.Store.HasAdministrator(ctx, t)
}

// lockUser locks the person for this transaction.
func lockUser(ctx context.Context, tx UserTx, t TenantID, id ObjectID) (User, error) {
	found, err := tx.LockUsers(ctx, t, []ObjectID{id})
	if err != nil {
		return User{}, err
	}
	if len(found) == 0 {
		return User{}, fault.Missing("user", string(id))
	}
	return found[0], nil
}

// keepAdministrator refuses to lose the tenant's last enabled Global
// Administrator, who is about to be disabled, deleted or stripped of the role.
// The caller holds the person locked.
func keepAdministrator(ctx context.Context, tx RoleTx, t TenantID, u *User) error {
	if !u.AccountEnabled {
		return nil
	}
	held, err := tx.RoleAssignmentsOf(ctx, t, u.ID)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(held, func(a RoleAssignment) bool { return a.Role == GlobalAdministrator }) {
		return nil
	}
	all, err := tx.LockAdministrators(ctx, t)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(all, func(id ObjectID) bool { return id != u.ID }) {
		return nil
	}
	return fault.Field(fault.Invalid, "LastGlobalAdministrator", "id", quote(u.UserPrincipalName)+" is the tenant's last Global Administrator whose account is enabled.", "Make somebody else Global Administrator first.")
}
