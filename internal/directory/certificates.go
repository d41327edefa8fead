package directory

import (
	"bytes"
	"context"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // x5t of RFC 7515 is a SHA-1 thumbprint: it names a certificate and proves nothing
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"slices"

	"taxiway/internal/fault"
)

const (
	// maxCertificates bounds the work of one assertion.
	maxCertificates = 50
	// maxCertificateFile bounds what is parsed.
	maxCertificateFile = 64 << 10
	// minModulus is the shortest RSA key in bits (NIST SP 800-131A).
	minModulus = 2048
)

// NewCertificate is a certificate as somebody hands it in.
type NewCertificate struct {
	DisplayName string // empty: the subject's common name
	Content     []byte // PEM or DER, without a private key
}

// AddCertificate lets an app prove itself with a certificate's key (RFC 7523).
// It must be one certificate with an RSA key of 2048 bits or more that has not
// expired; a file with a private key in it is refused, so that none gets here
// by mistake.
func (s *AppService) AddCertificate(ctx context.Context, t TenantID, appID string, n NewCertificate) (AppCertificate, error) {
	a, err := s.Store.GetApplication(ctx, t, appID)
	if err != nil {
		return AppCertificate{}, fault.Wrap("add certificate", err)
	}
	if err := s.addCertificate(&a, n); err != nil {
		return AppCertificate{}, err
	}
	c := a.Certificates[len(a.Certificates)-1]
	err = s.Store.ReplaceCertificates(ctx, t, a.ID, &c, nil, s.event(ctx, "Add application certificate", a, certificateChange(&c, true)))
	if err != nil {
		return AppCertificate{}, fault.Wrap("add certificate", err)
	}
	return c, nil
}

// RemoveCertificate removes one certificate; no token can be had with it from
// then on.
func (s *AppService) RemoveCertificate(ctx context.Context, t TenantID, appID, keyID string) error {
	a, err := s.Store.GetApplication(ctx, t, appID)
	if err != nil {
		return fault.Wrap("remove certificate", err)
	}
	i := slices.IndexFunc(a.Certificates, func(c AppCertificate) bool { return c.KeyID == keyID })
	if i < 0 {
		return fault.Field(fault.NotFound, "CertificateNotFound", "keyId", "The app has no certificate with the id "+quote(keyID)+".", "List the app's certificates to find the right id.")
	}
	return fault.Wrap("remove certificate", s.Store.ReplaceCertificates(ctx, t, a.ID, nil, []string{keyID},
		s.event(ctx, "Remove application certificate", a, certificateChange(&a.Certificates[i], false))))
}

// addCertificate checks a certificate and puts it behind the app's others.
func (s *AppService) addCertificate(a *Application, n NewCertificate) error {
	if len(a.Certificates) >= maxCertificates {
		return fault.Field(fault.Invalid, "TooManyCertificates", "keyCredentials", fmt.Sprintf("The app already has %d certificates.", maxCertificates), "Remove certificates that are no longer used.")
	}
	if len([]rune(n.DisplayName)) > 256 {
		return fault.Field(fault.Invalid, "InvalidDisplayName", "displayName", "The certificate's name is longer than 256 characters.", "Shorten it.")
	}
	x, err := parseCertificate(n.Content)
	if err != nil {
		return err
	}
	now := s.Clock.Real()
	if !now.Before(x.NotAfter) {
		return badCertificate("The certificate expired on "+x.NotAfter.UTC().Format("2006-01-02")+".", "Make a new one.")
	}
	one, two := sha1.Sum(x.Raw), sha256.Sum256(x.Raw) //nolint:gosec // see the import
	if slices.ContainsFunc(a.Certificates, func(c AppCertificate) bool { return bytes.Equal(c.SHA256, two[:]) }) {
		return fault.Field(fault.Conflict, "CertificateExists", "key", "The app has this certificate already.", "Nothing is left to do.")
	}
	name := n.DisplayName
	if name == "" {
		name = cut(x.Subject.CommonName, 256)
	}
	a.Certificates = append(slices.Clip(a.Certificates), AppCertificate{
		KeyID: s.NewID(), SHA1: one[:], SHA256: two[:], DER: x.Raw, DisplayName: name, CreatedAt: now, StartsAt: x.NotBefore.UTC(), ExpiresAt: x.NotAfter.UTC(),
	})
	return nil
}

// cut keeps the first n characters.
func cut(text string, n int) string {
	if r := []rune(text); len(r) > n {
		return string(r[:n])
	}
	return text
}

func parseCertificate(content []byte) (*x509.Certificate, error) {
	if len(content) > maxCertificateFile {
		return nil, badCertificate("The certificate is larger than 64 KB.", "Give one certificate, without its chain.")
	}
	der := content
	if bytes.Contains(content, []byte("-----BEGIN")) {
		var err error
		if der, err = onlyCertificate(content); err != nil {
			return nil, err
		}
	}
	x, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, badCertificate("This is no X.509 certificate.", "Give the certificate as PEM or DER.")
	}
	key, ok := x.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, badCertificate("The certificate's key is not an RSA key.", "Make one with an RSA key of 2048 bits or more: assertions are signed RS256 or PS256.")
	}
	if bits := key.N.BitLen(); bits < minModulus {
		return nil, badCertificate(fmt.Sprintf("The certificate's RSA key has %d bits.", bits), "Make one of 2048 bits or more.")
	}
	return x, nil
}

// onlyCertificate reads a PEM file with one certificate and nothing else.
func onlyCertificate(content []byte) ([]byte, error) {
	var der []byte
	for block, rest := pem.Decode(content); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case block.Type != "CERTIFICATE":
			return nil, badCertificate("The file holds more than a certificate.", "Give the certificate alone and keep the private key to yourself.")
		case der != nil:
			return nil, badCertificate("The file holds more than one certificate.", "Give the app's own certificate, without its chain.")
		}
		der = block.Bytes
	}
	if der == nil {
		return nil, badCertificate("The file holds no whole PEM block.", "Give the certificate as PEM or DER.")
	}
	return der, nil
}

func badCertificate(message, remedy string) error {
	return fault.Field(fault.Invalid, "InvalidCertificate", "key", message, remedy)
}

// certificateChange names a certificate by its SHA-256 thumbprint.
func certificateChange(c *AppCertificate, added bool) Change {
	text := hex.EncodeToString(c.SHA256)
	if added {
		return Change{Property: "certificate", New: text}
	}
	return Change{Property: "certificate", Old: text}
}
