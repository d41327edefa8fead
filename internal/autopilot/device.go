package autopilot

import (
	"time"

	"taxiway/internal/directory"
)

// DeviceID is the registration id, a GUID: Graph's
// windowsAutopilotDeviceIdentity.id and the value behind [ZTDId].
type DeviceID string

// ProfileID is a deployment profile's id, a GUID.
type ProfileID string

// ImportID is an import row's id, a GUID.
type ImportID string

// AssignmentStatus is Graph's deploymentProfileAssignmentStatus.
type AssignmentStatus string

// The values this server gives. The misspelt one is Graph's own.
const (
	StatusUnknown            AssignmentStatus = "unknown"
	StatusAssignedInSync     AssignmentStatus = "assignedInSync"
	StatusAssignedOutOfSync  AssignmentStatus = "assignedOutOfSync"
	StatusAssignedUnkownSync AssignmentStatus = "assignedUnkownSyncState"
	StatusNotAssigned        AssignmentStatus = "notAssigned"
	StatusPending            AssignmentStatus = "pending"
	StatusFailed             AssignmentStatus = "failed"
)

// AssignmentDetail is Graph's deploymentProfileAssignmentDetailedStatus.
type AssignmentDetail string

// Why a profile that was meant for a device does not fit its kind.
const (
	DetailNone                    AssignmentDetail = "none"
	DetailHardwareRequirements    AssignmentDetail = "hardwareRequirementsNotMet"
	DetailSurfaceHubUnsupported   AssignmentDetail = "surfaceHubProfileNotSupported"
	DetailHoloLensUnsupported     AssignmentDetail = "holoLensProfileNotSupported"
	DetailWindowsPCUnsupported    AssignmentDetail = "windowsPcProfileNotSupported"
	DetailSurfaceHub2SUnsupported AssignmentDetail = "surfaceHub2SProfileNotSupported"
)

// RemediationState is Graph's remediationState.
type RemediationState string

// Automatic is the portal's Fix pending, manual its Attention required.
const (
	RemediationUnknown   RemediationState = "unknown"
	RemediationNone      RemediationState = "noRemediationRequired"
	RemediationAutomatic RemediationState = "automaticRemediationRequired"
	RemediationManual    RemediationState = "manualRemediationRequired"
)

// EnrollmentState is Graph's enrollmentState.
type EnrollmentState string

// The states of a registration's managed device.
const (
	EnrollmentUnknown      EnrollmentState = "unknown"
	EnrollmentEnrolled     EnrollmentState = "enrolled"
	EnrollmentPendingReset EnrollmentState = "pendingReset"
	EnrollmentFailed       EnrollmentState = "failed"
	EnrollmentNotContacted EnrollmentState = "notContacted"
	EnrollmentBlocked      EnrollmentState = "blocked"
)

// DeviceType is Graph's windowsAutopilotDeviceType.
type DeviceType string

// The kinds of device a profile may be for.
const (
	TypeWindowsPC      DeviceType = "windowsPc"
	TypeHoloLens       DeviceType = "holoLens"
	TypeSurfaceHub2    DeviceType = "surfaceHub2"
	TypeSurfaceHub2S   DeviceType = "surfaceHub2S"
	TypeVirtualMachine DeviceType = "virtualMachine"
)

// Device is a registered device: the one read model that lists, single reads,
// the command line and every report show.
type Device struct {
	ID            DeviceID
	SerialNumber  string
	Manufacturer  string
	Model         string
	ProductKey    string
	SKUNumber     string
	SystemFamily  string
	GroupTag      string
	PurchaseOrder string
	Type          DeviceType

	Object          directory.ObjectID // the device object, anchor of group membership
	EntraDeviceID   directory.DeviceID
	ManagedDeviceID string // empty until enrolled

	UserPrincipalName   string // assigned user
	AddressableUserName string
	DisplayName         string // overrides the profile's name template

	Enrollment  EnrollmentState
	LastContact time.Time // zero: never

	// Status is StatusPending while a mark or an open fill concerns the
	// device, else what was decided last; the store computes it, one
	// expression for every reader, filter and sort.
	Status      AssignmentStatus
	Decided     AssignmentStatus // what was decided last, never pending
	Detail      AssignmentDetail
	Profile     ProfileID // decided profile; empty when none
	ProfileName string    // read only, joined
	// ProfileGone: the decided profile was deleted and the device has not
	// been decided again yet (809).
	ProfileGone bool
	// ByDefault: the profile came from All devices, not from a group.
	ByDefault bool
	// AssignedAt is "Date assigned", on the tenant's clock; zero when none.
	AssignedAt    time.Time
	Remediation   RemediationState
	RemediationAt time.Time
	EvalVersion   int64 // configuration version of the decision
	Chain         int   // see directory.Mark.Chain
	CreatedAt     time.Time
	Version       int64 // grows with every change a client can see; the ETag
}

// ProfileStatus is the tutorial's word for the device's Profile status.
type ProfileStatus string

// The tutorial's five statuses.
const (
	NotAssigned       ProfileStatus = "Not assigned"
	Assigning         ProfileStatus = "Assigning"
	AssignedStatus    ProfileStatus = "Assigned"
	FixPending        ProfileStatus = "Fix pending"
	AttentionRequired ProfileStatus = "Attention required"
)

// FixPendingMessage is what the Fix pending link shows, word for word as the
// tutorial has it.
const FixPendingMessage = "We've detected a hardware change on this device. We're trying to automatically register the new hardware. You don't need to do anything now; the status will be updated at the next check in with the result."

// ProfileStatus is what the Profile status column shows. It is the only place
// that turns states into the tutorial's words.
func (d *Device) ProfileStatus() ProfileStatus {
	switch d.Remediation {
	case RemediationAutomatic:
		return FixPending
	case RemediationManual:
		return AttentionRequired
	case RemediationUnknown, RemediationNone:
	}
	switch d.Status {
	case StatusPending:
		return Assigning
	case StatusAssignedInSync, StatusAssignedOutOfSync, StatusAssignedUnkownSync:
		return AssignedStatus
	default:
		return NotAssigned
	}
}

// Ready reports the tutorial's three checks before a deployment: the status is
// Assigned, Date assigned has a value, and a profile is shown.
func (d *Device) Ready() bool {
	return d.ProfileStatus() == AssignedStatus && !d.AssignedAt.IsZero() && d.Profile != "" && !d.ProfileGone
}
