package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"taxiway/internal/server"
)

type migrateOptions struct{ *app }

func (a *app) newMigrate() *cobra.Command {
	o := &migrateOptions{a}
	cmd := &cobra.Command{
		Use: "migrate", Short: "Bring the database to this program's schema", Args: exactly(0),
		Long: `PostgreSQL is migrated by this command alone, before the first server of a new
version starts. SQLite is migrated by 'serve' too, after a copy beside the file.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	a.addKeyFlags(cmd)
	return cmd
}

func (o *migrateOptions) run(ctx context.Context) error {
	cfg, err := o.config()
	if err != nil {
		return err
	}
	done, err := server.Migrate(ctx, cfg, server.Options{Log: o.quiet(), Now: o.Now})
	if err != nil {
		return err
	}
	return o.show(done, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "The %s database has schema %d.\n", done.Engine, done.Schema)
		return err
	})
}
