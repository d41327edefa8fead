package directory

import "context"

// Service does what an admin asks of the directory. Every write leaves an
// audit event in the same transaction, and what follows from it is settled
// before the call returns, as far as Settler's bound allows.
type Service struct {
	Store   Store
	Clock   Clock
	NewID   NewID
	Settler Settler
	Lease   LeaseFunc
	// DeviceURL is where PCs reach this server, without a final slash: what the
	// MDM policy points at unless an admin says otherwise.
	DeviceURL string
}

// LeaseFunc gives a lease for work this process is about to do itself.
type LeaseFunc func() Lease

// Settler does the work that follows from a committed change. It returns when
// the work is done or its time bound is over; what is left, workers finish.
type Settler interface {
	SettleObjects(ctx context.Context, t TenantID, topic Topic, ids []ObjectID)
	SettleFill(ctx context.Context, t TenantID, f Fill)
}
