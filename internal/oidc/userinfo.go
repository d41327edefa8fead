package oidc

import (
	"net/http"
	"slices"
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// userinfoAnswer is OpenID Connect Core section 5.3.2; sub equals that of the
// app's id tokens.
type userinfoAnswer struct {
	Subject   string `json:"sub"`
	Name      string `json:"name,omitempty"`
	Family    string `json:"family_name,omitempty"`
	Given     string `json:"given_name,omitempty"`
	Email     string `json:"email,omitempty"`
	Preferred string `json:"preferred_username,omitempty"`
}

// userinfo tells an app about the person of its access token for Graph.
func (h *Handler) userinfo(w http.ResponseWriter, r *http.Request) error {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if len(r.Header.Values("Authorization")) != 1 || !strings.EqualFold(scheme, "Bearer") {
		token = ""
	}
	p, err := h.Verifier.Verify(r.Context(), strings.TrimSpace(token))
	switch {
	case fault.Is(err, fault.Unauthenticated):
		return h.bearerProblem(w, "invalid_token", &problem{http.StatusUnauthorized, "invalid_token", 50012, "The access token is missing, has expired, or is not for this resource. Ask for one of Graph with the scope openid."})
	case err != nil:
		return fault.Wrap("verify access token", err)
	case p.Kind != access.User || !slices.Contains(p.Scopes, "openid"):
		return h.bearerProblem(w, "insufficient_scope", &problem{http.StatusForbidden, "insufficient_scope", 650053, "The access token was not asked for with the scope openid."})
	}
	u, err := h.Users.GetUser(r.Context(), directory.TenantID(p.Tenant), p.ObjectID)
	if err != nil {
		return fault.Wrap("read the person of a token", err)
	}
	answer := userinfoAnswer{Subject: h.pairwise(directory.TenantID(p.Tenant), p.AppID, u.ID)}
	if slices.Contains(p.Scopes, "profile") {
		answer.Name, answer.Family, answer.Given = u.DisplayName, u.Attributes["surname"], u.Attributes["givenName"]
		answer.Preferred = u.UserPrincipalName
	}
	if slices.Contains(p.Scopes, "email") {
		answer.Email = u.Attributes["mail"]
	}
	return writeJSON(w, http.StatusOK, answer)
}

// bearerProblem adds the challenge of RFC 6750 section 3.
func (h *Handler) bearerProblem(w http.ResponseWriter, word string, p *problem) error {
	w.Header().Set("WWW-Authenticate", `Bearer realm="`+h.Base+`", error="`+word+`"`)
	return p
}
