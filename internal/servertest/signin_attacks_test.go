package servertest_test

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/servertest"
	"taxiway/internal/signin"
)

// unchanged runs an attack after which no row of a sign-in may be more or fewer.
func (d *desk) unchanged(name string, attack func()) {
	d.t.Helper()
	before := d.w.SignInRows(d.t)
	attack()
	if diff := cmp.Diff(before, d.w.SignInRows(d.t)); diff != "" {
		d.t.Errorf("%s left rows (-before +after):\n%s", name, diff)
	}
}

func TestEveryAttackOnAuthorizeIsRefusedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		b := d.p.NewBrowser(t)
		b.SignIn(t, d.bob, d.visit(webRedirect).set("scope", "openid").address()) // a session is no help to them
		nowhere := func(v *visit, tail, number string) func(t *testing.T) {
			return func(t *testing.T) {
				p := b.Open(t, v.address()+tail)
				if p.Status != http.StatusBadRequest || p.Header.Get("Location") != "" || !strings.Contains(p.Body, "AADSTS"+number+"<") || strings.Contains(p.Body, "evil") {
					t.Errorf("%d %v %s", p.Status, p.Header, p.Body)
				}
			}
		}
		told := func(v *visit, tail, word, number string) func(t *testing.T) {
			return func(t *testing.T) {
				p := b.Open(t, v.address()+tail)
				a := p.Answer(t)
				if !strings.HasPrefix(p.Header.Get("Location"), v.query.Get("redirect_uri")) || a.Get("error") != word || !strings.HasPrefix(a.Get("error_description"), "AADSTS"+number+": ") ||
					a.Get("state") != v.query.Get("state") || a.Get("iss") == "" || a.Get("code")+a.Get("id_token") != "" {
					t.Errorf("%q: %v", p.Header.Get("Location"), a)
				}
			}
		}
		v := func(pairs ...string) *visit { return d.visit(webRedirect).set("scope", "openid").set(pairs...) }
		native := func(pairs ...string) *visit {
			return d.visit("http://localhost:5000/back").set("scope", "openid").set(pairs...)
		}
		cases := map[string]func(t *testing.T){
			"unknown app":                       nowhere(v("client_id", "cccccccc-0000-4000-8000-00000000000f"), "", "700016"),
			"app of another tenant":             nowhere(&visit{tenant: d.other.ID, query: v().query}, "", "700016"),
			"app of a tenant on common":         nowhere(&visit{tenant: "common", query: v().query}, "", "700016"),
			"redirect elsewhere":                nowhere(v("redirect_uri", "https://evil.example/"), "", "50011"),
			"redirect with one more character":  nowhere(v("redirect_uri", webRedirect+"x"), "", "50011"),
			"redirect in another case":          nowhere(v("redirect_uri", strings.Replace(webRedirect, "app", "APP", 1)), "", "50011"),
			"redirect with a port":              nowhere(v("redirect_uri", strings.Replace(webRedirect, "app.example", "app.example:444", 1)), "", "50011"),
			"redirect with another path":        nowhere(native("redirect_uri", "http://localhost:5000/evil"), "", "50011"),
			"redirect to a host like localhost": nowhere(native("redirect_uri", "http://localhost.evil.example:5000/back"), "", "50011"),
			"redirect with a user":              nowhere(native("redirect_uri", "http://localhost:5000@evil.example/back"), "", "50011"),
			"redirect left out":                 nowhere(v("redirect_uri", ""), "", "900144"),
			"redirect twice":                    nowhere(v(), "&redirect_uri=https://evil.example/", "90100"),
			"client twice":                      nowhere(v(), "&client_id="+d.public, "90100"),
			"Windows' own app elsewhere":        nowhere(v("client_id", signin.AppBroker), "", "50011"),
			"Windows' own app without a page":   nowhere(v("client_id", signin.AppWindowsSignIn, "redirect_uri", "ms-aadj-redir://auth/drs"), "", "50011"),
			"state twice":                       told(v("state", ""), "&state=a&state=b", "invalid_request", "90100"),
			"scope twice":                       told(v(), "&scope=openid", "invalid_request", "90100"),
			"plain challenge":                   told(v("code_challenge_method", "plain"), "", "invalid_request", "9002313"),
			"challenge without its method":      told(v("code_challenge_method", ""), "", "invalid_request", "9002313"),
			"method without a challenge":        told(v("code_challenge", ""), "", "invalid_request", "900144"),
			"short challenge":                   told(v("code_challenge", "abc"), "", "invalid_request", "501491"),
			"native app without a challenge":    told(native("code_challenge", "", "code_challenge_method", ""), "", "invalid_request", "9002325"),
			"page without a challenge":          told(d.visit(spaRedirect).set("code_challenge", "", "code_challenge_method", ""), "", "invalid_request", "9002325"),
			"id token without a nonce":          told(v("response_type", "id_token", "nonce", ""), "", "invalid_request", "900144"),
			"hybrid without a nonce":            told(v("response_type", "code id_token", "nonce", ""), "", "invalid_request", "900144"),
			"token":                             told(v("response_type", "token"), "", "unsupported_response_type", "700051"),
			"none":                              told(v("response_type", "none"), "", "unsupported_response_type", "700051"),
			"code and token":                    told(v("response_type", "code token"), "", "unsupported_response_type", "700051"),
			"no response type":                  told(v("response_type", ""), "", "invalid_request", "900144"),
			"id token in the query":             told(v("response_type", "id_token", "response_mode", "query"), "", "invalid_request", "70007"),
			"unknown mode":                      told(v("response_mode", "web_message"), "", "invalid_request", "70007"),
			"request object":                    told(v("request", "e30.e30."), "", "request_not_supported", "90100"),
			"request object by address":         told(v("request_uri", "https://evil.example/r"), "", "request_uri_not_supported", "90100"),
			"unknown prompt":                    told(v("prompt", "none login"), "", "invalid_request", "90023"),
			"max_age of letters":                told(v("max_age", "x"), "", "invalid_request", "90023"),
			"no scope":                          told(v("scope", ""), "", "invalid_request", "900144"),
			"unknown scope":                     told(v("scope", "User.Reed"), "", "invalid_scope", "70011"),
			"two resources":                     told(v("scope", "User.Read "+signin.JoinResource+"/adrs_access"), "", "invalid_scope", "28000"),
			"a resource of others":              told(v("scope", "https://management.azure.com/.default"), "", "invalid_resource", "500011"),
		}
		for name, attack := range cases {
			t.Run(name, func(t *testing.T) { d.unchanged(name, func() { attack(t) }) })
		}
	})
}

