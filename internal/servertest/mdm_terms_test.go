package servertest_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"taxiway/internal/enrollment"
	"taxiway/internal/servertest"
	"taxiway/internal/soap"
)

const (
	windowsBack = "ms-appx-web://Microsoft.AAD.BrokerPlugin/DRS"
	requestGUID = "34be581c-6ebd-49d6-a4e1-150eff4b7213"
)

var ticketField = regexp.MustCompile(`name="ticket" value="([^"]+)"`)

// terms opens the terms page.
func (s *enrolSite) terms(query url.Values, token string) wire {
	s.t.Helper()
	var headers []string
	if token != "" {
		headers = []string{"Authorization", "Bearer " + token, "CXH-HOST", "FRX"}
	}
	return raw(s.t, s.p, nil, http.MethodGet, termsPath+"?"+query.Encode(), "", headers...)
}

// decide answers the page's form.
func (s *enrolSite) decide(ticket, decision string) wire {
	s.t.Helper()
	return raw(s.t, s.p, nil, http.MethodPost, termsPath, url.Values{"ticket": {ticket}, "decision": {decision}}.Encode(), "Content-Type", "application/x-www-form-urlencoded")
}

func (s *enrolSite) ticketOf(page wire) string {
	s.t.Helper()
	m := ticketField.FindSubmatch(page.body)
	if page.status != http.StatusOK || m == nil {
		s.t.Fatalf("the terms page: %d %s", page.status, page.body)
	}
	return string(m[1])
}

// blobOf is what Windows gets when the terms are accepted.
func (s *enrolSite) blobOf(page wire) string {
	s.t.Helper()
	a := s.decide(s.ticketOf(page), "accept")
	to, err := url.Parse(a.header.Get("Location"))
	if err != nil || a.status != http.StatusFound || !strings.HasPrefix(to.String(), windowsBack+"?") || to.Query().Get("IsAccepted") != "true" || to.Query().Get("OpaqueBlob") == "" {
		s.t.Fatalf("accepted terms lead to %d %q", a.status, a.header.Get("Location"))
	}
	return to.Query().Get("OpaqueBlob")
}

func joining() url.Values {
	return url.Values{"redirect_uri": {windowsBack}, "client-request-id": {requestGUID}, "api-version": {"1.0"}, "mode": {"azureadjoin"}}
}

