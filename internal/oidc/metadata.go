package oidc

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
)

// document is the provider metadata (OpenID Connect Discovery 1.0 section 3,
// RFC 8414, RFC 8628, RFC 9207) with the fields Entra adds. It names what works
// and nothing else.
type document struct {
	Issuer         string   `json:"issuer"`
	Authorization  string   `json:"authorization_endpoint"`
	Token          string   `json:"token_endpoint"`
	Device         string   `json:"device_authorization_endpoint"`
	Userinfo       string   `json:"userinfo_endpoint"`
	Logout         string   `json:"end_session_endpoint"`
	Revocation     string   `json:"revocation_endpoint"`
	Introspection  string   `json:"introspection_endpoint"`
	Keys           string   `json:"jwks_uri"`
	TokenAuth      []string `json:"token_endpoint_auth_methods_supported"`
	AssertionAlgs  []string `json:"token_endpoint_auth_signing_alg_values_supported"`
	Grants         []string `json:"grant_types_supported"`
	ResponseTypes  []string `json:"response_types_supported"`
	ResponseModes  []string `json:"response_modes_supported"`
	Challenges     []string `json:"code_challenge_methods_supported"`
	Scopes         []string `json:"scopes_supported"`
	Prompts        []string `json:"prompt_values_supported"`
	Claims         []string `json:"claims_supported"`
	SubjectTypes   []string `json:"subject_types_supported"`
	IDTokenSigning []string `json:"id_token_signing_alg_values_supported"`
	RequestObject  bool     `json:"request_parameter_supported"`
	RequestURI     bool     `json:"request_uri_parameter_supported"`
	// IssuerAnswered is false on common: there the issuer is known only after
	// somebody signed in.
	IssuerAnswered bool   `json:"authorization_response_iss_parameter_supported"`
	Cloud          string `json:"cloud_instance_name"`
	CloudGraph     string `json:"cloud_graph_host_name"`
	Graph          string `json:"msgraph_host"`
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
		prefix := tenant + "/oauth2/v2.0"
		d := document{
			Issuer: h.issuer(at.issuer(), v), Keys: tenant + "/discovery/v2.0/keys",
			TokenAuth:      []string{"client_secret_post", "private_key_jwt", "client_secret_basic", "none"},
			AssertionAlgs:  []string{"RS256", "PS256"},
			Grants:         h.grantNames(),
			ResponseTypes:  []string{typeCode, typeID, typeHybrid},
			ResponseModes:  []string{modeQuery, modeFragment, modeFormPost},
			Challenges:     []string{"S256"},
			Scopes:         []string{"openid", "profile", "email", "offline_access"},
			Prompts:        []string{"none", "login", "select_account", "consent"},
			Claims:         []string{"sub", "iss", "aud", "exp", "iat", "nbf", "auth_time", "nonce", "c_hash", "sid", "oid", "tid", "uti", "ver", "name", "preferred_username", "login_hint", "email"},
			SubjectTypes:   []string{"pairwise"},
			IDTokenSigning: []string{"RS256"},
			IssuerAnswered: at.common == "",
			Cloud:          host, CloudGraph: host, Graph: host,
		}
		if v == v1 {
			prefix, d.Keys = tenant+"/oauth2", tenant+"/discovery/keys"
			d.Claims = []string{"sub", "iss", "aud", "exp", "iat", "nbf", "amr", "auth_time", "nonce", "c_hash", "sid", "oid", "tid", "uti", "ver", "name", "upn", "unique_name", "email"}
		}
		d.Authorization, d.Token, d.Device, d.Logout = prefix+"/authorize", prefix+"/token", prefix+"/devicecode", prefix+"/logout"
		d.Userinfo = h.Base + userinfoPath
		d.Revocation, d.Introspection = tenant+"/oauth2/v2.0/revoke", tenant+"/oauth2/v2.0/introspect"
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

// grantNames are the grants of the token endpoint, in order.
func (h *Handler) grantNames() []string {
	return append(slices.Sorted(maps.Keys(h.grants)), nonceGrant)
}

func (h *Handler) host() string {
	u, err := url.Parse(h.Base)
	if err != nil {
		return ""
	}
	return u.Host
}
