package machine

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"fmt"
	"io"

	"taxiway/internal/hwhash"
)

// What a TPM 2.0 has: an endorsement key of RSA 2048 with the exponent 65537
// (TCG EK Credential Profile, template L-1).
const (
	ekBits     = 2048
	ekExponent = 65537
)

// tpm is the chip with its endorsement key; the zero value is none.
type tpm struct{ key *rsa.PrivateKey }

// modulus is the key's as a hardware hash holds it, nil without a TPM.
func (t tpm) modulus() []byte {
	if t.key == nil {
		return nil
	}
	return t.key.N.FillBytes(make([]byte, ekBits/8))
}

// id names the chip: SHA-256 of its modulus, "" without one.
func (t tpm) id() string {
	if t.key == nil {
		return ""
	}
	sum := sha256.Sum256(t.modulus())
	return hex.EncodeToString(sum[:])
}

func (t tpm) pem() (string, error) {
	if t.key == nil {
		return "", nil
	}
	der, err := x509.MarshalPKCS8PrivateKey(t.key)
	if err != nil {
		return "", fmt.Errorf("write the endorsement key: %w", err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: keyBlock, Bytes: der})), nil
}

func readTPM(text string) (tpm, error) {
	if text == "" {
		return tpm{}, nil
	}
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return tpm{}, errors.New("its endorsement key is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return tpm{}, fmt.Errorf("its endorsement key: %w", err)
	}
	key, ok := parsed.(*rsa.PrivateKey)
	if !ok {
		return tpm{}, fmt.Errorf("its endorsement key is of the type %T", parsed)
	}
	return tpm{key}, checkEK(key)
}

func checkEK(key *rsa.PrivateKey) error {
	if key.N.BitLen() != ekBits || key.E != ekExponent {
		return fmt.Errorf("its endorsement key has %d bits and the exponent %d, not %d and %d", key.N.BitLen(), key.E, ekBits, ekExponent)
	}
	return nil
}

// putTPM builds a TPM in; without a key it makes one.
func (m *Machine) putTPM(model *Model, key *rsa.PrivateKey, random io.Reader) error {
	if key == nil {
		made, err := rsa.GenerateKey(rand.Reader, ekBits)
		if err != nil {
			return fmt.Errorf("make the endorsement key: %w", err)
		}
		key = made
	}
	if err := checkEK(key); err != nil {
		return &Error{Code: CodeHardware, Message: "The TPM cannot hold this key: " + err.Error() + ".", Remedy: "Give an RSA key of 2048 bits.", Err: err}
	}
	text, err := pattern("DDDDD").draw(random)
	if err != nil {
		return err
	}
	var firmware uint32
	for _, digit := range text {
		firmware = firmware*10 + uint32(digit-'0') //nolint:gosec // a digit
	}
	m.tpm, m.HasTPM = tpm{key}, true
	m.Hardware.EKModulus = m.tpm.modulus()
	m.Hardware.TPMVersion = hwhash.TPMText(model.tpm, 7<<16, firmware)
	return nil
}

// Decrypt opens what was encrypted to this PC's endorsement key with RSA-OAEP
// and SHA-256: how the PC proves that it is the one in its hardware hash.
// CodeNoTPM without a TPM, CodeTPM when the box was meant for another.
func (m *Machine) Decrypt(box []byte) ([]byte, error) {
	if m.tpm.key == nil {
		return nil, &Error{Code: CodeNoTPM, Message: "The PC has no TPM to prove itself with.", Remedy: "Build a TPM in, or allow PCs without one."}
	}
	out, err := rsa.DecryptOAEP(sha256.New(), nil, m.tpm.key, box, nil)
	if err != nil {
		return nil, &Error{Code: CodeTPM, Message: "The TPM cannot decrypt the challenge: it was meant for another PC.", Remedy: "Register the hardware hash that the PC has today.", Err: err}
	}
	return out, nil
}
