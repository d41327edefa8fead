package signin

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// IssueCode makes the authorization code of a sign-in (RFC 6749 section 4.1.2)
// and begins its family. The code is good for [CodeLife] and one use.
func (s *Grants) IssueCode(ctx context.Context, g Grant) (code string, err error) {
	f := s.newFamily(g)
	g.Family = f.ID
	code = newToken(g.Tenant)
	if err := s.Store.CreateCode(ctx, hashOf(code), g, f, f.CreatedAt.Add(CodeLife)); err != nil {
		return "", fault.Wrap("issue a code", err)
	}
	return code, nil
}

// RedeemCode takes a code in and answers what was granted with it. The caller
// checks client, tenant, redirect address and verifier in check, which runs
// before the code is consumed: a refusal of it comes back as it is and leaves
// the code good. It also says whether the client gets a refresh token; without
// one refresh is empty. Refusals of this function are fault.Unauthenticated:
// CodeExpired for a code that is too old, unknown, or of somebody who was signed
// out since, CodeUsed for one that was redeemed before, which ends everything
// that came of it.
//
// Of many that redeem a code at once the first is always served, although the
// next one ends its family: the refresh token it got is dead then, as RFC 6749
// section 4.1.2 wants.
func (s *Grants) RedeemCode(ctx context.Context, code string, check func(Grant) (withRefresh bool, err error)) (g Grant, refresh string, err error) {
	t, hash, ok := tenantOf(code)
	if !ok || t == "" {
		return Grant{}, "", codeExpired()
	}
	g, _, err = s.Store.GetCode(ctx, t, hash)
	var f Family
	if err == nil {
		f, err = s.Store.GetFamily(ctx, t, g.Family)
	}
	if fault.Is(err, fault.NotFound) {
		return Grant{}, "", codeExpired()
	}
	if err != nil {
		return Grant{}, "", fault.Wrap("redeem a code", err)
	}
	withRefresh, err := check(g)
	if err != nil {
		return Grant{}, "", err
	}
	var first *Refresh
	if withRefresh {
		refresh = newToken(t)
		r := s.newRefresh(refresh, &f)
		first = &r
	}
	use, err := s.Store.UseCode(ctx, t, hash, s.Clock.Real(), first)
	switch {
	case err != nil:
		return Grant{}, "", fault.Wrap("redeem a code", err)
	case use == CodeUsed:
		return Grant{}, "", refuse("CodeUsed", "This code was redeemed before. Everything issued for it has been revoked; sign in again.")
	case use != CodeFresh:
		return Grant{}, "", codeExpired()
	}
	return g, refresh, nil
}

func codeExpired() error {
	return refuse("CodeExpired", "This code is unknown or older than five minutes. Sign in again.")
}

// newFamily is the family of a new sign-in.
func (s *Grants) newFamily(g Grant) Family {
	now := s.Clock.Real()
	f := Family{ID: s.NewID(), CreatedAt: now, EndsAt: now.Add(FamilyLife)}
	if !g.EndsAt.IsZero() && g.EndsAt.Before(f.EndsAt) {
		f.EndsAt = g.EndsAt
	}
	// These belong to the code alone; a nonce is echoed once.
	g.RedirectURI, g.Challenge, g.Nonce = "", "", ""
	g.Family = f.ID
	f.Grant = g
	return f
}

// living finds a family that has not ended, else RefreshDead.
func (s *Grants) living(ctx context.Context, t directory.TenantID, id string) (Family, error) {
	f, err := s.Store.GetFamily(ctx, t, id)
	switch {
	case fault.Is(err, fault.NotFound):
		return Family{}, refreshDead()
	case err != nil:
		return Family{}, fault.Wrap("find a token family", err)
	case !f.Alive(s.Clock.Real()):
		return Family{}, refreshDead()
	}
	return f, nil
}
