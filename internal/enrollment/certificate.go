package enrollment

import (
	"time"

	"taxiway/internal/directory"
)

// Certificate is one that a PC got at enrolment or renewal. Its SAN names the
// tenant and the managed device, so that a check-in reads one row by key.
type Certificate struct {
	Device    DeviceID
	SHA256    []byte // of the DER
	Serial    string // hexadecimal
	KeyID     []byte // SHA-256 of the public key (SubjectPublicKeyInfo)
	NotBefore time.Time
	NotAfter  time.Time
	CreatedAt time.Time
	SeenAt    time.Time // when the PC first showed it; zero before
	RevokedAt time.Time // zero while it is good
}

// Holder is the managed device of a certificate, as far as the proof of who it
// is needs it.
type Holder struct {
	ID     DeviceID
	Object directory.ObjectID
	Name   string
	State  Management
	// Barred: an administrator disabled the device object.
	Barred bool
}

// AuthorityKeys is a tenant's certificate authority: certificates in DER, and
// both private keys as PKCS #8, which the store seals.
type AuthorityKeys struct {
	Root, Issuing       []byte
	RootKey, IssuingKey []byte
	CreatedAt           time.Time
}
