package mdm

import (
	"errors"
	"net/http"
	"strings"

	"taxiway/internal/fault"
	"taxiway/internal/soap"
)

// readMessage reads a SOAP message of at most a megabyte. Its declared media
// type is not looked at: clients differ.
func readMessage(r *http.Request) (*soap.Message, error) {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return nil, fault.Field(fault.Unsupported, "ContentEncodingNotSupported", "Content-Encoding", "The message is compressed.", "Send it as it is.")
	}
	m, err := soap.Decode(r.Body, soap.DefaultMaxBytes)
	if err == nil {
		return m, nil
	}
	if bad, ok := errors.AsType[*soap.Error](err); ok {
		return nil, bad
	}
	return nil, &fault.Error{Kind: fault.Invalid, Code: "MessageUnreadable", Message: "The message ended before it was complete.", Cause: err}
}
