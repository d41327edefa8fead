package servertest

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"testing"

	"taxiway/internal/soap"
	"taxiway/internal/virtualpc/wire"
	"taxiway/internal/wapdoc"
)

// MDMProof is what somebody enrols a PC with: one of the three.
type MDMProof struct {
	Token          string // access token of an Entra-driven enrolment
	WebToken       string // what the sign-in page gave
	User, Password string
}

// policy is what the PC offers in discovery.
func (p MDMProof) policy() soap.AuthPolicy {
	if p.Password != "" {
		return soap.OnPremise
	}
	return soap.Federated
}

func (p MDMProof) security() *soap.Security {
	switch {
	case p.Token != "":
		return &soap.Security{BinarySecurityToken: &soap.BinarySecurityToken{
			ValueType: soap.ValueTypeJWT, EncodingType: soap.EncodingBase64, Content: soap.EncodeToken([]byte(p.Token)),
		}}
	case p.WebToken != "":
		return &soap.Security{BinarySecurityToken: &soap.BinarySecurityToken{
			ValueType: soap.ValueTypeUserToken, EncodingType: soap.EncodingBase64, Content: soap.EncodeToken([]byte(p.WebToken)),
		}}
	}
	return &soap.Security{UsernameToken: &soap.UsernameToken{Username: p.User, Password: p.Password, Type: soap.PasswordText}}
}

// DiscoveryPath is where enrolment begins.
const DiscoveryPath = DeviceURL + "/EnrollmentServer/Discovery.svc"

// Discover asks where and how to enrol, as a PC does that knows an address.
func (d *MDMDevice) Discover(ctx context.Context, upn string, offers ...soap.AuthPolicy) (*soap.DiscoverResponse, error) {
	client, err := d.client()
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, DiscoveryPath, nil)
	if err != nil {
		return nil, fmt.Errorf("make request: %w", err)
	}
	resp, err := client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("probe discovery: %w", err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("probe discovery: %w", err)
	}
	if resp.StatusCode != http.StatusOK || len(body) > 0 {
		return nil, &httpError{Status: resp.StatusCode, Body: string(body)}
	}
	answer, err := d.ask(ctx, DiscoveryPath, soap.ActionDiscoverResponse, nil, &soap.Discover{
		EmailAddress: upn, RequestVersion: "9.0", DeviceType: "CIMClient_Windows", ApplicationVersion: d.OSVersion, OSEdition: "4", AuthPolicies: offers,
	})
	if err != nil {
		return nil, err
	}
	found, ok := answer.Body.(*soap.DiscoverResponse)
	if !ok {
		return nil, fmt.Errorf("discovery answers %T", answer.Body)
	}
	version, err := strconv.ParseFloat(found.EnrollmentVersion, 64)
	if err != nil || version > 4 {
		return nil, fmt.Errorf("discovery chooses version %s", found.EnrollmentVersion)
	}
	policies, err := url.Parse(found.PolicyServiceURL)
	if err != nil {
		return nil, fmt.Errorf("the policy service's address: %w", err)
	}
	enrolment, err := url.Parse(found.EnrollmentServiceURL)
	if err != nil || policies.Host != enrolment.Host {
		return nil, fmt.Errorf("policies at %s, enrolment at %s: Windows wants one host", policies, enrolment)
	}
	return found, nil
}

// ask sends one SOAP message and wants an answer with this action. A fault is
// the error.
func (d *MDMDevice) ask(ctx context.Context, address, action string, security *soap.Security, body soap.Body) (*soap.Message, error) {
	id := "urn:uuid:" + guid([]byte(randomHex(8)))
	question, err := soap.Encode(&soap.Message{
		Header:   soap.Header{MessageID: id, ReplyTo: soap.Anonymous, To: address},
		Security: security, Body: body,
	})
	if err != nil {
		return nil, fmt.Errorf("write %T: %w", body, err)
	}
	raw, failed := d.post(ctx, address, soap.ContentType, question)
	if raw == nil {
		return nil, failed
	}
	answer, err := soap.DecodeResponse(bytes.NewReader(raw), soap.DefaultMaxBytes)
	if err != nil {
		return nil, errors.Join(failed, fmt.Errorf("the answer to %T: %w", body, err))
	}
	if answer.RelatesTo != id || answer.Action != action {
		return nil, fmt.Errorf("the answer to %s relates to %s and has action %s", id, answer.RelatesTo, answer.Action)
	}
	if fault, ok := answer.Body.(*soap.Fault); ok {
		return nil, fault
	}
	return answer, failed
}

