package site

import (
	"context"
	"net/http"
)

// About says what program answers and how its parts are.
type About func(ctx context.Context) any

// showAbout answers GET /ui/about.
func (h *Handler) showAbout(w http.ResponseWriter, r *http.Request, v *visitor) error {
	if err := h.allowed(v); err != nil {
		return err
	}
	return answer(w, h.About(r.Context()), nil)
}
