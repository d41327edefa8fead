package storetest

import (
	"slices"
	"strings"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
	"taxiway/internal/signin"
)

var permissionGrantTests = []directoryTest{
	{"consents are listed with their app's service principal, filtered and paged", permissionGrantLists},
	{"a consent is found by its id, in its tenant alone", permissionGrantFound},
}

// agreed stores a consent for an app of the tenant, or for one every tenant has.
func (c *city) agreed(t directory.TenantID, app *directory.Application, user directory.ObjectID, scopes ...string) signin.PermissionGrant {
	c.Helper()
	g := signin.PermissionGrant{
		Consent:          signin.Consent{ID: newID(), AppID: signin.AppGraphCommandLine, User: user, Resource: "https://graph.microsoft.com", Scopes: scopes, CreatedAt: c.now},
		ServicePrincipal: signin.AppGraphCommandLine,
	}
	if app != nil {
		g.AppID, g.ServicePrincipal = app.AppID, app.ServicePrincipal
	}
	c.ok(c.db.PutConsent(c.ctx, t, g.Consent, directory.AuditEvent{ID: newID(), At: c.now, Activity: "Consent to application"}))
	return g
}

func (c *city) importer(t directory.TenantID) *directory.Application {
	c.Helper()
	a := directory.Application{ID: newObject(), AppID: newID(), ServicePrincipal: newObject(), DisplayName: "Importer", Permissions: []string{}, Enabled: true, CreatedAt: c.now, Version: 1}
	s := &directory.Secret{KeyID: newID(), Application: a.ID, CreatedAt: c.now, ExpiresAt: c.now}
	c.ok(c.db.CreateApplication(c.ctx, t, a, s, directory.AuditEvent{ID: newID(), At: c.now, Activity: "Create application"}))
	return &a
}

func permissionGrantLists(c *city) {
	app := c.importer(c.tenant)
	c.agreed(c.other, nil, newObject(), "User.Read")
	ann, bob := newObject(), newObject()
	want := []signin.PermissionGrant{
		c.agreed(c.tenant, app, ann, "User.Read"), c.agreed(c.tenant, app, "", "Group.Read.All", "User.Read"),
		c.agreed(c.tenant, nil, bob, "User.Read"), c.agreed(c.tenant, nil, ann, "User.Read"),
	}
	slices.SortFunc(want, func(a, b signin.PermissionGrant) int { return strings.Compare(a.ID, b.ID) })
	for raw, keep := range map[string]func(*signin.PermissionGrant) bool{
		"$top=3": func(*signin.PermissionGrant) bool { return true },
		"$filter=clientId eq '" + string(app.ServicePrincipal) + "'": func(g *signin.PermissionGrant) bool { return g.AppID == app.AppID },
		"$filter=clientId eq '" + signin.AppGraphCommandLine + "'":   func(g *signin.PermissionGrant) bool { return g.AppID == signin.AppGraphCommandLine },
		"$filter=principalId eq '" + string(ann) + "'":               func(g *signin.PermissionGrant) bool { return g.User == ann },
		"$filter=principalId eq null":                                func(g *signin.PermissionGrant) bool { return g.User == "" },
		"$filter=consentType eq 'AllPrincipals'":                     func(g *signin.PermissionGrant) bool { return g.User == "" },
		"$filter=consentType eq 'Principal'&$top=1":                  func(g *signin.PermissionGrant) bool { return g.User != "" },
		"$filter=id eq '" + want[1].ID + "'":                         func(g *signin.PermissionGrant) bool { return g.ID == want[1].ID },
	} {
		got := pages(c, permissionGrantTable, raw, func(q *odata.Query) (odata.List[signin.PermissionGrant], error) {
			return c.db.ListPermissionGrants(c.ctx, c.tenant, q)
		})
		c.equal(raw, got, slices.DeleteFunc(slices.Clone(want), func(g signin.PermissionGrant) bool { return !keep(&g) }))
	}
}

func permissionGrantFound(c *city) {
	for _, app := range []*directory.Application{nil, c.importer(c.tenant)} {
		want := c.agreed(c.tenant, app, newObject(), "User.Read")
		c.equal("grant", must(c.db.GetPermissionGrant(c.ctx, c.tenant, strings.ToUpper(want.ID))), want)
		for t, id := range map[directory.TenantID]string{c.other: want.ID, c.tenant: newID()} {
			_, err := c.db.GetPermissionGrant(c.ctx, t, id)
			c.missing(err)
		}
	}
}
