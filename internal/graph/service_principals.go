package graph

import (
	"strings"

	"taxiway/internal/access"
	"taxiway/internal/odata"
	"taxiway/internal/signin"
)

// servicePrincipal is Graph's servicePrincipal, as far as permission grants
// need it: an app of the tenant, an app that every tenant has, or an API. What
// every tenant has is its own service principal: id and appId are the same.
type servicePrincipal struct {
	ID             string `json:"id"`
	AccountEnabled bool   `json:"accountEnabled"`
	AppDisplayName string `json:"appDisplayName"`
	AppID          string `json:"appId"`
	DisplayName    string `json:"displayName"`
	Type           string `json:"servicePrincipalType"`
	resource       bool   // an API: asks for nothing itself
}

const principalsPath = "servicePrincipals"

var servicePrincipalTable = &odata.Table{
	Name: "microsoft.graph.servicePrincipal",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|readOnly),
		prop("accountEnabled", odata.Bool, filter|readOnly),
		prop("appDisplayName", odata.String, filter|readOnly),
		prop("appId", odata.GUID, filter|readOnly),
		prop("displayName", odata.String, filter|readOnly),
		prop("servicePrincipalType", odata.String, readOnly),
	},
}

func newServicePrincipal(id, appID, name string, enabled, resource bool) servicePrincipal {
	return servicePrincipal{ID: id, AccountEnabled: enabled, AppDisplayName: name, AppID: appID, DisplayName: name, Type: "Application", resource: resource}
}

// servicePrincipals are the APIs, the apps every tenant has, and the tenant's
// own, in this order.
func (c *call) servicePrincipals() ([]servicePrincipal, error) {
	all := []servicePrincipal{
		newServicePrincipal(access.GraphAppID, access.GraphAppID, "Microsoft Graph", true, true),
		newServicePrincipal(signin.JoinResourceID, signin.JoinResourceID, "Device Registration Service", true, true),
	}
	for _, a := range signin.FirstPartyApps() {
		all = append(all, newServicePrincipal(a.ID, a.ID, a.Name, true, false))
	}
	apps, err := c.h.Lists.ListApplications(c.ctx(), c.tenant)
	for _, a := range apps {
		all = append(all, newServicePrincipal(string(a.ServicePrincipal), a.AppID, a.DisplayName, a.Enabled, false))
	}
	return all, err
}

func (s *servicePrincipal) property(name string) any {
	switch name {
	case "id":
		return s.ID
	case "appId":
		return s.AppID
	case "displayName", "appDisplayName":
		return s.DisplayName
	case "accountEnabled":
		return s.AccountEnabled
	}
	return nil
}

// servicePrincipalBy finds one by id or appId; nil when there is none.
func (c *call) servicePrincipalBy(key, value string) (*servicePrincipal, error) {
	all, err := c.servicePrincipals()
	if err != nil {
		return nil, err
	}
	for i := range all {
		if id, _ := all[i].property(key).(string); strings.EqualFold(id, value) {
			return &all[i], nil
		}
	}
	return nil, nil
}

var servicePrincipals = &resource[servicePrincipal]{
	path: principalsPath, table: servicePrincipalTable, paging: directoryPaging, show: each(func(s *servicePrincipal) servicePrincipal { return *s }),
	read: func(c *call, q *odata.Query) (odata.List[servicePrincipal], error) {
		all, err := c.servicePrincipals()
		if err != nil {
			return odata.List[servicePrincipal]{}, err
		}
		return local(q, all, func(s *servicePrincipal) string { return s.ID }, (*servicePrincipal).property), nil
	},
	find: func(c *call) (servicePrincipal, error) {
		key := "id"
		if c.keys[altKey] != "" {
			key = "appId"
		}
		s, err := c.servicePrincipalBy(key, c.keys["id"])
		if err != nil {
			return servicePrincipal{}, err
		}
		if s == nil {
			return servicePrincipal{}, notFound("service principal", c.keys["id"], "List servicePrincipals to find the right id.")
		}
		return *s, nil
	},
}
