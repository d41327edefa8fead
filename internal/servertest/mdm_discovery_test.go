package servertest_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"taxiway/internal/enrollment"
	"taxiway/internal/mdm"
	"taxiway/internal/servertest"
	"taxiway/internal/soap"
)

func TestDiscoveryTellsWhereAndHowToEnrol(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		w := servertest.Start(t, db)
		p, services := w.First(), w.Services(t)
		contoso, fabrikam := p.NewTenant(t, "Contoso", false), p.NewTenant(t, "Fabrikam", false)
		services.SetEnrolment(t, contoso.ID, func(s *enrollment.Settings) { s.AllowOnPremise = true })
		if a := raw(t, p, nil, http.MethodGet, discoveryPath, ""); a.status != http.StatusOK || len(a.body) > 0 || a.header.Get("Content-Length") != "0" {
			t.Errorf("the probe is answered %d with %d bytes", a.status, len(a.body))
		}
		raw(t, p, nil, http.MethodHead, discoveryPath, "")
		const ann, bob = "ann@contoso.example", "bob@fabrikam.example"
		for _, c := range []struct {
			what, asked, version, address string
			offers                        []soap.AuthPolicy
			policy                        soap.AuthPolicy
		}{
			{"an old PC", "1.0", "1.0", ann, []soap.AuthPolicy{soap.OnPremise, soap.Federated}, soap.Federated},
			{"a PC of our version", "4.0", "4.0", ann, []soap.AuthPolicy{soap.Federated}, soap.Federated},
			{"Windows 11", "9.0", "4.0", ann, []soap.AuthPolicy{soap.OnPremise, soap.Federated, soap.Certificate}, soap.Federated},
			{"a PC without version", "", "4.0", ann, nil, soap.Federated},
			{"an odd version", "x.y", "4.0", ann, nil, soap.Federated},
			{"a package", "3.0", "3.0", ann, []soap.AuthPolicy{soap.OnPremise}, soap.OnPremise},
			{"nobody's address", "4.0", "4.0", "who@nowhere.example", []soap.AuthPolicy{soap.Federated}, soap.Federated},
			{"no address", "4.0", "4.0", "", []soap.AuthPolicy{soap.Federated}, soap.Federated},
		} {
			m, err := send(t, p, nil, discoveryPath, &soap.Message{Body: &soap.Discover{
				EmailAddress: c.address, RequestVersion: c.asked, DeviceType: "CIMClient_Windows", ApplicationVersion: "10.0.26100.1", OSEdition: "4", AuthPolicies: c.offers,
			}})
			if err != nil {
				t.Errorf("%s: %v", c.what, err)
				continue
			}
			d, _ := m.Body.(*soap.DiscoverResponse)
			if d == nil || d.EnrollmentVersion != c.version || d.AuthPolicy != c.policy ||
				d.PolicyServiceURL != servertest.DeviceURL+policyPath || d.EnrollmentServiceURL != servertest.DeviceURL+enrolPath ||
				(d.AuthenticationServiceURL == servertest.DeviceURL+loginPath) != (c.policy == soap.Federated) {
				t.Errorf("%s is answered %+v", c.what, m.Body)
			}
		}
		for what, c := range map[string]struct {
			address, device string
			offers          []soap.AuthPolicy
			subcode         soap.Subcode
			detail          soap.ErrorType
		}{
			"a telephone":                             {ann, "WindowsPhone", nil, soap.SubcodeAuthorization, soap.DeviceNotSupported},
			"a password where none is taken":          {bob, "", []soap.AuthPolicy{soap.OnPremise}, soap.SubcodeEnrollmentServer, soap.NotSupported},
			"a password of an unknown domain":         {"x@nowhere.example", "", []soap.AuthPolicy{soap.OnPremise}, soap.SubcodeEnrollmentServer, soap.NotSupported},
			"a certificate alone":                     {ann, "", []soap.AuthPolicy{soap.Certificate}, soap.SubcodeEnrollmentServer, soap.NotSupported},
			"a domain as long as no domain is":        {"x@" + strings.Repeat("a.", 300) + "example", "", []soap.AuthPolicy{soap.OnPremise}, soap.SubcodeEnrollmentServer, soap.NotSupported},
			"an address that is an id of this server": {contoso.ID, "", []soap.AuthPolicy{soap.OnPremise}, soap.SubcodeEnrollmentServer, soap.NotSupported},
		} {
			_, err := send(t, p, nil, discoveryPath, &soap.Message{Body: &soap.Discover{EmailAddress: c.address, DeviceType: c.device, AuthPolicies: c.offers}})
			wantFault(t, what, err, c.subcode, c.detail)
		}
		// What the directory tells PCs and people by itself is the same place.
		scope := p.Must(t, fabrikam.Token, http.MethodGet, mdmScope+"/"+scopeID, nil, http.StatusOK)
		if scope.JSON["discoveryUrl"] != servertest.DeviceURL+discoveryPath || scope.JSON["termsOfUseUrl"] != servertest.DeviceURL+termsPath {
			t.Errorf("the MDM scope names %v and %v", scope.JSON["discoveryUrl"], scope.JSON["termsOfUseUrl"])
		}
	})
}

