package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/server"
)

type serveOptions struct{ *app }

func (a *app) newServe() *cobra.Command {
	o := &serveOptions{a}
	cmd := &cobra.Command{
		Use: "serve", Short: "Run the server", Args: exactly(0),
		Long: `Runs until SIGINT or SIGTERM: then new work is refused, what has begun is finished,
and the program ends with code 0.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	a.addKeyFlags(cmd)
	return cmd
}

func (o *serveOptions) run(ctx context.Context) error {
	cfg, err := o.config()
	if err != nil {
		return err
	}
	srv, err := server.New(ctx, cfg, server.Options{Log: o.logger(cfg.Log), Version: o.Version})
	if err != nil {
		return err
	}
	place := placeOf(cfg, srv)
	if o.json {
		err = o.showJSON(place)
	} else {
		fmt.Fprintf(o.Out, "taxiway %s\n", o.Version)
		err = place.write(o.Out)
	}
	if err != nil {
		return closing(srv, err)
	}
	return srv.Run(ctx)
}

// closing gives a server back that never ran.
func closing(srv *server.Server, err error) error {
	if cerr := srv.Close(); cerr != nil {
		return fmt.Errorf("%w (and close the store: %w)", err, cerr)
	}
	return err
}

// place is where a server keeps its data and where it can be reached.
type place struct {
	DataDirectory string `json:"dataDirectory"`
	Database      string `json:"database"`
	Graph         string `json:"graph"`
	Devices       string `json:"devices"`
	Metrics       string `json:"metrics,omitempty"`
	people, pcs   string // the listeners' addresses
}

func placeOf(cfg config.Config, srv *server.Server) place {
	p := place{
		DataDirectory: cfg.DataDir, Database: "PostgreSQL", Graph: cfg.BaseURL, Devices: cfg.DeviceURL,
		people: srv.Address("people"), pcs: srv.Address("devices"),
	}
	if cfg.UsesSQLite() {
		p.Database = "SQLite, " + cfg.SQLiteFile()
	}
	if addr := srv.Address("private"); addr != "" {
		p.Metrics = "http://" + addr
	}
	if p.pcs == "" {
		p.pcs = p.people // one port for both
	}
	return p
}

func (p *place) write(w io.Writer) error {
	metrics := p.Metrics
	if metrics != "" {
		metrics += "/metrics, /healthz, /readyz"
	}
	return card(w,
		field{"Data directory", p.DataDirectory}, field{"Database", p.Database},
		field{"Graph, sign-in", p.Graph + " (listening on " + p.people + ")"},
		field{"PCs", p.Devices + " (listening on " + p.pcs + ")"},
		field{"Metrics, health", metrics},
	)
}
