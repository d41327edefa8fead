package wire

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // how Windows names certificates
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// ReasonMFA is the Reason of a join that needs a second factor: sign in again
// with SignInOptions.StrongAuth.
const ReasonMFA = "MultiFactorAuthenticationRequired"

// administrators is the well-known group that a join adds people to.
const administrators = "S-1-5-32-544"

// joinSubject is the subject of every certificate request of a join by Windows.
const joinSubject = "7E980AD9-B86D-4306-9425-9AC066FB014A"

// JoinRequest is a PC that joins.
type JoinRequest struct {
	Token     string // of a sign-in with PurposeJoin
	Ticket    string // of the profile; "" for a PC without one
	Name      string
	OSVersion string // "10.0.26100.1742"
	Domain    string // of the organisation to join; "" leaves it to the token
	Key       *rsa.PrivateKey
}

// Joined is what a PC has after it joined.
type Joined struct {
	DeviceID    string
	TenantID    string
	UPN         string // who joined it
	Certificate *x509.Certificate
	// Administrators are the SIDs that become members of the local
	// administrators.
	Administrators []string
}

// Join joins the directory and shows the certificate from now on. When the
// answer of a join was lost it may have happened: ask for the profile again, make
// a new key, and join anew.
func (c *Client) Join(ctx context.Context, d *Discovery, r JoinRequest) (*Joined, error) {
	body, err := joinBody(&r)
	if err != nil {
		return nil, err
	}
	to, p := secure(StepJoin, d.Join)
	if p != nil {
		return nil, p
	}
	to.RawQuery = "api-version=2.0"
	header := kindHeader(kindJSON)
	header.Set("Authorization", "Bearer "+r.Token)
	header.Set("User-Agent", "Dsreg/10.0 (Windows "+r.OSVersion+")")
	a, err := c.send(ctx, request{
		step: StepJoin, method: http.MethodPost, address: to.String(), header: header, body: body, most: mostJSON, wants: kindJSON,
		sent: "a certificate request as " + r.Name, told: func(*answer) string { return "the certificate of the device" },
	})
	if err != nil {
		return nil, err
	}
	if a.status != http.StatusOK {
		return nil, refusedJoin(StepJoin, a)
	}
	j, err := readJoined(a, r.Key)
	if err != nil {
		return nil, err
	}
	c.UseDevice(&Identity{j.Certificate, r.Key})
	return j, nil
}

// joinBody is the request of [MS-DVRJ] 3.1.5.1.1.1.
func joinBody(r *JoinRequest) ([]byte, error) {
	csr, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: joinSubject}, SignatureAlgorithm: x509.SHA256WithRSA,
	}, r.Key)
	if err != nil {
		return nil, fmt.Errorf("make the certificate request of a join: %w", err)
	}
	attributes := map[string]any{"ReuseDevice": "true", "ReturnClientSid": "true"}
	if r.Ticket != "" {
		attributes["MSA-DDID"] = base64.StdEncoding.EncodeToString([]byte(r.Ticket))
	}
	body := map[string]any{
		"CertificateRequest": map[string]any{"Type": "pkcs10", "Data": base64.StdEncoding.EncodeToString(csr)},
		"TransportKey":       base64.StdEncoding.EncodeToString(PublicBlob(&r.Key.PublicKey)),
		"DeviceType":         "Windows", "OSVersion": r.OSVersion, "DeviceDisplayName": r.Name, "JoinType": 0, "attributes": attributes,
	}
	if r.Domain != "" {
		body["TargetDomain"] = r.Domain
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("write the request of a join: %w", err)
	}
	return text, nil
}

// PublicBlob is a public key as a BCRYPT_RSAKEY_BLOB (bcrypt.h): magic, sizes as
// little-endian numbers, exponent and modulus.
func PublicBlob(k *rsa.PublicKey) []byte {
	n, e := k.N.Bytes(), big.NewInt(int64(k.E)).FillBytes(make([]byte, 3))
	out := []byte("RSA1")
	for _, v := range []int{len(n) * 8, len(e), len(n), 0, 0} {
		out = binary.LittleEndian.AppendUint32(out, uint32(v)) //nolint:gosec // sizes of a key
	}
	return slices.Concat(out, e, n)
}

