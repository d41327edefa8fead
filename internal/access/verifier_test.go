package access_test

import (
	"context"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/access"
	"taxiway/internal/fault"
)

const (
	base    = "https://taxiway.example:8443"
	tenantA = "aaaaaaaa-0000-4000-8000-000000000001"
	tenantB = "bbbbbbbb-0000-4000-8000-000000000002"
	appID   = "cccccccc-0000-4000-8000-000000000003"
	spID    = "dddddddd-0000-4000-8000-000000000004"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

type keys map[string]*rsa.PublicKey

func (k keys) Key(_ context.Context, id string) (*rsa.PublicKey, bool, error) {
	key, ok := k[id]
	return key, ok, nil
}

// world is a verifier with everything it asks, each part open to change.
type world struct {
	verifier *access.Verifier
	key      *rsa.PrivateKey
	keys     keys
	now      time.Time
	app      access.AppState
	appErr   error
	asked    atomic.Int64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{key: keyOf(t, ourKey), now: start}
	w.keys = keys{"k1": &w.key.PublicKey}
	w.app = access.AppState{
		Name: "Importer", Enabled: true, ObjectID: spID, Version: 7,
		Permissions: []string{access.DeviceReadAll, access.GroupReadWriteAll},
	}
	w.verifier = &access.Verifier{
		Issuer: base, Audiences: access.Audiences(base), Keys: w.keys, Leeway: 5 * time.Minute,
		Now: func() time.Time { return w.now },
		App: func(_ context.Context, tenant, id string) (access.AppState, error) {
			w.asked.Add(1)
			if tenant != tenantA || id != appID {
				return access.AppState{}, fault.New(fault.NotFound, "ResourceNotFound", "no such app")
			}
			return w.app, w.appErr
		},
	}
	return w
}

func goodHeader() object { return object{"alg": "RS256", "typ": "JWT", "kid": "k1"} }

func goodClaims() object {
	return object{
		"aud": access.GraphURL, "iss": base + "/" + tenantA + "/", "tid": tenantA,
		"iat": start.Unix(), "nbf": start.Unix(), "exp": start.Add(time.Hour).Unix(),
		"appid": appID, "oid": spID, "sub": spID, "idtyp": "app", "uti": "t1", "ver": "1.0",
		"roles": []string{access.DeviceReadAll, access.GroupReadWriteAll},
	}
}

func (w *world) good(t *testing.T) string {
	t.Helper()
	return signRS256(t, w.key, goodHeader(), goodClaims())
}

func reason(t *testing.T, err error) string {
	t.Helper()
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.Unauthenticated || e.Code != "InvalidAuthenticationToken" || len(e.Details) != 1 {
		t.Fatalf("error = %+v, want fault.Unauthenticated InvalidAuthenticationToken with one detail", err)
	}
	return e.Details[0].Code
}

func TestAGoodTokenBecomesAPrincipal(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	want := &access.Principal{
		Tenant: tenantA, Kind: access.App, AppID: appID, AppName: "Importer", AppVersion: 7, ObjectID: spID, TokenID: "t1",
		Permissions: []string{access.DeviceReadAll, access.GroupReadWriteAll}, Expires: start.Add(time.Hour),
	}
	for _, audience := range []string{access.GraphURL, access.GraphAppID, base} {
		got, err := w.verifier.Verify(t.Context(), signRS256(t, w.key, goodHeader(), with(goodClaims(), object{"aud": audience})))
		if err != nil {
			t.Fatalf("audience %s: %v", audience, err)
		}
		if !got.Expires.Equal(want.Expires) {
			t.Errorf("expires = %v, want %v", got.Expires, want.Expires)
		}
		got.Expires = want.Expires
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("audience %s (-want +got):\n%s", audience, diff)
		}
	}
}