func TestEveryAttackOnACodeIsRefusedAndLeavesTheCodeGood(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		web := d.visit(webRedirect)
		code := d.code(web, d.bob)
		good := d.form(web, code)
		page := d.visit(spaRedirect)
		pageCode := d.form(page, d.code(page, d.bob))
		native := d.visit("http://localhost:5000/back")
		nativeCode := d.form(native, d.code(native, d.bob))
		bare := d.visit(webRedirect).set("code_challenge", "", "code_challenge_method", "")
		bareCode := d.form(bare, d.code(bare, d.bob), "code_verifier", "")
		otherApp, otherSecret := d.s.NewClient(t, d.home, directory.NewApp{DisplayName: "Neighbour", Redirects: []directory.Redirect{{URI: webRedirect, Platform: directory.PlatformWeb}}})
		here := "/" + d.home.ID + "/oauth2/v2.0/token"
		for _, c := range []struct {
			name, path string
			form       url.Values
			headers    []string
			status     int
			word       string
			number     int
		}{
			{"no verifier, though the app has a secret", here, altered(good, "code_verifier", ""), nil, 400, "invalid_grant", 501481},
			{"wrong verifier", here, altered(good, "code_verifier", servertest.RandomText()), nil, 400, "invalid_grant", 501481},
			{"the challenge as its verifier", here, altered(good, "code_verifier", web.query.Get("code_challenge")), nil, 400, "invalid_grant", 501481},
			{"short verifier", here, altered(good, "code_verifier", "x"), nil, 400, "invalid_grant", 501481},
			{"a verifier nobody announced", here, altered(bareCode, "code_verifier", servertest.RandomText()), nil, 400, "invalid_grant", 501481},
			{"no verifier, public", here, altered(nativeCode, "code_verifier", ""), nil, 400, "invalid_grant", 501481},
			{"no secret", here, altered(good, "client_secret", ""), nil, 401, "invalid_client", 7000218},
			{"wrong secret", here, altered(good, "client_secret", "wrong"), nil, 401, "invalid_client", 7000215},
			{"another redirect of the app", here, altered(good, "redirect_uri", spaRedirect), nil, 400, "invalid_grant", 500112},
			{"another port", here, altered(nativeCode, "redirect_uri", "http://localhost:5001/back"), nil, 400, "invalid_grant", 500112},
			{"no redirect", here, altered(good, "redirect_uri", ""), nil, 400, "invalid_request", 900144},
			{"another app", here, altered(good, "client_id", otherApp, "client_secret", otherSecret), nil, 400, "invalid_grant", 70000},
			{"an app that every tenant has", here, altered(good, "client_id", signin.AppBroker, "client_secret", ""), nil, 400, "invalid_grant", 70000},
			{"another tenant", "/" + d.other.ID + "/oauth2/v2.0/token", good, nil, 400, "unauthorized_client", 700016},
			{"a code that was never issued", here, altered(good, "code", "1."+d.home.ID+"."+servertest.RandomText()), nil, 400, "invalid_grant", 70008},
			{"no code at all", here, altered(good, "code", "x"), nil, 400, "invalid_grant", 70008},
			{"from a script, though the app is none", here, altered(nativeCode, "client_id", d.web), []string{"Origin", "https://evil.example"}, 400, "invalid_request", 9002326},
			{"a page's code from a program", here, altered(pageCode, "client_secret", ""), nil, 400, "invalid_request", 9002327},
			{"secret and assertion", here, altered(good, "client_assertion", "x.y.z", "client_assertion_type", assertionType), nil, 400, "invalid_request", 90100},
			{"secret twice", here, url.Values{"grant_type": good["grant_type"], "client_id": good["client_id"], "client_secret": {d.secret, d.secret}, "code": {code}}, nil, 400, "invalid_request", 90100},
			{"secret in body and header", here, good, []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(d.web+":"+d.secret))}, 400, "invalid_request", 90100},
			{"secret in the address", here + "?client_secret=x", altered(good, "client_secret", ""), nil, 400, "invalid_request", 90100},
			{"code in the address", here + "?code=" + code, altered(good, "code", ""), nil, 400, "invalid_request", 90100},
		} {
			t.Run(c.name, func(t *testing.T) {
				d.unchanged(c.name, func() { d.refused(c.name, d.p.Exchange(t, c.path, c.form, c.headers...), c.status, c.word, c.number) })
			})
		}
		for name, f := range map[string]url.Values{"web": good, "native": nativeCode, "bare": bareCode} {
			if a := d.token(f); a.Status != http.StatusOK {
				t.Errorf("%s: the right request was refused afterwards: %v", name, a.All)
			}
		}
		if a := d.token(pageCode, "Origin", "https://page.example"); a.Status != http.StatusOK || a.All["refresh_token_expires_in"] != 86400.0 {
			t.Errorf("page: %v", a.All)
		}
	})
}

