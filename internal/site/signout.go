package site

import (
	"net/http"

	"taxiway/internal/fault"
)

// signOut ends the session at the sign-in pages, and with it everything that
// rests on it. The page goes on to where the answer says.
func (h *Handler) signOut(w http.ResponseWriter, r *http.Request, v *visitor) error {
	if err := h.Sessions.EndSession(r.Context(), v.login); err != nil {
		return fault.Wrap("end a session", err)
	}
	setCookie(w, siteCookie, "", http.SameSiteStrictMode)
	setCookie(w, h.LoginCookie, "", http.SameSiteLaxMode)
	writeJSON(w, http.StatusOK, map[string]string{"next": "/" + v.principal.Tenant + "/signin/signedout"})
	return nil
}
