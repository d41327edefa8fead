package enrollment

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"math/big"
	"time"

	"taxiway/internal/directory"
)

// Lives of a tenant's authority. The issuing certificate is made anew, with the
// same key, while it still outlives everything it may sign; PCs that know only
// the older one go on.
const (
	rootLife      = 20 * 365 * 24 * time.Hour
	issuingLife   = 10 * 365 * 24 * time.Hour
	issuingSpare  = 2 * 365 * 24 * time.Hour
	authorityBits = 2048
	// authorityEarly allows for a PC whose clock is behind.
	authorityEarly = time.Hour
)

// authority is a tenant's certificate authority, ready to sign.
type authority struct {
	root, issuing   *x509.Certificate
	rootKey, issKey *rsa.PrivateKey
}

// newAuthority makes keys and certificates of both authorities; a nil newKey makes
// each key anew.
func newAuthority(t directory.TenantID, now time.Time, newKey func() (*rsa.PrivateKey, error)) (*authority, error) {
	if newKey == nil {
		newKey = func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, authorityBits) }
	}
	var a authority
	var err error
	if a.rootKey, err = newKey(); err != nil {
		return nil, fmt.Errorf("make the root's key: %w", err)
	}
	if a.issKey, err = newKey(); err != nil {
		return nil, fmt.Errorf("make the issuing authority's key: %w", err)
	}
	if err := a.signRoot(t, now); err != nil {
		return nil, err
	}
	return &a, a.signIssuing(t, now)
}

// due reports whether the issuing certificate has to be made anew.
func (a *authority) due(now time.Time) bool { return a.issuing.NotAfter.Sub(now) < issuingSpare }

// renewed is the authority with fresh certificates for the same keys. The root
// follows when the issuing certificate would outlive it.
func (a *authority) renewed(t directory.TenantID, now time.Time) (*authority, error) {
	b := *a
	if b.root.NotAfter.Before(now.Add(issuingLife)) {
		if err := b.signRoot(t, now); err != nil {
			return nil, err
		}
	}
	return &b, b.signIssuing(t, now)
}

func (a *authority) signRoot(t directory.TenantID, now time.Time) (err error) {
	tmpl := authorityTemplate(t, "taxiway device management root", now, rootLife)
	tmpl.MaxPathLen = 1
	a.root, err = sign(tmpl, tmpl, &a.rootKey.PublicKey, a.rootKey)
	return err
}

func (a *authority) signIssuing(t directory.TenantID, now time.Time) (err error) {
	tmpl := authorityTemplate(t, "taxiway device management", now, issuingLife)
	tmpl.MaxPathLenZero = true
	a.issuing, err = sign(tmpl, a.root, &a.issKey.PublicKey, a.rootKey)
	return err
}

// authorityTemplate is for client authentication alone (RFC 5280, 4.2.1.12):
// PCs put the root into their machine's store, and must not trust a web site
// for it.
func authorityTemplate(t directory.TenantID, name string, now time.Time, life time.Duration) *x509.Certificate {
	return &x509.Certificate{
		Subject:   pkix.Name{CommonName: name, OrganizationalUnit: []string{string(t)}},
		NotBefore: now.Add(-authorityEarly), NotAfter: now.Add(life),
		IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
}

// sign gives the template a serial number and makes the certificate.
func sign(tmpl, parent *x509.Certificate, public *rsa.PublicKey, key *rsa.PrivateKey) (*x509.Certificate, error) {
	// 120 random bits (RFC 5280, 4.1.2.2: at most 20 octets).
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("make a serial number: %w", err)
	}
	tmpl.SerialNumber, tmpl.SignatureAlgorithm = serial, x509.SHA256WithRSA
	der, err := x509.CreateCertificate(rand.Reader, tmpl, parent, public, key)
	if err != nil {
		return nil, fmt.Errorf("sign %q: %w", tmpl.Subject.CommonName, err)
	}
	return x509.ParseCertificate(der)
}

// keys is the authority as stored.
func (a *authority) keys(now time.Time) (AuthorityKeys, error) {
	root, err := x509.MarshalPKCS8PrivateKey(a.rootKey)
	if err != nil {
		return AuthorityKeys{}, fmt.Errorf("encode the root's key: %w", err)
	}
	issuing, err := x509.MarshalPKCS8PrivateKey(a.issKey)
	if err != nil {
		return AuthorityKeys{}, fmt.Errorf("encode the issuing authority's key: %w", err)
	}
	return AuthorityKeys{Root: a.root.Raw, Issuing: a.issuing.Raw, RootKey: root, IssuingKey: issuing, CreatedAt: now}, nil
}

func parseAuthority(k *AuthorityKeys) (*authority, error) {
	var a authority
	var err, more error
	a.root, err = x509.ParseCertificate(k.Root)
	a.issuing, more = x509.ParseCertificate(k.Issuing)
	if err = errors.Join(err, more); err != nil {
		return nil, fmt.Errorf("parse the authority's certificates: %w", err)
	}
	if a.rootKey, err = parseKey(k.RootKey); err != nil {
		return nil, err
	}
	a.issKey, err = parseKey(k.IssuingKey)
	return &a, err
}

func parseKey(der []byte) (*rsa.PrivateKey, error) {
	any8, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("parse an authority's key: %w", err)
	}
	key, ok := any8.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("parse an authority's key: it is a %T", any8)
	}
	return key, nil
}
