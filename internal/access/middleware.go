package access

import (
	"net/http"
	"strings"

	"taxiway/internal/fault"
)

// Why a token was refused: the code of the fault's one detail.
//
//nolint:gosec // names of reasons, no credentials
const (
	TokenMissing     = "TokenMissing"
	TokenMalformed   = "TokenMalformed"
	TokenAlgorithm   = "TokenAlgorithm"
	TokenSignature   = "TokenSignature"
	TokenExpired     = "TokenExpired"
	TokenNotYetValid = "TokenNotYetValid"
	TokenAudience    = "TokenAudience"
	TokenIssuer      = "TokenIssuer"
	TokenTenant      = "TokenTenant"
	TokenRevoked     = "TokenRevoked"
)

// invalidToken is Graph's code for every one of them.
const invalidToken = "InvalidAuthenticationToken"

// remedies name the next action for each reason.
var remedies = map[string]string{ //nolint:gosec // words about tokens, no token
	TokenMissing:     "Ask the token endpoint for a token and send it in the header Authorization: Bearer.",
	TokenMalformed:   "Send the access_token of the token endpoint's answer unchanged, or ask for a new one.",
	TokenAlgorithm:   "Ask this server's token endpoint for a new token.",
	TokenSignature:   "Ask this server's token endpoint for a new token.",
	TokenExpired:     "Ask for a new token.",
	TokenNotYetValid: "Set the client's clock, then ask for a new token.",
	TokenIssuer:      "Ask this server's token endpoint for a new token.",
	TokenTenant:      "Ask the token endpoint of the tenant itself for a new token.",
	TokenRevoked:     remedyApp,
}

func refuse(code, message string, cause error) error {
	return refuseWith(code, message, remedies[code], cause)
}

func refuseWith(code, message, remedy string, cause error) error {
	return &fault.Error{
		Kind: fault.Unauthenticated, Code: invalidToken, Message: message, Cause: cause,
		Details: []fault.Detail{{Target: "Authorization", Code: code, Message: message, Remedy: remedy}},
	}
}

// Middleware checks the bearer token of each request and passes it on with its
// Principal; what the check refuses goes to render, the edge's own renderer of
// errors. Only the Authorization header is read: no cookie, no parameter.
func Middleware(v *Verifier, render func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, err := bearer(r)
		var p *Principal
		if err == nil {
			p, err = v.Verify(r.Context(), token)
		}
		if err != nil {
			if fault.Is(err, fault.Unauthenticated) {
				w.Header().Set("WWW-Authenticate", challenge(v.Issuer, err))
			}
			render(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(WithPrincipal(r.Context(), p)))
	})
}

// bearer takes the token from the one Authorization header (RFC 6750 section 2.1).
func bearer(r *http.Request) (string, error) {
	headers := r.Header.Values("Authorization")
	if len(headers) > 1 {
		return "", refuse(TokenMalformed, "The request carries more than one Authorization header.", nil)
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return "", nil // Verify says that it is missing
	}
	return strings.TrimSpace(token), nil
}

// challenge is the WWW-Authenticate header of RFC 6750 section 3; a request
// without a token gets no error attribute.
func challenge(realm string, err error) string {
	header := `Bearer realm="` + realm + `"`
	if e, ok := fault.As(err); ok && len(e.Details) == 1 && e.Details[0].Code != TokenMissing {
		header += `, error="invalid_token", error_description="` + e.Message + `"`
	}
	return header
}
