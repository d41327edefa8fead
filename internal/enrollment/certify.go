package enrollment

import (
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"net/url"
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// Lives of a PC's certificate. RenewWindow is how long before its end it may be
// renewed: what the PC is told as RenewPeriod (CertificateStore CSP).
const (
	CertificateLife = 365 * 24 * time.Hour
	RenewWindow     = 60 * 24 * time.Hour
)

// Sizes of the key of a PC, in bits. TPMs make 2048.
const (
	leastKeyBits = 2048
	mostKeyBits  = 4096
)

// certificateEarly allows for a PC whose clock is behind.
const certificateEarly = 5 * time.Minute

// checkCSR returns the key to certify. Nothing else of the request counts:
// clients write their own ideas of a subject into it.
func checkCSR(csr *x509.CertificateRequest) (*rsa.PublicKey, error) {
	refused := func(message string) error {
		return fault.Field(fault.Invalid, CodeInvalidCSR, "BinarySecurityToken", message, "Send a PKCS #10 request for an RSA key of 2048 bits, signed with that key and SHA-256.")
	}
	if csr == nil {
		return nil, refused("The certificate request is missing.")
	}
	key, ok := csr.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, refused("The certificate request is not for an RSA key.")
	}
	if n := key.N.BitLen(); n < leastKeyBits || n > mostKeyBits {
		return nil, refused(fmt.Sprintf("The key has %d bits; %d to %d are accepted.", n, leastKeyBits, mostKeyBits))
	}
	if csr.CheckSignature() != nil {
		return nil, refused("The certificate request is not signed with its own key.")
	}
	return key, nil
}

// certify signs the certificate of one enrolment. Its SAN says which.
func (a *authority) certify(t directory.TenantID, id DeviceID, public *rsa.PublicKey, now time.Time) (Certificate, *x509.Certificate, error) {
	tmpl := &x509.Certificate{
		Subject:   pkix.Name{CommonName: string(id)},
		NotBefore: now.Add(-certificateEarly), NotAfter: now.Add(CertificateLife),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true, URIs: []*url.URL{{Scheme: sanScheme, Host: string(t), Path: sanPath + string(id)}},
	}
	leaf, err := sign(tmpl, a.issuing, public, a.issKey)
	if err != nil {
		return Certificate{}, nil, err
	}
	sum, keyID := sha256.Sum256(leaf.Raw), sha256.Sum256(leaf.RawSubjectPublicKeyInfo)
	return Certificate{
		Device: id, SHA256: sum[:], Serial: leaf.SerialNumber.Text(16), KeyID: keyID[:],
		NotBefore: leaf.NotBefore, NotAfter: leaf.NotAfter, CreatedAt: now,
	}, leaf, nil
}

// The parts of a certificate's SAN URI.
const (
	sanScheme = "taxiway"
	sanPath   = "/mdm/"
)

// named reads tenant and managed device of a certificate; ok is false for one
// that certify cannot have made.
func named(c *x509.Certificate) (t directory.TenantID, id DeviceID, ok bool) {
	if len(c.URIs) != 1 || c.IsCA || c.URIs[0].Scheme != sanScheme {
		return "", "", false
	}
	device, ok := strings.CutPrefix(c.URIs[0].Path, sanPath)
	t, id = directory.TenantID(c.URIs[0].Host), DeviceID(device)
	return t, id, ok && isGUID(string(t)) && isGUID(device) && c.Subject.CommonName == device
}

// isGUID reports whether s is a GUID in lower-case text.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case (c < '0' || c > '9') && (c < 'a' || c > 'f'):
			return false
		}
	}
	return true
}
