package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
)

type labUpOptions struct {
	*app
	exitAfterTable bool
}

func (a *app) newLabUp() *cobra.Command {
	o := &labUpOptions{app: a}
	cmd := &cobra.Command{
		Use: "up", Short: "Run a server with the sample tenant Contoso", Args: exactly(0),
		Long: `Starts a server. If its data directory has no tenant Contoso yet, one is made with
6 users, 3 dynamic groups, 2 profiles and 25 PCs, which are registered through
Graph from the file contoso.csv. Then the PCs are shown, and why one of them has
no profile; the server goes on until SIGINT or SIGTERM. A second start goes on
with the same data.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().BoolVar(&o.exitAfterTable, "exit-after-table", false, "end after the PCs were shown")
	a.addKeyFlags(cmd)
	return cmd
}

func (o *labUpOptions) run(ctx context.Context) error {
	o.quietLog()
	cfg, err := o.config()
	if err != nil {
		return err
	}
	return o.hosted(ctx, cfg, func(ctx context.Context, h *host) error { return o.present(ctx, cfg, h) })
}

// quietLog keeps the log out of what is shown, unless somebody chose a level.
func (o *labUpOptions) quietLog() {
	const key = "log.level"
	if _, chosen := o.keys[key]; !chosen && o.configFile == "" && o.lookup("TAXIWAY_LOG_LEVEL") == "" {
		o.keys[key] = "warn"
	}
}

func (o *labUpOptions) present(ctx context.Context, cfg config.Config, h *host) error {
	place := placeOf(cfg, h.server)
	if !o.json {
		fmt.Fprintf(o.Out, "taxiway %s\n", o.Version)
		if err := place.write(o.Out); err != nil {
			return err
		}
		fmt.Fprintln(o.Out)
	}
	lab, err := o.fill(ctx, cfg, h.admin, h.address)
	if err != nil {
		return err
	}
	defer lab.client.Close()
	if err := o.tell(ctx, cfg, lab, &place); err != nil {
		return err
	}
	if o.exitAfterTable {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}
