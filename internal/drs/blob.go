package drs

import (
	"bytes"
	"crypto/rsa"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"math/big"
	"strings"

	"taxiway/internal/fault"
)

// Sizes of RSA moduli that are taken, in bits.
const (
	leastRSA = 2048
	mostRSA  = 4096
)

// parseTransportKey reads the key that session keys will be encrypted to: a
// BCRYPT_RSAKEY_BLOB as Windows sends it, or a JWK (RFC 7517).
func parseTransportKey(text string) (*rsa.PublicKey, error) {
	raw, ok := decodeBase64(text)
	if !ok || len(raw) == 0 {
		return nil, badKey("The transport key is not base64.")
	}
	if raw[0] == '{' {
		return parseJWK(raw)
	}
	return parseRSABlob(raw)
}

// parseRSABlob reads BCRYPT_RSAKEY_BLOB of bcrypt.h: magic "RSA1" for a public
// key, then five little-endian numbers (bits of the modulus, bytes of exponent
// and modulus, twice 0 for the primes), then exponent and modulus, big-endian.
func parseRSABlob(raw []byte) (*rsa.PublicKey, error) {
	const header = 24
	if len(raw) < header || !bytes.Equal(raw[:4], []byte("RSA1")) {
		return nil, badKey("The transport key is no RSA public key blob.")
	}
	field := func(n int) uint32 { return binary.LittleEndian.Uint32(raw[4+4*n:]) }
	bits, exponentLen, modulusLen := field(0), field(1), field(2)
	switch {
	case field(3) != 0 || field(4) != 0:
		return nil, badKey("The transport key blob holds primes: it is no public key.")
	case bits > mostRSA || exponentLen == 0 || exponentLen > 4 || modulusLen != bits/8 || bits%8 != 0:
		return nil, badKey("The lengths in the transport key blob do not fit.")
	case len(raw) != header+int(exponentLen)+int(modulusLen):
		return nil, badKey("The transport key blob is shorter or longer than it says.")
	}
	rest := raw[header:]
	return newRSA(new(big.Int).SetBytes(rest[exponentLen:]), new(big.Int).SetBytes(rest[:exponentLen]))
}

func parseJWK(raw []byte) (*rsa.PublicKey, error) {
	var jwk struct {
		Type     string  `json:"kty"`
		Modulus  string  `json:"n"`
		Exponent string  `json:"e"`
		Private  *string `json:"d"`
	}
	if err := json.Unmarshal(raw, &jwk); err != nil || jwk.Type != "RSA" {
		return nil, badKey("The transport key is no RSA key in JWK form.")
	}
	if jwk.Private != nil {
		return nil, badKey("The transport key is a private key, which must not leave the PC.")
	}
	n, err1 := base64.RawURLEncoding.DecodeString(strings.TrimRight(jwk.Modulus, "="))
	e, err2 := base64.RawURLEncoding.DecodeString(strings.TrimRight(jwk.Exponent, "="))
	if err1 != nil || err2 != nil || len(n) > mostRSA/8+1 || len(e) > 4 {
		return nil, badKey("The numbers of the JWK cannot be read.")
	}
	return newRSA(new(big.Int).SetBytes(n), new(big.Int).SetBytes(e))
}

func newRSA(n, e *big.Int) (*rsa.PublicKey, error) {
	if !e.IsInt64() || e.Int64() > 1<<31-1 {
		return nil, badKey("The exponent of the key is too large.")
	}
	key := &rsa.PublicKey{N: n, E: int(e.Int64())}
	if why := unfit(key); why != "" {
		return nil, badKey(why)
	}
	return key, nil
}

// unfit says why an RSA key is not taken, or "".
func unfit(k *rsa.PublicKey) string {
	switch bits := k.N.BitLen(); {
	case bits < leastRSA || bits > mostRSA:
		return "An RSA key of 2,048 to 4,096 bits is needed."
	case k.N.Bit(0) == 0 || k.E < 3 || k.E%2 == 0:
		return "The numbers are not those of an RSA key."
	}
	return ""
}

func badKey(message string) error {
	return fault.Field(fault.Invalid, "InvalidTransportKey", "TransportKey", message, "Send base64 of the public key as a BCRYPT_RSAKEY_BLOB (RSA1) or as a JWK, with 2,048 bits.")
}

// decodeBase64 takes standard base64 with or without line breaks, which some
// clients wrap after 64 characters. Bits that no encoder sets are refused, so
// that there is one text for each value.
func decodeBase64(text string) ([]byte, bool) {
	clean := strings.Map(func(c rune) rune {
		if c == '\r' || c == '\n' {
			return -1
		}
		return c
	}, text)
	raw, err := base64.StdEncoding.Strict().DecodeString(clean)
	return raw, err == nil
}
