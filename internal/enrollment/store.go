package enrollment

import (
	"context"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// Store is what this package needs of a database; see directory.Store for
// InTx. Every Get of a missing row is fault.NotFound.
type Store interface {
	InTx(ctx context.Context, fn func(Tx) error) error
	AuthorityReader
	DeviceReader
	PolicyReader
	DeploymentReader
	SettingsReader
	ContentStore
}

// Tx is everything that may be done inside one transaction: this package's
// rows after Autopilot's and the directory's. Lock order: the directory's
// (users, device objects, registrations), then managed devices by id, then the
// rest.
type Tx interface {
	autopilot.Tx
	AuthorityTx
	ManagedTx
	CommandTx
	SessionTx
	PolicyTx
	StateTx
	DeploymentTx
	SettingsTx
}

// JoinReader is what an enrolment asks of the directory before it begins.
type JoinReader interface {
	directory.JoinReader
	directory.JoinSettingsReader
}

// AuthorityReader reads certificate authorities and certificates.
type AuthorityReader interface {
	// GetAuthority returns a tenant's authority with its keys opened.
	GetAuthority(ctx context.Context, t directory.TenantID) (AuthorityKeys, error)
	// GetCertificate returns a certificate, revoked or not, with the device it
	// is for and what its device object says, read together.
	GetCertificate(ctx context.Context, t directory.TenantID, sha256 []byte) (Certificate, Holder, error)
	// GetBasis reads together what the enrolments of a tenant begin with. Of a
	// tenant that is not there it is what one has that wrote nothing.
	GetBasis(ctx context.Context, t directory.TenantID) (Basis, error)
}

// AuthorityTx writes certificate authorities and certificates.
type AuthorityTx interface {
	// PutAuthority stores the tenant's authority unless it has one, and returns
	// the one that is stored; replace exchanges it (renewal).
	PutAuthority(ctx context.Context, t directory.TenantID, a AuthorityKeys, replace bool) (AuthorityKeys, error)
	// AddCertificate stores one. Certificates of several devices may have one
	// key: a device is known by the whole certificate.
	AddCertificate(ctx context.Context, t directory.TenantID, c Certificate) error
	// RevokeCertificates revokes the good ones of a device, but the one with
	// the hash keep (nil keeps none).
	RevokeCertificates(ctx context.Context, t directory.TenantID, d DeviceID, keep []byte, at time.Time) error
	// SawCertificate stores SeenAt, unless it was seen before, and revokes what
	// the device got earlier as of that time.
	SawCertificate(ctx context.Context, t directory.TenantID, c Certificate) error
	// GoodCertificates lists a device's certificates that are not revoked.
	GoodCertificates(ctx context.Context, t directory.TenantID, d DeviceID) ([]Certificate, error)
}

// DeviceReader reads managed devices, their commands and states.
type DeviceReader interface {
	GetManagedDevice(ctx context.Context, t directory.TenantID, id DeviceID) (Device, error)
	// ManagedDeviceOf finds the living one of a device object.
	ManagedDeviceOf(ctx context.Context, t directory.TenantID, object directory.ObjectID) (Device, error)
	// ListCommands returns a device's commands, the newest first.
	ListCommands(ctx context.Context, t directory.TenantID, d DeviceID, limit int) ([]Command, error)
	// LastActions returns the commands of the newest run of each action at a
	// device, the newest first. They stay as long as the device.
	LastActions(ctx context.Context, t directory.TenantID, d DeviceID) ([]Command, error)
	// ListStates returns what became of policies and apps at a device.
	ListStates(ctx context.Context, t directory.TenantID, d DeviceID) ([]PolicyState, error)
	// DueStatusPages returns living ones whose status page waits for something
	// until now or earlier, the longest overdue first.
	DueStatusPages(ctx context.Context, t directory.TenantID, now time.Time, limit int) ([]DeviceID, error)
	// PageManagedDevices walks through the living ones in order of id.
	PageManagedDevices(ctx context.Context, t directory.TenantID, after DeviceID, limit int) ([]Device, error)
}

// ManagedTx writes managed devices.
type ManagedTx interface {
	CreateManagedDevice(ctx context.Context, t directory.TenantID, d Device) error
	UpdateManagedDevice(ctx context.Context, t directory.TenantID, d Device) error // matches id, sets Version+1
	// TouchManagedDevice stores what a check-in changes without a version:
	// LastSync, Nonce, SawCertificate and ESP.
	TouchManagedDevice(ctx context.Context, t directory.TenantID, d Device) error
	DeleteManagedDevice(ctx context.Context, t directory.TenantID, id DeviceID) error // with commands, sessions, states and certificates
	// LockManagedDevice returns it locked until the transaction ends.
	LockManagedDevice(ctx context.Context, t directory.TenantID, id DeviceID) (Device, error)
	// FindManagedDevices returns those of a device object or, when that is
	// empty, those of a hardware id that have no device object or whose device
	// object is gone; in order of id, locked.
	FindManagedDevices(ctx context.Context, t directory.TenantID, object directory.ObjectID, hardware string) ([]Device, error)
	// CountManagedDevices counts the living ones that a user enrolled.
	CountManagedDevices(ctx context.Context, t directory.TenantID, user directory.ObjectID, except DeviceID) (int, error)
}

// CommandTx writes the command queue.
type CommandTx interface {
	// Queue stores commands in the given order; one whose Key is open at the
	// device already is left out. It returns those that were stored.
	Queue(ctx context.Context, t directory.TenantID, cs []Command) ([]Command, error)
	// OpenCommands returns the open ones of a device in order of id.
	OpenCommands(ctx context.Context, t directory.TenantID, d DeviceID, limit int) ([]Command, error)
	// OpenCommandsAfter is OpenCommands from behind an id on; empty: from the first.
	OpenCommandsAfter(ctx context.Context, t directory.TenantID, d DeviceID, after string, limit int) ([]Command, error)
	// GetCommands returns those of ids that exist.
	GetCommands(ctx context.Context, t directory.TenantID, d DeviceID, ids []string) ([]Command, error)
	UpdateCommands(ctx context.Context, t directory.TenantID, cs []Command) error
	// CancelCommands ends the open ones of an owner, of one subject when of is
	// not empty.
	CancelCommands(ctx context.Context, t directory.TenantID, d DeviceID, o OwnerKind, of string, at time.Time) (int, error)
	// LastCommand returns the newest one with this key, open or not.
	LastCommand(ctx context.Context, t directory.TenantID, d DeviceID, key string) (c Command, ok bool, err error)
}

// SessionTx keeps management sessions between two messages.
type SessionTx interface {
	// GetStanding is read in one statement, after the device was locked.
	GetStanding(ctx context.Context, t directory.TenantID, d DeviceID) (Standing, error)
	PutMDMSession(ctx context.Context, t directory.TenantID, s Session) error
	// ReplaceMDMSession stores a session that is not there yet in place of
	// another one of the device, and beside it when that is not there.
	ReplaceMDMSession(ctx context.Context, t directory.TenantID, old string, s Session) error
	DeleteMDMSession(ctx context.Context, t directory.TenantID, d DeviceID, id string) error
	DeleteMDMSessions(ctx context.Context, t directory.TenantID, d DeviceID) error
}

// PolicyReader reads policies and their assignments.
type PolicyReader interface {
	GetPolicy(ctx context.Context, t directory.TenantID, id PolicyID) (Policy, error)
	// LoadPolicies returns all of these kinds with their assignments to groups
	// that live, read together; no kinds: all.
	LoadPolicies(ctx context.Context, t directory.TenantID, kinds ...PolicyKind) ([]Policy, []Assignment, error)
}

// PolicyTx writes policies and their assignments.
type PolicyTx interface {
	CreatePolicy(ctx context.Context, t directory.TenantID, p Policy) error
	UpdatePolicy(ctx context.Context, t directory.TenantID, p Policy) error // matches id, sets Version+1
	DeletePolicy(ctx context.Context, t directory.TenantID, id PolicyID) error
	LockPolicy(ctx context.Context, t directory.TenantID, id PolicyID) (Policy, error)
	// LockPolicies returns all of a kind locked, in order of priority.
	LockPolicies(ctx context.Context, t directory.TenantID, kind PolicyKind) ([]Policy, error)
	// ReplaceAssignments makes these the policy's assignments.
	ReplaceAssignments(ctx context.Context, t directory.TenantID, p PolicyID, as []Assignment) error
	// PoliciesNow is PolicyReader.LoadPolicies inside the transaction.
	PoliciesNow(ctx context.Context, t directory.TenantID, kinds ...PolicyKind) ([]Policy, []Assignment, error)
}

// StateTx writes what became of policies and apps at devices.
type StateTx interface {
	PutStates(ctx context.Context, t directory.TenantID, ss []PolicyState) error // replaces by device, policy and user
	StatesOf(ctx context.Context, t directory.TenantID, d DeviceID) ([]PolicyState, error)
	DeleteState(ctx context.Context, t directory.TenantID, d DeviceID, p PolicyID, user directory.ObjectID) error
}

// DeploymentReader reads deployments.
type DeploymentReader interface {
	GetDeployment(ctx context.Context, t directory.TenantID, id DeploymentID) (Deployment, error)
	// ListEvents returns a deployment's timeline in order.
	ListEvents(ctx context.Context, t directory.TenantID, id DeploymentID) ([]Event, error)
	// DeploymentsOf returns those of a registration or a managed device, the
	// newest first.
	DeploymentsOf(ctx context.Context, t directory.TenantID, r autopilot.DeviceID, d DeviceID, limit int) ([]Deployment, error)
}

// DeploymentTx writes deployments. Events are only ever added.
type DeploymentTx interface {
	CreateDeployment(ctx context.Context, t directory.TenantID, d Deployment) error
	UpdateDeployment(ctx context.Context, t directory.TenantID, d Deployment) error // matches id, sets Version+1
	// OpenDeployment returns the newest one that has not ended of a
	// registration, a device object or a managed device (those not empty),
	// locked; ok is false when there is none.
	OpenDeployment(ctx context.Context, t directory.TenantID, r autopilot.DeviceID, o directory.ObjectID, d DeviceID) (dep Deployment, ok bool, err error)
	// LastDeployment is the newest one, ended or not.
	LastDeployment(ctx context.Context, t directory.TenantID, r autopilot.DeviceID, o directory.ObjectID, d DeviceID) (dep Deployment, ok bool, err error)
	AddEvents(ctx context.Context, t directory.TenantID, id DeploymentID, es []Event) error
}

// SettingsReader reads a tenant's enrolment settings; what was never written is
// the zero value.
type SettingsReader interface {
	GetEnrolmentSettings(ctx context.Context, t directory.TenantID) (Settings, error)
	// FindEntraTenant tells which tenant takes the tokens of a real Entra tenant.
	FindEntraTenant(ctx context.Context, tid string) (directory.TenantID, EntraTenant, error)
}

// SettingsTx writes a tenant's enrolment settings.
type SettingsTx interface {
	LockEnrolmentSettings(ctx context.Context, t directory.TenantID) (Settings, error)
	// PutEnrolmentSettings stores them and sets Version+1; an Entra tenant that
	// another tenant has is fault.Conflict with code EntraTenantTaken.
	PutEnrolmentSettings(ctx context.Context, t directory.TenantID, s Settings) error
}

// ContentStore keeps the files of apps in pieces.
type ContentStore interface {
	// PutPiece stores a piece of a file that is being uploaded, over one with the
	// same number.
	PutPiece(ctx context.Context, t directory.TenantID, file string, n int, data []byte) error
	// GetPiece returns one piece; one that is not there is fault.NotFound.
	GetPiece(ctx context.Context, t directory.TenantID, file string, n int) ([]byte, error)
	// ListContents returns the files of which the first piece, number 0, is
	// there, in order.
	ListContents(ctx context.Context, t directory.TenantID) ([]string, error)
	// DeleteContent removes a file; one that is not there is no error.
	DeleteContent(ctx context.Context, t directory.TenantID, file string) error
}
