package cli

import (
	"context"
	"fmt"
	"io"

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
no profile. At last one virtual PC, which is kept in the folder pcs, goes from bare
metal to its desktop over the wire by the eight steps of the tutorial, with what
the tutorial tells an admin to check. The server goes on until SIGINT or SIGTERM.
A second start goes on with the same data.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().BoolVar(&o.exitAfterTable, "exit-after-table", false, "end after the PCs and the checks were shown")
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
	if err := o.both(ctx, cfg, lab, h, &place); err != nil {
		return err
	}
	if o.exitAfterTable {
		return nil
	}
	<-ctx.Done()
	return ctx.Err()
}

// both shows the PCs, and one of them on its way to the desktop: as it goes for
// people, at once for programs.
func (o *labUpOptions) both(ctx context.Context, cfg config.Config, l *lab, h *host, p *place) error {
	if o.json {
		d, err := o.deploy(ctx, cfg, l, h, io.Discard)
		if err != nil {
			return err
		}
		return o.tell(ctx, cfg, l, p, d)
	}
	if err := o.tell(ctx, cfg, l, p, nil); err != nil {
		return err
	}
	d, err := o.deploy(ctx, cfg, l, h, o.Out)
	if err != nil {
		return err
	}
	if d.Problem != "" {
		fmt.Fprintf(o.Out, "\nThe virtual PC is not at its desktop: %s\n", d.Problem)
	}
	if len(d.Checks) > 0 {
		fmt.Fprintln(o.Out)
		if err := writeChecks(o.Out, d.Checks); err != nil {
			return err
		}
	}
	if !o.exitAfterTable {
		fmt.Fprintln(o.Out, "\nServing until Ctrl+C; the next start goes on with the same data.")
	}
	return nil
}
