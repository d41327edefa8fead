package cli

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taxiway/internal/graphclient"
)

// device is a registered device as the command line shows it.
type device struct {
	ID                string     `json:"id"`
	SerialNumber      string     `json:"serialNumber"`
	Manufacturer      string     `json:"manufacturer"`
	Model             string     `json:"model"`
	GroupTag          string     `json:"groupTag"`
	Groups            []string   `json:"groups"`
	AssignedProfile   string     `json:"assignedProfile"`
	ProfileStatus     string     `json:"profileStatus"`
	StatusMessage     string     `json:"statusMessage,omitempty"` // of 'device show': what the admin center says behind the status
	DateAssigned      *time.Time `json:"dateAssigned"`
	UserPrincipalName string     `json:"userPrincipalName"`
	EntraDeviceID     string     `json:"entraDeviceId"`
}

func deviceOf(d *graphclient.DeviceIdentity, groups []string) device {
	slices.Sort(groups)
	return device{
		ID: d.ID, SerialNumber: d.SerialNumber, Manufacturer: d.Manufacturer, Model: d.Model, GroupTag: d.GroupTag, Groups: append([]string{}, groups...),
		AssignedProfile: d.ProfileName(), ProfileStatus: string(d.Status()), DateAssigned: momentOrNull(d.AssignedDateTime),
		UserPrincipalName: d.UserPrincipalName, EntraDeviceID: d.EntraDeviceID,
	}
}

type deviceListOptions struct {
	*app
	*target
	filter string
	status string
}

func (a *app) newDeviceList(t *target) *cobra.Command {
	o := &deviceListOptions{app: a, target: t}
	cmd := &cobra.Command{
		Use: "list", Short: "List the registered devices with their profile", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context()) },
	}
	cmd.Flags().StringVar(&o.filter, "filter", "", "OData filter, as in \"groupTag eq 'Sales'\"")
	cmd.Flags().StringVar(&o.status, "status", "", "only devices with this Profile status, as in 'Not assigned'")
	return cmd
}

func (o *deviceListOptions) run(ctx context.Context) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	devices, err := listDevices(ctx, c, graphclient.List{Filter: o.filter})
	if err != nil {
		return err
	}
	if o.status != "" {
		devices = slices.DeleteFunc(devices, func(d device) bool { return !strings.EqualFold(d.ProfileStatus, o.status) })
	}
	return o.show(devices, func(w io.Writer) error { return writeDevices(w, devices) })
}

// listDevices reads devices in the order of their serial numbers, with their
// groups.
func listDevices(ctx context.Context, c *graphclient.Client, l graphclient.List) ([]device, error) {
	l.OrderBy = "serialNumber"
	found, err := graphclient.Collect(c.DeviceIdentities(ctx, l))
	if err != nil {
		return nil, err
	}
	groups, err := groupsOf(ctx, c, found)
	if err != nil {
		return nil, err
	}
	out := make([]device, len(found))
	for i := range found {
		out[i] = deviceOf(&found[i], groups[found[i].EntraDeviceID])
	}
	return out, nil
}

// fewDevices is up to where asking for each device's groups is cheaper than
// reading the members of every group.
const fewDevices = 100

// groupsOf names the groups of devices, by their Entra device ids.
func groupsOf(ctx context.Context, c *graphclient.Client, devices []graphclient.DeviceIdentity) (map[string][]string, error) {
	out := make(map[string][]string, len(devices))
	if len(devices) <= fewDevices {
		for i := range devices {
			id := devices[i].EntraDeviceID
			for g, err := range c.GroupsOfDevice(ctx, id) {
				if err != nil {
					return nil, err
				}
				out[id] = append(out[id], g.DisplayName)
			}
		}
		return out, nil
	}
	for g, err := range c.Groups(ctx) {
		if err != nil {
			return nil, err
		}
		for m, err := range c.Members(ctx, g.ID) {
			if err != nil {
				return nil, err
			}
			if m.DeviceID != "" {
				out[m.DeviceID] = append(out[m.DeviceID], g.DisplayName)
			}
		}
	}
	return out, nil
}

// writeDevices is the table of devices, with the words of the admin center.
func writeDevices(w io.Writer, devices []device) error {
	rows := make([][]string, len(devices))
	for i := range devices {
		d := &devices[i]
		assigned := ""
		if d.DateAssigned != nil {
			assigned = moment(*d.DateAssigned)
		}
		rows[i] = []string{d.SerialNumber, d.Model, d.GroupTag, strings.Join(d.Groups, ", "), d.AssignedProfile, d.ProfileStatus, assigned}
	}
	return table(w, []string{"Serial number", "Model", "Group tag", "Groups", "Assigned profile", "Profile status", "Date assigned"}, rows)
}
