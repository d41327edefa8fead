package autopilot

import (
	"time"

	"taxiway/internal/directory"
)

// ImportStatus is Graph's importedWindowsAutopilotDeviceIdentityImportStatus.
type ImportStatus string

// The states of an import row. Clients poll while it is unknown.
const (
	ImportUnknown  ImportStatus = "unknown"
	ImportPending  ImportStatus = "pending"
	ImportPartial  ImportStatus = "partial"
	ImportComplete ImportStatus = "complete"
	ImportError    ImportStatus = "error"
)

// ImportRow is one row to register, as it comes from a CSV or from Graph.
type ImportRow struct {
	SerialNumber     string
	ProductKey       string
	HardwareHash     string // base64
	GroupTag         string
	AssignedUser     string // user principal name
	ImportBatch      string // the client's importId, may be empty
	PurchaseOrder    string
	AssignedUserName string
}

// ImportedDevice is an import row with its outcome.
type ImportedDevice struct {
	ID           ImportID
	Batch        string // importId
	SerialNumber string
	ProductKey   string
	GroupTag     string
	AssignedUser string
	Status       ImportStatus
	Registration DeviceID // deviceRegistrationId when complete, or of the device that is there (806)
	ErrorCode    int
	ErrorName    string
	ErrorMessage string // ours: what is wrong and what to do
	By           string // who imported it: a person's or an app's name
	CreatedAt    time.Time
}

// Registration is a device with what only the store needs: its hash and the
// keys under which one PC may be registered once across all tenants.
type Registration struct {
	Device
	Hash   []byte  // decoded hardware hash
	Claims []Claim // see claims.go
}

// ClaimKey identifies one machine, or one of its strong parts, across tenants.
type ClaimKey [33]byte

// Claim is a key and whether it must be unique.
type Claim struct {
	Key ClaimKey
	// Exclusive: a second registration with this key is refused. The others
	// only find a device when a PC asks.
	Exclusive bool
}

// Claimed tells who holds a key.
type Claimed struct {
	Key    ClaimKey
	Tenant directory.TenantID
	Device DeviceID
}
