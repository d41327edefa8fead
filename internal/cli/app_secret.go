package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"taxiway/internal/server"
)

type secretAddOptions struct {
	*appCommand
	name     string
	lifetime string
}

func (o *appCommand) newSecretAdd() *cobra.Command {
	s := &secretAddOptions{appCommand: o}
	cmd := &cobra.Command{
		Use: "add APP", Short: "Make another secret; it is shown once", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error { return s.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().StringVar(&s.name, "name", "", "what it is for")
	cmd.Flags().StringVar(&s.lifetime, "lifetime", "", "how long it is good, as in 720h (default two years)")
	return cmd
}

func (s *secretAddOptions) run(ctx context.Context, name string) error {
	return s.onApp(ctx, name, func(admin *server.Admin, path string, app *server.AdminApp) error {
		var made struct {
			server.AdminSecret
			Secret string `json:"secret"`
		}
		if err := admin.Call(ctx, "POST", path+"/secrets", map[string]string{"displayName": s.name, "lifetime": s.lifetime}, &made); err != nil {
			return err
		}
		return s.show(made, func(w io.Writer) error {
			if err := card(w, field{"Client id", app.AppID}, field{"Key id", made.KeyID}, field{"Good until", moment(made.ExpiresAt)}, field{"Secret", made.Secret}); err != nil {
				return err
			}
			_, err := fmt.Fprintln(w, "The secret is shown this once; only its hash is kept.")
			return err
		})
	})
}

func (o *appCommand) newSecretRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove APP KEY-ID", Short: "Remove a secret; sign-ins with it fail from now on", Args: exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.onApp(ctx, args[0], func(admin *server.Admin, path string, app *server.AdminApp) error {
				if err := admin.Call(ctx, "DELETE", path+"/secrets/"+args[1], nil, nil); err != nil {
					return err
				}
				return o.show(map[string]string{"appId": app.AppID, "keyId": args[1]}, said("Removed the secret %s of the app %s.", args[1], app.DisplayName))
			})
		},
	}
}
