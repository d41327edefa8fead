package enrollment

import (
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// DeploymentID is one try of one PC to get to the desktop.
type DeploymentID string

// EventKind is a step of a deployment.
type EventKind string

// The steps, in the order in which they happen.
const (
	EventRegistered    EventKind = "registered"
	EventProfileChosen EventKind = "profileChosen"
	EventDownloaded    EventKind = "profileDownloaded"
	EventSignedIn      EventKind = "signedIn"
	EventJoined        EventKind = "joined"
	EventEnrolled      EventKind = "enrolled"
	EventRefused       EventKind = "refused" // join or enrolment
	EventPhaseBegan    EventKind = "phaseBegan"
	EventWaiting       EventKind = "waiting" // who waits for what until when
	EventInstalled     EventKind = "installed"
	EventPhaseEnded    EventKind = "phaseEnded"
	EventDesktop       EventKind = "desktop"
	EventFailed        EventKind = "failed"
	EventHardware      EventKind = "hardwareChanged"
	EventLeft          EventKind = "unenrolled"
)

// Phase is a part of the Enrollment Status Page.
type Phase string

// The phases, in the tutorial's words on the screens.
const (
	PhasePreparation Phase = "Device preparation"
	PhaseDevice      Phase = "Device setup"
	PhaseAccount     Phase = "Account setup"
)

// DeploymentState is Graph's windowsAutopilotDeploymentState.
type DeploymentState string

// The values this server gives.
const (
	DeploymentUnknown        DeploymentState = "unknown"
	DeploymentSuccess        DeploymentState = "success"
	DeploymentInProgress     DeploymentState = "inProgress"
	DeploymentFailure        DeploymentState = "failure"
	DeploymentNotAttempted   DeploymentState = "notAttempted"
	DeploymentDisabled       DeploymentState = "disabled"
	DeploymentSuccessTimeout DeploymentState = "successWithTimeout"
	DeploymentSuccessRetry   DeploymentState = "successOnRetry"
)

// Deployment is one PC's way to the desktop: the sum of its events, kept so
// that lists need not read them.
type Deployment struct {
	ID                       DeploymentID
	Registration             autopilot.DeviceID // empty: not registered
	Object                   directory.ObjectID
	Device                   DeviceID // empty until enrolled
	User                     directory.ObjectID
	UPN                      string
	DeviceName               string
	SerialNumber             string
	OSVersion                string
	Profile                  string // deployment profile's name
	ESPName                  string
	ESP                      PolicyID
	Kind                     string // Graph: enrollmentType of an Autopilot event
	State                    DeploymentState
	Setup                    DeploymentState // device setup
	Account                  DeploymentState // account setup
	Failure                  string          // enrollmentFailureDetails: what, code, next step
	RegisteredAt             time.Time
	StartedAt                time.Time // all on the tenant's clock
	EnrolledAt               time.Time
	SetupStart, SetupEnd     time.Time
	AccountStart, AccountEnd time.Time
	EndedAt                  time.Time
	Version                  int64
}

// Event is one line of a timeline. Lines are only ever added.
type Event struct {
	ID     string    `json:"id,omitempty"` // UUIDv7
	At     time.Time `json:"at,omitzero"`  // the tenant's clock
	Kind   EventKind `json:"kind,omitempty"`
	Phase  Phase     `json:"phase,omitempty"`
	Text   string    `json:"text,omitempty"` // for people
	Code   string    `json:"code,omitempty"` // 801c0003, 0x80180014, 0x800705b4 …
	Remedy string    `json:"remedy,omitempty"`
	// Owner, Until and Of say who waits for what, and until when.
	Owner string    `json:"owner,omitempty"`
	Of    string    `json:"of,omitempty"`
	Until time.Time `json:"until,omitzero"`
	// Facts are further values by name.
	Facts map[string]string `json:"facts,omitempty"`
}
