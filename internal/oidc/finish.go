package oidc

import (
	"context"
	"net/http"
	"net/url"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// Where the browser is sent when a device code was decided.
const (
	deviceApprovedPath = "/oauth2/deviceauth/approved"
	deviceDeclinedPath = "/oauth2/deviceauth/declined"
)

// finish ends the sign-in, once, and answers the app: Proceed calls it when
// nothing is missing any more.
func (h *Handler) finish(w http.ResponseWriter, r *http.Request, i *Interaction) error {
	if err := i.end(r.Context(), w); err != nil {
		return err
	}
	if i.Return != "" {
		seeOther(w, i.Return)
		return nil
	}
	if i.UserCode == "" {
		return h.answer(w, r, i)
	}
	g, err := h.settled(r.Context(), i.grant())
	if err != nil {
		return err
	}
	if err := h.Grants.Approve(r.Context(), i.UserCode, g); err != nil {
		return fault.Wrap("approve device code", err)
	}
	seeOther(w, "/"+i.Request.Path+deviceApprovedPath)
	return nil
}

// answer tells the app at its redirect address who signed in.
func (h *Handler) answer(w http.ResponseWriter, r *http.Request, i *Interaction) error {
	fields, err := h.authorized(r.Context(), i)
	if err != nil {
		p := h.translate(r.Context(), err)
		if p.word == invalidGrant {
			p = &problem{p.status, "access_denied", p.number, p.text}
		}
		return h.respondProblem(w, r, &i.Request, p)
	}
	fields.Set("iss", h.issuer(string(i.Tenant), version(i.Request.Version)))
	return h.respond(w, r, &i.Request, fields)
}

// authorized issues what the response type asks for (OAuth 2.0 Multiple
// Response Type Encoding Practices).
func (h *Handler) authorized(ctx context.Context, i *Interaction) (url.Values, error) {
	q := &i.Request
	g, err := h.settled(ctx, i.grant())
	if err != nil {
		return nil, err
	}
	u, err := h.person(ctx, &g)
	if err != nil {
		return nil, err
	}
	if g.SPA {
		g.EndsAt = h.Clock.Real().Add(spaRefresh)
	}
	fields := url.Values{}
	if wantsCode(q) {
		code, err := h.Grants.IssueCode(ctx, g)
		if err != nil {
			return nil, fault.Wrap("issue code", err)
		}
		fields.Set("code", code)
	}
	if wantsIDToken(q) {
		text, err := h.idToken(ctx, &g, &u, fields.Get("code"))
		if err != nil {
			return nil, err
		}
		fields.Set("id_token", text)
	}
	if q.ClientInfo {
		text, err := clientInfo(&g)
		if err != nil {
			return nil, err
		}
		fields.Set("client_info", text)
	}
	if g.Session != "" {
		fields.Set("session_state", g.Session)
	}
	return fields, nil
}

// Deny ends the sign-in with an error for the app (OpenID Connect Core
// 3.1.2.6): word is OAuth's, number and text are Entra's.
func (i *Interaction) Deny(w http.ResponseWriter, r *http.Request, word string, number int, text string) error {
	if err := i.end(r.Context(), w); err != nil {
		return err
	}
	p := &problem{http.StatusBadRequest, word, number, text}
	switch {
	case i.Return != "":
		return p
	case i.UserCode != "":
		if err := i.h.Grants.Decline(r.Context(), i.UserCode); err != nil {
			return fault.Wrap("decline device code", err)
		}
		seeOther(w, "/"+i.Request.Path+deviceDeclinedPath)
		return nil
	}
	return i.h.respondProblem(w, r, &i.Request, p)
}

// grant is what the person let the app do.
func (i *Interaction) grant() signin.Grant {
	q := &i.Request
	return signin.Grant{
		Tenant: i.Tenant, User: i.User, AppID: q.AppID, Session: i.Session, Methods: i.Methods, AuthTime: i.AuthTime,
		Resource: q.Resource, Scopes: q.Scopes, Asked: q.Asked,
		OpenID: q.OpenID, Profile: q.Profile, Email: q.Email, Offline: q.Offline,
		RedirectURI: q.RedirectURI, Challenge: q.Challenge, Nonce: q.Nonce, Version: q.Version,
		Public: q.Public, SPA: q.SPA, TellAuthTime: q.MaxAge != nil,
	}
}

// beginDevice begins the sign-in that decides a device code: the page for user
// codes calls it with what FindUserCode found, then Proceed.
func (h *Handler) beginDevice(w http.ResponseWriter, r *http.Request, path string, d signin.DeviceCode) (*Interaction, error) {
	q := d.Request
	if q.Path = path; isCommon(path) && d.Tenant != "" {
		q.Path = string(d.Tenant)
	}
	if d.Tenant != "" && q.Path != string(d.Tenant) {
		return nil, otherTenant
	}
	return h.enter(w, r, signin.Attempt{Request: q, Tenant: tenantOfPath(q.Path), UserCode: d.UserCode})
}

// enter begins a sign-in and takes the browser's session for it, when it may.
func (h *Handler) enter(w http.ResponseWriter, r *http.Request, a signin.Attempt) (*Interaction, error) {
	i, err := h.begin(w, r, a)
	if err != nil {
		return nil, err
	}
	b, err := h.session(r)
	if err != nil {
		return nil, err
	}
	_, err = i.UseSession(r.Context(), b)
	return i, err
}

func tenantOfPath(path string) directory.TenantID {
	if isCommon(path) {
		return ""
	}
	return directory.TenantID(path)
}

// respondProblem tells the app at its redirect address (RFC 6749 section
// 4.1.2.1), with the issuer of RFC 9207: that of the metadata it asked for.
func (h *Handler) respondProblem(w http.ResponseWriter, r *http.Request, q *signin.Request, p *problem) error {
	name := q.Path
	if isCommon(name) {
		name = tenantPlaceholder
	}
	trace, correlation := h.NewID(), correlationID(r)
	if correlation == "" {
		correlation = h.NewID()
	}
	return h.respond(w, r, q, url.Values{
		"error": {p.word}, "error_description": {h.describe(p, trace, correlation)}, "iss": {h.issuer(name, version(q.Version))},
	})
}

// hasFactor reports whether the person has a second factor.
func (h *Handler) hasFactor(ctx context.Context, t directory.TenantID, user directory.ObjectID) (bool, error) {
	methods, err := h.People.Methods(ctx, t, user)
	return methods.TOTP != nil, fault.Wrap("read second factor", err)
}
