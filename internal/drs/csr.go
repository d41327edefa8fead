package drs

import (
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"slices"
	"strings"

	"taxiway/internal/fault"
)

// goodSignatures are how a request may be signed; Go still verifies SHA-1 for
// certificate requests.
var goodSignatures = []x509.SignatureAlgorithm{
	x509.SHA256WithRSA, x509.SHA384WithRSA, x509.SHA512WithRSA, x509.SHA256WithRSAPSS, x509.SHA384WithRSAPSS, x509.SHA512WithRSAPSS,
}

// parseCSR reads a PKCS #10 request (RFC 2986) and checks that its sender holds
// the key. The subject and what else it asks for say nothing here: the
// directory chooses the subject (Windows always sends the same one).
func parseCSR(kind, data string) (*rsa.PublicKey, error) {
	if !strings.EqualFold(kind, "pkcs10") {
		return nil, badCSR("The certificate request is not of the type pkcs10.")
	}
	der, ok := decodeBase64(data)
	if !ok {
		return nil, badCSR("The certificate request is not base64.")
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, badCSR("The certificate request is no PKCS #10 request in DER.")
	}
	key, ok := request.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, badCSR("The certificate request is for a key that is not RSA.")
	}
	if why := unfit(key); why != "" {
		return nil, badCSR(why)
	}
	if !slices.Contains(goodSignatures, request.SignatureAlgorithm) {
		return nil, badCSR("The certificate request is not signed with SHA-256 or better.")
	}
	if request.CheckSignature() != nil {
		return nil, badCSR("The signature of the certificate request does not verify.")
	}
	return key, nil
}

func badCSR(message string) error {
	return fault.Field(fault.Invalid, "InvalidCertificateRequest", "CertificateRequest", message, "Send base64 of a PKCS #10 request for an RSA key of 2,048 bits, signed with SHA-256.")
}

// plainBase64 is how certificates are sent: clients add PEM lines themselves.
func plainBase64(der []byte) string { return base64.StdEncoding.EncodeToString(der) }
