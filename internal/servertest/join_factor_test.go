package servertest_test

import (
	"net/http"
	"slices"
	"testing"

	"taxiway/internal/servertest"
)

// amrOf is how a token says that its person signed in (RFC 8176).
func amrOf(t *testing.T, token string) []string {
	t.Helper()
	list, _ := claimsOf(t, token)["amr"].([]any)
	var methods []string
	for _, m := range list {
		text, _ := m.(string)
		methods = append(methods, text)
	}
	return methods
}

// Where the settings want a second factor, a person who typed a password alone
// is refused, and joins the tutorial's PC after a sign-in with the
// authenticator: everything over the wire, as administrator and as standard
// user, whether the authenticator was set up before or in that very sign-in.
func TestWhereASecondFactorIsRequiredAPersonJoinsWithOneAndNotWithout(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newJoinSite(t, db)
		s.policy(object{"multiFactorAuthConfiguration": "required"})
		for _, c := range []struct {
			userType string
			before   bool // the authenticator is set up at the account page, before
		}{
			{"administrator", true}, {"administrator", false}, {"standard", true}, {"standard", false},
		} {
			name := c.userType + "-new"
			if c.before {
				name = c.userType + "-known"
			}
			s.setProfile(s.profile, c.userType)
			who := s.newJoining(name)
			j := servertest.NewJoiner(t)
			body := func() any { return j.Body(t, name, servertest.Ticketed(s.ticketOf(s.pc, s.hash))) }

			weak := s.p.JoinSignIn(t, who, false)
			if got := amrOf(t, weak); !slices.Equal(got, []string{"pwd"}) {
				t.Errorf("%s: by password alone amr is %v", name, got)
			}
			s.refused(name+" without a second factor", weak, body(), needsMFA)

			if c.before {
				s.p.SetUpAuthenticator(t, who)
			}
			strong := s.p.JoinSignIn(t, who, !c.before)
			if got := amrOf(t, strong); !slices.Equal(got, []string{"pwd", "otp", "mfa"}) {
				t.Errorf("%s: with the authenticator amr is %v", name, got)
			}
			// The first token did not become better by it.
			s.refused(name+" with the token from before", weak, body(), needsMFA)
			a := s.p.Join(t, strong, body(), http.StatusOK)
			if got := j.Take(t, a); got != s.deviceID {
				t.Errorf("%s: the PC is %s, want the registered %s", name, got, s.deviceID)
			}
			admins := []string{localAdministrators, globalAdministrators}
			if c.userType == "administrator" {
				admins = append(admins, string(who.ID))
			}
			s.admins(name, a, admins...)
			s.belongs(s.device, string(who.ID))
		}
	})
}
