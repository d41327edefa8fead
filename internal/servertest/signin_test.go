package servertest_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/config"
	"taxiway/internal/directory"
	"taxiway/internal/servertest"
	"taxiway/internal/signin"
)

const (
	webRedirect    = "https://app.example/signin?from=taxiway"
	spaRedirect    = "https://page.example/"
	nativeRedirect = "http://localhost/back"
)

// wallClock is a server's clock that a test moves.
type wallClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *wallClock) read() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *wallClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// desk is a server with two organisations, a lab, and programs of every kind.
type desk struct {
	t                   *testing.T
	w                   *servertest.World
	p                   *servertest.Process
	s                   *servertest.Services
	clock               *wallClock
	home, other, lab    *servertest.Tenant
	ann, bob, eve, lena *servertest.Person // an administrator and a member at home, one elsewhere, one in the lab
	web, secret         string             // a server's app with redirects of all platforms
	public              string             // an app that may use device codes
}

func newDesk(t *testing.T, db servertest.Database) *desk {
	t.Helper()
	clock := &wallClock{now: time.Now().Truncate(time.Second)}
	w := servertest.Start(t, db, servertest.WithClock(clock.read), servertest.WithConfig(func(c *config.Config) { c.Limits.TokenRate = 0 }))
	d := &desk{t: t, w: w, p: w.First(), s: w.Services(t), clock: clock}
	d.home, d.other, d.lab = d.p.NewTenant(t, "Home", false), d.p.NewTenant(t, "Other", false), d.p.NewTenant(t, "Lab", true)
	d.ann = d.s.NewPerson(t, d.home, "Ann", directory.GlobalAdministrator)
	d.bob = d.s.NewPerson(t, d.home, "Bob")
	d.eve = d.s.NewPerson(t, d.other, "Eve", directory.GlobalAdministrator)
	d.lena = d.s.NewPerson(t, d.lab, "Lena", directory.GlobalAdministrator)
	d.web, d.secret = d.s.NewClient(t, d.home, directory.NewApp{DisplayName: "Web", Redirects: []directory.Redirect{
		{URI: webRedirect, Platform: directory.PlatformWeb}, {URI: spaRedirect, Platform: directory.PlatformSPA}, {URI: nativeRedirect, Platform: directory.PlatformPublic},
	}})
	d.public, _ = d.s.NewClient(t, d.home, directory.NewApp{DisplayName: "Command line", NoSecret: true, PublicClient: true})
	return d
}

// visit is one sign-in of a program: what it sends to authorize, and what it
// has to redeem the answer with.
type visit struct {
	tenant, verifier string
	query            url.Values
}

func (d *desk) visit(redirect string) *visit {
	verifier := servertest.RandomText()
	return &visit{tenant: d.home.ID, verifier: verifier, query: url.Values{
		"client_id": {d.web}, "redirect_uri": {redirect}, "response_type": {"code"}, "scope": {"openid profile offline_access User.Read"},
		"state": {"a state & more"}, "nonce": {"a nonce"}, "code_challenge": {servertest.ChallengeOf(verifier)}, "code_challenge_method": {"S256"},
	}}
}

func (v *visit) set(pairs ...string) *visit {
	for i := 0; i+1 < len(pairs); i += 2 {
		if v.query.Del(pairs[i]); pairs[i+1] != "" {
			v.query.Set(pairs[i], pairs[i+1])
		}
	}
	return v
}

func (v *visit) address() string {
	return servertest.BaseURL + "/" + v.tenant + "/oauth2/v2.0/authorize?" + v.query.Encode()
}

// form redeems a code; pairs replace or, when empty, remove parameters.
func (d *desk) form(v *visit, code string, pairs ...string) url.Values {
	f := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {v.query.Get("client_id")}, "redirect_uri": {v.query.Get("redirect_uri")},
		"code": {code}, "code_verifier": {v.verifier},
	}
	if v.query.Get("redirect_uri") == webRedirect {
		f.Set("client_secret", d.secret)
	}
	return altered(f, pairs...)
}

func altered(f url.Values, pairs ...string) url.Values {
	f = maps.Clone(f)
	for i := 0; i+1 < len(pairs); i += 2 {
		if f.Del(pairs[i]); pairs[i+1] != "" {
			f.Set(pairs[i], pairs[i+1])
		}
	}
	return f
}

