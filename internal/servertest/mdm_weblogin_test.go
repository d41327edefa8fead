package servertest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"taxiway/internal/servertest"
	"taxiway/internal/soap"
)

// webView is where Windows waits for the token.
const webView = "ms-app://s-1-15-2-1430448594-2639229838-973813799-439329657-1197984847-4069167804-1277922394"

func loginAddress(hint string) string {
	return servertest.DeviceURL + loginPath + "?" + url.Values{"appru": {webView}, "login_hint": {hint}}.Encode()
}

func TestAPersonSignsInAtThePagesAndThePCGetsOneToken(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Now()}
		s := newEnrolSite(t, db, servertest.WithClock(clock.read))
		browser := s.p.NewBrowser(t)
		// By the address of the tenant, and without a hint by common.
		for _, hint := range []string{s.ann.UPN, "", "not a name"} {
			page := s.p.NewBrowser(t).SignIn(t, s.ann, loginAddress(hint))
			if page.Status != http.StatusOK || page.Answer(t).Get("wresult") == "" {
				t.Errorf("the hint %q: %d %s", hint, page.Status, page.Body)
			}
		}
		if page := s.p.NewBrowser(t).Open(t, loginAddress("x@nowhere.example")); page.Title() != "Enter password" || !strings.Contains(page.Body, "x@nowhere.example") {
			t.Errorf("an unknown name is asked for %q", page.Title())
		}
		page := browser.SignIn(t, s.ann, loginAddress(s.ann.UPN))
		token := page.Answer(t).Get("wresult")
		policy := page.Header.Get("Content-Security-Policy")
		if token == "" || !strings.Contains(page.Body, `method="post" action="`+webView+`"`) || !strings.Contains(policy, "form-action ms-app:") || !strings.Contains(policy, "script-src 'nonce-") {
			t.Fatalf("the last page: %d %q %s", page.Status, policy, page.Body)
		}
		if len(page.Answer(t)) != 1 {
			t.Errorf("the form sends %v", page.Answer(t))
		}
		// Good for the policy as often as asked, and for one certificate.
		for range 2 {
			if _, err := send(t, s.p, nil, policyPath, &soap.Message{Security: byWeb(token), Body: &soap.GetPolicies{}}); err != nil {
				t.Fatalf("the policy: %v", err)
			}
		}
		if err := s.asks(byWeb(token), asking(csrOf(t, servertest.Key(t)))); err != nil {
			t.Fatalf("the certificate: %v", err)
		}
		wantFault(t, "the token a second time", s.asks(byWeb(token), asking(csrOf(t, servertest.Key(t)))), soap.SubcodeAuthentication, "")
		// The page is no other's: not with the address alone, not for another
		// application, and the session of the browser is not enough.
		done := page.Address.String()
		bare, _, _ := strings.Cut(done, "&for=")
		for what, address := range map[string]string{
			"another application": strings.Replace(done, url.QueryEscape(webView), url.QueryEscape("ms-app://evil"), 1),
			"another mark":        done + "x",
			"no mark":             bare,
			"a site":              strings.Replace(done, url.QueryEscape(webView), url.QueryEscape("https://evil.example/"), 1),
		} {
			if p := browser.Open(t, address); p.Status != http.StatusBadRequest || strings.Contains(p.Body, "wresult") {
				t.Errorf("%s: %d %s", what, p.Status, p.Body)
			}
		}
		if p := s.p.NewBrowser(t).Open(t, done); p.Status != http.StatusBadRequest || strings.Contains(p.Body, "wresult") {
			t.Errorf("another browser with the address: %d %s", p.Status, p.Body)
		}
		clock.advance(time.Second)
		if p := browser.Open(t, loginAddress("")); p.Title() != "Pick an account" || strings.Contains(p.Body, "wresult") {
			t.Errorf("the session of a browser is answered with %q", p.Title())
		}
		again := browser.Open(t, loginAddress(s.ann.UPN))
		if again.Title() != "Enter password" {
			t.Errorf("a browser that is signed in is asked for %q", again.Title())
		}
		clock.advance(11 * time.Minute)
		if p := browser.Open(t, done); p.Status != http.StatusBadRequest || strings.Contains(p.Body, "wresult") {
			t.Errorf("the page eleven minutes later: %d %s", p.Status, p.Body)
		}
		// A token ends, and so it does when its person is signed out.
		late := servertest.NewMDMDevice(t, s.p, "LATE")
		t.Cleanup(late.Close)
		first := late.WebLogin(t, s.ann)
		clock.advance(time.Second)
		s.p.Must(t, s.Token, http.MethodPost, "/v1.0/users/"+string(s.ann.ID)+"/revokeSignInSessions", object{}, http.StatusOK)
		s.tried("the token of somebody signed out", byWeb(first), soap.SubcodeAuthentication, "was ended")
		clock.advance(time.Second)
		second := late.WebLogin(t, s.ann)
		clock.advance(16 * time.Minute)
		s.tried("a token sixteen minutes old", byWeb(second), soap.SubcodeAuthentication, "expired")
		clock.advance(time.Second)
		third := late.WebLogin(t, s.ann)
		s.tried("a token with a letter changed", byWeb(flip(third)), soap.SubcodeAuthentication, "")
		s.p.Must(t, s.Token, http.MethodPatch, "/v1.0/users/"+string(s.ann.ID), object{"accountEnabled": false}, http.StatusNoContent)
		s.tried("the token of somebody disabled", byWeb(third), soap.SubcodeAuthentication, "")
	})
}