// Enrol goes through discovery, policies and certificate request, and takes
// what the server plants.
func (d *MDMDevice) Enrol(ctx context.Context, upn string, proof MDMProof) error {
	found, err := d.Discover(ctx, upn, proof.policy())
	if err != nil {
		return fmt.Errorf("discover: %w", err)
	}
	if found.AuthPolicy != proof.policy() {
		return fmt.Errorf("discovery wants %s", found.AuthPolicy)
	}
	if err := d.policies(ctx, found.PolicyServiceURL, proof); err != nil {
		return fmt.Errorf("get policies: %w", err)
	}
	csr, err := certificateRequest(d.Key)
	if err != nil {
		return err
	}
	document, err := d.requestToken(ctx, found.EnrollmentServiceURL, proof.security(), &soap.SecurityTokenRequest{
		TokenType: soap.TokenTypeDevice, RequestType: soap.Issue, Context: d.context(),
		Token: soap.BinarySecurityToken{ValueType: soap.ValueTypePKCS10, EncodingType: soap.EncodingBase64, Content: soap.EncodeToken(csr)},
	})
	if err != nil {
		return fmt.Errorf("request a certificate: %w", err)
	}
	e, err := wapdoc.Read(document)
	if err != nil {
		return fmt.Errorf("read the provisioning document: %w", err)
	}
	return d.take(e)
}

func (d *MDMDevice) policies(ctx context.Context, address string, proof MDMProof) error {
	answer, err := d.ask(ctx, address, soap.ActionGetPoliciesResponse, proof.security(), &soap.GetPolicies{})
	if err != nil {
		return err
	}
	p, ok := answer.Body.(*soap.PolicyResponse)
	if !ok || p.MinimalKeyLength != 2048 || len(p.CryptoProviders) == 0 {
		return fmt.Errorf("the policy is %+v", answer.Body)
	}
	return nil
}

func certificateRequest(key *rsa.PrivateKey) ([]byte, error) {
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: "ConfigMgrEnroll"}, SignatureAlgorithm: x509.SHA256WithRSA,
	}, key)
	if err != nil {
		return nil, fmt.Errorf("make a certificate request: %w", err)
	}
	return csr, nil
}

// context is what the PC tells of itself.
func (d *MDMDevice) context() []soap.ContextItem {
	kind := "Full"
	if d.Machine {
		kind = "Device"
	}
	items := []soap.ContextItem{
		{Name: soap.ItemUXInitiated, Value: "true"},
		{Name: soap.ItemHWDevID, Value: d.HardwareID},
		{Name: soap.ItemLocale, Value: "en-US"},
		{Name: soap.ItemTargetedUserLoggedIn, Value: "True"},
		{Name: soap.ItemOSEdition, Value: "4"},
		{Name: soap.ItemDeviceName, Value: d.Name},
		{Name: soap.ItemMAC, Value: "02-00-00-AA-BB-01"},
		{Name: soap.ItemMAC, Value: "02-00-00-AA-BB-02"},
		{Name: soap.ItemDeviceID, Value: d.DeviceID},
		{Name: soap.ItemEnrollmentType, Value: kind},
		{Name: soap.ItemDeviceType, Value: "CIMClient_Windows"},
		{Name: soap.ItemOSVersion, Value: d.OSVersion},
		{Name: soap.ItemApplicationVersion, Value: d.OSVersion},
		{Name: soap.ItemNotInOobe, Value: strconv.FormatBool(!d.InOOBE)},
		{Name: soap.ItemManufacturer, Value: "Contoso"},
		{Name: soap.ItemDeviceModel, Value: "Contoso Book 14"},
		{Name: soap.ItemSerialNumber, Value: d.SerialNumber},
	}
	if d.ZTDID != "" {
		items = append(items, soap.ContextItem{Name: soap.ItemZeroTouchProvisioning, Value: d.ZTDID})
	}
	if d.Correlator != "" {
		items = append(items, soap.ContextItem{Name: soap.ItemOfflineAutopilot, Value: d.Correlator})
	}
	return items
}

func (d *MDMDevice) requestToken(ctx context.Context, address string, security *soap.Security, q *soap.SecurityTokenRequest) (*wapdoc.Document, error) {
	answer, err := d.ask(ctx, address, soap.ActionRequestSecurityTokenResponse, security, q)
	if err != nil {
		return nil, err
	}
	issued, ok := answer.Body.(*soap.SecurityTokenResponse)
	if !ok || issued.TokenType != q.TokenType || answer.Security == nil || answer.Security.Timestamp == nil {
		return nil, fmt.Errorf("the answer is no token, or has no timestamp: %+v", answer.Body)
	}
	document, err := wapdoc.Parse(issued.Document)
	if err != nil {
		return nil, fmt.Errorf("parse the provisioning document: %w", err)
	}
	return document, nil
}

