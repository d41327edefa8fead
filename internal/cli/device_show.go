package cli

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/graphclient"
)

type deviceShowOptions struct {
	*app
	*target
}

func (a *app) newDeviceShow(t *target) *cobra.Command {
	o := &deviceShowOptions{a, t}
	return &cobra.Command{
		Use: "show SERIAL|ID", Short: "Show one device", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
}

func (o *deviceShowOptions) run(ctx context.Context, name string) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	d, err := c.DeviceIdentity(ctx, name)
	if err != nil {
		return err
	}
	return o.showDevice(ctx, c, &d)
}

// showDevice shows a device with its groups.
func (a *app) showDevice(ctx context.Context, c *graphclient.Client, d *graphclient.DeviceIdentity) error {
	groups, err := groupsOf(ctx, c, []graphclient.DeviceIdentity{*d})
	if err != nil {
		return err
	}
	shown := deviceOf(d, groups[d.EntraDeviceID])
	why, err := repairOf(ctx, c, d)
	if err != nil {
		return err
	}
	if why != nil {
		shown.StatusMessage = cmp.Or(why.Message, why.Sentence)
	}
	return a.show(shown, func(w io.Writer) error {
		err := card(w,
			field{"Serial number", d.SerialNumber}, field{"Manufacturer", d.Manufacturer}, field{"Model", d.Model},
			field{"Device name", d.DisplayName}, field{"Group tag", d.GroupTag}, field{"Groups", strings.Join(shown.Groups, ", ")},
			field{"Assigned user", d.UserPrincipalName}, field{"User friendly name", d.AddressableUserName},
			field{"Profile status", shown.ProfileStatus}, field{"Assigned profile", shown.AssignedProfile}, field{"Date assigned", moment(d.AssignedDateTime)},
			field{"Enrollment state", d.EnrollmentState}, field{"Last contacted", moment(d.LastContactedDateTime)},
			field{"Purchase order", d.PurchaseOrder}, field{"Id", d.ID}, field{"Microsoft Entra device id", d.EntraDeviceID},
		)
		if err != nil || why == nil {
			return err
		}
		fmt.Fprintln(w, "\n"+why.Sentence)
		return writeParts(w, why.Hardware)
	})
}

// repairOf is what the admin center says behind a status that comes from changed
// hardware; nil for a device whose hardware is as registered.
func repairOf(ctx context.Context, c *graphclient.Client, d *graphclient.DeviceIdentity) (*graphclient.Explanation, error) {
	if s := d.Status(); s != graphclient.FixPending && s != graphclient.AttentionRequired {
		return nil, nil //nolint:nilnil // nothing is to be said, and that is an answer
	}
	e, err := c.Explain(ctx, d.ID)
	return &e, err
}
