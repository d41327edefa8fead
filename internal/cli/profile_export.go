package cli

import (
	"context"
	"io"
	"os"

	"github.com/spf13/cobra"

	"taxiway/internal/fault"
	"taxiway/internal/graphclient"
)

type profileExport struct {
	profileOptions
	format, tenantID, domain, output string
}

// formatAutopilotJSON is the one format there is.
const formatAutopilotJSON = "autopilot-json"

func (o *profileOptions) newExport() *cobra.Command {
	e := &profileExport{profileOptions: *o}
	cmd := &cobra.Command{
		Use: "export PROFILE", Short: "Write a profile as AutopilotConfigurationFile.json", Args: exactly(1),
		Long: `Writes a profile as the file AutopilotConfigurationFile.json (Windows Autopilot for
existing devices). Put into %windir%\Provisioning\Autopilot of an image, it gives a
PC the profile without asking any service. The name of the file must be exactly
that, and its text stay ASCII without a byte order mark, as it is written here.

A real PC joins a real Microsoft Entra tenant: give its id and its domain. Without
them the file names the tenant of this server, for virtual PCs. docs/real-pcs.md
has the whole way.`,
		Example: `  taxiway profile export "Office standard" --tenant-id 1537de22-988c-4e93-b8a5-83890f34a69b \
    --tenant-domain contoso.onmicrosoft.com --output AutopilotConfigurationFile.json`,
		RunE: func(cmd *cobra.Command, args []string) error { return e.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().StringVar(&e.format, "format", formatAutopilotJSON, "format of the file; only autopilot-json")
	cmd.Flags().StringVar(&e.tenantID, "tenant-id", "", "id of the Entra tenant the PC joins")
	cmd.Flags().StringVar(&e.domain, "tenant-domain", "", "verified domain of that tenant")
	cmd.Flags().StringVarP(&e.output, "output", "o", "", "file to write; default standard output")
	return cmd
}

func (e *profileExport) run(ctx context.Context, name string) error {
	if e.format != formatAutopilotJSON {
		return fault.Field(fault.Invalid, "UnknownFormat", "--format", "There is no format '"+e.format+"'.", "Use --format autopilot-json.")
	}
	return e.on(ctx, name, func(c *graphclient.Client, p *graphclient.Profile) error {
		text, err := c.ExportProfile(ctx, p.ID, e.tenantID, e.domain)
		if err != nil {
			return err
		}
		if e.output == "" {
			_, err = io.WriteString(e.Out, text)
			return err
		}
		return os.WriteFile(e.output, []byte(text), 0o644) //nolint:gosec // no secret: it goes into images
	})
}