// wantFault checks how something was refused.
func wantFault(t *testing.T, what string, err error, subcode soap.Subcode, detail soap.ErrorType) {
	t.Helper()
	(&enrolSite{t: t}).faults(what, err, subcode, detail)
}

func TestWhatIsNoMessageOfEnrolmentIsRefused(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		key := servertest.Key(t)
		discover := &soap.Discover{EmailAddress: s.ann.UPN}
		for what, c := range map[string]struct {
			path string
			m    *soap.Message
		}{
			"a discovery at the policy service":   {policyPath, &soap.Message{Security: byPassword(s.ann.UPN, s.ann.Password), Body: discover}},
			"a discovery at the enrolment":        {enrolPath, &soap.Message{Security: byPassword(s.ann.UPN, s.ann.Password), Body: discover}},
			"a certificate request at discovery":  {discoveryPath, &soap.Message{Body: asking(csrOf(t, key))}},
			"a certificate request at the policy": {policyPath, &soap.Message{Security: byPassword(s.ann.UPN, s.ann.Password), Body: asking(csrOf(t, key))}},
			"a question for policies elsewhere":   {enrolPath, &soap.Message{Security: byPassword(s.ann.UPN, s.ann.Password), Body: &soap.GetPolicies{}}},
		} {
			_, err := send(t, s.p, nil, c.path, c.m)
			wantFault(t, what, err, soap.SubcodeMessageFormat, "")
		}
		for what, body := range map[string]string{
			"nothing":            "",
			"no XML":             "hello",
			"XML of its own":     "<a/>",
			"a document type":    `<!DOCTYPE s:Envelope [<!ENTITY x "y">]><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"/>`,
			"a megabyte of text": `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">` + strings.Repeat(" ", 1<<20) + `</s:Envelope>`,
			"half a message":     `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header>`,
		} {
			for _, path := range []string{discoveryPath, policyPath, enrolPath} {
				_, err := answerOf(t, raw(t, s.p, nil, http.MethodPost, path, body), "")
				wantFault(t, what+" to "+path, err, soap.SubcodeMessageFormat, "")
			}
		}
		text, err := soap.Encode(&soap.Message{Header: soap.Header{MessageID: "urn:uuid:1"}, Body: discover})
		if err != nil {
			t.Fatal(err)
		}
		_, err = answerOf(t, raw(t, s.p, nil, http.MethodPost, discoveryPath, string(text), "Content-Encoding", "gzip"), "")
		wantFault(t, "a compressed message", err, soap.SubcodeMessageFormat, "")
		for _, path := range []string{policyPath, enrolPath} {
			if a := raw(t, s.p, nil, http.MethodGet, path, ""); a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != http.MethodPost {
				t.Errorf("GET %s: %d, Allow %q", path, a.status, a.header.Get("Allow"))
			}
		}
		if a := raw(t, s.p, nil, http.MethodDelete, discoveryPath, ""); a.status != http.StatusMethodNotAllowed || a.header.Get("Allow") != "GET, POST" {
			t.Errorf("DELETE %s: %d, Allow %q", discoveryPath, a.status, a.header.Get("Allow"))
		}
		if n := len(s.services.ManagedDevices(t, s.ID)); n != 0 {
			t.Errorf("%d PCs were enrolled", n)
		}
	})
}

