package cli

import (
	"context"

	"github.com/spf13/cobra"

	"taxiway/internal/fault"
	"taxiway/internal/graphclient"
)

// targets are what a profile is assigned to, as flags.
type targets struct {
	profileOptions
	groups, excluded []string
	allDevices       bool
	everything       bool // unassign only
}

func (t *targets) addFlags(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&t.groups, "group", nil, "included group, by name or id; may be repeated")
	cmd.Flags().StringArrayVar(&t.excluded, "exclude", nil, "excluded group, by name or id; may be repeated")
	cmd.Flags().BoolVar(&t.allDevices, "all-devices", false, "All devices")
}

func (o *profileOptions) newAssign() *cobra.Command {
	t := &targets{profileOptions: *o}
	cmd := &cobra.Command{
		Use: "assign PROFILE", Short: "Assign a profile to groups or to all devices", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error { return t.assign(cmd.Context(), args[0]) },
	}
	t.addFlags(cmd)
	return cmd
}

func (o *profileOptions) newUnassign() *cobra.Command {
	t := &targets{profileOptions: *o}
	cmd := &cobra.Command{
		Use: "unassign PROFILE", Short: "Take assignments of a profile away", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error { return t.unassign(cmd.Context(), args[0]) },
	}
	t.addFlags(cmd)
	cmd.Flags().BoolVar(&t.everything, "all", false, "every assignment")
	return cmd
}

// wanted finds the groups that were named.
func (t *targets) wanted(ctx context.Context, c *graphclient.Client) ([]graphclient.Target, error) {
	var out []graphclient.Target
	for _, list := range []struct {
		kind  string
		names []string
	}{{graphclient.TargetGroup, t.groups}, {graphclient.TargetExclusion, t.excluded}} {
		for _, name := range list.names {
			g, err := c.Group(ctx, name)
			if err != nil {
				return nil, err
			}
			out = append(out, graphclient.Target{Type: list.kind, GroupID: g.ID})
		}
	}
	if t.allDevices {
		out = append(out, graphclient.Target{Type: graphclient.TargetAllDevices})
	}
	if len(out) == 0 && !t.everything {
		return nil, fault.Field(fault.Invalid, "TargetRequired", "--group", "No target is named.", "Add --group NAME, --exclude NAME or --all-devices.")
	}
	return out, nil
}

func (t *targets) assign(ctx context.Context, name string) error {
	return t.on(ctx, name, func(c *graphclient.Client, p *graphclient.Profile) error {
		list, err := t.wanted(ctx, c)
		if err != nil {
			return err
		}
		for _, target := range list {
			if _, err := c.Assign(ctx, p.ID, target); err != nil {
				return err
			}
		}
		return t.again(ctx, c, p.ID)
	})
}

func (t *targets) unassign(ctx context.Context, name string) error {
	return t.on(ctx, name, func(c *graphclient.Client, p *graphclient.Profile) error {
		list, err := t.wanted(ctx, c)
		if err != nil {
			return err
		}
		found := 0
		for _, a := range p.Assignments {
			gone := t.everything
			for _, target := range list {
				gone = gone || a.Target.Is(target)
			}
			if !gone {
				continue
			}
			found++
			if err := c.Unassign(ctx, p.ID, a.ID); err != nil {
				return err
			}
		}
		if found < len(list) {
			return fault.Field(fault.NotFound, "AssignmentNotFound", "assignment", "The profile is not assigned to everything that was named.", "See its assignments with 'taxiway profile show'.")
		}
		return t.again(ctx, c, p.ID)
	})
}
