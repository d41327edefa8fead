package directory

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // Windows names certificates by it; nothing is trusted for it
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// DeviceAuthority certifies PCs that join. Its key is kept in the KeyStore,
// sealed, and is the same in every process. Nobody but this server trusts it.
type DeviceAuthority struct {
	cert  *x509.Certificate
	key   *ecdsa.PrivateKey
	store JoinReader
	clock Clock
}

// Lives of the authority and of what it signs. As with Entra a device
// certificate is good for ten years: which PC may come in is decided by its
// device object at every request, not by a date.
const (
	deviceAuthorityLife   = 30 * 365 * 24 * time.Hour
	deviceCertificateLife = 10 * 365 * 24 * time.Hour
	// deviceCertificateEarly allows for a PC whose clock is behind.
	deviceCertificateEarly = 5 * time.Minute
)

const (
	certificateBlock = "CERTIFICATE"
	privateBlock     = "EC PRIVATE KEY"
)

// OpenDeviceAuthority loads the authority, making it at first need.
func OpenDeviceAuthority(ctx context.Context, keys KeyStore, store JoinReader, clock Clock) (*DeviceAuthority, error) {
	fresh, err := newDeviceAuthority(clock.Real())
	if err != nil {
		return nil, err
	}
	stored, err := keys.Secret(ctx, "device-authority", fresh)
	if err != nil {
		return nil, fmt.Errorf("read the device authority: %w", err)
	}
	a := &DeviceAuthority{store: store, clock: clock}
	for block, rest := pem.Decode(stored); block != nil; block, rest = pem.Decode(rest) {
		switch block.Type {
		case certificateBlock:
			a.cert, err = x509.ParseCertificate(block.Bytes)
		case privateBlock:
			a.key, err = x509.ParseECPrivateKey(block.Bytes)
		}
		if err != nil {
			return nil, fmt.Errorf("parse the device authority: %w", err)
		}
	}
	if a.cert == nil || a.key == nil {
		return nil, errors.New("parse the device authority: certificate or key is missing")
	}
	return a, nil
}

func newDeviceAuthority(now time.Time) ([]byte, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make the device authority's key: %w", err)
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	tmpl := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: "MS-Organization-Access", Organization: []string{"taxiway"}},
		NotBefore: now.Add(-time.Hour), NotAfter: now.Add(deviceAuthorityLife),
		IsCA: true, BasicConstraintsValid: true, MaxPathLenZero: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("sign the device authority: %w", err)
	}
	private, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("encode the device authority's key: %w", err)
	}
	var out bytes.Buffer
	if err := errors.Join(pem.Encode(&out, &pem.Block{Type: certificateBlock, Bytes: der}), pem.Encode(&out, &pem.Block{Type: privateBlock, Bytes: private})); err != nil {
		return nil, fmt.Errorf("encode the device authority: %w", err)
	}
	return out.Bytes(), nil
}

// newSerial is 120 random bits (RFC 5280, 4.1.2.2: at most 20 octets).
func newSerial() (*big.Int, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))
	if err != nil {
		return nil, fmt.Errorf("make a serial number: %w", err)
	}
	return serial, nil
}

// Subject is what a device certificate says.
type Subject struct {
	Tenant TenantID
	Device DeviceID
	User   ObjectID
	Type   JoinType
}

// Certify signs a certificate whose subject is exactly CN=<device id>: clients
// take the first attribute they find for the device id. transport is the
// public key that session keys will be encrypted to.
func (a *DeviceAuthority) Certify(s Subject, public, transport *rsa.PublicKey) (DeviceCertificate, []byte, error) {
	serial, err := newSerial()
	if err != nil {
		return DeviceCertificate{}, nil, err
	}
	extensions, err := s.extensions()
	if err != nil {
		return DeviceCertificate{}, nil, err
	}
	now := a.clock.Real()
	tmpl := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: string(s.Device)},
		NotBefore: now.Add(-deviceCertificateEarly), NotAfter: now.Add(deviceCertificateLife),
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true, ExtraExtensions: extensions,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, public, a.key)
	if err != nil {
		return DeviceCertificate{}, nil, fmt.Errorf("sign a device certificate: %w", err)
	}
	keyDER, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return DeviceCertificate{}, nil, fmt.Errorf("encode the device's key: %w", err)
	}
	transportDER, err := x509.MarshalPKIXPublicKey(transport)
	if err != nil {
		return DeviceCertificate{}, nil, fmt.Errorf("encode the transport key: %w", err)
	}
	thumbprint, sum, keyID := sha1.Sum(der), sha256.Sum256(der), sha256.Sum256(keyDER) //nolint:gosec // a name, as above
	return DeviceCertificate{
		DeviceID: s.Device, SHA256: sum[:], SHA1: thumbprint[:], Serial: hex.EncodeToString(serial.Bytes()), KeyID: keyID[:], TransportKey: transportDER,
		NotBefore: tmpl.NotBefore, NotAfter: tmpl.NotAfter,
	}, der, nil
}

// Thumbprint is the SHA-1 as Windows writes it.
func (c *DeviceCertificate) Thumbprint() string { return strings.ToUpper(hex.EncodeToString(c.SHA1)) }
