package oidc

import (
	"context"
	"net/http"

	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// password is RFC 6749 section 4.3, for labs alone: elsewhere the answer is that
// of a wrong password, after the same work, so that the grant tells nothing.
func (h *Handler) password(ctx context.Context, q *tokenRequest) (tokenAnswer, error) {
	for _, name := range []string{"username", "password"} {
		if q.form[name] == "" {
			return tokenAnswer{}, missing(name)
		}
	}
	app, err := h.callerHere(ctx, q)
	if err != nil {
		return tokenAnswer{}, err
	}
	p, err := h.People.CheckPassword(ctx, q.place.id, q.form["username"], q.form["password"], q.network)
	if err != nil {
		return tokenAnswer{}, fault.Wrap("check password", err)
	}
	t, err := h.Tenants.GetTenant(ctx, p.Tenant)
	if err != nil {
		return tokenAnswer{}, fault.Wrap("find the tenant of a person", err)
	}
	if !t.Lab {
		return tokenAnswer{}, &wrongPassword
	}
	if err := h.callerOf(ctx, q, p.Tenant, &app); err != nil {
		return tokenAnswer{}, err
	}
	if !app.May(signin.GrantPassword) {
		return tokenAnswer{}, grantRefused
	}
	public := app.proof == proofNone && app.PublicAllowed
	if err := app.mustProve(public); err != nil {
		return tokenAnswer{}, err
	}
	switch {
	case p.MustChange:
		return tokenAnswer{}, &problem{http.StatusBadRequest, invalidGrant, 50055, "The password has to be changed. Sign in at the sign-in page once."}
	case p.HasTOTP || asksMFA(q.form):
		return tokenAnswer{}, &problem{http.StatusBadRequest, interactionRequired, 50076, "A second factor is needed. Sign in at the sign-in page or by device code."}
	}
	a, err := h.readScopes(ctx, place{id: p.Tenant}, q.version, q.form)
	if err != nil {
		return tokenAnswer{}, err
	}
	g, err := h.settled(ctx, a.again(signin.Grant{
		Tenant: p.Tenant, User: p.User.ID, AppID: app.AppID, Methods: []string{signin.MethodPassword}, AuthTime: h.Clock.Real(),
		OpenID: a.openid, Profile: a.profile, Email: a.email, Offline: a.offline, Public: public, Version: int(q.version),
	}))
	if err != nil {
		return tokenAnswer{}, err
	}
	return h.tokensFor(ctx, q, &app, g, &p.User, "")
}

var wrongPassword = byCode["WrongPassword"]
