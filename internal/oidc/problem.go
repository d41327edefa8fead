package oidc

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"

	"github.com/google/uuid"

	"taxiway/internal/fault"
)

// The error words of RFC 6749 section 5.2, RFC 8707 and Entra.
const (
	invalidRequest   = "invalid_request"
	invalidClient    = "invalid_client"
	invalidScope     = "invalid_scope"
	invalidResource  = "invalid_resource"
	invalidGrant     = "invalid_grant"
	invalidInstance  = "invalid_instance"
	unauthorizedApp  = "unauthorized_client"
	unsupportedGrant = "unsupported_grant_type"
	serverError      = "server_error"
	tryLater         = "temporarily_unavailable"

	interactionRequired = "interaction_required"
)

// problem is one refusal in Entra's words: the number is that of Entra's list
// of AADSTS error codes. The text never repeats what the caller sent.
type problem struct {
	status int
	word   string
	number int
	text   string
}

func (p *problem) Error() string { return fmt.Sprintf("AADSTS%d: %s", p.number, p.text) }

// missing names a parameter that has to be there.
func missing(name string) *problem {
	return &problem{http.StatusBadRequest, invalidRequest, 900144, "The request must contain the parameter '" + name + "'."}
}

// bad is a parameter or body that cannot be read.
func bad(text string) *problem {
	return &problem{http.StatusBadRequest, invalidRequest, 90100, text}
}

// byCode says what the subjects' refusals are called here.
var byCode = map[string]problem{
	"UnknownApplication":  {http.StatusBadRequest, unauthorizedApp, 700016, "There is no application with this client_id in the tenant. Check the client id, and that the address names the tenant the app was created in."},
	"InvalidSecret":       {http.StatusUnauthorized, invalidClient, 7000215, "The client secret is wrong. Send the secret's value, not its id."},
	"SecretExpired":       {http.StatusUnauthorized, invalidClient, 7000222, "The client secret has expired. Add a new one to the application."},
	"ApplicationDisabled": {http.StatusBadRequest, unauthorizedApp, 7000112, "The application is disabled. An administrator can enable it."},

	"WrongPassword": {http.StatusBadRequest, invalidGrant, 50126, "The user name or password is wrong."},
	"SignInSlowed":  {http.StatusBadRequest, invalidGrant, 50053, "There were too many tries with this account. Wait a moment and try again."},
	"CodeExpired":   {http.StatusBadRequest, invalidGrant, 70008, "The code is unknown or has expired. Sign in again."},
	"CodeUsed":      {http.StatusBadRequest, invalidGrant, 54005, "The code was redeemed before. What was issued for it is revoked; sign in again."},
	"RefreshDead":   {http.StatusBadRequest, invalidGrant, 70000, "The refresh token has expired, was revoked or is unknown. Sign in again."},
	// The word is Entra's at the token endpoint; RFC 6749 has it for authorize.
	"TooManyRequests": {http.StatusTooManyRequests, tryLater, 90055, "There are too many requests from this address. Wait a moment and try again."},

	"AuthorizationPending":  {http.StatusBadRequest, "authorization_pending", 70016, "Nobody has signed in with the code yet. Ask again after the interval."},
	"SlowDown":              {http.StatusBadRequest, "slow_down", 70016, "The client asks too often. Wait five seconds longer between two requests."},
	"AuthorizationDeclined": {http.StatusBadRequest, "authorization_declined", 70017, "The person declined the sign-in."},
	"DeviceCodeExpired":     {http.StatusBadRequest, "expired_token", 70020, "The device code has expired or was used. Start the sign-in again."},
	"DeviceCodeUnknown":     {http.StatusBadRequest, "bad_verification_code", 70018, "The device code is unknown here. Start the sign-in again."},
	"UserCodeNotFound":      {http.StatusBadRequest, invalidRequest, 70018, "No sign-in is waiting with this code. Compare it with the one your device shows."},
}

// suberrors tell client libraries what kind of sign-in helps.
var suberrors = map[int]string{
	50055: "user_password_expired",
	50076: "basic_action",
	65001: "consent_required",
	70000: "bad_token",
}

// problemBody is Entra's error answer (Microsoft identity platform, error
// response of the token endpoint).
type problemBody struct {
	Error         string `json:"error"`
	Description   string `json:"error_description"`
	Codes         []int  `json:"error_codes"`
	Timestamp     string `json:"timestamp"`
	TraceID       string `json:"trace_id"`
	CorrelationID string `json:"correlation_id"`
	Suberror      string `json:"suberror,omitempty"`
}

// problem is the one renderer of this edge.
func (h *Handler) problem(w http.ResponseWriter, r *http.Request, err error) {
	p := h.translate(r.Context(), err)
	trace, correlation := h.NewID(), correlationID(r)
	if correlation == "" {
		correlation = h.NewID()
	}
	header := w.Header()
	header.Set("Cache-Control", "no-store")
	header.Set("x-ms-request-id", trace)
	header.Set("client-request-id", correlation)
	if p.status == http.StatusUnauthorized && r.Header.Get("Authorization") != "" {
		header.Set("WWW-Authenticate", `Basic realm="`+h.Base+`"`) // RFC 6749 section 5.2
	}
	body := problemBody{
		Error: p.word, Codes: []int{p.number}, Timestamp: h.timestamp(), TraceID: trace, CorrelationID: correlation,
		Description: h.describe(p, trace, correlation),
		Suberror:    suberrors[p.number],
	}
	if err := writeJSON(w, p.status, body); err != nil {
		h.Log.LogAttrs(r.Context(), slog.LevelError, "answer lost", slog.String("error", err.Error()))
	}
}

// describe is error_description as client libraries show it to people.
func (h *Handler) describe(p *problem, trace, correlation string) string {
	return fmt.Sprintf("%v Trace ID: %s Correlation ID: %s Timestamp: %s", p, trace, correlation, h.timestamp())
}

func (h *Handler) timestamp() string { return h.Clock.Real().UTC().Format("2006-01-02 15:04:05Z") }

// translate turns any error into Entra's words. A fault that nobody foresaw
// goes to the log and shows nothing.
func (h *Handler) translate(ctx context.Context, err error) *problem {
	if p, ok := asProblem(err); ok {
		return p
	}
	if e, ok := fault.As(err); ok {
		if known, ok := byCode[e.Code]; ok {
			return &known
		}
	}
	h.Log.LogAttrs(ctx, slog.LevelError, "sign-in request", slog.String("error", err.Error()))
	if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Throttled) {
		return &problem{http.StatusServiceUnavailable, tryLater, 90033, "The server is busy. Try again in a moment."}
	}
	return &problem{http.StatusInternalServerError, serverError, 50000, "The server could not issue a token. Its log has the cause under this trace id."}
}

// asProblem finds a refusal in Entra's words.
func asProblem(err error) (*problem, bool) { return errors.AsType[*problem](err) }

// correlationID is the caller's client-request-id from header or query, when
// it is a GUID; anything else is not repeated.
func correlationID(r *http.Request) string {
	for _, text := range []string{r.Header.Get("client-request-id"), r.URL.Query().Get("client-request-id")} {
		if id, err := uuid.Parse(text); err == nil && len(text) == 36 {
			return id.String()
		}
	}
	return ""
}
