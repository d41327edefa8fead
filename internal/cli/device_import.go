package cli

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
)

type deviceImportOptions struct {
	*app
	*target
	strict bool
	dryRun bool
}

func (a *app) newDeviceImport(t *target) *cobra.Command {
	o := &deviceImportOptions{app: a, target: t}
	cmd := &cobra.Command{
		Use: "import FILE|-", Short: "Register the devices of an Autopilot CSV file", Args: exactly(1),
		Long: `Registers every good line of the file and says of every other what is wrong with
it and what to do. A device that this tenant has already is left as it is. Ends
with code 1 when a line could not be registered.`,
		RunE: func(cmd *cobra.Command, args []string) error { return o.run(cmd.Context(), args[0]) },
	}
	cmd.Flags().BoolVar(&o.strict, "strict", false, "accept only what the Intune admin center accepts")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "check the file and send nothing")
	return cmd
}

func (o *deviceImportOptions) run(ctx context.Context, name string) error {
	data, err := o.readInput(name)
	if err != nil {
		return err
	}
	mode := hwhash.Tolerant
	if o.strict {
		mode = hwhash.Strict
	}
	rows, report, err := readDevices(name, data, mode)
	if err != nil {
		return fmt.Errorf("read %s: %w", name, err)
	}
	report.DryRun = o.dryRun
	var sending error
	if !o.dryRun && len(rows) > 0 {
		c, err := o.client(ctx, o.target)
		if err != nil {
			return err
		}
		defer c.Close()
		bar := o.newProgress("registering", len(rows))
		sending = importRows(ctx, c, rows, &report, bar.add)
		bar.done()
	}
	if err := o.show(&report, report.write); err != nil {
		return err
	}
	if sending == nil && report.failed() {
		return exitError(1)
	}
	return sending
}

// readInput reads a file, or standard input for "-".
func (a *app) readInput(name string) ([]byte, error) {
	if name == "-" {
		data, err := io.ReadAll(a.In)
		if err != nil {
			return nil, fmt.Errorf("read standard input: %w", err)
		}
		return data, nil
	}
	data, err := os.ReadFile(name) //nolint:gosec // the user names the file
	if err != nil {
		return nil, fault.Field(fault.Invalid, "FileUnreadable", name, fmt.Sprintf("The file cannot be read: %v.", err), "Name a file that you can read, or - for standard input.")
	}
	return data, nil
}
