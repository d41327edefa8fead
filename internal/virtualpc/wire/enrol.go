package wire

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net/http"
	"strconv"

	"taxiway/internal/soap"
	"taxiway/internal/wapdoc"
)

// EnrolRequest is a PC that enrols in the device management.
type EnrolRequest struct {
	Token string // of a sign-in with PurposeManage
	UPN   string // whose token it is
	Terms string // what Terms returned; "" when none were shown
	At    string // address of the discovery, as the sign-in gave it
	Key   *rsa.PrivateKey
	// Personal enrols for the user alone (EnrollmentType Full); else for the PC
	// (Device), as every PC does that joined.
	Personal bool
	Facts    Facts
}

// Facts are what a PC tells of itself with its certificate request.
type Facts struct {
	DeviceID     string // the name in sessions, 32 hexadecimal digits; NewDeviceID makes one
	HardwareID   string // 64 hexadecimal digits, the same after a reset
	Name         string
	Serial       string
	Manufacturer string
	Model        string
	OSVersion    string // "10.0.26100.1742"
	OSEdition    string // Windows' product type, "4" is Enterprise; "" is that
	Locale       string // "en-US"; "" is that
	MACs         []string
	InOOBE       bool
	ZTDID        string // ZtdRegistrationId of the profile
	Correlator   string // ZtdCorrelationId of a profile from a file
}

// NewDeviceID makes the name of a PC in its sessions.
func NewDeviceID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	return fmt.Sprintf("%X", b)
}

// Enrol goes through discovery, policy and certificate request, takes what the
// server plants, and shows the new certificate in sessions from now on.
func (c *Client) Enrol(ctx context.Context, r EnrolRequest) (*Enrolment, error) {
	found, err := c.find(ctx, r.At, r.UPN)
	if err != nil {
		return nil, err
	}
	security := &soap.Security{BinarySecurityToken: &soap.BinarySecurityToken{
		ValueType: soap.ValueTypeJWT, EncodingType: soap.EncodingBase64, Content: soap.EncodeToken([]byte(r.Token)),
	}}
	if err := c.policies(ctx, found.PolicyServiceURL, security); err != nil {
		return nil, err
	}
	csr, err := certificateRequest(r.Key)
	if err != nil {
		return nil, err
	}
	document, err := c.requestToken(ctx, StepCertificate, found.EnrollmentServiceURL, c.identity(&c.device), security, &soap.SecurityTokenRequest{
		TokenType: soap.TokenTypeDevice, RequestType: soap.Issue, Context: r.context(),
		Token: soap.BinarySecurityToken{ValueType: soap.ValueTypePKCS10, EncodingType: soap.EncodingBase64, Content: soap.EncodeToken(csr)},
	})
	if err != nil {
		return nil, err
	}
	e, id, err := take(document, &r)
	if err != nil {
		return nil, err
	}
	c.UseMDM(id)
	return e, nil
}

// find probes the discovery address and asks there, as Windows does.
func (c *Client) find(ctx context.Context, at, upn string) (*soap.DiscoverResponse, error) {
	if _, p := secure(StepFind, at); p != nil {
		return nil, p
	}
	probe, err := c.send(ctx, request{step: StepFind, method: http.MethodGet, address: at, header: agent(), most: mostSOAP})
	if err != nil {
		return nil, err
	}
	switch {
	case probe.status >= 300 && probe.status < 400:
		return nil, trouble(StepFind, CodeRedirected, "The discovery address sends the PC on to another.", nextServer).at(probe)
	case probe.status != http.StatusOK:
		return nil, refusedHTTP(StepFind, probe)
	case probe.kind() == kindHTML:
		return nil, trouble(StepFind, CodePage, "A web page came where the server should have answered, as networks with a sign-in page of their own do.", nextNetwork).at(probe)
	}
	body, err := c.askSOAP(ctx, StepFind, at, nil, soap.ActionDiscoverResponse, nil, &soap.Discover{
		EmailAddress: upn, RequestVersion: "9.0", DeviceType: "CIMClient_Windows", ApplicationVersion: "10.0.26100.1742", OSEdition: "4",
		AuthPolicies: []soap.AuthPolicy{soap.Federated},
	})
	if err != nil {
		return nil, err
	}
	found, ok := body.Body.(*soap.DiscoverResponse)
	if !ok {
		return nil, trouble(StepFind, CodeUnreadable, "Discovery answers something else.", nextServer)
	}
	return found, checkFound(found)
}

