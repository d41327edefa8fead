package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"taxiway/internal/hwhash"
	"taxiway/internal/virtualpc/machine"
)

type pcSwapOptions struct {
	*pcs
	keepData bool
}

func (p *pcs) newSwap() *cobra.Command {
	o := &pcSwapOptions{pcs: p}
	var parts []string
	for _, part := range machine.Parts() {
		parts = append(parts, string(part))
	}
	names := p.completeNames(1)
	cmd := &cobra.Command{
		Use: "swap NAME board|tpm|disk|nic", Short: "Put a new part into a virtual PC, and say what Autopilot will make of it", Args: exactly(2),
		RunE: func(_ *cobra.Command, args []string) error { return o.run(args[0], args[1]) },
		ValidArgsFunction: func(cmd *cobra.Command, args []string, text string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return parts, cobra.ShellCompDirectiveNoFileComp
			}
			return names(cmd, args, text)
		},
	}
	cmd.Long = `Put a new part into a virtual PC, and say what Autopilot will make of it.

A new board has a new SMBIOS UUID and new network adapters where they sit on it; a
TPM that is part of the board (pc create --tpm board) is new too. The serial number
stays: technicians write it onto the new board. A new disk comes with a fresh
Windows, unless its data is kept.

The PC compares itself with the hash that was exported last. What the server has
registered meanwhile it cannot know.`
	cmd.Flags().BoolVar(&o.keepData, "keep-data", false, "copy what is on the disk to the new one")
	return cmd
}

// swapped is the outcome for programs.
type swapped struct {
	Name      string         `json:"name"`
	Part      machine.Part   `json:"part"`
	Changed   []changedPart  `json:"changed"`
	Wiped     bool           `json:"wiped"`
	Autopilot autopilotSwaps `json:"autopilot"`
}

type changedPart struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// autopilotSwaps is what Autopilot will make of a PC as it is now.
type autopilotSwaps struct {
	Verdict       string     `json:"verdict"` // Same, HardwareChange, AnotherDevice
	Reason        string     `json:"reason"`
	ComparedWith  *time.Time `json:"comparedWith"`            // when that hash was exported; null: the PC as it was made
	ProfileStatus string     `json:"profileStatus,omitempty"` // once the PC has told its hardware; empty: as it is
	ErrorCode     int        `json:"errorCode,omitempty"`     // what setup gets for an answer when it asks for the profile
	Message       string     `json:"message"`
}

func (o *pcSwapOptions) run(name, text string) error {
	part, err := machine.ParsePart(text)
	if err != nil {
		return err
	}
	if o.keepData && part != machine.SSD {
		return flagError("keep-data", "Only a disk has data.", "Leave the flag out.")
	}
	return o.change(name, func(m *machine.Machine) error {
		var change machine.Change
		if o.keepData {
			change, err = m.SwapDiskKeepingData()
		} else {
			change, err = m.Swap(part)
		}
		if err != nil {
			return err
		}
		keys, err := m.Keys().Names()
		if err != nil {
			return err
		}
		out := swappedOf(name, &change, slices.Contains(keys, machine.KeyMDM))
		return o.show(out, out.write)
	})
}

func swappedOf(name string, c *machine.Change, enrolled bool) swapped {
	out := swapped{Name: name, Part: c.Part, Wiped: c.Wiped, Changed: []changedPart{}, Autopilot: autopilotSwaps{
		Verdict: c.Known.Verdict.String(), Reason: c.Known.Reason, ComparedWith: momentOrNull(c.KnownAt),
	}}
	for _, part := range c.Changed {
		out.Changed = append(out.Changed, changedPart{part.Name, part.Old, part.New})
	}
	out.Autopilot.foresee(&c.Known, enrolled)
	return out
}

// Microsoft's words for the two statuses of changed hardware (Microsoft Learn,
// "Create and assign user-driven Microsoft Entra join Autopilot profile").
const (
	fixPending = "We've detected a hardware change on this device. We're trying to automatically register the new hardware. " +
		"You don't need to do anything now; the status will be updated at the next check in with the result."
	attentionRequired = "the device can't receive the Autopilot profile until the device is reset and the device re-registers."
)

// What is said of a swap.
const (
	cannotProve  = "Setup that asks for the profile is answered 908: it cannot prove itself with the TPM that was registered."
	anotherPC    = "Setup that asks for the profile is answered 908: this is another PC than the registered one."
	whenAsked    = "Its management asks it for its hardware once a day; then its Profile status becomes "
	inSetup      = "When setup asks for its profile, its Profile status becomes "
	labDay       = "In a lab, 'taxiway lab clock --advance 25h' lets the day pass; the next 'taxiway pc boot' is the check-in."
	nobodyHears  = "It has no management to tell that, and without proof it is not believed: its Profile status stays as it is."
	registerAnew = "Deregister it, export its hash again, import that, and reset the PC."
)

// foresee says what a comparison leads to. Setup proves a PC by its TPM, so
// that one with another TPM gets no profile even where the rest is the same;
// the management knows a PC by its own certificate, and believes all it says.
func (a *autopilotSwaps) foresee(c *hwhash.Comparison, enrolled bool) {
	if c.Verdict == hwhash.Same {
		a.Message = "Autopilot knows the PC with this hardware: its Profile status stays as it is."
		return
	}
	proves := c.Verdict == hwhash.HardwareChange &&
		!slices.ContainsFunc(c.Changed, func(c hwhash.Component) bool { return c.Name == hwhash.ComponentEK })
	var lines []string
	switch {
	case proves:
	case c.Verdict == hwhash.HardwareChange:
		lines = append(lines, cannotProve)
	default:
		lines = append(lines, anotherPC)
	}
	if !proves {
		a.ErrorCode = hwhash.SerialNumberMismatch
	}
	becomes := "Fix pending: " + fixPending
	if a.ProfileStatus = "Fix pending"; c.Verdict == hwhash.AnotherDevice {
		a.ProfileStatus, becomes = "Attention required", "Attention required: "+attentionRequired
	}
	switch {
	case enrolled:
		lines = append(lines, whenAsked+becomes, labDay)
	case proves:
		lines = append(lines, inSetup+becomes)
	default:
		a.ProfileStatus = ""
		lines = append(lines, nobodyHears)
	}
	if c.Verdict == hwhash.AnotherDevice || !proves && !enrolled {
		lines = append(lines, registerAnew)
	}
	a.Message = strings.Join(lines, "\n")
}

// partNames are the parts in a sentence.
var partNames = map[machine.Part]string{
	machine.Board: "a new board", machine.TPM: "a new TPM", machine.SSD: "a new disk", machine.NIC: "new network adapters",
}

func (s *swapped) write(w io.Writer) error {
	fmt.Fprintf(w, "%s has %s.\n", s.Name, partNames[s.Part])
	if s.Wiped {
		fmt.Fprintln(w, "What was on the old disk is gone; Windows begins anew.")
	}
	rows := make([][]string, len(s.Changed))
	for i, c := range s.Changed {
		rows[i] = []string{c.Name, partValue(c.Name, c.Before), partValue(c.Name, c.After)}
	}
	if err := table(w, []string{"What changed", "Before", "After"}, rows); err != nil {
		return err
	}
	with := "the PC as it was made, because its hash was never exported"
	if s.Autopilot.ComparedWith != nil {
		with = "the hash exported " + moment(*s.Autopilot.ComparedWith)
	}
	_, err := fmt.Fprintf(w, "Compared with %s: %s\n%s\n", with, s.Autopilot.Reason, s.Autopilot.Message)
	return err
}
