package oidc

import (
	"net/http"
	"net/url"
	"strings"

	"taxiway/internal/signin"
)

// The response modes (OAuth 2.0 Multiple Response Type Encoding Practices;
// OAuth 2.0 Form Post Response Mode).
const (
	modeQuery    = "query"
	modeFragment = "fragment"
	modeFormPost = "form_post"
)

// respond answers the app at the redirect address, which was checked before.
func (h *Handler) respond(w http.ResponseWriter, r *http.Request, q *signin.Request, answer url.Values) error {
	if q.State != "" {
		answer.Set("state", q.State)
	}
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Referrer-Policy", "no-referrer")
	switch q.ResponseMode {
	case modeFormPost:
		return h.formPost(w, r, q.RedirectURI, answer)
	case modeFragment:
		w.Header().Set("Location", q.RedirectURI+"#"+answer.Encode())
	default:
		join := "?"
		if strings.Contains(q.RedirectURI, "?") {
			join = "&"
		}
		w.Header().Set("Location", q.RedirectURI+join+answer.Encode())
	}
	w.WriteHeader(http.StatusSeeOther)
	return nil
}

// FormOrigin is the source that a page's form-action must allow beside 'self':
// Chromium checks the whole chain of redirects that follows a form. Empty when
// no app is answered.
func (i *Interaction) FormOrigin() string {
	if i.Request.RedirectURI == "" {
		return ""
	}
	return originOf(i.Request.RedirectURI)
}

// originOf is the source expression of an address for a Content-Security-Policy:
// scheme, host and port, or the scheme alone for a native app's.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" || strings.ContainsAny(u.Host, " ;,'\"") {
		return "'none'"
	}
	if u.Scheme == "https" || u.Scheme == "http" {
		return u.Scheme + "://" + u.Host
	}
	return u.Scheme + ":"
}

// seeOther answers a form with another page of this server: 303, so that what
// was typed is not sent along.
func seeOther(w http.ResponseWriter, page string) {
	w.Header().Set("Location", page)
	w.WriteHeader(http.StatusSeeOther)
}