// take keeps what an enrolment planted, after the checks that Windows makes.
func (d *MDMDevice) take(e *wapdoc.Enrolment) error {
	leaf, err := d.verify(e.Client, d.Key, e.Root, e.Intermediate)
	if err != nil {
		return err
	}
	want := wapdoc.StoreUser
	if d.Machine {
		want = wapdoc.StoreSystem
	}
	switch {
	case e.Store != want:
		return fmt.Errorf("the certificate goes to the store %s", e.Store)
	case len(e.ClientAuth.Nonce) == 0 || len(e.ServerAuth.Nonce) == 0:
		return errors.New("a digest has no nonce: Windows makes no account")
	case e.ClientAuth.Secret == e.ServerAuth.Secret:
		return errors.New("server and PC have one secret")
	}
	d.At(d.process)
	d.Certificate, d.Enrolment, d.nonce = leaf, e, e.ServerAuth.Nonce
	d.Left, d.Wiped = false, false
	d.Address = e.Address + "?mode=Maintenance&Platform=WoA"
	provider := "./Vendor/MSFT/DMClient/Provider/" + e.ProviderID
	d.Device.Set(provider+"/EntDMID", "", e.EntDMID)
	d.Device.Set(provider+"/UPN", "", e.UPN)
	for _, name := range []string{"SkipDeviceStatusPage", "SkipUserStatusPage"} {
		d.Device.Set(provider+"/FirstSyncStatus/"+name, "bool", "true")
	}
	return nil
}

// verify checks a certificate that was issued for a key.
func (d *MDMDevice) verify(der []byte, key *rsa.PrivateKey, root, intermediate []byte) (*x509.Certificate, error) {
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, fmt.Errorf("parse the certificate: %w", err)
	}
	if own, ok := leaf.PublicKey.(*rsa.PublicKey); !ok || !own.Equal(&key.PublicKey) {
		return nil, errors.New("the certificate is of another key")
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	for der, pool := range map[string]*x509.CertPool{string(root): roots, string(intermediate): between} {
		c, err := x509.ParseCertificate([]byte(der))
		if err != nil {
			return nil, fmt.Errorf("parse the authority: %w", err)
		}
		pool.AddCert(c)
	}
	_, err = leaf.Verify(x509.VerifyOptions{
		Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}, CurrentTime: leaf.NotBefore,
	})
	if err != nil {
		return nil, fmt.Errorf("verify the certificate: %w", err)
	}
	return leaf, nil
}

// RenewalFor asks for a certificate of this key, signed with the PC's present
// one.
func (d *MDMDevice) RenewalFor(key *rsa.PrivateKey) (*soap.SecurityTokenRequest, error) {
	csr, err := certificateRequest(key)
	if err != nil {
		return nil, err
	}
	message, err := wire.SignCMS(csr, d.Certificate, d.Key)
	if err != nil {
		return nil, err
	}
	return &soap.SecurityTokenRequest{
		TokenType: soap.TokenTypeDevice, RequestType: soap.Renew, Context: d.context(),
		Token: soap.BinarySecurityToken{ValueType: soap.ValueTypePKCS7, EncodingType: soap.EncodingBase64, Content: soap.EncodeToken(message)},
	}, nil
}

// Renew gets the PC a new certificate for a new key by the one it has ([MS-MDE2]
// 3.4.4.1.1.2, ROBO).
func (d *MDMDevice) Renew(ctx context.Context) error {
	found, err := d.Discover(ctx, "", soap.Federated)
	if err != nil {
		return fmt.Errorf("discover: %w", err)
	}
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	request, err := d.RenewalFor(key)
	if err != nil {
		return err
	}
	document, err := d.requestToken(ctx, found.EnrollmentServiceURL, nil, request)
	if err != nil {
		return fmt.Errorf("renew the certificate: %w", err)
	}
	r, err := wapdoc.ReadRenewal(document)
	if err != nil {
		return fmt.Errorf("read the renewal: %w", err)
	}
	if r.ProviderID != d.Enrolment.ProviderID || r.Store != d.Enrolment.Store {
		return fmt.Errorf("the renewal is for %s in %s", r.ProviderID, r.Store)
	}
	leaf, err := d.verify(r.Client, key, d.Enrolment.Root, d.Enrolment.Intermediate)
	if err != nil {
		return err
	}
	d.At(d.process)
	d.Certificate, d.Key = leaf, key
	return nil
}

// NewKey throws the PC's key and enrolment away, as a reset does that keeps
// the hardware; what the server knows of it stays.
func (d *MDMDevice) NewKey(t testing.TB) {
	t.Helper()
	d.Key = Key(t)
	d.At(d.process)
	d.Certificate, d.Enrolment, d.session = nil, nil, 0
	d.Reset()
}

// WebLogin signs somebody in at the address that discovery gives and returns
// the token for the PC.
func (d *MDMDevice) WebLogin(t testing.TB, who *Person) string {
	t.Helper()
	found, err := d.Discover(t.Context(), who.UPN, soap.Federated, soap.Certificate)
	if err != nil {
		t.Fatalf("discover: %v", err)
	}
	page := d.process.NewBrowser(t).SignIn(t, who, found.AuthenticationServiceURL+"?"+url.Values{
		"appru": {"ms-app://s-1-15-2-1"}, "login_hint": {who.UPN},
	}.Encode())
	token := page.Answer(t).Get("wresult")
	if token == "" {
		t.Fatalf("the sign-in page gives no token: %d %s %s", page.Status, page.Address, page.Body)
	}
	return token
}
