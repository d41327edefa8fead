package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/odata"
)

var managedList = &resource[enrollment.Device]{
	what: "managed devices", fields: managedFields, columns: columnsOf(managedFields),
	selects: managedColumns, id: "m.id", scan: scanManaged,
}

// ListManagedDevices lists the managed devices that have not left.
func (db *DB) ListManagedDevices(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[enrollment.Device], error) {
	s := db.scope(t)
	s.from = "FROM managed_devices m WHERE m.tenant_id = " + bindID(s.b, t) + " AND m.state <> " + s.b.arg(mdmStates.arg(enrollment.Unenrolled))
	return list(ctx, db.reader(), managedList, s, q)
}

var deploymentList = &resource[enrollment.Deployment]{
	what: "deployments", fields: deploymentFields, columns: columnsOf(deploymentFields),
	selects: deploymentColumns, id: "y.id", scan: scanDeployment, newest: true,
}

// ListDeployments lists deployments, the newest first.
func (db *DB) ListDeployments(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[enrollment.Deployment], error) {
	s := db.scope(t)
	s.from = "FROM deployments y WHERE y.tenant_id = " + bindID(s.b, t)
	return list(ctx, db.reader(), deploymentList, s, q)
}
