package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/server"
)

// mdmCommand runs a command about the enrolment of one tenant's PCs.
type mdmCommand struct {
	*app
	tenant string
}

func (a *app) newMDM() *cobra.Command {
	o := &mdmCommand{app: a}
	cmd := a.parent("mdm", "Enrolment and management of PCs",
		a.parent("settings", "How PCs may enrol", o.newShow(), o.newSet()))
	cmd.PersistentFlags().StringVar(&o.tenant, "tenant", "", "tenant id or domain; not needed when there is only one")
	return cmd
}

// settings runs fn with where the tenant's settings are.
func (o *mdmCommand) settings(ctx context.Context, fn func(admin *server.Admin, path string) error) error {
	return o.withAdmin(ctx, func(_ config.Config, admin *server.Admin) error {
		t, err := onlyTenant(ctx, admin, o.tenant)
		if err != nil {
			return err
		}
		return fn(admin, "/tenants/"+url.PathEscape(string(t.ID))+"/mdm/settings")
	})
}

func (o *mdmCommand) newShow() *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Show them", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return o.settings(ctx, func(admin *server.Admin, path string) error {
				var is server.AdminEnrolment
				if err := admin.Call(ctx, "GET", path, nil, &is); err != nil {
					return err
				}
				return o.showSettings(&is)
			})
		},
	}
}

func (o *mdmCommand) showSettings(is *server.AdminEnrolment) error {
	return o.show(is, func(w io.Writer) error {
		terms := "this server's own"
		if is.TermsTitle != "" || is.Terms != "" {
			terms = strings.TrimSpace(is.TermsTitle + ": " + plural(len([]rune(is.Terms)), "character"))
		}
		fields := []field{
			{"Terms of use", terms},
			{"User name and password", allowed(is.AllowOnPremise)},
			{"Digest without certificate", allowed(is.AllowDigest)},
			{"Licence", map[bool]string{true: "required", false: "not required"}[is.RequireLicence]},
		}
		for _, e := range is.Entra {
			fields = append(fields, field{"Entra tenant " + e.TenantID, strings.Join(e.Audiences, ", ")})
		}
		return card(w, fields...)
	})
}

func allowed(yes bool) string {
	if yes {
		return "allowed"
	}
	return "not allowed"
}

type mdmSetOptions struct {
	*mdmCommand
	title, termsFile            string
	ownTerms                    bool
	onPremise, digest, licensed bool
	entra, noEntra              []string
}

func (o *mdmCommand) newSet() *cobra.Command {
	s := &mdmSetOptions{mdmCommand: o}
	cmd := &cobra.Command{
		Use: "set", Short: "Change them; what is not named stays", Args: exactly(0),
		Long: `Change how the PCs of a tenant may enrol. What is not named stays, and every
change is in the audit trail. Who is enrolled by itself when a PC joins is the
MDM user scope, which Graph keeps (policies/mobileDeviceManagementPolicies).`,
		RunE: func(cmd *cobra.Command, _ []string) error { return s.run(cmd.Context(), cmd.Flags().Changed) },
	}
	f := cmd.Flags()
	f.StringVar(&s.title, "terms-title", "", "heading of the terms of use page")
	f.StringVar(&s.termsFile, "terms-file", "", "file with the terms of use, plain text, one paragraph a line")
	f.BoolVar(&s.ownTerms, "own-terms", false, "show this server's own terms again")
	f.BoolVar(&s.onPremise, "on-premise", false, "let PCs enrol with user name and password, as provisioning packages do")
	f.BoolVar(&s.digest, "digest", false, "let PCs that enrolled with digest authentication check in without a certificate")
	f.BoolVar(&s.licensed, "require-licence", false, "refuse users without the licence flag")
	f.StringArrayVar(&s.entra, "entra", nil, "take the PCs of a real Entra tenant, as in GUID=AUDIENCE,AUDIENCE; may be repeated")
	f.StringSliceVar(&s.noEntra, "no-entra", nil, "take no PCs of this Entra tenant any more; may be repeated")
	return cmd
}