// flip changes a letter in the middle.
func flip(text string) string {
	at := len(text) / 2
	letter := byte('A')
	if text[at] == letter {
		letter = 'B'
	}
	return text[:at] + string(letter) + text[at+1:]
}

// The sign-in leads to an application of the PC and nowhere else.
func TestTheSignInOfAPCLeadsToWindowsAlone(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		places := []string{servertest.DeviceURL + loginPath, servertest.BaseURL + "/common/enroll", servertest.BaseURL + "/" + s.ID + "/enroll", servertest.BaseURL + "/common/enroll/done"}
		for _, back := range []string{
			"", "https://evil.example/", "javascript:alert(1)", "ms-app:evil", "ms-app://", "ms-app://a/b", "ms-app://a?x=1", "ms-app://a#b", "ms-app://a b", "ms-app://u@h", "ms-app://a:1",
			`ms-app://a"><script>marked()</script>`, "MS-APP://a", " " + webView, webView + "\r\nX-Marked: 1", "ms-appx-web://x/y", "ms-app://" + strings.Repeat("a", 300),
		} {
			for _, place := range places {
				a := raw(t, s.p, nil, http.MethodGet, place+"?"+url.Values{"appru": {back}, "login_hint": {`"><script>marked()</script>@x.example`}}.Encode(), "")
				if a.status != http.StatusBadRequest || a.header.Get("Location") != "" || strings.Contains(string(a.body), "marked") || a.header.Get("X-Marked") != "" {
					t.Errorf("%s with appru=%q: %d to %q: %s", place, back, a.status, a.header.Get("Location"), a.body)
				}
			}
		}
		for _, place := range places {
			if a := raw(t, s.p, nil, http.MethodGet, place+"?appru="+url.QueryEscape(webView)+"&appru="+url.QueryEscape("https://evil.example"), ""); a.status != http.StatusBadRequest {
				t.Errorf("%s with two addresses: %d", place, a.status)
			}
		}
		// Sent on to the people's listener, with what was checked and no more.
		a := raw(t, s.p, nil, http.MethodGet, loginAddress(s.ann.UPN)+"&evil=1", "")
		want := servertest.BaseURL + "/" + s.ID + "/enroll?" + url.Values{"appru": {webView}, "login_hint": {s.ann.UPN}}.Encode()
		if a.status != http.StatusFound || a.header.Get("Location") != want {
			t.Errorf("the sign-in is sent on to %d %q", a.status, a.header.Get("Location"))
		}
	})
}
