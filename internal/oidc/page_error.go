package oidc

import (
	"net/http"
	"strconv"
)

// remedies say what a person can do, by AADSTS number, where the text of the
// refusal speaks to those who build apps.
var remedies = map[int]string{
	50011:  "Whoever looks after the app has to register the address it sends you back to.",
	700016: "Whoever looks after the app has to check its client id and the tenant it names.",
	50089:  "If this happens at once, allow cookies for this server.",
	50020:  "Go back and use another account.",
}

// problemPage shows a refusal to a person. It repeats nothing of the request.
func (h *Handler) problemPage(w http.ResponseWriter, r *http.Request, err error) {
	p := h.translate(r.Context(), err)
	title := "That did not work"
	if p.status >= http.StatusInternalServerError {
		title = "The server has a problem"
	}
	b := brand{} // of no tenant: whose it is may be what is wrong
	trace, correlation := h.NewID(), correlationID(r)
	if correlation == "" {
		correlation = h.NewID()
	}
	w.Header().Set("x-ms-request-id", trace)
	w.Header().Set("client-request-id", correlation)
	err = h.show(w, p.status, "error", "", struct {
		frame
		Text, Remedy, Number          string
		Trace, Correlation, Timestamp string
	}{
		frame: frame{Title: title, Style: styleAddress, Icon: iconAddress, Brand: b},
		Text:  p.text, Remedy: remedies[p.number], Number: strconv.Itoa(p.number),
		Trace: trace, Correlation: correlation, Timestamp: h.Clock.Real().UTC().Format("2006-01-02 15:04:05Z"),
	})
	if err != nil {
		h.problem(w, r, err)
	}
}
