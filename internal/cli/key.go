package cli

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/server"
)

func (a *app) newKey() *cobra.Command {
	return a.parent("key", "The keys that sign tokens, and the master key", a.newKeyList(), a.newKeyRotate(), a.newKeyChangeMaster())
}

type keyListOptions struct{ *app }

func (a *app) newKeyList() *cobra.Command {
	o := &keyListOptions{a}
	return &cobra.Command{
		Use: "list", Short: "List the signing keys", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
}

func (o *keyListOptions) run(ctx context.Context) error {
	return o.withAdmin(ctx, func(_ config.Config, admin *server.Admin) error {
		var keys []server.AdminKey
		if err := admin.Call(ctx, "GET", "/keys", nil, &keys); err != nil {
			return err
		}
		return o.show(keys, func(w io.Writer) error {
			rows := make([][]string, len(keys))
			for i, k := range keys {
				rows[i] = []string{k.KeyID, k.State, moment(k.SignsFrom), moment(k.PublishedUntil)}
			}
			return table(w, []string{"Key id", "State", "Signs from", "Published until"}, rows)
		})
	})
}

type keyRotateOptions struct {
	*app
	replace bool
}

func (a *app) newKeyRotate() *cobra.Command {
	o := &keyRotateOptions{app: a}
	cmd := &cobra.Command{
		Use: "rotate", Short: "Make the next signing key", Args: exactly(0),
		Long: `The next key is published at once and signs a day later, when clients have seen
it; tokens of the present one live out their time. With --replace all keys are
removed and a fresh one signs at once: for a key that others may have. Nobody's
token is good any more then; people and programs ask for new ones.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().BoolVar(&o.replace, "replace", false, "remove all keys and sign with a fresh one at once")
	return cmd
}

func (o *keyRotateOptions) run(ctx context.Context) error {
	return o.withAdmin(ctx, func(_ config.Config, admin *server.Admin) error {
		var done server.AdminRotation
		if err := admin.Call(ctx, "POST", "/keys", map[string]bool{"replace": o.replace}, &done); err != nil {
			return err
		}
		return o.show(done, func(w io.Writer) error {
			var err error
			if done.Replaced {
				_, err = fmt.Fprintf(w, "Key %s signs now; all older keys are gone.\n", done.KeyID)
			} else {
				_, err = fmt.Fprintf(w, "Key %s signs from %s on.\n", done.KeyID, moment(done.SignsFrom))
			}
			return err
		})
	})
}

type keyChangeMasterOptions struct {
	*app
	keyFile string
}

func (a *app) newKeyChangeMaster() *cobra.Command {
	o := &keyChangeMasterOptions{app: a}
	cmd := &cobra.Command{
		Use: "change-master", Short: "Seal everything with a new master key", Args: exactly(0),
		Long: `Stop every server first, on all machines that share the database. Signing keys,
secrets and the authority's key are sealed anew in one transaction; then the file
master.key is replaced, and the old key kept beside it for backups made with it.
If the command is interrupted, run it again.`,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().StringVar(&o.keyFile, "new-key-file", "", "take the new key from this file of mode 0600 (32 bytes in hexadecimal or base64); default: a random one")
	a.addKeyFlags(cmd)
	return cmd
}

func (o *keyChangeMasterOptions) run(ctx context.Context) error {
	cfg, err := o.config()
	if err != nil {
		return err
	}
	done, err := server.ChangeMasterKey(ctx, cfg, server.Options{Log: o.quiet(), Now: o.Now}, o.keyFile)
	if err != nil {
		return err
	}
	return o.show(done, func(w io.Writer) error {
		if done.Resumed {
			fmt.Fprintln(w, "The store had the new key already; its file is in place now.")
		} else {
			fmt.Fprintln(w, "Sealed with the new master key:")
			rows := [][]string{}
			for _, t := range slices.Sorted(maps.Keys(done.Sealed)) {
				rows = append(rows, []string{t, strconv.Itoa(done.Sealed[t])})
			}
			if err := table(w, []string{"Table", "Values"}, rows); err != nil {
				return err
			}
		}
		if done.KeptAs == "" {
			_, err := fmt.Fprintln(w, "Set TAXIWAY_MASTER_KEY to the new key before the next start. Backups made before need the old one.")
			return err
		}
		_, err := fmt.Fprintf(w, "The old key is kept as %s: backups made before need it.\n", done.KeptAs)
		return err
	})
}
