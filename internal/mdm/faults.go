package mdm

import (
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"strings"

	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/soap"
)

// Codes of this edge.
const (
	codeSecurity  = "SecurityHeaderUnusable" // a:InvalidSecurity
	codeCommon    = "NoCommonAuthentication" // NotSupported
	codeUnfit     = "DeviceTypeNotSupported" // DeviceNotSupported
	codeBody      = "WrongMessage"           // s:MessageFormat
	codeData      = enrollment.CodeInvalidData
	codeSignature = "RenewalSignatureWrong" // s:CertificateRequest
)

// codes are the faults of this edge whose kind does not say enough.
var codes = map[string]soap.Fault{
	codeSecurity:  {Subcode: soap.SubcodeInvalidSecurity},
	codeCommon:    {Subcode: soap.SubcodeEnrollmentServer, Detail: &soap.FaultDetail{ErrorType: soap.NotSupported}},
	codeUnfit:     {Subcode: soap.SubcodeAuthorization, Detail: &soap.FaultDetail{ErrorType: soap.DeviceNotSupported}},
	codeSignature: {Subcode: soap.SubcodeCertificateRequest},
}

// kinds are the subcodes of all other faults.
var kinds = map[fault.Kind]soap.Subcode{
	fault.Invalid: soap.SubcodeMessageFormat, fault.TooLarge: soap.SubcodeMessageFormat, fault.Unsupported: soap.SubcodeMessageFormat,
	fault.Unprocessable:   soap.SubcodeMessageFormat,
	fault.Unauthenticated: soap.SubcodeAuthentication, fault.Throttled: soap.SubcodeAuthentication,
	fault.Denied: soap.SubcodeAuthorization, fault.NotFound: soap.SubcodeAuthorization, fault.Conflict: soap.SubcodeAuthorization, fault.Precondition: soap.SubcodeAuthorization,
	fault.Unavailable: soap.SubcodeEnrollmentServer,
}

// failMessage answers a SOAP message with a fault, status 500 (SOAP 1.2 part 2,
// 7.5.2.2). in is nil when it could not be read.
func (h *Handler) failMessage(c *call, in *soap.Message, err error) {
	if in == nil {
		in = &soap.Message{}
		if bad, ok := errors.AsType[*soap.Error](err); ok {
			in.Header = bad.Header
		}
	}
	if e, ok := fault.As(err); ok && e.RetryAfter > 0 {
		c.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(e.RetryAfter.Seconds()))))
	}
	out := in.Answer(h.faultOf(c, err))
	out.ActivityID = h.RequestID(c.ctx())
	h.sendMessage(c, http.StatusInternalServerError, out)
}

// faultOf is the one map from errors to what Windows reads. Reasons carry no
// secret: a fault's message is for people, and its cause stays in the log.
func (h *Handler) faultOf(c *call, err error) *soap.Fault {
	if bad, ok := errors.AsType[*soap.Error](err); ok {
		return bad.Fault()
	}
	e, ok := fault.As(err)
	if !ok || e.Kind == fault.Internal {
		h.Log.LogAttrs(c.ctx(), slog.LevelError, "an enrolment ended in an error", slog.Any("error", err))
		return &soap.Fault{Subcode: soap.SubcodeInternalServiceFault, Reason: "The server could not finish the request; its log has the cause under " + h.RequestID(c.ctx()) + "."}
	}
	h.Log.LogAttrs(c.ctx(), slog.LevelInfo, "an enrolment was refused", slog.String("code", e.Code), slog.String("reason", reasonOf(e)), slog.Any("error", e.Cause))
	out := &soap.Fault{Subcode: kinds[e.Kind], Reason: reasonOf(e)}
	if known, ok := codes[e.Code]; ok {
		out.Subcode = known.Subcode
		if known.Detail != nil {
			out.Detail = &soap.FaultDetail{ErrorType: known.Detail.ErrorType}
		}
	} else if r, ok := enrollment.RefusalOf(err); ok {
		out.Subcode = soap.Subcode(r.Subcode[strings.IndexByte(r.Subcode, ':')+1:])
		if r.ErrorType != "" {
			out.Detail = &soap.FaultDetail{ErrorType: soap.ErrorType(r.ErrorType)}
		}
	}
	if out.Detail != nil {
		out.Detail.Message, out.Detail.TraceID = out.Reason, h.RequestID(c.ctx())
	}
	return out
}

// reasonOf is what to tell: the message and what to do.
func reasonOf(e *fault.Error) string {
	if len(e.Details) == 0 || e.Details[0].Remedy == "" {
		return e.Message
	}
	return e.Message + " " + e.Details[0].Remedy
}

// unusable refuses a security header that cannot be read as what it says it is.
func unusable(message, remedy string) error {
	return fault.Field(fault.Unauthenticated, codeSecurity, "Security", message, remedy)
}

// wrongMessage refuses a message that is another service's.
func wrongMessage(want string) error {
	return fault.Field(fault.Invalid, codeBody, "Body", "This address does not take this message.", fmt.Sprintf("Send %s here.", want))
}