func TestTheTermsAreShownAndComeBackWithTheCertificateRequest(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Now()}
		s := newEnrolSite(t, db, servertest.WithClock(clock.read))
		token := s.p.EnrolToken(t, s.ann)
		// This server's words, then the organisation's.
		page := s.terms(joining(), token)
		for _, says := range []string{"Your organization will manage this device", "Contoso", s.ann.UPN, ">Accept<"} {
			if !strings.Contains(string(page.body), says) {
				t.Errorf("the page does not say %q", says)
			}
		}
		s.services.SetEnrolment(t, s.ID, func(now *enrollment.Settings) {
			now.TermsTitle, now.Terms = "Rules of Contoso", "First <script>alert(1)</script>\n\nSecond & last"
		})
		page = s.terms(joining(), token)
		text := string(page.body)
		if !strings.Contains(text, "<h1>Rules of Contoso</h1>") || !strings.Contains(text, "<p>Second &amp; last</p>") || !strings.Contains(text, "<p>First "+html.EscapeString("<script>alert(1)</script>")+"</p>") {
			t.Errorf("the organisation's terms are shown as %s", text)
		}
		policy := page.header.Get("Content-Security-Policy")
		if strings.Contains(text, "<script") || strings.Contains(text, "style=") || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "form-action 'self' ms-appx-web:") || !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("the page's policy is %q", policy)
		}
		// Without Decline while a PC joins, whatever the form says.
		if strings.Contains(text, "Decline") {
			t.Error("the terms of a join can be declined")
		}
		if a := s.decide(s.ticketOf(page), "decline"); a.status != http.StatusBadRequest || a.header.Get("Location") != "" {
			t.Errorf("a declined join leads to %d %q", a.status, a.header.Get("Location"))
		}
		own := joining()
		own.Del("mode")
		choice := s.terms(own, token)
		if !strings.Contains(string(choice.body), "Decline") {
			t.Error("the terms of an added account cannot be declined")
		}
		declined := windowsBack + "?" + url.Values{"IsAccepted": {"false"}, "client-request-id": {requestGUID}}.Encode()
		if a := s.decide(s.ticketOf(choice), "decline"); a.status != http.StatusFound || a.header.Get("Location") != declined {
			t.Errorf("declined terms lead to %d %q", a.status, a.header.Get("Location"))
		}
		// What was accepted is its person's.
		blob := soap.ContextItem{Name: soap.ItemEnrollmentData, Value: s.blobOf(page)}
		nobodys := soap.ContextItem{Name: soap.ItemEnrollmentData, Value: s.blobOf(s.terms(joining(), ""))}
		bob := s.services.NewPerson(t, s.Tenant, "Bob")
		err := s.asks(byJWT(s.p.EnrolToken(t, bob)), asking(csrOf(t, servertest.Key(t)), blob))
		wantFault(t, "the terms that another accepted", err, soap.SubcodeMessageFormat, soap.InvalidEnrollmentData)
		for _, item := range []soap.ContextItem{blob, nobodys} {
			if err := s.asks(byJWT(token), asking(csrOf(t, servertest.Key(t)), item)); err != nil {
				t.Errorf("the accepted terms: %v", err)
			}
		}
		// Nothing sealed for one purpose serves another.
		ticket := s.ticketOf(page)
		err = s.asks(byJWT(token), asking(csrOf(t, servertest.Key(t)), soap.ContextItem{Name: soap.ItemEnrollmentData, Value: ticket}))
		wantFault(t, "a ticket as accepted terms", err, soap.SubcodeMessageFormat, soap.InvalidEnrollmentData)
		wantFault(t, "a ticket as a sign-in", s.asks(byWeb(ticket), asking(csrOf(t, servertest.Key(t)))), soap.SubcodeAuthentication, "")
		wantFault(t, "accepted terms as a sign-in", s.asks(byWeb(blob.Value), asking(csrOf(t, servertest.Key(t)))), soap.SubcodeAuthentication, "")
		if a := s.decide(blob.Value, "accept"); a.status != http.StatusBadRequest {
			t.Errorf("accepted terms are taken as a ticket: %d", a.status)
		}
		// All ends.
		clock.advance(3 * time.Hour)
		if a := s.decide(ticket, "accept"); a.status != http.StatusBadRequest {
			t.Errorf("a page three hours old: %d", a.status)
		}
		err = s.asks(byPassword(s.ann.UPN, s.ann.Password), asking(csrOf(t, servertest.Key(t)), blob))
		wantFault(t, "terms accepted three hours ago", err, soap.SubcodeMessageFormat, soap.InvalidEnrollmentData)
	})
}

func TestTheTermsPageOfAnEntraTenantIsItsOrganisations(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		token := s.entra.Sign(t, s.entra.Claims(2, entraID, ourApp, s.ann.UPN))
		if page := s.terms(joining(), token); !strings.Contains(string(page.body), "Contoso") {
			t.Errorf("the page of an Entra tenant's person: %d %s", page.status, page.body)
		}
		if page := s.terms(joining(), ""); page.status != http.StatusOK || strings.Contains(string(page.body), "Contoso") {
			t.Errorf("the page of nobody: %d %s", page.status, page.body)
		}
		claims := s.entra.Claims(2, entraID, "https://graph.microsoft.com", s.ann.UPN)
		if page := s.terms(joining(), s.entra.Sign(t, claims)); page.status != http.StatusUnauthorized || page.header.Get("Location") != "" {
			t.Errorf("a token for another resource: %d", page.status)
		}
	})
}

