package soap

import (
	"fmt"
	"strings"
)

// Subcode is what went wrong, as a fault says it ([MS-MDE2] 2.2.10).
type Subcode string

// The subcodes that Windows knows.
const (
	SubcodeMessageFormat        Subcode = "MessageFormat"        // cannot be read, or is no message of this protocol
	SubcodeAuthentication       Subcode = "Authentication"       // unknown user, bad token
	SubcodeAuthorization        Subcode = "Authorization"        // known, but may not
	SubcodeCertificateRequest   Subcode = "CertificateRequest"   // the request or the authority failed
	SubcodeEnrollmentServer     Subcode = "EnrollmentServer"     // the server is set up wrongly
	SubcodeInternalServiceFault Subcode = "InternalServiceFault" // unexpected
	SubcodeInvalidSecurity      Subcode = "InvalidSecurity"      // the security header cannot be used
)

// ErrorType is what went wrong, more exactly, in a fault's detail.
type ErrorType string

// The error types of [MS-MDE2] 2.2.10.
const (
	DeviceCapReached      ErrorType = "DeviceCapReached" // the user has too many
	DeviceNotSupported    ErrorType = "DeviceNotSupported"
	NotSupported          ErrorType = "NotSupported"
	NotEligibleToRenew    ErrorType = "NotEligibleToRenew"
	InMaintenance         ErrorType = "InMaintenance"
	UserLicense           ErrorType = "UserLicense"
	InvalidEnrollmentData ErrorType = "InvalidEnrollmentData"
	CustomServerError     ErrorType = "CustomServerError"
)

// HRESULT is the number that Windows shows for a fault.
type HRESULT uint32

// String writes the number as Windows does, "0x80180003".
func (h HRESULT) String() string { return fmt.Sprintf("0x%08X", uint32(h)) }

// meaning is how a subcode is written and what Windows makes of it.
type meaning struct {
	prefix string
	result HRESULT
}

var subcodes = map[Subcode]meaning{
	SubcodeMessageFormat:        {"s", 0x80180001},
	SubcodeAuthentication:       {"s", 0x80180002},
	SubcodeAuthorization:        {"s", 0x80180003},
	SubcodeCertificateRequest:   {"s", 0x80180004},
	SubcodeEnrollmentServer:     {"s", 0x80180005},
	SubcodeInternalServiceFault: {"a", 0x80180006},
	SubcodeInvalidSecurity:      {"a", 0x80180007},
}

var errorTypes = map[ErrorType]HRESULT{
	DeviceCapReached:      0x80180013,
	DeviceNotSupported:    0x80180014,
	NotSupported:          0x80180015,
	NotEligibleToRenew:    0x80180016,
	InMaintenance:         0x80180017,
	UserLicense:           0x80180018,
	InvalidEnrollmentData: 0x80180019,
	CustomServerError:     0x80180032,
}

// Fault is the answer to a message that cannot be answered otherwise. It is an
// error, so that a client can return it.
type Fault struct {
	Subcode Subcode // "" in faults of others only
	Reason  string  // for people; no secret
	Detail  *FaultDetail
}

// FaultDetail is a DeviceEnrollmentServiceError.
type FaultDetail struct {
	ErrorType ErrorType
	Message   string
	TraceID   string // finds the failure in the server's log
}

// HRESULT is what Windows reports: the detail's number, else the subcode's, 0
// when neither is known.
func (f *Fault) HRESULT() HRESULT {
	if f.Detail != nil {
		if result, ok := errorTypes[f.Detail.ErrorType]; ok {
			return result
		}
	}
	return subcodes[f.Subcode].result
}

// Error joins the most exact name, the number and the reason.
func (f *Fault) Error() string {
	name := string(f.Subcode)
	if f.Detail != nil && f.Detail.ErrorType != "" {
		name = string(f.Detail.ErrorType)
	}
	return name + " " + f.HRESULT().String() + ": " + f.Reason
}

// action is "": a fault has the action of the answer that it stands for.
func (*Fault) action() string { return "" }

func (f *Fault) check(r *reading) {
	for _, c := range f.Subcode {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && c != '.' && c != '_' && c != '-' {
			r.fail(CodeValue, "Envelope/Body/Fault/Code/Subcode/Value", "The subcode is no name.", "Use one of the subcodes of [MS-MDE2] 2.2.10.")
		}
	}
}

func readFault(r *reading, n *node) Body {
	subcode := r.value(r.one(r.need(n, nsSOAP12, "Code"), nsSOAP12, "Subcode"), nsSOAP12, "Value")
	f := &Fault{Subcode: Subcode(subcode[strings.LastIndex(subcode, ":")+1:])}
	for known := range subcodes {
		if strings.EqualFold(string(known), string(f.Subcode)) { // [MS-MDE2] prints its example in small letters
			f.Subcode = known
		}
	}
	if texts := r.all(r.need(n, nsSOAP12, "Reason"), nsSOAP12, "Text"); len(texts) > 0 { // one for each language
		f.Reason = r.text(texts[0])
	}
	if detail := r.one(r.one(n, nsSOAP12, "Detail"), nsEnroll, "DeviceEnrollmentServiceError"); detail != nil {
		f.Detail = &FaultDetail{
			ErrorType: ErrorType(r.value(detail, nsEnroll, "ErrorType")),
			Message:   r.value(detail, nsEnroll, "Message"),
			TraceID:   r.value(detail, nsEnroll, "TraceId"),
		}
	}
	return f
}

func (f *Fault) write(w *writer) {
	w.open("s:Fault")
	w.open("s:Code")
	w.leaf("s:Value", "s:Receiver")
	if f.Subcode != "" {
		prefix := subcodes[f.Subcode].prefix
		if prefix == "" {
			prefix = "s"
		}
		w.open("s:Subcode")
		w.leaf("s:Value", prefix+":"+string(f.Subcode))
		w.close("s:Subcode")
	}
	w.close("s:Code")
	w.open("s:Reason")
	w.leaf("s:Text", f.Reason, "xml:lang", "en-us")
	w.close("s:Reason")
	if d := f.Detail; d != nil {
		w.open("s:Detail")
		w.open("DeviceEnrollmentServiceError", "xmlns", nsEnroll)
		w.leaf("ErrorType", string(d.ErrorType))
		w.leaf("Message", d.Message)
		w.leaf("TraceId", d.TraceID)
		w.close("DeviceEnrollmentServiceError")
		w.close("s:Detail")
	}
	w.close("s:Fault")
}