// code signs in and returns the code.
func (d *desk) code(v *visit, who *servertest.Person) string {
	d.t.Helper()
	answer := d.p.NewBrowser(d.t).SignIn(d.t, who, v.address()).Answer(d.t)
	if answer.Get("code") == "" {
		d.t.Fatalf("no code: %v", answer)
	}
	return answer.Get("code")
}

func (d *desk) token(f url.Values, headers ...string) servertest.Tokens {
	d.t.Helper()
	return d.p.Exchange(d.t, "/"+d.home.ID+"/oauth2/v2.0/token", f, headers...)
}

// refused checks one refusal of the token endpoint: word and number exactly.
func (d *desk) refused(name string, a servertest.Tokens, status int, word string, number int) {
	d.t.Helper()
	if a.Status != status || a.Error != word || !slices.Equal(a.Codes, []int{number}) || a.AccessToken+a.IDToken+a.RefreshToken != "" {
		d.t.Errorf("%s: %d %s %v %q; want %d %s %d", name, a.Status, a.Error, a.Codes, a.Description, status, word, number)
	}
}

// claimsOf reads a token without checking it.
func claimsOf(t *testing.T, token string) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("no token: %q", token)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestAPersonSignsInToEveryKindOfApp(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		for _, c := range []struct{ name, registered, used, origin string }{
			{"web", webRedirect, webRedirect, ""},
			{"page", spaRedirect, spaRedirect, "https://page.example"},
			{"native", nativeRedirect, "http://localhost:49152/back", ""},
		} {
			t.Run(c.name, func(t *testing.T) {
				v := d.visit(c.used).set("scope", "openid profile offline_access https://graph.microsoft.com/User.Read", "client_info", "1")
				page := d.p.NewBrowser(t).SignIn(t, d.bob, v.address())
				answer := page.Answer(t)
				if to := page.Header.Get("Location"); page.Status != http.StatusSeeOther || !strings.HasPrefix(to, c.used) {
					t.Fatalf("%d %q", page.Status, to)
				}
				if answer.Get("state") != "a state & more" || answer.Get("iss") != servertest.BaseURL+"/"+d.home.ID+"/v2.0" || answer.Get("client_info") == "" {
					t.Errorf("answer = %v", answer)
				}
				headers := []string{}
				if c.origin != "" {
					headers = []string{"Origin", c.origin}
				}
				f := d.form(v, answer.Get("code"))
				if c.registered != webRedirect {
					f.Del("client_secret")
				}
				a := d.token(f, headers...)
				if a.Status != http.StatusOK {
					t.Fatalf("redeem: %d %v", a.Status, a.All)
				}
				if a.All["scope"] != "openid profile offline_access https://graph.microsoft.com/User.Read" {
					t.Errorf("scope = %v", a.All["scope"])
				}
				id, at := claimsOf(t, a.IDToken), claimsOf(t, a.AccessToken)
				if id["nonce"] != "a nonce" || id["aud"] != d.web || id["preferred_username"] != d.bob.UPN || id["oid"] != string(d.bob.ID) || id["ver"] != "2.0" || id["sub"] != at["sub"] {
					t.Errorf("id token = %v", id)
				}
				proof := "0"
				if c.registered == webRedirect {
					proof = "1"
				}
				if at["aud"] != access.GraphURL || at["ver"] != "1.0" || at["scp"] != "User.Read openid profile" || at["appidacr"] != proof || at["upn"] != d.bob.UPN || at["idtyp"] != "user" {
					t.Errorf("access token = %v", at)
				}
				info := d.p.Must(t, a.AccessToken, http.MethodGet, "/oidc/userinfo", nil, http.StatusOK)
				if info.JSON["sub"] != id["sub"] || info.JSON["name"] != "Bob Example" {
					t.Errorf("userinfo = %s", info.Raw)
				}
				again := altered(f, "grant_type", "refresh_token", "refresh_token", a.RefreshToken, "code", "", "code_verifier", "", "redirect_uri", "")
				b := d.token(again, headers...)
				if b.Status != http.StatusOK || b.RefreshToken == "" || b.RefreshToken == a.RefreshToken || claimsOf(t, b.IDToken)["nonce"] != nil {
					t.Errorf("refresh: %d %v", b.Status, b.All)
				}
				if strings.Count(b.RefreshToken, ".") != 2 {
					t.Errorf("refresh token %q has no dot", b.RefreshToken)
				}
			})
		}
	})
}

