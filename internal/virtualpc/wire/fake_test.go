package wire_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"taxiway/internal/virtualpc/wire"
)

// fake is a server that misbehaves, with a PC that trusts its certificate.
type fake struct {
	*httptest.Server

	c     *wire.Client
	given wire.Options // to the PC

	mu    sync.Mutex
	asked int             // requests that came
	waits []time.Duration // of the PC
}

// newFake serves h; change edits what the PC is given.
func newFake(t testing.TB, h http.HandlerFunc, change ...func(*wire.Options)) *fake {
	t.Helper()
	f := &fake{}
	f.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.asked++
		f.mu.Unlock()
		h(w, r)
	}))
	f.Config.ErrorLog = log.New(io.Discard, "", 0) // failed handshakes are what some tests want
	f.StartTLS()
	t.Cleanup(f.Close)
	roots := x509.NewCertPool()
	roots.AddCert(f.Certificate())
	o := wire.Options{BaseURL: f.URL, Roots: roots, Now: time.Now, Wait: func(ctx context.Context, d time.Duration) error {
		f.mu.Lock()
		defer f.mu.Unlock()
		f.waits = append(f.waits, d)
		return ctx.Err()
	}}
	for _, c := range change {
		c(&o)
	}
	f.given = o
	var err error
	if f.c, err = wire.New(o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.c.Close)
	return f
}

func (f *fake) told() (asked int, waits []time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.asked, slices.Clone(f.waits)
}

// say answers with a body of this type, its length told.
func say(w http.ResponseWriter, status int, kind string, body []byte) {
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func sayJSON(w http.ResponseWriter, status int, v any) {
	body, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	say(w, status, "application/json; charset=utf-8", body)
}

// endless writes until the reader has enough.
func endless(w http.ResponseWriter, kind string) {
	w.Header().Set("Content-Type", kind)
	chunk := make([]byte, 32<<10)
	for range 10_000 { // 320 MB: no PC reads so much
		if _, err := w.Write(chunk); err != nil {
			return
		}
	}
}

// anyKey is a key that many PCs of these tests have: making one takes long.
var anyKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// authority issues certificates, as a server's does.
type authority struct {
	key  *rsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	return authorityOf(t, newKey(t))
}

// anyAuthority issues where it does not matter who does.
func anyAuthority(t *testing.T) *authority {
	t.Helper()
	return authorityOf(t, anyKey())
}

func authorityOf(t *testing.T, key *rsa.PrivateKey) *authority {
	t.Helper()
	a := &authority{key: key}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "An authority"}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.cert, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	return a
}

// issue makes a certificate for a key.
func (a *authority) issue(t *testing.T, name string, key *rsa.PublicKey) *x509.Certificate {
	t.Helper()
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, KeyUsage: x509.KeyUsageDigitalSignature,
	}, a.cert, key, a.key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
