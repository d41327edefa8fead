package cli

import (
	"github.com/spf13/cobra"

	"taxiway/internal/virtualpc/machine"
)

type pcResetOptions struct {
	*pcs
	system machine.OS
}

func (p *pcs) newReset() *cobra.Command {
	o := &pcResetOptions{pcs: p}
	cmd := &cobra.Command{
		Use: "reset NAME", Short: "Reset a virtual PC: Windows begins anew, the parts stay", Args: exactly(1),
		Long: `Everything on the disk is gone: registry, certificates, event logs, the profile. With
--windows, --language or --keyboard another Windows is put on the PC.`,
		RunE:              func(_ *cobra.Command, args []string) error { return o.run(args[0]) },
		ValidArgsFunction: p.completeNames(1),
	}
	addWindowsFlags(cmd, &o.system)
	return cmd
}

func (o *pcResetOptions) run(name string) error {
	return o.change(name, func(m *machine.Machine) error {
		var err error
		if o.system == (machine.OS{}) {
			err = m.Reset()
		} else {
			err = m.Reimage(o.image(m.OS))
		}
		if err != nil {
			return err
		}
		return o.show(o.shown(name, m), said("Reset %s: %s begins anew, the parts are the same.", name, m.OS.Name()))
	})
}

// image is the Windows of the flags; what they leave open stays, but for the
// keyboard of another language.
func (o *pcResetOptions) image(now machine.OS) machine.OS {
	next := o.system
	if next.Release == "" {
		next.Release, next.Build = now.Release, now.Build
	}
	if next.Language == "" {
		next.Language = now.Language
		if next.Keyboard == "" {
			next.Keyboard = now.Keyboard
		}
	}
	return next
}

type pcCloneOptions struct{ *pcs }

func (p *pcs) newClone() *cobra.Command {
	o := &pcCloneOptions{p}
	return &cobra.Command{
		Use: "clone NAME NEW", Short: "Build a PC of the same model and copy the disk onto it", Args: exactly(2),
		Long: `The new PC has parts of its own, but what is on the disk of the old one: its
registry, certificates and keys, as a copied disk has. No server should take it for
the old PC.`,
		RunE:              func(_ *cobra.Command, args []string) error { return o.run(args[0], args[1]) },
		ValidArgsFunction: p.completeNames(1),
	}
}

func (o *pcCloneOptions) run(name, other string) error {
	return o.change(name, func(m *machine.Machine) error {
		c, err := o.build(other, func(disk machine.Disk) (*machine.Machine, error) { return m.Clone(disk, other) })
		if err != nil {
			return err
		}
		return o.show(o.shown(other, c), said("Created %s with the disk of %s: serial number %s.", other, name, c.Hardware.SystemSerial))
	})
}
