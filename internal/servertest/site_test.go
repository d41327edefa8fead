package servertest_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/directory"
	"taxiway/internal/graph"
	"taxiway/internal/servertest"
	"taxiway/internal/signin"
	"taxiway/internal/site"
)

const (
	csrfHeader = "X-Taxiway-Csrf"
	siteCookie = "__Host-taxiway-site"
)

// enter signs a person in to the admin site and gives what its pages know.
func enter(t *testing.T, b *servertest.Browser, who *servertest.Person) (csrf string) {
	t.Helper()
	page := b.SignIn(t, who, servertest.BaseURL+"/ui/signin?return=%2Fadmin%2Fdevices%3Fq%3Dx")
	if got := page.Address.RequestURI(); got != "/admin/devices?q=x" {
		t.Fatalf("the sign-in leads to %s (%d): %s", got, page.Status, page.Body)
	}
	a := b.Script(t, http.MethodGet, "/ui/session", nil)
	user, _ := a.JSON["user"].(map[string]any)
	if csrf, _ = a.JSON["csrf"].(string); a.Status != http.StatusOK || csrf == "" || user["userPrincipalName"] != who.UPN {
		t.Fatalf("who is signed in: %d %s", a.Status, a.Raw)
	}
	return csrf
}

func wants(t *testing.T, what string, a servertest.Answer, status int, code string) {
	t.Helper()
	e, _ := a.JSON["error"].(map[string]any)
	if got, _ := e["code"].(string); a.Status != status || got != code {
		t.Errorf("%s: %d %q, want %d %q: %s", what, a.Status, got, status, code, a.Raw)
	}
}

func TestTheAdminSiteActsAsThePersonAndEndsWithTheSession(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		d := newDesk(t, db)
		b := d.p.NewBrowser(t)
		wants(t, "before the sign-in", b.Script(t, http.MethodGet, "/ui/session", nil), http.StatusUnauthorized, "SignedOut")
		wants(t, "before the sign-in", b.Script(t, http.MethodGet, "/admin/graph"+identities, nil), http.StatusUnauthorized, "SignedOut")
		csrf := enter(t, b, d.ann)

		list := b.Script(t, http.MethodGet, "/admin/graph"+identities, nil)
		if list.Status != http.StatusOK || list.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("a list: %d %v %s", list.Status, list.Header, list.Raw)
		}
		made := b.Script(t, http.MethodPost, "/admin/graph/v1.0/groups", object{
			"displayName": "Kiosks", "mailNickname": "kiosks", "securityEnabled": true, "mailEnabled": false,
		}, csrfHeader, csrf)
		if made.Status != http.StatusCreated {
			t.Fatalf("make a group: %d %s", made.Status, made.Raw)
		}
		group, _ := made.JSON["id"].(string)
		d.p.Must(t, d.home.Token, http.MethodGet, "/v1.0/groups/"+group, nil, http.StatusOK)
		batch := b.Script(t, http.MethodPost, "/admin/graph/v1.0/$batch", object{"requests": []object{{"id": "1", "method": "GET", "url": "/groups/" + group}}}, csrfHeader, csrf)
		if batch.Status != http.StatusOK || !strings.Contains(string(batch.Raw), "Kiosks") {
			t.Errorf("a batch: %d %s", batch.Status, batch.Raw)
		}

		// Elsewhere the same browser is nobody, with or without the header.
		for _, path := range []string{"/v1.0/groups", identities, "/v1.0/me"} {
			if a := b.Script(t, http.MethodGet, path, nil, csrfHeader, csrf); a.Status != http.StatusUnauthorized {
				t.Errorf("GET %s with the session's cookies: %d", path, a.Status)
			}
			a := b.Script(t, http.MethodGet, path, nil, "Origin", "https://elsewhere.example")
			if a.Header.Get("Access-Control-Allow-Credentials") != "" {
				t.Errorf("GET %s allows another site the cookies", path)
			}
		}
		// A token is no way in here.
		nobody := d.p.NewBrowser(t)
		wants(t, "a token instead of cookies", nobody.Script(t, http.MethodGet, "/admin/graph/v1.0/groups", nil, "Authorization", "Bearer "+d.home.Token), http.StatusUnauthorized, "SignedOut")

		// Somebody without a role reads the directory and no more.
		member := d.p.NewBrowser(t)
		token := enter(t, member, d.bob)
		wants(t, "a member lists Autopilot devices", member.Script(t, http.MethodGet, "/admin/graph"+identities, nil), http.StatusForbidden, "Authorization_RequestDenied")
		wants(t, "a member makes a group", member.Script(t, http.MethodPost, "/admin/graph/v1.0/groups", object{"displayName": "x"}, csrfHeader, token), http.StatusForbidden, "Authorization_RequestDenied")

		// A role given counts at once, and so does one taken away elsewhere.
		if _, err := d.s.Directory.AssignRole(t.Context(), directory.TenantID(d.home.ID), directory.IntuneAdministrator, d.bob.ID); err != nil {
			t.Fatal(err)
		}
		d.clock.advance(2 * time.Second)
		if a := member.Script(t, http.MethodGet, "/admin/graph"+identities, nil); a.Status != http.StatusOK {
			t.Errorf("with the role: %d %s", a.Status, a.Raw)
		}

		// Signing out ends the session for whoever kept the cookies.
		kept := b.Cookies()
		wants(t, "sign-out without the header", b.Script(t, http.MethodPost, "/ui/signout", nil), http.StatusForbidden, "CsrfHeader")
		out := b.Script(t, http.MethodPost, "/ui/signout", nil, csrfHeader, csrf)
		if next, _ := out.JSON["next"].(string); out.Status != http.StatusOK || b.Open(t, servertest.BaseURL+next).Status != http.StatusOK {
			t.Errorf("sign-out: %d %s", out.Status, out.Raw)
		}
		if left := b.Cookies(); left[siteCookie] != "" || b.Session() != "" {
			t.Errorf("cookies after the sign-out: %v", left)
		}
		for name, value := range kept {
			b.Keep(t, name, value)
		}
		wants(t, "kept cookies", b.Script(t, http.MethodGet, "/ui/session", nil), http.StatusUnauthorized, "SignedOut")
	})
}

