package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/graphclient"
)

func (a *app) newUser() *cobra.Command {
	return a.graphCommand("user", "Users", func(t *target) []*cobra.Command {
		return []*cobra.Command{
			a.newUserCreate(t), a.newUserList(t), a.newUserShow(t), a.newUserDelete(t),
			a.newUserPassword(t), a.newUserReset(t), a.newUserFirstAdmin(t), a.newUserRole(t),
		}
	})
}

type userCreateOptions struct {
	*app
	*target
	name       string
	department string
	jobTitle   string
	unlicensed bool

	roles         []string
	passwordStdin bool
	mustChange    bool
}

func (a *app) newUserCreate(t *target) *cobra.Command {
	o := &userCreateOptions{app: a, target: t}
	cmd := &cobra.Command{
		Use: "create USER-PRINCIPAL-NAME", Short: "Make a user", Args: exactly(1),
		Long: `Makes a user through Graph. With --role or --password-stdin the user can sign in
and is made by the owner of the data directory instead.`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().StringVar(&o.name, "name", "", "display name (default: the part before the @)")
	cmd.Flags().StringVar(&o.department, "department", "", "department")
	cmd.Flags().StringVar(&o.jobTitle, "job-title", "", "job title")
	cmd.Flags().BoolVar(&o.unlicensed, "unlicensed", false, "without a licence for device management")
	cmd.Flags().StringArrayVar(&o.roles, "role", nil, "directory role, as in 'Intune Administrator'; may be repeated")
	cmd.Flags().BoolVar(&o.passwordStdin, "password-stdin", false, "take the password from standard input")
	cmd.Flags().BoolVar(&o.mustChange, "must-change", false, "with --password-stdin: another one has to be chosen at the first sign-in")
	return cmd
}

func (o *userCreateOptions) run(ctx context.Context, upn string) error {
	if o.name == "" {
		o.name, _, _ = strings.Cut(upn, "@")
	}
	if len(o.roles) > 0 || o.passwordStdin {
		return o.newPerson(ctx, upn)
	}
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	made, err := c.CreateUser(ctx, graphclient.User{
		UserPrincipalName: upn, DisplayName: o.name, Department: o.department, JobTitle: o.jobTitle, AccountEnabled: true, MDMLicensed: !o.unlicensed,
	})
	if err != nil {
		return err
	}
	return o.show(made, func(w io.Writer) error { return writeUsers(w, []graphclient.User{made}) })
}

func writeUsers(w io.Writer, users []graphclient.User) error {
	rows := make([][]string, len(users))
	for i := range users {
		u := &users[i]
		rows[i] = []string{u.UserPrincipalName, u.DisplayName, u.Department, u.JobTitle, yesNo(u.AccountEnabled), yesNo(u.MDMLicensed), u.ID}
	}
	return table(w, []string{"User principal name", "Name", "Department", "Job title", "Enabled", "Licensed", "Id"}, rows)
}

type userOptions struct {
	*app
	*target
}

func (a *app) newUserList(t *target) *cobra.Command {
	o := &userOptions{a, t}
	return &cobra.Command{
		Use: "list", Short: "List the users", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.list(cmd.Context()) },
	}
}

func (o *userOptions) list(ctx context.Context) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	users, err := graphclient.Collect(c.Users(ctx))
	if err != nil {
		return err
	}
	return o.show(users, func(w io.Writer) error { return writeUsers(w, users) })
}

func (a *app) newUserDelete(t *target) *cobra.Command {
	o := &userOptions{a, t}
	return &cobra.Command{
		Use: "delete USER", Short: "Delete a user, by id or user principal name", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.remove(cmd.Context(), args[0]) },
	}
}

func (o *userOptions) remove(ctx context.Context, name string) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	u, err := c.User(ctx, name)
	if err != nil {
		return err
	}
	if err := c.DeleteUser(ctx, u.ID); err != nil {
		return err
	}
	return o.show(u, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "Deleted the user %s.\n", u.UserPrincipalName)
		return err
	})
}
