package server

import (
	"encoding/hex"
	"net/http"
	"strings"

	"taxiway/internal/directory"
)

// newCert is a certificate as the command line sends it.
type newCert struct {
	DisplayName string `json:"displayName"`
	Content     []byte `json:"content"` // PEM or DER
}

// adminAppRoutes are the routes about what belongs to an app.
func (s *Server) adminAppRoutes() map[string]func(*http.Request) (any, error) {
	return map[string]func(*http.Request) (any, error){
		"POST /tenants/{tenant}/apps/{app}/redirects":            s.adminAddRedirect,
		"DELETE /tenants/{tenant}/apps/{app}/redirects":          s.adminRemoveRedirect,
		"POST /tenants/{tenant}/apps/{app}/certificates":         s.adminAddCertificate,
		"DELETE /tenants/{tenant}/apps/{app}/certificates/{key}": s.adminRemoveCertificate,
		"GET /tenants/{tenant}/apps/{app}/consents":              s.adminListConsents,
		"POST /tenants/{tenant}/apps/{app}/consents":             s.adminConsent,
		"DELETE /tenants/{tenant}/apps/{app}/consents":           s.adminWithdrawConsent,
		"GET /first-party-apps":                                  s.adminFirstPartyApps,
	}
}

func adminCertificate(c *directory.AppCertificate) AdminCertificate {
	return AdminCertificate{
		KeyID: c.KeyID, DisplayName: c.DisplayName, SHA1: strings.ToUpper(hex.EncodeToString(c.SHA1)), SHA256: strings.ToUpper(hex.EncodeToString(c.SHA256)),
		StartsAt: c.StartsAt, ExpiresAt: c.ExpiresAt,
	}
}

func (s *Server) adminAddRedirect(r *http.Request) (any, error) {
	var in AdminRedirect
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	if err := s.apps.AddRedirect(r.Context(), t.ID, r.PathValue("app"), in); err != nil {
		return nil, err
	}
	return s.adminAppNow(r, t.ID)
}

// adminRemoveRedirect takes the address as the parameter uri: it has slashes.
func (s *Server) adminRemoveRedirect(r *http.Request) (any, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	if err := s.apps.RemoveRedirect(r.Context(), t.ID, r.PathValue("app"), r.URL.Query().Get("uri")); err != nil {
		return nil, err
	}
	return s.adminAppNow(r, t.ID)
}

func (s *Server) adminAddCertificate(r *http.Request) (any, error) {
	var in newCert
	if err := readJSON(r, &in); err != nil {
		return nil, err
	}
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	c, err := s.apps.AddCertificate(r.Context(), t.ID, r.PathValue("app"), directory.NewCertificate(in))
	if err != nil {
		return nil, err
	}
	return adminCertificate(&c), nil
}

func (s *Server) adminRemoveCertificate(r *http.Request) (any, error) {
	t, err := s.tenantOf(r)
	if err != nil {
		return nil, err
	}
	return struct{}{}, s.apps.RemoveCertificate(r.Context(), t.ID, r.PathValue("app"), r.PathValue("key"))
}
