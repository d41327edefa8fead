package mdm

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"log/slog"
	"net/http"
	"sync"

	"taxiway/internal/fault"
)

//go:embed templates/*.html
var templateFiles embed.FS

//go:embed static/terms.css
var styleSheet []byte

// pages are read when the first one is shown: most commands show none.
var pages = sync.OnceValue(func() *template.Template {
	return template.Must(template.ParseFS(templateFiles, "templates/*.html"))
})

// styleAddress changes with the content, so that a browser may keep it.
var styleAddress = "/" + pathTermsStyle + "?v=" + versionOf(styleSheet)

func versionOf(content []byte) string {
	digest := sha256.Sum256(content)
	return hex.EncodeToString(digest[:6])
}

// show sends a page. formTo is where its form may lead beside this server.
func (h *Handler) show(c *call, status int, name, formTo string, page any) error {
	var body bytes.Buffer // so that a template that fails sends no half page
	if err := pages().ExecuteTemplate(&body, name, page); err != nil {
		return fault.Wrap("render the page "+name, err)
	}
	header := c.w.Header()
	// Nothing but our own style loads, no script runs, and nobody frames it;
	// Windows shows it in a web view, not in a frame of a page.
	header.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"+formTo)
	header.Set("X-Frame-Options", "DENY")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("Cross-Origin-Opener-Policy", "same-origin")
	send(c.w, status, "text/html; charset=utf-8", body.Bytes())
	return nil
}

func (h *Handler) termsStyle(c *call) error {
	c.w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	c.w.Header().Set("Content-Security-Policy", "default-src 'none'")
	send(c.w, http.StatusOK, "text/css; charset=utf-8", styleSheet)
	return nil
}

// errorPage is what a person reads when a page cannot be shown. It repeats
// nothing of the request.
type errorPage struct {
	Style, Title, Text, Remedy, Trace string
}

// pageStatuses are those of refusals that are pages.
var pageStatuses = map[fault.Kind]int{
	fault.Invalid: http.StatusBadRequest, fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unsupported: http.StatusUnsupportedMediaType,
	fault.Unauthenticated: http.StatusUnauthorized, fault.Denied: http.StatusForbidden, fault.NotFound: http.StatusNotFound,
	fault.Conflict: http.StatusConflict, fault.Precondition: http.StatusPreconditionFailed, fault.Throttled: http.StatusTooManyRequests,
	fault.Unavailable: http.StatusServiceUnavailable,
}

// failPage is the renderer of errors of what is no SOAP.
func (h *Handler) failPage(c *call, err error) {
	page := errorPage{Style: styleAddress, Title: "That did not work", Trace: h.RequestID(c.ctx())}
	status := http.StatusInternalServerError
	if e, ok := fault.As(err); ok && pageStatuses[e.Kind] != 0 {
		status, page.Text = pageStatuses[e.Kind], e.Message
		if len(e.Details) > 0 {
			page.Remedy = e.Details[0].Remedy
		}
	} else {
		h.Log.LogAttrs(c.ctx(), slog.LevelError, "a page for PCs ended in an error", slog.Any("error", err))
		page.Title, page.Text = "The server has a problem", "The server could not finish the request."
		page.Remedy = "Try again later."
	}
	if err := h.show(c, status, "error", "", page); err != nil {
		h.Log.LogAttrs(c.ctx(), slog.LevelError, "the error page cannot be shown", slog.Any("error", err))
		http.Error(c.w, "The server could not finish the request.", http.StatusInternalServerError)
	}
}
