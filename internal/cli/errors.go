package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/fault"
	"taxiway/internal/graphclient"
	"taxiway/internal/hwhash"
	"taxiway/internal/virtualpc/machine"
)

// exitStopped is what shells show for a process that SIGINT ended.
const exitStopped = 130

// exitError ends the program with a code after the command said everything
// itself.
type exitError int

// Error is never shown.
func (e exitError) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// exitCodes is the command line's column of the table in package fault.
var exitCodes = map[fault.Kind]int{
	fault.Internal: 1, fault.Invalid: 2, fault.Unauthenticated: 3, fault.Denied: 3, fault.NotFound: 4, fault.Conflict: 5,
	fault.Precondition: 5, fault.TooLarge: 2, fault.Unsupported: 2, fault.Unprocessable: 2, fault.Throttled: 6, fault.Unavailable: 6,
}

// kinds says which fault a status of HTTP is.
var kinds = map[int]fault.Kind{
	http.StatusBadRequest: fault.Invalid, http.StatusUnauthorized: fault.Unauthenticated, http.StatusForbidden: fault.Denied,
	http.StatusNotFound: fault.NotFound, http.StatusConflict: fault.Conflict, http.StatusPreconditionFailed: fault.Precondition,
	http.StatusRequestEntityTooLarge: fault.TooLarge, http.StatusUnsupportedMediaType: fault.Unsupported,
	http.StatusUnprocessableEntity: fault.Unprocessable, http.StatusTooManyRequests: fault.Throttled, http.StatusServiceUnavailable: fault.Unavailable,
}

// problem is an error as this edge shows it.
type problem struct {
	kind      fault.Kind
	Code      string          `json:"code"`
	Message   string          `json:"message"`
	Details   []problemDetail `json:"details,omitempty"`
	RequestID string          `json:"requestId,omitempty"`
}

type problemDetail struct {
	Target  string `json:"target,omitempty"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message,omitempty"`
	Remedy  string `json:"remedy,omitempty"`
}

// problemOf puts any error into the one shape.
func problemOf(err error) problem {
	var (
		refused     *graphclient.Error
		unreachable *graphclient.UnreachableError
		hash        *hwhash.Error
		pc          *machine.Error
	)
	switch {
	case errors.As(err, &refused):
		p := problem{kind: kinds[refused.Status], Code: refused.Code, Message: refused.Message, RequestID: refused.RequestID}
		for _, d := range refused.Details {
			p.Details = append(p.Details, problemDetail{d.Target, d.Code, d.Message, d.Remedy})
		}
		return p
	case errors.As(err, &unreachable):
		return problem{kind: fault.Unavailable, Code: "ServerUnreachable", Message: fmt.Sprintf("No server answers at %s: %v.", unreachable.BaseURL, unreachable.Err), Details: []problemDetail{
			{Target: "url", Code: "ServerUnreachable", Remedy: "Start it with 'taxiway serve', or name another with --url."},
		}}
	case errors.As(err, &pc): // may be caused by a hash
		return pcProblem(pc)
	case errors.As(err, &hash):
		target := ""
		if hash.Offset >= 0 {
			target = fmt.Sprintf("offset %d", hash.Offset)
		}
		return problem{kind: fault.Invalid, Code: hash.Code, Message: hash.Message, Details: []problemDetail{{Target: target, Code: hash.Code, Remedy: hash.Remedy}}}
	}
	if e, ok := fault.As(err); ok {
		p := problem{kind: e.Kind, Code: e.Code, Message: e.Message}
		if e.Kind == fault.Internal {
			p.Message = err.Error() // whoever types commands owns the machine
		}
		for _, d := range e.Details {
			p.Details = append(p.Details, problemDetail{d.Target, d.Code, d.Message, d.Remedy})
		}
		return p
	}
	return problem{kind: fault.Internal, Code: "Failed", Message: err.Error()}
}

// report is this edge's one renderer of errors: it tells the error and returns
// the exit code.
func (a *app) report(err error) int {
	p := problemOf(err)
	if a.json {
		out, merr := json.Marshal(map[string]problem{"error": p})
		if merr == nil {
			fmt.Fprintln(a.Err, string(out))
			return exitCodes[p.kind]
		}
	}
	fmt.Fprintf(a.Err, "taxiway: %s\n", p.Message)
	for _, d := range p.Details {
		if line := d.line(p.Message); line != "" {
			fmt.Fprintln(a.Err, "  "+line)
		}
	}
	if p.RequestID != "" && p.kind == fault.Internal {
		fmt.Fprintf(a.Err, "  request id: %s\n", p.RequestID)
	}
	return exitCodes[p.kind]
}

// line names field, reason and remedy without saying the message again.
func (d problemDetail) line(message string) string {
	if strings.Contains(message, d.Message) && strings.Contains(message, d.Remedy) {
		return "" // the message has it all, as that of a configuration does
	}
	var parts []string
	if d.Target != "" {
		parts = append(parts, d.Target+":")
	}
	if d.Message != "" && !strings.Contains(message, d.Message) {
		parts = append(parts, d.Message)
	}
	if d.Remedy != "" {
		parts = append(parts, d.Remedy)
	}
	return strings.Join(parts, " ")
}

// usage is a command line that cannot be understood.
func usage(cmd *cobra.Command, message string) error {
	return fault.Field(fault.Invalid, "Usage", "usage", message, cmd.UseLine())
}

// exactly and atLeast check how many arguments there are.
func exactly(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		return usage(cmd, fmt.Sprintf("The command '%s' takes %s, not %d.", cmd.CommandPath(), arguments(n), len(args)))
	}
}

func atLeast(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= n {
			return nil
		}
		return usage(cmd, fmt.Sprintf("The command '%s' takes at least %s, not %d.", cmd.CommandPath(), arguments(n), len(args)))
	}
}

func arguments(n int) string {
	switch n {
	case 0:
		return "no arguments"
	case 1:
		return "one argument"
	}
	return fmt.Sprintf("%d arguments", n)
}

// flagError refuses one flag's value.
func flagError(flag, message, remedy string) error {
	return fault.Field(fault.Invalid, "InvalidFlag", "--"+flag, message, remedy)
}
