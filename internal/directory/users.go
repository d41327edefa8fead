package directory

import (
	"context"
	"maps"
	"strings"

	"taxiway/internal/fault"
)

// CreateUser adds a person. Its groups follow before the call returns.
func (s *Service) CreateUser(ctx context.Context, t TenantID, u User) (User, error) {
	u.ID, u.CreatedAt, u.Version = ObjectID(s.NewID()), s.Clock.Now(t), 1
	if err := u.Validate(); err != nil {
		return User{}, err
	}
	if err := s.ownDomain(ctx, t, u.UserPrincipalName); err != nil {
		return User{}, err
	}
	err := s.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.CreateUser(ctx, t, u); err != nil {
			return err
		}
		if err := tx.MarkDirty(ctx, t, TopicUser, []ObjectID{u.ID}, 0, s.Lease()); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Create user", "user", string(u.ID), u.UserPrincipalName)
	})
	if err != nil {
		return User{}, fault.Wrap("create user", err)
	}
	s.Settler.SettleObjects(ctx, t, TopicUser, []ObjectID{u.ID})
	return u, nil
}

// ownDomain refuses an address outside the tenant's verified domain.
func (s *Service) ownDomain(ctx context.Context, t TenantID, upn string) error {
	tenant, err := s.Store.GetTenant(ctx, t)
	if err != nil {
		return fault.Wrap("read tenant", err)
	}
	if domain := strings.ToLower(upn[strings.LastIndexByte(upn, '@')+1:]); domain != tenant.Domain {
		return fault.Field(fault.Invalid, "DomainNotVerified", "userPrincipalName", "The domain "+quote(domain)+" is not a verified domain of this tenant.", "Use an address that ends in @"+tenant.Domain+".")
	}
	return nil
}

// UpdateUser changes what change sets. ifMatch is the version the caller saw,
// 0 for any.
func (s *Service) UpdateUser(ctx context.Context, t TenantID, id ObjectID, ifMatch int64, change func(*User) error) (User, error) {
	var u User
	err := s.Store.InTx(ctx, func(tx Tx) error {
		found, err := tx.LockUsers(ctx, t, []ObjectID{id})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.Missing("user", string(id))
		}
		was := found[0]
		if err := fault.Match(was.Version, ifMatch); err != nil {
			return err
		}
		u = was.clone()
		if err := change(&u); err != nil {
			return err
		}
		if err := u.Validate(); err != nil {
			return err
		}
		if !u.AccountEnabled {
			if err := keepAdministrator(ctx, tx, t, &was); err != nil {
				return err
			}
		}
		if was.AccountEnabled && !u.AccountEnabled {
			u.SessionsFrom = s.Clock.Real() // enabled again, nothing of before comes back
		}
		if !strings.EqualFold(u.UserPrincipalName, was.UserPrincipalName) {
			if err := s.ownDomain(ctx, t, u.UserPrincipalName); err != nil {
				return err
			}
		}
		if err := tx.UpdateUser(ctx, t, u); err != nil {
			return err
		}
		u.Version++
		if err := tx.MarkDirty(ctx, t, TopicUser, []ObjectID{id}, 0, s.Lease()); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Update user", "user", string(id), u.UserPrincipalName, userChanges(&was, &u)...)
	})
	if err != nil {
		return User{}, fault.Wrap("update user", err)
	}
	s.Settler.SettleObjects(ctx, t, TopicUser, []ObjectID{id})
	return u, nil
}

// DeleteUser removes a person and the memberships that go with them; they can
// be restored for a while.
func (s *Service) DeleteUser(ctx context.Context, t TenantID, id ObjectID, ifMatch int64) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		found, err := tx.LockUsers(ctx, t, []ObjectID{id})
		if err != nil {
			return err
		}
		if len(found) == 0 {
			return fault.Missing("user", string(id))
		}
		if err := fault.Match(found[0].Version, ifMatch); err != nil {
			return err
		}
		if err := keepAdministrator(ctx, tx, t, &found[0]); err != nil {
			return err
		}
		if err := s.keepUser(ctx, tx, t, found[0]); err != nil {
			return err
		}
		if err := tx.DeleteUser(ctx, t, id); err != nil {
			return err
		}
		if err := s.forgetObject(ctx, tx, t, id); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Delete user", "user", string(id), found[0].UserPrincipalName)
	})
	return fault.Wrap("delete user", err)
}

func (u *User) clone() User {
	c := *u
	c.Attributes = maps.Clone(u.Attributes)
	if c.Attributes == nil {
		c.Attributes = map[string]string{}
	}
	return c
}

func userChanges(was, is *User) []Change {
	d := Differences{}
	d.Text("userPrincipalName", was.UserPrincipalName, is.UserPrincipalName)
	d.Text("displayName", was.DisplayName, is.DisplayName)
	d.Flag("accountEnabled", was.AccountEnabled, is.AccountEnabled)
	d.Flag("mdmLicensed", was.MDMLicensed, is.MDMLicensed)
	d.attributes(was.Attributes, is.Attributes)
	return d.List
}