func (s *mdmSetOptions) run(ctx context.Context, given func(string) bool) error {
	change, err := s.change(given)
	if err != nil {
		return err
	}
	added, err := s.added()
	if err != nil {
		return err
	}
	return s.settings(ctx, func(admin *server.Admin, path string) error {
		var is server.AdminEnrolment
		if len(added)+len(s.noEntra) > 0 {
			if err := admin.Call(ctx, "GET", path, nil, &is); err != nil {
				return err
			}
			entra, err := s.merged(is.Entra, added)
			if err != nil {
				return err
			}
			change.Entra, change.Version = &entra, is.Version
		}
		if err := admin.Call(ctx, "PATCH", path, change, &is); err != nil {
			return err
		}
		return s.showSettings(&is)
	})
}

// change is what the flags say, without the Entra tenants.
func (s *mdmSetOptions) change(given func(string) bool) (c server.AdminEnrolmentChange, err error) {
	for _, f := range []struct {
		name  string
		value *bool
		to    **bool
	}{{"on-premise", &s.onPremise, &c.AllowOnPremise}, {"digest", &s.digest, &c.AllowDigest}, {"require-licence", &s.licensed, &c.RequireLicence}} {
		if given(f.name) {
			*f.to = f.value
		}
	}
	if given("terms-title") {
		c.TermsTitle = &s.title
	}
	if s.termsFile != "" {
		text, err := os.ReadFile(s.termsFile)
		if err != nil {
			return c, flagError("terms-file", fmt.Sprintf("The file cannot be read: %v.", err), "Name a text file that you can read.")
		}
		c.Terms = new(string(text))
	}
	if s.ownTerms {
		if c.Terms != nil || c.TermsTitle != nil {
			return c, flagError("own-terms", "--own-terms takes the tenant's terms away.", "Leave out --terms-title and --terms-file.")
		}
		c.Terms, c.TermsTitle = new(""), new("")
	}
	if c == (server.AdminEnrolmentChange{}) && len(s.entra)+len(s.noEntra) == 0 {
		return c, fault.Field(fault.Invalid, "NothingToChange", "flags", "There is nothing to change.", "Name a setting; --help lists them.")
	}
	return c, nil
}

// added are the Entra tenants that the flags name.
func (s *mdmSetOptions) added() (all []server.AdminEntra, err error) {
	for _, text := range s.entra {
		id, audiences, ok := strings.Cut(text, "=")
		if !ok {
			return nil, flagError("entra", "'"+text+"' does not say for whom the tokens are.", "Give the tenant and the audiences, as in 01234567-89ab-cdef-0123-456789abcdef=api://taxiway.contoso.example.")
		}
		e := server.AdminEntra{TenantID: strings.ToLower(strings.TrimSpace(id)), Audiences: []string{}}
		for a := range strings.SplitSeq(audiences, ",") {
			if a = strings.TrimSpace(a); a != "" {
				e.Audiences = append(e.Audiences, a)
			}
		}
		all = append(all, e)
	}
	return all, nil
}

// merged are the Entra tenants after the change; one that is named again gets
// the new audiences.
func (s *mdmSetOptions) merged(is, added []server.AdminEntra) ([]server.AdminEntra, error) {
	out := slices.Clone(is)
	drop := func(id string) bool {
		n := len(out)
		out = slices.DeleteFunc(out, func(e server.AdminEntra) bool { return strings.EqualFold(e.TenantID, id) })
		return len(out) < n
	}
	for _, id := range s.noEntra {
		if !drop(strings.TrimSpace(id)) {
			return nil, flagError("no-entra", "The PCs of the Entra tenant '"+id+"' are not taken.", "'taxiway mdm settings show' lists those that are.")
		}
	}
	for _, e := range added {
		drop(e.TenantID)
		out = append(out, e)
	}
	return out, nil
}
