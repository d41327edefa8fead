package enrollment

import (
	"context"

	"taxiway/internal/directory"
)

// Facts are what the eight steps from an empty tenant to a deployed PC are
// judged by: what there is now, whoever made it and however.
type Facts struct {
	Scope       directory.Reach // MDM user scope
	ScopeGroups int
	ScopeUsers  int // members of these groups who are users

	Join      directory.Reach // Users may join devices to Microsoft Entra
	JoinUsers int             // the selected people, and the users in selected groups
	JoinMFA   bool

	Devices       int    // registered
	FailedRows    int    // of the import that was last
	WithUser      bool   // at least one device has a user assigned
	DeviceGroups  int    // groups whose rule takes devices
	HoldingGroup  string // the name of a group with a registered device in it; empty without any
	ESPs          int    // Enrollment Status Pages beside the tenant's own
	ESP           string // the name of one that shows progress and reaches a registered device or everybody
	Profiles      int
	Profile       string // the name of one that is user-driven, Microsoft Entra joined and assigned
	Assigned      int    // devices that have such a profile
	Assigning     int    // devices about which something is being decided
	Succeeded     DeploymentID
	Running       int
	LastFailed    DeploymentID // newer than any that succeeded
	LastFailedWhy string
}

// FactReader reads the facts of one tenant.
type FactReader interface {
	ReadFacts(ctx context.Context, t directory.TenantID) (Facts, error)
}
