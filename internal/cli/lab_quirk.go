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

type labQuirkOptions struct {
	*app
	tenant string
}

func (a *app) newLabQuirk() *cobra.Command {
	o := &labQuirkOptions{app: a}
	cmd := &cobra.Command{
		Use: "quirk [NAME on|off]", Short: "Let a lab tenant have a habit of Microsoft's service",
		Long: `Without arguments the quirks are listed. They are off at first, and after
'taxiway lab reset'; a tenant that is no lab has none.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) == 2 && (args[1] == "on" || args[1] == "off") {
				return nil
			}
			return fault.Field(fault.Invalid, "InvalidArguments", "arguments", "A quirk's name and 'on' or 'off' are needed, or nothing at all.", "Use, for example, 'taxiway lab quirk sync-429 on'.")
		},
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args) },
	}
	cmd.Flags().StringVar(&o.tenant, "tenant", labDomain, "tenant id or domain")
	return cmd
}

func (o *labQuirkOptions) run(ctx context.Context, args []string) error {
	return o.withAdmin(ctx, func(_ config.Config, admin *server.Admin) error {
		path := "/tenants/" + url.PathEscape(o.tenant) + "/quirks"
		var all []server.AdminQuirk
		var err error
		if len(args) == 0 {
			err = admin.Call(ctx, "GET", path, nil, &all)
		} else {
			err = admin.Call(ctx, "PUT", path+"/"+url.PathEscape(args[0]), map[string]bool{"on": args[1] == "on"}, &all)
		}
		if err != nil {
			return err
		}
		return o.show(all, func(w io.Writer) error {
			rows := make([][]string, len(all))
			for i, q := range all {
				rows[i] = []string{string(q.Quirk), map[bool]string{true: "on", false: "off"}[q.On], q.Does}
			}
			return table(w, []string{"Quirk", "State", "What it does"}, rows)
		})
	})
}
