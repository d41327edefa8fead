package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/fault"
	"taxiway/internal/graphclient"
)

func (a *app) newProfile() *cobra.Command {
	return a.graphCommand("profile", "Deployment profiles", func(t *target) []*cobra.Command {
		p := &profileOptions{a, t}
		return []*cobra.Command{
			p.newCreate(), p.newList(), p.newShow(), p.newUpdate(), p.newAssign(), p.newUnassign(), p.newExport(), p.newDelete(),
		}
	})
}

// profileOptions are those of profile commands without flags.
type profileOptions struct {
	*app
	*target
}

// on runs fn with the profile that a command names.
func (o *profileOptions) on(ctx context.Context, name string, fn func(c *graphclient.Client, p *graphclient.Profile) error) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	p, err := c.Profile(ctx, name)
	if err != nil {
		return err
	}
	return fn(c, &p)
}

// again shows a profile as it is after a change.
func (o *profileOptions) again(ctx context.Context, c *graphclient.Client, id string) error {
	p, err := c.Profile(ctx, id)
	if err != nil {
		return err
	}
	return o.showProfile(ctx, c, &p)
}

func (o *profileOptions) showProfile(ctx context.Context, c *graphclient.Client, p *graphclient.Profile) error {
	names, err := groupNames(ctx, c)
	if err != nil {
		return err
	}
	return o.show(p, func(w io.Writer) error { return writeProfile(w, p, names) })
}

func groupNames(ctx context.Context, c *graphclient.Client) (map[string]string, error) {
	names := map[string]string{}
	for g, err := range c.Groups(ctx) {
		if err != nil {
			return nil, err
		}
		names[g.ID] = g.DisplayName
	}
	return names, nil
}

// assignedTo names the targets of one kind.
func assignedTo(p *graphclient.Profile, kind string, names map[string]string) string {
	var out []string
	for _, a := range p.Assignments {
		if a.Target.Type != kind {
			continue
		}
		name := names[a.Target.GroupID]
		if kind == graphclient.TargetAllDevices {
			name = "All devices"
		}
		if name == "" {
			name = a.Target.GroupID
		}
		out = append(out, name)
	}
	return strings.Join(out, ", ")
}

func included(p *graphclient.Profile, names map[string]string) string {
	all, groups := assignedTo(p, graphclient.TargetAllDevices, names), assignedTo(p, graphclient.TargetGroup, names)
	if all != "" && groups != "" {
		return groups + ", " + all
	}
	return groups + all
}

func hidden(b bool) string {
	if b {
		return "Hide"
	}
	return "Show"
}

// writeProfile writes a profile with the labels of the tutorial.
func writeProfile(w io.Writer, p *graphclient.Profile, names map[string]string) error {
	template := "No"
	if p.DeviceNameTemplate != "" {
		template = "Yes, " + p.DeviceNameTemplate
	}
	created := ""
	if p.CreatedDateTime != nil {
		created = moment(*p.CreatedDateTime)
	}
	return card(w,
		field{"Name", p.DisplayName}, field{"Description", p.Description}, field{"Deployment mode", deploymentMode(p)},
		field{"Microsoft Software License Terms", hidden(p.OOBE.EULAHidden)}, field{"Privacy settings", hidden(p.OOBE.PrivacySettingsHidden)},
		field{"Hide change account options", hidden(p.OOBE.EscapeLinkHidden)}, field{"User account type", accountType(p)},
		field{"Allow pre-provisioned deployment", yesNo(p.PreprovisioningAllowed)}, field{"Language (Region)", languageOf(p)},
		field{"Automatically configure keyboard", yesNo(p.OOBE.KeyboardSkipped)}, field{"Apply device name template", template},
		field{"Convert all targeted devices to Autopilot", yesNo(p.HardwareHashExtraction)},
		field{"Included groups", included(p, names)}, field{"Excluded groups", assignedTo(p, graphclient.TargetExclusion, names)},
		field{"Created", created}, field{"Id", p.ID},
	)
}

func deploymentMode(p *graphclient.Profile) string {
	if p.OOBE.DeviceUsageType == "shared" {
		return "Self-Deploying"
	}
	return "User-driven"
}

func accountType(p *graphclient.Profile) string {
	switch p.OOBE.UserType {
	case "standard":
		return "Standard user"
	case "administrator":
		return "Administrator"
	}
	return ""
}

func languageOf(p *graphclient.Profile) string {
	switch p.Locale {
	case "os-default":
		return "Operating system default"
	case "":
		return "User select"
	}
	return p.Locale
}

func (o *profileOptions) newList() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the profiles with their groups", Args: exactly(0),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.list(cmd.Context()) },
	}
}

func (o *profileOptions) list(ctx context.Context) error {
	c, err := o.client(ctx, o.target)
	if err != nil {
		return err
	}
	defer c.Close()
	list, err := graphclient.Collect(c.Profiles(ctx))
	if err != nil {
		return err
	}
	names, err := groupNames(ctx, c)
	if err != nil {
		return err
	}
	return o.show(list, func(w io.Writer) error {
		rows := make([][]string, len(list))
		for i := range list {
			p := &list[i]
			rows[i] = []string{p.DisplayName, deploymentMode(p), accountType(p), p.DeviceNameTemplate, included(p, names), assignedTo(p, graphclient.TargetExclusion, names), p.ID}
		}
		return table(w, []string{"Name", "Deployment mode", "User account type", "Device name template", "Included groups", "Excluded groups", "Id"}, rows)
	})
}

func (o *profileOptions) newShow() *cobra.Command {
	return &cobra.Command{
		Use: "show PROFILE", Short: "Show one profile with its settings", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.on(ctx, args[0], func(c *graphclient.Client, p *graphclient.Profile) error { return o.showProfile(ctx, c, p) })
		},
	}
}

func (o *profileOptions) newDelete() *cobra.Command {
	return &cobra.Command{
		Use: "delete PROFILE", Short: "Delete a profile that is assigned to nothing", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			return o.on(ctx, args[0], func(c *graphclient.Client, p *graphclient.Profile) error {
				if err := c.DeleteProfile(ctx, p.ID); err != nil {
					return err
				}
				return o.show(p, said("Deleted the profile %s.", p.DisplayName))
			})
		},
	}
}

// oneOf checks the value of a flag that has a few words.
func oneOf(flag, value string, words map[string]string) (string, error) {
	if v, ok := words[strings.ToLower(value)]; ok {
		return v, nil
	}
	known := make([]string, 0, len(words))
	for word := range words {
		known = append(known, word)
	}
	return "", fault.Field(fault.Invalid, "InvalidFlag", "--"+flag, "'"+value+"' is not known.", "Use "+joinOr(known)+".")
}
