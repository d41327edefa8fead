package site

import (
	"net/http"
	"strings"

	"taxiway/internal/access"
)

// graphPath is where the pages ask Graph.
const graphPath = "/admin/graph/"

// forward hands a request to Graph in this process, as the person. Nothing of
// the browser's own way in goes with it: Graph decides by the principal alone.
func (h *Handler) forward(w http.ResponseWriter, r *http.Request, v *visitor) error {
	inner := r.Clone(access.WithPrincipal(r.Context(), v.principal))
	prefix := strings.TrimSuffix(graphPath, "/")
	inner.URL.Path = strings.TrimPrefix(r.URL.Path, prefix)
	inner.URL.RawPath = strings.TrimPrefix(r.URL.RawPath, prefix)
	for _, name := range []string{"Cookie", "Authorization", "Origin", csrfHeader} {
		inner.Header.Del(name)
	}
	h.Graph.ServeHTTP(w, inner)
	return nil
}
