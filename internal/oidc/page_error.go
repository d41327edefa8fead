package oidc

import "net/http"

// problemPage shows a refusal to a person. It repeats nothing of the request.
func (h *Handler) problemPage(w http.ResponseWriter, r *http.Request, err error) {
	p := h.translate(r.Context(), err)
	header := w.Header()
	header.Set("Content-Type", "text/plain; charset=utf-8")
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	w.WriteHeader(p.status)
	_, _ = w.Write([]byte(p.Error() + "\n")) // the client is gone; nobody is left to tell
}