// checkFound is what Windows wants of discovery: a version that it asked for, a
// policy it can follow, and both services on one host.
func checkFound(found *soap.DiscoverResponse) error {
	if v, err := strconv.ParseFloat(found.EnrollmentVersion, 64); err != nil || v < 1 || v > 9 {
		return trouble(StepFind, CodeVersion, "Discovery answers with version "+found.EnrollmentVersion+".", nextServer).because(err)
	}
	if found.AuthPolicy != soap.Federated {
		return trouble(StepFind, CodeMethod, "The server wants "+string(found.AuthPolicy)+" of a PC that offers the token of its person.", nextServer)
	}
	enrolment, p := secure(StepFind, found.EnrollmentServiceURL)
	if p != nil {
		return p
	}
	policy, p := secure(StepFind, found.PolicyServiceURL)
	if p != nil {
		return p
	}
	if policy.Host != enrolment.Host {
		return trouble(StepFind, CodeAddress, "The services of policy and enrolment are on two hosts, which Windows does not take.", nextServer)
	}
	return nil
}

// policies asks how the certificate request should look. This PC makes RSA keys
// of 2,048 bits, so a policy that wants more is refused.
func (c *Client) policies(ctx context.Context, at string, security *soap.Security) error {
	m, err := c.askSOAP(ctx, StepPolicy, at, c.identity(&c.device), soap.ActionGetPoliciesResponse, security, &soap.GetPolicies{})
	if err != nil {
		return err
	}
	p, ok := m.Body.(*soap.PolicyResponse)
	if !ok || p.MinimalKeyLength > keyBits || len(p.CryptoProviders) == 0 {
		return trouble(StepPolicy, CodePolicy, "The policy for certificates is one that this PC cannot follow.", nextServer)
	}
	return nil
}

const keyBits = 2048

// certificateRequest has a fixed subject: the server chooses the certificate's.
func certificateRequest(key *rsa.PrivateKey) ([]byte, error) {
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: "ConfigMgrEnroll"}, SignatureAlgorithm: x509.SHA256WithRSA,
	}, key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate request: %w", err)
	}
	return csr, nil
}

// requestToken asks for a certificate and gives the document around it.
func (c *Client) requestToken(ctx context.Context, step Step, at string, as *Identity, security *soap.Security, q *soap.SecurityTokenRequest) (*wapdoc.Document, error) {
	m, err := c.askSOAP(ctx, step, at, as, soap.ActionRequestSecurityTokenResponse, security, q)
	if err != nil {
		return nil, err
	}
	issued, ok := m.Body.(*soap.SecurityTokenResponse)
	if !ok || issued.TokenType != q.TokenType || m.Security == nil || m.Security.Timestamp == nil {
		return nil, trouble(step, CodeUnreadable, "The answer to the certificate request is none.", nextServer)
	}
	document, err := wapdoc.Parse(issued.Document)
	if err != nil {
		return nil, trouble(step, CodeProvision, "The provisioning document cannot be read.", nextServer).because(err)
	}
	return document, nil
}

