package oidc

import (
	"context"
	"net/http"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// introspection is RFC 7662 section 2.2. Of a token that is not good, or is
// none of the app's business, only active is told.
type introspection struct {
	Active   bool   `json:"active"`
	ClientID string `json:"client_id,omitempty"`
	Scope    string `json:"scope,omitempty"`
	Username string `json:"username,omitempty"`
	Type     string `json:"token_type,omitempty"`
	Expires  int64  `json:"exp,omitempty"`
	IssuedAt int64  `json:"iat,omitempty"`
	Subject  string `json:"sub,omitempty"`
	Audience string `json:"aud,omitempty"`
	Issuer   string `json:"iss,omitempty"`
	Tenant   string `json:"tid,omitempty"`
	ObjectID string `json:"oid,omitempty"`
}

// introspect tells an app that proves itself about a token that was issued to
// it or for it.
func (h *Handler) introspect(w http.ResponseWriter, r *http.Request) error {
	q, app, err := h.tokenOwner(w, r)
	if err != nil {
		return err
	}
	if err := app.mustProve(false); err != nil {
		return err
	}
	answer, err := h.introspected(r.Context(), q, &app)
	if err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, answer)
}

func (h *Handler) introspected(ctx context.Context, q *tokenRequest, app *caller) (introspection, error) {
	token := q.form["token"]
	g, refresh, live, err := h.Grants.Introspect(ctx, token)
	if err != nil {
		return introspection{}, fault.Wrap("introspect", err)
	}
	if live {
		if g.Tenant != q.place.id || g.AppID != app.AppID {
			return introspection{}, nil
		}
		u, err := h.person(ctx, &g)
		if _, refused := asProblem(err); refused {
			return introspection{}, nil
		}
		return introspection{
			Active: true, ClientID: g.AppID, Scope: scopesOf(&g), Username: u.UserPrincipalName, Type: "refresh_token",
			Expires: refresh.ExpiresAt.Unix(), IssuedAt: refresh.CreatedAt.Unix(), Subject: h.pairwise(g.Tenant, g.AppID, g.User), Tenant: string(g.Tenant), ObjectID: string(g.User),
		}, err
	}
	var c accessClaims
	ok, err := h.verified(ctx, token, &c)
	if err != nil || !ok || !h.introspectable(&c, q.place.id, app) {
		return introspection{}, err
	}
	if c.TokenType == forUser {
		u, err := h.Users.GetUser(ctx, q.place.id, c.ObjectID)
		if fault.Is(err, fault.NotFound) || err == nil && (!u.AccountEnabled || time.UnixMicro(c.IssuedMicros).Before(u.SessionsFrom)) {
			return introspection{}, nil
		}
		if err != nil {
			return introspection{}, fault.Wrap("read the person of a token", err)
		}
	}
	return introspection{
		Active: true, ClientID: c.AppID + c.AuthorizedParty, Scope: c.Scopes, Username: c.UPN + c.PreferredName, Type: "Bearer",
		Expires: c.Expires, IssuedAt: c.IssuedAt, Subject: c.Subject, Audience: c.Audience, Issuer: c.Issuer, Tenant: c.Tenant, ObjectID: c.ObjectID,
	}, nil
}

// introspectable: an access token of this tenant, in its time, issued to the
// app or for it as the resource.
func (h *Handler) introspectable(c *accessClaims, t directory.TenantID, app *caller) bool {
	v := v2
	if c.Version == "1.0" {
		v = v1
	}
	now := h.Clock.Real()
	return c.TokenType != "" && c.Tenant == string(t) && c.Issuer == h.issuer(c.Tenant, v) &&
		now.Before(time.Unix(c.Expires, 0).Add(leeway)) && !now.Before(time.Unix(c.NotBefore, 0).Add(-leeway)) &&
		(c.AppID+c.AuthorizedParty == app.AppID || c.Audience == app.AppID)
}

// revoke ends the sign-in that a refresh token comes from (RFC 7009). A token
// that is unknown or another app's is no error; an access token ends by itself
// within the hour.
func (h *Handler) revoke(w http.ResponseWriter, r *http.Request) error {
	q, app, err := h.tokenOwner(w, r)
	if err != nil {
		return err
	}
	g, _, live, err := h.Grants.Introspect(r.Context(), q.form["token"])
	if err != nil {
		return fault.Wrap("revoke token", err)
	}
	if live && g.Tenant == q.place.id && g.AppID == app.AppID {
		if err := app.mustProve(g.Public); err != nil {
			return err
		}
		if err := h.Grants.Revoke(r.Context(), q.form["token"], app.AppID); err != nil {
			return fault.Wrap("revoke token", err)
		}
	}
	w.WriteHeader(http.StatusOK)
	return nil
}

// tokenOwner reads a request about a token and checks who asks.
func (h *Handler) tokenOwner(w http.ResponseWriter, r *http.Request) (*tokenRequest, caller, error) {
	q, err := h.tokenRequest(w, r, v2)
	if err != nil {
		return nil, caller{}, err
	}
	if q.form["token"] == "" {
		return nil, caller{}, missing("token")
	}
	if q.place.id == "" {
		return nil, caller{}, &problem{http.StatusBadRequest, invalidRequest, 50059, "A token belongs to one tenant. Use the tenant's id or domain in the address instead of " + q.place.common + "."}
	}
	app, err := h.caller(r.Context(), q, q.place.id)
	return q, app, err
}
