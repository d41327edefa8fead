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
	switch {
	case i.Return != "":
		http.Redirect(w, r, i.Return, http.StatusSeeOther)
		return nil
	case i.UserCode != "":
		if err := h.Grants.Approve(r.Context(), i.UserCode, i.grant()); err != nil {
			return fault.Wrap("approve device code", err)
		}
		http.Redirect(w, r, "/"+i.Request.Path+deviceApprovedPath, http.StatusSeeOther)
		return nil
	}
	return h.answerGrant(w, r, &i.Request, i.grant())
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
		http.Redirect(w, r, "/"+i.Request.Path+deviceDeclinedPath, http.StatusSeeOther)
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
		RedirectURI: q.RedirectURI, Challenge: q.Challenge, Nonce: q.Nonce, Version: q.Version, Public: q.Public,
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

// beginLocal begins a sign-in that opens a page of this server afterwards, for
// example the account page; next is its path.
func (h *Handler) beginLocal(w http.ResponseWriter, r *http.Request, path, next string) (*Interaction, error) {
	return h.enter(w, r, signin.Attempt{Request: signin.Request{Path: path}, Tenant: tenantOfPath(path), Return: next})
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

// answerGrant issues what was asked for and answers the app.
func (h *Handler) answerGrant(w http.ResponseWriter, r *http.Request, q *signin.Request, g signin.Grant) error {
	code, err := h.Grants.IssueCode(r.Context(), g)
	if err != nil {
		return fault.Wrap("issue code", err)
	}
	return h.respond(w, r, q, url.Values{"code": {code}})
}

// respondProblem tells the app at its redirect address.
func (h *Handler) respondProblem(w http.ResponseWriter, r *http.Request, q *signin.Request, p *problem) error {
	return h.respond(w, r, q, url.Values{"error": {p.word}, "error_description": {p.Error()}})
}

// hasFactor reports whether the person has a second factor.
func (h *Handler) hasFactor(context.Context, directory.TenantID, directory.ObjectID) (bool, error) {
	return false, nil
}

// missingScopes are those of the request that nobody agreed to.
func (h *Handler) missingScopes(ctx context.Context, t directory.TenantID, user directory.ObjectID, q *signin.Request) ([]string, error) {
	agreed, err := h.Grants.Consented(ctx, t, q.AppID, user, q.Resource)
	if err != nil {
		return nil, fault.Wrap("read consents", err)
	}
	return without(q.Scopes, agreed), nil
}
