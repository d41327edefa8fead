package directory_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"strings"
	"testing"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// selfSigned makes a certificate that is good from a day before the tests'
// clock until then.
func selfSigned(t *testing.T, key crypto.Signer, until time.Time) []byte {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "pipeline.contoso.example"},
		NotBefore: time.Date(2026, 2, 28, 0, 0, 0, 0, time.UTC), NotAfter: until,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func rsaKey(t *testing.T, bits int) *rsa.PrivateKey {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func asPEM(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func TestACertificateIsStoredWithBothThumbprintsAndRemovedByItsID(t *testing.T) {
	t.Parallel()
	s, store, clock := newApps()
	ctx := t.Context()
	a, _, err := s.Create(ctx, appTenant, "Pipeline", nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	until := clock.now.AddDate(1, 0, 0)
	der := selfSigned(t, rsaKey(t, 2048), until)
	c, err := s.AddCertificate(ctx, appTenant, a.AppID, directory.NewCertificate{Content: asPEM("CERTIFICATE", der)})
	if err != nil {
		t.Fatal(err)
	}
	one, two := sha1.Sum(der), sha256.Sum256(der)
	if !bytes.Equal(c.SHA1, one[:]) || !bytes.Equal(c.SHA256, two[:]) || !bytes.Equal(c.DER, der) || !c.ExpiresAt.Equal(until) || c.DisplayName != "pipeline.contoso.example" {
		t.Errorf("certificate = %+v", c)
	}
	if _, err := s.AddCertificate(ctx, appTenant, a.AppID, directory.NewCertificate{Content: der}); codeOf(err) != "CertificateExists" {
		t.Errorf("the same one as DER: %v", err)
	}
	if err := s.RemoveCertificate(ctx, appTenant, a.AppID, a.AppID); codeOf(err) != "CertificateNotFound" {
		t.Errorf("an unknown id: %v", err)
	}
	if err := s.RemoveCertificate(ctx, appTenant, a.AppID, c.KeyID); err != nil || len(store.apps[string(appTenant)+a.AppID].Certificates) != 0 {
		t.Errorf("after the removal: %v", err)
	}
	var trail []string
	for _, e := range store.events {
		trail = append(trail, e.Activity)
	}
	if got := strings.Join(trail, ", "); got != "Create application, Add application certificate, Remove application certificate" {
		t.Errorf("trail = %s", got)
	}
}

func TestACertificateThatIsWeakOrNotAloneIsRefused(t *testing.T) {
	t.Setenv("GODEBUG", "rsa1024min=0") // a short key must be made to be refused
	s, _, clock := newApps()
	a, _, err := s.Create(t.Context(), appTenant, "Pipeline", nil, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	until := clock.now.AddDate(1, 0, 0)
	key := rsaKey(t, 2048)
	good := asPEM("CERTIFICATE", selfSigned(t, key, until))
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for words, content := range map[string][]byte{
		"no X.509 certificate":         []byte("hello"),
		"no whole PEM block":           []byte("-----BEGIN CERTIFICATE-----\nAAAA"),
		"more than a certificate":      append(bytes.Clone(good), asPEM("PRIVATE KEY", private)...),
		"more than one certificate":    append(bytes.Clone(good), good...),
		"not an RSA key":               selfSigned(t, curve, until),
		"RSA key has 1024 bits":        selfSigned(t, rsaKey(t, 1024), until),
		"expired on 2026-03-01":        selfSigned(t, key, clock.now),
		"is larger than 64 KB":         bytes.Repeat([]byte("A"), 65<<10),
		"This is no X.509 certificate": append(selfSigned(t, key, until), 0),
	} {
		_, err := s.AddCertificate(t.Context(), appTenant, a.AppID, directory.NewCertificate{Content: content})
		e, ok := fault.As(err)
		if !ok || e.Code != "InvalidCertificate" || e.Details[0].Target != "key" || e.Details[0].Remedy == "" || !strings.Contains(e.Message, words) {
			t.Errorf("%q: %v, want InvalidCertificate with a remedy", words, err)
		}
	}
}
