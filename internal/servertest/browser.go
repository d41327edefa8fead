package servertest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
)

// Person is somebody who can sign in.
type Person struct {
	Tenant        string // id
	ID            directory.ObjectID
	UPN, Password string
	App           *Authenticator // nil for who has none
}

// NewPerson makes somebody with a password and these directory roles.
func (s *Services) NewPerson(t testing.TB, tenant *Tenant, name string, roles ...directory.RoleID) *Person {
	t.Helper()
	p := &Person{Tenant: tenant.ID, UPN: strings.ToLower(name) + "@" + tenant.Domain, Password: "correct horse battery " + RandomText()[:8]}
	id := directory.TenantID(tenant.ID)
	made := s.process.Must(t, tenant.Token, http.MethodPost, "/v1.0/users", map[string]any{
		"userPrincipalName": p.UPN, "displayName": name + " Example", "mailNickname": strings.ToLower(name), "accountEnabled": true,
	}, http.StatusCreated)
	text, _ := made.JSON["id"].(string)
	p.ID = directory.ObjectID(text)
	if err := s.People.SetPassword(t.Context(), id, p.ID, p.Password, false); err != nil {
		t.Fatalf("set password: %v", err)
	}
	for _, r := range roles {
		if _, err := s.Directory.AssignRole(t.Context(), id, r, p.ID); err != nil {
			t.Fatalf("assign role: %v", err)
		}
	}
	return p
}

// NewClient registers a program that signs people in.
func (s *Services) NewClient(t testing.TB, tenant *Tenant, n directory.NewApp) (appID, secret string) {
	t.Helper()
	a, secret, err := s.Apps.Register(t.Context(), directory.TenantID(tenant.ID), n)
	if err != nil {
		t.Fatalf("register app: %v", err)
	}
	return a.AppID, secret
}

// Browser keeps cookies and follows redirects within the server, as a person's
// does; what leads elsewhere it stops at.
type Browser struct {
	http *http.Client
	now  func() time.Time
}

