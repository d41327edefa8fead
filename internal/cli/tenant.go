package cli

import (
	"context"
	"fmt"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/server"
)

func (a *app) newTenant() *cobra.Command {
	return a.parent("tenant", "Tenants: organisations that know nothing of each other", a.newTenantCreate(), a.newTenantList(), a.newTenantDelete())
}

func listTenants(ctx context.Context, admin *server.Admin) ([]server.AdminTenant, error) {
	var out []server.AdminTenant
	err := admin.Call(ctx, "GET", "/tenants", nil, &out)
	return out, err
}

type tenantCreateOptions struct {
	*app
	domain string
	id     string
	lab    bool
}

func (a *app) newTenantCreate() *cobra.Command {
	o := &tenantCreateOptions{app: a}
	cmd := &cobra.Command{
		Use: "create NAME --domain DOMAIN", Short: "Make a tenant", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().StringVar(&o.domain, "domain", "", "its domain, as in contoso.example")
	cmd.Flags().StringVar(&o.id, "id", "", "its id, a GUID; made when left out")
	cmd.Flags().BoolVar(&o.lab, "lab", false, "a lab: its clock can be moved, and it can be reset")
	return cmd
}

func (o *tenantCreateOptions) run(ctx context.Context, name string) error {
	return o.withAdmin(ctx, func(cfg config.Config, admin *server.Admin) error {
		in := map[string]any{"displayName": name, "domain": o.domain, "lab": o.lab}
		if o.id != "" {
			in["id"] = o.id
		}
		var t server.AdminTenant
		if err := admin.Call(ctx, "POST", "/tenants", in, &t); err != nil {
			return err
		}
		if o.lab {
			return o.show(t, func(w io.Writer) error { return writeTenants(w, []server.AdminTenant{t}) })
		}
		l, err := firstAdminLink(ctx, cfg, admin, string(t.ID))
		if err != nil {
			return err
		}
		return o.show(createdTenant{t, l}, func(w io.Writer) error {
			if err := writeTenants(w, []server.AdminTenant{t}); err != nil {
				return err
			}
			return o.writeLink(w, &l, forFirstAdmin)
		})
	})
}

// createdTenant is a new tenant with the way in for its first administrator.
type createdTenant struct {
	server.AdminTenant
	FirstAdministrator linkFile `json:"firstAdministrator"`
}

func writeTenants(w io.Writer, tenants []server.AdminTenant) error {
	rows := make([][]string, len(tenants))
	for i, t := range tenants {
		rows[i] = []string{string(t.ID), t.DisplayName, t.Domain, yesNo(t.Lab), t.ClockOffset, moment(t.CreatedAt)}
	}
	return table(w, []string{"Tenant id", "Name", "Domain", "Lab", "Clock ahead by", "Created"}, rows)
}

type tenantListOptions struct{ *app }

func (a *app) newTenantList() *cobra.Command {
	o := &tenantListOptions{a}
	return &cobra.Command{
		Use: "list", Short: "List the tenants", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
}

func (o *tenantListOptions) run(ctx context.Context) error {
	return o.withAdmin(ctx, func(_ config.Config, admin *server.Admin) error {
		tenants, err := listTenants(ctx, admin)
		if err != nil {
			return err
		}
		return o.show(tenants, func(w io.Writer) error { return writeTenants(w, tenants) })
	})
}

type tenantDeleteOptions struct {
	*app
	yes bool
}

func (a *app) newTenantDelete() *cobra.Command {
	o := &tenantDeleteOptions{app: a}
	cmd := &cobra.Command{
		Use: "delete TENANT --yes", Short: "Delete a tenant with everything in it", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().BoolVar(&o.yes, "yes", false, "yes, delete it")
	return cmd
}

func (o *tenantDeleteOptions) run(ctx context.Context, name string) error {
	if !o.yes {
		return fault.Field(fault.Invalid, "NotConfirmed", "--yes", "The tenant '"+name+"' would be deleted with its devices, groups, profiles, users and apps.", "Add --yes if that is meant.")
	}
	return o.withAdmin(ctx, func(_ config.Config, admin *server.Admin) error {
		var t server.AdminTenant
		if err := admin.Call(ctx, "DELETE", "/tenants/"+url.PathEscape(name), nil, &t); err != nil {
			return err
		}
		return o.show(t, func(w io.Writer) error {
			_, err := fmt.Fprintf(w, "Deleted the tenant %s (%s).\n", t.DisplayName, t.Domain)
			return err
		})
	})
}
