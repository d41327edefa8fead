package enrollment

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Limits of the settings, in characters and entries.
const (
	MaxTermsTitle   = 256
	MaxTerms        = 20000
	MaxEntraTenants = 20
	maxAudiences    = 10
	maxAudience     = 256
)

// Validate checks every setting and names the first that is wrong.
func (s *Settings) Validate() error {
	if utf8.RuneCountInString(s.TermsTitle) > MaxTermsTitle || utf8.RuneCountInString(s.Terms) > MaxTerms {
		return fault.Field(fault.Invalid, "TermsTooLong", "terms", "The terms of use are too long: a title has 256 characters at most, the text 20,000.", "Shorten them, and link to the full text from where people find it.")
	}
	for _, text := range []string{s.TermsTitle, s.Terms} {
		if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' || r == 0x7f }) {
			return fault.Field(fault.Invalid, "InvalidTerms", "terms", "The terms of use hold characters that cannot be shown.", "Send plain text in UTF-8, one paragraph a line.")
		}
	}
	if len(s.Entra) > MaxEntraTenants {
		return fault.Field(fault.Invalid, "TooManyEntraTenants", "entra", fmt.Sprintf("A tenant takes the PCs of at most %d Entra tenants.", MaxEntraTenants), "Remove those that send none.")
	}
	seen := map[string]bool{}
	for i := range s.Entra {
		if err := s.Entra[i].validate(); err != nil {
			return err
		}
		if seen[s.Entra[i].TenantID] {
			return fault.Field(fault.Invalid, "EntraTenantTwice", "entra", "The Entra tenant "+s.Entra[i].TenantID+" is named twice.", "Name it once, with all its audiences.")
		}
		seen[s.Entra[i].TenantID] = true
	}
	return nil
}

func (e *EntraTenant) validate() error {
	if !isGUID(e.TenantID) {
		return fault.Field(fault.Invalid, "InvalidEntraTenant", "entra/tenantId", "'"+brief(e.TenantID)+"' is not the id of an Entra tenant.", "Send the tenant's GUID, as its overview page in the Entra admin center shows it.")
	}
	if len(e.Audiences) == 0 || len(e.Audiences) > maxAudiences {
		return fault.Field(fault.Invalid, "InvalidAudiences", "entra/audiences", "An Entra tenant has 1 to 10 audiences: without one nobody's token would be meant for this server.", "Send the client id and the Application ID URI of the mobility app that the Entra tenant has for this server.")
	}
	for _, a := range e.Audiences {
		if a == "" || len(a) > maxAudience || strings.ContainsFunc(a, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return fault.Field(fault.Invalid, "InvalidAudiences", "entra/audiences", "'"+brief(a)+"' is neither a client id nor an Application ID URI.", "Send the client id or the Application ID URI of the mobility app.")
		}
	}
	return nil
}

// GetSettings returns a tenant's enrolment settings; fault.NotFound without the
// tenant.
func (s *Service) GetSettings(ctx context.Context, t directory.TenantID) (Settings, error) {
	if _, err := s.Directory.GetTenant(ctx, t); err != nil {
		return Settings{}, fault.Wrap("read enrolment settings", err)
	}
	return s.Store.GetEnrolmentSettings(ctx, t)
}

// UpdateSettings changes what change sets, for every enrolment from the next
// one on. An Entra tenant that another tenant has is fault.Conflict with code
// EntraTenantTaken.
func (s *Service) UpdateSettings(ctx context.Context, t directory.TenantID, ifMatch int64, change func(*Settings) error) (Settings, error) {
	var is Settings
	err := s.Store.InTx(ctx, func(tx Tx) error {
		was, err := tx.LockEnrolmentSettings(ctx, t)
		if err != nil {
			return err
		}
		if err := fault.Match(was.Version, ifMatch); err != nil {
			return err
		}
		is = was
		is.Entra = slices.Clone(was.Entra)
		if err := change(&is); err != nil {
			return err
		}
		is.tidy()
		if err := is.Validate(); err != nil {
			return err
		}
		changes := settingChanges(&was, &is)
		if len(changes) == 0 {
			return nil
		}
		if err := tx.PutEnrolmentSettings(ctx, t, is); err != nil {
			return err
		}
		is.Version++
		return s.audit(ctx, tx, t, "Update enrollment settings", auditSettings, string(t), "", changes...)
	})
	return is, fault.Wrap("change enrolment settings", err)
}

// tidy writes ids as they are compared.
func (s *Settings) tidy() {
	s.TermsTitle, s.Terms = strings.TrimSpace(s.TermsTitle), strings.TrimSpace(strings.ReplaceAll(s.Terms, "\r\n", "\n"))
	for i := range s.Entra {
		s.Entra[i].TenantID = strings.ToLower(strings.TrimSpace(s.Entra[i].TenantID))
	}
}

func settingChanges(was, is *Settings) []directory.Change {
	var d directory.Differences
	d.Text("termsTitle", was.TermsTitle, is.TermsTitle)
	if was.Terms != is.Terms {
		d.List = append(d.List, directory.Change{Property: "terms", Old: briefly(was.Terms), New: briefly(is.Terms)})
	}
	d.Flag("allowDigest", was.AllowDigest, is.AllowDigest)
	d.Flag("allowOnPremise", was.AllowOnPremise, is.AllowOnPremise)
	d.Flag("requireLicence", was.RequireLicence, is.RequireLicence)
	d.Text("entra", entraText(was.Entra), entraText(is.Entra))
	return d.List
}

// briefly is a long text as the audit trail keeps it.
func briefly(text string) string {
	const most = 200
	runes := []rune(text)
	if len(runes) <= most {
		return text
	}
	return string(runes[:most]) + "… (" + strconv.Itoa(len(runes)) + " characters)"
}

func entraText(all []EntraTenant) string {
	parts := make([]string, len(all))
	for i, e := range all {
		parts[i] = e.TenantID + " (" + strings.Join(e.Audiences, " ") + ")"
	}
	return strings.Join(parts, ", ")
}
