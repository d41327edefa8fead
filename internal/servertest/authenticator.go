package servertest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"
)

// Authenticator is the app on a person's phone: the TOTP of RFC 6238 with
// SHA-1, six digits and thirty seconds.
type Authenticator struct {
	secret []byte
	now    func() time.Time
	last   int64 // the step of the code that was typed last
}

// Code is what the app shows. Each is good once, so whoever needs two in thirty
// seconds types the one that comes next, which the server takes early.
func (a *Authenticator) Code(t testing.TB) string {
	t.Helper()
	present := a.now().Unix() / 30
	a.last = max(a.last+1, present)
	if a.last > present+1 {
		t.Fatal("three codes in thirty seconds: move the clock")
	}
	var counter [8]byte
	binary.BigEndian.PutUint64(counter[:], uint64(a.last))
	mac := hmac.New(sha1.New, a.secret)
	mac.Write(counter[:])
	sum := mac.Sum(nil)
	at := sum[19] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[at:])&0x7fffffff%1_000_000)
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
	secret, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(html.UnescapeString(m[1]), " ", ""))
	if err != nil {
		t.Fatalf("the key %q: %v", m[1], err)
	}
	who.App = &Authenticator{secret: secret, now: b.now}
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
