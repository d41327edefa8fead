package servertest

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
)

// The resource that PCs enrol at and where Windows' client is sent back to.
const (
	EnrolResource = "0000000a-0000-0000-c000-000000000000"
	enrolRedirect = "ms-aadj-redir://auth/mdm"
)

// EnrolToken gets a person's token for enrolling a PC as Windows does: in a new
// browser, and with the code from the token endpoint.
func (p *Process) EnrolToken(t testing.TB, who *Person) string {
	t.Helper()
	verifier := RandomText()
	page := p.NewBrowser(t).SignIn(t, who, BaseURL+"/"+who.Tenant+"/oauth2/authorize?"+url.Values{
		"client_id": {brokerApp}, "redirect_uri": {enrolRedirect}, "response_type": {"code"}, "resource": {EnrolResource}, "scope": {"openid"},
		"code_challenge": {ChallengeOf(verifier)}, "code_challenge_method": {"S256"}, "state": {RandomText()},
	}.Encode())
	answer := page.Answer(t)
	if answer.Get("code") == "" || !strings.HasPrefix(page.Header.Get("Location"), enrolRedirect+"?") {
		t.Fatalf("sign %s in to enrol: %d %s %v %s", who.UPN, page.Status, page.Address, answer, page.Body)
	}
	a := p.Exchange(t, "/"+who.Tenant+"/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {brokerApp}, "resource": {EnrolResource}, "redirect_uri": {enrolRedirect},
		"code": {answer.Get("code")}, "code_verifier": {verifier},
	})
	if a.AccessToken == "" {
		t.Fatalf("redeem the code of %s to enrol: %d %v", who.UPN, a.Status, a.All)
	}
	return a.AccessToken
}

// EnrolPassword gets such a token for a password alone, as ROADtools does. The
// tenant is a lab: elsewhere that is refused.
func (p *Process) EnrolPassword(t testing.TB, who *Person) string {
	t.Helper()
	a := p.Exchange(t, "/"+who.Tenant+"/oauth2/token", url.Values{
		"grant_type": {"password"}, "client_id": {brokerApp}, "resource": {EnrolResource}, "username": {who.UPN}, "password": {who.Password},
	})
	if a.AccessToken == "" {
		t.Fatalf("sign in to enrol: %d %v", a.Status, a.All)
	}
	return a.AccessToken
}

// EnrolClaims are what a person's token for enrolling says, of a sign-in after
// everything that happened this second: for tokens that no server would issue.
func (w *World) EnrolClaims(tenant, user string) map[string]any {
	return enrolClaims(w.now(), tenant, user, time.Hour)
}

func enrolClaims(now time.Time, tenant, user string, life time.Duration) map[string]any {
	return map[string]any{
		"aud": EnrolResource, "iss": BaseURL + "/" + tenant + "/", "tid": tenant, "oid": user, "sub": user, "appid": brokerApp, "appidacr": "0",
		"iat": now.Unix() + 1, "nbf": now.Unix(), "exp": now.Add(life).Unix(), "idtyp": "user", "ver": "1.0", "uti": "test",
		"amr": []string{"pwd"}, "scp": "mdm_delegation",
	}
}

// SetEnrolment changes a tenant's enrolment settings.
func (s *Services) SetEnrolment(t testing.TB, tenant string, change func(*enrollment.Settings)) {
	t.Helper()
	service := enrollment.Service{Store: s.DB.Enrollment(), Directory: s.DB.Directory(), Clock: fixedClock(s.process.now), NewID: uuid.NewString}
	_, err := service.UpdateSettings(t.Context(), directory.TenantID(tenant), 0, func(now *enrollment.Settings) error {
		change(now)
		return nil
	})
	if err != nil {
		t.Fatalf("change the enrolment settings: %v", err)
	}
}

// ManagedDevices are those of a tenant, in order of id.
func (s *Services) ManagedDevices(t testing.TB, tenant string) []enrollment.Device {
	t.Helper()
	all, err := s.DB.Enrollment().PageManagedDevices(t.Context(), directory.TenantID(tenant), "", 1000)
	if err != nil {
		t.Fatalf("list the managed devices: %v", err)
	}
	return all
}
