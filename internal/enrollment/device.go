package enrollment

import (
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// DeviceID is a managed device's id, a GUID: Graph's managedDevice.id and the
// EntDMID that the PC keeps. It is neither the Entra device id nor the DeviceID
// of the OMA-DM messages.
type DeviceID string

// Kind is how the PC came in (Graph: deviceEnrollmentType).
type Kind string

// The kinds this server enrols, by Graph's words.
const (
	KindUser      Kind = "userEnrollment"        // by hand: settings, deep link
	KindEntraJoin Kind = "windowsAzureADJoin"    // Entra join out of the box or from settings
	KindAutomatic Kind = "windowsAutoEnrollment" // a work account was added and the scope enrols
	KindBulk      Kind = "windowsBulkUserless"   // provisioning package
	KindUnknown   Kind = "unknown"
)

// Proof is what the PC enrolled with.
type Proof string

// The authentications of [MS-MDE2]; ProofEntra is a token of this server or of
// a configured Entra tenant, ProofFederated this server's own web login.
const (
	ProofEntra       Proof = "entra"
	ProofFederated   Proof = "federated"
	ProofOnPremise   Proof = "onPremise"
	ProofCertificate Proof = "certificate"
)

// Owner is whose the PC is (Graph: managedDeviceOwnerType).
type Owner string

// A PC registered with Windows Autopilot is the company's.
const (
	OwnerUnknown  Owner = "unknown"
	OwnerCompany  Owner = "company"
	OwnerPersonal Owner = "personal"
)

// Management is where a device stands (Graph: managementState).
type Management string

// The states; only Managed, RetirePending and WipePending may check in.
const (
	Managed       Management = "managed"
	RetirePending Management = "retirePending"
	RetireIssued  Management = "retireIssued"
	WipePending   Management = "wipePending"
	WipeIssued    Management = "wipeIssued"
	Unenrolled    Management = "discovered" // it has left; the row tells how it was
)

// Live reports whether the PC may still check in.
func (m Management) Live() bool { return m != Unenrolled }

// Device is a managed device: one enrolment of one PC. A PC that enrols again
// keeps its row when the directory device or the hardware is the same.
type Device struct {
	ID         DeviceID
	Object     directory.ObjectID // the device object; empty for a PC that is in no directory
	EntraID    directory.DeviceID
	User       directory.ObjectID // who enrolled it; empty for userless enrolments
	UPN        string
	UserName   string
	Registered autopilot.DeviceID // its Autopilot registration
	Profile    string             // name of the deployment profile it was enrolled under
	Kind       Kind
	Proof      Proof
	Owner      Owner
	State      Management

	Name         string
	SerialNumber string
	Manufacturer string
	Model        string
	OSVersion    string
	Inventory    map[string]string // everything else the PC told, by LocURI

	// WireID is the DeviceID the PC calls itself in OMA-DM: opaque text.
	WireID string
	// HardwareID is the HWDevID of its enrolment: finds the PC again, proves nothing.
	HardwareID string
	// Machine: the certificate is in the machine's store (EnrollmentType Device).
	Machine bool
	// InOOBE: the PC enrolled before its first desktop.
	InOOBE bool
	// Correlator is the ZtdCorrelationId of an AutopilotConfigurationFile.json.
	Correlator string

	// Nonce is the next one of the digest authentication, SawCertificate that a
	// check-in once proved itself by certificate: digest never counts again.
	Nonce          string
	SawCertificate bool

	// ESP is how far the Enrollment Status Page is; nil when it is not shown.
	ESP *ESPProgress

	EnrolledAt time.Time // the tenant's clock, as LastSync
	LastSync   time.Time // zero: never
	CertEnds   time.Time
	Version    int64 // grows with every change a client can see; the ETag
}