// NewBrowser opens a browser without cookies.
func (p *Process) NewBrowser(t testing.TB) *Browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Browser{now: p.now, http: &http.Client{Transport: p.HTTP.Transport, Timeout: p.HTTP.Timeout, Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if "https://"+r.URL.Host != BaseURL {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

// Page is what a browser shows, or where it was sent.
type Page struct {
	Status  int
	Header  http.Header
	Address *url.URL // after redirects
	Body    string
}

// Open is a person following a link.
func (b *Browser) Open(t testing.TB, address string) *Page {
	t.Helper()
	return b.do(t, http.MethodGet, address, nil)
}

// Send is a person sending the page's form with these inputs filled in.
func (b *Browser) Send(t testing.TB, from *Page, inputs url.Values) *Page {
	t.Helper()
	f := from.form(t, inputs)
	to, err := from.Address.Parse(f.action)
	if err != nil {
		t.Fatalf("the form's address %q: %v", f.action, err)
	}
	values := url.Values{}
	if canary := f.hidden.Get("canary"); canary != "" {
		values.Set("canary", canary)
	}
	maps.Copy(values, inputs)
	return b.do(t, http.MethodPost, to.String(), values)
}

func (b *Browser) do(t testing.TB, method, address string, values url.Values) *Page {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, address, strings.NewReader(values.Encode()))
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", BaseURL)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	resp, err := b.http.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, address, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("read page: %v", err)
	}
	return &Page{Status: resp.StatusCode, Header: resp.Header, Address: resp.Request.URL, Body: string(body)}
}

// Session is the browser's session cookie, empty when it has none.
func (b *Browser) Session() string {
	base, err := url.Parse(BaseURL)
	if err != nil {
		return ""
	}
	for _, c := range b.http.Jar.Cookies(base) {
		if c.Name == "__Host-taxiway-session" {
			return c.Value
		}
	}
	return ""
}

var (
	formTag  = regexp.MustCompile(`(?s)<form[^>]* method="post" action="([^"]*)"[^>]*>(.*?)</form>`)
	inputTag = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

type pageForm struct {
	action string
	hidden url.Values
}

// form is the page's first form that has these inputs.
func (p *Page) form(t testing.TB, inputs url.Values) pageForm {
	t.Helper()
	var m []string
	for _, m = range formTag.FindAllStringSubmatch(p.Body, -1) {
		has := true
		for name := range inputs {
			has = has && strings.Contains(m[2], `name="`+name+`"`)
		}
		if has {
			break
		}
		m = nil
	}
	if m == nil {
		t.Fatalf("%s (%d) has no form with %v: %s", p.Address, p.Status, inputs, p.Body)
	}
	f := pageForm{action: html.UnescapeString(m[1]), hidden: url.Values{}}
	for _, in := range inputTag.FindAllStringSubmatch(m[2], -1) {
		f.hidden.Set(html.UnescapeString(in[1]), html.UnescapeString(in[2]))
	}
	return f
}

var nextTag = regexp.MustCompile(`<a class="button primary" href="([^"]*)">`)

// next is where the page's main link leads.
func (p *Page) next(t testing.TB) string {
	t.Helper()
	m := nextTag.FindStringSubmatch(p.Body)
	if m == nil {
		t.Fatalf("%s has no link to go on: %s", p.Address, p.Body)
	}
	to, err := p.Address.Parse(html.UnescapeString(m[1]))
	if err != nil {
		t.Fatalf("the link %q: %v", m[1], err)
	}
	return to.String()
}

// Title is the page's heading.
func (p *Page) Title() string {
	_, rest, _ := strings.Cut(p.Body, "<h1>")
	title, _, _ := strings.Cut(rest, "</h1>")
	return html.UnescapeString(title)
}

// Answer is what the app was told: in the redirect, its fragment, or the form
// that sends itself; nil while the person is still asked something.
func (p *Page) Answer(t testing.TB) url.Values {
	t.Helper()
	if to := p.Header.Get("Location"); to != "" {
		u, err := url.Parse(to)
		if err != nil {
			t.Fatalf("redirect to %q: %v", to, err)
		}
		text := u.RawQuery
		if u.Fragment != "" {
			text = u.EscapedFragment()
		}
		values, err := url.ParseQuery(text)
		if err != nil {
			t.Fatalf("redirect to %q: %v", to, err)
		}
		return values
	}
	if f := formTag.FindStringSubmatch(p.Body); f != nil && !strings.HasPrefix(f[1], "/") {
		return p.form(t, nil).hidden
	}
	return nil
}

// SignIn opens the address and answers every page as the person would, until
// the app is answered or a page comes that is none of the usual ones.
func (b *Browser) SignIn(t testing.TB, who *Person, address string) *Page {
	t.Helper()
	return b.GoOn(t, who, b.Open(t, address))
}

// GoOn answers the pages from this one on.
func (b *Browser) GoOn(t testing.TB, who *Person, p *Page) *Page {
	t.Helper()
	for range 10 {
		if p.Status != http.StatusOK || p.Answer(t) != nil {
			return p
		}
		switch {
		case strings.Contains(p.Body, `name="loginfmt"`):
			p = b.Send(t, p, url.Values{"loginfmt": {who.UPN}})
		case strings.Contains(p.Body, `name="passwd"`):
			p = b.Send(t, p, url.Values{"passwd": {who.Password}})
		case p.Title() == "Enter code" && who.App != nil:
			p = b.Send(t, p, url.Values{"otc": {who.App.Code(t)}})
		case p.Title() == "Set up your authenticator app" && who.App == nil:
			p = b.setUp(t, who, p)
		case p.Title() == "Keep your recovery codes":
			p = b.Open(t, p.next(t))
		case strings.Contains(p.Body, `value="accept"`):
			p = b.Send(t, p, url.Values{"decision": {"accept"}})
		case strings.Contains(p.Body, `value="continue"`):
			p = b.Send(t, p, url.Values{"decision": {"continue"}})
		case strings.Contains(p.Body, `name="account"`):
			p = b.Send(t, p, url.Values{"account": {"session"}})
		default:
			return p
		}
	}
	t.Fatalf("the sign-in does not end: %s: %s", p.Address, p.Body)
	return nil
}

// Tokens is an answer of the token endpoint, good or bad.
type Tokens struct {
	Status       int
	Header       http.Header
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token"`
	IDToken      string `json:"id_token"`
	Error        string `json:"error"`
	Description  string `json:"error_description"`
	Codes        []int  `json:"error_codes"`
	All          map[string]any
}

// Exchange posts a form to an address of the tenant, as programs do; headers
// come in pairs.
func (p *Process) Exchange(t testing.TB, path string, form url.Values, headers ...string) Tokens {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, BaseURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatalf("make request: %v", err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := p.HTTP.Do(r)
	if err != nil {
		t.Fatalf("POST %s: %v", path, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	a := Tokens{Status: resp.StatusCode, Header: resp.Header}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("read answer: %v", err)
	}
	if len(body) == 0 {
		return a
	}
	if err := json.Unmarshal(body, &a.All); err != nil {
		t.Fatalf("POST %s: %d %s", path, resp.StatusCode, body)
	}
	if err := json.Unmarshal(body, &a); err != nil {
		t.Fatalf("POST %s: %d %s", path, resp.StatusCode, body)
	}
	return a
}

// RandomText is 256 random bits, long enough for a verifier of RFC 7636.
func RandomText() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// ChallengeOf is the S256 challenge of a verifier (RFC 7636 section 4.2).
func ChallengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
