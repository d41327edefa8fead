package site

import (
	"context"
	"net/http"

	"taxiway/internal/directory"
)

// Screens foresees which pages of setup a person will see by a profile that
// nobody saved. What goes in and out is JSON that this package does not look into.
type Screens func(ctx context.Context, t directory.TenantID, asked []byte) (any, error)

// showScreens answers POST /ui/screens.
func (h *Handler) showScreens(w http.ResponseWriter, r *http.Request, v *visitor) error {
	if err := h.allowed(v); err != nil {
		return err
	}
	asked, err := sentJSON(w, r)
	if err != nil {
		return err
	}
	body, err := h.Screens(r.Context(), v.tenant(), asked)
	return answer(w, body, err)
}
