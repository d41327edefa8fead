package wire

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
)

// The parts of a SignedData (RFC 5652, section 5), in the order of the standard.
type (
	cmsContent struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue
	}
	cmsAlgorithm struct {
		ID         asn1.ObjectIdentifier
		Parameters asn1.RawValue
	}
	cmsSigned struct {
		Version      int
		Digests      []cmsAlgorithm `asn1:"set"`
		Content      cmsContent
		Certificates asn1.RawValue
		Signers      []cmsSigner `asn1:"set"`
	}
	cmsSigner struct {
		Version   int
		Who       cmsIssuer
		Digest    cmsAlgorithm
		Signed    asn1.RawValue
		Algorithm cmsAlgorithm
		Signature []byte
	}
	cmsIssuer struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	cmsAttribute struct {
		Type  asn1.ObjectIdentifier
		Value []asn1.RawValue `asn1:"set"`
	}
)

// SignCMS signs content with a certificate's key and puts both into a PKCS #7
// message, as Windows asks for a renewal ("Certificate Renewal").
func SignCMS(content []byte, by *x509.Certificate, key *rsa.PrivateKey) ([]byte, error) {
	var (
		data       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
		signedData = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
		kind       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
		digest     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
		withSHA256 = cmsAlgorithm{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, asn1.NullRawValue}
		withRSA    = cmsAlgorithm{asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, asn1.NullRawValue}
	)
	sum := sha256.Sum256(content)
	kindValue, err := asn1.Marshal(data)
	if err != nil {
		return nil, fmt.Errorf("encode content type: %w", err)
	}
	digestValue, err := asn1.Marshal(sum[:])
	if err != nil {
		return nil, fmt.Errorf("encode digest: %w", err)
	}
	attributes, err := asn1.MarshalWithParams([]cmsAttribute{
		{kind, []asn1.RawValue{{FullBytes: kindValue}}}, {digest, []asn1.RawValue{{FullBytes: digestValue}}},
	}, "set")
	if err != nil {
		return nil, fmt.Errorf("encode signed attributes: %w", err)
	}
	sum = sha256.Sum256(attributes)
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		return nil, fmt.Errorf("sign: %w", err)
	}
	attributes[0] = 0xa0 // the set stands under [0] IMPLICIT
	octets, err := asn1.Marshal(content)
	if err != nil {
		return nil, fmt.Errorf("encode content: %w", err)
	}
	inside, err := asn1.Marshal(cmsSigned{
		Version: 1, Digests: []cmsAlgorithm{withSHA256},
		Content:      cmsContent{data, asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: octets}},
		Certificates: asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: by.Raw},
		Signers: []cmsSigner{{
			Version: 1, Who: cmsIssuer{asn1.RawValue{FullBytes: by.RawIssuer}, by.SerialNumber},
			Digest: withSHA256, Signed: asn1.RawValue{FullBytes: attributes}, Algorithm: withRSA, Signature: signature,
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("encode signed data: %w", err)
	}
	out, err := asn1.Marshal(cmsContent{signedData, asn1.RawValue{Class: asn1.ClassContextSpecific, IsCompound: true, Bytes: inside}})
	if err != nil {
		return nil, fmt.Errorf("encode message: %w", err)
	}
	return out, nil
}