// askSOAP sends one message of the enrolment and wants the answer with this
// action. A fault is a Problem with its HRESULT.
func (c *Client) askSOAP(ctx context.Context, step Step, at string, as *Identity, action string, security *soap.Security, body soap.Body) (*soap.Message, error) {
	id := "urn:uuid:" + newGUID()
	question, err := soap.Encode(&soap.Message{Header: soap.Header{MessageID: id, ReplyTo: soap.Anonymous, To: at}, Security: security, Body: body})
	if err != nil {
		return nil, fmt.Errorf("write %T: %w", body, err)
	}
	header := agent()
	header.Set("Content-Type", soap.ContentType)
	a, err := c.send(ctx, request{
		step: step, method: http.MethodPost, address: at, header: header, body: question, as: as, most: mostSOAP, wants: kindSOAP, length: true,
		sent: fmt.Sprintf("%T", body)[len("*soap."):], told: toldSOAP,
	})
	if err != nil {
		return nil, err
	}
	m, err := soap.DecodeResponse(bytes.NewReader(a.body), mostSOAP)
	if err != nil {
		return nil, unreadable(step, a, err)
	}
	if m.RelatesTo != id || m.Action != action {
		return nil, trouble(step, CodeRequest, "The answer belongs to another message than the one that was sent.", nextServer).at(a)
	}
	if fault, ok := m.Body.(*soap.Fault); ok {
		return nil, refusedSOAP(step, a, fault)
	}
	if a.status != http.StatusOK {
		return nil, refusedHTTP(step, a)
	}
	return m, nil
}

func agent() http.Header { return http.Header{"User-Agent": {"ENROLLClient"}} }

// refusedSOAP is a fault ([MS-MDE2] 2.2.10).
func refusedSOAP(step Step, a *answer, f *soap.Fault) *Problem {
	p := trouble(step, f.HRESULT().String(), f.Reason, "Show an administrator this number and the time.").at(a).because(f)
	p.Reason = string(f.Subcode)
	if f.Detail != nil && f.Detail.ErrorType != "" {
		p.Reason = string(f.Detail.ErrorType)
	}
	p.Retry = retryAfter(a.header.Get("Retry-After"))
	p.Temporary = p.Retry > 0
	return p
}

// toldSOAP is what a log may show of an answer.
func toldSOAP(a *answer) string {
	m, err := soap.DecodeResponse(bytes.NewReader(a.body), mostSOAP)
	if err != nil {
		return ""
	}
	if f, ok := m.Body.(*soap.Fault); ok {
		return f.Error()
	}
	return fmt.Sprintf("%T", m.Body)[len("*soap."):]
}

// context is what the PC tells of itself, in Windows' order.
func (r *EnrolRequest) context() []soap.ContextItem {
	f := &r.Facts
	kind := "Device"
	if r.Personal {
		kind = "Full"
	}
	items := []soap.ContextItem{
		{Name: soap.ItemUXInitiated, Value: "true"},
		{Name: soap.ItemHWDevID, Value: f.HardwareID},
		{Name: soap.ItemLocale, Value: cmp.Or(f.Locale, "en-US")},
		{Name: soap.ItemTargetedUserLoggedIn, Value: "True"},
		{Name: soap.ItemOSEdition, Value: cmp.Or(f.OSEdition, "4")},
		{Name: soap.ItemDeviceName, Value: f.Name},
	}
	for _, mac := range f.MACs {
		items = append(items, soap.ContextItem{Name: soap.ItemMAC, Value: mac})
	}
	items = append(items,
		soap.ContextItem{Name: soap.ItemDeviceID, Value: f.DeviceID},
		soap.ContextItem{Name: soap.ItemEnrollmentType, Value: kind},
		soap.ContextItem{Name: soap.ItemDeviceType, Value: "CIMClient_Windows"},
		soap.ContextItem{Name: soap.ItemOSVersion, Value: f.OSVersion},
		soap.ContextItem{Name: soap.ItemApplicationVersion, Value: f.OSVersion},
		soap.ContextItem{Name: soap.ItemNotInOobe, Value: strconv.FormatBool(!f.InOOBE)},
		soap.ContextItem{Name: soap.ItemManufacturer, Value: f.Manufacturer},
		soap.ContextItem{Name: soap.ItemDeviceModel, Value: f.Model},
		soap.ContextItem{Name: soap.ItemSerialNumber, Value: f.Serial},
	)
	for name, value := range map[string]string{soap.ItemZeroTouchProvisioning: f.ZTDID, soap.ItemOfflineAutopilot: f.Correlator, soap.ItemEnrollmentData: r.Terms} {
		if value != "" {
			items = append(items, soap.ContextItem{Name: name, Value: value})
		}
	}
	return items
}
