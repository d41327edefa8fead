package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/server"
)

type backupOptions struct{ *app }

func (a *app) newBackup() *cobra.Command {
	o := &backupOptions{a}
	cmd := &cobra.Command{
		Use: "backup FILE", Short: "Write everything of one moment to a new file", Args: exactly(1),
		Long: `A running server goes on meanwhile. Keys and secrets in the file are sealed with
the master key, which is not in it: keep that apart. The file fits either
database, SQLite or PostgreSQL.`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	a.addKeyFlags(cmd)
	return cmd
}

func (o *backupOptions) run(ctx context.Context, name string) error {
	path, err := filepath.Abs(name)
	if err != nil {
		return fmt.Errorf("find %s: %w", name, err)
	}
	return o.withAdmin(ctx, func(cfg config.Config, admin *server.Admin) error {
		var b server.AdminBackup
		if err := admin.Call(ctx, "POST", "/backup", map[string]string{"file": path}, &b); err != nil {
			return err
		}
		return o.show(b, func(w io.Writer) error {
			if _, err := fmt.Fprintf(w, "Wrote %s: %s of %d tables, read back and checked.\n", b.File, plural(rowsOf(b), "row"), len(b.Rows)); err != nil {
				return err
			}
			_, err := fmt.Fprintf(w, "It opens only with the master key: %s\n", masterKeyOf(cfg))
			return err
		})
	})
}

func rowsOf(b server.AdminBackup) int {
	sum := 0
	for _, n := range b.Rows {
		sum += int(n)
	}
	return sum
}

// masterKeyOf says where the master key is, never what it is.
func masterKeyOf(cfg config.Config) string {
	if cfg.MasterKey.Reveal() != "" {
		return "the value of TAXIWAY_MASTER_KEY"
	}
	return cfg.MasterKeyFile()
}

type restoreOptions struct {
	*app
	force bool
}

func (a *app) newRestore() *cobra.Command {
	o := &restoreOptions{app: a}
	cmd := &cobra.Command{
		Use: "restore FILE", Short: "Replace everything by a backup", Args: exactly(1),
		Long: "No server may run. All or nothing is replaced, after the backup was checked.",
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().BoolVar(&o.force, "force", false, "replace a database that has tenants")
	a.addKeyFlags(cmd)
	return cmd
}

func (o *restoreOptions) run(ctx context.Context, path string) error {
	cfg, err := o.config()
	if err != nil {
		return err
	}
	b, err := server.Restore(ctx, cfg, server.Options{Log: o.quiet(), Now: o.Now}, path, o.force)
	if err != nil {
		return err
	}
	return o.show(b, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "Restored %s, made %s from %s: %s.\n", b.File, moment(b.MadeAt), b.Engine, plural(rowsOf(b), "row"))
		return err
	})
}
