package servertest_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/servertest"
	"taxiway/internal/signin"
)

// rawForm is one form as a browser could send it, or somebody who is none.
type rawForm struct {
	address string
	values  url.Values
	cookies []*http.Cookie
	header  map[string]string
}

// post sends it without following where it leads.
func (d *desk) post(f rawForm) (status int, header http.Header, body string) {
	d.t.Helper()
	return d.raw(http.MethodPost, f)
}

func (d *desk) raw(method string, f rawForm) (status int, header http.Header, body string) {
	d.t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, f.address, strings.NewReader(f.values.Encode()))
	if err != nil {
		d.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for name, value := range f.header {
		r.Header.Set(name, value)
	}
	for _, c := range f.cookies {
		r.AddCookie(c)
	}
	client := &http.Client{Transport: d.p.HTTP.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp.StatusCode, resp.Header, string(text)
}

// stand is a sign-in that stands at a page: its address, its cookies, its form.
type stand struct {
	address string
	cookies []*http.Cookie
	canary  string
}

var canaryTag = regexp.MustCompile(`name="canary" value="([^"]+)"`)

// begun begins a sign-in and stops at the page that asks who it is.
func (d *desk) begun(v *visit) stand {
	d.t.Helper()
	_, header, _ := d.raw(http.MethodGet, rawForm{address: v.address()})
	s := stand{address: servertest.BaseURL + header.Get("Location"), cookies: (&http.Response{Header: header}).Cookies()}
	_, _, body := d.raw(http.MethodGet, rawForm{address: s.address, cookies: s.cookies})
	if m := canaryTag.FindStringSubmatch(body); m != nil {
		s.canary = m[1]
	}
	if s.canary == "" || len(s.cookies) != 1 {
		d.t.Fatalf("no sign-in begins at %s: %s", s.address, body)
	}
	return s
}

// send sends a form of the sign-in as its own page would; pairs are inputs.
func (d *desk) send(s stand, pairs ...string) (status int, location string) {
	d.t.Helper()
	values := url.Values{"canary": {s.canary}}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	status, header, _ := d.post(rawForm{s.address, values, s.cookies, map[string]string{"Origin": servertest.BaseURL, "Sec-Fetch-Site": "same-origin"}})
	return status, header.Get("Location")
}

// named goes on to the page that asks for the password.
func (d *desk) named(v *visit, upn string) stand {
	d.t.Helper()
	s := d.begun(v)
	status, to := d.send(s, "loginfmt", upn)
	if status != http.StatusSeeOther || !strings.Contains(to, "/signin/password?") {
		d.t.Fatalf("after the name: %d %q", status, to)
	}
	s.address = servertest.BaseURL + to
	return s
}

func TestAFormThatIsNotThePagesOwnIsRefused(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		s := d.named(d.visit(webRedirect), d.bob.UPN)
		right := url.Values{"canary": {s.canary}, "passwd": {d.bob.Password}}
		with := func(canary string) url.Values { return url.Values{"canary": {canary}, "passwd": {d.bob.Password}} }
		own := map[string]string{"Origin": servertest.BaseURL, "Sec-Fetch-Site": "same-origin"}
		other := d.begun(d.visit(webRedirect))
		for _, c := range []struct {
			name   string
			form   rawForm
			status int
			says   string
		}{
			{"without the antiforgery value", rawForm{s.address, with(""), s.cookies, own}, 400, "AADSTS50089"},
			{"with another one", rawForm{s.address, with(s.canary[1:] + "A"), s.cookies, own}, 400, "AADSTS50089"},
			{"with that of another sign-in", rawForm{s.address, with(other.canary), s.cookies, own}, 400, "AADSTS50089"},
			{"from another site, by Origin", rawForm{s.address, right, s.cookies, map[string]string{"Origin": "https://evil.example"}}, 403, "another site"},
			{"from another site, by Sec-Fetch-Site", rawForm{s.address, right, s.cookies, map[string]string{"Sec-Fetch-Site": "cross-site"}}, 403, "another site"},
			{"from a sibling of the site", rawForm{s.address, right, s.cookies, map[string]string{"Sec-Fetch-Site": "same-site"}}, 403, "another site"},
			{"from nowhere", rawForm{s.address, right, s.cookies, map[string]string{"Origin": "null"}}, 403, "another site"},
			{"without cookies", rawForm{s.address, right, nil, own}, 400, "allow cookies"},
			{"with the cookie of another sign-in", rawForm{s.address, right, other.cookies, own}, 400, "AADSTS50089"},
		} {
			status, header, body := d.post(c.form)
			if status != c.status || !strings.Contains(body, c.says) || header.Get("Set-Cookie") != "" {
				t.Errorf("%s: %d %v %s", c.name, status, header["Set-Cookie"], body)
			}
		}
		// The guards did not end the sign-in.
		if status, to := d.send(s, "passwd", d.bob.Password); status != http.StatusSeeOther || !strings.Contains(to, "/signin/consent?") {
			t.Errorf("the right form: %d %q", status, to)
		}
	})
}

