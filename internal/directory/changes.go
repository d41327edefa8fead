package directory

import "context"

// Signs are what a tenant's changes leave behind: two readings differ when
// something changed in between. They are cheap to read, so not everything shows:
// when a PC was last in contact, for one, does not.
type Signs struct {
	Config       int64     // the configuration version: rules, profiles, assignments
	Work         string    // the marks and fills that wait: what they decide is about to change
	Registration string    // the newest registered device
	Import       string    // the newest imported row
	Deployments  string    // the newest deployments and how often they changed
	Recorded     []Touched // by the newest audit events, the newest first, at most MostTouched
}

// Touched is what an audit event is about.
type Touched struct {
	Event  string // its id
	Object string // TargetType of the event
}

// MostTouched is how many audit events a reading of Signs looks at.
const MostTouched = 100

// SignReader reads the signs of one tenant, all at one moment.
type SignReader interface {
	ReadSigns(ctx context.Context, t TenantID) (Signs, error)
}