func TestACodeThatComesTwiceEndsEverythingThatCameOfIt(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		v := d.visit(webRedirect)
		f := d.form(v, d.code(v, d.bob))
		first := d.token(f)
		if first.Status != http.StatusOK {
			t.Fatalf("redeem: %v", first.All)
		}
		d.unchanged("second use", func() { d.refused("second use", d.token(f), 400, "invalid_grant", 54005) })
		refresh := url.Values{"grant_type": {"refresh_token"}, "client_id": {d.web}, "client_secret": {d.secret}, "refresh_token": {first.RefreshToken}}
		d.unchanged("its refresh token", func() { d.refused("its refresh token", d.token(refresh), 400, "invalid_grant", 70000) })

		late := d.form(v, d.code(v, d.bob))
		d.clock.advance(5*time.Minute + time.Second)
		d.refused("after five minutes", d.token(late), 400, "invalid_grant", 70008)
	})
}

func TestEveryAttackOnARefreshTokenIsRefused(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		v := d.visit(webRedirect)
		a := d.token(d.form(v, d.code(v, d.bob)))
		good := url.Values{"grant_type": {"refresh_token"}, "client_id": {d.web}, "client_secret": {d.secret}, "refresh_token": {a.RefreshToken}}
		otherApp, otherSecret := d.s.NewClient(t, d.home, directory.NewApp{DisplayName: "Neighbour"})
		elsewhere, elsewhereSecret := d.s.NewClient(t, d.other, directory.NewApp{DisplayName: "Elsewhere"})
		here := "/" + d.home.ID + "/oauth2/v2.0/token"
		for _, c := range []struct {
			name, path string
			form       url.Values
			status     int
			word       string
			number     int
		}{
			{"no secret", here, altered(good, "client_secret", ""), 401, "invalid_client", 7000218},
			{"wrong secret", here, altered(good, "client_secret", "wrong"), 401, "invalid_client", 7000215},
			{"another app", here, altered(good, "client_id", otherApp, "client_secret", otherSecret), 400, "invalid_grant", 70000},
			{"another app on common", "/common/oauth2/v2.0/token", altered(good, "client_id", signin.AppBroker, "client_secret", ""), 400, "invalid_grant", 70000},
			{"another tenant", "/" + d.other.ID + "/oauth2/v2.0/token", altered(good, "client_id", elsewhere, "client_secret", elsewhereSecret), 400, "invalid_grant", 70000},
			{"more than was agreed to", here, altered(good, "scope", "Group.ReadWrite.All"), 400, "invalid_grant", 65001},
			{"more of another resource", "/" + d.home.ID + "/oauth2/token", altered(good, "resource", signin.JoinResource), 400, "invalid_grant", 65001},
			{"an access token instead", here, altered(good, "refresh_token", a.AccessToken), 400, "invalid_grant", 70000},
			{"a code instead", here, altered(good, "refresh_token", "1."+d.home.ID+"."+servertest.RandomText()), 400, "invalid_grant", 70000},
		} {
			t.Run(c.name, func(t *testing.T) {
				d.unchanged(c.name, func() { d.refused(c.name, d.p.Exchange(t, c.path, c.form), c.status, c.word, c.number) })
			})
		}
		next := d.token(good)
		if next.Status != http.StatusOK {
			t.Fatalf("the right request was refused afterwards: %v", next.All)
		}
		if again := d.token(good); again.Status != http.StatusOK {
			t.Errorf("within the grace: %v", again.All)
		}
		d.clock.advance(31 * time.Second)
		d.unchanged("after the grace", func() { d.refused("after the grace", d.token(good), 400, "invalid_grant", 70000) })
		d.unchanged("the newest of its family", func() {
			d.refused("the newest of its family", d.token(altered(good, "refresh_token", next.RefreshToken)), 400, "invalid_grant", 70000)
		})
	})
}

