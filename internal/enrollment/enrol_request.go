package enrollment

import (
	"context"
	"crypto/x509"

	"taxiway/internal/directory"
)

// EnrolRequest is a PC that wants to be managed. Everything from WireID on is
// what it says of itself: none of it proves anything.
type EnrolRequest struct {
	Tenant directory.TenantID
	// User has proved who they are; empty for KindBulk alone.
	User  directory.ObjectID
	UPN   string
	Proof Proof
	// Kind is how the PC comes in. For a PC that signed in with its device
	// object that object's trust type decides, unless it is KindBulk.
	Kind Kind
	// EntraDevice is the device of a verified token of this directory: which
	// PC this is for sure.
	EntraDevice directory.DeviceID
	CSR         *x509.CertificateRequest

	WireID       string // DeviceID
	HardwareID   string // HWDevID
	Name         string
	OSVersion    string
	OSEdition    string
	Manufacturer string
	Model        string
	Serial       string
	Machine      bool   // EnrollmentType is Device
	InOOBE       bool   // NotInOobe is false
	ZTDID        string // ZeroTouchProvisioning: the registration it believes to be
	Correlator   string // OfflineAutoPilotEnrollmentCorrelator
	Data         string // EnrollmentData: what the terms page gave it
	MACs         []string
}

// Basis is what the enrolments of a tenant begin with.
type Basis struct {
	Settings  Settings
	MDM, MAM  directory.MobilityPolicy // the default ones when none were written
	Authority *AuthorityKeys           // nil before the first PC
}

// Enrolled is what a PC is provisioned with. Certificates are in DER; nonces
// are base64.
type Enrolled struct {
	Device                                Device
	Root, Issuing, Leaf                   []byte
	ClientName, ClientSecret, ClientNonce string
	ServerName, ServerSecret, ServerNonce string
	Poll                                  Poll
}

// EnrolmentHearer is a [CommandOwner] that also hears of enrolments, in their
// transaction and before the device is stored: what it changes of d is stored.
// again tells that the PC was enrolled before; its open commands are cancelled
// and its states forgotten by then.
type EnrolmentHearer interface {
	Enrolled(ctx context.Context, tx Tx, t directory.TenantID, d *Device, again bool) error
}
