package cli

import (
	"fmt"
	"io"
	"strconv"

	"taxiway/internal/virtualpc/fleet"
)

// writeFleet tells what became of a fleet.
func writeFleet(w io.Writer, r *fleet.Report) error {
	fmt.Fprintln(w)
	fields := []field{
		{"PCs", strconv.Itoa(r.Count)},
		{"Seed", strconv.FormatUint(r.Seed, 10)},
		{"Took", shortly(r.Took)},
		{"Deployments per minute", fmt.Sprintf("%.1f", r.PerMin)},
	}
	for _, how := range fleet.Outcomes() {
		if n := r.Outcomes[how]; n > 0 {
			fields = append(fields, field{capital(fleetWords[how]), strconv.Itoa(n)})
		}
	}
	if r.Again > 0 {
		fields = append(fields, field{"Switched on again", strconv.Itoa(r.Again)})
	}
	if err := card(w, fields...); err != nil {
		return err
	}
	if len(r.Steps) > 0 {
		fmt.Fprintln(w)
		rows := make([][]string, len(r.Steps))
		for i, s := range r.Steps {
			rows[i] = []string{bootWords[s.Step], strconv.Itoa(s.Count), shortly(s.P50), shortly(s.P99), shortly(s.Max)}
		}
		if err := table(w, []string{"Step, in real time", "Count", "p50", "p99", "Longest"}, rows); err != nil {
			return err
		}
	}
	if err := writeFleetFailures(w, r.Failures); err != nil {
		return err
	}
	return writeFleetDifferences(w, r)
}

func writeFleetFailures(w io.Writer, all []fleet.Failure) error {
	if len(all) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	rows := make([][]string, len(all))
	for i, f := range all {
		rows[i] = []string{strconv.Itoa(f.Count), fleetWords[f.Outcome], f.Injected, f.Reason}
	}
	return table(w, []string{"PCs", "Ended", "Injected", "What the PC shows"}, rows)
}

func writeFleetDifferences(w io.Writer, r *fleet.Report) error {
	fmt.Fprintln(w)
	if len(r.Differences) == 0 {
		_, err := fmt.Fprintf(w, "The server's record says of all %s what they went through.\n", plural(r.Count, "PC"))
		return err
	}
	fmt.Fprintf(w, "The server's record differs from what the PCs went through, %s:\n", plural(len(r.Differences), "time"))
	rows := make([][]string, len(r.Differences))
	for i, d := range r.Differences {
		rows[i] = []string{d.Serial, d.What, d.PC, d.Server}
	}
	return table(w, []string{"Serial number", "What", "The PC", "The server"}, rows)
}

func capital(text string) string {
	if text == "" {
		return ""
	}
	return string(text[0]-'a'+'A') + text[1:]
}
