package graph

import (
	"context"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/odata"
)

// Managed does what Graph's managed devices offer; enrollment.Service is one.
type Managed interface {
	DeviceActions
	// ExplainSetup goes on where Explainer ends: from the download to the desktop.
	ExplainSetup(ctx context.Context, t directory.TenantID, e *autopilot.Explanation) ([]autopilot.Check, error)
	DeleteDevice(ctx context.Context, t directory.TenantID, id enrollment.DeviceID, ifMatch int64) error
}

// DeviceActions tells a PC to do something at its next check-in. An action that
// is under way already is fault.Conflict.
type DeviceActions interface {
	Sync(ctx context.Context, t directory.TenantID, id enrollment.DeviceID) error
	Reboot(ctx context.Context, t directory.TenantID, id enrollment.DeviceID) error
	Wipe(ctx context.Context, t directory.TenantID, id enrollment.DeviceID, o enrollment.WipeOptions) error
	AutopilotReset(ctx context.Context, t directory.TenantID, id enrollment.DeviceID) error
	Retire(ctx context.Context, t directory.TenantID, id enrollment.DeviceID) error
	Rename(ctx context.Context, t directory.TenantID, id enrollment.DeviceID, name string) error
}

// ManagedReader reads managed devices and deployments.
type ManagedReader interface {
	ManagedLists
	DeploymentReader
	GetManagedDevice(ctx context.Context, t directory.TenantID, id enrollment.DeviceID) (enrollment.Device, error)
	ListCommands(ctx context.Context, t directory.TenantID, d enrollment.DeviceID, limit int) ([]enrollment.Command, error)
	LastActions(ctx context.Context, t directory.TenantID, d enrollment.DeviceID) ([]enrollment.Command, error)
	ListStates(ctx context.Context, t directory.TenantID, d enrollment.DeviceID) ([]enrollment.PolicyState, error)
}

// ManagedLists answers filtered, sorted, paged reads.
type ManagedLists interface {
	ListManagedDevices(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[enrollment.Device], error)
	ListDeployments(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[enrollment.Deployment], error)
}

// DeploymentReader reads single deployments.
type DeploymentReader interface {
	GetDeployment(ctx context.Context, t directory.TenantID, id enrollment.DeploymentID) (enrollment.Deployment, error)
	ListEvents(ctx context.Context, t directory.TenantID, id enrollment.DeploymentID) ([]enrollment.Event, error)
	DeploymentsOf(ctx context.Context, t directory.TenantID, r autopilot.DeviceID, d enrollment.DeviceID, limit int) ([]enrollment.Deployment, error)
}
