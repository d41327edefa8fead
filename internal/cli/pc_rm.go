package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
)

type pcRemoveOptions struct{ *pcs }

func (p *pcs) newRemove() *cobra.Command {
	o := &pcRemoveOptions{p}
	return &cobra.Command{
		Use: "rm NAME…", Short: "Remove virtual PCs with their disks", Args: atLeast(1),
		Long:              "What a server knows of a PC stays: see 'taxiway device delete'.",
		RunE:              func(_ *cobra.Command, args []string) error { return o.run(args) },
		ValidArgsFunction: p.completeNames(0),
	}
}

func (o *pcRemoveOptions) run(names []string) error {
	for _, name := range names {
		if err := o.remove(name); err != nil {
			return err
		}
	}
	return o.show(map[string][]string{"removed": names}, said("Removed %s.", choices(names)))
}

// remove takes the PC away in one step, then its files.
func (o *pcRemoveOptions) remove(name string) error {
	release, err := o.lock(name)
	if err != nil {
		return err
	}
	release() // Windows moves no folder that has an open file
	place, err := o.place(name)
	if err != nil {
		return err
	}
	gone := filepath.Join(filepath.Dir(place), "."+name+".removed") // no PC has such a name
	for _, step := range []func() error{
		func() error { return os.RemoveAll(gone) }, // left by a removal that was interrupted
		func() error { return os.Rename(place, gone) },
		func() error { return os.RemoveAll(gone) },
	} {
		if err := step(); err != nil {
			return fmt.Errorf("remove the PC %s: %w", name, err)
		}
	}
	return nil
}
