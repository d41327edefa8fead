package servertest_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/directory"
	"taxiway/internal/servertest"
)

func TestTokensOfOthersAreNotTaken(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	v := d.visit(webRedirect)
	a := d.token(d.form(v, d.code(v, d.bob)))
	claims := claimsOf(t, a.AccessToken)
	bad := map[string]string{
		"an id token": a.IDToken, "a refresh token": a.RefreshToken, "nothing": "", "none": "eyJhbGciOiJub25lIn0." + strings.Split(a.AccessToken, ".")[1] + ".",
		"another key":              newSigner(t, d.clock.read()).sign(t, map[string]any{"alg": "RS256", "typ": "JWT"}, claims),
		"another audience":         d.w.Sign(t, change(claims, "aud", d.web)),
		"another tenant":           d.w.Sign(t, change(claims, "tid", d.other.ID)),
		"another issuer":           d.w.Sign(t, change(claims, "iss", "https://evil.example/"+d.home.ID+"/")),
		"wholly of another tenant": d.w.Sign(t, change(claims, "tid", d.other.ID, "iss", servertest.BaseURL+"/"+d.other.ID+"/")),
		"expired":                  d.w.Sign(t, change(claims, "exp", d.clock.read().Unix()-301)),
		"not yet":                  d.w.Sign(t, change(claims, "nbf", d.clock.read().Unix()+301)),
		"an app's":                 d.home.Token,
	}
	for name, token := range bad {
		answer, err := d.p.Graph(t.Context(), token, http.MethodGet, "/oidc/userinfo", nil)
		want := http.StatusUnauthorized
		if name == "an app's" {
			want = http.StatusForbidden
		}
		if err != nil || answer.Status != want || answer.JSON["sub"] != nil || answer.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("userinfo with %s: %d %s %v", name, answer.Status, answer.Raw, err)
		}
	}
	introspect := func(token string, pairs ...string) servertest.Tokens {
		return d.p.Exchange(t, "/"+d.home.ID+"/oauth2/v2.0/introspect", altered(url.Values{"client_id": {d.web}, "client_secret": {d.secret}, "token": {token}}, pairs...))
	}
	for name, token := range map[string]string{"access": a.AccessToken, "refresh": a.RefreshToken} {
		if got := introspect(token); got.All["active"] != true || got.All["client_id"] != d.web || got.All["username"] != d.bob.UPN {
			t.Errorf("introspect %s: %v", name, got.All)
		}
		if got := introspect(token, "client_id", d.home.App.AppID, "client_secret", d.home.App.Secret); !cmp.Equal(got.All, map[string]any{"active": false}) {
			t.Errorf("another app introspects %s: %v", name, got.All)
		}
	}
	for _, name := range []string{"another key", "another tenant", "wholly of another tenant", "another issuer", "expired", "not yet", "none", "an id token"} {
		if got := introspect(bad[name]); !cmp.Equal(got.All, map[string]any{"active": false}) {
			t.Errorf("introspect %s: %v", name, got.All)
		}
	}
	d.refused("introspect without a secret", introspect(a.AccessToken, "client_secret", ""), 401, "invalid_client", 7000218)

	revoke := func(pairs ...string) servertest.Tokens {
		return d.p.Exchange(t, "/"+d.home.ID+"/oauth2/v2.0/revoke", altered(url.Values{"client_id": {d.web}, "client_secret": {d.secret}, "token": {a.RefreshToken}}, pairs...))
	}
	if got := revoke("client_id", d.home.App.AppID, "client_secret", d.home.App.Secret); got.Status != http.StatusOK || introspect(a.RefreshToken).All["active"] != true {
		t.Errorf("another app revokes: %d, %v", got.Status, introspect(a.RefreshToken).All)
	}
	d.refused("revoke without a secret", revoke("client_secret", ""), 401, "invalid_client", 7000218)
	if got := revoke(); got.Status != http.StatusOK || introspect(a.RefreshToken).All["active"] != false {
		t.Errorf("revoke: %d, %v", got.Status, introspect(a.RefreshToken).All)
	}
}