func TestNobodyIsIssuedAnythingWhoIsDisabledOrSignedOut(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		v := d.visit(webRedirect)
		refresh := func(a servertest.Tokens) url.Values {
			return url.Values{"grant_type": {"refresh_token"}, "client_id": {d.web}, "client_secret": {d.secret}, "refresh_token": {a.RefreshToken}}
		}
		a, code := d.token(d.form(v, d.code(v, d.bob))), d.form(v, d.code(v, d.bob))
		d.p.Must(t, d.home.Token, http.MethodPatch, "/v1.0/users/"+string(d.bob.ID), map[string]any{"accountEnabled": false}, http.StatusNoContent)
		d.refused("disabled, code", d.token(code), 400, "invalid_grant", 50057)
		if got := d.token(refresh(a)); got.Status != 400 || got.Error != "invalid_grant" {
			t.Errorf("disabled, refresh: %v", got.All)
		}
		d.p.Must(t, d.home.Token, http.MethodPatch, "/v1.0/users/"+string(d.bob.ID), map[string]any{"accountEnabled": true}, http.StatusNoContent)

		a = d.token(d.form(v, d.code(v, d.bob)))
		d.clock.advance(time.Second)
		if err := d.s.People.EndUserSessions(t.Context(), directory.TenantID(d.home.ID), d.bob.ID); err != nil {
			t.Fatal(err)
		}
		d.refused("signed out everywhere", d.token(refresh(a)), 400, "invalid_grant", 70000)

		d.clock.advance(time.Second)
		begun := d.p.Exchange(t, "/"+d.home.ID+"/oauth2/v2.0/devicecode", url.Values{"client_id": {d.public}, "scope": {"openid"}})
		user, _ := begun.All["user_code"].(string)
		device, _ := begun.All["device_code"].(string)
		b := d.p.NewBrowser(t)
		b.GoOn(t, d.bob, b.Send(t, b.Open(t, servertest.BaseURL+"/"+d.home.ID+"/oauth2/deviceauth"), url.Values{"otc": {user}}))
		d.clock.advance(time.Second)
		if err := d.s.People.EndUserSessions(t.Context(), directory.TenantID(d.home.ID), d.bob.ID); err != nil {
			t.Fatal(err)
		}
		poll := url.Values{"grant_type": {"device_code"}, "client_id": {d.public}, "device_code": {device}}
		d.refused("signed out everywhere after the code was approved", d.token(poll), 400, "invalid_grant", 50173)

		d.clock.advance(time.Second)
		a = d.token(d.form(v, d.code(v, d.bob)))
		if err := d.s.Apps.SetEnabled(t.Context(), directory.TenantID(d.home.ID), d.web, false); err != nil {
			t.Fatal(err)
		}
		d.refused("disabled app", d.token(refresh(a)), 400, "unauthorized_client", 7000112)
	})
}

