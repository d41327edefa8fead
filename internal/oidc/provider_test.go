package oidc_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/oidc"
	"taxiway/internal/signin"
)

const (
	base     = "https://taxiway.example:8443"
	tenantA  = "aaaaaaaa-0000-4000-8000-000000000001"
	tenantB  = "bbbbbbbb-0000-4000-8000-000000000002"
	appID    = "cccccccc-0000-4000-8000-000000000003"
	spID     = "dddddddd-0000-4000-8000-000000000004"
	disabled = "eeeeeeee-0000-4000-8000-000000000005"
	secret   = "right+secret/with=signs&more"
	graph    = "https://graph.microsoft.com/.default"
)

// clock is a server's clock that tests move; a lab's runs a year ahead, and no
// token may follow it.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Real() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Now(directory.TenantID) time.Time { return c.Real().AddDate(1, 0, 0) }

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// keyStore is a KeyStore in memory.
type keyStore struct {
	mu    sync.Mutex
	rows  []directory.SigningKey
	lists int
	away  error
}

func (s *keyStore) ListSigningKeys(context.Context) ([]directory.SigningKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lists++
	return slices.Clone(s.rows), s.away
}

func (s *keyStore) AddSigningKey(_ context.Context, k directory.SigningKey) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows = append(s.rows, k)
	return s.away
}

func (s *keyStore) DeleteSigningKey(_ context.Context, keyID string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.rows = slices.DeleteFunc(s.rows, func(k directory.SigningKey) bool { return k.KeyID == keyID })
	return s.away
}

func (s *keyStore) Secret(_ context.Context, _ string, fresh []byte) ([]byte, error) {
	return fresh, nil
}

// tenants are two organisations.
type tenants struct{}

var organisations = []directory.Tenant{
	{ID: tenantA, DisplayName: "Contoso", Domain: "contoso.example"},
	{ID: tenantB, DisplayName: "Fabrikam", Domain: "fabrikam.example"},
}

func (tenants) GetTenant(_ context.Context, id directory.TenantID) (directory.Tenant, error) {
	for _, t := range organisations {
		if t.ID == id {
			return t, nil
		}
	}
	return directory.Tenant{}, fault.New(fault.NotFound, "ResourceNotFound", "no such tenant")
}

func (tenants) FindTenant(_ context.Context, domain string) (directory.Tenant, error) {
	for _, t := range organisations {
		if t.Domain == domain {
			return t, nil
		}
	}
	return directory.Tenant{}, fault.New(fault.NotFound, "ResourceNotFound", "no such tenant")
}

// apps are one app with a live and an expired secret and one that is disabled,
// both in tenant A only.
type apps struct{ away error }

func (a *apps) Authenticate(_ context.Context, t directory.TenantID, id, presented string) (directory.Application, error) {
	refuse := func(code string) (directory.Application, error) {
		return directory.Application{}, fault.New(fault.Unauthenticated, code, "subject's words")
	}
	switch {
	case a.away != nil:
		return directory.Application{}, a.away
	case uuid.Validate(id) != nil:
		return directory.Application{}, fmt.Errorf("client id %q would reach the database", id)
	case t != tenantA || (id != appID && id != disabled):
		return refuse("UnknownApplication")
	case presented == "expired":
		return refuse("SecretExpired")
	case presented != secret:
		return refuse("InvalidSecret")
	case id == disabled:
		return refuse("ApplicationDisabled")
	}
	return directory.Application{
		AppID: appID, ServicePrincipal: spID, DisplayName: "Importer", Enabled: true,
		Permissions: []string{"Device.Read.All", "Group.ReadWrite.All"},
	}, nil
}

// GetApplication implements signin.AppReader.
func (a *apps) GetApplication(_ context.Context, t directory.TenantID, id string) (directory.Application, error) {
	if a.away != nil {
		return directory.Application{}, a.away
	}
	if uuid.Validate(id) != nil || uuid.Validate(string(t)) != nil {
		return directory.Application{}, fmt.Errorf("client id %q of tenant %q would reach the database", id, t)
	}
	if t != tenantA || (id != appID && id != disabled) {
		return directory.Application{}, fault.New(fault.NotFound, "ResourceNotFound", "no such app")
	}
	return directory.Application{
		AppID: id, ServicePrincipal: spID, DisplayName: "Importer", Enabled: id == appID,
		Permissions: []string{"Device.Read.All", "Group.ReadWrite.All"},
	}, nil
}

