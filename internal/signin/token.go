package signin

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"taxiway/internal/directory"
)

const (
	// tokenForm is the first character of every token: the form of the rest.
	tokenForm = "1"
	// tokenBytes are the random bytes of a token.
	tokenBytes = 32
	// nilTenant stands in a token that was made before the tenant was known.
	nilTenant = "00000000-0000-0000-0000-000000000000"
	guidLen   = len(nilTenant)
)

// tokenEncoding refuses what is not the one spelling of the bytes, line ends too.
var tokenEncoding = base64.RawURLEncoding.Strict()

// tokenLen is the length of every token: form, tenant, random bytes and two dots.
var tokenLen = len(tokenForm) + 1 + guidLen + 1 + tokenEncoding.EncodedLen(tokenBytes)

// newToken makes a code, a refresh token, a device code, a cookie or a link of
// the tenant: "1.<tenant>.<43 characters>". The tenant in it lets one keyed
// read find the row when the address says common; it proves nothing. An empty
// tenant becomes the all-zero one.
func newToken(t directory.TenantID) string {
	if t == "" {
		t = nilTenant
	}
	return tokenForm + "." + string(t) + "." + randomText()
}

// randomText is 256 random bits as 43 characters.
func randomText() string {
	b := make([]byte, tokenBytes)
	_, _ = rand.Read(b) // never fails: the program would have stopped
	return tokenEncoding.EncodeToString(b)
}

// tenantOf takes a token apart: the tenant it was made for, empty for the
// all-zero one, and the SHA-256 of its text, under which it is stored. False
// for any text that newToken cannot have made, so that no read is spent on it.
func tenantOf(token string) (t directory.TenantID, hash []byte, ok bool) {
	if len(token) != tokenLen {
		return "", nil, false
	}
	rest, found := strings.CutPrefix(token, tokenForm+".")
	if !found || rest[guidLen] != '.' || !isGUID(rest[:guidLen]) || strings.ContainsAny(rest, "\r\n") {
		return "", nil, false
	}
	if _, err := tokenEncoding.DecodeString(rest[guidLen+1:]); err != nil {
		return "", nil, false
	}
	if t = directory.TenantID(rest[:guidLen]); t == nilTenant {
		t = ""
	}
	return t, hashOf(token), true
}

// hashOf is what is stored of a text that was handed out.
func hashOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// isGUID reports whether s is a GUID in the one spelling that ids have here:
// lower case, with hyphens.
func isGUID(s string) bool {
	if len(s) != guidLen {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}
