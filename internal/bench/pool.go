package bench

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"taxiway/internal/enrollment"
	"taxiway/internal/graphclient"
	"taxiway/internal/soap"
	"taxiway/internal/wapdoc"
)

const (
	poolKeys = 8 // of PCs; making one takes some 100 ms
	// Windows' client for joining and enrolling, and what it enrols at.
	brokerApp     = "29d9ed98-a469-4536-ade2-f981bc1d605e"
	enrolResource = "0000000a-0000-0000-c000-000000000000"
	benchPassword = "Correct-Horse-7-Battery" // of people in a throw-away database
	enrolURL      = deviceURL + "/EnrollmentServer/Enrollment.svc"
	sessionsURL   = deviceURL + "/EnrollmentServer/ManagementServer/OmaDm.svc"
)

// pool makes PCs that want to be managed: keys with their certificate requests,
// and people who enrol as many PCs as each may.
type pool struct {
	*run
	keys   []*rsa.PrivateKey
	csrs   []string // base64
	tokens []string // of people who have not enrolled all they may
	people int
	used   int // of the first token
	pcs    int // so far
	name   string
}

// newPool makes one; name tells its people and PCs from those of another.
func (r *run) newPool(ctx context.Context, name string) (*pool, error) {
	if err := r.graph.SetMDMUserScope(ctx, "all"); err != nil {
		return nil, fmt.Errorf("let everybody enrol: %w", err)
	}
	p := &pool{run: r, name: name}
	for range poolKeys {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			return nil, fmt.Errorf("make a PC's key: %w", err)
		}
		csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
			Subject: pkix.Name{CommonName: "ConfigMgrEnroll"}, SignatureAlgorithm: x509.SHA256WithRSA,
		}, key)
		if err != nil {
			return nil, fmt.Errorf("make a certificate request: %w", err)
		}
		p.keys, p.csrs = append(p.keys, key), append(p.csrs, soap.EncodeToken(csr))
	}
	return p, nil
}

// hire makes people until n more PCs can be enrolled.
func (p *pool) hire(ctx context.Context, n int) error {
	for free := len(p.tokens)*enrollment.MaxDevicesPerUser - p.used; free < n; free += enrollment.MaxDevicesPerUser {
		p.people++
		upn := fmt.Sprintf("%s%05d@bench.invalid", p.name, p.people)
		_, err := p.graph.CreateUser(ctx, graphclient.User{
			UserPrincipalName: upn, DisplayName: "Person " + strconv.Itoa(p.people), AccountEnabled: true,
			PasswordProfile: &graphclient.PasswordProfile{Password: benchPassword},
		})
		if err != nil {
			return fmt.Errorf("make a person: %w", err)
		}
		token, err := p.token(ctx, upn)
		if err != nil {
			return fmt.Errorf("sign %s in to enrol: %w", upn, err)
		}
		p.tokens = append(p.tokens, token)
	}
	return nil
}

// token gets the one that Windows enrols with, for a password alone: the tenant
// is a lab.
func (p *pool) token(ctx context.Context, upn string) (string, error) {
	form := url.Values{
		"grant_type": {"password"}, "client_id": {brokerApp}, "resource": {enrolResource}, "username": {upn}, "password": {benchPassword},
	}
	text, err := post(ctx, p.browsers, peopleURL+"/"+string(p.tenant.ID)+"/oauth2/token", "application/x-www-form-urlencoded", []byte(form.Encode()))
	if err != nil {
		return "", err
	}
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal(text, &answer); err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	return answer.AccessToken, nil
}

// request is one PC's certificate request, ready to be sent.
type request struct {
	wireID string
	key    *rsa.PrivateKey
	body   []byte
}

