package oidc

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// alias is one group of hosts that are the same provider.
type alias struct {
	Network string   `json:"preferred_network"`
	Cache   string   `json:"preferred_cache"`
	Hosts   []string `json:"aliases"`
}

var tenantName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$`)

// instance is Entra's instance discovery: our host is its own only alias.
func (h *Handler) instance(w http.ResponseWriter, r *http.Request) error {
	refused := &problem{http.StatusBadRequest, invalidInstance, 50049, "The authority is not at this server. Use " + h.Base + " and the tenant."}
	discovery := h.Base + "/common/v2.0/.well-known/openid-configuration"
	if asked := r.URL.Query().Get("authorization_endpoint"); asked != "" {
		u, err := url.Parse(asked)
		if err != nil || !strings.EqualFold(u.Scheme+"://"+u.Host, h.Base) {
			return refused
		}
		name, rest := splitTenant(u.Path)
		if !tenantName.MatchString(name) {
			return refused
		}
		discovery = h.Base + "/" + name
		if strings.Contains(rest, "/v2.0/") {
			discovery += "/v2.0"
		}
		discovery += "/.well-known/openid-configuration"
	}
	host := h.host()
	return writeJSON(w, http.StatusOK, struct {
		Discovery string  `json:"tenant_discovery_endpoint"`
		Version   string  `json:"api-version"`
		Metadata  []alias `json:"metadata"`
	}{discovery, "1.1", []alias{{host, host, []string{host}}}})
}

// endpoints tells Terraform's azuread provider where things are, in the shape
// of Azure Resource Manager's metadata of api-version 2022-09-01. There is no
// resource manager here; the provider only asks that the field is filled.
func (h *Handler) endpoints(w http.ResponseWriter, _ *http.Request) error {
	type authentication struct {
		Login     string   `json:"loginEndpoint"`
		Audiences []string `json:"audiences"`
		Tenant    string   `json:"tenant"`
		Provider  string   `json:"identityProvider"`
	}
	return writeJSON(w, http.StatusOK, struct {
		Name            string            `json:"name"`
		Portal          string            `json:"portal"`
		ResourceManager string            `json:"resourceManager"`
		Graph           string            `json:"microsoftGraphResourceId"`
		Authentication  authentication    `json:"authentication"`
		Suffixes        map[string]string `json:"suffixes"`
	}{
		Name: "taxiway", Portal: h.Base, ResourceManager: h.Base + "/", Graph: h.Base + "/",
		Authentication: authentication{Login: h.Base + "/", Audiences: []string{h.Base + "/"}, Tenant: "common", Provider: "AAD"},
		Suffixes:       map[string]string{},
	})
}
