package cli

import (
	"context"

	"github.com/spf13/cobra"

	"taxiway/internal/graphclient"
)

// deviceChange is a command that changes one device and shows what became of it.
type deviceChange struct {
	*app
	*target
}

// change finds the device, lets fn change it, and shows it as it is then.
func (o *deviceChange) change(ctx context.Context, name string, fn func(c *graphclient.Client, id string) error) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	d, err := c.DeviceIdentity(ctx, name)
	if err != nil {
		return err
	}
	if err := fn(c, d.ID); err != nil {
		return err
	}
	if d, err = c.DeviceIdentity(ctx, d.ID); err != nil {
		return err
	}
	return o.showDevice(ctx, c, &d)
}

func (a *app) newDeviceTag(t *target) *cobra.Command {
	o := &deviceChange{a, t}
	return &cobra.Command{
		Use: "tag SERIAL|ID TAG", Short: "Set a device's group tag; '' takes it away", Args: exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.change(ctx, args[0], func(c *graphclient.Client, id string) error {
				return c.UpdateDeviceIdentity(ctx, id, graphclient.DeviceChange{GroupTag: &args[1]})
			})
		},
	}
}

func (a *app) newDeviceAssignUser(t *target) *cobra.Command {
	o := &deviceChange{a, t}
	var friendly string
	cmd := &cobra.Command{
		Use: "assign-user SERIAL|ID USER", Short: "Assign a device to a user", Args: exactly(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.change(ctx, args[0], func(c *graphclient.Client, id string) error { return c.AssignUser(ctx, id, args[1], friendly) })
		},
	}
	cmd.Flags().StringVar(&friendly, "friendly-name", "", "the name the PC greets the user by")
	return cmd
}

func (a *app) newDeviceUnassignUser(t *target) *cobra.Command {
	o := &deviceChange{a, t}
	return &cobra.Command{
		Use: "unassign-user SERIAL|ID", Short: "Take the user off a device", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.change(ctx, args[0], func(c *graphclient.Client, id string) error { return c.UnassignUser(ctx, id) })
		},
	}
}

func (a *app) newDeviceDelete(t *target) *cobra.Command {
	o := &deviceChange{a, t}
	return &cobra.Command{
		Use: "delete SERIAL|ID…", Short: "Deregister devices", Args: atLeast(1),
		RunE: func(cmd *cobra.Command, args []string) error { return o.remove(cmd.Context(), args) },
	}
}

func (o *deviceChange) remove(ctx context.Context, names []string) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	serials := []string{}
	for _, name := range names {
		d, err := c.DeviceIdentity(ctx, name)
		if err != nil {
			return err
		}
		if err := c.DeleteDeviceIdentity(ctx, d.ID); err != nil {
			return err
		}
		serials = append(serials, d.SerialNumber)
	}
	return o.show(map[string][]string{"deleted": serials}, said("Deregistered %s.", plural(len(serials), "device")))
}
