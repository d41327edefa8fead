package oidc

import (
	"net/http"
	"net/url"
)

// document is the provider metadata (OpenID Connect Discovery 1.0 section 3,
// RFC 8414) with the fields Entra adds. It names what works and nothing else:
// no response type, because no app has a redirect address. The authorization
// endpoint is there because Microsoft's client libraries refuse a document
// without it.
type document struct {
	Issuer         string   `json:"issuer"`
	Authorization  string   `json:"authorization_endpoint"`
	Token          string   `json:"token_endpoint"`
	Keys           string   `json:"jwks_uri"`
	TokenAuth      []string `json:"token_endpoint_auth_methods_supported"`
	Grants         []string `json:"grant_types_supported"`
	ResponseTypes  []string `json:"response_types_supported"`
	SubjectTypes   []string `json:"subject_types_supported"`
	IDTokenSigning []string `json:"id_token_signing_alg_values_supported"`
	RequestURI     bool     `json:"request_uri_parameter_supported"`
	Cloud          string   `json:"cloud_instance_name"`
	CloudGraph     string   `json:"cloud_graph_host_name"`
	Graph          string   `json:"msgraph_host"`
}

// metadata is made of the configured base URL, never of the Host header:
// clients compare the issuer with the address they were given.
func (h *Handler) metadata(v version) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		at, err := h.place(r)
		if err != nil {
			return err
		}
		tenant, host := h.Base+"/"+at.name(), h.host()
		d := document{
			Issuer:         h.Base + "/" + at.issuer() + "/v2.0",
			Authorization:  tenant + "/oauth2/v2.0/authorize",
			Token:          tenant + "/oauth2/v2.0/token",
			Keys:           tenant + "/discovery/v2.0/keys",
			TokenAuth:      []string{"client_secret_post", "client_secret_basic"},
			Grants:         []string{"client_credentials"},
			ResponseTypes:  []string{},
			SubjectTypes:   []string{"pairwise"},
			IDTokenSigning: []string{"RS256"},
			Cloud:          host,
			CloudGraph:     host,
			Graph:          host,
		}
		if v == v1 {
			d.Issuer = h.Base + "/" + at.issuer() + "/"
			d.Authorization = tenant + "/oauth2/authorize"
			d.Token = tenant + "/oauth2/token"
			d.Keys = tenant + "/discovery/keys"
		}
		w.Header().Set("Cache-Control", "public, max-age=3600")
		return writeJSON(w, http.StatusOK, d)
	}
}

// keys answers the public keys; every tenant has the same. A client may keep
// them for a day, because a key is published a day before it signs.
func (h *Handler) keys(w http.ResponseWriter, r *http.Request) error {
	if _, err := h.place(r); err != nil {
		return err
	}
	set, err := h.Keys.Published(r.Context())
	if err != nil {
		return err
	}
	w.Header().Set("Cache-Control", "public, max-age=86400")
	return writeJSON(w, http.StatusOK, set)
}

func (h *Handler) host() string {
	u, err := url.Parse(h.Base)
	if err != nil {
		return ""
	}
	return u.Host
}
