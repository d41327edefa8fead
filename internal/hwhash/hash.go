package hwhash

import (
	"bytes"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"math/big"
	"strings"
	"time"
)

// Hash is a decoded hardware hash. Texts are trimmed and free of control
// characters; Raw has them as they came.
type Hash struct {
	Hardware

	Created   time.Time     // when it was collected, UTC
	UTCOffset time.Duration // the machine's time zone then, in steps of 15 minutes; some tools write 30 hours

	// OfflineDeviceID names the device without the network: SHA-256 of the
	// endorsement key's modulus when its type is OfflineIDTPM.
	OfflineDeviceID     []byte
	OfflineDeviceIDType uint16

	Unknown  []Record // records of a type or shape this package does not know
	Warnings []string // what was repaired or odd, for people

	raw      []byte
	repaired bool // the text was not plain padded base64
}

// What OfflineDeviceIDType may say.
const (
	OfflineIDTPM  uint16 = 1
	OfflineIDUEFI uint16 = 2
)

// Record is one record as it stands in the hash.
type Record struct {
	Type, Flags uint8
	Offset      int // of its type byte in the decoded hash
	Payload     []byte
}

// Raw is a copy of the decoded bytes the hash was read from.
func (h *Hash) Raw() []byte { return bytes.Clone(h.raw) }

// Text is the hash as padded base64, the form every Windows tool accepts. It
// differs from the text that was parsed only if that needed repair.
func (h *Hash) Text() string { return base64.StdEncoding.EncodeToString(h.raw) }

// EKKey is SHA-256 of the endorsement key's modulus: the strongest name of a
// machine, and short enough for an index. ok is false without a TPM and for a
// modulus of zeros, which broken firmware gives to many machines.
func (h *Hash) EKKey() (key [32]byte, ok bool) {
	if len(bytes.Trim(h.EKModulus, "\x00")) == 0 {
		return key, false
	}
	return sha256.Sum256(h.EKModulus), true
}

// EKPublic is the TPM's endorsement key, to encrypt a challenge only this
// machine can answer. ok is false without a TPM and for a modulus no RSA key
// of 2048 bits or more can have. The hash has no exponent; TPM 2.0 Part 3
// fixes the default of 65537.
func (h *Hash) EKPublic() (key *rsa.PublicKey, ok bool) {
	n := new(big.Int).SetBytes(h.EKModulus)
	if n.BitLen() < 2048 || n.BitLen() > 4096 || n.Bit(0) == 0 {
		return nil, false
	}
	return &rsa.PublicKey{N: n, E: 65537}, true
}

// FirmwareKey joins SMBIOS UUID and serial, the name of a machine when there
// is no endorsement key. ok is false if either is missing or is one of the
// values that firmware ships unset and that many machines therefore share.
func (h *Hash) FirmwareKey() (key string, ok bool) {
	serial := fold(h.SystemSerial)
	if sharedUUID[h.SMBIOSUUID] || sharedSerial[serial] {
		return "", false
	}
	return h.SMBIOSUUID + "/" + serial, true
}

// sharedUUID and sharedSerial are what firmware says when the maker set
// nothing (SMBIOS 3.7, 7.2.1 for the first two UUIDs; the rest are the
// firmware vendors' samples).
var (
	sharedUUID = map[string]bool{
		"":                                     true,
		"00000000-0000-0000-0000-000000000000": true,
		"ffffffff-ffff-ffff-ffff-ffffffffffff": true,
		"03000200-0400-0500-0006-000700080009": true,
		"00020003-0004-0005-0006-000700080009": true,
	}
	sharedSerial = map[string]bool{
		"": true, "0": true, "none": true, "n/a": true, "default string": true, "system serial number": true,
		"to be filled by o.e.m.": true, "not specified": true, "not applicable": true, "unknown": true, "invalid": true,
		"0123456789": true, "123456789": true, "1234567890": true,
	}
)

// fold makes texts comparable: trimmed and without case.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }
