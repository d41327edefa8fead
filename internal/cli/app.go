package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/server"
)

// appCommand runs a command about the apps of one tenant.
type appCommand struct {
	*app
	tenant string
}

func (a *app) newApp() *cobra.Command {
	o := &appCommand{app: a}
	cmd := a.parent("app", "App registrations: programs that may call Graph",
		o.newCreate(), o.newList(), o.newDelete(), o.newGrant(),
		o.newSwitch("enable", "Let an app sign in again", true), o.newSwitch("disable", "Refuse an app's tokens and sign-ins", false),
		a.parent("secret", "The client secrets of an app", o.newSecretAdd(), o.newSecretRemove()),
		a.parent("redirect", "Where people are sent back to after a sign-in", o.newRedirectAdd(), o.newRedirectRemove(), o.newRedirectList()),
		a.parent("certificate", "The certificates an app proves itself with", o.newCertificateAdd(), o.newCertificateRemove(), o.newCertificateList()),
		o.newConsent(),
	)
	cmd.PersistentFlags().StringVar(&o.tenant, "tenant", "", "tenant id or domain; not needed when there is only one")
	return cmd
}

// within runs fn with the tenant the command is about.
func (o *appCommand) within(ctx context.Context, fn func(cfg config.Config, admin *server.Admin, t *server.AdminTenant) error) error {
	return o.withAdmin(ctx, func(cfg config.Config, admin *server.Admin) error {
		t, err := onlyTenant(ctx, admin, o.tenant)
		if err != nil {
			return err
		}
		return fn(cfg, admin, &t)
	})
}

// onApp runs fn with the app that a command names.
func (o *appCommand) onApp(ctx context.Context, name string, fn func(admin *server.Admin, path string, app *server.AdminApp) error) error {
	return o.within(ctx, func(_ config.Config, admin *server.Admin, t *server.AdminTenant) error {
		app, err := findApp(ctx, admin, string(t.ID), name)
		if err != nil {
			return err
		}
		return fn(admin, appsPath(string(t.ID))+"/"+app.AppID, &app)
	})
}

func (o *appCommand) newList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the apps with their permissions and secrets' ends", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return o.within(ctx, func(_ config.Config, admin *server.Admin, t *server.AdminTenant) error {
				apps, err := listApps(ctx, admin, string(t.ID))
				if err != nil {
					return err
				}
				return o.show(apps, func(w io.Writer) error { return writeApps(w, apps) })
			})
		},
	}
}

func writeApps(w io.Writer, apps []server.AdminApp) error {
	var rows [][]string
	for i := range apps {
		app := &apps[i]
		var secrets []string
		for _, s := range app.Secrets {
			secrets = append(secrets, fmt.Sprintf("%s… (%s, until %s)", s.Hint, s.KeyID, s.ExpiresAt.UTC().Format("2006-01-02")))
		}
		for i := range app.Certificates {
			c := &app.Certificates[i]
			secrets = append(secrets, fmt.Sprintf("certificate %s (%s, until %s)", c.SHA1, c.KeyID, c.ExpiresAt.UTC().Format("2006-01-02")))
		}
		if app.PublicClient {
			secrets = append(secrets, "public client")
		}
		rows = append(rows, []string{app.AppID, app.DisplayName, yesNo(app.Enabled), strings.Join(app.Permissions, ", "), strings.Join(secrets, ", ")})
	}
	return table(w, []string{"Client id", "Name", "Enabled", "Permissions", "Secrets"}, rows)
}

func (o *appCommand) newDelete() *cobra.Command {
	return &cobra.Command{
		Use: "delete APP", Short: "Delete an app with its secrets", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.onApp(ctx, args[0], func(admin *server.Admin, path string, app *server.AdminApp) error {
				if err := admin.Call(ctx, "DELETE", path, nil, nil); err != nil {
					return err
				}
				return o.show(app, said("Deleted the app %s.", app.DisplayName))
			})
		},
	}
}

type appGrantOptions struct {
	*appCommand
	revoke bool
}

func (o *appCommand) newGrant() *cobra.Command {
	g := &appGrantOptions{appCommand: o}
	cmd := &cobra.Command{
		Use: "grant APP PERMISSION…", Short: "Give an app Graph permissions, or take them away", Args: atLeast(2),
		RunE: func(cmd *cobra.Command, args []string) error { return g.run(cmd.Context(), args[0], args[1:]) },
	}
	cmd.Flags().BoolVar(&g.revoke, "revoke", false, "take them away")
	return cmd
}

func (g *appGrantOptions) run(ctx context.Context, name string, names []string) error {
	return g.onApp(ctx, name, func(admin *server.Admin, path string, app *server.AdminApp) error {
		list := slices.DeleteFunc(slices.Clone(app.Permissions), func(p string) bool { return slices.Contains(names, p) })
		if !g.revoke {
			list = append(list, names...)
		}
		slices.Sort(list)
		return g.patch(ctx, admin, path, map[string]any{"permissions": list})
	})
}

func (o *appCommand) newSwitch(use, short string, on bool) *cobra.Command {
	return &cobra.Command{
		Use: use + " APP", Short: short, Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.onApp(ctx, args[0], func(admin *server.Admin, path string, _ *server.AdminApp) error {
				return o.patch(ctx, admin, path, map[string]any{"enabled": on})
			})
		},
	}
}

func (o *appCommand) patch(ctx context.Context, admin *server.Admin, path string, change map[string]any) error {
	var now server.AdminApp
	if err := admin.Call(ctx, "PATCH", path, change, &now); err != nil {
		return err
	}
	return o.show(now, func(w io.Writer) error { return writeApps(w, []server.AdminApp{now}) })
}

// said is a result that one sentence tells.
func said(format string, args ...any) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := fmt.Fprintf(w, format+"\n", args...)
		return err
	}
}
