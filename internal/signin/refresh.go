package signin

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// IssueRefresh makes a refresh token of the grant's family, which must be
// alive. A grant without one, as a password grant makes it, begins its own.
func (s *Grants) IssueRefresh(ctx context.Context, g Grant) (token string, err error) {
	var f Family
	if g.Family == "" {
		f = s.newFamily(g)
		err = fault.Wrap("begin a token family", s.Store.CreateFamily(ctx, f))
	} else {
		f, err = s.living(ctx, g.Tenant, g.Family)
	}
	if err != nil {
		return "", err
	}
	token = newToken(g.Tenant)
	if err := s.Store.CreateRefresh(ctx, g.Tenant, s.newRefresh(token, &f)); err != nil {
		return "", fault.Wrap("issue a refresh token", err)
	}
	return token, nil
}

// newRefresh slides: 90 days from now, but never past the family's end.
func (s *Grants) newRefresh(token string, f *Family) Refresh {
	now := s.Clock.Real()
	r := Refresh{Hash: hashOf(token), Family: f.ID, CreatedAt: now, ExpiresAt: now.Add(RefreshLife)}
	if f.EndsAt.Before(r.ExpiresAt) {
		r.ExpiresAt = f.EndsAt
	}
	return r
}

// Refresh exchanges a refresh token for its grant and the next token. The
// caller checks client and tenant in check, which runs before anything is
// written; its refusal comes back as it is. Anything else that is wrong is
// fault.Unauthenticated with code RefreshDead.
//
// A replaced token stays good for 30 s and 8 uses, because clients refresh in
// parallel; after that its coming back ends the family (RFC 9700 section 4.14.2).
func (s *Grants) Refresh(ctx context.Context, token string, check func(Grant) error) (g Grant, next string, err error) {
	r, f, err := s.find(ctx, token)
	if err != nil {
		return Grant{}, "", err
	}
	now := s.Clock.Real()
	if !f.Alive(now) {
		return Grant{}, "", refreshDead()
	}
	if err := check(f.Grant); err != nil {
		return Grant{}, "", err
	}
	if r.ReplacedAt.IsZero() && !now.Before(r.ExpiresAt) {
		return Grant{}, "", refreshDead()
	}
	next = newToken(f.Grant.Tenant)
	fresh, err := s.Store.ReplaceRefresh(ctx, f.Grant.Tenant, r.Hash, s.newRefresh(next, &f), Rotation{
		At: now, GraceFrom: now.Add(-refreshGrace), MaxUses: refreshGraceUses, RememberUntil: now.Add(replayMemory),
	})
	if err != nil {
		return Grant{}, "", fault.Wrap("replace a refresh token", err)
	}
	if !fresh {
		return Grant{}, "", refreshDead()
	}
	return f.Grant, next, nil
}

// find reads a refresh token and its family; RefreshDead when there is none.
func (s *Grants) find(ctx context.Context, token string) (Refresh, Family, error) {
	t, hash, ok := tenantOf(token)
	if !ok || t == "" {
		return Refresh{}, Family{}, refreshDead()
	}
	r, err := s.Store.GetRefresh(ctx, t, hash)
	var f Family
	if err == nil {
		f, err = s.Store.GetFamily(ctx, t, r.Family)
	}
	if fault.Is(err, fault.NotFound) {
		return Refresh{}, Family{}, refreshDead()
	}
	return r, f, fault.Wrap("find a refresh token", err)
}

// Introspect tells about a refresh token (RFC 7662) without using it. live is
// false, and nothing else is told, for one that would be refused.
func (s *Grants) Introspect(ctx context.Context, token string) (g Grant, r Refresh, live bool, err error) {
	r, f, err := s.find(ctx, token)
	if isDead(err) {
		return Grant{}, Refresh{}, false, nil
	}
	now := s.Clock.Real()
	if err != nil || !f.Alive(now) || !r.ReplacedAt.IsZero() || !now.Before(r.ExpiresAt) {
		return Grant{}, Refresh{}, false, err
	}
	return f.Grant, r, true, nil
}

// Revoke ends the family of a refresh token on behalf of the app it was issued
// to (RFC 7009). A token that is unknown, dead or another app's is no error,
// and nothing happens.
func (s *Grants) Revoke(ctx context.Context, token, appID string) error {
	_, f, err := s.find(ctx, token)
	if isDead(err) || err == nil && f.Grant.AppID != appID {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = s.RevokeFamilies(ctx, f.Grant.Tenant, FamilyFilter{ID: f.ID})
	return err
}

// RevokeFamilies ends every family that matches all fields that are set, and
// tells how many. A filter without any field is fault.Invalid: it would sign
// the whole tenant out.
func (s *Grants) RevokeFamilies(ctx context.Context, t directory.TenantID, which FamilyFilter) (int, error) {
	if which == (FamilyFilter{}) {
		return 0, fault.New(fault.Invalid, "FilterRequired", "Say whose tokens are to be revoked: a family, user, device, session or app.")
	}
	n, err := s.Store.RevokeFamilies(ctx, t, which, s.Clock.Real())
	return n, fault.Wrap("revoke token families", err)
}

// Alive reports whether tokens of the family are good at now.
func (f *Family) Alive(now time.Time) bool {
	return f.RevokedAt.IsZero() && now.Before(f.EndsAt)
}

func refreshDead() error {
	return refuse("RefreshDead", "The refresh token has expired, was revoked or is unknown. Sign in again.")
}

func isDead(err error) bool {
	e, ok := fault.As(err)
	return ok && e.Code == "RefreshDead"
}
