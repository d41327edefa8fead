package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/graphclient"
)

func (o *groupOptions) newMembers() *cobra.Command {
	return &cobra.Command{
		Use: "members GROUP", Short: "List a group's members", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.on(ctx, args[0], func(c *graphclient.Client, g *graphclient.Group) error { return o.members(ctx, c, g.ID) })
		},
	}
}

// member is one row of a list of members.
type member struct {
	Type              string `json:"type"` // device, user
	ID                string `json:"id"`
	DisplayName       string `json:"displayName"`
	DeviceID          string `json:"deviceId,omitempty"`
	UserPrincipalName string `json:"userPrincipalName,omitempty"`
}

func (o *groupOptions) members(ctx context.Context, c *graphclient.Client, group string) error {
	found, err := graphclient.Collect(c.Members(ctx, group))
	if err != nil {
		return err
	}
	out := make([]member, len(found))
	for i, m := range found {
		out[i] = member{strings.TrimPrefix(m.Type, "#microsoft.graph."), m.ID, m.DisplayName, m.DeviceID, m.UserPrincipalName}
	}
	return o.show(out, func(w io.Writer) error {
		rows := make([][]string, len(out))
		for i, m := range out {
			rows[i] = []string{m.Type, m.DisplayName, m.UserPrincipalName + m.DeviceID, m.ID}
		}
		return table(w, []string{"Type", "Name", "User principal name or device id", "Object id"}, rows)
	})
}

func (o *groupOptions) newAdd() *cobra.Command {
	return &cobra.Command{
		Use: "add GROUP MEMBER…", Short: "Put devices or users into an assigned group", Args: atLeast(2),
		Long: "A member is a device's serial number, a user principal name, or an object id.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.each(cmd.Context(), args[0], args[1:], (*graphclient.Client).AddMember)
		},
	}
}

func (o *groupOptions) newRemove() *cobra.Command {
	return &cobra.Command{
		Use: "remove GROUP MEMBER…", Short: "Take devices or users out of an assigned group", Args: atLeast(2),
		Long: "A member is a device's serial number, a user principal name, or an object id.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return o.each(cmd.Context(), args[0], args[1:], (*graphclient.Client).RemoveMember)
		},
	}
}

// each finds all members first, so that a misspelt one changes nothing, then
// changes one after the other and shows who is in the group.
func (o *groupOptions) each(ctx context.Context, group string, names []string, change func(*graphclient.Client, context.Context, string, string) error) error {
	return o.on(ctx, group, func(c *graphclient.Client, g *graphclient.Group) error {
		ids := make([]string, len(names))
		for i, name := range names {
			var err error
			if ids[i], err = objectOf(ctx, c, name); err != nil {
				return err
			}
		}
		for _, id := range ids {
			if err := change(c, ctx, g.ID, id); err != nil {
				return err
			}
		}
		return o.members(ctx, c, g.ID)
	})
}

// objectOf is the object id of what a person names: a user principal name, a
// device's serial number, or the id itself.
func objectOf(ctx context.Context, c *graphclient.Client, name string) (string, error) {
	switch {
	case graphclient.IsID(name):
		return name, nil
	case strings.Contains(name, "@"):
		u, err := c.User(ctx, name)
		return u.ID, err
	}
	registered, err := c.DeviceIdentity(ctx, name)
	if err != nil {
		return "", err
	}
	d, err := c.Device(ctx, registered.EntraDeviceID)
	return d.ID, err
}
