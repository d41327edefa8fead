package oidc

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
)

// tokenRequest is what every grant works on.
type tokenRequest struct {
	version version
	place   place
	form    form
	client  client
	origin  string // of the script that asks; empty for a program
	network string // for counting wrong passwords
}

// client is who asks: an id and the one credential it came with, if any.
type client struct {
	id, secret, assertion string
}

// grant checks one kind of request and answers the token.
type grant func(ctx context.Context, q *tokenRequest) (tokenAnswer, error)

// tokenAnswer is a successful answer (RFC 6749 section 5.1). Version 1 says
// its numbers as strings and adds those that are marked.
type tokenAnswer struct {
	Type             string `json:"token_type"`
	Scope            string `json:"scope,omitempty"`
	ExpiresIn        any    `json:"expires_in"`
	ExtendedIn       any    `json:"ext_expires_in"`
	ExpiresOn        string `json:"expires_on,omitempty"` // version 1
	NotBefore        string `json:"not_before,omitempty"` // version 1
	Resource         string `json:"resource,omitempty"`   // version 1
	AccessToken      string `json:"access_token"`
	RefreshToken     string `json:"refresh_token,omitempty"`
	RefreshExpiresIn int64  `json:"refresh_token_expires_in,omitempty"` // single-page applications
	IDToken          string `json:"id_token,omitempty"`
	ClientInfo       string `json:"client_info,omitempty"`
}

// nonceGrant asks for a nonce; it is no grant of a token and needs no client.
const nonceGrant = "srv_challenge"

// token is the token endpoint of either version.
func (h *Handler) token(v version) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		q, handle, err := h.grantRequest(w, r, v)
		if err != nil {
			return err
		}
		if handle == nil {
			return h.challenge(w, r)
		}
		answer, err := handle(r.Context(), q)
		if err != nil {
			return err
		}
		echoCorrelation(w, r)
		return writeJSON(w, http.StatusOK, answer)
	}
}

// grantRequest reads a token request; the grant is nil for nonceGrant.
func (h *Handler) grantRequest(w http.ResponseWriter, r *http.Request, v version) (*tokenRequest, grant, error) {
	q, err := h.readToken(w, r, v)
	if err != nil {
		return nil, nil, err
	}
	name := q.form["grant_type"]
	switch name {
	case "":
		return nil, nil, missing("grant_type")
	case nonceGrant:
		return q, nil, nil
	}
	handle, ok := h.grants[name]
	if !ok {
		return nil, nil, &problem{http.StatusBadRequest, unsupportedGrant, 70003, "This server does not issue tokens for this grant_type."}
	}
	q.client, err = clientOf(r, q.form)
	return q, handle, err
}

// tokenRequest reads a request whose client has to say who it is.
func (h *Handler) tokenRequest(w http.ResponseWriter, r *http.Request, v version) (*tokenRequest, error) {
	q, err := h.readToken(w, r, v)
	if err != nil {
		return nil, err
	}
	q.client, err = clientOf(r, q.form)
	return q, err
}

func (h *Handler) readToken(w http.ResponseWriter, r *http.Request, v version) (*tokenRequest, error) {
	w.Header().Set("Pragma", "no-cache")
	at, err := h.place(r)
	if err != nil {
		return nil, err
	}
	f, err := readForm(w, r)
	if err != nil {
		return nil, err
	}
	return &tokenRequest{version: v, place: at, form: f, origin: r.Header.Get("Origin"), network: h.Network(r)}, nil
}

// echoCorrelation returns the caller's id for the request.
func echoCorrelation(w http.ResponseWriter, r *http.Request) {
	if id := correlationID(r); id != "" {
		w.Header().Set("client-request-id", id)
	}
}

var twoCredentials = bad("The request carries two credentials. Send one.")

// clientOf takes id and credential from the body, or id and secret from HTTP
// Basic, where both are form-encoded (RFC 6749 section 2.3.1); one way at a time.
func clientOf(r *http.Request, f form) (client, error) {
	c := client{id: f["client_id"], secret: f["client_secret"], assertion: f["client_assertion"]}
	asserts := c.assertion != "" || f["client_assertion_type"] != ""
	if c.secret != "" && asserts {
		return client{}, twoCredentials
	}
	if len(r.Header.Values("Authorization")) > 0 {
		id, secret, err := basic(r)
		if err != nil {
			return client{}, err
		}
		if c.secret != "" || asserts {
			return client{}, twoCredentials
		}
		if c.id != "" && c.id != id {
			return client{}, bad("The client ids in the body and in the Authorization header differ.")
		}
		c = client{id: id, secret: secret}
	}
	switch {
	case c.id == "":
		return client{}, missing("client_id")
	case asserts && c.assertion == "":
		return client{}, missing("client_assertion")
	case asserts && f["client_assertion_type"] != assertionType:
		return client{}, bad("The client_assertion_type must be " + assertionType + ".")
	}
	return c, nil
}

func basic(r *http.Request) (id, secret string, err error) {
	refused := bad("The Authorization header must be one of type Basic with client id and secret, both form-encoded.")
	if len(r.Header.Values("Authorization")) > 1 {
		return "", "", refused
	}
	user, password, ok := r.BasicAuth()
	if !ok {
		return "", "", refused
	}
	if id, err = url.QueryUnescape(user); err != nil {
		return "", "", refused
	}
	if secret, err = url.QueryUnescape(password); err != nil {
		return "", "", refused
	}
	return id, secret, nil
}

// answer dresses an access token in the shape of the endpoint's version.
func (q *tokenRequest) answer(t issued) tokenAnswer {
	// One second less than the token's life, as Entra says: the answer takes time.
	seconds := t.expires - t.issuedAt - 1
	a := tokenAnswer{Type: "Bearer", ExpiresIn: seconds, ExtendedIn: seconds, AccessToken: t.text}
	if q.version == v1 {
		text := strconv.FormatInt(seconds, 10)
		a.ExpiresIn, a.ExtendedIn = text, text
		a.ExpiresOn = strconv.FormatInt(t.expires, 10)
		a.NotBefore = strconv.FormatInt(t.issuedAt, 10)
		a.Resource = t.resource
	}
	return a
}
