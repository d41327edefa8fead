package oidc

import (
	"bytes"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"taxiway/internal/fault"
)

// answerField is one parameter of the answer.
type answerField struct{ Name, Value string }

// formPost answers the app with a page that sends itself, and has a button for
// browsers without scripts (OAuth 2.0 Form Post Response Mode). Its script is
// the only one of all pages; a nonce lets just it run.
func (h *Handler) formPost(w http.ResponseWriter, _ *http.Request, action string, answer url.Values) error {
	return h.sendForm(w, frame{Title: "Working…", Style: styleAddress, Icon: iconAddress}, action, answer)
}

func (h *Handler) sendForm(w http.ResponseWriter, f frame, action string, answer url.Values) error {
	fields := make([]answerField, 0, len(answer))
	for name := range answer {
		fields = append(fields, answerField{name, answer.Get(name)})
	}
	slices.SortFunc(fields, func(a, b answerField) int { return strings.Compare(a.Name, b.Name) })
	nonce := randomText()
	var body bytes.Buffer
	err := pages()["formpost"].ExecuteTemplate(&body, "layout", struct {
		frame
		// The address was compared with those the app registered, so a native
		// app's scheme is meant.
		To     template.URL
		Fields []answerField
		Nonce  string
	}{f, template.URL(action), fields, nonce}) //nolint:gosec // see To
	if err != nil {
		return fault.Wrap("render the page that answers the app", err)
	}
	setPageHeaders(w.Header(), "script-src 'nonce-"+nonce+"'; form-action "+originOf(action))
	w.Header().Set("Content-Length", strconv.Itoa(body.Len())) // Windows takes nothing in chunks
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(body.Bytes()) // the client is gone; nobody is left to tell
	return nil
}
