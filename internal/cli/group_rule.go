package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"taxiway/internal/graphclient"
)

type groupRuleOptions struct {
	groupOptions
	pause, resume bool
}

func (a *app) newGroupRule(t *target) *cobra.Command {
	o := &groupRuleOptions{groupOptions: groupOptions{a, t}}
	cmd := &cobra.Command{
		Use: "rule GROUP [RULE]", Short: "Change a group's membership rule, or pause and resume it", Args: atLeast(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 2 {
				return usage(cmd, "The rule is one argument: put it in quotes.")
			}
			if o.pause && o.resume {
				return usage(cmd, "A rule is either paused or resumed: give one of --pause and --resume.")
			}
			if len(args) == 1 && !o.pause && !o.resume {
				return usage(cmd, "It is not said what to change: give a rule, --pause or --resume.")
			}
			return o.run(cmd.Context(), args[0], args[1:])
		},
	}
	cmd.Flags().BoolVar(&o.pause, "pause", false, "keep the members as they are")
	cmd.Flags().BoolVar(&o.resume, "resume", false, "let the members follow the rule again")
	return cmd
}

func (o *groupRuleOptions) run(ctx context.Context, name string, rule []string) error {
	return o.on(ctx, name, func(c *graphclient.Client, g *graphclient.Group) error {
		change := map[string]any{}
		if len(rule) > 0 {
			change["membershipRule"], change["groupTypes"] = rule[0], []string{"DynamicMembership"}
		}
		switch {
		case o.pause:
			change["membershipRuleProcessingState"] = "Paused"
		case o.resume:
			change["membershipRuleProcessingState"] = "On"
		}
		if err := c.UpdateGroup(ctx, g.ID, change); err != nil {
			return err
		}
		now, err := c.Group(ctx, g.ID)
		if err != nil {
			return err
		}
		return o.show(now, func(w io.Writer) error { return writeGroup(w, &now) })
	})
}

type groupEvaluateOptions struct {
	groupOptions
	rule string
}

func (a *app) newGroupEvaluate(t *target) *cobra.Command {
	o := &groupEvaluateOptions{groupOptions: groupOptions{a, t}}
	cmd := &cobra.Command{
		Use: "evaluate {GROUP | --rule RULE} MEMBER", Short: "Try a rule on a device or user, part by part", Args: atLeast(1),
		Long: "A member is a device's serial number, a user principal name, or an object id.",
		RunE: func(cmd *cobra.Command, args []string) error {
			want := 2
			if o.rule != "" {
				want = 1
			}
			if len(args) != want {
				return usage(cmd, "Name a group and a member, or give --rule and a member.")
			}
			return o.run(cmd.Context(), args)
		},
	}
	cmd.Flags().StringVar(&o.rule, "rule", "", "try this rule instead of a group's")
	return cmd
}

func (o *groupEvaluateOptions) run(ctx context.Context, args []string) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	group := ""
	if o.rule == "" {
		g, err := c.Group(ctx, args[0])
		if err != nil {
			return err
		}
		group = g.ID
	}
	object, err := objectOf(ctx, c, args[len(args)-1])
	if err != nil {
		return err
	}
	e, err := c.Evaluate(ctx, group, o.rule, object)
	if err != nil {
		return err
	}
	return o.show(&e, func(w io.Writer) error {
		verdict := "The rule does not hold for this object."
		if e.Result {
			verdict = "The rule holds for this object."
		}
		fmt.Fprintln(w, verdict)
		writeEvaluation(w, &e.Details, "")
		return nil
	})
}