// No parameter comes back in the page, and the page leads nowhere but to
// Windows.
func TestTheTermsPageReflectsNothingAndLeadsToWindowsAlone(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		marks := []string{`"><script>alert("marked")</script>`, "' onmouseover='marked()'", "javascript:marked()", "\r\nX-Marked: 1", "%0d%0aX-Marked:1", "{{marked}}", "marked"}
		for name := range joining() {
			for _, mark := range append(marks, requestGUID+"marked", windowsBack+"marked<b>") {
				query := joining()
				query.Set(name, mark)
				query.Set("marked", mark)
				for _, token := range []string{"", "marked"} {
					a := s.terms(query, token)
					if strings.Contains(string(a.body), "marked") || len(a.header.Values("X-Marked")) > 0 {
						t.Errorf("%s=%q comes back: %d %s", name, mark, a.status, a.body)
					}
					if to := a.header.Get("Location"); to != "" && (!strings.HasPrefix(to, windowsBack+"?") || strings.Contains(to, "marked")) {
						t.Errorf("%s=%q leads to %q", name, mark, to)
					}
					if a.header.Get("Content-Security-Policy") == "" && a.header.Get("Location") == "" {
						t.Errorf("%s=%q is answered without a policy: %d", name, mark, a.status)
					}
				}
			}
		}
		for _, back := range []string{
			"", "https://evil.example/", "http://127.0.0.1/", "//evil.example/", "javascript:alert(1)", "data:text/html,x", "ms-app://s-1-15-2-1", "ms-appx-web:evil",
			"ms-appx-web://", "ms-appx-web:///x", "MS-APPX-WEB://Microsoft.AAD.BrokerPlugin/DRS", "ms-appx-web://user@host/x", "ms-appx-web://host:1/x", "ms-appx-web://host/x?y=1",
			"ms-appx-web://host/x#y", "ms-appx-web://host/../x/%2e", "ms-appx-web://host/x y", "ms-appx-web://host\\x", " " + windowsBack, windowsBack + "\n", windowsBack + "\r\nX-Marked: 1",
			"ms-appx-web://" + strings.Repeat("a", 5000), "https://evil.example/?" + windowsBack,
		} {
			query := joining()
			query.Set("redirect_uri", back)
			if a := s.terms(query, ""); a.status != http.StatusBadRequest || a.header.Get("Location") != "" || ticketField.Match(a.body) {
				t.Errorf("redirect_uri=%q: %d, Location %q", back, a.status, a.header.Get("Location"))
			}
		}
		twice := joining()
		twice.Add("redirect_uri", "https://evil.example/")
		if a := s.terms(twice, ""); a.status != http.StatusBadRequest {
			t.Errorf("two redirect addresses: %d", a.status)
		}
		for _, back := range []string{windowsBack, "ms-appx-web://ContosoMdm/ToUResponse", "ms-appx-web://microsoft.aad.brokerplugin", "ms-appx-web://a/b/"} {
			query := joining()
			query.Set("redirect_uri", back)
			a := s.decide(s.ticketOf(s.terms(query, "")), "accept")
			if !strings.HasPrefix(a.header.Get("Location"), back+"?") || !strings.Contains(a.header.Get("Location"), "client-request-id="+requestGUID) {
				t.Errorf("redirect_uri=%q leads to %q", back, a.header.Get("Location"))
			}
		}
		odd := joining()
		odd.Set("client-request-id", "not-a-guid")
		if to := s.decide(s.ticketOf(s.terms(odd, "")), "accept").header.Get("Location"); strings.Contains(to, "client-request-id") {
			t.Errorf("a request id that is no GUID comes back: %q", to)
		}
		odd.Set("api-version", "9.9")
		if a := s.terms(odd, ""); a.status != http.StatusFound || !strings.HasPrefix(a.header.Get("Location"), windowsBack+"?error=invalid_request&error_description=") {
			t.Errorf("a version that is not spoken: %d %q", a.status, a.header.Get("Location"))
		}
		style := regexp.MustCompile(`href="(/[^"]*style\.css[^"]*)"`).FindSubmatch(s.terms(joining(), "").body)
		if style == nil {
			t.Fatal("the page has no style sheet")
		}
		if a := raw(t, s.p, nil, http.MethodGet, string(style[1]), ""); a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Type"), "text/css") {
			t.Errorf("the style sheet: %d %q", a.status, a.header.Get("Content-Type"))
		}
	})
}
