package servertest

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"taxiway/internal/virtualpc/wire"
)

// JoinPath is where PCs join.
const JoinPath = DeviceURL + "/EnrollmentServer/device/?api-version=2.0"

// Resource and client of a join, as Windows asks for them.
const (
	joinResource = "urn:ms-drs:enterpriseregistration.windows.net"
	brokerApp    = "29d9ed98-a469-4536-ade2-f981bc1d605e"
)

// Joiner is a PC with the key it joins with.
type Joiner struct {
	Key         *rsa.PrivateKey
	Certificate *x509.Certificate // once it has joined
}

// NewJoiner makes a PC's key.
func NewJoiner(t testing.TB) *Joiner {
	t.Helper()
	return &Joiner{Key: Key(t)}
}

// CSR is the certificate request as Windows makes it: always of this subject.
func (j *Joiner) CSR(t testing.TB) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: "7E980AD9-B86D-4306-9425-9AC066FB014A"}, SignatureAlgorithm: x509.SHA256WithRSA,
	}, j.Key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// Blob is the public key as a BCRYPT_RSAKEY_BLOB.
func (j *Joiner) Blob() []byte { return wire.PublicBlob(&j.Key.PublicKey) }

// Body is a join request as ROADtools sends it; more is set over it.
func (j *Joiner) Body(t testing.TB, name string, more map[string]any) map[string]any {
	t.Helper()
	body := map[string]any{
		"CertificateRequest": map[string]any{"Type": "pkcs10", "Data": base64.StdEncoding.EncodeToString(j.CSR(t))},
		"TransportKey":       base64.StdEncoding.EncodeToString(j.Blob()),
		"DeviceType":         "Windows", "OSVersion": "10.0.26100.1", "DeviceDisplayName": name, "JoinType": 0,
		"attributes": map[string]any{"ReuseDevice": "true", "ReturnClientSid": "true"},
	}
	maps.Copy(body, more)
	return body
}

// Ticketed is what attributes are for a PC that got this device ticket.
func Ticketed(ticket string) map[string]any {
	return map[string]any{"attributes": map[string]any{"ReuseDevice": "true", "MSA-DDID": base64.StdEncoding.EncodeToString([]byte(ticket))}}
}

// Take keeps the certificate of an answer and returns the device id in it.
func (j *Joiner) Take(t testing.TB, a Answer) string {
	t.Helper()
	issued, _ := a.JSON["Certificate"].(map[string]any)
	text, _ := issued["RawBody"].(string)
	der, err := base64.StdEncoding.DecodeString(text)
	if err == nil {
		j.Certificate, err = x509.ParseCertificate(der)
	}
	if err != nil {
		t.Fatalf("the answer has no certificate: %v: %s", err, a.Raw)
	}
	return j.Certificate.Subject.CommonName
}

// Join sends a join that has to answer with this status.
func (p *Process) Join(t testing.TB, token string, body any, want int) Answer {
	t.Helper()
	return p.Must(t, token, http.MethodPost, JoinPath, body, want)
}

// As is the process as a PC reaches it that shows its certificate in TLS. A
// connection of its own, so that no other is taken for it.
func (p *Process) As(t testing.TB, j *Joiner) *Process {
	t.Helper()
	transport, ok := p.HTTP.Transport.(*http.Transport)
	if !ok {
		t.Fatalf("the client's transport is %T", p.HTTP.Transport)
	}
	transport = transport.Clone()
	transport.TLSClientConfig.Certificates = []tls.Certificate{{Certificate: [][]byte{j.Certificate.Raw}, PrivateKey: j.Key}}
	t.Cleanup(transport.CloseIdleConnections)
	as := *p
	as.HTTP = &http.Client{Transport: transport, Timeout: p.HTTP.Timeout}
	return &as
}

// JoinClaims are what a person's token for joining says, of a sign-in after
// everything that happened this second: for tokens that no server would issue.
func (w *World) JoinClaims(tenant, user string, methods ...string) map[string]any {
	now := w.now()
	return map[string]any{
		"aud": joinResource, "iss": BaseURL + "/" + tenant + "/", "tid": tenant, "oid": user, "sub": user, "appid": brokerApp, "appidacr": "0",
		"iat": now.Unix() + 1, "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "idtyp": "user", "ver": "1.0", "uti": "test",
		"amr": append([]string{"pwd"}, methods...), "scp": "adrs_access",
	}
}

// JoinPassword gets a person's token for joining as ROADtools does: from the
// token endpoint's first version, as Windows' own client, for a password alone.
// The tenant is a lab: elsewhere that is refused.
func (p *Process) JoinPassword(t testing.TB, tenant, upn, password string) string {
	t.Helper()
	a := p.Exchange(t, "/"+tenant+"/oauth2/token", url.Values{
		"grant_type": {"password"}, "client_id": {brokerApp}, "resource": {joinResource}, "username": {upn}, "password": {password},
	})
	if a.AccessToken == "" {
		t.Fatalf("sign in to join: %d %v", a.Status, a.All)
	}
	return a.AccessToken
}

// joinRedirect is where Windows' client is sent back to.
const joinRedirect = "ms-aadj-redir://auth/drs"

// JoinSignIn gets a person's token for joining as Windows does: in a new
// browser, which the person types everything into, and with the code from the
// token endpoint. strong asks for a second factor, as Windows does after it was
// refused for want of one.
func (p *Process) JoinSignIn(t testing.TB, who *Person, strong bool) string {
	t.Helper()
	verifier := RandomText()
	query := url.Values{
		"client_id": {brokerApp}, "redirect_uri": {joinRedirect}, "response_type": {"code"}, "resource": {joinResource}, "scope": {"openid"},
		"code_challenge": {ChallengeOf(verifier)}, "code_challenge_method": {"S256"}, "state": {RandomText()},
	}
	if strong {
		query.Set("amr_values", "ngcmfa")
	}
	page := p.NewBrowser(t).SignIn(t, who, BaseURL+"/"+who.Tenant+"/oauth2/authorize?"+query.Encode())
	answer := page.Answer(t)
	if answer.Get("code") == "" || answer.Get("state") != query.Get("state") || !strings.HasPrefix(page.Header.Get("Location"), joinRedirect+"?") {
		t.Fatalf("sign %s in to join: %d %s %v %s", who.UPN, page.Status, page.Address, answer, page.Body)
	}
	a := p.Exchange(t, "/"+who.Tenant+"/oauth2/token", url.Values{
		"grant_type": {"authorization_code"}, "client_id": {brokerApp}, "resource": {joinResource}, "redirect_uri": {joinRedirect},
		"code": {answer.Get("code")}, "code_verifier": {verifier},
	})
	if a.AccessToken == "" {
		t.Fatalf("redeem the code of %s to join: %d %v", who.UPN, a.Status, a.All)
	}
	return a.AccessToken
}
