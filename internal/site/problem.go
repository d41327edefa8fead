package site

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"log/slog"
	"net/http"
	"strconv"

	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

const codeMethod = "MethodNotAllowed"

var status = map[fault.Kind]int{
	fault.Internal: http.StatusInternalServerError, fault.Invalid: http.StatusBadRequest, fault.Unauthenticated: http.StatusUnauthorized,
	fault.Denied: http.StatusForbidden, fault.NotFound: http.StatusNotFound, fault.Conflict: http.StatusConflict,
	fault.Precondition: http.StatusPreconditionFailed, fault.TooLarge: http.StatusRequestEntityTooLarge, fault.Unsupported: http.StatusMethodNotAllowed,
	fault.Unprocessable: http.StatusUnprocessableEntity, fault.Throttled: http.StatusTooManyRequests, fault.Unavailable: http.StatusServiceUnavailable,
}

// fail renders a refusal in Graph's envelope, which the pages read anyway.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	id := h.RequestID(r.Context())
	e, known := fault.As(err)
	if !known || e.Kind == fault.Internal {
		h.log().LogAttrs(r.Context(), slog.LevelError, "site request failed", slog.String("request_id", id), slog.String("method", r.Method), slog.Any("error", err))
		e = &fault.Error{Code: "InternalServerError", Message: "The server could not finish the request; its log has the cause under the request id " + id + "."}
	}
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(e.RetryAfter.Seconds()+1)))
	}
	details := make([]odata.ErrorDetail, len(e.Details))
	for i, d := range e.Details {
		details[i] = odata.ErrorDetail{Code: d.Code, Target: d.Target, Message: d.Message, Remedy: d.Remedy}
	}
	w.Header().Set("request-id", id)
	writeJSON(w, status[e.Kind], odata.NewErrorBody(e.Code, e.Message, h.Clock.Real(), id, "", details...))
}

func writeJSON(w http.ResponseWriter, code int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		code, text = http.StatusInternalServerError, []byte(`{"error":{"code":"InternalServerError"}}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_, _ = w.Write(text) // the client is gone; nobody is left to tell
}

func seeOther(w http.ResponseWriter, to string) {
	w.Header().Set("Location", to)
	w.WriteHeader(http.StatusSeeOther)
}

//go:embed templates/problem.html
var problemText string

var problemPage = template.Must(template.New("problem").Parse(problemText))

// showProblem is a page for people whose browser has nothing of ours yet.
func (h *Handler) showProblem(w http.ResponseWriter, code int, text, next string) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	return fault.Wrap("write a page", problemPage.Execute(w, struct{ Text, Next string }{text, next}))
}
