package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"taxiway/internal/hwhash"
	"taxiway/internal/virtualpc/machine"
)

// shownPC is a virtual PC as the command line shows it.
type shownPC struct {
	Name         string           `json:"name"`
	Model        string           `json:"model,omitempty"`
	Manufacturer string           `json:"manufacturer,omitempty"`
	Product      string           `json:"product,omitempty"`
	SerialNumber string           `json:"serialNumber,omitempty"`
	Windows      string           `json:"windows,omitempty"`
	ComputerName string           `json:"computerName,omitempty"` // the one Windows has
	Joined       bool             `json:"joined"`
	Enrolled     bool             `json:"enrolled"`
	Folder       string           `json:"folder"`
	Problem      string           `json:"problem,omitempty"` // what is damaged
	Hardware     *hwhash.Hardware `json:"hardware,omitempty"`
}

// shown is a PC with what its disk says; what cannot be read of it is its
// problem.
func (p *pcs) shown(name string, m *machine.Machine) shownPC {
	place, err := p.place(name)
	s := shownPC{
		Name: name, Model: m.Model, Manufacturer: m.Hardware.SystemManufacturer, Product: m.Hardware.ProductName,
		SerialNumber: m.Hardware.SystemSerial, Windows: m.OS.Name(), Folder: place,
	}
	if err == nil {
		s.ComputerName, err = m.Registry().Text(machine.KeyComputerName, machine.ValueComputerName)
	}
	var keys []string
	if err == nil {
		keys, err = m.Keys().Names()
	}
	s.Joined, s.Enrolled = slices.Contains(keys, machine.KeyDevice), slices.Contains(keys, machine.KeyMDM)
	if err != nil {
		s.Problem = problemOf(err).Message
	}
	return s
}

type pcListOptions struct{ *pcs }

func (p *pcs) newList() *cobra.Command {
	o := &pcListOptions{p}
	return &cobra.Command{
		Use: "list", Short: "List the virtual PCs", Args: exactly(0),
		RunE: func(*cobra.Command, []string) error { return o.run() },
	}
}

func (o *pcListOptions) run() error {
	names, err := o.names()
	if err != nil {
		return err
	}
	list := make([]shownPC, len(names))
	for i, name := range names {
		m, err := o.open(name)
		if err != nil { // a damaged one does not hide the others
			place, _ := o.place(name) // the name was checked
			list[i] = shownPC{Name: name, Folder: place, Problem: problemOf(err).Message}
			continue
		}
		list[i] = o.shown(name, m)
	}
	return o.show(list, func(w io.Writer) error {
		rows := make([][]string, len(list))
		for i := range list {
			s := &list[i]
			rows[i] = []string{s.Name, s.Manufacturer, s.Product, s.SerialNumber, s.Windows, s.ComputerName, yesNo(s.Joined), yesNo(s.Enrolled)}
			if s.Problem != "" {
				fmt.Fprintf(o.Err, "%s: %s\n", s.Name, s.Problem)
			}
		}
		return table(w, []string{"Name", "Manufacturer", "Model", "Serial number", "Windows", "Computer name", "Joined", "Enrolled"}, rows)
	})
}

type pcShowOptions struct{ *pcs }

func (p *pcs) newShow() *cobra.Command {
	o := &pcShowOptions{p}
	return &cobra.Command{
		Use: "show NAME", Short: "Show a virtual PC with its parts", Args: exactly(1),
		Long:              "With --json, the hardware is as 'hash mint --from' reads it.",
		RunE:              func(_ *cobra.Command, args []string) error { return o.run(args[0]) },
		ValidArgsFunction: p.completeNames(1),
	}
}

func (o *pcShowOptions) run(name string) error {
	m, err := o.open(name)
	if err != nil {
		return err
	}
	s := o.shown(name, m)
	s.Hardware = &m.Hardware
	return o.show(s, func(w io.Writer) error {
		var fields []field
		for _, f := range m.Describe() {
			fields = append(fields, field{f[0], f[1]})
		}
		fields = append(fields,
			field{"Computer name", s.ComputerName}, field{"Joined", yesNo(s.Joined)}, field{"Enrolled", yesNo(s.Enrolled)},
			field{"Folder", filepath.Clean(s.Folder)},
		)
		if s.Problem != "" {
			fields = append(fields, field{"Problem", s.Problem})
		}
		return card(w, fields...)
	})
}