func TestPasswordsWithoutAPageAreForLabsAlone(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		ask := func(who *servertest.Person, pairs ...string) url.Values {
			return altered(url.Values{"grant_type": {"password"}, "client_id": {signin.AppBroker}, "resource": {signin.JoinResource}, "username": {who.UPN}, "password": {who.Password}}, pairs...)
		}
		for _, tenant := range []string{d.lab.ID, "common", d.lab.Domain} {
			a := d.p.Exchange(t, "/"+tenant+"/oauth2/token", ask(d.lena))
			if a.Status != http.StatusOK {
				t.Fatalf("in the lab: %v", a.All)
			}
			if c := claimsOf(t, a.AccessToken); c["aud"] != signin.JoinResource || c["oid"] != string(d.lena.ID) || c["tid"] != d.lab.ID {
				t.Errorf("access token = %v", c)
			}
		}
		for _, c := range []struct {
			name, tenant string
			form         url.Values
			status       int
			word         string
			number       int
		}{
			{"right, outside a lab", d.home.ID, ask(d.bob), 400, "invalid_grant", 50126},
			{"right, outside a lab, on common", "common", ask(d.bob), 400, "invalid_grant", 50126},
			{"wrong password", d.lab.ID, ask(d.lena, "password", "wrong"), 400, "invalid_grant", 50126},
			{"nobody", d.lab.ID, ask(d.lena, "username", "nobody@"+d.lab.Domain), 400, "invalid_grant", 50126},
			{"somebody of another tenant", d.lab.ID, ask(d.bob), 400, "invalid_grant", 50126},
			{"unknown domain", "common", ask(d.lena, "username", "lena@nowhere.example"), 400, "invalid_grant", 50126},
			{"no password", d.lab.ID, ask(d.lena, "password", ""), 400, "invalid_request", 900144},
			{"an app without this grant", d.lab.ID, ask(d.lena, "client_id", signin.AppAzureCLI), 400, "unauthorized_client", 70001},
			{"what nobody agreed to", d.lab.ID, ask(d.lena, "resource", access.GraphURL), 400, "invalid_grant", 65001},
			{"a second factor is wanted", d.lab.ID, ask(d.lena, "amr_values", "ngcmfa"), 400, "interaction_required", 50076},
		} {
			d.unchanged(c.name, func() {
				d.refused(c.name, d.p.Exchange(t, "/"+c.tenant+"/oauth2/token", c.form), c.status, c.word, c.number)
			})
		}
		d.p.AddFactor(t, d.lab.ID, string(d.lena.ID))
		d.unchanged("a second factor", func() {
			d.refused("a second factor", d.p.Exchange(t, "/"+d.lab.ID+"/oauth2/token", ask(d.lena)), 400, "interaction_required", 50076)
		})
	})
}

func TestAppsThatEveryTenantHasDoNothingElse(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	here := "/" + d.home.ID + "/oauth2/v2.0/"
	for _, a := range signin.FirstPartyApps() {
		for _, grant := range []string{signin.GrantClientCredentials, signin.GrantPassword, signin.GrantDeviceCode} {
			client := signin.ClientApp{Grants: a.Grants}
			if client.May(grant) {
				continue
			}
			f, path, word, number, status := url.Values{"grant_type": {grant}, "client_id": {a.ID}, "scope": {access.GraphURL + "/.default"}}, here+"token", "unauthorized_client", 70001, 400
			switch grant {
			case signin.GrantClientCredentials:
				f.Set("client_secret", "guessed")
				word, number, status = "invalid_client", 700025, 401
			case signin.GrantPassword:
				f.Set("username", d.lena.UPN)
				f.Set("password", d.lena.Password)
				path = "/" + d.lab.ID + "/oauth2/v2.0/token"
			case signin.GrantDeviceCode:
				path = here + "devicecode"
			}
			d.unchanged(a.Name+" "+grant, func() { d.refused(a.Name+" "+grant, d.p.Exchange(t, path, f), status, word, number) })
		}
		for _, redirect := range []string{webRedirect, "https://evil.example/", "urn:ietf:wg:oauth:2.0:oob", "ms-aadj-redir://auth/other"} {
			v := d.visit(redirect).set("client_id", a.ID)
			d.unchanged(a.Name+" "+redirect, func() {
				if p := d.p.NewBrowser(t).Open(t, v.address()); p.Status != http.StatusBadRequest || p.Header.Get("Location") != "" || !strings.Contains(p.Body, "AADSTS50011") {
					t.Errorf("%s to %s: %d %v", a.Name, redirect, p.Status, p.Header)
				}
			})
		}
	}
}