func TestASignInAnswersInTheModeThatWasAskedFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	for _, c := range []struct {
		kind, mode string
		check      func(t *testing.T, p *servertest.Page)
	}{
		{"code", "", func(t *testing.T, p *servertest.Page) {
			if !strings.HasPrefix(p.Header.Get("Location"), webRedirect+"&code=") {
				t.Errorf("Location %q", p.Header.Get("Location"))
			}
		}},
		{"code", "fragment", inFragment},
		{"id_token", "", inFragment},
		{"code id_token", "", inFragment},
		{"id_token code", "form_post", inForm},
		{"code", "form_post", inForm},
	} {
		t.Run(c.kind+" "+c.mode, func(t *testing.T) {
			v := d.visit(webRedirect).set("response_type", c.kind, "response_mode", c.mode, "scope", "openid profile")
			page := d.p.NewBrowser(t).SignIn(t, d.ann, v.address())
			c.check(t, page)
			answer := page.Answer(t)
			if (answer.Get("code") != "") != strings.Contains(c.kind, "code") || (answer.Get("id_token") != "") != strings.Contains(c.kind, "id_token") {
				t.Fatalf("answer = %v", answer)
			}
			if answer.Get("id_token") == "" {
				return
			}
			id := claimsOf(t, answer.Get("id_token"))
			if id["nonce"] != "a nonce" || (id["c_hash"] != nil) != strings.Contains(c.kind, "code") {
				t.Errorf("id token = %v", id)
			}
			if code := answer.Get("code"); code != "" {
				sum := sha256.Sum256([]byte(code))
				if want := base64.RawURLEncoding.EncodeToString(sum[:16]); id["c_hash"] != want {
					t.Errorf("c_hash = %v, want %s", id["c_hash"], want)
				}
			}
		})
	}
}

func inFragment(t *testing.T, p *servertest.Page) {
	t.Helper()
	if !strings.HasPrefix(p.Header.Get("Location"), webRedirect+"#") {
		t.Errorf("Location %q", p.Header.Get("Location"))
	}
}

func inForm(t *testing.T, p *servertest.Page) {
	t.Helper()
	csp := p.Header.Get("Content-Security-Policy")
	if p.Status != http.StatusOK || !strings.Contains(csp, "form-action https://app.example") || !strings.Contains(csp, "script-src 'nonce-") || !strings.Contains(p.Body, "<button") {
		t.Errorf("%d %s %s", p.Status, csp, p.Body)
	}
}

func TestAPersonSignsInOnceForAllApps(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	b := d.p.NewBrowser(t)
	silent := func(pairs ...string) url.Values {
		return b.Open(t, d.visit(webRedirect).set("scope", "openid").set(pairs...).address()).Answer(t)
	}
	if got := silent("prompt", "none"); got.Get("error") != "login_required" || !strings.HasPrefix(got.Get("error_description"), "AADSTS50058: ") || got.Get("state") == "" || got.Get("iss") == "" {
		t.Errorf("without a session: %v", got)
	}
	b.SignIn(t, d.bob, d.visit(webRedirect).set("scope", "openid").address())
	for _, pairs := range [][]string{{}, {"prompt", "none"}, {"login_hint", d.bob.UPN}, {"max_age", "60"}} {
		if got := silent(pairs...); got.Get("code") == "" {
			t.Errorf("%v: %v", pairs, got)
		}
	}
	if got := silent("prompt", "none", "scope", "openid Group.Read.All"); got.Get("error") != "consent_required" || !strings.Contains(got.Get("error_description"), "AADSTS65001") {
		t.Errorf("without consent: %v", got)
	}
	if got := silent("prompt", "none", "claims", `{"id_token":{"amr":{"values":["mfa"]}}}`); got.Get("error") != "interaction_required" || !strings.Contains(got.Get("error_description"), "AADSTS50076") {
		t.Errorf("without a second factor: %v", got)
	}
	if got := silent("prompt", "none", "login_hint", d.ann.UPN); got.Get("error") != "login_required" {
		t.Errorf("somebody else: %v", got)
	}
	d.clock.advance(2 * time.Minute)
	if got := silent("prompt", "none", "max_age", "60"); got.Get("error") != "login_required" {
		t.Errorf("older than max_age: %v", got)
	}
	for _, pairs := range [][]string{{"prompt", "login"}, {"prompt", "select_account"}, {"max_age", "0"}, {"prompt", "consent"}} {
		page := b.Open(t, d.visit(webRedirect).set("scope", "openid").set(pairs...).address())
		if page.Answer(t) != nil {
			t.Errorf("%v: answered without asking: %v", pairs, page.Answer(t))
		}
	}
	again := b.SignIn(t, d.bob, d.visit(webRedirect).set("scope", "openid", "response_type", "id_token", "prompt", "login", "max_age", "1").address()).Answer(t)
	if got := claimsOf(t, again.Get("id_token"))["auth_time"]; got != float64(d.clock.read().Unix()) {
		t.Errorf("auth_time = %v, want now", got)
	}
}

