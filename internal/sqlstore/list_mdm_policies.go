package sqlstore

import (
	"context"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/odata"
)

// configurationTypes is Graph's deviceEnrollmentConfigurationType of each kind.
// A tenant's own policies have the type of the others of their kind: priority 0
// tells them apart.
func configurationTypes() column {
	c := column{kind: colCode, expr: "p.kind"}
	for _, k := range enrollment.EnrolmentKinds() {
		c.domain = append(c.domain, code{policyKinds.number(k), k.ConfigurationType()})
	}
	return c
}

var configurationFields = map[string]field[enrollment.Policy]{
	"displayName":          {key("p.name_key"), func(p *enrollment.Policy) any { return p.DisplayName }},
	"description":          {unlisted(), func(p *enrollment.Policy) any { return p.Description }},
	"priority":             {number("p.priority"), func(p *enrollment.Policy) any { return int64(p.Priority) }},
	"version":              {number("p.version"), func(p *enrollment.Policy) any { return p.Version }},
	"createdDateTime":      {moment("p.created_at"), func(p *enrollment.Policy) any { return p.CreatedAt }},
	"lastModifiedDateTime": {moment("p.modified_at"), func(p *enrollment.Policy) any { return p.ModifiedAt }},
	"roleScopeTagIds":      {unlisted(), func(p *enrollment.Policy) any { return p.ScopeTags }},
	"deviceEnrollmentConfigurationType": {configurationTypes(), func(p *enrollment.Policy) any {
		return p.Kind.ConfigurationType()
	}},
}

var configurationList = &resource[enrollment.Policy]{
	what: "enrolment configurations", fields: configurationFields, columns: columnsOf(configurationFields),
	selects: policyColumns, id: "p.id", scan: scanPolicy,
}

// ListEnrolmentConfigurations lists status pages, restrictions and the like;
// the tenant's own ones too, once they are written.
func (db *DB) ListEnrolmentConfigurations(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[enrollment.Policy], error) {
	return list(ctx, db.reader(), configurationList, db.policyScope(t, enrollment.EnrolmentKinds()...), q)
}

var customFields = map[string]field[enrollment.Policy]{
	"id":                   {id("p.id"), func(p *enrollment.Policy) any { return string(p.ID) }},
	"displayName":          configurationFields["displayName"],
	"description":          configurationFields["description"],
	"version":              configurationFields["version"],
	"createdDateTime":      configurationFields["createdDateTime"],
	"lastModifiedDateTime": configurationFields["lastModifiedDateTime"],
	"roleScopeTagIds":      configurationFields["roleScopeTagIds"],
}

var customList = &resource[enrollment.Policy]{
	what: "configurations", fields: customFields, columns: columnsOf(customFields),
	selects: policyColumns, id: "p.id", scan: scanPolicy,
}

// ListCustomConfigurations lists custom configurations; values that are secrets
// are left out.
func (db *DB) ListCustomConfigurations(ctx context.Context, t directory.TenantID, q *odata.Query) (odata.List[enrollment.Policy], error) {
	return list(ctx, db.reader(), customList, db.policyScope(t, enrollment.PolicyCustom), q)
}

// policyScope begins a list of policies of some kinds.
func (db *DB) policyScope(t directory.TenantID, kinds ...enrollment.PolicyKind) scope {
	s := db.scope(t)
	places := make([]string, len(kinds))
	for i, k := range kinds {
		places[i] = s.b.arg(policyKinds.number(k))
	}
	s.from = "FROM mdm_policies p WHERE p.kind IN (" + strings.Join(places, ", ") + ") AND p.tenant_id = " + bindID(s.b, t)
	return s
}
