package access_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"sync"
	"testing"
)

// The tokens here are put together by hand, so that the check is not judged by
// the library it uses.

type object = map[string]any

func part(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return base64.RawURLEncoding.EncodeToString(text)
}

func signRS256(t *testing.T, key *rsa.PrivateKey, header, claims object) string {
	t.Helper()
	input := part(t, header) + "." + part(t, claims)
	sum := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func signPS256(t *testing.T, key *rsa.PrivateKey, header, claims object) string {
	t.Helper()
	input := part(t, header) + "." + part(t, claims)
	sum := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPSS(rand.Reader, key, crypto.SHA256, sum[:], nil)
	if err != nil {
		t.Fatal(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func signHS256(t *testing.T, secret []byte, header, claims object) string {
	t.Helper()
	input := part(t, header) + "." + part(t, claims)
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func publicPEM(t *testing.T, key *rsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// with copies an object and changes some of it; a nil value removes a name.
func with(base, changes object) object {
	out := maps.Clone(base)
	for name, value := range changes {
		if value == nil {
			delete(out, name)
			continue
		}
		out[name] = value
	}
	return out
}

// Making a key takes a second, so the tests share two.
var ourKey, foreignKey = sync.OnceValues(makeKey), sync.OnceValues(makeKey)

func makeKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

func keyOf(t testing.TB, made func() (*rsa.PrivateKey, error)) *rsa.PrivateKey {
	t.Helper()
	key, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return key
}