func TestALogoutGoesOnlyWhereAVerifiedHintSays(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	signIn := func() (*servertest.Browser, string) {
		b := d.p.NewBrowser(t)
		v := d.visit(webRedirect).set("response_type", "id_token", "scope", "openid profile")
		return b, b.SignIn(t, d.bob, v.address()).Answer(t).Get("id_token")
	}
	logout := func(hint, to string) string {
		return servertest.BaseURL + "/" + d.home.ID + "/oauth2/v2.0/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {to}, "state": {"s"}}.Encode()
	}
	b, hint := signIn()
	claims := claimsOf(t, hint)
	v := d.visit(webRedirect).set("scope", "openid "+d.web+"/user_impersonation")
	own := d.token(d.form(v, d.code(v, d.bob))).AccessToken
	for name, bad := range map[string]string{
		"no hint": "", "no token": "x", "another key": newSigner(t, d.clock.read()).sign(t, map[string]any{"alg": "RS256"}, claims),
		"another tenant": d.w.Sign(t, change(claims, "tid", d.other.ID, "iss", servertest.BaseURL+"/"+d.other.ID+"/v2.0")),
		"another issuer": d.w.Sign(t, change(claims, "iss", "https://evil.example/v2.0")), "somebody else": d.w.Sign(t, change(claims, "oid", string(d.ann.ID))),
		"an app's access token": d.home.Token, "an access token for the app": own,
	} {
		p := b.Open(t, logout(bad, webRedirect))
		if p.Status != http.StatusOK || p.Header.Get("Location") != "" || p.Title() != "Sign out?" || b.Session() == "" {
			t.Errorf("%s: %d %v %q", name, p.Status, p.Header, p.Title())
		}
	}
	p := b.Open(t, logout(hint, "https://evil.example/"))
	if p.Status != http.StatusOK || !strings.HasSuffix(p.Address.Path, "/signin/signedout") || b.Session() != "" {
		t.Errorf("to an address that is not registered: %d %s", p.Status, p.Address)
	}
	b, hint = signIn()
	d.clock.advance(2 * time.Hour)
	if p := b.Open(t, logout(hint, webRedirect)); p.Header.Get("Location") != webRedirect+"&state=s" || b.Session() != "" {
		t.Errorf("with a hint: %d %v", p.Status, p.Header)
	}
	b, _ = signIn()
	p = b.Open(t, logout("", ""))
	if p = b.Send(t, p, url.Values{}); b.Session() != "" || !strings.HasSuffix(p.Address.Path, "/signin/signedout") {
		t.Errorf("after asking: %s, session %q", p.Address, b.Session())
	}
}

func TestARealmTellsNothingAboutWhoExists(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	read := func(path string) string {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, servertest.BaseURL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := d.p.HTTP.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close() //nolint:errcheck // only read
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(bytes.TrimSpace(body))
	}
	known := read("/common/UserRealm/" + url.PathEscape(d.bob.UPN) + "?api-version=1.0")
	if !strings.Contains(known, `"account_type":"Managed"`) || !strings.Contains(known, `"domain_name":"home.example"`) {
		t.Errorf("realm = %s", known)
	}
	if unknown := read("/" + d.home.ID + "/userrealm/nobody@home.example"); unknown != known {
		t.Errorf("somebody who does not exist: %s, want %s", unknown, known)
	}
	if foreign := read("/common/userrealm/bob@nowhere.example"); foreign != `{"ver":"1.0","account_type":"Unknown"}` {
		t.Errorf("unknown domain: %s", foreign)
	}
}

func TestAnAppOfTheTenantIsAResourceWithTokensOfVersion2(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	api := d.home.App.AppID
	for _, scope := range []string{api + "/user_impersonation", "api://" + api + "/user_impersonation", api + "/.default"} {
		v := d.visit(webRedirect).set("scope", "openid "+scope)
		a := d.token(d.form(v, d.code(v, d.bob)))
		if a.Status != http.StatusOK || a.All["scope"] != "openid "+scope {
			t.Fatalf("%s: %v", scope, a.All)
		}
		c := claimsOf(t, a.AccessToken)
		if c["aud"] != api || c["iss"] != servertest.BaseURL+"/"+d.home.ID+"/v2.0" || c["ver"] != "2.0" || c["azp"] != d.web || c["azpacr"] != "1" ||
			c["preferred_username"] != d.bob.UPN || c["scp"] != "openid user_impersonation" || c["appid"] != nil || c["upn"] != nil {
			t.Errorf("%s: %v", scope, c)
		}
		if got, err := d.p.Graph(t.Context(), a.AccessToken, http.MethodGet, "/v1.0/me", nil); err != nil || got.Status != http.StatusUnauthorized {
			t.Errorf("%s at Graph: %d %v", scope, got.Status, err)
		}
	}
	// Two apps cannot find out by sub that they have the same person before them.
	subs := map[any]bool{}
	neighbour, secret := d.s.NewClient(t, d.home, directory.NewApp{DisplayName: "Neighbour", Redirects: []directory.Redirect{{URI: webRedirect, Platform: directory.PlatformWeb}}})
	for app, secret := range map[string]string{d.web: d.secret, neighbour: secret} {
		for range 2 {
			v := d.visit(webRedirect).set("client_id", app, "scope", "openid")
			subs[claimsOf(t, d.token(d.form(v, d.code(v, d.bob), "client_secret", secret)).IDToken)["sub"]] = true
		}
	}
	if len(subs) != 2 || subs[nil] || subs[string(d.bob.ID)] {
		t.Errorf("subs = %v, want one for each app", subs)
	}
}