func TestAnExpiredAttemptAndAFormSentTwiceAreClearPages(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		s := d.named(d.visit(webRedirect), d.bob.UPN)
		_, first := d.send(s, "passwd", d.bob.Password)
		// Sent again, the browser is led to where the sign-in stands by now.
		if status, again := d.send(s, "passwd", d.bob.Password); status != http.StatusSeeOther || again != first {
			t.Errorf("sent twice: %d %q, want %q", status, again, first)
		}
		// So is one that went back.
		if status, header, _ := d.raw(http.MethodGet, rawForm{address: s.address, cookies: s.cookies}); status != http.StatusSeeOther || header.Get("Location") != first {
			t.Errorf("gone back: %d %q", status, header.Get("Location"))
		}
		s.address = servertest.BaseURL + first
		if status, to := d.send(s, "decision", "accept"); status != http.StatusSeeOther || !strings.HasPrefix(to, webRedirect) {
			t.Fatalf("accepted: %d %q", status, to)
		}
		for name, method := range map[string]string{"the form after the end": http.MethodPost, "the page after the end": http.MethodGet} {
			status, _, body := d.raw(method, rawForm{s.address, url.Values{"canary": {s.canary}, "decision": {"accept"}}, s.cookies, nil})
			if status != http.StatusBadRequest || !strings.Contains(body, "AADSTS50089") {
				t.Errorf("%s: %d %s", name, status, body)
			}
		}
		late := d.named(d.visit(webRedirect), d.bob.UPN)
		d.clock.advance(10*time.Minute + time.Second)
		status, _, body := d.post(rawForm{late.address, url.Values{"canary": {late.canary}, "passwd": {d.bob.Password}}, late.cookies, nil})
		if status != http.StatusBadRequest || !strings.Contains(body, "This sign-in has ended") || !strings.Contains(body, "Trace ID") {
			t.Errorf("after ten minutes: %d %s", status, body)
		}
	})
}

func TestAnUnknownNameAWrongPasswordAndADisabledPersonLookTheSame(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		gone := d.s.NewPerson(t, d.home, "Gil")
		d.p.Must(t, d.home.Token, http.MethodPatch, "/v1.0/users/"+string(gone.ID), map[string]any{"accountEnabled": false}, http.StatusNoContent)
		bare := func(name string) string { return name + "@" + d.home.Domain }
		pages := map[string]string{}
		for name, try := range map[string][2]string{
			"known":    {d.bob.UPN, "not the password"},
			"unknown":  {bare("zoe"), "not the password"},
			"disabled": {gone.UPN, gone.Password},
			"foreign":  {d.eve.UPN, d.eve.Password},
		} {
			s := d.named(d.visit(webRedirect), try[0])
			_, _, before := d.raw(http.MethodGet, rawForm{address: s.address, cookies: s.cookies})
			status, to := d.send(s, "passwd", try[1])
			if status != http.StatusSeeOther || servertest.BaseURL+to != s.address {
				t.Errorf("%s: %d %q", name, status, to)
			}
			_, _, after := d.raw(http.MethodGet, rawForm{address: s.address, cookies: s.cookies})
			same := strings.NewReplacer(s.canary, "CANARY", s.address[strings.Index(s.address, "?s=")+3:], "HANDLE", try[0], "NAME")
			pages[name] = same.Replace(before) + "\n=====\n" + same.Replace(after)
		}
		for name, page := range pages {
			if page != pages["unknown"] {
				t.Errorf("%s differs from an unknown name:\n%s\n%s", name, page, pages["unknown"])
			}
		}
		if !strings.Contains(pages["unknown"], `aria-describedby="passwd-flaw"`) {
			t.Errorf("the flaw is not linked to its input: %s", pages["unknown"])
		}
	})
}

