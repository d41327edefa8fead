package cli

import (
	"bytes"

	"github.com/spf13/cobra"

	"taxiway/internal/hwhash"
	"taxiway/internal/virtualpc/machine"
)

type pcExportOptions struct {
	*pcs
	hashMintOptions
}

func (p *pcs) newExportHash() *cobra.Command {
	o := &pcExportOptions{pcs: p, hashMintOptions: hashMintOptions{app: p.app}}
	cmd := &cobra.Command{
		Use: "export-hash NAME…", Short: "Write the hardware hashes of virtual PCs as an Autopilot CSV file", Args: atLeast(1),
		Long: `The file is what 'taxiway device import' and the Intune admin center take. The PC
remembers what it exported; 'pc swap' compares with that.`,
		RunE:              func(_ *cobra.Command, args []string) error { return o.run(args) },
		ValidArgsFunction: p.completeNames(0),
	}
	f := cmd.Flags()
	f.StringVar(&o.tag, "tag", "", "group tag")
	f.StringVar(&o.user, "user", "", "assigned user, a user principal name")
	f.StringVar(&o.out, "out", "", "file to write (default: standard output)")
	f.BoolVar(&o.plain, "plain", false, "only the hashes, one a line")
	return cmd
}

func (o *pcExportOptions) run(names []string) error {
	var rows []hwhash.Row
	for _, name := range names {
		row, err := o.row(name)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	return o.write(rows)
}

// row is one PC's. One that is running is not told that its hash was exported:
// it would not hear it.
func (o *pcExportOptions) row(name string) (row hwhash.Row, err error) {
	row.GroupTag, row.AssignedUser = o.tag, o.user
	at := o.pcs.Now().UTC()
	err = o.change(name, func(m *machine.Machine) (err error) {
		row.SerialNumber = m.Hardware.SystemSerial
		row.HardwareHash, err = m.HandOver(at)
		return err
	})
	if !machine.Is(err, machine.CodeInUse) {
		return row, err
	}
	m, err := o.open(name)
	if err != nil {
		return row, err
	}
	row.SerialNumber = m.Hardware.SystemSerial
	row.HardwareHash, err = m.Hash(at)
	return row, err
}

type pcDiagnosticsOptions struct {
	*pcs
	out string
}

func (p *pcs) newDiagnostics() *cobra.Command {
	o := &pcDiagnosticsOptions{pcs: p}
	cmd := &cobra.Command{
		Use: "diagnostics NAME", Short: "Collect what a virtual PC can tell about its set-up in a zip file", Args: exactly(1),
		Long: `What mdmdiagnosticstool.exe -area Autopilot collects on a PC: the profile, a dump of
the registry, the event logs, the hardware hash; and the protocol trace. It has no
private key, and the trace no secret.`,
		RunE:              func(_ *cobra.Command, args []string) error { return o.run(args[0]) },
		ValidArgsFunction: p.completeNames(1),
	}
	cmd.Flags().StringVar(&o.out, "out", "", "file to write (default: NAME-diagnostics.zip)")
	return cmd
}

func (o *pcDiagnosticsOptions) run(name string) error {
	m, err := o.open(name)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := m.Diagnostics(&b, o.Now()); err != nil {
		return err
	}
	file := o.out
	if file == "" {
		file = name + "-diagnostics.zip"
	}
	if err := writePrivate(file, b.Bytes()); err != nil {
		return err
	}
	return o.show(map[string]string{"file": file}, said("Wrote %s.", file))
}
