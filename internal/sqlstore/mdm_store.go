package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
)

// Enrollment is the store as package enrollment knows it.
func (db *DB) Enrollment() enrollment.Store { return enrollmentStore{db} }

// enrollmentStore gives DB the InTx of enrollment.Store.
type enrollmentStore struct{ *DB }

// InTx implements enrollment.Store.
func (s enrollmentStore) InTx(ctx context.Context, fn func(enrollment.Tx) error) error {
	return s.DB.InTx(ctx, func(tx *Tx) error { return fn(tx) })
}

var (
	_ enrollment.AuthorityTx  = (*Tx)(nil)
	_ enrollment.ManagedTx    = (*Tx)(nil)
	_ enrollment.CommandTx    = (*Tx)(nil)
	_ enrollment.SessionTx    = (*Tx)(nil)
	_ enrollment.PolicyTx     = (*Tx)(nil)
	_ enrollment.StateTx      = (*Tx)(nil)
	_ enrollment.DeploymentTx = (*Tx)(nil)
	_ enrollment.SettingsTx   = (*Tx)(nil)
)

// authorityName is what a tenant's authority is sealed under.
func authorityName(t directory.TenantID) string { return "mdm-authority/" + string(t) }
