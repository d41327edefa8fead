package msalgo_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"testing"
)

// world is what tools/compat made.
type world struct {
	Base      string `json:"base"`
	Tenant    string `json:"tenant"`
	Domain    string `json:"domain"`
	CA        string `json:"ca"` // file
	User      string `json:"user"`
	Password  string `json:"password"`
	PublicApp string `json:"publicApp"`
	DaemonApp string `json:"daemonApp"`
	Secret    string `json:"secret"`
	CertFile  string `json:"certFile"` // PEM with key
}

func open(t *testing.T) (world, *http.Client) {
	t.Helper()
	name := os.Getenv("TAXIWAY_COMPAT")
	if name == "" {
		t.Fatal("TAXIWAY_COMPAT names no server: run make compat")
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var w world
	if err := json.Unmarshal(text, &w); err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(w.CA)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		t.Fatal("the authority is no certificate")
	}
	return w, &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}}
}
