package wire_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/servertest"
	"taxiway/internal/virtualpc/wire"
)

// A PC that nobody registered knows no organisation: the address that its person
// types leads to one.
func TestAPCWithoutAProfileJoinsAllTheSame(t *testing.T) {
	t.Parallel()
	s := newSite(t, servertest.Database{Engine: "sqlite"})
	c := s.network(nil)
	stranger := servertest.NewPC(t, "PF-9999")
	ask := s.ask()
	ask.Hash, ask.Serial = stranger.Hash(t), "PF-9999"
	answer, err := c.Profile(t.Context(), ask, opens(stranger.EK))
	if err != nil || answer.Document != nil || answer.Refusal == nil || answer.Refusal.Code != 807 {
		t.Fatalf("the profile of a PC that is not registered: %+v, %v", answer, err)
	}
	report, err := c.ReportHardware(t.Context(), s.ask(), s.tpm)
	if err != nil || report.RemediationState == "" || report.ProfileStatus == "" {
		t.Errorf("the report of hardware: %+v, %v", report, err)
	}
	d, err := c.Discover(t.Context(), "")
	if err != nil || d.TenantID != "" {
		t.Fatalf("discovery without a tenant: %+v, %v", d, err)
	}
	bob := s.person("bob")
	s.set(http.MethodPatch, "/v1.0/users/"+bob.upn, object{"passwordProfile": object{"password": servertest.Password, "forceChangePasswordNextSignIn": true}}, http.StatusNoContent)
	bob.slips = 1
	token, err := c.SignIn(t.Context(), d, wire.SignInOptions{}, bob)
	if err != nil || token.TenantID != s.ID || token.UPN != bob.upn {
		t.Fatalf("the sign-in: %+v, %v", token, err)
	}
	if want := []string{"Sign in", "Enter password", "Enter password", "Update your password"}; !slices.Equal(bob.headings(), want) {
		t.Errorf("bob saw %q, want %q", bob.headings(), want)
	}
	if bob.seen[1].Error != "" || bob.seen[2].Error == "" || bob.seen[2].Account != bob.upn {
		t.Errorf("after a wrong password bob saw %+v", bob.seen[2])
	}
	joined, err := c.Join(t.Context(), d, wire.JoinRequest{Token: token.Access, Name: "DESKTOP-1", OSVersion: osVersion, Key: newKey(t)})
	if err != nil || joined.TenantID != s.ID || joined.UPN != bob.upn {
		t.Fatalf("the join: %+v, %v", joined, err)
	}
	if err := c.Leave(t.Context(), d); err != nil {
		t.Errorf("leave: %v", err)
	}
	wantProblem(t, "leaving twice", c.Leave(t.Context(), d), wire.StepLeave, wire.CodeNotJoined)

	// Somebody else at the same PC types everything; who is pre-assigned only the
	// password.
	if err := c.Forget(); err != nil {
		t.Fatal(err)
	}
	eve := s.person("eve")
	if _, err := c.SignIn(t.Context(), d, wire.SignInOptions{Hint: eve.upn}, eve); err != nil || !slices.Equal(eve.headings(), []string{"Enter password"}) {
		t.Errorf("a sign-in of the assigned person: %v, eve saw %q", err, eve.headings())
	}
	unknown, err := c.Discover(t.Context(), "nobody.example")
	if p := wire.ProblemOf(err); p == nil || p.Code != "0x801c0013" || !strings.Contains(p.Message, "organisation") {
		t.Errorf("the discovery of a domain that nobody has: %+v, %v", unknown, err)
	}
}
