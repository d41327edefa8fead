package site

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/http"

	"taxiway/internal/fault"
)

// csrfHeader carries what GET /ui/session told the page. Another site can
// neither read it nor set a header of this name without a preflight, which is
// never answered here.
const csrfHeader = "X-Taxiway-Csrf"

// policy is the Content-Security-Policy of every answer: scripts, styles and
// data from here and nowhere else (Content Security Policy Level 3). The hash
// is the one style that React Aria writes into the page itself.
const policy = "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-38RhXrc7EdReTKsOm23ZPOCUgniTUUcjky8QOOrQx6o='; img-src 'self'; connect-src 'self'; " +
	"worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure sets the headers that every answer has.
func secure(head http.Header) {
	head.Set("Content-Security-Policy", policy)
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Referrer-Policy", "no-referrer")
	head.Set("Cross-Origin-Opener-Policy", "same-origin")
	head.Set("Cross-Origin-Resource-Policy", "same-origin")
	head.Set("Strict-Transport-Security", "max-age=31536000")
	head.Set("Cache-Control", "no-store")
}

// csrf is the header's value for a session: it follows from the cookie, which
// no script can read.
func csrf(cookie string) string {
	sum := sha256.Sum256([]byte("site csrf " + cookie))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// guarded refuses what another site made the browser send. Sec-Fetch-Site is
// the browser's own word and cannot be set by a page (Fetch Metadata Request
// Headers); old browsers send none, so the header is asked for besides.
func (v *visitor) guarded(r *http.Request) error {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		return fault.New(fault.Denied, "CrossSiteRequest", "This request was made by another site.")
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead {
		return nil
	}
	sent := r.Header.Values(csrfHeader)
	if len(sent) != 1 || subtle.ConstantTimeCompare([]byte(sent[0]), []byte(csrf(v.cookie))) != 1 {
		return fault.Field(fault.Denied, "CsrfHeader", csrfHeader, "The request does not carry the header of this session.", "Load the page again.")
	}
	return nil
}
