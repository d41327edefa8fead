package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/server"
)

type appCreateOptions struct {
	*appCommand
	permissions  []string
	lifetime     string
	save         bool
	public       bool
	noSecret     bool
	redirects    []string
	certificates []string
}

func (o *appCommand) newCreate() *cobra.Command {
	c := &appCreateOptions{appCommand: o}
	cmd := &cobra.Command{
		Use: "create NAME", Short: "Register an app; its secret is shown once", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error { return c.run(cmd.Context(), args[0]) },
	}
	cmd.Long = `Register an app; its secret is shown once.

An app that acts for itself needs --permission. One that signs people in needs
--redirect, or --public when it signs them in by device code; what it may do for
them is agreed to when they sign in, or for everybody with 'app consent'. There
is no secret with --public, --certificate or --no-secret.`
	cmd.Flags().StringSliceVar(&c.permissions, "permission", nil, "Graph permission, as in Group.Read.All; may be repeated")
	cmd.Flags().StringVar(&c.lifetime, "lifetime", "", "how long its secret is good, as in 720h (default two years)")
	cmd.Flags().BoolVar(&c.save, "save", false, "keep id and secret in the data directory for this program's other commands")
	cmd.Flags().BoolVar(&c.public, "public", false, "a program on somebody's machine: it needs no credential")
	cmd.Flags().StringArrayVar(&c.redirects, "redirect", nil, "where people are sent back to, as in web=https://app.contoso.example/signin; also spa= and public=; may be repeated")
	cmd.Flags().StringArrayVar(&c.certificates, "certificate", nil, "file with a certificate it proves itself with; may be repeated")
	cmd.Flags().BoolVar(&c.noSecret, "no-secret", false, "make no secret")
	completePlatforms(cmd, "redirect")
	_ = cmd.MarkFlagFilename("certificate", "pem", "cer", "crt", "der") // fails only for a flag that is not there
	return cmd
}

// asked checks the flags against each other and reads the files.
func (c *appCreateOptions) asked(name string) (newApp, error) {
	if len(c.permissions) == 0 && c.save {
		c.permissions = commandPermissions()
	}
	n := newApp{
		DisplayName: name, Permissions: c.permissions, Lifetime: c.lifetime, PublicClient: c.public,
		NoSecret: c.noSecret || c.public || len(c.certificates) > 0,
	}
	if c.save && n.NoSecret {
		return n, fault.Field(fault.Invalid, "SecretRequired", "--save", "There is no secret to save.", "Leave out --save, or --public, --certificate and --no-secret.")
	}
	if len(c.permissions) == 0 && len(c.redirects) == 0 && !c.public {
		return n, fault.Field(fault.Invalid, "PermissionRequired", "--permission", "An app without a permission may do nothing.", "Add, for example, --permission DeviceManagementServiceConfig.Read.All, --redirect for an app that signs people in, or --save for what this program's commands need.")
	}
	var err error
	if n.Redirects, err = parseRedirects("--redirect", c.redirects); err != nil {
		return n, err
	}
	for _, path := range c.certificates {
		content, err := readCertificate("--certificate", path)
		if err != nil {
			return n, err
		}
		n.Certificates = append(n.Certificates, newCertificate{Content: content})
	}
	return n, nil
}

func (c *appCreateOptions) run(ctx context.Context, name string) error {
	n, err := c.asked(name)
	if err != nil {
		return err
	}
	return c.within(ctx, func(cfg config.Config, admin *server.Admin, t *server.AdminTenant) error {
		app, err := createApp(ctx, admin, string(t.ID), n)
		if err != nil {
			return err
		}
		if c.save {
			pem, err := readAuthority(ctx, admin)
			if err != nil {
				return err
			}
			if err := saveAccess(cfg, savedAccess{URL: cfg.BaseURL, Tenant: string(t.ID), ClientID: app.AppID, ClientSecret: app.Secret, CA: pem}); err != nil {
				return err
			}
		}
		return c.show(app, func(w io.Writer) error { return c.tell(w, cfg, string(t.ID), &app) })
	})
}

func (c *appCreateOptions) tell(w io.Writer, cfg config.Config, tenant string, app *server.AdminApp) error {
	fields := []field{
		{"Tenant", tenant},
		{"Client id", app.AppID},
		{"Name", app.DisplayName},
		{"Permissions", strings.Join(app.Permissions, ", ")},
	}
	if app.PublicClient {
		fields = append(fields, field{"Public client", yesNo(true)})
	}
	for _, r := range app.Redirects {
		fields = append(fields, field{"Redirect", redirectText(r)})
	}
	for i := range app.Certificates {
		fields = append(fields, field{"Certificate", app.Certificates[i].SHA1})
	}
	if app.Secret != "" {
		fields = append(fields, field{"Secret", app.Secret})
	}
	if c.save {
		fields = append(fields, field{"Saved in", accessFile(cfg)})
	}
	if err := card(w, fields...); err != nil || app.Secret == "" {
		return err
	}
	_, err := fmt.Fprintln(w, "The secret is shown this once; only its hash is kept.")
	return err
}
