package cli

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/server"
)

type deviceReleaseOptions struct {
	*app
	force bool
	to    string
}

// newDeviceRelease is the operator's way out when a tenant holds PCs that are
// not its own; it goes through the private door, never through Graph.
func (a *app) newDeviceRelease() *cobra.Command {
	o := &deviceReleaseOptions{app: a}
	cmd := &cobra.Command{
		Use: "release FILE|- --force", Short: "Take the registrations of PCs away from whatever tenant holds them", Args: exactly(1),
		Long: `For the server's operator: removes the registration of each PC whose hardware
hash is in the file (the text of one hash, or an Autopilot CSV file), in whatever
tenant it is. The audit trail of that tenant tells of it, and that of the tenant
named with --to.`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().BoolVar(&o.force, "force", false, "really do it; without it nothing is changed")
	cmd.Flags().StringVar(&o.to, "to", "", "tenant that asked for the PCs, by id or domain")
	return cmd
}

// released is the private door's answer.
type released struct {
	Tenant       string `json:"tenantId"`
	ID           string `json:"id"`
	SerialNumber string `json:"serialNumber"`
}

func (o *deviceReleaseOptions) run(ctx context.Context, name string) error {
	if !o.force {
		return fault.Field(fault.Invalid, "ForceRequired", "--force", "Releasing a PC takes it away from the tenant that holds it.", "Repeat the command with --force when you are sure.")
	}
	hashes, err := o.readHashes(name)
	if err != nil {
		return err
	}
	out := make([]released, len(hashes))
	err = o.withAdmin(ctx, func(_ config.Config, admin *server.Admin) error {
		for i, h := range hashes {
			if err := admin.Call(ctx, http.MethodPost, "/release", map[string]string{"hardwareHash": h.Text(), "to": o.to}, &out[i]); err != nil {
				return fmt.Errorf("release the PC with the serial number %s: %w", h.SystemSerial, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return o.show(out, func(w io.Writer) error {
		for _, r := range out {
			fmt.Fprintf(w, "Released %s from the tenant %s.\n", r.SerialNumber, r.Tenant)
		}
		return nil
	})
}
