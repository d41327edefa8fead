package autopilot

import (
	"context"
	"time"

	"taxiway/internal/directory"
)

// Store is what this package needs of a database; see directory.Store for how
// InTx behaves.
type Store interface {
	InTx(ctx context.Context, fn func(Tx) error) error
	Reader
	ReportReader
	ImportReader
}

// ImportReader finds imports.
type ImportReader interface {
	// FindImport returns the row that registered a device; fault.NotFound when
	// none did, or it was deleted since.
	FindImport(ctx context.Context, t directory.TenantID, registered DeviceID) (ImportedDevice, error)
}

// ReportReader reads what PCs reported.
type ReportReader interface {
	// GetReport returns the hash a PC reported that is not the registered one,
	// nil when there is none.
	GetReport(ctx context.Context, t directory.TenantID, id DeviceID) ([]byte, error)
}

// Tx adds Autopilot's rows to the directory's. Lock order: configuration
// version, device objects by id, registrations, the rest.
type Tx interface {
	directory.Tx
	RegistrationTx
	ImportTx
	ProfileTx
	AssignmentTx
}

// Reader answers outside a transaction. Each Get of a missing row is
// fault.NotFound.
type Reader interface {
	GetRegisteredDevice(ctx context.Context, t directory.TenantID, id DeviceID) (Device, error)
	GetProfile(ctx context.Context, t directory.TenantID, id ProfileID) (Profile, error)
	ListAssignments(ctx context.Context, t directory.TenantID, p ProfileID) ([]Assignment, error)
	// LoadConfig returns every profile and every assignment whose group lives,
	// with the configuration version they are of, read together.
	LoadConfig(ctx context.Context, t directory.TenantID) ([]Profile, []Assignment, int64, error)
	// GetHash returns a registration's decoded hardware hash.
	GetHash(ctx context.Context, t directory.TenantID, id DeviceID) ([]byte, error)
	// FindClaims tells who holds these keys, in any tenant.
	FindClaims(ctx context.Context, keys []ClaimKey) ([]Claimed, error)
	// ListRegisteredDevices pages through a tenant in order of id, up to limit after the cursor.
	ListRegisteredDevices(ctx context.Context, t directory.TenantID, after DeviceID, limit int) ([]Device, error)
}

// RegistrationTx writes registrations.
type RegistrationTx interface {
	// Claim takes the exclusive keys for these registrations and returns those
	// that somebody holds already; nothing is taken for a registration of
	// which any exclusive key is held. Shared keys are taken when free.
	Claim(ctx context.Context, t directory.TenantID, regs []Registration) ([]Claimed, error)
	CreateRegistrations(ctx context.Context, t directory.TenantID, regs []Registration) error
	// UpdateRegistration matches the id, stores the fields people and PCs set
	// (not the decision), sets Version+1.
	UpdateRegistration(ctx context.Context, t directory.TenantID, d Device) error
	// ReplaceHash stores a new hash and exchanges the keys of the old one; a
	// key held by another registration is fault.Conflict with code HardwareTaken.
	ReplaceHash(ctx context.Context, t directory.TenantID, r Registration) error
	DeleteRegistrations(ctx context.Context, t directory.TenantID, ids []DeviceID) error
	// LockRegistrations returns the registrations of these device objects, in
	// order of object id, locked until the transaction ends.
	LockRegistrations(ctx context.Context, t directory.TenantID, objects []directory.ObjectID) ([]Device, error)
	// ApplyDecisions stores Decided, Detail, Profile, ByDefault, AssignedAt,
	// EvalVersion and Chain of each device.
	ApplyDecisions(ctx context.Context, t directory.TenantID, ds []Device) error
}

// ImportTx writes import rows, pending hardware reports and page reads the
// engine needs.
type ImportTx interface {
	CreateImports(ctx context.Context, t directory.TenantID, rows []ImportedDevice) error
	DeleteImport(ctx context.Context, t directory.TenantID, id ImportID) error // fault.NotFound when missing
	// SaveReport keeps the hash a PC reported until its next check-in; nil removes it.
	SaveReport(ctx context.Context, t directory.TenantID, id DeviceID, hash []byte, at time.Time) error
	// LoadReport returns the kept hash, nil when there is none.
	LoadReport(ctx context.Context, t directory.TenantID, id DeviceID) ([]byte, error)
	// PageRegistered returns up to limit device object ids of registered
	// devices after the cursor, in order.
	PageRegistered(ctx context.Context, t directory.TenantID, after directory.ObjectID, limit int) ([]directory.ObjectID, error)
	// BySerial returns the registrations with these serial numbers, compared
	// without regard to case, in order of device object.
	BySerial(ctx context.Context, t directory.TenantID, serials []string) ([]SerialHolder, error)
	// HashOf is Reader.GetHash inside the transaction; it is empty as long as a
	// PC is registered by its serial number alone.
	HashOf(ctx context.Context, t directory.TenantID, id DeviceID) ([]byte, error)
}

// ProfileTx writes profiles and assignments.
type ProfileTx interface {
	CreateProfile(ctx context.Context, t directory.TenantID, p Profile) error
	UpdateProfile(ctx context.Context, t directory.TenantID, p Profile) error // matches id, sets Version+1
	DeleteProfile(ctx context.Context, t directory.TenantID, id ProfileID) error
	LockProfile(ctx context.Context, t directory.TenantID, id ProfileID) (Profile, error)
	// ConfigRows is Reader.LoadConfig inside the transaction, without the version.
	ConfigRows(ctx context.Context, t directory.TenantID) ([]Profile, []Assignment, error)
}

// AssignmentTx writes assignments.
type AssignmentTx interface {
	AssignmentsOf(ctx context.Context, t directory.TenantID, p ProfileID) ([]Assignment, error)
	// AllDevicesHolder is the profile that holds All devices.
	AllDevicesHolder(ctx context.Context, t directory.TenantID) (p Profile, ok bool, err error)
	// AddAssignment stores one; one that is there already is fault.Conflict with code AssignmentExists.
	AddAssignment(ctx context.Context, t directory.TenantID, a Assignment) error
	RemoveAssignment(ctx context.Context, t directory.TenantID, a Assignment) error
}

// SightingStore keeps what PCs tell without an admin's change: written behind,
// at most once a minute and device.
type SightingStore interface {
	// NoteAsked stores when PCs last asked for their profile.
	NoteAsked(ctx context.Context, t directory.TenantID, at map[DeviceID]time.Time) error
}

// NonceStore remembers nonces that were spent, so that each works once in all
// processes.
type NonceStore interface {
	// SpendNonce reports whether the nonce was not spent before; it may be
	// forgotten after expires.
	SpendNonce(ctx context.Context, nonce []byte, expires time.Time) (fresh bool, err error)
	// ForgetNonces removes those that expired before now.
	ForgetNonces(ctx context.Context, now time.Time) error
}
