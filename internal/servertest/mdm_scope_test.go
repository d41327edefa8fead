package servertest_test

import (
	"net/http"
	"net/url"
	"testing"

	"taxiway/internal/servertest"
)

// The apps that Windows signs in with.
const (
	brokerApp       = "29d9ed98-a469-4536-ade2-f981bc1d605e"
	registrationApp = "dd762716-544d-4aeb-a526-687b73838a22"
)

// The id tokens of the apps that Windows signs in with say where PCs are managed
// that a person joins.
func TestWindowsAloneIsToldWhereAPersonsPCsAreManaged(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		c := p.NewTenant(t, "Contoso", true)
		ann := newJoining(t, p, c, "ann")
		told := func(app, redirect, resource string) map[string]any {
			t.Helper()
			verifier := servertest.RandomText()
			answer := p.NewBrowser(t).SignIn(t, ann, servertest.BaseURL+"/"+c.ID+"/oauth2/authorize?"+url.Values{
				"client_id": {app}, "redirect_uri": {redirect}, "response_type": {"code"}, "resource": {resource}, "scope": {"openid"},
				"code_challenge": {servertest.ChallengeOf(verifier)}, "code_challenge_method": {"S256"}, "state": {"s"},
			}.Encode()).Answer(t)
			got := p.Exchange(t, "/"+c.ID+"/oauth2/token", url.Values{
				"grant_type": {"authorization_code"}, "client_id": {app}, "resource": {resource}, "redirect_uri": {redirect}, "code": {answer.Get("code")}, "code_verifier": {verifier},
			})
			if got.IDToken == "" {
				t.Fatalf("the sign-in of %s: %v, %v", app, answer, got.All)
			}
			return claimsOf(t, got.IDToken)
		}
		const drs, mdm = "ms-aadj-redir://auth/drs", "ms-aadj-redir://auth/mdm"
		const join = "urn:ms-drs:enterpriseregistration.windows.net"
		expect := func(when string, enrol, terms, compliance any) {
			t.Helper()
			for what, got := range map[string]map[string]any{
				"to join": told(brokerApp, drs, join), "to enrol": told(brokerApp, mdm, servertest.EnrolResource), "to register": told(registrationApp, drs, join),
			} {
				if got["mdm_enrollment_url"] != enrol || got["mdm_terms_of_use_url"] != terms || got["mdm_compliance_url"] != compliance {
					t.Errorf("%s, %s: the id token has %v", when, what, got)
				}
			}
		}
		scope := mdmScope + "/" + scopeID
		expect("None", nil, nil, nil)
		p.Must(t, c.Token, http.MethodPatch, scope, object{"appliesTo": "all"}, http.StatusNoContent)
		expect("All", servertest.DiscoveryPath, servertest.DeviceURL+"/EnrollmentServer/TermsOfUse", nil)
		const elsewhere = "https://mdm.contoso.example/"
		p.Must(t, c.Token, http.MethodPatch, scope, object{"discoveryUrl": elsewhere + "enrol", "termsOfUseUrl": elsewhere + "terms", "complianceUrl": elsewhere + "compliance"}, http.StatusNoContent)
		expect("elsewhere", elsewhere+"enrol", elsewhere+"terms", elsewhere+"compliance")

		p.SignIn(t, c, ann.UPN, ann.Password, "User.Read") // which lets the tenant's app do it
		other := p.Exchange(t, "/"+c.ID+"/oauth2/v2.0/token", url.Values{
			"grant_type": {"password"}, "client_id": {c.App.AppID}, "client_secret": {c.App.Secret}, "username": {ann.UPN}, "password": {ann.Password}, "scope": {"openid profile"},
		})
		if got := claimsOf(t, other.IDToken); got["oid"] != string(ann.ID) || got["mdm_enrollment_url"] != nil || got["mdm_terms_of_use_url"] != nil {
			t.Errorf("another app is told %v", got)
		}
	})
}