func TestEveryBadTokenIsRefusedWithItsReason(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := keyOf(t, foreignKey)
	rs := func(header, claims object) string {
		return signRS256(t, w.key, with(goodHeader(), header), with(goodClaims(), claims))
	}
	none := object{"alg": "none", "kid": "k1"}
	hs := object{"alg": "HS256", "kid": "k1"}
	good := w.good(t)
	parts := strings.Split(good, ".")
	forged := parts[0] + "." + part(t, with(goodClaims(), object{"roles": []string{access.DirectoryReadWriteAll}})) + "." + parts[2]
	embedded := object{"kid": nil, "jwk": object{
		"kty": "RSA", "e": "AQAB", "n": base64.RawURLEncoding.EncodeToString(other.N.Bytes()),
	}}
	cases := []struct{ name, token, want string }{
		{"nothing", "", access.TokenMissing},
		{"not a JWT", "hello", access.TokenMalformed},
		{"two parts", parts[0] + "." + parts[1], access.TokenMalformed},
		{"an extra dot at the end", good + ".", access.TokenMalformed},
		{"an extra dot in the middle", parts[0] + ".." + parts[1] + "." + parts[2], access.TokenMalformed},
		{"a character that is not base64url", good + "=", access.TokenMalformed},
		{"a second copy", good + good, access.TokenMalformed},
		{"64 KB", rs(nil, object{"pad": strings.Repeat("x", 48<<10)}), access.TokenMalformed},
		{"JSON serialisation", `{"payload":"` + parts[1] + `","protected":"` + parts[0] + `","signature":"` + parts[2] + `"}`, access.TokenMalformed},
		{"alg none without signature", part(t, none) + "." + part(t, goodClaims()) + ".", access.TokenAlgorithm},
		{"alg none with the good signature", part(t, none) + "." + parts[1] + "." + parts[2], access.TokenAlgorithm},
		{"alg NONE", part(t, object{"alg": "NONE"}) + "." + part(t, goodClaims()) + ".", access.TokenAlgorithm},
		{"HS256 with the public key as secret", signHS256(t, publicPEM(t, w.key), hs, goodClaims()), access.TokenAlgorithm},
		{"HS256 with the modulus as secret", signHS256(t, w.key.N.Bytes(), hs, goodClaims()), access.TokenAlgorithm},
		{"PS256 with our key", signPS256(t, w.key, object{"alg": "PS256", "kid": "k1"}, goodClaims()), access.TokenAlgorithm},
		{"no alg", rs(object{"alg": nil}, nil), access.TokenAlgorithm},
		{"another key under our kid", signRS256(t, other, goodHeader(), goodClaims()), access.TokenSignature},
		{"unknown kid", rs(object{"kid": "k2"}, nil), access.TokenSignature},
		{"no kid", rs(object{"kid": nil}, nil), access.TokenSignature},
		{"a key of its own in the header", signRS256(t, other, with(goodHeader(), embedded), goodClaims()), access.TokenSignature},
		{"a claim changed under the signature", forged, access.TokenSignature},
		{"no signature", parts[0] + "." + parts[1] + ".", access.TokenSignature},
		{"an unknown critical header", rs(object{"crit": []string{"x"}, "x": 1}, nil), access.TokenSignature},
		{"another audience", rs(nil, object{"aud": "api://something"}), access.TokenAudience},
		{"an audience that only begins like ours", rs(nil, object{"aud": access.GraphURL + ".evil.example"}), access.TokenAudience},
		{"no audience", rs(nil, object{"aud": nil}), access.TokenAudience},
		{"a list of audiences", rs(nil, object{"aud": []string{access.GraphURL}}), access.TokenMalformed},
		{"another tenant in tid", rs(nil, object{"tid": tenantB}), access.TokenTenant},
		{"another tenant's issuer", rs(nil, object{"iss": base + "/" + tenantB + "/"}), access.TokenTenant},
		{"no tid", rs(nil, object{"tid": nil}), access.TokenTenant},
		{"no tenant at all", rs(nil, object{"tid": nil, "iss": base + "//"}), access.TokenTenant},
		{"another server's issuer", rs(nil, object{"iss": "https://sts.windows.net/" + tenantA + "/"}), access.TokenIssuer},
		{"an issuer that only begins like ours", rs(nil, object{"iss": base + ".evil.example/" + tenantA + "/"}), access.TokenIssuer},
		{"version 2 shape for this resource", rs(nil, object{"iss": base + "/" + tenantA + "/v2.0"}), access.TokenIssuer},
		{"no issuer", rs(nil, object{"iss": nil}), access.TokenIssuer},
		{"an app the tenant does not have", rs(nil, object{"tid": tenantB, "iss": base + "/" + tenantB + "/"}), access.TokenRevoked},
		{"expired", rs(nil, object{"exp": start.Add(-5 * time.Minute).Unix()}), access.TokenExpired},
		{"not yet valid", rs(nil, object{"nbf": start.Add(5*time.Minute + time.Second).Unix()}), access.TokenNotYetValid},
		{"no expiry", rs(nil, object{"exp": nil}), access.TokenMalformed},
		{"no beginning", rs(nil, object{"nbf": nil}), access.TokenMalformed},
		{"an id token", rs(nil, object{"idtyp": nil}), access.TokenMalformed},
		{"a person's token", rs(nil, object{"idtyp": "user"}), access.TokenMalformed},
		{"claims version 2.0", rs(nil, object{"ver": "2.0"}), access.TokenMalformed},
		{"another service principal", rs(nil, object{"oid": tenantB}), access.TokenRevoked},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := w.verifier.Verify(t.Context(), c.token)
			if p != nil || err == nil {
				t.Fatalf("Verify = %+v, %v, want a refusal", p, err)
			}
			if got := reason(t, err); got != c.want {
				t.Errorf("reason = %s, want %s (%v)", got, c.want, err)
			}
		})
	}
}