type provider struct {
	t       *testing.T
	handler *oidc.Handler
	ring    *oidc.KeyRing
	store   *keyStore
	clock   *clock
	apps    *apps
	log     *strings.Builder
	ids     int
}

func newProvider(t *testing.T) *provider {
	t.Helper()
	p := &provider{t: t, store: sharedStore(t), clock: &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}, apps: &apps{}, log: &strings.Builder{}}
	ring, err := oidc.OpenKeyRing(t.Context(), p.store, p.clock, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.ring = ring
	newID := func() string {
		p.ids++
		return fmt.Sprintf("00000000-0000-7000-8000-%012d", p.ids)
	}
	p.handler = oidc.New(oidc.Config{
		Base: base, Tenants: tenants{}, Apps: p.apps, Keys: ring, Clock: p.clock, NewID: newID,
		Grants:  &signin.Grants{Apps: p.apps, Clock: p.clock, NewID: newID},
		Network: func(*http.Request) string { return "192.0.2.0/24" },
		Management: func(context.Context, directory.TenantID, directory.ObjectID) (*oidc.Management, error) {
			return nil, nil
		}, //nolint:nilnil // nobody manages
		Log: slog.New(slog.NewTextHandler(p.log, nil)),
	})
	return p
}

// firstKey is made once: a key takes a second to make.
var firstKey = sync.OnceValues(func() (directory.SigningKey, error) {
	store := &keyStore{}
	_, err := oidc.OpenKeyRing(context.Background(), store, &clock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}, nil)
	if err != nil {
		return directory.SigningKey{}, err
	}
	return store.rows[0], nil
})

func sharedStore(t *testing.T) *keyStore {
	t.Helper()
	row, err := firstKey()
	if err != nil {
		t.Fatal(err)
	}
	return &keyStore{rows: []directory.SigningKey{row}}
}

func (p *provider) do(r *http.Request) *httptest.ResponseRecorder {
	p.t.Helper()
	answer := httptest.NewRecorder()
	p.handler.ServeHTTP(answer, r)
	return answer
}

func (p *provider) get(path string) *httptest.ResponseRecorder {
	p.t.Helper()
	return p.do(httptest.NewRequest(http.MethodGet, path, nil))
}

func formRequest(path, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func goodForm() url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {appID}, "client_secret": {secret}, "scope": {graph}}
}

const tokenPath = "/" + tenantA + "/oauth2/v2.0/token"

func read[T any](t *testing.T, r *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(r.Body.Bytes(), &v); err != nil {
		t.Fatalf("answer %d %q: %v", r.Code, r.Body, err)
	}
	return v
}

type jwks struct {
	Keys []struct{ Kty, Use, Kid, N, E, Alg string }
}

// verify checks a JWT against a key set with the standard library alone and
// returns its claims.
func verify(t *testing.T, token string, set jwks) map[string]any {
	t.Helper()
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		t.Fatalf("token has %d parts", len(parts))
	}
	raw := make([][]byte, 3)
	for i, part := range parts {
		var err error
		if raw[i], err = base64.RawURLEncoding.DecodeString(part); err != nil {
			t.Fatal(err)
		}
	}
	var header struct{ Alg, Kid, Typ string }
	if err := json.Unmarshal(raw[0], &header); err != nil {
		t.Fatal(err)
	}
	if header.Alg != "RS256" || header.Typ != "JWT" {
		t.Fatalf("header = %s", raw[0])
	}
	for _, k := range set.Keys {
		if k.Kid != header.Kid {
			continue
		}
		n, _ := base64.RawURLEncoding.DecodeString(k.N)
		e, _ := base64.RawURLEncoding.DecodeString(k.E)
		public := &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())}
		sum := sha256.Sum256([]byte(parts[0] + "." + parts[1]))
		if err := rsa.VerifyPKCS1v15(public, crypto.SHA256, sum[:], raw[2]); err != nil {
			t.Fatalf("signature: %v", err)
		}
		var claims map[string]any
		if err := json.Unmarshal(raw[1], &claims); err != nil {
			t.Fatal(err)
		}
		return claims
	}
	t.Fatalf("no key %q in the set of %d", header.Kid, len(set.Keys))
	return nil
}
