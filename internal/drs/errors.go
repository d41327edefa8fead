package drs

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Codes of this edge.
const (
	codeMethod = "MethodNotAllowed"
	codeTenant = "TenantNotFound"
	codeBody   = "InvalidBody"
)

// The HRESULTs that Windows knows for a join (winerror.h, DSREG_E_…).
const (
	hresultMessage       = "0x801c0001" // DSREG_E_DEVICE_MESSAGE_FORMAT_ERROR
	hresultAuthenticated = "0x801c0002" // DSREG_E_DEVICE_AUTHENTICATION_ERROR
	hresultAuthorized    = "0x801c0003" // DSREG_E_DEVICE_AUTHORIZATION_ERROR
	hresultInternal      = "0x801c0006" // DSREG_E_DEVICE_INTERNALSERVICE_ERROR
	hresultQuota         = "0x801c000e" // DSREG_E_DEVICE_REGISTRATION_QUOTA_EXCCEEDED
	hresultTenant        = "0x801c0013" // DSREG_E_TENANTID_NOT_FOUND
)

// errorBody is ErrorDetails of [MS-DVRJ] 2.2.3.1 with the fields that newer
// clients look for. Code is the HRESULT to show, Subcode the stable reason.
type errorBody struct {
	ErrorType string `json:"ErrorType"`
	Message   string `json:"Message"`
	TraceID   string `json:"TraceId"`
	Time      string `json:"Time"`
	Code      string `json:"code"`
	Subcode   string `json:"subcode"`
	Operation string `json:"operation"`
	Target    string `json:"target,omitempty"`
	Remedy    string `json:"remedy,omitempty"`
}

// verdict is how a fault looks on the wire.
type verdict struct {
	status    int
	errorType string
	hresult   string
}

var (
	malformed       = verdict{http.StatusBadRequest, "InvalidRequest", hresultMessage}
	unauthenticated = verdict{http.StatusUnauthorized, "AuthenticationError", hresultAuthenticated}
	unauthorized    = verdict{http.StatusForbidden, "AuthorizationError", hresultAuthorized}
	broken          = verdict{http.StatusInternalServerError, "InternalServiceError", hresultInternal}
)

// verdicts are the faults whose kind does not say enough.
var verdicts = map[string]verdict{
	directory.CodeQuotaReached: {http.StatusBadRequest, "DeviceQuotaExceeded", hresultQuota},
	directory.CodeMFARequired:  {http.StatusForbidden, "MultiFactorAuthenticationRequired", hresultAuthenticated},
	codeTenant:                 {http.StatusBadRequest, "TenantNotFound", hresultTenant},
	codeMethod:                 {http.StatusMethodNotAllowed, "InvalidRequest", hresultMessage},
	"DeviceKeyUsed":            {http.StatusBadRequest, "InvalidRequest", hresultMessage},
	"AlreadyUsed":              {http.StatusBadRequest, "InvalidRequest", hresultMessage},
}

func verdictOf(e *fault.Error) verdict {
	if v, ok := verdicts[e.Code]; ok {
		return v
	}
	switch e.Kind {
	case fault.Unauthenticated:
		return unauthenticated
	case fault.Denied, fault.NotFound:
		return unauthorized
	case fault.TooLarge:
		return verdict{http.StatusRequestEntityTooLarge, malformed.errorType, malformed.hresult}
	case fault.Throttled:
		return verdict{http.StatusTooManyRequests, "TooManyRequests", hresultInternal}
	case fault.Unavailable:
		return verdict{http.StatusServiceUnavailable, broken.errorType, hresultInternal}
	case fault.Internal:
		return broken
	default:
		return malformed
	}
}

// fail is the one renderer of errors on this edge.
func (h *Handler) fail(c *call, err error) {
	e, ok := fault.As(err)
	if !ok || e.Kind == fault.Internal {
		h.Log.LogAttrs(c.ctx(), slog.LevelError, "a PC's join ended in an error", slog.Any("error", err))
		e = fault.New(fault.Internal, "InternalServerError", "The server could not finish the request.")
	}
	v := verdictOf(e)
	body := errorBody{
		ErrorType: v.errorType, Message: e.Message, TraceID: h.RequestID(c.ctx()), Time: h.Clock.Real().UTC().Format(time.RFC3339),
		Code: v.hresult, Subcode: e.Code, Operation: operationOf(c.r),
	}
	if len(e.Details) > 0 {
		body.Target, body.Remedy = e.Details[0].Target, e.Details[0].Remedy
		if e.Code == invalidToken {
			body.Subcode = e.Details[0].Code // the reason is in the detail
		}
	}
	if v.status == http.StatusUnauthorized && c.r.Method == http.MethodPost {
		c.w.Header().Set("WWW-Authenticate", `Bearer realm="`+h.Base+`"`)
	}
	write(c.w, v.status, body)
}

// invalidToken is package access' code for every token it refuses.
const invalidToken = "InvalidAuthenticationToken"

// operationOf names what the PC was doing, as Entra's answers do.
func operationOf(r *http.Request) string {
	switch r.Method {
	case http.MethodPost:
		return "DeviceJoin"
	case http.MethodPut:
		return "DeviceUpdate"
	case http.MethodDelete:
		return "DeviceDelete"
	default:
		return "DeviceRegistrationDiscovery"
	}
}

func write(w http.ResponseWriter, status int, v any) {
	text, err := json.Marshal(v)
	if err != nil {
		status, text = http.StatusInternalServerError, []byte(`{"ErrorType":"InternalServiceError"}`)
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(text) // the client is gone when this fails
}
