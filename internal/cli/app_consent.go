package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/server"
)

type appConsentOptions struct {
	*appCommand
	permissions []string
	resource    string
	withdraw    bool
}

func (o *appCommand) newConsent() *cobra.Command {
	c := &appConsentOptions{appCommand: o}
	cmd := &cobra.Command{
		Use: "consent APP", Short: "Let an app act for everybody who signs in to it", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args[0]) },
	}
	cmd.Long = `Let an app act for everybody who signs in to it, or show what was agreed to.

The permissions are delegated ones: the app may do what they say and what the
person may do, and nobody is asked again. Microsoft's own programs, such as
'Microsoft Graph Command Line Tools', go by their name or client id.`
	cmd.Flags().StringSliceVar(&c.permissions, "permission", nil, "delegated permission, as in User.Read; may be repeated")
	cmd.Flags().StringVar(&c.resource, "resource", "", "the API they are of (default Microsoft Graph)")
	cmd.Flags().BoolVar(&c.withdraw, "withdraw", false, "take everything back and revoke the app's tokens")
	return cmd
}

func (c *appConsentOptions) run(ctx context.Context, name string) error {
	if c.withdraw && len(c.permissions) > 0 {
		return fault.Field(fault.Invalid, "ConflictingFlags", "--withdraw", "--withdraw takes everything back.", "Leave out --permission; agree anew to what shall stay.")
	}
	return c.within(ctx, func(_ config.Config, admin *server.Admin, t *server.AdminTenant) error {
		app, err := findClient(ctx, admin, string(t.ID), name)
		if err != nil {
			return err
		}
		path := appsPath(string(t.ID)) + "/" + app.AppID + "/consents"
		if c.withdraw {
			if err := admin.Call(ctx, "DELETE", path, nil, nil); err != nil {
				return err
			}
			return c.show(app, said("The app %s may no longer act for everybody.", app.DisplayName))
		}
		consents := []server.AdminConsent{}
		if len(c.permissions) == 0 {
			err = admin.Call(ctx, "GET", path, nil, &consents)
		} else {
			err = admin.Call(ctx, "POST", path, map[string]any{"resource": c.resource, "scopes": c.permissions}, &consents)
		}
		if err != nil {
			return err
		}
		return c.show(consents, func(w io.Writer) error {
			rows := make([][]string, len(consents))
			for i, x := range consents {
				rows[i] = []string{app.DisplayName, x.Resource, strings.Join(x.Scopes, ", ")}
			}
			return table(w, []string{"App", "API", "Permissions"}, rows)
		})
	})
}

// findClient finds an app of the tenant, or one that every tenant has, by its
// client id or name.
func findClient(ctx context.Context, admin *server.Admin, tenant, name string) (server.AdminClient, error) {
	app, err := findApp(ctx, admin, tenant, name)
	if err == nil {
		return server.AdminClient{AppID: app.AppID, DisplayName: app.DisplayName}, nil
	}
	if !fault.Is(err, fault.NotFound) {
		return server.AdminClient{}, err
	}
	var known []server.AdminClient
	if err := admin.Call(ctx, "GET", "/first-party-apps", nil, &known); err != nil {
		return server.AdminClient{}, err
	}
	for _, k := range known {
		if strings.EqualFold(k.AppID, name) || strings.EqualFold(k.DisplayName, name) {
			return k, nil
		}
	}
	return server.AdminClient{}, err
}
