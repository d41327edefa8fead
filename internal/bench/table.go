package bench

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteTable writes the report for people.
func (r *Report) WriteTable(w io.Writer) error {
	m := r.Machine
	lines := []string{
		"taxiway " + r.Version + ", " + r.StartedAt.Format("2006-01-02 15:04 MST"),
		fmt.Sprintf("machine   %s, %d cores, %s %s, %s, %s", m.CPU, m.Cores, m.OS, m.Kernel, m.Arch, m.Go),
	}
	for _, d := range r.Databases {
		lines = append(lines, fmt.Sprintf("database  %s %s: %s", d.Engine, d.Version, d.Durability))
	}
	lines = append(lines, fmt.Sprintf("command   %s (seed %d, %d rounds)", r.Command, r.Seed, r.Rounds), "", "")
	if _, err := io.WriteString(w, strings.Join(lines, "\n")); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "BENCHMARK\tDATABASE\tWHAT\tFIGURE\tLIMIT\tRATIO\tROUNDS\tTARGET\tMET")
	for i := range r.Rows {
		row := &r.Rows[i]
		fmt.Fprintf(t, "%s\t%s\t%s\t%s %s\t%s (%s)\t%s\t%s–%s\t%s\t%s\n", row.Benchmark, orDash(row.Database), row.What, short(row.Figure), row.Unit,
			short(row.Limit), row.LimitWhat, short(row.Ratio), short(row.RatioLow), short(row.RatioHigh), orDash(row.Target), row.met())
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	if _, err := fmt.Fprintln(w, "\nLimited by:"); err != nil {
		return fmt.Errorf("write the report: %w", err)
	}
	for i := range r.Rows {
		row := &r.Rows[i]
		if _, err := fmt.Fprintf(w, "  %s: %s\n", strings.TrimSpace(row.Database+" "+row.What), row.LimitedBy); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}

func (r *Row) met() string {
	switch {
	case r.Met == nil:
		return "–"
	case *r.Met:
		return "yes"
	default:
		return "no"
	}
}

func orDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// short keeps three digits that say something.
func short(x float64) string {
	switch {
	case x >= 1_000:
		return thousands(int(x + 0.5))
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	case x >= 1:
		return fmt.Sprintf("%.2f", x)
	default:
		return fmt.Sprintf("%.3f", x)
	}
}
