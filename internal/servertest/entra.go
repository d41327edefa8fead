package servertest

import (
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"taxiway/internal/config"
)

// Entra plays Microsoft Entra: it publishes keys over https and signs tokens
// with them. What it publishes can be replaced.
type Entra struct {
	URL     string // the authority
	Key     *rsa.PrivateKey
	KeyID   string
	Fetched atomic.Int64 // requests for keys
	// Keys answers a request for keys; nil: as Entra does.
	Keys func(w http.ResponseWriter, r *http.Request)

	caFile string
}

// EntraIssuer begins the issuer of version 1.
const EntraIssuer = "https://sts.windows.net"

// NewEntra starts one until the test ends.
func NewEntra(t testing.TB) *Entra {
	t.Helper()
	e := &Entra{Key: Key(t), KeyID: "key-1"}
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		e.Fetched.Add(1)
		if e.Keys != nil {
			e.Keys(w, r)
			return
		}
		tid, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/"), "/discovery/v2.0/keys")
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []map[string]any{e.JWK(e.KeyID, &e.Key.PublicKey, e.URL+"/"+tid+"/v2.0")}})
	}))
	t.Cleanup(s.Close)
	e.URL = s.URL
	e.caFile = filepath.Join(t.TempDir(), "entra.pem")
	if err := os.WriteFile(e.caFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return e
}

// Option makes a world believe this Entra.
func (e *Entra) Option() Option {
	return WithConfig(func(c *config.Config) {
		c.MDM.EntraAuthority, c.MDM.EntraIssuer, c.MDM.EntraCAFile, c.MDM.EntraPrivate = e.URL, EntraIssuer, e.caFile, true
	})
}

// JWK is a key as it is published.
func (e *Entra) JWK(id string, key *rsa.PublicKey, issuer string) map[string]any {
	return map[string]any{
		"kty": "RSA", "use": "sig", "kid": id, "x5t": id, "issuer": issuer,
		"n": base64.RawURLEncoding.EncodeToString(key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(big.NewInt(int64(key.E)).Bytes()),
	}
}

// Claims are those of a person's access token of a version, 1 or 2.
func (e *Entra) Claims(version int, tid, audience, upn string) map[string]any {
	now := time.Now()
	c := map[string]any{
		"aud": audience, "tid": tid, "oid": "11111111-2222-3333-4444-555555555555", "sub": "subject", "scp": "mdm_delegation",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "deviceid": "99999999-2222-3333-4444-555555555555",
	}
	if version == 2 {
		c["ver"], c["iss"], c["preferred_username"], c["azp"] = "2.0", e.URL+"/"+tid+"/v2.0", upn, brokerApp
	} else {
		c["ver"], c["iss"], c["upn"], c["unique_name"], c["appid"], c["idp"] = "1.0", EntraIssuer+"/"+tid+"/", upn, upn, brokerApp, EntraIssuer+"/"+tid+"/"
	}
	return c
}

// Sign makes a token as Entra does.
func (e *Entra) Sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	return SignJWT(t, jose.RS256, e.Key, e.KeyID, claims)
}

// SignJWT makes a token with any key.
func SignJWT(t testing.TB, algorithm jose.SignatureAlgorithm, key any, keyID string, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: algorithm, Key: key}, (&jose.SignerOptions{}).WithType("JWT").WithHeader("kid", keyID))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(text)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}
