package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"taxiway/internal/graphclient"
)

// deviceSettings shows and changes the tenant's Windows Autopilot settings.
type deviceSettings struct {
	*app
	*target
}

func (a *app) newDeviceSettings(t *target) *cobra.Command {
	o := &deviceSettings{a, t}
	return a.parent("settings", "What holds for every registered PC of the tenant", o.newShow(), o.newSet())
}

func (o *deviceSettings) newShow() *cobra.Command {
	return &cobra.Command{
		Use: "show", Short: "Show it", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return o.with(cmd.Context(), (*graphclient.Client).AutopilotSettings)
		},
	}
}

func (o *deviceSettings) newSet() *cobra.Command {
	const name = "only-assigned-user"
	var only bool
	cmd := &cobra.Command{
		Use: "set --" + name + "[=false]", Short: "Change it", Args: exactly(0),
		Long: `Change what holds for every registered PC of the tenant.

With --` + name + ` a PC that is assigned to a user joins only when that user
signs in to it; PCs without an assigned user join as before. The change is in the
audit trail and holds from the next join on.`,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !cmd.Flags().Changed(name) {
				return flagError(name, "There is nothing to change.", "Add --"+name+" or --"+name+"=false.")
			}
			return o.with(cmd.Context(), func(c *graphclient.Client, ctx context.Context) (graphclient.AutopilotSettings, error) {
				return c.SetAutopilotSettings(ctx, graphclient.AutopilotSettings{OnlyAssignedUser: only})
			})
		},
	}
	cmd.Flags().BoolVar(&only, name, false, "only the assigned user may sign in")
	return cmd
}

// with shows the settings that do returns.
func (o *deviceSettings) with(ctx context.Context, do func(c *graphclient.Client, ctx context.Context) (graphclient.AutopilotSettings, error)) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	is, err := do(c, ctx)
	if err != nil {
		return err
	}
	return o.show(is, func(w io.Writer) error {
		return card(w, field{"Only the assigned user may sign in", yesNo(is.OnlyAssignedUser)})
	})
}
