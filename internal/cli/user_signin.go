package cli

import (
	"context"
	"io"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/server"
)

// onPeople runs a command about people on the private door: passwords and
// links are the data directory's owner's.
func (a *app) onPeople(ctx context.Context, t *target, fn func(cfg config.Config, admin *server.Admin, path string) error) error {
	return a.withAdmin(ctx, func(cfg config.Config, admin *server.Admin) error {
		tenant, err := onlyTenant(ctx, admin, t.tenant)
		if err != nil {
			return err
		}
		return fn(cfg, admin, "/tenants/"+string(tenant.ID))
	})
}

func personPath(path, name string) string { return path + "/people/" + url.PathEscape(name) }

func writePerson(p *server.AdminPerson) func(io.Writer) error {
	return func(w io.Writer) error {
		password := "none"
		if p.HasPassword {
			password = "changed " + moment(*p.PasswordChangedAt)
		}
		return card(w,
			field{"User principal name", p.UserPrincipalName}, field{"Name", p.DisplayName}, field{"Enabled", yesNo(p.Enabled)},
			field{"Roles", strings.Join(p.Roles, ", ")}, field{"Password", password}, field{"Authenticator", yesNo(p.HasAuthenticator)}, field{"Id", p.ID},
		)
	}
}

// newPerson is "user create" with what a person signs in with.
func (o *userCreateOptions) newPerson(ctx context.Context, upn string) error {
	in := server.AdminNewPerson{UserPrincipalName: upn, DisplayName: o.name, Department: o.department, JobTitle: o.jobTitle, Unlicensed: o.unlicensed, Roles: o.roles, MustChange: o.mustChange}
	if o.passwordStdin {
		var err error
		if in.Password, err = o.readPassword(); err != nil {
			return err
		}
	}
	return o.onPeople(ctx, o.target, func(_ config.Config, admin *server.Admin, path string) error {
		var made server.AdminPerson
		if err := admin.Call(ctx, "POST", path+"/people", in, &made); err != nil {
			return err
		}
		return o.show(made, writePerson(&made))
	})
}

func (a *app) newUserShow(t *target) *cobra.Command {
	o := &userOptions{a, t}
	return &cobra.Command{
		Use: "show USER", Short: "Show a user's roles and what they sign in with", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.onPeople(ctx, o.target, func(_ config.Config, admin *server.Admin, path string) error {
				var p server.AdminPerson
				if err := admin.Call(ctx, "GET", personPath(path, args[0]), nil, &p); err != nil {
					return err
				}
				return o.show(p, writePerson(&p))
			})
		},
	}
}

func (a *app) newUserPassword(t *target) *cobra.Command {
	o := &userOptions{a, t}
	mustChange := false
	cmd := &cobra.Command{
		Use: "password USER", Short: "Set a user's password, asked for or from standard input", Args: exactly(1),
		Long: `Sets a password. On a terminal it is asked for twice and not shown; otherwise the
first line of standard input is taken. Every session and token of the user ends.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.setPassword(cmd.Context(), args[0], mustChange)
		},
	}
	cmd.Flags().BoolVar(&mustChange, "must-change", false, "another one has to be chosen at the next sign-in")
	return cmd
}

func (o *userOptions) setPassword(ctx context.Context, name string, mustChange bool) error {
	password, err := o.readPassword()
	if err != nil {
		return err
	}
	return o.onPeople(ctx, o.target, func(_ config.Config, admin *server.Admin, path string) error {
		var p server.AdminPerson
		if err := admin.Call(ctx, "POST", personPath(path, name)+"/password", map[string]any{"password": password, "mustChange": mustChange}, &p); err != nil {
			return err
		}
		return o.show(p, said("Set the password of %s; every session and token of theirs has ended.", p.UserPrincipalName))
	})
}

func (a *app) newUserReset(t *target) *cobra.Command {
	o := &userOptions{a, t}
	return &cobra.Command{
		Use: "reset USER", Short: "Make a one-time link with which a user chooses a new password", Args: exactly(1),
		Long: `Makes a link that is good once within an hour; whoever has it chooses the user's
new password, and the user's authenticator app is removed. The link is written to
a file in the data directory and shown on a terminal only. Nothing changes before
it is used.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.onPeople(ctx, o.target, func(cfg config.Config, admin *server.Admin, path string) error {
				l, err := askLink(ctx, cfg, admin, personPath(path, args[0])+"/reset", resetFileName(args[0]))
				if err != nil {
					return err
				}
				return o.show(l, func(w io.Writer) error { return o.writeLink(w, &l, "to reset the password of "+l.Person) })
			})
		},
	}
}

func (a *app) newUserFirstAdmin(t *target) *cobra.Command {
	o := &userOptions{a, t}
	return &cobra.Command{
		Use: "first-admin", Short: "Make a one-time link for the tenant's first administrator", Args: exactly(0),
		Long: `Makes a link that is good once within an hour; whoever has it becomes the
tenant's Global Administrator. An older link is void. The link is written to
first-admin.url in the data directory and shown on a terminal only.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return o.onPeople(ctx, o.target, func(cfg config.Config, admin *server.Admin, path string) error {
				l, err := askLink(ctx, cfg, admin, path+"/first-admin", "first-admin.url")
				if err != nil {
					return err
				}
				return o.show(l, func(w io.Writer) error { return o.writeLink(w, &l, forFirstAdmin) })
			})
		},
	}
}

const forFirstAdmin = "for the first administrator"

func (a *app) newUserRole(t *target) *cobra.Command {
	o := &userOptions{a, t}
	remove := false
	cmd := &cobra.Command{
		Use: "role USER ROLE…", Short: "Give a user directory roles, or take them away", Args: atLeast(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.onPeople(ctx, o.target, func(_ config.Config, admin *server.Admin, path string) error {
				change := map[string][]string{"add": args[1:]}
				if remove {
					change = map[string][]string{"remove": args[1:]}
				}
				var p server.AdminPerson
				if err := admin.Call(ctx, "POST", personPath(path, args[0])+"/roles", change, &p); err != nil {
					return err
				}
				return o.show(p, writePerson(&p))
			})
		},
	}
	cmd.Flags().BoolVar(&remove, "remove", false, "take them away")
	return cmd
}
