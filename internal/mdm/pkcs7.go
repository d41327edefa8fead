package mdm

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	_ "crypto/sha256" // the digests that are taken
	_ "crypto/sha512"
	"crypto/subtle"
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"math/big"
)

// The parts of a signed message that are read (RFC 5652 section 5): version 1
// of SignedData is what Windows writes.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,tag:0"`
	}
	signedData struct {
		Version      int
		Digests      asn1.RawValue
		Inside       innerContent
		Certificates asn1.RawValue `asn1:"optional,tag:0"`
		CRLs         asn1.RawValue `asn1:"optional,tag:1"`
		Signers      []signerInfo  `asn1:"set"`
	}
	innerContent struct {
		Type    asn1.ObjectIdentifier
		Content asn1.RawValue `asn1:"explicit,optional,tag:0"`
	}
	signerInfo struct {
		Version    int
		Signer     issuerAndSerial
		Digest     algorithm
		Attributes asn1.RawValue `asn1:"optional,tag:0"`
		Algorithm  algorithm
		Signature  []byte
		Unsigned   asn1.RawValue `asn1:"optional,tag:1"`
	}
	issuerAndSerial struct {
		Issuer asn1.RawValue
		Serial *big.Int
	}
	algorithm struct {
		ID         asn1.ObjectIdentifier
		Parameters asn1.RawValue `asn1:"optional"`
	}
	attribute struct {
		Type   asn1.ObjectIdentifier
		Values []asn1.RawValue `asn1:"set"`
	}
)

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
)

// digestOf is the digest of an algorithm's id, of the digest itself or of an
// RSA signature with it; 0 for any other. SHA-1 is not taken.
func digestOf(id asn1.ObjectIdentifier) crypto.Hash {
	switch id.String() {
	case "2.16.840.1.101.3.4.2.1", "1.2.840.113549.1.1.11":
		return crypto.SHA256
	case "2.16.840.1.101.3.4.2.2", "1.2.840.113549.1.1.12":
		return crypto.SHA384
	case "2.16.840.1.101.3.4.2.3", "1.2.840.113549.1.1.13":
		return crypto.SHA512
	}
	return 0
}

var oidRSA = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}

// Why a signed message is refused.
var (
	errNotSigned  = errors.New("it is no signed message in DER")
	errSigners    = errors.New("it has not exactly one signer")
	errOther      = errors.New("its signer is another certificate")
	errAlgorithm  = errors.New("its signature is not RSA with SHA-256 or better")
	errAttributes = errors.New("its signed attributes do not belong to its content")
	errSignature  = errors.New("its signature does not verify")
)

// openSigned returns the content of a PKCS #7 message that the key of this
// certificate signed. Certificates inside the message are not looked at: who
// signs is known from the connection.
func openSigned(der []byte, by *x509.Certificate) ([]byte, error) {
	var outer contentInfo
	if rest, err := asn1.Unmarshal(der, &outer); err != nil || len(rest) > 0 || !outer.Type.Equal(oidSignedData) {
		return nil, errNotSigned
	}
	var data signedData
	if rest, err := asn1.Unmarshal(outer.Content.Bytes, &data); err != nil || len(rest) > 0 {
		return nil, errNotSigned
	}
	var content []byte
	if rest, err := asn1.Unmarshal(data.Inside.Content.Bytes, &content); err != nil || len(rest) > 0 || !data.Inside.Type.Equal(oidData) {
		return nil, errNotSigned
	}
	if len(data.Signers) != 1 {
		return nil, errSigners
	}
	s := &data.Signers[0]
	if s.Signer.Serial == nil || s.Signer.Serial.Cmp(by.SerialNumber) != 0 || !bytes.Equal(s.Signer.Issuer.FullBytes, by.RawIssuer) {
		return nil, errOther
	}
	return content, s.verify(data.Inside.Type, content, by)
}

func (s *signerInfo) verify(kind asn1.ObjectIdentifier, content []byte, by *x509.Certificate) error {
	key, ok := by.PublicKey.(*rsa.PublicKey)
	digest := digestOf(s.Digest.ID)
	if !ok || digest == 0 || !s.Algorithm.ID.Equal(oidRSA) && digestOf(s.Algorithm.ID) != digest {
		return errAlgorithm
	}
	signed := content
	if len(s.Attributes.FullBytes) > 0 {
		if !s.describes(kind, sum(digest, content)) {
			return errAttributes
		}
		// What is signed is the set itself, not the tag it stands under (RFC
		// 5652 section 5.4).
		signed = bytes.Clone(s.Attributes.FullBytes)
		signed[0] = asn1.TagSet | 0x20
	}
	if rsa.VerifyPKCS1v15(key, digest, sum(digest, signed), s.Signature) != nil {
		return errSignature
	}
	return nil
}

// describes reports whether the signed attributes name this content's type and
// digest, once each (RFC 5652 section 11).
func (s *signerInfo) describes(kind asn1.ObjectIdentifier, digest []byte) bool {
	var types, digests int
	for rest := s.Attributes.Bytes; len(rest) > 0; {
		var a attribute
		var err error
		if rest, err = asn1.Unmarshal(rest, &a); err != nil || len(a.Values) == 0 {
			return false
		}
		switch {
		case a.Type.Equal(oidContentType):
			var named asn1.ObjectIdentifier
			if _, err := asn1.Unmarshal(a.Values[0].FullBytes, &named); err != nil || !named.Equal(kind) {
				return false
			}
			types++
		case a.Type.Equal(oidMessageDigest):
			var named []byte
			if _, err := asn1.Unmarshal(a.Values[0].FullBytes, &named); err != nil || subtle.ConstantTimeCompare(named, digest) != 1 {
				return false
			}
			digests++
		}
	}
	return types == 1 && digests == 1
}

func sum(h crypto.Hash, data []byte) []byte {
	d := h.New()
	d.Write(data) // never fails
	return d.Sum(nil)
}