// Every route of enrolment and management asks for the proof of its line in the
// table, and none is on the people's listener.
func TestEveryRouteOfManagementAsksForItsProof(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		d := s.newPC("DESK-1")
		s.enrolled(d, s.ann.UPN, servertest.MDMProof{Token: s.p.EnrolToken(t, s.ann)})
		routes := mdm.Routes()
		if len(routes) < 9 {
			t.Fatalf("only %d routes", len(routes))
		}
		messages := map[string]soap.Body{
			policyPath: &soap.GetPolicies{}, enrolPath: asking(csrOf(t, servertest.Key(t))), discoveryPath: &soap.Discover{EmailAddress: s.ann.UPN},
		}
		for _, r := range routes {
			path, what := "/"+r.Path, r.Method+" "+r.Path
			body := ""
			if m := messages[path]; m != nil && r.Method == http.MethodPost {
				text, err := soap.Encode(&soap.Message{Header: soap.Header{MessageID: "urn:uuid:1"}, Body: m})
				if err != nil {
					t.Fatal(err)
				}
				body = string(text)
			}
			if a := raw(t, s.p, nil, r.Method, servertest.BaseURL+path, body); a.status != http.StatusNotFound {
				t.Errorf("%s is on the people's listener: %d", what, a.status)
			}
			bare := raw(t, s.p, nil, r.Method, path, body)
			switch r.Proof {
			case mdm.NoProof:
				if bare.status == http.StatusUnauthorized || bare.status == http.StatusInternalServerError {
					t.Errorf("%s asks for a proof that the table does not name: %d %s", what, bare.status, bare.body)
				}
			case mdm.MessageProof:
				_, err := answerOf(t, bare, "urn:uuid:1")
				wantFault(t, what+" without a proof", err, soap.SubcodeInvalidSecurity, "")
				_, err = answerOf(t, raw(t, s.p, nil, r.Method, path, body, "Authorization", "Bearer "+s.p.EnrolToken(t, s.ann)), "urn:uuid:1")
				wantFault(t, what+" with a token elsewhere", err, soap.SubcodeInvalidSecurity, "")
			case mdm.TokenProof:
				for _, header := range []string{"Bearer abc", "Basic YTpi", "Bearer " + s.Token, "Bearer " + s.p.JoinPassword(t, s.ID, s.ann.UPN, s.ann.Password)} {
					if a := raw(t, s.p, nil, r.Method, path+"?redirect_uri=ms-appx-web://x/y", body, "Authorization", header); a.status != http.StatusUnauthorized {
						t.Errorf("%s with %.20s…: %d", what, header, a.status)
					}
				}
			case mdm.TicketProof:
				for _, form := range []string{"", "ticket=abc&decision=accept", "decision=accept"} {
					if a := raw(t, s.p, nil, r.Method, path, form, "Content-Type", "application/x-www-form-urlencoded"); a.status != http.StatusBadRequest {
						t.Errorf("%s with the form %q: %d", what, form, a.status)
					}
				}
			case mdm.CertificateProof:
				if bare.status != http.StatusUnauthorized {
					t.Errorf("%s without certificate: %d", what, bare.status)
				}
			default:
				if bare.status < 400 {
					t.Errorf("%s (%s) without anything: %d", what, r.Proof, bare.status)
				}
			}
		}
	})
}

func TestTheAddressesOfTheMDMScopeLeadSomewhere(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		tenant := p.NewTenant(t, "Contoso", true)
		scope := p.Must(t, tenant.Token, http.MethodGet, mdmScope+"/"+scopeID, nil, http.StatusOK).JSON
		served := 0
		for _, name := range []string{"discoveryUrl", "termsOfUseUrl", "complianceUrl"} {
			address, ok := scope[name].(string)
			if !ok {
				t.Errorf("%s is %v", name, scope[name])
			}
			if address == "" {
				continue // there is no such page
			}
			u, err := url.Parse(address)
			if err != nil {
				t.Fatal(err)
			}
			if a := raw(t, p, nil, http.MethodGet, u.Path, ""); a.status == http.StatusNotFound {
				t.Errorf("%s %s leads to nothing: %d", name, address, a.status)
			}
			served++
		}
		if served != 2 {
			t.Errorf("%d addresses are this server's, want those of discovery and terms: %v", served, scope)
		}
	})
}
