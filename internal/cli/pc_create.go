package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"taxiway/internal/virtualpc/machine"
)

// Where the TPM of a new PC is.
const (
	tpmModule = "module"
	tpmBoard  = "board"
	tpmNone   = "none"
)

type pcCreateOptions struct {
	*pcs
	spec machine.Spec
	tpm  string
}

func (p *pcs) newCreate() *cobra.Command {
	o := &pcCreateOptions{pcs: p}
	cmd := &cobra.Command{
		Use: "create NAME…", Short: "Build virtual PCs", Args: atLeast(1),
		RunE:              func(_ *cobra.Command, args []string) error { return o.run(args) },
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	var models []string
	for _, m := range machine.Models() {
		models = append(models, m.ID)
	}
	tpms := []string{tpmModule, tpmBoard, tpmNone}
	f := cmd.Flags()
	f.StringVar(&o.spec.Model, "model", models[0], "one of "+choices(models))
	f.StringVar(&o.spec.Serial, "serial", "", "serial number (default: one as the maker writes them)")
	f.StringVar(&o.tpm, "tpm", tpmModule, "one of "+choices(tpms)+": a module that stays when the board is swapped, or part of the board, or no TPM")
	addWindowsFlags(cmd, &o.spec.OS)
	offer(cmd, "model", models)
	offer(cmd, "tpm", tpms)
	return cmd
}

// addWindowsFlags adds the flags that say which Windows is put on a PC.
func addWindowsFlags(cmd *cobra.Command, system *machine.OS) {
	var releases []string
	for _, r := range machine.Releases() {
		releases = append(releases, r.ID)
	}
	f := cmd.Flags()
	f.StringVar(&system.Release, "windows", "", "release of Windows, one of "+choices(releases))
	f.StringVar(&system.Language, "language", "", "language of Windows, as in de-DE")
	f.StringVar(&system.Keyboard, "keyboard", "", "keyboard layout, as in 00000407 (default: the language's)")
	offer(cmd, "windows", releases)
	offer(cmd, "language", machine.Languages())
}

func (o *pcCreateOptions) run(names []string) error {
	if o.spec.Serial != "" && len(names) > 1 {
		return flagError("serial", "Two PCs cannot have one serial number.", "Create them one by one.")
	}
	switch o.tpm {
	case tpmModule:
	case tpmBoard:
		o.spec.TPMOnBoard = true
	case tpmNone:
		o.spec.NoTPM = true
	default:
		return flagError("tpm", "'"+o.tpm+"' is no place for a TPM.", "Choose module, board or none.")
	}
	var made []shownPC
	for _, name := range names {
		m, err := o.create(name)
		if err != nil {
			return err
		}
		made = append(made, o.shown(name, m))
	}
	return o.show(made, func(w io.Writer) error {
		for i := range made {
			fmt.Fprintf(w, "Created %s: %s %s, serial number %s.\n", made[i].Name, made[i].Manufacturer, made[i].Product, made[i].SerialNumber)
		}
		return nil
	})
}

func (o *pcCreateOptions) create(name string) (*machine.Machine, error) {
	return o.build(name, func(disk machine.Disk) (*machine.Machine, error) {
		spec := o.spec
		spec.Name = name
		return machine.Create(disk, spec)
	})
}

// build runs fn with the disk of a new PC, in a folder that nobody else uses.
func (p *pcs) build(name string, fn func(disk machine.Disk) (*machine.Machine, error)) (*machine.Machine, error) {
	place, err := p.place(name)
	if err != nil {
		return nil, err
	}
	if machine.IsThere(place) { // before asking whether somebody uses it
		return nil, p.taken(name)
	}
	disk, err := machine.OpenFolder(place)
	if err != nil {
		return nil, err
	}
	release, err := machine.LockFolder(place)
	if err != nil {
		return nil, err
	}
	m, err := fn(disk)
	release()
	switch {
	case machine.Is(err, machine.CodeExists):
		return nil, p.taken(name)
	case err != nil:
		machine.Vacate(place)
	}
	return m, p.about(place, err)
}

// taken is a PC whose name another one has.
func (p *pcs) taken(name string) error {
	return &machine.Error{
		Code: machine.CodeExists, Message: "There is a PC '" + name + "' already.",
		Remedy: "Choose another name, or remove it with 'taxiway pc rm " + name + "'.",
	}
}
