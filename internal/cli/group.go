package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/graphclient"
)

func (a *app) newGroup() *cobra.Command {
	return a.graphCommand("group", "Groups of devices and users", func(t *target) []*cobra.Command {
		g := &groupOptions{a, t}
		return []*cobra.Command{
			a.newGroupCreate(t), g.newList(), g.newShow(), g.newDelete(), g.newMembers(), g.newAdd(), g.newRemove(), a.newGroupRule(t), a.newGroupEvaluate(t),
		}
	})
}

// groupOptions are those of group commands without flags.
type groupOptions struct {
	*app
	*target
}

// on runs fn with the group that a command names.
func (o *groupOptions) on(ctx context.Context, name string, fn func(c *graphclient.Client, g *graphclient.Group) error) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	g, err := c.Group(ctx, name)
	if err != nil {
		return err
	}
	return fn(c, &g)
}

type groupCreateOptions struct {
	*app
	*target
	rule        string
	description string
	nickname    string
}

func (a *app) newGroupCreate(t *target) *cobra.Command {
	o := &groupCreateOptions{app: a, target: t}
	cmd := &cobra.Command{
		Use: "create NAME", Short: "Make a group; with --rule a dynamic one", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().StringVar(&o.rule, "rule", "", `membership rule, as in (device.devicePhysicalIds -any (_ -eq "[OrderID]:Sales"))`)
	cmd.Flags().StringVar(&o.description, "description", "", "description")
	cmd.Flags().StringVar(&o.nickname, "mail-nickname", "", "mail nickname (default: the name without other than letters and digits)")
	return cmd
}

func (o *groupCreateOptions) run(ctx context.Context, name string) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	if o.nickname == "" {
		o.nickname = nicknameOf(name)
	}
	g, err := c.CreateGroup(ctx, graphclient.Group{DisplayName: name, Description: o.description, MailNickname: o.nickname, MembershipRule: o.rule})
	if err != nil {
		return err
	}
	return o.show(g, func(w io.Writer) error { return writeGroup(w, &g) })
}

// nicknameOf makes the mail nickname Graph insists on.
func nicknameOf(name string) string {
	nick := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' {
			return c
		}
		return -1
	}, name)
	if nick == "" {
		return "group"
	}
	return nick[:min(len(nick), 64)]
}

func membershipType(g *graphclient.Group) string {
	switch {
	case !g.Dynamic():
		return "Assigned"
	case g.ProcessingState == "Paused":
		return "Dynamic, paused"
	}
	return "Dynamic"
}

func writeGroup(w io.Writer, g *graphclient.Group) error {
	processing := ""
	if g.Processing != nil {
		processing = g.Processing.Status
	}
	created := ""
	if g.CreatedDateTime != nil {
		created = moment(*g.CreatedDateTime)
	}
	return card(w,
		field{"Name", g.DisplayName}, field{"Description", g.Description}, field{"Membership type", membershipType(g)},
		field{"Membership rule", g.MembershipRule}, field{"Rule processing", processing}, field{"Created", created}, field{"Id", g.ID},
	)
}

func (o *groupOptions) newList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the groups", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.list(cmd.Context()) },
	}
}

func (o *groupOptions) list(ctx context.Context) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	groups, err := graphclient.Collect(c.Groups(ctx))
	if err != nil {
		return err
	}
	return o.show(groups, func(w io.Writer) error {
		rows := make([][]string, len(groups))
		for i := range groups {
			g := &groups[i]
			rows[i] = []string{g.DisplayName, membershipType(g), g.MembershipRule, g.ID}
		}
		return table(w, []string{"Name", "Membership type", "Membership rule", "Id"}, rows)
	})
}

func (o *groupOptions) newShow() *cobra.Command {
	return &cobra.Command{
		Use: "show GROUP", Short: "Show one group", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.on(cmd.Context(), args[0], func(_ *graphclient.Client, g *graphclient.Group) error {
				return o.show(g, func(w io.Writer) error { return writeGroup(w, g) })
			})
		},
	}
}

func (o *groupOptions) newDelete() *cobra.Command {
	return &cobra.Command{
		Use: "delete GROUP", Short: "Delete a group", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.on(ctx, args[0], func(c *graphclient.Client, g *graphclient.Group) error {
				if err := c.DeleteGroup(ctx, g.ID); err != nil {
					return err
				}
				return o.show(g, said("Deleted the group %s.", g.DisplayName))
			})
		},
	}
}
