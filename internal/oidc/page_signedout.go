package oidc

import "net/http"

// signedOutPath is where somebody lands who has signed out with no app to go to.
const signedOutPath = "/signin/signedout"

func (h *Handler) signedOut(w http.ResponseWriter, r *http.Request) error {
	return h.done(w, r, "You signed out of your account", "It’s a good idea to close all browser windows.")
}

// showLogout asks whether to sign out: a request that does not prove where it
// comes from may be another site's. The form posts to action.
func (h *Handler) showLogout(w http.ResponseWriter, r *http.Request, b *browser, action string) error {
	f, err := h.frame(r.Context(), "Sign out?", string(b.Tenant))
	if err != nil {
		return err
	}
	f.Action, f.Canary, f.Name = action, b.Canary(), b.User.UserPrincipalName
	return h.show(w, http.StatusOK, "logout", "", f)
}
