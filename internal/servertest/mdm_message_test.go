package servertest_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"taxiway/internal/servertest"
	"taxiway/internal/soap"
)

// The addresses of enrolment.
const (
	discoveryPath = "/EnrollmentServer/Discovery.svc"
	policyPath    = "/EnrollmentServer/Policy.svc"
	enrolPath     = "/EnrollmentServer/Enrollment.svc"
	termsPath     = "/EnrollmentServer/TermsOfUse"
	loginPath     = "/EnrollmentServer/Login"
)

// wire is an answer as it came.
type wire struct {
	status int
	header http.Header
	body   []byte
}

// raw sends a request to the device listener over HTTP/1.1, as Windows does.
func raw(t *testing.T, p *servertest.Process, certificate *tls.Certificate, method, path, body string, headers ...string) wire {
	t.Helper()
	transport, ok := p.HTTP.Transport.(*http.Transport)
	if !ok {
		t.Fatalf("the client's transport is %T", p.HTTP.Transport)
	}
	transport = transport.Clone()
	transport.ForceAttemptHTTP2, transport.TLSClientConfig.NextProtos = false, []string{"http/1.1"}
	transport.TLSNextProto = map[string]func(string, *tls.Conn) http.RoundTripper{}
	if certificate != nil {
		transport.TLSClientConfig.Certificates = []tls.Certificate{*certificate}
	}
	defer transport.CloseIdleConnections()
	address := path
	if !strings.HasPrefix(path, "https://") {
		address = servertest.DeviceURL + path
	}
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "identity")
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(r)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	if resp.Proto != "HTTP/1.1" {
		t.Fatalf("%s %s was answered with %s", method, path, resp.Proto)
	}
	if strings.HasPrefix(address, servertest.DeviceURL+"/EnrollmentServer/") && (len(resp.TransferEncoding) > 0 || method != http.MethodHead && resp.Header.Get("Content-Length") != strconv.Itoa(len(answer))) {
		t.Errorf("%s %s: Content-Length %q of %d bytes, Transfer-Encoding %v", method, path, resp.Header.Get("Content-Length"), len(answer), resp.TransferEncoding)
	}
	return wire{resp.StatusCode, resp.Header, answer}
}

// send posts a message and reads its answer; a fault is the error, and has to
// come with status 500.
func send(t *testing.T, p *servertest.Process, certificate *tls.Certificate, path string, m *soap.Message) (*soap.Message, error) {
	t.Helper()
	if m.MessageID == "" {
		m.MessageID, m.ReplyTo, m.To = "urn:uuid:0d5a1441-5891-453b-becf-a2e5f6ea3749", soap.Anonymous, servertest.DeviceURL+path
	}
	text, err := soap.Encode(m)
	if err != nil {
		t.Fatalf("write %T: %v", m.Body, err)
	}
	return answerOf(t, raw(t, p, certificate, http.MethodPost, path, string(text), "Content-Type", soap.ContentType), m.MessageID)
}

func answerOf(t *testing.T, a wire, id string) (*soap.Message, error) {
	t.Helper()
	m, err := soap.DecodeResponse(bytes.NewReader(a.body), soap.DefaultMaxBytes)
	if err != nil {
		t.Fatalf("the answer (%d) is no SOAP: %v: %s", a.status, err, a.body)
	}
	if got := a.header.Get("Content-Type"); got != soap.ContentType {
		t.Errorf("the answer's type is %q", got)
	}
	if m.RelatesTo != id || m.ActivityID == "" || m.ActivityID != a.header.Get("request-id") {
		t.Errorf("the answer relates to %q, activity %q, request %q", m.RelatesTo, m.ActivityID, a.header.Get("request-id"))
	}
	if f, ok := m.Body.(*soap.Fault); ok {
		if a.status != http.StatusInternalServerError {
			t.Errorf("a fault came with status %d", a.status)
		}
		return m, f
	}
	if a.status != http.StatusOK {
		t.Errorf("%T came with status %d", m.Body, a.status)
	}
	return m, nil
}

// subcodeOf is what a PC reads of an error.
func subcodeOf(err error) soap.Subcode {
	if f, ok := errors.AsType[*soap.Fault](err); ok {
		return f.Subcode
	}
	return ""
}

func csrOf(t *testing.T, key *rsa.PrivateKey) []byte {
	t.Helper()
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "any!thing"}, SignatureAlgorithm: x509.SHA256WithRSA}, key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// asking is a certificate request with these items beside what Windows sends at
// least.
func asking(der []byte, items ...soap.ContextItem) *soap.SecurityTokenRequest {
	return &soap.SecurityTokenRequest{
		RequestType: soap.Issue, Token: soap.BinarySecurityToken{ValueType: soap.ValueTypePKCS10, EncodingType: soap.EncodingBase64, Content: soap.EncodeToken(der)},
		Context: append([]soap.ContextItem{{Name: soap.ItemDeviceID, Value: "1234"}, {Name: soap.ItemEnrollmentType, Value: "Full"}}, items...),
	}
}

func byJWT(token string) *soap.Security { return binary(soap.ValueTypeJWT, token) }

func byWeb(token string) *soap.Security { return binary(soap.ValueTypeUserToken, token) }

func binary(kind, token string) *soap.Security {
	return &soap.Security{BinarySecurityToken: &soap.BinarySecurityToken{ValueType: kind, EncodingType: soap.EncodingBase64, Content: soap.EncodeToken([]byte(token))}}
}

func byPassword(name, password string) *soap.Security {
	return &soap.Security{UsernameToken: &soap.UsernameToken{Username: name, Password: password, Type: soap.PasswordText}}
}
