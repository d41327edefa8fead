package graph

import (
	"context"
	"io"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/odata"
)

// Apps keeps apps' files; *enrollment.Contents does. Everything else about apps
// is a policy's.
type Apps interface {
	// Put stores the file of an app; an empty name leaves the file's name.
	Put(ctx context.Context, t directory.TenantID, id enrollment.PolicyID, ifMatch int64, name string, body io.Reader) (enrollment.Policy, error)
	// Size refuses a file by the size it is announced with, -1 is not known.
	Size(announced int64) error
	DeleteApp(ctx context.Context, t directory.TenantID, id enrollment.PolicyID, ifMatch int64) error
}

// AppLists reads lists of apps.
type AppLists interface {
	ListApps(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[enrollment.Policy], error)
}
