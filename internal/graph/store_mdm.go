package graph

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/odata"
)

// Policies is what is assigned to groups; *enrollment.Service is one.
type Policies interface {
	PolicyWriter
	PolicyFinder
}

// PolicyWriter changes policies. AssignPolicy replaces all assignments; the
// tenant's own policies can be changed, but neither deleted, assigned nor put
// at another place.
type PolicyWriter interface {
	CreatePolicy(ctx context.Context, t directory.TenantID, p enrollment.Policy) (enrollment.Policy, error)
	UpdatePolicy(ctx context.Context, t directory.TenantID, id enrollment.PolicyID, ifMatch int64, change func(*enrollment.Policy) error) (enrollment.Policy, error)
	DeletePolicy(ctx context.Context, t directory.TenantID, id enrollment.PolicyID, ifMatch int64) error
	AssignPolicy(ctx context.Context, t directory.TenantID, id enrollment.PolicyID, as []enrollment.Assignment) error
	SetPriority(ctx context.Context, t directory.TenantID, id enrollment.PolicyID, priority int) error
}

// PolicyFinder reads policies. EnsureDefaults comes before a list: it writes
// the tenant's own policies that were never written.
type PolicyFinder interface {
	FindPolicy(ctx context.Context, t directory.TenantID, id enrollment.PolicyID) (enrollment.Policy, error)
	EnsureDefaults(ctx context.Context, t directory.TenantID) error
	AssignmentsOf(ctx context.Context, t directory.TenantID, kinds ...enrollment.PolicyKind) (map[enrollment.PolicyID][]enrollment.Assignment, error)
	// ExplainESP tells why a status page counts for a device object and a user,
	// either of which may be empty.
	ExplainESP(ctx context.Context, t directory.TenantID, object, user directory.ObjectID) ([]enrollment.ESPReason, error)
}

// PolicyLists reads lists of policies.
type PolicyLists interface {
	ListEnrolmentConfigurations(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[enrollment.Policy], error)
	ListCustomConfigurations(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[enrollment.Policy], error)
}
