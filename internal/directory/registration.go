package directory

import "time"

// JoinType is how a PC comes into the directory; the numbers are those of the
// join request ([MS-DVRJ] 3.1.5.1.1.1 and Entra's protocol).
type JoinType int

// JoinEntra makes the PC the organisation's, JoinRegister keeps it a person's
// own that is only known ("add a work account").
const (
	JoinEntra    JoinType = 0
	JoinRegister JoinType = 4
)

// Trust types and profile type of a device object (Graph: device.trustType,
// device.profileType).
const (
	TrustEntra        = "AzureAd"
	TrustWorkplace    = "Workplace"
	ProfileRegistered = "RegisteredDevice"
)

// Joined reports whether the PC came into the directory by itself: it has joined
// or registered, not only been imported.
func (d *Device) Joined() bool { return !d.RegisteredAt.IsZero() }

// PersonRole is what a person is to a device object.
type PersonRole string

// Who joins a PC is both. The owner's devices count against the quota.
const (
	DeviceOwner PersonRole = "registeredOwner"
	DeviceUser  PersonRole = "registeredUser"
)

// DeviceCertificate is what a joined PC proves itself with.
type DeviceCertificate struct {
	Object       ObjectID
	DeviceID     DeviceID // its subject: CN=<device id>
	SHA256       []byte   // of the DER
	SHA1         []byte   // the thumbprint Windows shows
	Serial       string   // hexadecimal
	KeyID        []byte   // SHA-256 of the certified public key (SubjectPublicKeyInfo)
	TransportKey []byte   // public key for session keys, SubjectPublicKeyInfo in DER
	NotBefore    time.Time
	NotAfter     time.Time
	CreatedAt    time.Time
	RevokedAt    time.Time // zero while it is good
}

// Once is a value that may be used one time in all processes: the digest of a
// nonce or a ticket. It may be forgotten after Expires.
type Once struct {
	Value   []byte
	Expires time.Time
}
