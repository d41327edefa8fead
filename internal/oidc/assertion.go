package oidc

import (
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // x5t is defined with it; it finds a registered certificate, it proves nothing
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"

	"taxiway/internal/directory"
	"taxiway/internal/signin"
)

// assertionType is the one kind of client assertion (RFC 7523 section 2.2).
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

const (
	// assertionLife is the longest life of an assertion.
	assertionLife = 24 * time.Hour
	// leeway is how far clocks may differ.
	leeway = 5 * time.Minute
)

// assertionClaims are those that RFC 7523 section 3 asks for. jti is not
// looked at: client libraries send one assertion again until it ends.
type assertionClaims struct {
	Issuer    string       `json:"iss"`
	Subject   string       `json:"sub"`
	Audience  oneOrMany    `json:"aud"`
	Expires   *json.Number `json:"exp"`
	NotBefore *json.Number `json:"nbf"`
}

// oneOrMany is aud: a string or a list of them.
type oneOrMany []string

// UnmarshalJSON implements json.Unmarshaler.
func (a *oneOrMany) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*a = oneOrMany{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(a))
}

func badAssertion(text string) *problem {
	return &problem{http.StatusUnauthorized, invalidClient, 700027, text}
}

var (
	wrongTime     = &problem{http.StatusUnauthorized, invalidClient, 700024, "The client assertion is not within its valid time. Compare the clocks, and let it live for 24 hours at most."}
	wrongAudience = &problem{http.StatusUnauthorized, invalidClient, 700023, "The client assertion's aud is not the token endpoint of this tenant."}
	wrongSubject  = &problem{http.StatusUnauthorized, invalidClient, 700021, "The client assertion's iss and sub must both be the client_id."}
)

// checkAssertion checks a client assertion: signed with a certificate that the
// app registered, which x5t or x5t#S256 names; a key that comes along in the
// header is not looked at.
func (h *Handler) checkAssertion(q *tokenRequest, t directory.TenantID, app *signin.ClientApp) error {
	// The list of algorithms is ours, never the header's (RFC 8725 section 3.1).
	signed, err := jose.ParseSignedCompact(q.client.assertion, []jose.SignatureAlgorithm{jose.RS256, jose.PS256})
	if err != nil {
		return badAssertion("The client assertion is not a JWT signed with RS256 or PS256.")
	}
	now := h.Clock.Real()
	certificate, ok := registered(app.Certificates, signed.Signatures[0].Protected)
	if !ok {
		return badAssertion("The client assertion is signed with a certificate that is not registered for the application. Register it, and name it in the header by x5t or x5t#S256.")
	}
	parsed, err := x509.ParseCertificate(certificate.DER)
	if err != nil {
		return badAssertion("The registered certificate cannot be read. Register it again.")
	}
	key, ok := parsed.PublicKey.(*rsa.PublicKey)
	if !ok {
		return badAssertion("The registered certificate has no RSA key.")
	}
	payload, err := signed.Verify(key)
	if err != nil {
		return badAssertion("The client assertion's signature does not verify with the registered certificate.")
	}
	if now.Before(parsed.NotBefore) || !now.Before(parsed.NotAfter) {
		return badAssertion("The registered certificate has expired or is not valid yet. Register a new one.")
	}
	var c assertionClaims
	if err := json.Unmarshal(payload, &c); err != nil {
		return badAssertion("The client assertion's claims cannot be read.")
	}
	return h.checkAssertionClaims(q, t, app, &c, now)
}

func (h *Handler) checkAssertionClaims(q *tokenRequest, t directory.TenantID, app *signin.ClientApp, c *assertionClaims, now time.Time) error {
	if appID(c.Issuer) != app.AppID || appID(c.Subject) != app.AppID {
		return wrongSubject
	}
	if len(c.Audience) != 1 || !slices.Contains(h.assertionAudiences(q.place, t), c.Audience[0]) {
		return wrongAudience
	}
	expires, ok := seconds(c.Expires)
	if !ok || !now.Before(expires.Add(leeway)) || expires.After(now.Add(assertionLife+leeway)) {
		return wrongTime
	}
	if c.NotBefore != nil {
		if from, ok := seconds(c.NotBefore); !ok || now.Before(from.Add(-leeway)) {
			return wrongTime
		}
	}
	return nil
}

// assertionAudiences are the names under which an assertion may address this
// tenant: its token endpoints and issuers, and those of the path that was called.
func (h *Handler) assertionAudiences(at place, t directory.TenantID) []string {
	names := []string{string(t)}
	if at.asked != string(t) {
		names = append(names, at.asked)
	}
	var all []string
	for _, name := range names {
		tenant := h.Base + "/" + name
		all = append(all, tenant+"/oauth2/v2.0/token", tenant+"/oauth2/token", tenant+"/v2.0", tenant+"/", tenant)
	}
	return all
}

// seconds reads a time of a JWT (RFC 7519 section 2, NumericDate).
func seconds(n *json.Number) (time.Time, bool) {
	if n == nil {
		return time.Time{}, false
	}
	f, err := n.Float64()
	if err != nil || f < 0 || f > 1<<40 {
		return time.Time{}, false
	}
	return time.Unix(int64(f), 0), true
}

// registered finds the certificate that the header names. One that names two
// different ones names none.
func registered(all []directory.AppCertificate, header jose.Header) (directory.AppCertificate, bool) {
	sum1, has1 := thumbprintOf(header, "x5t", sha1.Size)
	sum256, has256 := thumbprintOf(header, "x5t#S256", sha256.Size)
	if !has1 && !has256 {
		return directory.AppCertificate{}, false
	}
	for _, c := range all {
		if (!has1 || subtle.ConstantTimeCompare(c.SHA1, sum1) == 1) && (!has256 || subtle.ConstantTimeCompare(c.SHA256, sum256) == 1) {
			return c, true
		}
	}
	return directory.AppCertificate{}, false
}

func thumbprintOf(header jose.Header, name jose.HeaderKey, size int) ([]byte, bool) {
	text, ok := header.ExtraHeaders[name].(string)
	if !ok {
		return nil, false
	}
	// MSAL for Go writes it in the plain alphabet, with padding.
	text = strings.TrimRight(strings.NewReplacer("+", "-", "/", "_").Replace(text), "=")
	sum, err := base64.RawURLEncoding.DecodeString(text)
	return sum, err == nil && len(sum) == size
}
