package cli

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"taxiway/internal/fault"
	"taxiway/internal/server"
)

// certificateFile bounds what is read: no certificate is that large.
const certificateFile = 1 << 20

func readCertificate(target, path string) ([]byte, error) {
	f, err := os.Open(path) //nolint:gosec // the path is the caller's own
	if err != nil {
		return nil, fault.Field(fault.Invalid, "FileNotRead", target, "The file "+path+" cannot be read: "+err.Error()+".", "Give the path of the certificate.")
	}
	defer f.Close() //nolint:errcheck // only read
	content, err := io.ReadAll(io.LimitReader(f, certificateFile))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return content, nil
}

type certificateAddOptions struct {
	*appCommand
	name string
}

func (o *appCommand) newCertificateAdd() *cobra.Command {
	c := &certificateAddOptions{appCommand: o}
	cmd := &cobra.Command{
		Use: "add APP FILE", Short: "Let an app prove itself with a certificate's key", Args: exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args[0], args[1]) },
	}
	cmd.Long = `Let an app prove itself with a certificate's key.

The file holds one certificate as PEM or DER, with an RSA key of 2048 bits or more.
It must not hold the private key: that stays with the app.`
	cmd.Flags().StringVar(&c.name, "name", "", "what it is for (default its common name)")
	return cmd
}

func (c *certificateAddOptions) run(ctx context.Context, name, path string) error {
	content, err := readCertificate("file", path)
	if err != nil {
		return err
	}
	return c.onApp(ctx, name, func(admin *server.Admin, path string, app *server.AdminApp) error {
		var made server.AdminCertificate
		if err := admin.Call(ctx, "POST", path+"/certificates", newCertificate{DisplayName: c.name, Content: content}, &made); err != nil {
			return err
		}
		return c.show(made, func(w io.Writer) error {
			return card(w, field{"Client id", app.AppID}, field{"Key id", made.KeyID}, field{"Name", made.DisplayName},
				field{"Thumbprint", made.SHA1}, field{"SHA-256", made.SHA256}, field{"Good until", moment(made.ExpiresAt)})
		})
	})
}

func (o *appCommand) newCertificateRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove APP KEY-ID", Short: "Remove a certificate; sign-ins with it fail from now on", Args: exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.onApp(ctx, args[0], func(admin *server.Admin, path string, app *server.AdminApp) error {
				if err := admin.Call(ctx, "DELETE", path+"/certificates/"+args[1], nil, nil); err != nil {
					return err
				}
				return o.show(map[string]string{"appId": app.AppID, "keyId": args[1]}, said("Removed the certificate %s of the app %s.", args[1], app.DisplayName))
			})
		},
	}
}

func (o *appCommand) newCertificateList() *cobra.Command {
	return &cobra.Command{
		Use: "list APP", Short: "List the certificates of an app", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.onApp(cmd.Context(), args[0], func(_ *server.Admin, _ string, app *server.AdminApp) error {
				list := app.Certificates
				if list == nil {
					list = []server.AdminCertificate{}
				}
				return o.show(list, func(w io.Writer) error {
					rows := make([][]string, len(list))
					for i := range list {
						c := &list[i]
						rows[i] = []string{c.KeyID, c.DisplayName, c.SHA1, moment(c.StartsAt), moment(c.ExpiresAt)}
					}
					return table(w, []string{"Key id", "Name", "Thumbprint", "Good from", "Good until"}, rows)
				})
			})
		},
	}
}
