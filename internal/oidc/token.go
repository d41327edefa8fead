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
}

// client is who asks: an id and the credential it came with.
type client struct {
	id, secret string
}

// grant checks one kind of request and answers the token.
type grant func(ctx context.Context, q *tokenRequest) (tokenAnswer, error)

// tokenAnswer is a successful answer (RFC 6749 section 5.1). Version 1 says
// its numbers as strings and adds the last three.
type tokenAnswer struct {
	Type        string `json:"token_type"`
	ExpiresIn   any    `json:"expires_in"`
	ExtendedIn  any    `json:"ext_expires_in"`
	ExpiresOn   string `json:"expires_on,omitempty"`
	NotBefore   string `json:"not_before,omitempty"`
	Resource    string `json:"resource,omitempty"`
	AccessToken string `json:"access_token"`
}

// token is the token endpoint of either version.
func (h *Handler) token(v version) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Pragma", "no-cache")
		at, err := h.place(r)
		if err != nil {
			return err
		}
		f, err := readForm(w, r)
		if err != nil {
			return err
		}
		name := f["grant_type"]
		if name == "" {
			return missing("grant_type")
		}
		handle, ok := h.grants[name]
		if !ok {
			return &problem{http.StatusBadRequest, unsupportedGrant, 70003, "This server does not issue tokens for this grant_type. Apps use client_credentials."}
		}
		c, err := clientOf(r, f)
		if err != nil {
			return err
		}
		answer, err := handle(r.Context(), &tokenRequest{version: v, place: at, form: f, client: c})
		if err != nil {
			return err
		}
		if id := correlationID(r); id != "" {
			w.Header().Set("client-request-id", id)
		}
		return writeJSON(w, http.StatusOK, answer)
	}
}

// clientOf takes id and secret from the body or from HTTP Basic, where both
// are form-encoded (RFC 6749 section 2.3.1); one way at a time.
func clientOf(r *http.Request, f form) (client, error) {
	c := client{id: f["client_id"], secret: f["client_secret"]}
	assertion := f["client_assertion"] != "" || f["client_assertion_type"] != ""
	if c.secret != "" && assertion {
		return client{}, bad("The request carries two credentials. Send one.")
	}
	if len(r.Header.Values("Authorization")) > 0 {
		id, secret, err := basic(r)
		if err != nil {
			return client{}, err
		}
		if c.secret != "" || assertion {
			return client{}, bad("The request carries two credentials. Send one.")
		}
		if c.id != "" && c.id != id {
			return client{}, bad("The client ids in the body and in the Authorization header differ.")
		}
		c = client{id: id, secret: secret}
	}
	if c.id == "" {
		return client{}, missing("client_id")
	}
	if assertion {
		return client{}, &problem{http.StatusUnauthorized, invalidClient, 700027, "The client assertion is signed with a certificate that is not registered for the application. Use a client secret."}
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
