package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/odata"
)

var appFields = map[string]field[enrollment.Policy]{
	"id":                   customFields["id"],
	"displayName":          configurationFields["displayName"],
	"description":          configurationFields["description"],
	"createdDateTime":      configurationFields["createdDateTime"],
	"lastModifiedDateTime": configurationFields["lastModifiedDateTime"],
	"roleScopeTagIds":      configurationFields["roleScopeTagIds"],
	"publisher":            {unlisted(), func(p *enrollment.Policy) any { return p.App.Publisher }},
	"productCode":          {unlisted(), func(p *enrollment.Policy) any { return p.App.ProductCode }},
	"productVersion":       {unlisted(), func(p *enrollment.Policy) any { return p.App.ProductVersion }},
}

var appList = &resource[enrollment.Policy]{
	what: "apps", fields: appFields, columns: columnsOf(appFields),
	selects: policyColumns, id: "p.id", scan: scanPolicy,
}

// ListApps lists Windows Installer apps.
func (db *DB) ListApps(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[enrollment.Policy], error) {
	return list(ctx, db.reader(), appList, db.policyScope(t, enrollment.PolicyMSI), q)
}
