package servertest_test

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"maps"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/servertest"
)

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// signer makes client assertions, right ones and wrong ones, with the standard
// library alone.
type signer struct {
	key  *rsa.PrivateKey
	cert []byte
}

func newSigner(t *testing.T, from time.Time) *signer {
	t.Helper()
	key := servertest.Key(t)
	template := &x509.Certificate{SerialNumber: big.NewInt(from.UnixNano()), Subject: pkix.Name{CommonName: "app"}, NotBefore: from.Add(-time.Hour), NotAfter: from.Add(30 * 24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &signer{key, der}
}

func (s *signer) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.cert})
}

func (s *signer) x5t() string {
	sum := sha1.Sum(s.cert)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (s *signer) x5t256() string {
	sum := sha256.Sum256(s.cert)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (s *signer) sign(t *testing.T, header, claims map[string]any) string {
	t.Helper()
	part := func(v map[string]any) string {
		text, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return base64.RawURLEncoding.EncodeToString(text)
	}
	text := part(header) + "." + part(claims)
	sum := sha256.Sum256([]byte(text))
	var signature []byte
	var err error
	switch header["alg"] {
	case "none":
	case "HS256":
		code := hmac.New(sha256.New, s.cert)
		code.Write([]byte(text))
		signature = code.Sum(nil)
	case "RS512":
		long := sha512.Sum512([]byte(text))
		signature, err = rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA512, long[:])
	case "PS256":
		signature, err = rsa.SignPSS(rand.Reader, s.key, crypto.SHA256, sum[:], &rsa.PSSOptions{SaltLength: rsa.PSSSaltLengthEqualsHash})
	default:
		signature, err = rsa.SignPKCS1v15(rand.Reader, s.key, crypto.SHA256, sum[:])
	}
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func TestAnAppProvesItselfByACertificateAndByNothingLikeIt(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		d := newDesk(t, db)
		own, stranger := newSigner(t, d.clock.read()), newSigner(t, d.clock.read())
		app, _ := d.s.NewClient(t, d.home, directory.NewApp{DisplayName: "Certified", NoSecret: true, Permissions: []string{"User.Read.All"}, Certificates: []directory.NewCertificate{{Content: own.pem()}}})
		now := d.clock.read().Unix()
		endpoint := servertest.BaseURL + "/" + d.home.ID + "/oauth2/v2.0/token"
		header := func(pairs ...any) map[string]any {
			return change(map[string]any{"typ": "JWT", "alg": "PS256", "x5t#S256": own.x5t256()}, pairs...)
		}
		claims := func(pairs ...any) map[string]any {
			return change(map[string]any{"iss": app, "sub": app, "aud": endpoint, "exp": now + 600, "nbf": now, "jti": "one"}, pairs...)
		}
		ask := func(assertion string) servertest.Tokens {
			return d.token(url.Values{
				"grant_type": {"client_credentials"}, "client_id": {app}, "scope": {access.GraphURL + "/.default"}, "client_assertion_type": {assertionType}, "client_assertion": {assertion},
			})
		}
		for name, assertion := range map[string]string{
			"PS256 and SHA-256":           own.sign(t, header(), claims()),
			"the same again":              own.sign(t, header(), claims()),
			"RS256 and SHA-1":             own.sign(t, header("alg", "RS256", "x5t#S256", nil, "x5t", own.x5t()), claims()),
			"audience of version 1":       own.sign(t, header(), claims("aud", servertest.BaseURL+"/"+d.home.ID+"/oauth2/token")),
			"audience by domain":          own.sign(t, header("x5c", []string{base64.StdEncoding.EncodeToString(stranger.cert)}), claims("aud", servertest.BaseURL+"/"+d.home.ID+"/v2.0")),
			"a clock four minutes behind": own.sign(t, header(), claims("nbf", now+240, "exp", now+840)),
		} {
			a := ask(assertion)
			if a.Status != http.StatusOK {
				t.Errorf("%s: %v", name, a.All)
				continue
			}
			if c := claimsOf(t, a.AccessToken); c["appidacr"] != "2" || c["appid"] != app || c["idtyp"] != "app" {
				t.Errorf("%s: %v", name, c)
			}
		}
		for _, c := range []struct {
			name, assertion string
			number          int
		}{
			{"none", own.sign(t, header("alg", "none"), claims()), 700027},
			{"HS256 with the certificate as its key", own.sign(t, header("alg", "HS256"), claims()), 700027},
			{"an algorithm that is not on our list", own.sign(t, header("alg", "RS512"), claims()), 700027},
			{"another key", stranger.sign(t, header(), claims()), 700027},
			{"a key that comes along in x5c", stranger.sign(t, header("x5t#S256", nil, "x5c", []string{base64.StdEncoding.EncodeToString(stranger.cert)}), claims()), 700027},
			{"a key that comes along and the right name", stranger.sign(t, header("x5c", []string{base64.StdEncoding.EncodeToString(stranger.cert)}), claims()), 700027},
			{"a certificate nobody registered", stranger.sign(t, header("x5t#S256", stranger.x5t256()), claims()), 700027},
			{"two names that disagree", own.sign(t, header("x5t", stranger.x5t()), claims()), 700027},
			{"no name", own.sign(t, header("x5t#S256", nil), claims()), 700027},
			{"other claims under the signature", swap(own.sign(t, header(), claims()), own.sign(t, header(), claims("exp", now+601))), 700027},
			{"no token at all", "x", 700027},
			{"audience of another tenant", own.sign(t, header(), claims("aud", servertest.BaseURL+"/"+d.other.ID+"/oauth2/v2.0/token")), 700023},
			{"audience of another server", own.sign(t, header(), claims("aud", "https://login.microsoftonline.com/"+d.home.ID+"/oauth2/v2.0/token")), 700023},
			{"audience of common", own.sign(t, header(), claims("aud", servertest.BaseURL+"/common/oauth2/v2.0/token")), 700023},
			{"two audiences", own.sign(t, header(), claims("aud", []string{endpoint, "https://evil.example/"})), 700023},
			{"no audience", own.sign(t, header(), claims("aud", nil)), 700023},
			{"another issuer", own.sign(t, header(), claims("iss", d.web)), 700021},
			{"another subject", own.sign(t, header(), claims("sub", d.web)), 700021},
			{"expired", own.sign(t, header(), claims("exp", now-301)), 700024},
			{"not yet", own.sign(t, header(), claims("nbf", now+301)), 700024},
			{"good for more than a day", own.sign(t, header(), claims("exp", now+86400+301)), 700024},
			{"good for ever", own.sign(t, header(), claims("exp", nil)), 700024},
		} {
			d.unchanged(c.name, func() { d.refused(c.name, ask(c.assertion), 401, "invalid_client", c.number) })
		}
		d.clock.advance(31 * 24 * time.Hour)
		d.refused("the certificate has expired", ask(own.sign(t, header(), claims("exp", d.clock.read().Unix()+600, "nbf", nil))), 401, "invalid_client", 700027)
	})
}

func change(m map[string]any, pairs ...any) map[string]any {
	m = maps.Clone(m)
	for i := 0; i+1 < len(pairs); i += 2 {
		name, _ := pairs[i].(string)
		if m[name] = pairs[i+1]; pairs[i+1] == nil {
			delete(m, name)
		}
	}
	return m
}

// swap puts the claims of the second under the signature of the first.
func swap(first, second string) string {
	a, b := strings.Split(first, "."), strings.Split(second, ".")
	return a[0] + "." + b[1] + "." + a[2]
}
