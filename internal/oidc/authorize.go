package oidc

import "net/http"

// authorize refuses with a page and never redirects: an address to go back to
// must be registered by the app, and apps that sign in with their own secret
// have none (RFC 6749 section 4.1.2.1).
func (h *Handler) authorize(w http.ResponseWriter, r *http.Request) error {
	if _, err := h.place(r); err != nil {
		return err
	}
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	w.WriteHeader(http.StatusBadRequest)
	_, _ = w.Write([]byte("AADSTS50011: The redirect address is not registered for the application.\n" +
		"Applications of this server sign in with their own secret at the token endpoint.\n"))
	return nil
}
