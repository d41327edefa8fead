package oidc

import (
	"net/http"
	"net/url"
	"strings"

	"taxiway/internal/fault"
)

// realmPaths begin the address of a realm, below the tenant; the user principal
// name follows.
var realmPaths = []string{"/userrealm/", "/UserRealm/"}

// realm says how people of a domain sign in: client libraries ask before they
// send a password.
type realm struct {
	Version   string `json:"ver"`
	Account   string `json:"account_type"`
	Domain    string `json:"domain_name,omitempty"`
	Cloud     string `json:"cloud_instance_name,omitempty"`
	Audiences string `json:"cloud_audience_urn,omitempty"`
}

// userRealm answers by the domain alone: it tells nothing about who exists.
func (h *Handler) userRealm(w http.ResponseWriter, r *http.Request) error {
	if _, err := h.place(r); err != nil {
		return err
	}
	_, rest := splitTenant(r.URL.Path)
	_, upn, _ := strings.Cut(strings.TrimPrefix(rest, "/"), "/")
	if decoded, err := url.PathUnescape(upn); err == nil {
		upn = decoded // some clients encode the address twice
	}
	_, domain, _ := strings.Cut(strings.ToLower(upn), "@")
	answer := realm{Version: "1.0", Account: "Unknown"}
	if domain == "" || len(domain) > 253 {
		return writeJSON(w, http.StatusOK, answer)
	}
	t, err := h.Tenants.FindTenant(r.Context(), domain)
	if fault.Is(err, fault.NotFound) {
		return writeJSON(w, http.StatusOK, answer)
	}
	if err != nil {
		return fault.Wrap("find the domain of a person", err)
	}
	return writeJSON(w, http.StatusOK, realm{Version: "1.0", Account: "Managed", Domain: t.Domain, Cloud: h.host(), Audiences: "urn:federation:MicrosoftOnline"})
}
