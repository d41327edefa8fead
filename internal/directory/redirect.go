package directory

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"taxiway/internal/fault"
)

// Platform is what kind of program a redirect address belongs to.
type Platform string

// The platforms (Graph: application.web, spa and publicClient). The last two
// hold no secret: they must use PKCE and need no credential.
const (
	PlatformWeb    Platform = "web"
	PlatformSPA    Platform = "spa"
	PlatformPublic Platform = "public"
)

const (
	// MaxRedirect is the longest redirect address.
	MaxRedirect = 2048
	// MaxRedirects is how many an app may have.
	MaxRedirects = 100
)

// Redirect is an address that a browser may be sent back to after a sign-in.
// It is stored as it was given and compared character by character.
type Redirect struct {
	URI      string   `json:"uri"`
	Platform Platform `json:"platform"`
}

// dangerous schemes run code or read files in a browser.
var dangerous = []string{"javascript", "data", "vbscript", "file", "blob", "about", "ftp", "ws", "wss", "view-source", "filesystem"}

// Validate checks an address before it is registered: https; http to the own
// machine; or, for a public client, a scheme of its own (RFC 8252 section 7).
func (r Redirect) Validate() error {
	switch r.Platform {
	case PlatformWeb, PlatformSPA, PlatformPublic:
	default:
		return fault.Field(fault.Invalid, "InvalidPlatform", "platform", "There is no platform "+quote(string(r.Platform))+".", "Use web for a server, spa for a page that signs in by script, public for a program on somebody's machine.")
	}
	bad := func(message, remedy string) error {
		return fault.Field(fault.Invalid, "InvalidRedirectUri", "uri", message, remedy)
	}
	switch {
	case r.URI == "":
		return bad("The redirect address is empty.", "Give the address the app listens on, for example https://app.contoso.example/signin.")
	case len(r.URI) > MaxRedirect:
		return bad(fmt.Sprintf("The redirect address is longer than %d characters.", MaxRedirect), "Shorten it; what changes from sign-in to sign-in belongs in the state parameter.")
	case strings.Contains(r.URI, "*"):
		return bad("A redirect address has no wildcard: it is compared character by character.", "Add each address on its own.")
	case strings.Contains(r.URI, "#"):
		return bad("A redirect address has no fragment.", "Leave out the '#' and what follows.")
	case strings.ContainsFunc(r.URI, func(c rune) bool { return c <= ' ' || c >= 0x7f || strings.ContainsRune("\\\"<>^`{|}", c) }):
		return bad("The redirect address holds a character that has no place in an address.", "Write it percent-encoded, and a name with other letters in its xn-- form.")
	}
	u, err := url.Parse(r.URI)
	if err != nil || u.Scheme == "" {
		return bad("The redirect address "+quote(r.URI)+" is no absolute address.", "Begin with https:// and the host.")
	}
	scheme, _, _ := strings.Cut(r.URI, ":")
	if scheme != u.Scheme {
		return bad("The scheme of the redirect address is not in lower case.", "Write "+u.Scheme+".")
	}
	if u.User != nil {
		return bad("A redirect address holds no user name or password.", "Leave out what is before the '@'.")
	}
	return r.validateScheme(u, bad)
}

func (r Redirect) validateScheme(u *url.URL, bad func(message, remedy string) error) error {
	switch u.Scheme {
	case "https":
		if u.Hostname() == "" {
			return bad("The redirect address "+quote(r.URI)+" names no host.", "Begin with https:// and the host.")
		}
	case "http":
		if u.Opaque != "" || !IsLoopback(u.Hostname()) {
			return bad("An address with http is good for the own machine only.", "Use https, or http://localhost.")
		}
	default:
		if slices.Contains(dangerous, u.Scheme) {
			return bad("The scheme "+u.Scheme+" is not good for a redirect address.", "Use https, http://localhost, or a scheme of the app's own.")
		}
		if r.Platform != PlatformPublic {
			return bad("Only a public client may have a scheme of its own, not platform "+string(r.Platform)+".", "Use https, or platform public.")
		}
		if u.Host == "" && u.Path == "" && u.Opaque == "" {
			return bad("The redirect address "+quote(r.URI)+" has nothing after its scheme.", "Add what the app listens for, as in myapp://auth.")
		}
	}
	return nil
}

// IsLoopback reports whether a host is the own machine (RFC 8252 sections 7.3
// and 8.3).
func IsLoopback(host string) bool {
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}
