package servertest

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"testing"
	"time"

	"taxiway/internal/virtualpc/wire"
)

// Authenticator is the app on a person's phone.
type Authenticator struct {
	app *wire.Authenticator
	now func() time.Time
}

// Code is what the app shows. Each is good once, so whoever needs two in thirty
// seconds types the one that comes next, which the server takes early.
func (a *Authenticator) Code(t testing.TB) string {
	t.Helper()
	code, free := a.app.Code(a.now())
	if free.After(a.now()) {
		t.Fatal("three codes in thirty seconds: move the clock")
	}
	return code
}

var secretTag = regexp.MustCompile(`<code class="secret"[^>]*>([^<]+)</code>`)

// setUp types the key that the page shows into a new app, and the app's first
// code into the page.
func (b *Browser) setUp(t testing.TB, who *Person, p *Page) *Page {
	t.Helper()
	m := secretTag.FindStringSubmatch(p.Body)
	if m == nil {
		t.Fatalf("%s (%d) shows no key: %s", p.Address, p.Status, p.Body)
	}
	app, err := wire.NewAuthenticator(html.UnescapeString(m[1]))
	if err != nil {
		t.Fatalf("the key %q: %v", m[1], err)
	}
	who.App = &Authenticator{app: app, now: b.now}
	return b.Send(t, p, url.Values{"otc": {who.App.Code(t)}})
}

// SetUpAuthenticator does what a person does at the account page who wants to
// be asked for more than a password.
func (p *Process) SetUpAuthenticator(t testing.TB, who *Person) {
	t.Helper()
	b := p.NewBrowser(t)
	page := b.SignIn(t, who, BaseURL+"/"+who.Tenant+"/account/setup")
	if who.App == nil || page.Status != http.StatusOK || page.Title() != "Your account" {
		t.Fatalf("set up an authenticator: %d %s: %s", page.Status, page.Address, page.Body)
	}
}
