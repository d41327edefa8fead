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
// the code good. Refusals of this function are fault.Unauthenticated: CodeExpired
// for a code that is too old or unknown, CodeUsed for one that was redeemed
// before, which ends everything that came of it.
func (s *Grants) RedeemCode(ctx context.Context, code string, check func(Grant) error) (Grant, error) {
	t, hash, ok := tenantOf(code)
	if !ok || t == "" {
		return Grant{}, codeExpired()
	}
	g, expires, err := s.Store.GetCode(ctx, t, hash)
	if fault.Is(err, fault.NotFound) {
		return Grant{}, codeExpired()
	}
	if err != nil {
		return Grant{}, fault.Wrap("redeem a code", err)
	}
	if err := check(g); err != nil {
		return Grant{}, err
	}
	now := s.Clock.Real()
	fresh, err := s.Store.UseCode(ctx, t, hash, now)
	switch {
	case err != nil:
		return Grant{}, fault.Wrap("redeem a code", err)
	case !fresh:
		return Grant{}, refuse("CodeUsed", "This code was redeemed before. Everything issued for it has been revoked; sign in again.")
	case !now.Before(expires):
		return Grant{}, codeExpired()
	}
	// Somebody may have been signed out everywhere since the code was made.
	if _, err := s.living(ctx, t, g.Family); err != nil {
		if isDead(err) {
			err = codeExpired()
		}
		return Grant{}, err
	}
	return g, nil
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
