package drs

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func newKey(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// blobOf writes BCRYPT_RSAKEY_BLOB as bcrypt.h lays it out.
func blobOf(k *rsa.PublicKey) []byte {
	n, e := k.N.Bytes(), []byte{1, 0, 1}
	out := []byte("RSA1")
	for _, v := range []int{8 * len(n), len(e), len(n), 0, 0} {
		out = binary.LittleEndian.AppendUint32(out, uint32(v))
	}
	return slices.Concat(out, e, n)
}

func TestATransportKeyIsReadInBothForms(t *testing.T) {
	t.Parallel()
	key := newKey(t)
	jwk, err := json.Marshal(map[string]string{"kty": "RSA", "n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": "AQAB"})
	if err != nil {
		t.Fatal(err)
	}
	wrapped := base64.StdEncoding.EncodeToString(blobOf(&key.PublicKey))
	for _, text := range []string{wrapped, wrapped[:64] + "\r\n" + wrapped[64:], base64.StdEncoding.EncodeToString(jwk)} {
		got, err := parseTransportKey(text)
		if err != nil || !got.Equal(&key.PublicKey) {
			t.Errorf("%.40s…: %v", text, err)
		}
	}
}

func TestEveryCutOfABlobIsRefused(t *testing.T) {
	t.Parallel()
	blob := blobOf(&newKey(t).PublicKey)
	for n := range blob {
		if k, err := parseRSABlob(blob[:n]); err == nil {
			t.Fatalf("%d of %d bytes make the key %v", n, len(blob), k)
		}
	}
}

func FuzzTransportKey(f *testing.F) {
	key := newKey(f)
	f.Add(blobOf(&key.PublicKey))
	f.Add([]byte(`{"kty":"RSA","n":"AQAB","e":"AQAB"}`))
	f.Add([]byte("RSA1"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		k, err := parseTransportKey(base64.StdEncoding.EncodeToString(raw))
		if err != nil {
			return
		}
		if bits := k.N.BitLen(); bits < 2048 || bits > 4096 || k.E < 3 || k.E%2 == 0 {
			t.Errorf("a key of %d bits with the exponent %d was taken", bits, k.E)
		}
		if bytes.HasPrefix(raw, []byte("RSA1")) && k.E == 65537 && len(raw) == 24+3+k.Size() && !bytes.Equal(blobOf(k), raw) {
			t.Error("a blob reads as a key that is written otherwise")
		}
	})
}

func FuzzCertificateRequest(f *testing.F) {
	key := newKey(f)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{SignatureAlgorithm: x509.SHA256WithRSA}, key)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(der)
	f.Add([]byte{0x30, 0x80})
	f.Fuzz(func(t *testing.T, raw []byte) {
		if k, err := parseCSR("pkcs10", base64.StdEncoding.EncodeToString(raw)); err == nil && k.N.BitLen() < 2048 {
			t.Errorf("a request for %d bits was taken", k.N.BitLen())
		}
	})
}

func FuzzBody(f *testing.F) {
	f.Add([]byte(`{"JoinType":0,"attributes":{"ReuseDevice":"true"},"DeviceKeys":[{"a":[1,null,true]}]}`))
	f.Add([]byte(`{"a":1,"A":2}`))
	f.Add([]byte(strings.Repeat(`{"a":`, 40)))
	f.Fuzz(func(t *testing.T, raw []byte) {
		o, err := decodeObject(raw)
		if err != nil {
			return
		}
		var plain map[string]any
		if err := json.Unmarshal(raw, &plain); err != nil {
			t.Fatalf("taken here and refused by the standard library: %v", err)
		}
		names := map[string]bool{}
		for name := range plain {
			names[strings.ToLower(name)] = true
		}
		if diff := cmp.Diff(slices.Sorted(maps.Keys(names)), slices.Sorted(maps.Keys(o))); diff != "" {
			t.Errorf("names (-standard library +here):\n%s", diff)
		}
		_, _ = readJoin(o)
	})
}

// The shapes of the published contract and answer, by the names that clients read.
func TestAnswersHaveThePublishedShape(t *testing.T) {
	t.Parallel()
	h := &Handler{Base: "https://id.example", DeviceBase: "https://dev.example"}
	contract, err := h.contract(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		v    any
		want string
	}{
		// source: [MS-DVRD] 2.2; libhimmelblau's discovery names
		{"contract", contract, `{"AuthenticationService":{"OAuth2":{"AuthCodeEndpoint":"https://id.example/common/oauth2/authorize","TokenEndpoint":"https://id.example/common/oauth2/token"}},"IdentityProviderService":{"Federated":false,"PassiveAuthEndpoint":"https://id.example/common/oauth2/authorize"},"DeviceJoinService":{"JoinEndpoint":"https://dev.example/EnrollmentServer/device/","JoinResourceId":"urn:ms-drs:enterpriseregistration.windows.net","ServiceVersion":"2.0"}}`},
		// source: [MS-DVRJ] 3.1.5.1.1.2
		{"join", joinAnswer{issued{"AB", "Q0Q="}, joinedBy{"ann@contoso.example"}, []membershipChange{{administratorsSID, []string{"S-1-12-1-1-2-3-4"}}}}, `{"Certificate":{"Thumbprint":"AB","RawBody":"Q0Q="},"User":{"Upn":"ann@contoso.example"},"MembershipChanges":[{"LocalSID":"S-1-5-32-544","AddSIDs":["S-1-12-1-1-2-3-4"]}]}`},
		// source: [MS-DVRJ] 2.2.3.1
		{"error", errorBody{"AuthenticationError", "No.", "t", "2026-01-01T00:00:00Z", hresultAuthenticated, "TokenMissing", "DeviceJoin", "", ""}, `{"ErrorType":"AuthenticationError","Message":"No.","TraceId":"t","Time":"2026-01-01T00:00:00Z","code":"0x801c0002","subcode":"TokenMissing","operation":"DeviceJoin"}`},
	} {
		got, err := json.Marshal(c.v)
		if err != nil || string(got) != c.want {
			t.Errorf("%s is %s (%v), want %s", c.name, got, err, c.want)
		}
	}
}