func TestADeviceCodeIsApprovedOnAnotherDevice(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		for _, c := range []struct{ name, tenant, client, resource, param, grant string }{
			{"version 2", d.home.ID, d.public, "", "device_code", "urn:ietf:params:oauth:grant-type:device_code"},
			{"version 2 as client libraries call it", d.home.ID, d.public, "", "device_code", "device_code"},
			{"version 1 for joining on common", "common", signin.AppBroker, signin.JoinResource, "code", "device_code"},
		} {
			t.Run(c.name, func(t *testing.T) {
				ask, path := url.Values{"client_id": {c.client}, "scope": {"openid offline_access User.Read"}}, "/"+c.tenant+"/oauth2/v2.0/"
				if c.resource != "" {
					ask, path = url.Values{"client_id": {c.client}, "resource": {c.resource}}, "/"+c.tenant+"/oauth2/"
				}
				begun := d.p.Exchange(t, path+"devicecode", ask)
				device, _ := begun.All["device_code"].(string)
				user, _ := begun.All["user_code"].(string)
				address, _ := begun.All["verification_uri"].(string)
				if begun.Status != http.StatusOK || device == "" || len(user) != 9 || address != servertest.BaseURL+"/"+c.tenant+"/oauth2/deviceauth" {
					t.Fatalf("devicecode: %v", begun.All)
				}
				if v1 := begun.All["verification_url"] != nil && begun.All["interval"] == "5"; v1 != (c.resource != "") {
					t.Errorf("devicecode: %v", begun.All)
				}
				poll := url.Values{"grant_type": {c.grant}, "client_id": {c.client}, c.param: {device}}
				d.refused("waiting", d.p.Exchange(t, path+"token", poll), 400, "authorization_pending", 70016)
				d.refused("too soon", d.p.Exchange(t, path+"token", poll), 400, "slow_down", 70016)
				d.refused("another client", d.p.Exchange(t, path+"token", altered(poll, "client_id", signin.AppGraphCommandLine)), 400, "bad_verification_code", 70018)
				b := d.p.NewBrowser(t)
				page := b.Open(t, address)
				page = b.GoOn(t, d.ann, b.Send(t, page, url.Values{"otc": {strings.ToLower(user[:4]) + "-" + user[4:]}}))
				if !strings.HasSuffix(page.Address.Path, "/oauth2/deviceauth/approved") {
					t.Fatalf("%s: %s", page.Address, page.Body)
				}
				if c.tenant == "common" {
					d.refused("another tenant", d.p.Exchange(t, "/"+d.other.ID+"/oauth2/token", poll), 400, "bad_verification_code", 70018)
				}
				a := d.p.Exchange(t, path+"token", poll)
				if a.Status != http.StatusOK || a.RefreshToken == "" {
					t.Fatalf("token: %v", a.All)
				}
				at := claimsOf(t, a.AccessToken)
				if at["oid"] != string(d.ann.ID) || at["appid"] != c.client || at["tid"] != d.home.ID {
					t.Errorf("access token = %v", at)
				}
				if c.resource != "" && (at["aud"] != c.resource || a.All["expires_in"] != "3599" || a.All["resource"] != c.resource || at["scp"] != "adrs_access openid profile") {
					t.Errorf("version 1: %v %v", a.All, at)
				}
				d.refused("used", d.p.Exchange(t, path+"token", poll), 400, "expired_token", 70020)
			})
		}
	})
}
