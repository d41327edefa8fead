package sqlstore

import (
	"context"
	"strconv"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

var registrationList = &resource[autopilot.Device]{
	what: "Autopilot devices", fields: registrationFields, columns: columnsOf(registrationFields),
	selects: registrationColumns, id: "a.id", scan: scanRegistration,
}

// ListAutopilotDevices lists registered devices; with assignedTo, those whose
// decided profile is this one.
func (db *DB) ListAutopilotDevices(ctx context.Context, t directory.TenantID, assignedTo autopilot.ProfileID, q *odata.Query) (odata.List[autopilot.Device], error) {
	s := db.scope(t)
	s.from = registrationTables + " WHERE a.tenant_id = " + bindID(s.b, t)
	if assignedTo != "" {
		s.from += " AND a.profile_id = " + bindID(s.b, assignedTo)
	}
	return list(ctx, db.reader(), registrationList, s, q)
}

var importList = &resource[autopilot.ImportedDevice]{
	what: "import rows", fields: importFields, columns: columnsOf(importFields),
	selects: importColumns, id: "i.id", scan: scanImport,
}

// ListImports lists import rows with their outcomes.
func (db *DB) ListImports(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[autopilot.ImportedDevice], error) {
	s := db.scope(t)
	s.from = "FROM import_rows i WHERE i.tenant_id = " + bindID(s.b, t)
	return list(ctx, db.reader(), importList, s, q)
}

var profileList = &resource[autopilot.Profile]{
	what: "deployment profiles", fields: profileFields, columns: columnsOf(profileFields),
	selects: profileColumns, id: "p.id", scan: scanProfile,
}

// ListProfiles lists deployment profiles.
func (db *DB) ListProfiles(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[autopilot.Profile], error) {
	s := db.scope(t)
	s.from = "FROM profiles p WHERE p.kind = " + strconv.Itoa(profileKind) + " AND p.tenant_id = " + bindID(s.b, t)
	return list(ctx, db.reader(), profileList, s, q)
}

// scope begins a list of a tenant.
func (db *DB) scope(t directory.TenantID) scope {
	return scope{b: &builder{d: db.d}, tenant: t}
}
