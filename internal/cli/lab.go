package cli

import (
	"context"
	"io"
	"net/url"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/server"
)

// labDomain is the domain of the sample tenant.
const labDomain = "contoso.example"

func (a *app) newLab() *cobra.Command {
	return a.parent("lab", "A sample tenant to try things in", a.newLabUp(), a.newLabReset(), a.newLabClock(), a.newLabQuirk())
}

type labResetOptions struct{ *app }

func (a *app) newLabReset() *cobra.Command {
	o := &labResetOptions{a}
	cmd := &cobra.Command{
		Use: "reset", Short: "Empty the lab tenant and fill it with the sample again", Args: exactly(0),
		Long: `The tenant keeps its id, its domain and its apps with their secrets; everything
else in it is replaced by the sample.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	a.addKeyFlags(cmd)
	return cmd
}

func (o *labResetOptions) run(ctx context.Context) error {
	cfg, err := o.config()
	if err != nil {
		return err
	}
	admin, err := server.ConnectAdmin(ctx, cfg)
	if err != nil {
		return err
	}
	if admin == nil {
		// Filling it goes through Graph, so somebody must serve it meanwhile.
		return o.hosted(ctx, cfg, func(ctx context.Context, h *host) error { return o.reset(ctx, cfg, h.admin, h.address) })
	}
	defer admin.Close() //nolint:errcheck // a connection
	return o.reset(ctx, cfg, admin, "")
}

func (o *labResetOptions) reset(ctx context.Context, cfg config.Config, admin *server.Admin, address string) error {
	if err := forgetLab(cfg); err != nil {
		return err
	}
	var t server.AdminTenant
	if err := admin.Call(ctx, "POST", "/tenants/"+labDomain+"/reset", nil, &t); err != nil {
		return err
	}
	lab, err := o.fill(ctx, cfg, admin, address)
	if err != nil {
		return err
	}
	defer lab.client.Close()
	return o.show(t, func(w io.Writer) error { return lab.writeSums(w) })
}

type labClockOptions struct {
	*app
	tenant  string
	advance string
}

func (a *app) newLabClock() *cobra.Command {
	o := &labClockOptions{app: a}
	cmd := &cobra.Command{
		Use: "clock", Short: "Move a lab tenant's clock forward", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().StringVar(&o.advance, "advance", "", "by how much, as in 24h or 90m")
	cmd.Flags().StringVar(&o.tenant, "tenant", labDomain, "tenant id or domain")
	return cmd
}

func (o *labClockOptions) run(ctx context.Context) error {
	if o.advance == "" {
		return fault.Field(fault.Invalid, "InvalidFlag", "--advance", "It is not said by how much.", "Add, for example, --advance 24h.")
	}
	return o.withAdmin(ctx, func(_ config.Config, admin *server.Admin) error {
		var t server.AdminTenant
		if err := admin.Call(ctx, "POST", "/tenants/"+url.PathEscape(o.tenant)+"/clock", map[string]string{"by": o.advance}, &t); err != nil {
			return err
		}
		return o.show(t, func(w io.Writer) error {
			return card(w, field{"Tenant", t.DisplayName}, field{"Clock ahead by", t.ClockOffset})
		})
	})
}
