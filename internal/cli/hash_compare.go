package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
)

type hashCompareOptions struct{ *app }

func (a *app) newHashCompare() *cobra.Command {
	o := &hashCompareOptions{a}
	return &cobra.Command{
		Use: "compare REGISTERED TODAY", Short: "Say whether two hashes are of one machine, and which parts differ", Args: exactly(2),
		Long: "Ends with code 0 when the machine is the same and unchanged, else with 1.",
		RunE: func(_ *cobra.Command, args []string) error { return o.run(args[0], args[1]) },
	}
}

// comparison is the outcome for programs.
type comparison struct {
	Verdict string             `json:"verdict"` // Same, HardwareChange, AnotherDevice
	Reason  string             `json:"reason"`
	Changed []hwhash.Component `json:"changed"`
}

func (o *hashCompareOptions) run(registered, today string) error {
	var both [2]*hwhash.Hash
	for i, name := range []string{registered, today} {
		hashes, err := o.readHashes(name)
		if err != nil {
			return err
		}
		if len(hashes) != 1 {
			return fault.Field(fault.Invalid, "OneHashWanted", name, fmt.Sprintf("The file has %d hashes, not one.", len(hashes)), "Name a file with the text of one hash.")
		}
		both[i] = hashes[0]
	}
	c := hwhash.Compare(both[0], both[1])
	out := comparison{c.Verdict.String(), c.Reason, append([]hwhash.Component{}, c.Changed...)}
	if err := o.show(out, out.write); err != nil {
		return err
	}
	if c.Verdict != hwhash.Same {
		return exitError(1)
	}
	return nil
}

func (c comparison) write(w io.Writer) error {
	fmt.Fprintf(w, "%s: %s\n", c.Verdict, c.Reason)
	if len(c.Changed) == 0 {
		return nil
	}
	rows := make([][]string, len(c.Changed))
	for i, part := range c.Changed {
		strength := "weak"
		if part.Strong {
			strength = "strong"
		}
		rows[i] = []string{part.Name, strength, part.Old, part.New}
	}
	return table(w, []string{"Part", "Proof", "Registered", "Today"}, rows)
}
