package graph

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// Codes of this edge; the rest are those of faults.
const (
	codeNotFound         = "ResourceNotFound"         // under deviceManagement
	codeDirectoryMissing = "Request_ResourceNotFound" // users, groups, devices
	codeMethodNotAllowed = "MethodNotAllowed"
	codeInternal         = "InternalServerError"

	codeBadRequest       = "Request_BadRequest"       // what a directory object does not do so
	codeUnsupportedQuery = "Request_UnsupportedQuery" // an advanced query without its header
)

// status is the HTTP status of each kind of fault.
var status = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Denied:          http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.Precondition:    http.StatusPreconditionFailed,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Unsupported:     http.StatusUnsupportedMediaType,
	fault.Unprocessable:   http.StatusUnprocessableEntity,
	fault.Throttled:       http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// fail renders an error: the only place where this edge writes one (Graph page
// "Microsoft Graph error responses").
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	x, _ := r.Context().Value(exchangeKey{}).(exchange)
	e := asFault(err)
	code, text := e.Code, e.Message
	switch {
	case e.Kind == fault.Internal:
		// Whoever made it: only the log gets to know what happened.
		h.log().LogAttrs(r.Context(), slog.LevelError, "graph request failed",
			slog.String("request_id", x.requestID), slog.String("method", r.Method), slog.Any("error", err))
		code, text, e = codeInternal, "The server could not finish the request; its log has the cause under the request id "+x.requestID+".", &fault.Error{Kind: fault.Internal}
	case e.Kind == fault.Unauthenticated && w.Header().Get("WWW-Authenticate") == "":
		w.Header().Set("WWW-Authenticate", `Bearer realm="`+h.Base+`"`)
	}
	if e.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	details := make([]odata.ErrorDetail, len(e.Details))
	for i, d := range e.Details {
		details[i] = odata.ErrorDetail{Code: d.Code, Target: d.Target, Message: d.Message, Remedy: d.Remedy}
	}
	body := odata.NewErrorBody(code, text, h.Clock.Real(), x.requestID, x.clientRequestID, details...)
	code3 := status[e.Kind]
	if e.Code == codeMethodNotAllowed {
		code3 = http.StatusMethodNotAllowed
	}
	writeJSON(w, code3, body)
}

// asFault finds the fault in an error, or makes one of what the OData parser
// says; anything else is internal. What was read wrong inside a transaction
// comes wrapped as an internal fault and is the caller's all the same.
func asFault(err error) *fault.Error {
	e, known := fault.As(err)
	if known && e.Kind != fault.Internal {
		return e
	}
	if bad, ok := errors.AsType[*odata.Error](err); ok {
		return queryFault(bad)
	}
	if known {
		return e
	}
	return &fault.Error{Kind: fault.Internal, Code: codeInternal, Cause: err}
}

// queryFault says the parser's complaint in the words of this edge.
func queryFault(e *odata.Error) *fault.Error {
	kind, code := fault.Invalid, e.Code
	if e.Code == odata.CodeBodyTooLarge {
		kind, code = fault.TooLarge, codeBodyTooLarge
	}
	text := e.Message
	switch {
	case e.Line > 0:
		text += " (line " + strconv.Itoa(e.Line) + ", position " + strconv.Itoa(e.Pos) + ")"
	case e.Pos > 0:
		text += " (position " + strconv.Itoa(e.Pos) + ")"
	}
	target := e.Option
	if target == "" && e.Line > 0 {
		target = "body"
	}
	detail := code
	if code == odata.CodeAdvancedQueryRequired {
		code = codeUnsupportedQuery
	}
	return &fault.Error{Kind: kind, Code: code, Message: text, Details: []fault.Detail{{Target: target, Code: detail, Message: text, Remedy: queryRemedy(e)}}}
}

// queryRemedy is the parser's remedy; where it has none, the place is the next
// thing to look at.
func queryRemedy(e *odata.Error) string {
	switch {
	case e.Remedy != "":
		return e.Remedy
	case e.Line > 0:
		return fmt.Sprintf("Correct the JSON of the body at line %d, position %d.", e.Line, e.Pos)
	case e.Pos > 0:
		return fmt.Sprintf("Correct %s at position %d.", e.Option, e.Pos)
	default:
		return "Correct " + cmp.Or(e.Option, "the request") + "."
	}
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	data, err := marshal(v)
	if err != nil {
		// Wire structs hold plain values only; a body that cannot be written
		// is a programming error and must not look like success.
		http.Error(w, `{"error":{"code":"InternalServerError","message":"The answer could not be written."}}`, http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	_, _ = w.Write(data) // the client may be gone; there is nobody to tell
}

// marshal is json.Marshal without escapes for HTML: nobody shows these answers
// as a page, and people copy nextLinks out of them.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// short shows what a caller sent without letting it fill the answer.
func short(s string) string {
	r := []rune(s)
	if len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return s
}

// missing names what was looked for in a not-found fault of the store; other
// errors pass.
func missing(err error, kind, id, remedy string) error {
	if !fault.Is(err, fault.NotFound) {
		return err
	}
	return notFound(kind, id, remedy)
}

// located gives a bare not-found fault of the store its target, the id in the
// path, and its remedy.
func located(err error, path string) error {
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.NotFound || len(e.Details) > 0 {
		return err
	}
	collection, _, _ := strings.Cut(strings.TrimPrefix(path, "deviceManagement/"), "/")
	full := *e
	full.Details = []fault.Detail{{Target: "id", Code: e.Code, Message: e.Message, Remedy: "List " + collection + " to find the right id."}}
	return &full
}

// inDirectory gives a not-found fault the code that Entra's part of Graph has
// for it; Intune's part has another.
func inDirectory(err error) error {
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.NotFound || e.Code != codeNotFound {
		return err
	}
	renamed := *e
	renamed.Code, renamed.Details = codeDirectoryMissing, slices.Clone(e.Details)
	for i := range renamed.Details {
		if renamed.Details[i].Code == codeNotFound {
			renamed.Details[i].Code = codeDirectoryMissing
		}
	}
	return &renamed
}
