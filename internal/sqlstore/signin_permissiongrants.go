package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/signin"
)

// An app that every tenant has is its own service principal.
const permissionGrantColumns = consentColumns + ", COALESCE(a.service_principal, c.app_id)"

const permissionGrantsFrom = "FROM consents c LEFT JOIN applications a ON a.tenant_id = c.tenant_id AND a.app_id = c.app_id WHERE c.tenant_id = "

func scanPermissionGrant(r row, g *signin.PermissionGrant) error {
	c := &g.Consent
	return r.Scan(asID(&c.ID), asID(&c.AppID), asID(&c.User), &c.Resource, asJSON(&c.Scopes), asTime(&c.CreatedAt), asID(&g.ServicePrincipal))
}

var permissionGrantFields = map[string]field[signin.PermissionGrant]{
	"id":          {id("c.id"), func(g *signin.PermissionGrant) any { return g.ID }},
	"clientId":    {id("COALESCE(a.service_principal, c.app_id)"), func(g *signin.PermissionGrant) any { return string(g.ServicePrincipal) }},
	"principalId": {unlisted().orNull(), func(g *signin.PermissionGrant) any { return string(g.User) }},
	"consentType": {unlisted(), func(g *signin.PermissionGrant) any { return g.Type() }},
}

var permissionGrantList = &resource[signin.PermissionGrant]{
	what: "permission grants", fields: permissionGrantFields, columns: columnsOf(permissionGrantFields),
	selects: permissionGrantColumns, id: "c.id", scan: scanPermissionGrant,
}

// ListPermissionGrants lists what apps may do for people.
func (db *DB) ListPermissionGrants(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[signin.PermissionGrant], error) {
	s := db.scope(t)
	s.from = permissionGrantsFrom + bindID(s.b, t)
	return list(ctx, db.reader(), permissionGrantList, s, q)
}

// GetPermissionGrant returns one of them; fault.NotFound when there is none.
func (db *DB) GetPermissionGrant(ctx context.Context, t directory.TenantID, id string) (signin.PermissionGrant, error) {
	g, ok, err := first(ctx, db.reader(), scanPermissionGrant, "SELECT "+permissionGrantColumns+" "+permissionGrantsFrom+"$1 AND c.id = $2", idArg(db.d, t), idArg(db.d, id))
	if err == nil && !ok {
		return g, missing("permission grant", id)
	}
	return g, fault.Wrap("get permission grant "+id, err)
}
