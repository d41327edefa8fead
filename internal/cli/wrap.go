package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/term"
)

// columnsOf is how wide a terminal is; 0 for what is none, where no line is too
// long.
func columnsOf(w io.Writer) int {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	columns, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return columns
}

// leastRoom is how little a last column may have; with less, nothing is wrapped.
const leastRoom = 16

// tableIn is a table whose last column is wrapped where a terminal ends.
func tableIn(w io.Writer, columns int, head []string, rows [][]string) error {
	var out [][]string
	for _, row := range append([][]string{head}, rows...) {
		cells := make([]string, len(row))
		for i, cell := range row {
			cells[i] = orBlank(cell)
		}
		out = append(out, cells)
	}
	return aligned(w, columns, out)
}

// cardIn is a card whose values are wrapped where a terminal ends.
func cardIn(w io.Writer, columns int, fields ...field) error {
	rows := make([][]string, len(fields))
	for i, f := range fields {
		rows[i] = []string{f.name, orBlank(f.value)}
	}
	return aligned(w, columns, rows)
}

// aligned writes rows of as many cells each.
func aligned(w io.Writer, columns int, rows [][]string) error {
	if len(rows) == 0 {
		return nil
	}
	last := len(rows[0]) - 1
	widths := make([]int, last)
	used := 0
	for i := range widths {
		for _, row := range rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row[i])+2)
		}
		used += widths[i]
	}
	var b strings.Builder
	for _, row := range rows {
		for i, cell := range row[:last] {
			b.WriteString(pad(cell, widths[i]))
		}
		for i, part := range wrapped(row[last], columns-used) {
			if i > 0 {
				b.WriteString(strings.Repeat(" ", used))
			}
			b.WriteString(part + "\n")
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write the table: %w", err)
	}
	return nil
}

// wrapped breaks a text at its spaces into lines of so many columns, and a word
// that is longer where the line ends.
func wrapped(text string, room int) []string {
	if room < leastRoom || utf8.RuneCountInString(text) <= room {
		return []string{text}
	}
	var out []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		for utf8.RuneCountInString(word) > room {
			if line != "" {
				out = append(out, line)
			}
			letters := []rune(word)
			line, word = string(letters[:room]), string(letters[room:])
		}
		switch {
		case line == "":
			line = word
		case utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > room:
			out = append(out, line)
			line = word
		default:
			line += " " + word
		}
	}
	return append(out, line)
}
