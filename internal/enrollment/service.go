package enrollment

import (
	"crypto/rsa"
	"log/slog"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
)

// Service does what PCs and admins ask of the MDM side.
type Service struct {
	Store     Store
	Directory directory.Reader
	// Joins finds device objects and the user scopes.
	Joins     JoinReader
	Autopilot autopilot.Reader
	Clock     directory.Clock
	NewID     directory.NewID
	Settler   directory.Settler
	Lease     directory.LeaseFunc
	Log       *slog.Logger
	// DeviceURL is where PCs reach this server, without a slash at its end.
	DeviceURL string
	// Owners queue commands and hear of their ends, in the order in which they
	// plan.
	Owners map[OwnerKind]CommandOwner
	// Count hears what happened: "messages" and how they were answered,
	// "commands" and how they ended. It may be nil.
	Count func(kind, what string, n int)
	// DigestKey is what the secrets of the digest authentication are derived
	// from: 32 bytes, the same in every process.
	DigestKey []byte
	// NewKey makes the keys of the tenants' authorities, RSA of 2,048 bits; nil
	// makes each anew.
	NewKey func() (*rsa.PrivateKey, error)

	authorities authorities
	downloads   downloads
}
