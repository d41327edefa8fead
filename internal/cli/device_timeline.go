package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"taxiway/internal/graphclient"
)

type deviceTimeline struct {
	*app
	*target
	all bool
}

func (a *app) newDeviceTimeline(t *target) *cobra.Command {
	o := &deviceTimeline{app: a, target: t}
	cmd := &cobra.Command{
		Use: "timeline SERIAL|ID", Short: "Show how a device's deployment went, step by step", Args: exactly(1),
		Long: `Shows the newest deployment of a registered device: when its profile was
downloaded, who signed in, when it joined and enrolled, what the Enrollment Status
Page waited for, and how it ended, with the reason and the next step.`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "every deployment, the newest first")
	return cmd
}

// timelined is a deployment with its lines.
type timelined struct {
	graphclient.Deployment
	Timeline []graphclient.TimelineEvent `json:"timeline"`
}

func (o *deviceTimeline) run(ctx context.Context, name string) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	d, err := c.DeviceIdentity(ctx, name)
	if err != nil {
		return err
	}
	found, err := c.Deployments(ctx, d.ID)
	if err != nil {
		return err
	}
	if !o.all && len(found) > 1 {
		found = found[:1]
	}
	shown := make([]timelined, len(found))
	for i := range found {
		shown[i].Deployment = found[i]
		if shown[i].Timeline, err = c.Timeline(ctx, found[i].ID); err != nil {
			return err
		}
	}
	return o.show(shown, func(w io.Writer) error {
		if len(shown) == 0 {
			fmt.Fprintf(w, "%s has not been deployed: it has not downloaded its profile yet.\n", d.SerialNumber)
		}
		for i := range shown {
			writeTimeline(w, &shown[i])
		}
		return nil
	})
}

func writeTimeline(w io.Writer, y *timelined) {
	fmt.Fprintf(w, "%s  %s, %s, device setup %s, account setup %s\n", moment(y.Start), y.State, y.TotalDuration, y.DeviceSetup, y.AccountSetup)
	if y.Failure != "" {
		fmt.Fprintln(w, "  "+y.Failure)
	}
	for _, e := range y.Timeline {
		line := fmt.Sprintf("  %8s  %s", since(y.Start, e.At), e.Text)
		if e.Phase != "" {
			line = fmt.Sprintf("  %8s  %s: %s", since(y.Start, e.At), e.Phase, e.Text)
		}
		if e.Code != "" {
			line += " (" + e.Code + ")"
		}
		fmt.Fprintln(w, line)
		if e.Remedy != "" {
			fmt.Fprintln(w, "            → "+e.Remedy)
		}
	}
}

// since is how long after the start something was, empty before it.
func since(start, at time.Time) string {
	if d := at.Sub(start).Round(time.Second); d >= 0 {
		return "+" + d.String()
	}
	return ""
}
