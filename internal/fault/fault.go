package fault

import (
	"errors"
	"fmt"
	"time"
)

// Kind is what went wrong, in the coarse terms a caller can act on.
type Kind int

// The kinds, in the order of the table in doc.go. The zero value is Internal
// so that a forgotten kind never looks like the caller's mistake.
const (
	Internal Kind = iota
	Invalid
	Unauthenticated
	Denied
	NotFound
	Conflict
	Precondition
	TooLarge
	Unsupported
	Unprocessable
	Throttled
	Unavailable
)

// Detail names one faulty field, row or character.
type Detail struct {
	Target  string // the property, row or parameter, in the caller's spelling
	Code    string // stable, for programs
	Message string // for people
	Remedy  string // the next action
}

// Error is a failure with everything an edge needs to render it.
type Error struct {
	Kind       Kind
	Code       string // stable machine code, for example AllDevicesAlreadyAssigned
	Message    string // one sentence for people, without secrets
	Details    []Detail
	RetryAfter time.Duration // only for Throttled and Unavailable
	Cause      error         // for the log only
}

// Error joins message and cause for logs; edges show Message alone.
func (e *Error) Error() string {
	if e.Cause != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Cause)
	}
	return e.Code + ": " + e.Message
}

// Unwrap gives the cause to errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// New makes an error without a named target.
func New(kind Kind, code, message string) *Error {
	return &Error{Kind: kind, Code: code, Message: message}
}

// Field makes an error about one field; remedy names the next action.
func Field(kind Kind, code, target, message, remedy string) *Error {
	return &Error{Kind: kind, Code: code, Message: message, Details: []Detail{
		{Target: target, Code: code, Message: message, Remedy: remedy},
	}}
}

// Wrap makes an Internal error that says what was being done.
func Wrap(doing string, cause error) error {
	if cause == nil {
		return nil
	}
	if _, known := As(cause); known {
		return fmt.Errorf("%s: %w", doing, cause)
	}
	return &Error{Kind: Internal, Code: "InternalServerError", Message: "The server could not finish the request; its log has the cause under this request id.", Cause: fmt.Errorf("%s: %w", doing, cause)}
}

// KindOf is the kind of the first *Error in the chain, else Internal.
func KindOf(err error) Kind {
	if e, ok := As(err); ok {
		return e.Kind
	}
	return Internal
}

// As finds the first *Error in the chain.
func As(err error) (*Error, bool) {
	return errors.AsType[*Error](err)
}

// Is reports whether err is a fault of this kind.
func Is(err error, kind Kind) bool {
	e, ok := As(err)
	return ok && e.Kind == kind
}
