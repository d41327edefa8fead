package oidc

import "net/http"

// authorize refuses with a page and never redirects: an address to go back to
// must be registered by the app, and apps that sign in with their own secret
// have none (RFC 6749 section 4.1.2.1).
func (h *Handler) authorize(_ http.ResponseWriter, r *http.Request) error {
	if _, err := h.place(r); err != nil {
		return err
	}
	return &problem{http.StatusBadRequest, invalidRequest, 50011, "The redirect address is not registered for the application. Applications of this server sign in with their own secret at the token endpoint."}
}