// membership is a change of a local group; the protocol's text has one, the live
// service sends a list.
type membership struct {
	LocalSID string
	AddSIDs  []string
}

// readJoined takes the answer of [MS-DVRJ] 3.1.5.1.1.2, after the checks that
// need no trust in who sent it.
func readJoined(a *answer, key *rsa.PrivateKey) (*Joined, error) {
	var body struct {
		Certificate struct {
			Thumbprint string
			RawBody    string
		}
		User struct {
			UPN string `json:"Upn"`
		}
		MembershipChanges json.RawMessage
	}
	if err := json.Unmarshal(a.body, &body); err != nil {
		return nil, unreadable(StepJoin, a, err)
	}
	der, err := base64.StdEncoding.DecodeString(body.Certificate.RawBody)
	if err != nil {
		return nil, unreadable(StepJoin, a, err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, unreadable(StepJoin, a, err)
	}
	sum := sha1.Sum(der) //nolint:gosec // a name, no proof
	own, ok := leaf.PublicKey.(*rsa.PublicKey)
	switch {
	case !ok || !own.Equal(&key.PublicKey):
		return nil, trouble(StepJoin, CodeOtherKey, "The certificate that came is not for the key that this PC made.", nextServer).at(a)
	case !strings.EqualFold(hex.EncodeToString(sum[:]), body.Certificate.Thumbprint):
		return nil, trouble(StepJoin, CodeCertificate, "The certificate that came is not the one that the answer names.", nextServer).at(a)
	case !tenantForm.MatchString(leaf.Subject.CommonName) || len(leaf.Subject.Names) != 1:
		return nil, trouble(StepJoin, CodeCertificate, "The certificate that came names no device.", nextServer).at(a)
	}
	j := &Joined{DeviceID: leaf.Subject.CommonName, TenantID: tenantIn(leaf), UPN: body.User.UPN, Certificate: leaf}
	changes := []membership{}
	if len(body.MembershipChanges) > 0 {
		if err := json.Unmarshal(body.MembershipChanges, &changes); err != nil {
			changes = make([]membership, 1)
			if err := json.Unmarshal(body.MembershipChanges, &changes[0]); err != nil {
				return nil, unreadable(StepJoin, a, err)
			}
		}
	}
	for _, change := range changes {
		if change.LocalSID == administrators {
			j.Administrators = append(j.Administrators, change.AddSIDs...)
		}
	}
	return j, nil
}

// tenantIn reads the tenant out of a device's certificate: the extension
// 1.2.840.113556.1.5.284.5, a GUID in Microsoft's order inside an octet string.
func tenantIn(leaf *x509.Certificate) string {
	for _, e := range leaf.Extensions {
		if e.Id.String() != "1.2.840.113556.1.5.284.5" || len(e.Value) < 16 {
			continue
		}
		g := e.Value[len(e.Value)-16:]
		return fmt.Sprintf("%08x-%04x-%04x-%x-%x", binary.LittleEndian.Uint32(g), binary.LittleEndian.Uint16(g[4:]), binary.LittleEndian.Uint16(g[6:]), g[8:10], g[10:])
	}
	return ""
}

// Leave removes the PC from the directory, by its own certificate.
func (c *Client) Leave(ctx context.Context, d *Discovery) error {
	id := c.identity(&c.device)
	if id == nil {
		return trouble(StepLeave, CodeNotJoined, "The PC has no certificate of a join.", "Join the PC first.")
	}
	to, p := secure(StepLeave, d.Join)
	if p != nil {
		return p
	}
	to = to.JoinPath(url.PathEscape(id.Certificate.Subject.CommonName))
	to.RawQuery = "api-version=2.0"
	a, err := c.send(ctx, request{step: StepLeave, method: http.MethodDelete, address: to.String(), as: id, most: mostJSON, wants: kindJSON})
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return refusedJoin(StepLeave, a)
	}
	c.UseDevice(nil)
	return nil
}
