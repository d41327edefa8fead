package oidc

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"
	"regexp"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// tokensFor issues what a person's grant gives: an access token, an id token
// when openid was asked for, and the refresh token it is handed, or a new one.
func (h *Handler) tokensFor(ctx context.Context, q *tokenRequest, app *caller, g signin.Grant, u *directory.User, refresh string) (tokenAnswer, error) {
	// Which endpoint is asked now decides the id token's version, and what of
	// the refresh token's answer is a string.
	g.Version = int(q.version)
	t, err := h.issueForPerson(ctx, app, &g, u)
	if err != nil {
		return tokenAnswer{}, err
	}
	a := q.answer(t)
	if a.Scope = g.Asked; a.Scope == "" {
		a.Scope = scopesOf(&g)
	}
	if a.ClientInfo, err = clientInfo(&g); err != nil {
		return tokenAnswer{}, err
	}
	if g.OpenID {
		if a.IDToken, err = h.idToken(ctx, &g, u, ""); err != nil {
			return tokenAnswer{}, err
		}
	}
	if a.RefreshToken = refresh; refresh == "" && g.Offline && mayRefresh(app) {
		if a.RefreshToken, err = h.Grants.IssueRefresh(ctx, g); err != nil {
			return tokenAnswer{}, fault.Wrap("issue refresh token", err)
		}
	}
	if g.SPA && a.RefreshToken != "" {
		a.RefreshExpiresIn = int64(g.EndsAt.Sub(h.Clock.Real()).Seconds())
	}
	return a, nil
}

func mayRefresh(app *caller) bool { return app.May(signin.GrantRefresh) }

// elsewhere reports whether something of this tenant was brought to the address
// of another.
func (p place) elsewhere(t directory.TenantID) bool { return p.id != "" && p.id != t }

var (
	codeElsewhere    = &problem{http.StatusBadRequest, invalidGrant, 700005, "The code was issued by another tenant. Redeem it at the address of the tenant it came from."}
	codeOfAnother    = &problem{http.StatusBadRequest, invalidGrant, 70000, "The code was issued to another application."}
	refreshOfAnother = &problem{http.StatusBadRequest, invalidGrant, 70000, "The refresh token was issued to another application or by another tenant. Sign in again."}
	redirectDiffers  = &problem{http.StatusBadRequest, invalidGrant, 500112, "The redirect_uri differs from the one the code was issued for."}
	wrongVerifier    = &problem{http.StatusBadRequest, invalidGrant, 501481, "The code_verifier does not match the code_challenge of the sign-in."}
	unasked          = &problem{http.StatusBadRequest, invalidGrant, 501481, "The request carries a code_verifier, but the sign-in had no code_challenge."}
	noOrigin         = &problem{http.StatusBadRequest, invalidRequest, 9002327, "A code of a single-page application is redeemed by a script in a page of its own origin."}
	hasOrigin        = &problem{http.StatusBadRequest, invalidRequest, 9002326, "Only a single-page application may redeem a code from a script. Register the redirect address for the platform spa."}
)

// authorizationCode is RFC 6749 section 4.1.3. Everything is checked before the
// code is used up, so that a wrong request leaves it to the right one.
func (h *Handler) authorizationCode(ctx context.Context, q *tokenRequest) (tokenAnswer, error) {
	for _, name := range []string{"code", "redirect_uri"} {
		if q.form[name] == "" {
			return tokenAnswer{}, missing(name)
		}
	}
	app, err := h.callerHere(ctx, q)
	if err != nil {
		return tokenAnswer{}, err
	}
	var u directory.User
	var now asked
	g, refresh, err := h.Grants.RedeemCode(ctx, q.form["code"], func(g signin.Grant) (withRefresh bool, err error) {
		if q.place.elsewhere(g.Tenant) {
			return false, codeElsewhere
		}
		if g.AppID != appID(q.client.id) {
			return false, codeOfAnother
		}
		if err := h.callerOf(ctx, q, g.Tenant, &app); err != nil {
			return false, err
		}
		if err := app.mustProve(g.Public); err != nil {
			return false, err
		}
		if g.RedirectURI != q.form["redirect_uri"] {
			return false, redirectDiffers
		}
		if err := checkVerifier(g.Challenge, q.form["code_verifier"]); err != nil {
			return false, err
		}
		if err := q.checkOrigin(&g); err != nil {
			return false, err
		}
		if q.form["scope"] != "" {
			if now, err = h.readScopes(ctx, place{id: g.Tenant}, q.version, q.form); err != nil {
				return false, err
			}
		}
		u, err = h.person(ctx, &g)
		return (g.Offline || now.offline) && mayRefresh(&app), err
	})
	if err != nil {
		return tokenAnswer{}, err
	}
	now.openIDToo(&g)
	return h.tokensFor(ctx, q, &app, g, &u, refresh)
}

