package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

// blank stands in a cell that has no value.
const blank = "–"

// show writes v as JSON, or lets human write it for people.
func (a *app) show(v any, human func(w io.Writer) error) error {
	if a.json {
		return a.showJSON(v)
	}
	return human(a.Out)
}

func (a *app) showJSON(v any) error {
	enc := json.NewEncoder(a.Out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// table writes aligned columns under their names.
func table(w io.Writer, head []string, rows [][]string) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range append([][]string{head}, rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = orBlank(cell)
		}
		fmt.Fprintln(t, strings.Join(cells, "\t"))
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// field is a line of a card.
type field struct{ name, value string }

// card writes one object, a line for each field.
func card(w io.Writer, fields ...field) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range fields {
		fmt.Fprintf(t, "%s\t%s\n", f.name, orBlank(f.value))
	}
	if err := t.Flush(); err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	return nil
}

// orBlank keeps a cell on one line and visible.
func orBlank(s string) string {
	if s = strings.NewReplacer("\n", " ", "\t", " ").Replace(s); strings.TrimSpace(s) == "" {
		return blank
	}
	return s
}

// moment is a time for people; none is blank. Graph writes the year 1 for none.
func moment(t time.Time) string {
	if t.Year() <= 1 {
		return ""
	}
	return t.UTC().Format("2006-01-02 15:04:05Z")
}

// momentOrNull is a time for programs.
func momentOrNull(t time.Time) *time.Time {
	if t.Year() <= 1 {
		return nil
	}
	u := t.UTC()
	return &u
}

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

// plural writes a number with its noun: 1 row, 2 rows.
func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
