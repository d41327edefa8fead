package graphclient

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Detail names one faulty property, row or option. Remedy is there when the
// server is taxiway; Graph has none.
type Detail struct {
	Code    string `json:"code"`
	Target  string `json:"target"`
	Message string `json:"message"`
	Remedy  string `json:"remedy"`
}

// Error is a refusal in Graph's envelope (Graph page "Microsoft Graph error
// responses and resource types").
type Error struct {
	Status    int // of HTTP
	Code      string
	Message   string
	Details   []Detail
	RequestID string // to find the request in the server's log
}

// Error joins code and message.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// UnreachableError is a server that gave no answer.
type UnreachableError struct {
	BaseURL string
	Err     error
}

// Error names the address.
func (e *UnreachableError) Error() string {
	return fmt.Sprintf("no answer from %s: %v", e.BaseURL, e.Err)
}

// Unwrap gives the cause.
func (e *UnreachableError) Unwrap() error { return e.Err }

func (a *answer) failure() error {
	var body struct {
		Error struct {
			Code       string   `json:"code"`
			Message    string   `json:"message"`
			Details    []Detail `json:"details"`
			InnerError struct {
				RequestID string `json:"request-id"`
			} `json:"innerError"`
		} `json:"error"`
	}
	if json.Unmarshal(a.body, &body) != nil || body.Error.Code == "" {
		text, _, _ := strings.Cut(strings.TrimSpace(string(a.body)), "\n")
		if r := []rune(text); len(r) > 200 {
			text = string(r[:200])
		}
		if text == "" {
			text = http.StatusText(a.status)
		}
		return &Error{Status: a.status, Code: fmt.Sprintf("HTTP%d", a.status), Message: text, RequestID: a.header.Get("request-id")}
	}
	e := &Error{Status: a.status, Code: body.Error.Code, Message: body.Error.Message, Details: body.Error.Details, RequestID: body.Error.InnerError.RequestID}
	return e
}
