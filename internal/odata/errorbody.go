package odata

import "time"

// ErrorBody is the body of every failed request (Graph page "Microsoft Graph
// error responses").
type ErrorBody struct {
	Error ErrorInfo `json:"error"`
}

// ErrorInfo is what went wrong: a stable code for programs, a message for people.
type ErrorInfo struct {
	Code       string        `json:"code"`
	Message    string        `json:"message"`
	InnerError InnerError    `json:"innerError"`
	Details    []ErrorDetail `json:"details,omitempty"`
}

// InnerError lets a person find the request in the server's log.
type InnerError struct {
	Date            string `json:"date"` // UTC, without a zone, as Graph writes it
	RequestID       string `json:"request-id"`
	ClientRequestID string `json:"client-request-id"`
}

// ErrorDetail names one faulty property, row or option. Remedy is ours; clients ignore it.
type ErrorDetail struct {
	Code    string `json:"code"`
	Target  string `json:"target,omitempty"`
	Message string `json:"message"`
	Remedy  string `json:"remedy,omitempty"`
}

// NewErrorBody makes the envelope. An empty clientRequestID repeats requestID,
// as Graph does.
func NewErrorBody(code, message string, at time.Time, requestID, clientRequestID string, details ...ErrorDetail) ErrorBody {
	if clientRequestID == "" {
		clientRequestID = requestID
	}
	return ErrorBody{Error: ErrorInfo{
		Code: code, Message: message, Details: details,
		InnerError: InnerError{Date: at.UTC().Format("2006-01-02T15:04:05"), RequestID: requestID, ClientRequestID: clientRequestID},
	}}
}
