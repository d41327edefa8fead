package wire

import (
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"

	"taxiway/internal/wapdoc"
)

// Enrolment is what the server planted, as the PC keeps it. It marshals to JSON
// and holds secrets: keep it as a key.
type Enrolment struct {
	wapdoc.Enrolment

	DeviceID  string // the PC's name in sessions
	Discovery string // address that the enrolment began at
}

// Certificate is the PC's certificate of the management.
func (e *Enrolment) Certificate() (*x509.Certificate, error) {
	leaf, err := x509.ParseCertificate(e.Client)
	if err != nil {
		return nil, fmt.Errorf("parse the certificate of an enrolment: %w", err)
	}
	return leaf, nil
}

// take reads the provisioning document and makes the checks that Windows makes.
func take(document *wapdoc.Document, r *EnrolRequest) (*Enrolment, *Identity, error) {
	read, err := wapdoc.Read(document)
	if err != nil {
		return nil, nil, trouble(StepCertificate, CodeProvision, "The provisioning document is one that Windows refuses.", nextServer).because(err)
	}
	leaf, p := verify(StepCertificate, read.Client, r.Key, read.Root, read.Intermediate)
	if p != nil {
		return nil, nil, p
	}
	want := wapdoc.StoreSystem
	if r.Personal {
		want = wapdoc.StoreUser
	}
	refuse := func(message string) (*Enrolment, *Identity, error) {
		return nil, nil, trouble(StepCertificate, CodeProvision, message, nextServer)
	}
	switch {
	case read.Store != want:
		return refuse("The certificate is for the store " + string(read.Store) + ", and this enrolment is for " + string(want) + ".")
	case len(read.ClientAuth.Nonce) == 0 || len(read.ServerAuth.Nonce) == 0:
		return refuse("A credential of the management has no nonce, and Windows makes no account then.")
	case read.ClientAuth.Secret == read.ServerAuth.Secret:
		return refuse("The server and the PC were given one secret for both.")
	}
	if _, p := secure(StepCertificate, read.Address); p != nil {
		return nil, nil, p
	}
	return &Enrolment{*read, r.Facts.DeviceID, r.At}, &Identity{leaf, r.Key}, nil
}

// verify checks a certificate that was issued for a key, up to the root that
// came with it. That root is trusted for nothing but this.
func verify(step Step, der []byte, key *rsa.PrivateKey, root, intermediate []byte) (*x509.Certificate, *Problem) {
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, trouble(step, CodeCertificate, "The certificate that came cannot be read.", nextServer).because(err)
	}
	if own, ok := leaf.PublicKey.(*rsa.PublicKey); !ok || !own.Equal(&key.PublicKey) {
		return nil, trouble(step, CodeOtherKey, "The certificate that came is not for the key that this PC made.", nextServer)
	}
	options := x509.VerifyOptions{
		Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		CurrentTime: leaf.NotBefore, // the PC's clock may be behind the server's
	}
	if err = errors.Join(addTo(options.Roots, root), addTo(options.Intermediates, intermediate)); err == nil {
		_, err = leaf.Verify(options)
	}
	if err != nil {
		return nil, trouble(step, CodeCertificate, "The certificate that came was not issued by the authority that came with it.", nextServer).because(err)
	}
	return leaf, nil
}

func addTo(pool *x509.CertPool, der []byte) error {
	if len(der) == 0 {
		return nil
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return fmt.Errorf("parse an authority: %w", err)
	}
	pool.AddCert(c)
	return nil
}
