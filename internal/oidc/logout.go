package oidc

import (
	"crypto/subtle"
	"net/http"
	"net/url"
	"strings"

	"taxiway/internal/fault"
)

const logoutPath = "/oauth2/v2.0/logout"

// logout ends the browser's session (OpenID Connect RP-Initiated Logout 1.0).
// With a verified id_token_hint of who is signed in it does so at once, and
// goes on to an address that the hint's app registered; otherwise the person is
// asked, because any page can send a browser here.
func (h *Handler) logout(w http.ResponseWriter, r *http.Request) error {
	at, err := h.place(r)
	if err != nil {
		return err
	}
	b, err := h.session(r)
	if err != nil {
		return err
	}
	f, repeated, err := readAuthorize(w, r)
	if err != nil {
		return err
	}
	if len(repeated) > 0 {
		return bad("A parameter is in the request more than once.")
	}
	confirmed := b != nil && r.Method == http.MethodPost && f[canaryField] != "" && ownForm(r) == nil &&
		subtle.ConstantTimeCompare([]byte(f[canaryField]), []byte(b.Canary())) == 1
	if confirmed {
		return h.signOut(w, r, at, b, "")
	}
	hint, err := h.readHint(r, at, f["id_token_hint"])
	if err != nil {
		return err
	}
	if hint == nil || b != nil && string(b.User.ID) != hint.ObjectID {
		if b == nil {
			return h.signOut(w, r, at, nil, "")
		}
		return h.showLogout(w, r, b, "/"+at.name()+logoutPath)
	}
	to, err := h.afterLogout(r, hint, f)
	if err != nil {
		return err
	}
	return h.signOut(w, r, at, b, to)
}

// signOut ends the session and goes on to an address that was checked, or shows
// that the person is signed out.
func (h *Handler) signOut(w http.ResponseWriter, r *http.Request, at place, b *browser, to string) error {
	if b != nil {
		if err := h.People.EndSession(r.Context(), b.Cookie); err != nil {
			return fault.Wrap("end session", err)
		}
	}
	setSessionCookie(w, "")
	if to == "" {
		to = "/" + at.name() + signedOutPath
	}
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// afterLogout is where the hint's app wants the browser next; empty when the
// address is not registered by it.
func (h *Handler) afterLogout(r *http.Request, hint *idClaims, f form) (string, error) {
	to := f["post_logout_redirect_uri"]
	if to == "" {
		return "", nil
	}
	app, err := h.client(r.Context(), tenantOfPath(hint.Tenant), hint.Audience)
	if fault.Is(err, fault.Internal) || fault.Is(err, fault.Unavailable) {
		return "", err
	}
	if err != nil {
		return "", nil //nolint:nilerr // an app that is gone sends nobody anywhere
	}
	if _, ok := app.Redirect(to); !ok {
		return "", nil
	}
	if state := f["state"]; state != "" {
		join := "?"
		if strings.Contains(to, "?") {
			join = "&"
		}
		to += join + url.Values{"state": {state}}.Encode()
	}
	return to, nil
}

// readHint verifies an id_token_hint; nil when there is none or it is not good.
// One that has expired still says which app it was for (RP-Initiated Logout
// section 2).
func (h *Handler) readHint(r *http.Request, at place, text string) (*idClaims, error) {
	if text == "" {
		return nil, nil //nolint:nilnil // no hint is no error
	}
	c := new(idClaims)
	ok, err := h.verified(r.Context(), text, c)
	if err != nil || !ok {
		return nil, err
	}
	v := v2
	if c.Version == "1.0" {
		v = v1
	}
	if c.Tenant == "" || c.ObjectID == "" || c.Issuer != h.issuer(c.Tenant, v) || at.elsewhere(tenantOfPath(c.Tenant)) || c.TokenType != "" {
		return nil, nil //nolint:nilnil // as above
	}
	return c, nil
}
