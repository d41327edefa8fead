package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/fault"
	"taxiway/internal/virtualpc/machine"
)

// pcs is what commands about virtual PCs share: the folder they are in.
type pcs struct {
	*app
	dir string
}

func (a *app) newPC() *cobra.Command {
	p := &pcs{app: a}
	cmd := a.parent("pc", "Virtual PCs: parts, disks and hardware hashes of PCs to practise with",
		p.newBoot(), p.newCreate(), p.newList(), p.newShow(), p.newSwap(), p.newReset(), p.newClone(), p.newExportHash(), p.newDiagnostics(), p.newRemove(),
	)
	cmd.Long = `Virtual PCs: parts, disks and hardware hashes of PCs to practise with.

A PC is a folder with its parts and its disk, in the folder pcs of the data
directory. These commands need no server.`
	cmd.PersistentFlags().StringVar(&p.dir, "dir", "", "folder that has the PCs (default: pcs in the data directory)")
	_ = cmd.MarkPersistentFlagDirname("dir") // fails only for a flag that is not there
	return cmd
}

// folder is where the PCs are.
func (p *pcs) folder() (string, error) {
	if p.dir != "" {
		return p.dir, nil
	}
	cfg, err := p.config()
	if err != nil {
		return "", err
	}
	return filepath.Join(cfg.DataDir, "pcs"), nil
}

// place is the folder of one PC.
func (p *pcs) place(name string) (string, error) {
	if err := machine.CheckName(name); err != nil {
		return "", err
	}
	folder, err := p.folder()
	return filepath.Join(folder, name), err
}

// names lists the PCs there are.
func (p *pcs) names() ([]string, error) {
	folder, err := p.folder()
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("list the PCs: %w", err)
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() && machine.CheckName(e.Name()) == nil && machine.IsThere(filepath.Join(folder, e.Name())) {
			out = append(out, e.Name())
		}
	}
	return out, nil
}

// open reads a PC. What is wrong with its files is told with their paths.
func (p *pcs) open(name string) (*machine.Machine, error) {
	place, err := p.place(name)
	if err != nil {
		return nil, err
	}
	disk, err := machine.OpenFolder(place)
	if err != nil {
		return nil, err
	}
	m, err := machine.Open(disk)
	if machine.Is(err, machine.CodeMissing) {
		return nil, p.missing(name)
	}
	return m, p.about(place, err)
}

// missing is a PC that is not there.
func (p *pcs) missing(name string) error {
	folder, err := p.folder()
	if err != nil {
		return err
	}
	names, err := p.names()
	if err != nil {
		return err
	}
	remedy := "Create it with 'taxiway pc create " + name + "', or see 'taxiway pc list'."
	if near := fault.Nearest(name, names); near != "" {
		remedy = "Did you mean " + near + "?"
	}
	return fault.Field(fault.NotFound, machine.CodeMissing, name, fmt.Sprintf("There is no PC '%s' in %s.", name, folder), remedy)
}

// about names the file on this machine that an error of a PC's disk is about.
func (p *pcs) about(place string, err error) error {
	e, ok := errors.AsType[*machine.Error](err)
	if !ok || e.File == "" || filepath.IsAbs(e.File) {
		return err
	}
	told := *e
	told.File = filepath.Join(place, filepath.FromSlash(e.File))
	return &told
}

// lock takes a PC for this process alone.
func (p *pcs) lock(name string) (release func(), err error) {
	place, err := p.place(name)
	if err != nil {
		return nil, err
	}
	if !machine.IsThere(place) {
		return nil, p.missing(name)
	}
	return machine.LockFolder(place)
}

// change runs fn with a PC that nobody else uses meanwhile.
func (p *pcs) change(name string, fn func(m *machine.Machine) error) error {
	release, err := p.lock(name)
	if err != nil {
		return err
	}
	defer release()
	m, err := p.open(name)
	if err != nil {
		return err
	}
	place, err := p.place(name)
	if err != nil {
		return err
	}
	return p.about(place, fn(m))
}

// completeNames offers the PCs that are not on the command line yet, for at
// most so many arguments, 0 for any number.
func (p *pcs) completeNames(most int) cobra.CompletionFunc {
	return func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		names, err := p.names()
		if err != nil || most > 0 && len(args) >= most {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(args, name) })
		return names, cobra.ShellCompDirectiveNoFileComp
	}
}

// offer completes a flag with fixed values.
func offer(cmd *cobra.Command, flag string, values []string) {
	_ = cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)) // fails only for a flag that is not there
}

// choices lists values for a flag's help.
func choices(values []string) string { return strings.Join(values, ", ") }

// pcKinds says which fault an error of a virtual PC is; the others are failures
// of the disk or the PC.
var pcKinds = map[string]fault.Kind{
	machine.CodeExists: fault.Conflict, machine.CodeInUse: fault.Conflict, machine.CodeMissing: fault.NotFound, machine.CodeNoKey: fault.NotFound,
	machine.CodeName: fault.Invalid, machine.CodeModel: fault.Invalid, machine.CodeWindows: fault.Invalid, machine.CodePart: fault.Invalid,
	machine.CodeHardware: fault.Invalid, machine.CodeValue: fault.Invalid,
}

// pcProblem shows an error of a virtual PC.
func pcProblem(e *machine.Error) problem {
	return problem{kind: pcKinds[e.Code], Code: e.Code, Message: e.Message, Details: []problemDetail{{Target: e.File, Code: e.Code, Remedy: e.Remedy}}}
}
