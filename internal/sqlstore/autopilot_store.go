package sqlstore

import (
	"context"

	"taxiway/internal/autopilot"
)

// Autopilot is the store as package autopilot knows it.
func (db *DB) Autopilot() autopilot.Store { return autopilotStore{db} }

// autopilotStore gives DB the InTx of autopilot.Store.
type autopilotStore struct{ *DB }

// InTx implements autopilot.Store.
func (s autopilotStore) InTx(ctx context.Context, fn func(autopilot.Tx) error) error {
	return s.DB.InTx(ctx, func(tx *Tx) error { return fn(tx) })
}

var (
	_ autopilot.RegistrationTx = (*Tx)(nil)
	_ autopilot.ImportTx       = (*Tx)(nil)
	_ autopilot.ProfileTx      = (*Tx)(nil)
	_ autopilot.AssignmentTx   = (*Tx)(nil)
	_ autopilot.Reader         = (*DB)(nil)
	_ autopilot.SightingStore  = (*DB)(nil)
)
