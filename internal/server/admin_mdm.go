package server

import (
	"net/http"

	"taxiway/internal/enrollment"
)

// AdminEnrolment is a tenant's enrolment settings on the private door.
type AdminEnrolment struct {
	TermsTitle     string       `json:"termsTitle"`
	Terms          string       `json:"terms"` // empty: this server's own words
	AllowDigest    bool         `json:"allowDigest"`
	AllowOnPremise bool         `json:"allowOnPremise"`
	RequireLicence bool         `json:"requireLicence"`
	Entra          []AdminEntra `json:"entra"`
	Version        int64        `json:"version"`
}

// AdminEntra is a real Entra tenant that sends its PCs here.
type AdminEntra struct {
	TenantID  string   `json:"tenantId"`
	Audiences []string `json:"audiences"`
}

// AdminEnrolmentChange is an edit of the settings: nil leaves one as it is. A
// Version other than 0 is the one that was read.
type AdminEnrolmentChange struct {
	TermsTitle     *string       `json:"termsTitle,omitempty"`
	Terms          *string       `json:"terms,omitempty"`
	AllowDigest    *bool         `json:"allowDigest,omitempty"`
	AllowOnPremise *bool         `json:"allowOnPremise,omitempty"`
	RequireLicence *bool         `json:"requireLicence,omitempty"`
	Entra          *[]AdminEntra `json:"entra,omitempty"`
	Version        int64         `json:"version,omitempty"`
}

// adminMDMRoutes are the private door's routes about enrolment.
func (s *Server) adminMDMRoutes() map[string]func(*http.Request) (any, error) {
	return map[string]func(*http.Request) (any, error){
		"GET /tenants/{tenant}/mdm/settings":   s.adminGetEnrolment,
		"PATCH /tenants/{tenant}/mdm/settings": s.adminSetEnrolment,
	}
}

func adminEnrolment(s *enrollment.Settings) AdminEnrolment {
	out := AdminEnrolment{
		TermsTitle: s.TermsTitle, Terms: s.Terms, AllowDigest: s.AllowDigest, AllowOnPremise: s.AllowOnPremise, RequireLicence: s.RequireLicence,
		Entra: make([]AdminEntra, len(s.Entra)), Version: s.Version,
	}
	for i, e := range s.Entra {
		out.Entra[i] = AdminEntra(e)
	}
	return out
}

func (s *Server) adminGetEnrolment(r *http.Request) (any, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	settings, err := s.management.GetSettings(r.Context(), t.ID)
	return adminEnrolment(&settings), err
}

func (s *Server) adminSetEnrolment(r *http.Request) (any, error) {
	var in AdminEnrolmentChange
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	settings, err := s.management.UpdateSettings(r.Context(), t.ID, in.Version, func(is *enrollment.Settings) error {
		in.apply(is)
		return nil
	})
	return adminEnrolment(&settings), err
}

func (c *AdminEnrolmentChange) apply(s *enrollment.Settings) {
	set(&s.TermsTitle, c.TermsTitle)
	set(&s.Terms, c.Terms)
	set(&s.AllowDigest, c.AllowDigest)
	set(&s.AllowOnPremise, c.AllowOnPremise)
	set(&s.RequireLicence, c.RequireLicence)
	if c.Entra == nil {
		return
	}
	s.Entra = nil
	for _, e := range *c.Entra {
		s.Entra = append(s.Entra, enrollment.EntraTenant(e))
	}
}

// set takes a value that was sent.
func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}
