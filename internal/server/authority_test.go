package server

import (
	"context"
	"crypto/x509"
	"errors"
	"testing"
	"time"

	"taxiway/internal/directory"
)

// keptSecrets is a key store in memory.
type keptSecrets struct {
	directory.KeyStore
	kept map[string][]byte
}

// Secret implements directory.KeyStore.
func (k keptSecrets) Secret(_ context.Context, name string, fresh []byte) ([]byte, error) {
	if k.kept[name] == nil {
		k.kept[name] = fresh
	}
	return k.kept[name], nil
}

func TestACertificateOfOurAuthorityForAnotherNameDoesNotVerify(t *testing.T) {
	t.Parallel()
	now := time.Now()
	hosts := []string{"127.0.0.1", "devices.taxiway.test", "taxiway.test"}
	a, err := openAuthority(t.Context(), keptSecrets{kept: map[string][]byte{}}, hosts, func() time.Time { return now })
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(a.PEM()) {
		t.Fatal("the authority is no certificate")
	}
	verify := func(asked string, names ...string) error {
		leaf, err := a.sign(names)
		if err != nil {
			t.Fatal(err)
		}
		_, err = leaf.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: asked, CurrentTime: now})
		return err
	}
	for _, host := range hosts {
		if err := verify(host, hosts...); err != nil {
			t.Errorf("our own certificate for %s does not verify: %v", host, err)
		}
	}
	for _, c := range []struct {
		asked string
		names []string
	}{
		{"bank.example", []string{"bank.example"}},
		{"eviltaxiway.test", []string{"eviltaxiway.test"}},
		{"taxiway.test.evil.example", []string{"taxiway.test.evil.example"}},
		{"192.0.2.1", []string{"192.0.2.1"}},
		{"127.0.0.2", []string{"127.0.0.2"}},
		{"::1", []string{"::1"}},
		{"taxiway.test", []string{"taxiway.test", "bank.example"}}, // one bad name spoils it
	} {
		err := verify(c.asked, c.names...)
		var invalid x509.CertificateInvalidError
		if !errors.As(err, &invalid) || invalid.Reason != x509.CANotAuthorizedForThisName {
			t.Errorf("a certificate for %v: %v, want that the authority may not sign it", c.names, err)
		}
	}
	below, err := a.sign([]string{"taxiway.test"})
	if err != nil {
		t.Fatal(err)
	}
	if a.cert.MaxPathLen != 0 || !a.cert.MaxPathLenZero || below.Leaf.IsCA {
		t.Error("the authority can make another one below it")
	}
}
