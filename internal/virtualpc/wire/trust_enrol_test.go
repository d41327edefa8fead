package wire_test

import (
	"crypto/rsa"
	"crypto/x509"
	"net/http"
	"strings"
	"testing"
	"time"

	"taxiway/internal/soap"
	"taxiway/internal/virtualpc/wire"
	"taxiway/internal/wapdoc"
)

// management is a server of enrolments; the functions change what it says.
type management struct {
	t      *testing.T
	ca     *authority
	found  func(*soap.DiscoverResponse)
	policy func(*soap.PolicyResponse)
	plant  func(*wapdoc.Enrolment, *rsa.PublicKey)
	answer func(step wire.Step, m *soap.Message)                                // before it is written
	write  func(w http.ResponseWriter, step wire.Step, body []byte) (done bool) // instead of the answer
	probe  http.HandlerFunc
}

func (m *management) handle(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet {
		if m.probe != nil {
			m.probe(w, r)
		}
		return
	}
	in, err := soap.Decode(r.Body, soap.DefaultMaxBytes)
	if err != nil {
		m.t.Error(err)
		return
	}
	out, step := m.respond(r, in)
	if m.answer != nil {
		m.answer(step, out)
	}
	status := http.StatusOK
	if _, bad := out.Body.(*soap.Fault); bad {
		status = http.StatusInternalServerError
	}
	body, err := soap.Encode(out)
	if err != nil {
		m.t.Error(err)
		return
	}
	if m.write == nil || !m.write(w, step, body) {
		say(w, status, soap.ContentType, body)
	}
}

func (m *management) respond(r *http.Request, in *soap.Message) (*soap.Message, wire.Step) {
	base := "https://" + r.Host
	switch q := in.Body.(type) {
	case *soap.Discover:
		found := &soap.DiscoverResponse{
			AuthPolicy: soap.Federated, EnrollmentVersion: "4.0", PolicyServiceURL: base + "/policy", EnrollmentServiceURL: base + "/enrol", AuthenticationServiceURL: base + "/login",
		}
		if m.found != nil {
			m.found(found)
		}
		return in.Answer(found), wire.StepFind
	case *soap.GetPolicies:
		p := &soap.PolicyResponse{
			CommonName: "PC", ValiditySeconds: 1000, RenewalSeconds: 100, MinimalKeyLength: 2048, CryptoProviders: []string{soap.ProviderSoftware}, OIDs: []soap.OID{soap.SHA256OID()},
		}
		if m.policy != nil {
			m.policy(p)
		}
		return in.Answer(p), wire.StepPolicy
	case *soap.SecurityTokenRequest:
		out := in.Answer(&soap.SecurityTokenResponse{Document: m.document(base, q)})
		out.Security = &soap.Security{Timestamp: &soap.Timestamp{Created: time.Now(), Expires: time.Now().Add(time.Minute)}}
		return out, wire.StepCertificate
	default:
		m.t.Errorf("a %T came", in.Body)
		return in.Answer(&soap.Fault{}), ""
	}
}

func (m *management) document(base string, q *soap.SecurityTokenRequest) []byte {
	der, err := q.DER()
	if err != nil {
		m.t.Fatal(err)
	}
	csr, err := x509.ParseCertificateRequest(der)
	if err != nil {
		m.t.Fatal(err)
	}
	own := csr.PublicKey.(*rsa.PublicKey)
	e := planted(base+"/manage", m.ca.cert.Raw, m.ca.issue(m.t, "device", own).Raw)
	if m.plant != nil {
		m.plant(e, own)
	}
	doc, err := e.Document()
	if err != nil {
		m.t.Fatal(err)
	}
	text, err := doc.Encode()
	if err != nil {
		m.t.Fatal(err)
	}
	return text
}

// planted is an honest enrolment.
func planted(address string, root, client []byte) *wapdoc.Enrolment {
	return &wapdoc.Enrolment{
		Root: root, Client: client, Store: wapdoc.StoreSystem, Renew: wapdoc.Renew{ROBOSupport: true, PeriodDays: 42, RetryDays: 4},
		ProviderID: "taxiway", Name: "Contoso", Address: address,
		ClientAuth: wapdoc.Auth{Type: wapdoc.Digest, Secret: "server's", Nonce: []byte("0123456789abcdef")},
		ServerAuth: wapdoc.Auth{Type: wapdoc.Digest, Name: "device", Secret: "device's", Nonce: []byte("fedcba9876543210")},
		UPN:        "ann@contoso.example", DeviceName: "PC-1", EntDMID: deviceID,
		Poll: wapdoc.Poll{First: wapdoc.Retries{Count: 5, Minutes: 3}, Remaining: wapdoc.Retries{Minutes: 480}},
	}
}