// requests are those of n new PCs.
func (p *pool) requests(ctx context.Context, n int) ([]request, error) {
	if err := p.hire(ctx, n); err != nil {
		return nil, err
	}
	out := make([]request, n)
	for i := range out {
		p.pcs++
		if p.used == enrollment.MaxDevicesPerUser {
			p.tokens, p.used = p.tokens[1:], 0
		}
		p.used++
		name := fmt.Sprintf("%s-%06d", p.name, p.pcs)
		id := sha256.Sum256([]byte(name))
		out[i] = request{wireID: strings.ToUpper(hex.EncodeToString(id[:16])), key: p.keys[p.pcs%poolKeys]}
		var err error
		out[i].body, err = soap.Encode(&soap.Message{
			Header: soap.Header{MessageID: "urn:uuid:" + name, ReplyTo: soap.Anonymous, To: enrolURL},
			Security: &soap.Security{BinarySecurityToken: &soap.BinarySecurityToken{
				ValueType: soap.ValueTypeJWT, EncodingType: soap.EncodingBase64, Content: soap.EncodeToken([]byte(p.tokens[0])),
			}},
			Body: &soap.SecurityTokenRequest{
				TokenType: soap.TokenTypeDevice, RequestType: soap.Issue,
				Token: soap.BinarySecurityToken{ValueType: soap.ValueTypePKCS10, EncodingType: soap.EncodingBase64, Content: p.csrs[p.pcs%poolKeys]},
				Context: []soap.ContextItem{
					{Name: soap.ItemUXInitiated, Value: "true"},
					{Name: soap.ItemHWDevID, Value: hex.EncodeToString(id[:])},
					{Name: soap.ItemLocale, Value: "en-US"},
					{Name: soap.ItemTargetedUserLoggedIn, Value: "True"},
					{Name: soap.ItemOSEdition, Value: "4"},
					{Name: soap.ItemDeviceName, Value: name},
					{Name: soap.ItemMAC, Value: "02-00-00-AA-BB-01"},
					{Name: soap.ItemDeviceID, Value: out[i].wireID},
					{Name: soap.ItemEnrollmentType, Value: "Full"},
					{Name: soap.ItemDeviceType, Value: "CIMClient_Windows"},
					{Name: soap.ItemOSVersion, Value: "10.0.26100.1742"},
					{Name: soap.ItemApplicationVersion, Value: "10.0.26100.1742"},
					{Name: soap.ItemNotInOobe, Value: "true"},
				},
			},
		})
		if err != nil {
			return nil, fmt.Errorf("write a certificate request: %w", err)
		}
	}
	return out, nil
}

// taken reads what a PC was planted, and checks that its certificate is for its
// key.
func (q *request) taken(answer []byte) (*wapdoc.Enrolment, error) {
	m, err := soap.DecodeResponse(strings.NewReader(string(answer)), soap.DefaultMaxBytes)
	if err != nil {
		return nil, fmt.Errorf("read the answer to a certificate request: %w", err)
	}
	issued, ok := m.Body.(*soap.SecurityTokenResponse)
	if !ok {
		return nil, fmt.Errorf("a certificate request was answered with %T", m.Body)
	}
	document, err := wapdoc.Parse(issued.Document)
	if err != nil {
		return nil, fmt.Errorf("read a provisioning document: %w", err)
	}
	e, err := wapdoc.Read(document)
	if err != nil {
		return nil, fmt.Errorf("read a provisioning document: %w", err)
	}
	leaf, err := x509.ParseCertificate(e.Client)
	if err != nil {
		return nil, fmt.Errorf("read a PC's certificate: %w", err)
	}
	if own, ok := leaf.PublicKey.(*rsa.PublicKey); !ok || !own.Equal(&q.key.PublicKey) {
		return nil, errors.New("a PC got a certificate for another key")
	}
	return e, nil
}

// post sends one body and reads the answer, which has to be 200.
func post(ctx context.Context, client *http.Client, address, contentType string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(string(body)))
	if err != nil {
		return nil, fmt.Errorf("make a request: %w", err)
	}
	req.Header.Set("Content-Type", contentType)
	resp, err := client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("send a request: %w", err)
	}
	text, err := io.ReadAll(resp.Body)
	if err = errors.Join(err, resp.Body.Close()); err != nil {
		return nil, fmt.Errorf("read an answer: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s: %.2000s", address, resp.Status, text)
	}
	return text, nil
}
