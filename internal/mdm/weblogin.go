package mdm

import (
	"net/http"
	"net/url"
	"strings"

	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

// maxHint is the longest user name that is passed on, in bytes.
const maxHint = 256

// login sends the web view of a PC to this server's sign-in pages ([MS-MDE2]
// 3.2), which post the token to the application that asked: there is one place
// where people sign in.
func (h *Handler) login(c *call) error {
	query := c.r.URL.Query()
	back := query.Get("appru")
	if len(query["appru"]) != 1 || !signin.EnrolReturn(back) {
		return fault.Field(fault.Invalid, "ReturnNotAllowed", "appru", "The address that this sign-in should return to is not one of Windows.", "Open this page from Windows settings: Access work or school.")
	}
	on := url.Values{"appru": {back}}
	place := "common"
	if hint := strings.TrimSpace(query.Get("login_hint")); hint != "" && len(hint) <= maxHint {
		on.Set("login_hint", hint)
		t, err := h.tenantOf(c, hint)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
		if err == nil {
			place = string(t.ID)
		}
	}
	c.w.Header().Set("Location", h.Base+"/"+place+signin.EnrolPath+"?"+on.Encode())
	send(c.w, http.StatusFound, "", nil)
	return nil
}
