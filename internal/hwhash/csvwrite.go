package hwhash

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteCSV writes rows under Microsoft's header, with the two partner columns
// if any row needs them, in UTF-8 with CRLF. A cell that a spreadsheet would
// run as a formula gets a leading apostrophe (OWASP, "CSV Injection"), which
// Tolerant reading takes away. A cell with a comma or quotation mark is quoted;
// the Intune admin center refuses such a file, but nothing is lost. A control
// character is an *Error, because no reader would take the line.
func WriteCSV(w io.Writer, rows []Row) error {
	last := userField
	for _, r := range rows {
		if r.Manufacturer != "" || r.Model != "" {
			last = modelField
		}
	}
	out := bufio.NewWriter(w)
	_, _ = out.WriteString(strings.Join(columnNames[serialField:last+1], ",") + "\r\n") // Flush tells
	for i, r := range rows {
		for f := serialField; f <= last; f++ {
			cell := *f.of(&r)
			if c := hidden(cell); c >= 0 {
				return &Error{
					Code: CodeCSVWrite, Offset: -1, Message: fmt.Sprintf("Row %d: %s holds an invisible character, %U.", i+1, f, c),
					Remedy: "Remove the character from the value.",
				}
			}
			if f > serialField {
				_ = out.WriteByte(',')
			}
			_, _ = out.WriteString(quote(cell))
		}
		_, _ = out.WriteString("\r\n")
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write CSV file: %w", err)
	}
	return nil
}

func quote(cell string) string {
	if isFormula(cell) {
		cell = "'" + cell
	}
	if strings.ContainsAny(cell, `,"`) {
		return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	}
	return cell
}

// isFormula is a text that a spreadsheet runs.
func isFormula(s string) bool {
	return s != "" && strings.ContainsRune("=+-@\t", rune(s[0]))
}
