package graph

import (
	"slices"
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/signin"
)

// permissionGrant is Graph's oAuth2PermissionGrant: what an app may do for one
// person or everybody.
type permissionGrant struct {
	ID          string  `json:"id"`
	ClientID    string  `json:"clientId"`
	ConsentType string  `json:"consentType"`
	PrincipalID *string `json:"principalId"`
	ResourceID  string  `json:"resourceId"`
	Scope       string  `json:"scope"`
}

const grantsPath = "oauth2PermissionGrants"

var permissionGrantTable = &odata.Table{
	Name: "microsoft.graph.oAuth2PermissionGrant",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|readOnly),
		prop("clientId", odata.GUID, filter),
		prop("consentType", odata.String, filter),
		prop("principalId", odata.GUID, filter),
		prop("resourceId", odata.GUID, 0),
		prop("scope", odata.String, 0),
	},
}

func permissionGrantWire(g *signin.PermissionGrant) permissionGrant {
	w := permissionGrant{ID: g.ID, ClientID: string(g.ServicePrincipal), ConsentType: g.Type(), ResourceID: g.Resource, Scope: strings.Join(g.Scopes, " ")}
	if g.User != "" {
		w.PrincipalID = orNull(string(g.User))
	}
	switch g.Resource {
	case access.GraphURL:
		w.ResourceID = access.GraphAppID
	case signin.JoinResource:
		w.ResourceID = signin.JoinResourceID
	}
	return w
}

var permissionGrants = &resource[signin.PermissionGrant]{
	path: grantsPath, table: permissionGrantTable, paging: directoryPaging, read: stored(Lists.ListPermissionGrants), show: each(permissionGrantWire),
	find: (*call).permissionGrant, create: createPermissionGrant,
	key: func(_ *call, g *signin.PermissionGrant) (string, int64) { return g.ID, 0 },
}

func (c *call) permissionGrant() (signin.PermissionGrant, error) {
	g, err := c.h.Lists.GetPermissionGrant(c.ctx(), c.tenant, c.keys["id"])
	return g, missing(err, "permission grant", c.keys["id"], "List oauth2PermissionGrants to find the right id.")
}

// createPermissionGrant: an administrator lets an app do something at Graph for
// one person or for everybody.
func createPermissionGrant(c *call, o odata.Object) (none signin.PermissionGrant, err error) {
	if err := knows(o, "", permissionGrantTable, "startTime", "expiryTime"); err != nil {
		return none, err
	}
	consent, client, err := c.readConsent(o)
	if err != nil {
		return none, err
	}
	same, err := c.grantLike(client, consent.User, consent.Resource)
	if err != nil {
		return none, err
	}
	if same != nil {
		return none, fault.Field(fault.Conflict, "Request_MultipleObjectsWithSameKeyValue", "clientId", "A permission grant of this app for the same whom and the same API exists already: "+same.ID+".", "Delete it first, then create the new one.")
	}
	if err := c.h.Grants.Consent(c.ctx(), c.tenant, consent); err != nil {
		return none, err
	}
	made, err := c.grantLike(client, consent.User, consent.Resource)
	if err != nil {
		return none, err
	}
	if made == nil {
		return none, fault.Field(fault.Conflict, "GrantWithdrawn", "clientId", "The permission grant was taken back at the same moment.", "List the grants and repeat the request if it is still wanted.")
	}
	return *made, nil
}

// grantLike finds the grant of an app for the same person and API.
func (c *call) grantLike(client string, user directory.ObjectID, resource string) (*signin.PermissionGrant, error) {
	q := byKey(permissionGrantTable, "clientId", client)
	q.Top = directoryPaging.max
	for {
		page, err := c.h.Lists.ListPermissionGrants(c.ctx(), c.tenant, q)
		if err != nil {
			return nil, err
		}
		for i := range page.Items {
			if g := &page.Items[i]; g.User == user && g.Resource == resource {
				return g, nil
			}
		}
		if page.Next == nil {
			return nil, nil
		}
		q.After = page.Next
	}
}

// readConsent reads a body; client is the app's service principal id.
func (c *call) readConsent(o odata.Object) (consent signin.Consent, client string, err error) {
	var kind, principal, resource, scope string
	r := reader{o: o}
	r.text("clientId", &client)
	r.text("consentType", &kind)
	r.text("principalId", &principal)
	r.text("resourceId", &resource)
	r.text("scope", &scope)
	if r.err != nil {
		return consent, client, r.err
	}
	app, err := c.servicePrincipalBy("id", client)
	if err != nil {
		return consent, client, err
	}
	if app == nil || app.resource {
		return consent, client, fault.Field(fault.Invalid, "ClientNotFound", "clientId", "There is no app with the service principal '"+short(client)+"' in this tenant.", "Send the id of an app that /servicePrincipals lists, not its appId.")
	}
	if !strings.EqualFold(resource, access.GraphAppID) {
		return consent, client, fault.Field(fault.Invalid, "ResourceNotSupported", "resourceId", "Permissions are granted for Microsoft Graph here, not for '"+short(resource)+"'.", "Send "+access.GraphAppID+".")
	}
	consent = signin.Consent{AppID: app.AppID, Resource: access.GraphURL}
	switch {
	case kind == signin.ForEverybody && principal == "":
	case kind == signin.ForOne && principal != "":
		u, err := c.h.Objects.GetUser(c.ctx(), c.tenant, principal)
		if fault.Is(err, fault.NotFound) {
			return consent, client, fault.Field(fault.Invalid, "UserNotFound", "principalId", "There is no user with the id '"+short(principal)+"' in this tenant.", "List the users to find the right object id.")
		}
		if err != nil {
			return consent, client, err
		}
		consent.User = u.ID
	default:
		return consent, client, fault.Field(fault.Invalid, "InvalidConsentType", "consentType", "consentType and principalId do not fit together.", "Send AllPrincipals without principalId, or Principal with a user's id.")
	}
	consent.Scopes, err = readScopes(scope)
	return consent, app.ID, err
}

// readScopes reads a list of scopes. Those of OpenID Connect need no consent
// here and are left out.
func readScopes(text string) ([]string, error) {
	var out []string
	for name := range strings.FieldsSeq(text) {
		if slices.Contains([]string{"openid", "profile", "email", "offline_access"}, name) {
			continue
		}
		if !access.KnownScope(name) {
			return nil, fault.Field(fault.Invalid, "UnknownPermission", "scope", "There is no permission '"+short(name)+"'.", nearest(name, access.Scopes(), "Use a name of Microsoft Graph's permissions reference."))
		}
		out = append(out, name)
	}
	if len(out) == 0 {
		return nil, fault.Field(fault.Invalid, "ScopeRequired", "scope", "A permission grant needs at least one permission.", "Send scope with names and spaces between, for example User.Read.")
	}
	return out, nil
}

// deletePermissionGrant takes back what the app may do for this person or for
// everybody, and the tokens that live on it.
func (h *Handler) deletePermissionGrant(c *call) error {
	g, err := c.permissionGrant()
	if err != nil {
		return err
	}
	if err := h.Grants.WithdrawConsent(c.ctx(), c.tenant, g.AppID, g.User); err != nil {
		return err
	}
	return c.noContent()
}
