package autopilot

import "taxiway/internal/directory"

// Service does what an admin or a PC asks of Autopilot. Every write leaves an
// audit event in the same transaction, and what follows from it is settled
// before the call returns, as far as Settler's bound allows.
type Service struct {
	Store     Store
	Directory directory.Reader
	// Joins tells whether only the assigned user may sign in.
	Joins   directory.JoinSettingsReader
	Clock   directory.Clock
	NewID   directory.NewID
	Settler directory.Settler
	Lease   directory.LeaseFunc
	// ForeignPerMinute is how many rows a tenant may be told in a minute that
	// their PC is registered elsewhere (808); 0 sets no bound.
	ForeignPerMinute int

	foreign foreignLimit
}