func TestAPCEnrolsWithNobodyItCannotBelieve(t *testing.T) {
	t.Parallel()
	ca, stranger, other := newAuthority(t), newAuthority(t), newKey(t)
	at := func(step wire.Step, do func(w http.ResponseWriter, body []byte)) func(http.ResponseWriter, wire.Step, []byte) bool {
		return func(w http.ResponseWriter, now wire.Step, body []byte) bool {
			if now == step {
				do(w, body)
			}
			return now == step
		}
	}
	chunked := func(w http.ResponseWriter, body []byte) {
		w.Header().Set("Content-Type", soap.ContentType)
		_, _ = w.Write(body[:10])
		w.(http.Flusher).Flush()
		_, _ = w.Write(body[10:])
	}
	page := func(w http.ResponseWriter, _ []byte) { say(w, http.StatusOK, "text/html", []byte("<html>")) }
	fault := func(step wire.Step, f *soap.Fault) func(wire.Step, *soap.Message) {
		return func(now wire.Step, m *soap.Message) {
			if now == step {
				m.Body, m.Security = f, nil
			}
		}
	}
	tests := []struct {
		name string
		m    management
		step wire.Step
		code string
	}{
		{"an honest server", management{}, "", ""},
		{"a probe that ends in a page", management{probe: func(w http.ResponseWriter, _ *http.Request) { page(w, nil) }}, wire.StepFind, wire.CodePage},
		{"a probe that leads elsewhere", management{probe: func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "https://evil.example/", http.StatusFound)
		}}, wire.StepFind, wire.CodeRedirected},
		{"a probe of nothing", management{probe: http.NotFound}, wire.StepFind, "0x80190194"},
		{"a discovery in chunks", management{write: at(wire.StepFind, chunked)}, wire.StepFind, wire.CodeChunked},
		{"a policy in chunks", management{write: at(wire.StepPolicy, chunked)}, wire.StepPolicy, wire.CodeChunked},
		{"a certificate in chunks", management{write: at(wire.StepCertificate, chunked)}, wire.StepCertificate, wire.CodeChunked},
		{"a page for a certificate", management{write: at(wire.StepCertificate, page)}, wire.StepCertificate, wire.CodePage},
		{"a certificate without end", management{write: at(wire.StepCertificate, func(w http.ResponseWriter, _ []byte) {
			w.Header().Set("Content-Length", "300000000")
			endless(w, soap.ContentType)
		})}, wire.StepCertificate, wire.CodeTooLarge},
		{"no XML", management{write: at(wire.StepPolicy, func(w http.ResponseWriter, _ []byte) { say(w, http.StatusOK, soap.ContentType, []byte("{}")) })}, wire.StepPolicy, wire.CodeUnreadable},
		{"the answer to another question", management{answer: func(step wire.Step, m *soap.Message) {
			if step == wire.StepCertificate {
				m.RelatesTo = "urn:uuid:" + deviceID
			}
		}}, wire.StepCertificate, wire.CodeRequest},
		{"a version that was never asked for", management{found: func(d *soap.DiscoverResponse) { d.EnrollmentVersion = "12.0" }}, wire.StepFind, wire.CodeVersion},
		{"a server that wants the password", management{found: func(d *soap.DiscoverResponse) { d.AuthPolicy = soap.OnPremise }}, wire.StepFind, wire.CodeMethod},
		{"services on two hosts", management{found: func(d *soap.DiscoverResponse) { d.EnrollmentServiceURL = "https://evil.example/enrol" }}, wire.StepFind, wire.CodeAddress},
		{"a policy that wants larger keys", management{policy: func(p *soap.PolicyResponse) { p.MinimalKeyLength = 4096 }}, wire.StepPolicy, wire.CodePolicy},
		{"a fault", management{answer: fault(wire.StepCertificate, &soap.Fault{
			Subcode: soap.SubcodeEnrollmentServer, Reason: "No licence.", Detail: &soap.FaultDetail{ErrorType: soap.UserLicense},
		})}, wire.StepCertificate, "0x80180018"},
		{"a certificate for another key", management{plant: func(e *wapdoc.Enrolment, _ *rsa.PublicKey) {
			e.Client = ca.issue(t, "device", &other.PublicKey).Raw
		}}, wire.StepCertificate, wire.CodeOtherKey},
		{"a certificate of another authority", management{plant: func(e *wapdoc.Enrolment, own *rsa.PublicKey) {
			e.Client = stranger.issue(t, "device", own).Raw
		}}, wire.StepCertificate, wire.CodeCertificate},
		{"a certificate for the user's store", management{plant: func(e *wapdoc.Enrolment, _ *rsa.PublicKey) { e.Store = wapdoc.StoreUser }}, wire.StepCertificate, wire.CodeProvision},
		{"one secret for both", management{plant: func(e *wapdoc.Enrolment, _ *rsa.PublicKey) { e.ClientAuth.Secret = e.ServerAuth.Secret }}, wire.StepCertificate, wire.CodeProvision},
		{"a document with a part that Windows refuses", management{answer: func(step wire.Step, m *soap.Message) {
			if issued, ok := m.Body.(*soap.SecurityTokenResponse); ok {
				issued.Document = []byte(strings.Replace(string(issued.Document), "</wap-provisioningdoc>", `<characteristic type="RootCATrustedCertificates"></characteristic></wap-provisioningdoc>`, 1))
			}
		}}, wire.StepCertificate, wire.CodeProvision},
		{"a document that is none", management{answer: func(_ wire.Step, m *soap.Message) {
			if issued, ok := m.Body.(*soap.SecurityTokenResponse); ok {
				issued.Document = []byte("<!DOCTYPE x><x/>")
			}
		}}, wire.StepCertificate, wire.CodeProvision},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := tt.m
			m.t, m.ca = t, ca
			f := newFake(t, m.handle)
			got, err := f.c.Enrol(t.Context(), wire.EnrolRequest{Token: "token", At: f.URL + "/EnrollmentServer/Discovery.svc", UPN: "ann@contoso.example", Key: anyKey(), Facts: wire.Facts{DeviceID: "D", OSVersion: osVersion}})
			if tt.code != "" {
				wantProblem(t, tt.name, err, tt.step, tt.code)
				return
			}
			if err != nil || got.DeviceID != "D" || got.EntDMID != deviceID {
				t.Errorf("%+v, %v", got, err)
			}
		})
	}
}
