package cli

import (
	"context"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/fault"
	"taxiway/internal/server"
)

// platformNames are what stands before an address and the "=".
var platformNames = []server.AdminPlatform{"web", "spa", "public"}

func redirectText(r server.AdminRedirect) string { return string(r.Platform) + "=" + r.URI }

// parseRedirects reads platform=address.
func parseRedirects(target string, texts []string) ([]server.AdminRedirect, error) {
	var out []server.AdminRedirect
	for _, text := range texts {
		var r server.AdminRedirect
		for _, platform := range platformNames {
			if uri, ok := strings.CutPrefix(text, string(platform)+"="); ok {
				r = server.AdminRedirect{URI: uri, Platform: platform}
			}
		}
		if r.Platform == "" {
			return nil, fault.Field(fault.Invalid, "PlatformRequired", target, "'"+text+"' does not say what kind of program listens there.", "Write web=, spa= or public= before the address, as in web=https://app.contoso.example/signin.")
		}
		out = append(out, r)
	}
	return out, nil
}

func completePlatforms(cmd *cobra.Command, flag string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, completePlatform) // fails only for a flag that is not there
}

func completePlatform(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	out := make([]string, len(platformNames))
	for i, name := range platformNames {
		out[i] = string(name) + "="
	}
	return out, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
}

func (o *appCommand) newRedirectAdd() *cobra.Command {
	cmd := &cobra.Command{
		Use: "add APP PLATFORM=ADDRESS…", Short: "Let people be sent back to an address", Args: atLeast(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.addRedirects(cmd.Context(), args[0], args[1:])
		},
	}
	cmd.Long = `Let people be sent back to an address after a sign-in.

PLATFORM is web for a server that keeps a secret, spa for a page that signs in by
script, public for a program on somebody's machine. Addresses begin with https://,
or http:// to the own machine, or with a scheme of its own for a public client.
They are compared character by character; of a public client on the own machine
the port may differ.`
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, text string) ([]string, cobra.ShellCompDirective) {
		if len(args) == 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return completePlatform(cmd, args, text)
	}
	return cmd
}

func (o *appCommand) addRedirects(ctx context.Context, name string, texts []string) error {
	redirects, err := parseRedirects("redirect", texts)
	if err != nil {
		return err
	}
	return o.onApp(ctx, name, func(admin *server.Admin, path string, app *server.AdminApp) error {
		for _, r := range redirects {
			var now server.AdminApp
			if err := admin.Call(ctx, "POST", path+"/redirects", r, &now); err != nil {
				return err
			}
			*app = now
		}
		return o.showRedirects(app)
	})
}

func (o *appCommand) newRedirectRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove APP ADDRESS…", Short: "Take an address away", Args: atLeast(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.onApp(ctx, args[0], func(admin *server.Admin, path string, app *server.AdminApp) error {
				for _, uri := range args[1:] {
					var now server.AdminApp
					if err := admin.Call(ctx, "DELETE", path+"/redirects?uri="+url.QueryEscape(uri), nil, &now); err != nil {
						return err
					}
					*app = now
				}
				return o.showRedirects(app)
			})
		},
	}
}

func (o *appCommand) newRedirectList() *cobra.Command {
	return &cobra.Command{
		Use: "list APP", Short: "List the addresses people are sent back to", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.onApp(cmd.Context(), args[0], func(_ *server.Admin, _ string, app *server.AdminApp) error { return o.showRedirects(app) })
		},
	}
}

func (o *appCommand) showRedirects(app *server.AdminApp) error {
	list := app.Redirects
	if list == nil {
		list = []server.AdminRedirect{}
	}
	return o.show(list, func(w io.Writer) error {
		rows := make([][]string, len(list))
		for i, r := range list {
			rows[i] = []string{string(r.Platform), r.URI}
		}
		return table(w, []string{"Platform", "Address"}, rows)
	})
}
