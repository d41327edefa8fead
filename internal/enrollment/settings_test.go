package enrollment_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/storetest"
)

func TestSettingsAreKeptAuditedAndRefusedByName(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		entra := estateID()
		if got := given(s.GetSettings(s.ctx, s.tenant)); !cmp.Equal(got, enrollment.Settings{}) {
			t.Errorf("before anything was set: %+v", got)
		}
		_, err := s.GetSettings(s.ctx, directory.TenantID(estateID()))
		s.fails(err, fault.NotFound, "ResourceNotFound")
		want := enrollment.Settings{TermsTitle: "Terms", Terms: "One.\nTwo.", AllowDigest: true, Entra: []enrollment.EntraTenant{{TenantID: entra, Audiences: []string{"api://x"}}}, Version: 1}
		got, err := s.UpdateSettings(s.ctx, s.tenant, 0, func(c *enrollment.Settings) error {
			*c = want
			c.Version, c.Terms, c.Entra = 0, "  One.\r\nTwo.\n", []enrollment.EntraTenant{{TenantID: strings.ToUpper(entra), Audiences: []string{"api://x"}}}
			return nil
		})
		s.ok(err)
		for what, is := range map[string]enrollment.Settings{"answered": got, "stored": given(s.GetSettings(s.ctx, s.tenant))} {
			if diff := cmp.Diff(want, is); diff != "" {
				t.Errorf("%s (-want +got):\n%s", what, diff)
			}
		}
		nothing := func(*enrollment.Settings) error { return nil }
		if got := given(s.UpdateSettings(s.ctx, s.tenant, 1, nothing)); got.Version != 1 {
			t.Errorf("nothing changed, and the version is %d", got.Version)
		}
		_, err = s.UpdateSettings(s.ctx, s.tenant, 7, nothing)
		s.fails(err, fault.Precondition, "PreconditionFailed")
		if got := s.activities(string(s.tenant)); !slices.Equal(got, []string{"Update enrollment settings", "Create tenant"}) {
			t.Errorf("audited: %v", got)
		}
		other := s.newTenant("fabrikam.example")
		_, err = s.UpdateSettings(s.ctx, other, 0, func(c *enrollment.Settings) error { c.Entra = want.Entra; return nil })
		s.fails(err, fault.Conflict, "EntraTenantTaken")

		for _, bad := range []struct {
			code   string
			change func(*enrollment.Settings)
		}{
			{"TermsTooLong", func(c *enrollment.Settings) { c.TermsTitle = strings.Repeat("x", 257) }},
			{"TermsTooLong", func(c *enrollment.Settings) { c.Terms = strings.Repeat("ü", 20001) }},
			{"InvalidTerms", func(c *enrollment.Settings) { c.Terms = "a\x00b" }},
			{"InvalidTerms", func(c *enrollment.Settings) { c.TermsTitle = "a\xffb" }},
			{"InvalidEntraTenant", func(c *enrollment.Settings) { c.Entra[0].TenantID = "contoso.example" }},
			{"InvalidAudiences", func(c *enrollment.Settings) { c.Entra[0].Audiences = nil }},
			{"InvalidAudiences", func(c *enrollment.Settings) { c.Entra[0].Audiences = []string{"with space"} }},
			{"EntraTenantTwice", func(c *enrollment.Settings) { c.Entra = append(c.Entra, c.Entra[0]) }},
			{"TooManyEntraTenants", func(c *enrollment.Settings) { c.Entra = make([]enrollment.EntraTenant, 21) }},
		} {
			_, err := s.UpdateSettings(s.ctx, s.tenant, 0, func(c *enrollment.Settings) error { bad.change(c); return nil })
			s.fails(err, fault.Invalid, bad.code)
		}
		if diff := cmp.Diff(want, given(s.GetSettings(s.ctx, s.tenant))); diff != "" {
			t.Errorf("after refusals (-want +got):\n%s", diff)
		}
	})
}