func TestEveryPageRefusesFramesScriptsAndTakesNoParameterIntoItself(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		const script = `"><script>alert(1)</script>`
		s := d.begun(d.visit(webRedirect))
		evil := url.QueryEscape(script)
		base := servertest.BaseURL + "/" + d.home.ID
		for name, address := range map[string]string{
			"name":         s.address + "&with=" + evil + "&loginfmt=" + evil + "&canary=" + evil,
			"device":       base + "/oauth2/deviceauth?otc=" + evil + "&user_code=" + evil,
			"unknown page": base + "/signin/password?s=" + evil,
			"entry":        base + "/entry/" + url.PathEscape(script),
			"signed out":   base + "/signin/signedout?post_logout_redirect_uri=" + evil,
			"tenant":       servertest.BaseURL + "/" + url.PathEscape(`<script>x.example`) + "/oauth2/deviceauth",
			"authorize":    base + "/oauth2/v2.0/authorize?client_id=" + evil + "&redirect_uri=" + evil,
		} {
			status, header, body := d.raw(http.MethodGet, rawForm{address: address, cookies: s.cookies})
			if strings.Contains(body, "<script") || strings.Contains(body, "alert(1)") {
				t.Errorf("%s takes a parameter into itself (%d): %s", name, status, body)
			}
			policy := header.Get("Content-Security-Policy")
			for _, want := range []string{"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action "} {
				if !strings.Contains(policy, want) {
					t.Errorf("%s: the policy %q lacks %s", name, policy, want)
				}
			}
			if strings.Contains(policy, "unsafe") || strings.Contains(policy, "script-src") || header.Get("X-Content-Type-Options") != "nosniff" || header.Get("X-Frame-Options") != "DENY" || header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: %v", name, header)
			}
		}
		// What was typed is shown again, escaped.
		s = d.named(d.visit(webRedirect), script+"@"+d.home.Domain)
		_, _, body := d.raw(http.MethodGet, rawForm{address: s.address, cookies: s.cookies})
		if strings.Contains(body, "<script") || !strings.Contains(body, "&lt;script&gt;") {
			t.Errorf("the name is not escaped: %s", body)
		}
		// The app's origin alone may follow a form of its sign-in.
		_, header, _ := d.raw(http.MethodGet, rawForm{address: s.address, cookies: s.cookies})
		if policy := header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "form-action 'self' https://app.example") {
			t.Errorf("policy = %q", policy)
		}
	})
}

func TestCookiesOfASignInAreForThisServerAloneAndOutOfScripts(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		s := d.named(d.visit(webRedirect), d.bob.UPN)
		all := s.cookies
		_, header, _ := d.post(rawForm{s.address, url.Values{"canary": {s.canary}, "passwd": {d.bob.Password}}, s.cookies, nil})
		all = append(all, (&http.Response{Header: header}).Cookies()...)
		_, header, _ = d.raw(http.MethodGet, rawForm{address: servertest.BaseURL + "/common/oauth2/deviceauth"})
		all = append(all, (&http.Response{Header: header}).Cookies()...)
		if len(all) != 3 {
			t.Fatalf("%d cookies, want those of the sign-in, the session and the guest", len(all))
		}
		for _, c := range all {
			if !strings.HasPrefix(c.Name, "__Host-") || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
				t.Errorf("cookie %+v", c)
			}
		}
	})
}

func TestGuessingTheCodeOfADeviceIsSlowed(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		here := servertest.BaseURL + "/common/oauth2/deviceauth"
		b := d.p.NewBrowser(t)
		page := b.Open(t, here)
		slowed := false
		for range 30 {
			if page = b.Send(t, page, url.Values{"otc": {"BCDFGHJKL"}}); strings.Contains(page.Body, "Too many tries") {
				slowed = true
				break
			}
		}
		if !slowed {
			t.Error("thirty guesses were all looked up")
		}
		// A new browser in the same network is slowed, too.
		b = d.p.NewBrowser(t)
		if page = b.Send(t, b.Open(t, here), url.Values{"otc": {"BCDFGHJKL"}}); !strings.Contains(page.Body, "Too many tries") {
			t.Errorf("another browser of the network may guess on: %s", page.Body)
		}
	})
}

func TestAnEntryLinkIsGoodOnceAndNotByAnotherSite(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		token, _, err := d.s.People.NewLink(t.Context(), directory.TenantID(d.home.ID), signin.LinkReset, d.bob.ID)
		if err != nil {
			t.Fatal(err)
		}
		address := servertest.BaseURL + "/" + d.home.ID + "/entry/" + token
		fresh := url.Values{"newpasswd": {"seven brave otters"}, "confirm": {"seven brave otters"}}
		if status, _, body := d.post(rawForm{address: address, values: fresh}); status != http.StatusBadRequest || !strings.Contains(body, "cookies") {
			t.Errorf("a form without its page: %d %s", status, body)
		}
		if status, _, _ := d.raw(http.MethodGet, rawForm{address: strings.Replace(address, d.home.ID, d.other.ID, 1)}); status != http.StatusBadRequest {
			t.Errorf("under another tenant: %d", status)
		}
		b := d.p.NewBrowser(t)
		page := b.Open(t, address)
		if !strings.Contains(page.Body, d.bob.UPN) {
			t.Fatalf("%d %s", page.Status, page.Body)
		}
		if again := b.Send(t, page, fresh); again.Title() != "Sign in" {
			t.Errorf("after the form: %d %s", again.Status, again.Body)
		}
		for _, late := range []*servertest.Page{b.Open(t, address), b.Send(t, page, fresh)} {
			if late.Status != http.StatusBadRequest || !strings.Contains(late.Body, "was used") {
				t.Errorf("the second time: %d %s", late.Status, late.Body)
			}
		}
	})
}