func TestASessionOfTheAdminSiteEndsAsItsSignInDoes(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		d := newDesk(t, db)
		idle := config.Default().Sessions.Idle.Duration
		life := config.Default().Sessions.Life.Duration
		alive := func(b *servertest.Browser) bool {
			a := b.Script(t, http.MethodGet, "/ui/session", nil)
			if a.Status != http.StatusOK && a.Status != http.StatusUnauthorized {
				t.Fatalf("session: %d %s", a.Status, a.Raw)
			}
			return a.Status == http.StatusOK
		}
		signedIn := func(who *servertest.Person) *servertest.Browser {
			b := d.p.NewBrowser(t)
			enter(t, b, who)
			return b
		}

		b := signedIn(d.ann)
		d.clock.advance(idle - time.Minute)
		if !alive(b) {
			t.Error("a session ends before it was idle long enough")
		}
		d.clock.advance(idle + time.Minute)
		if alive(b) {
			t.Error("an idle session lives on")
		}
		b = signedIn(d.ann)
		for range 2 {
			d.clock.advance(idle/2 + time.Minute)
			b.Script(t, http.MethodGet, "/admin/graph/v1.0/me", nil, "X-Taxiway-Unattended", "1")
		}
		if alive(b) {
			t.Error("what a page asks by itself keeps an idle session alive")
		}

		b = signedIn(d.ann)
		step := idle / 2
		for used := step; used < life; used += step {
			if d.clock.advance(step); !alive(b) {
				t.Fatalf("a session in use ends after %v", used)
			}
		}
		d.clock.advance(step)
		if alive(b) {
			t.Error("a session in use never ends")
		}

		// The app's own token ended meanwhile.
		token := d.p.TokenFor(t, d.home.ID, d.home.App.AppID, d.home.App.Secret)
		for name, end := range map[string]func(){
			"a new password": func() {
				d.ann.Password = "another " + d.ann.Password
				must(t, d.s.People.SetPassword(t.Context(), directory.TenantID(d.home.ID), d.ann.ID, d.ann.Password, false))
			},
			"sessions are revoked": func() {
				d.p.Must(t, token, http.MethodPost, "/v1.0/users/"+string(d.ann.ID)+"/revokeSignInSessions", object{}, http.StatusOK)
			},
		} {
			b := signedIn(d.ann)
			d.clock.advance(2 * time.Second)
			if end(); alive(b) {
				t.Errorf("%s, and the session lives on", name)
			}
			d.clock.advance(2 * time.Second)
		}
		b = signedIn(d.bob)
		d.p.Must(t, token, http.MethodPatch, "/v1.0/users/"+string(d.bob.ID), object{"accountEnabled": false}, http.StatusNoContent)
		if alive(b) {
			t.Error("the account is disabled, and the session lives on")
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestTheAdminSiteIsNotFooledByAnotherSite(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	b, other := d.p.NewBrowser(t), d.p.NewBrowser(t)
	csrf, foreign := enter(t, b, d.ann), enter(t, other, d.eve)
	group := object{"displayName": "x", "mailNickname": "x", "securityEnabled": true, "mailEnabled": false}
	const groups = "/admin/graph/v1.0/groups"

	for name, header := range map[string][]string{
		"no header":                 {},
		"an empty header":           {csrfHeader, ""},
		"the header of another":     {csrfHeader, foreign},
		"one character off":         {csrfHeader, csrf[:len(csrf)-1] + "~"},
		"a form of another site":    {"Content-Type", "application/x-www-form-urlencoded"},
		"the header without a name": {"X-Csrf", csrf},
	} {
		wants(t, name, b.Script(t, http.MethodPost, groups, group, header...), http.StatusForbidden, "CsrfHeader")
	}
	for _, from := range []string{"cross-site", "same-site"} {
		wants(t, from, b.Script(t, http.MethodPost, groups, group, csrfHeader, csrf, "Sec-Fetch-Site", from), http.StatusForbidden, "CrossSiteRequest")
		wants(t, from, b.Script(t, http.MethodGet, groups, nil, "Sec-Fetch-Site", from), http.StatusForbidden, "CrossSiteRequest")
	}
	for _, path := range []string{groups, "/ui/session", "/admin/"} {
		a := b.Script(t, http.MethodOptions, path, nil, "Origin", "https://elsewhere.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", csrfHeader)
		if a.Status < 400 || a.Header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("a preflight for %s: %d %v", path, a.Status, a.Header)
		}
	}

	// Cookies are sealed, bound to each other, and sent by our own pages alone.
	mine, theirs := b.Cookies(), other.Cookies()
	for name, cookies := range map[string][2]string{
		"another person's site cookie":    {theirs[siteCookie], b.Session()},
		"another person's sign-in cookie": {mine[siteCookie], other.Session()},
		"a site cookie alone":             {mine[siteCookie], ""},
		"a sign-in cookie alone":          {"", b.Session()},
		"a changed site cookie":           {mine[siteCookie][:len(mine[siteCookie])-2] + "AA", b.Session()},
	} {
		mixed := d.p.NewBrowser(t)
		mixed.Keep(t, siteCookie, cookies[0])
		mixed.Keep(t, "__Host-taxiway-session", cookies[1])
		wants(t, name, mixed.Script(t, http.MethodGet, "/ui/session", nil), http.StatusUnauthorized, "SignedOut")
	}

	// What leads back leads to our own pages.
	for asked, want := range map[string]string{
		"https://elsewhere.example/": "/admin/", "//elsewhere.example": "/admin/", "/admin/../ui/signout": "/admin/", "/ui/session": "/admin/",
		"/admin/\\elsewhere.example": "/admin/", "/admin/graph/v1.0/me": "/admin/", "/admin/devices?a=1#b": "/admin/devices?a=1#b",
	} {
		page := b.Open(t, servertest.BaseURL+"/ui/signin?return="+url.QueryEscape(asked))
		got := page.Address.RequestURI()
		if page.Address.Fragment != "" {
			got += "#" + page.Address.Fragment
		}
		if got != want {
			t.Errorf("return=%s leads to %s, want %s", asked, got, want)
		}
	}
}

func TestASignInToTheAdminSiteCannotBePlanted(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	// The attacker begins a sign-in and signs in, but gives the answer to
	// somebody else's browser.
	attacker, victim := d.p.NewBrowser(t), d.p.NewBrowser(t)
	enter(t, attacker, d.eve)
	begun, _ := bare(t, d.p, http.MethodGet, "/ui/signin", nil, "Cookie", "")
	answer, _ := bare(t, d.p, http.MethodGet, begun.Header.Get("Location"), nil, "Cookie", cookieHeader(attacker.Cookies()))
	planted := answer.Header.Get("Location")
	if !strings.HasPrefix(planted, servertest.BaseURL+signin.SitePath+"?") || !strings.Contains(planted, "code=") {
		t.Fatalf("the answer leads to %s", planted)
	}
	if page := victim.Open(t, planted); page.Status != http.StatusBadRequest || victim.Cookies()[siteCookie] != "" {
		t.Errorf("a browser takes an answer it never asked for: %d %s", page.Status, page.Body)
	}
	enter(t, victim, d.ann)
	before := victim.Cookies()[siteCookie]
	if page := victim.Open(t, planted); page.Status != http.StatusBadRequest || victim.Cookies()[siteCookie] != before {
		t.Errorf("a signed-in browser takes it: %d", page.Status)
	}
	// A new sign-in makes a new session: what was planted before is worth nothing.
	victim.Keep(t, siteCookie, attacker.Cookies()[siteCookie])
	wants(t, "a planted cookie", victim.Script(t, http.MethodGet, "/ui/session", nil), http.StatusUnauthorized, "SignedOut")
	enter(t, victim, d.ann)
	if victim.Cookies()[siteCookie] == attacker.Cookies()[siteCookie] {
		t.Error("the planted cookie was kept")
	}
	// The browser it was meant for gets cookies that no script reads and no other site sends.
	kept := attacker.Cookies()
	delete(kept, "__Host-taxiway-site-signin") // of an earlier sign-in; begun gave another
	with := append([]string{begun.Header.Get("Set-Cookie")}, cookieHeader(kept))
	with[0], _, _ = strings.Cut(with[0], ";")
	done, _ := bare(t, d.p, http.MethodGet, strings.TrimPrefix(planted, servertest.BaseURL), nil, "Cookie", strings.Join(with, "; "))
	set := strings.Split(done.Header.Get("Set-Cookie"), "; ")
	if done.StatusCode != http.StatusSeeOther || !strings.HasPrefix(set[0], siteCookie+"=") || !slices.Equal(slices.Sorted(slices.Values(set[1:])), []string{"HttpOnly", "Path=/", "SameSite=Strict", "Secure"}) {
		t.Errorf("the end of a sign-in: %d %q", done.StatusCode, set)
	}
	if again, body := bare(t, d.p, http.MethodGet, strings.TrimPrefix(planted, servertest.BaseURL), nil, "Cookie", strings.Join(with, "; ")); again.StatusCode != http.StatusBadRequest || again.Header.Get("Set-Cookie") != "" {
		t.Errorf("an answer given twice: %d %s", again.StatusCode, body)
	}
	// The code is for the site alone, at its own address.
	for name, change := range map[string][2]string{
		"another address": {"redirect_uri", "https://elsewhere.example/"}, "a path below": {"redirect_uri", servertest.BaseURL + signin.SitePath + "/x"},
	} {
		q := url.Values{"client_id": {signin.AppSite}, "response_type": {"code"}, "redirect_uri": {servertest.BaseURL + signin.SitePath}, "scope": {"openid"}, "code_challenge": {servertest.ChallengeOf("x")}, "code_challenge_method": {"S256"}}
		q.Set(change[0], change[1])
		if a, body := bare(t, d.p, http.MethodGet, "/organizations/oauth2/v2.0/authorize?"+q.Encode(), nil); a.StatusCode != http.StatusBadRequest || !strings.Contains(body, "AADSTS50011") {
			t.Errorf("%s: %d %s", name, a.StatusCode, a.Header.Get("Location"))
		}
	}
	for _, grant := range []string{signin.GrantDeviceCode, signin.GrantPassword, signin.GrantRefresh, signin.GrantClientCredentials} {
		a, body := bare(t, d.p, http.MethodPost, "/"+d.home.ID+"/oauth2/v2.0/token", url.Values{"grant_type": {grant}, "client_id": {signin.AppSite}, "username": {d.ann.UPN}, "password": {d.ann.Password}, "device_code": {"x"}, "refresh_token": {"x"}, "scope": {"openid"}})
		if a.StatusCode < 400 {
			t.Errorf("the site's client id with %s: %d %s", grant, a.StatusCode, body)
		}
	}
}

func cookieHeader(all map[string]string) string {
	var list []string
	for name, value := range all {
		list = append(list, name+"="+value)
	}
	return strings.Join(list, "; ")
}

func TestASessionReachesNoOtherTenant(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	b := d.p.NewBrowser(t)
	csrf := enter(t, b, d.ann)
	made := d.p.Must(t, d.other.Token, http.MethodPost, "/v1.0/groups", object{"displayName": "Theirs", "mailNickname": "theirs", "securityEnabled": true, "mailEnabled": false}, http.StatusCreated)
	group, _ := made.JSON["id"].(string)
	keys := map[string]string{"{id}": group, "{id|deviceId}": group}
	asked := 0
	for _, r := range graph.Routes() {
		if !strings.Contains(r.Path, "{id") || strings.HasPrefix(r.Path, "me/") {
			continue
		}
		segments := strings.Split(r.Path, "/")
		for i, s := range segments {
			if id, ok := keys[s]; ok {
				segments[i] = id
			} else if strings.HasPrefix(s, "{") {
				segments[i] = group
			}
		}
		asked++
		a := b.Script(t, r.Method, "/admin/graph/beta/"+strings.Join(segments, "/"), object{}, csrfHeader, csrf)
		if a.Status < 400 || a.Status >= 500 || strings.Contains(string(a.Raw), "Theirs") {
			t.Errorf("%s %s answers %d %s", r.Method, r.Path, a.Status, a.Raw)
		}
	}
	if asked < 50 {
		t.Errorf("only %d routes were asked", asked)
	}
	if a := b.Script(t, http.MethodGet, "/admin/graph/v1.0/groups", nil); a.Status != http.StatusOK || strings.Contains(string(a.Raw), "Theirs") {
		t.Errorf("the list: %d %s", a.Status, a.Raw)
	}
	d.p.Must(t, d.other.Token, http.MethodGet, "/v1.0/groups/"+group, nil, http.StatusOK)
}

func TestEveryAddressOfTheSiteSaysWhoItIsFor(t *testing.T) {
	t.Parallel()
	for _, r := range site.Routes() {
		said := 0
		for _, yes := range []bool{r.Anyone, r.SignedIn, len(r.Permissions) > 0} {
			if yes {
				said++
			}
		}
		if said != 1 {
			t.Errorf("%s %s is for %d kinds of callers, want one", r.Method, r.Path, said)
		}
		if r.Anyone && !slices.Contains([]string{"/admin/", "/oobe/", "/ui/signin", signin.SitePath}, r.Path) {
			t.Errorf("%s is open to anyone", r.Path)
		}
	}
}

func TestTheAdminSitesFilesAreServedWithAStrictPolicy(t *testing.T) {
	t.Parallel()
	d := newDesk(t, servertest.Database{Engine: "sqlite"})
	for _, path := range []string{"/admin/", "/admin/devices/windows", "/ui/session", "/ui/signin/done", "/admin/assets/gone.js", "/admin/graph/v1.0/me"} {
		a, _ := bare(t, d.p, http.MethodGet, path, nil)
		policy := a.Header.Get("Content-Security-Policy")
		for _, must := range []string{"default-src 'none'", "script-src 'self';", "base-uri 'none'", "frame-ancestors 'none'"} {
			if !strings.Contains(policy, must) {
				t.Errorf("%s: the policy %q lacks %q", path, policy, must)
			}
		}
		if strings.Contains(policy, "unsafe") || a.Header.Get("X-Content-Type-Options") != "nosniff" || a.Header.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: %v", path, a.Header)
		}
	}
	if a, _ := bare(t, d.p, http.MethodGet, "/", nil); a.StatusCode != http.StatusFound || a.Header.Get("Location") != "/admin/" {
		t.Errorf("/ leads to %s", a.Header.Get("Location"))
	}
	for path, status := range map[string]int{"/admin/assets/gone.js": 404, "/ui/nothing": 404} {
		if a, _ := bare(t, d.p, http.MethodGet, path, nil); a.StatusCode != status {
			t.Errorf("%s: %d", path, a.StatusCode)
		}
	}
	if a, _ := bare(t, d.p, http.MethodPost, "/admin/", nil); a.StatusCode != http.StatusMethodNotAllowed || a.Header.Get("Allow") != http.MethodGet {
		t.Errorf("POST /admin/: %d %q", a.StatusCode, a.Header.Get("Allow"))
	}
}