// checkOrigin: what a page redeems comes from a script, and nothing else does
// (RFC 6454; browsers set Origin, pages cannot).
func (q *tokenRequest) checkOrigin(g *signin.Grant) error {
	switch {
	case g.SPA && q.origin == "":
		return noOrigin
	case !g.SPA && q.origin != "" && q.origin != "null":
		return hasOrigin
	}
	return nil
}

var verifierPattern = regexp.MustCompile(`^[A-Za-z0-9._~-]{43,128}$`)

// checkVerifier is RFC 7636 section 4.6: a challenge needs its verifier and a
// verifier its challenge, whoever the client is.
func checkVerifier(challenge, verifier string) error {
	switch {
	case challenge == "" && verifier == "":
		return nil
	case challenge == "":
		return unasked
	case verifier == "":
		return &problem{http.StatusBadRequest, invalidGrant, 501481, "The sign-in had a code_challenge. Send its code_verifier."}
	case !verifierPattern.MatchString(verifier):
		return wrongVerifier
	}
	sum := sha256.Sum256([]byte(verifier))
	if subtle.ConstantTimeCompare([]byte(base64.RawURLEncoding.EncodeToString(sum[:])), []byte(challenge)) != 1 {
		return wrongVerifier
	}
	return nil
}

// refreshToken is RFC 6749 section 6. It may name another resource and fewer or
// other scopes, as long as somebody agreed to them.
func (h *Handler) refreshToken(ctx context.Context, q *tokenRequest) (tokenAnswer, error) {
	if q.form["refresh_token"] == "" {
		return tokenAnswer{}, missing("refresh_token")
	}
	app, err := h.callerHere(ctx, q)
	if err != nil {
		return tokenAnswer{}, err
	}
	var u directory.User
	var now signin.Grant
	_, next, err := h.Grants.Refresh(ctx, q.form["refresh_token"], func(g signin.Grant) (err error) {
		if q.place.elsewhere(g.Tenant) || g.AppID != appID(q.client.id) {
			return refreshOfAnother
		}
		if err := h.callerOf(ctx, q, g.Tenant, &app); err != nil {
			return err
		}
		if err := app.mustProve(g.Public); err != nil {
			return err
		}
		if u, err = h.person(ctx, &g); err != nil {
			return err
		}
		now, err = h.refreshed(ctx, q, g)
		return err
	})
	if err != nil {
		return tokenAnswer{}, err
	}
	return h.tokensFor(ctx, q, &app, now, &u, next)
}

// refreshed is the grant with what the request asks for now, which is what was
// asked for at first unless it says otherwise.
func (h *Handler) refreshed(ctx context.Context, q *tokenRequest, g signin.Grant) (signin.Grant, error) {
	again := q.form["scope"] != ""
	if q.version == v1 {
		again = q.form["resource"] != ""
	}
	if again {
		a, err := h.readScopes(ctx, place{id: g.Tenant}, q.version, q.form)
		if err != nil {
			return g, err
		}
		if len(a.scopes) > 0 {
			g = a.again(g)
		}
		a.openIDToo(&g)
	}
	return h.settled(ctx, g)
}
