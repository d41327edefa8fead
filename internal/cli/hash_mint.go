package cli

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
	"taxiway/internal/labdata"
)

// mostMinted bounds one file; a PC's line has some 4 kB.
const mostMinted = 100_000

type hashMintOptions struct {
	*app
	count int
	seed  uint64
	tag   string
	user  string
	from  string
	out   string
	plain bool
}

func (a *app) newHashMint() *cobra.Command {
	o := &hashMintOptions{app: a}
	cmd := &cobra.Command{
		Use: "mint", Short: "Make hardware hashes of PCs that do not exist, as an Autopilot CSV file", Args: exactly(0),
		Long: `The same seed gives the same PCs. With --from, the hash of the hardware described
in a JSON file as 'hash show --json' writes it.`,
		RunE: func(*cobra.Command, []string) error { return o.run() },
	}
	f := cmd.Flags()
	f.IntVar(&o.count, "count", 1, "how many PCs")
	f.Uint64Var(&o.seed, "seed", 1, "which PCs")
	f.StringVar(&o.tag, "tag", "", "group tag")
	f.StringVar(&o.user, "user", "", "assigned user, a user principal name")
	f.StringVar(&o.from, "from", "", "JSON file with the hardware of one PC")
	f.StringVar(&o.out, "out", "", "file to write (default: standard output)")
	f.BoolVar(&o.plain, "plain", false, "only the hashes, one a line")
	return cmd
}

func (o *hashMintOptions) run() error {
	rows, err := o.rows()
	if err != nil {
		return err
	}
	return o.write(rows)
}

// write writes the rows where the flags say.
func (o *hashMintOptions) write(rows []hwhash.Row) error {
	file, err := o.file(rows)
	if err != nil {
		return err
	}
	if o.out == "" {
		_, err := o.Out.Write(file)
		return err
	}
	if err := writePrivate(o.out, file); err != nil {
		return err
	}
	return o.show(map[string]any{"file": o.out, "devices": len(rows)}, said("Wrote %s with %s.", o.out, plural(len(rows), "device")))
}

// rows are the PCs with what the flags say of them.
func (o *hashMintOptions) rows() ([]hwhash.Row, error) {
	var rows []hwhash.Row
	switch {
	case o.count < 1 || o.count > mostMinted:
		return nil, flagError("count", fmt.Sprintf("%d is not between 1 and %d.", o.count, mostMinted), "Make several files with different seeds.")
	case o.from != "":
		row, err := o.described()
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	default:
		pcs, err := labdata.Fleet(o.seed, o.count)
		if err != nil {
			return nil, err
		}
		for i := range pcs {
			rows = append(rows, pcs[i].Row)
		}
	}
	for i := range rows {
		rows[i].GroupTag, rows[i].AssignedUser = o.tag, o.user
	}
	return rows, nil
}

// described mints the hash of a machine that a file describes: the answer of
// "hash show --json", or the hardware alone.
func (o *hashMintOptions) described() (hwhash.Row, error) {
	data, err := o.readInput(o.from)
	if err != nil {
		return hwhash.Row{}, err
	}
	data = bytes.TrimSpace(data)
	var shown []shownHash
	if bytes.HasPrefix(data, []byte("[")) {
		err = json.Unmarshal(data, &shown)
	} else {
		var one struct {
			Hardware *hwhash.Hardware `json:"hardware"`
		}
		var hw hwhash.Hardware
		if err = json.Unmarshal(data, &one); err == nil && one.Hardware != nil {
			hw = *one.Hardware
		} else {
			err = json.Unmarshal(data, &hw)
		}
		shown = []shownHash{{Hardware: hw}}
	}
	if err != nil {
		return hwhash.Row{}, fault.Field(fault.Invalid, "InvalidFile", o.from, "The file is no description of hardware: "+err.Error()+".", "Write one with 'taxiway hash show --json'.")
	}
	if len(shown) != 1 {
		return hwhash.Row{}, fault.Field(fault.Invalid, "OneHashWanted", o.from, fmt.Sprintf("The file describes %d machines, not one.", len(shown)), "Keep one of them.")
	}
	hash, err := hwhash.Mint(shown[0].Hardware, o.Now().UTC())
	if err != nil {
		return hwhash.Row{}, err
	}
	return hwhash.Row{SerialNumber: shown[0].Hardware.SystemSerial, HardwareHash: hash}, nil
}

// file is the rows as the flags want them: CSV, hashes, or JSON.
func (o *hashMintOptions) file(rows []hwhash.Row) ([]byte, error) {
	var b bytes.Buffer
	switch {
	case o.plain:
		for _, r := range rows {
			b.WriteString(r.HardwareHash + "\n")
		}
		return b.Bytes(), nil
	case o.json && o.out == "":
		return o.jsonRows(rows)
	}
	err := hwhash.WriteCSV(&b, rows)
	return b.Bytes(), err
}

// jsonRows is the body of Graph's import action.
func (o *hashMintOptions) jsonRows(rows []hwhash.Row) ([]byte, error) {
	type wire struct {
		SerialNumber string `json:"serialNumber"`
		Hash         string `json:"hardwareIdentifier"`
		GroupTag     string `json:"groupTag,omitempty"`
		User         string `json:"assignedUserPrincipalName,omitempty"`
	}
	list := make([]wire, len(rows))
	for i, r := range rows {
		list[i] = wire{r.SerialNumber, r.HardwareHash, r.GroupTag, r.AssignedUser}
	}
	out, err := json.MarshalIndent(map[string]any{"importedWindowsAutopilotDeviceIdentities": list}, "", "  ")
	return append(out, '\n'), err
}
