package cli

import (
	"context"
	"net/url"
	"strings"

	"taxiway/internal/fault"
	"taxiway/internal/server"
)

// commandPermissions are what the commands of this program need, by the names
// of the Graph permissions reference.
func commandPermissions() []string {
	return []string{
		"Device.ReadWrite.All", "DeviceManagementApps.Read.All", "DeviceManagementServiceConfig.ReadWrite.All",
		"Group.ReadWrite.All", "GroupMember.ReadWrite.All", "Organization.Read.All", "User.ReadWrite.All",
	}
}

func appsPath(tenant string) string { return "/tenants/" + url.PathEscape(tenant) + "/apps" }

func listApps(ctx context.Context, admin *server.Admin, tenant string) ([]server.AdminApp, error) {
	var out []server.AdminApp
	err := admin.Call(ctx, "GET", appsPath(tenant), nil, &out)
	return out, err
}

// newApp is what an app is registered with on the private door.
type newApp struct {
	DisplayName  string                 `json:"displayName"`
	Permissions  []string               `json:"permissions"`
	Lifetime     string                 `json:"lifetime"`
	NoSecret     bool                   `json:"noSecret,omitempty"`
	PublicClient bool                   `json:"publicClient,omitempty"`
	Redirects    []server.AdminRedirect `json:"redirects,omitempty"`
	Certificates []newCertificate       `json:"certificates,omitempty"`
}

// newCertificate is a certificate's file.
type newCertificate struct {
	DisplayName string `json:"displayName,omitempty"`
	Content     []byte `json:"content"`
}

func createApp(ctx context.Context, admin *server.Admin, tenant string, n newApp) (server.AdminApp, error) {
	var out server.AdminApp
	err := admin.Call(ctx, "POST", appsPath(tenant), n, &out)
	return out, err
}

// onlyTenant is the tenant a command is about: the named one, else the only
// one there is.
func onlyTenant(ctx context.Context, admin *server.Admin, name string) (server.AdminTenant, error) {
	tenants, err := listTenants(ctx, admin)
	if err != nil {
		return server.AdminTenant{}, err
	}
	var names []string
	for _, t := range tenants {
		if strings.EqualFold(name, string(t.ID)) || strings.EqualFold(name, t.Domain) || name == "" && len(tenants) == 1 {
			return t, nil
		}
		names = append(names, t.Domain)
	}
	switch {
	case name != "":
		return server.AdminTenant{}, fault.Field(fault.NotFound, "TenantNotFound", "--tenant", "There is no tenant '"+name+"'.", "Give the id or domain of one; 'taxiway tenant list' shows them.")
	case len(names) == 0:
		return server.AdminTenant{}, fault.Field(fault.NotFound, "TenantNotFound", "--tenant", "There is no tenant yet.", "Make one with 'taxiway tenant create'.")
	}
	return server.AdminTenant{}, fault.Field(fault.Invalid, "TenantNotNamed", "--tenant", "There is more than one tenant.", "Name one with --tenant: "+strings.Join(names, ", ")+".")
}

// findApp finds an app registration by its client id or its name.
func findApp(ctx context.Context, admin *server.Admin, tenant, name string) (server.AdminApp, error) {
	apps, err := listApps(ctx, admin, tenant)
	if err != nil {
		return server.AdminApp{}, err
	}
	var found []server.AdminApp
	for i := range apps {
		if strings.EqualFold(apps[i].AppID, name) {
			return apps[i], nil
		}
		if apps[i].DisplayName == name {
			found = append(found, apps[i])
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return server.AdminApp{}, fault.Field(fault.NotFound, "AppNotFound", "app", "There is no app '"+name+"' in this tenant.", "Give the client id or name of one; 'taxiway app list' shows them.")
	}
	ids := make([]string, len(found))
	for i := range found {
		ids[i] = found[i].AppID
	}
	return server.AdminApp{}, fault.Field(fault.Conflict, "NameNotUnique", "app", "More than one app is called '"+name+"'.", "Give one of the client ids: "+strings.Join(ids, ", ")+".")
}