func TestClocksMayDifferByTheLeewayAndNoMore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.good(t)
	for _, c := range []struct {
		at   time.Time
		want string
	}{
		{start.Add(-5*time.Minute - time.Second), access.TokenNotYetValid},
		{start.Add(-5 * time.Minute), ""},
		{start.Add(time.Hour + 5*time.Minute - time.Second), ""},
		{start.Add(time.Hour + 5*time.Minute), access.TokenExpired},
	} {
		w.now = c.at
		_, err := w.verifier.Verify(t.Context(), token)
		if c.want == "" {
			if err != nil {
				t.Errorf("at %v: %v, want it good", c.at, err)
			}
			continue
		}
		if err == nil || reason(t, err) != c.want {
			t.Errorf("at %v: %v, want %s", c.at, err, c.want)
		}
	}
}

func TestWhatTheAppLosesEndsForItsPresentToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.good(t)
	verify := func() *access.Principal {
		t.Helper()
		p, err := w.verifier.Verify(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p := verify(); !p.HasAny(access.GroupReadAll) {
		t.Fatal("the token's permission does not count")
	}
	w.app.Permissions = []string{access.DeviceReadAll, access.UserReadAll}
	p := verify()
	if p.HasAny(access.GroupReadAll) {
		t.Error("a permission that was taken away still counts")
	}
	if p.HasAny(access.UserReadAll) {
		t.Error("a permission the token does not carry counts")
	}
	w.app.Enabled = false
	if _, err := w.verifier.Verify(t.Context(), token); err == nil || reason(t, err) != access.TokenRevoked {
		t.Errorf("disabled app: %v, want TokenRevoked", err)
	}
	w.appErr = fault.New(fault.NotFound, "ResourceNotFound", "gone")
	if _, err := w.verifier.Verify(t.Context(), token); err == nil || reason(t, err) != access.TokenRevoked {
		t.Errorf("deleted app: %v, want TokenRevoked", err)
	}
	w.appErr = errors.New("database is away")
	if _, err := w.verifier.Verify(t.Context(), token); fault.KindOf(err) != fault.Internal {
		t.Errorf("store error: %v, want Internal", err)
	}
}

func TestAWithdrawnKeyTakesItsCheckedTokensWithIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	token := w.good(t)
	if _, err := w.verifier.Verify(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	delete(w.keys, "k1")
	if _, err := w.verifier.Verify(t.Context(), token); err == nil || reason(t, err) != access.TokenSignature {
		t.Errorf("after the key is gone: %v, want TokenSignature", err)
	}
}

func TestAnAppsStateIsRememberedForRecheckOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.verifier.Recheck = time.Second
	token := w.good(t)
	for _, step := range []struct {
		after time.Duration
		asked int64
	}{{0, 1}, {999 * time.Millisecond, 1}, {time.Millisecond, 2}} {
		w.now = w.now.Add(step.after)
		if _, err := w.verifier.Verify(t.Context(), token); err != nil {
			t.Fatal(err)
		}
		if got := w.asked.Load(); got != step.asked {
			t.Errorf("after another %v the directory was asked %d times, want %d", step.after, got, step.asked)
		}
	}
}

func TestManyTokensAtOnceAreCheckedRight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.verifier.Recheck = time.Second
	tokens := make([]string, 8)
	for i := range tokens {
		tokens[i] = signRS256(t, w.key, goodHeader(), with(goodClaims(), object{"uti": string(rune('a' + i))}))
	}
	done := make(chan error)
	for g := range 4 {
		go func() {
			var err error
			for i := range 64 {
				p, e := w.verifier.Verify(t.Context(), tokens[(i+g)%len(tokens)])
				if e == nil && p.TokenID != string(rune('a'+(i+g)%len(tokens))) {
					e = errors.New("one token answered for another")
				}
				err = errors.Join(err, e)
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

func FuzzVerifyNeverAcceptsWhatWasNotSigned(f *testing.F) {
	key := keyOf(f, ourKey)
	v := &access.Verifier{
		Issuer: base, Audiences: access.Audiences(base), Keys: keys{"k1": &key.PublicKey}, Leeway: time.Minute,
		Now: func() time.Time { return start },
		App: func(context.Context, string, string) (access.AppState, error) {
			return access.AppState{Enabled: true, ObjectID: spID}, nil
		},
	}
	claims, err := json.Marshal(goodClaims())
	if err != nil {
		f.Fatal(err)
	}
	body := base64.RawURLEncoding.EncodeToString(claims)
	f.Add("eyJhbGciOiJub25lIn0." + body + ".")
	f.Add("eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0." + body + ".AAAA")
	f.Add("..")
	f.Fuzz(func(t *testing.T, token string) {
		if p, err := v.Verify(t.Context(), token); err == nil {
			t.Errorf("accepted %q as %+v", token, p)
		}
	})
}
