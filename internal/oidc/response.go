package oidc

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"taxiway/internal/fault"
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

// formPostPage sends itself, and has a button for browsers without scripts.
var formPostPage = template.Must(template.New("form_post").Parse(`<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Back to the app</title></head><body>
<form method="post" action="{{.Action}}">
{{range .Fields}}<input type="hidden" name="{{.Name}}" value="{{.Value}}">
{{end}}<p>You are signed in. If the app does not open by itself, go on here.</p>
<button type="submit">Continue</button>
</form>
<script nonce="{{.Nonce}}">document.forms[0].submit();</script>
</body></html>
`))

type field struct{ Name, Value string }

func (h *Handler) formPost(w http.ResponseWriter, _ *http.Request, action string, answer url.Values) error {
	fields := make([]field, 0, len(answer))
	for name := range answer {
		fields = append(fields, field{name, answer.Get(name)})
	}
	slices.SortFunc(fields, func(a, b field) int { return strings.Compare(a.Name, b.Name) })
	nonce := randomText()
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; script-src 'nonce-"+nonce+"'; frame-ancestors 'none'; base-uri 'none'; form-action "+originOf(action))
	w.WriteHeader(http.StatusOK)
	return fault.Wrap("write form_post page", formPostPage.Execute(w, struct {
		// The address was compared with those the app registered, so a scheme
		// of a native app is meant.
		Action template.URL
		Fields []field
		Nonce  string
	}{template.URL(action), fields, nonce})) //nolint:gosec // see Action
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
