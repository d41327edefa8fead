package signin

import (
	"bytes"
	"crypto/sha256"
	"regexp"
	"strings"
	"testing"

	"taxiway/internal/directory"
)

const tenantForTokens = directory.TenantID("8d1a3c55-5f0e-4f57-9d6e-0f6a5f0b7c11")

func TestATokenNamesItsTenantAndIsStoredAsItsHash(t *testing.T) {
	for _, tenant := range []directory.TenantID{tenantForTokens, ""} {
		text := newToken(tenant)
		got, hash, ok := tenantOf(text)
		if !ok || got != tenant {
			t.Errorf("tenantOf(newToken(%q)) = %q, %v", tenant, got, ok)
		}
		if want := sha256.Sum256([]byte(text)); !bytes.Equal(hash, want[:]) {
			t.Errorf("the hash of %q is not the SHA-256 of its text", text)
		}
	}
}

func TestTokensDoNotRepeat(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		text := newToken(tenantForTokens)
		if seen[text] {
			t.Fatalf("%s was made twice", text)
		}
		seen[text] = true
	}
}

func TestATextThatNobodyHandedOutIsRefusedUnread(t *testing.T) {
	good := newToken(tenantForTokens)
	cases := map[string]string{
		"empty":            "",
		"cut":              good[:len(good)-1],
		"longer":           good + "A",
		"other form":       "2" + good[1:],
		"upper case":       "1." + strings.ToUpper(string(tenantForTokens)) + good[2+36:],
		"no dot":           strings.Replace(good, ".", "-", 1),
		"padding":          good[:len(good)-1] + "=",
		"standard base64":  good[:len(good)-2] + "+/",
		"line end":         good[:len(good)-1] + "\n",
		"line end inside":  good[:60] + "\n" + good[61:],
		"loose last bits":  good[:len(good)-1] + "B",
		"braces":           "1.{" + string(tenantForTokens[:34]) + "}" + good[2+36:],
		"not hexadecimal":  "1.g" + good[3:],
		"letters after it": good[:len(good)-3] + "äA",
	}
	for name, text := range cases {
		if _, _, ok := tenantOf(text); ok {
			t.Errorf("%s: %q was taken for a token", name, text)
		}
	}
}

// The form as a regular expression, written from its description alone.
var tokenShape = regexp.MustCompile(`\A1\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\z`)

func FuzzTenantOf(f *testing.F) {
	f.Add(newToken(tenantForTokens))
	f.Add(newToken(""))
	f.Add("1." + string(tenantForTokens) + "." + strings.Repeat("A", 43))
	f.Add("1." + string(tenantForTokens) + "." + strings.Repeat("A", 42) + "B")
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		tenant, hash, ok := tenantOf(text)
		if ok != tokenShape.MatchString(text) {
			t.Fatalf("tenantOf(%q) answers %v", text, ok)
		}
		if !ok {
			return
		}
		if len(hash) != sha256.Size {
			t.Errorf("hash of %d bytes", len(hash))
		}
		if tenant == "" {
			tenant = "00000000-0000-0000-0000-000000000000"
		}
		if text[2:38] != string(tenant) {
			t.Errorf("the tenant of %q is %q", text, tenant)
		}
	})
}
