package hwhash

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mode is how much of Microsoft's file rules is insisted on.
type Mode int

// The modes.
const (
	// Tolerant reads what people have: any common encoding, line end and
	// delimiter, quotes, columns by name in any order and case, further
	// columns, any number of rows; padding is repaired and a missing serial
	// taken from the hash.
	Tolerant Mode = iota
	// Strict reads what the Intune admin center accepts: its header as it is,
	// ANSI text, commas, no quotes, no further columns, at most 500 rows,
	// padded base64 (Microsoft Learn, "Manually register devices with Windows
	// Autopilot"). It tells a user whether Microsoft would take the file.
	Strict
)

// MaxStrictRows is how many devices one file may have in Strict mode.
const MaxStrictRows = 500

// maxGroupTag is the limit people have found; no page of Microsoft gives one.
const maxGroupTag = 512

// Row is one device of the file. All fields are texts as they stand there,
// trimmed in Tolerant mode.
type Row struct {
	Line         int // of the file, the first is 1
	SerialNumber string
	ProductKey   string // "Windows Product ID", mostly empty
	HardwareHash string // valid for Parse, padding already repaired
	GroupTag     string
	AssignedUser string // a user principal name, not checked here
	Manufacturer string // only the partner form has these two
	Model        string
}

// RowError says why one line is not a device. It never stops the others.
type RowError struct {
	Line      int    // of the file, the first is 1
	Column    int    // the cell's rank in the line, the first is 1; 0 for the whole line
	Field     string // the column's name, "" for the whole line
	Code      string // stable: Microsoft's error name, or one of the Row constants
	ErrorCode int    // Microsoft's number (see Meaning), 0 if it has none
	Reason    string
	Remedy    string
}

// Error joins place, code and reason.
func (e *RowError) Error() string {
	if e.Column == 0 {
		return fmt.Sprintf("line %d: %s: %s", e.Line, e.Code, e.Reason)
	}
	return fmt.Sprintf("line %d, column %d: %s: %s", e.Line, e.Column, e.Code, e.Reason)
}

// Codes of RowError for what Microsoft has no name for.
const (
	RowTooMany       = "TooManyRows"
	RowTooLong       = "LineTooLong"
	RowQuote         = "QuoteNotAllowed"
	RowQuoteOpen     = "QuoteNotClosed"
	RowExtraCell     = "ExtraColumn"
	RowMissingCell   = "MissingColumn"
	RowNoSerial      = "MissingSerialNumber"
	RowControl       = "ControlCharacter"
	RowBlanks        = "SurroundingBlanks"
	RowGroupTag      = "GroupTagTooLong"
	remedyQuotes     = "Remove the quotation marks; no value may hold a comma."
	remedyDuplicates = "Remove one of the two lines."
)

// ReadCSV reads a whole Autopilot file. Every line with anything on it after
// the header is in rows or in bad, in the file's order. err is an *Error, and
// only for a file without a usable header line.
func ReadCSV(data []byte, mode Mode) (rows []Row, bad []RowError, err error) {
	err = ScanCSV(bytes.NewReader(data), mode, func(row Row, problem *RowError) error {
		if problem != nil {
			bad = append(bad, *problem)
		} else {
			rows = append(rows, row)
		}
		return nil
	})
	return rows, bad, err
}

// ScanCSV is ReadCSV for files that need not fit in memory: it calls each once
// per line, with the row or with the reason why there is none. It stops with
// the first error of r or each, or with an *Error for the header. Memory grows
// only by some 200 bytes a device, to find duplicates.
func ScanCSV(r io.Reader, mode Mode, each func(row Row, problem *RowError) error) error {
	lines, err := newLineReader(r, mode)
	if err != nil {
		return err
	}
	s := scanner{mode: mode, seen: map[[32]byte]int{}}
	for lines.next() {
		text := lines.text()
		switch {
		case s.header == nil:
			if mode == Tolerant && strings.TrimFunc(text, isBlank) == "" {
				continue
			}
			if s.header, err = readHeader(text, lines.number, mode); err != nil {
				return err
			}
			continue
		case s.blank(text) && !lines.long:
			continue
		}
		row, problem := s.row(text, lines.number, lines.long)
		if err := each(row, problem); err != nil {
			return err
		}
	}
	if err := lines.err(); err != nil {
		return fmt.Errorf("read CSV file: %w", err)
	}
	if s.header == nil {
		return headerError("Line 1 should have the column names, but the file is empty.")
	}
	return nil
}

// scanner turns lines into rows; it remembers devices to find duplicates.
type scanner struct {
	mode   Mode
	header *header
	count  int
	seen   map[[32]byte]int // what identifies a device, hashed → line
}

// blank is a line that is no row. Spreadsheets end files with lines of bare
// delimiters, which only Tolerant overlooks.
func (s *scanner) blank(text string) bool {
	return strings.TrimFunc(text, func(r rune) bool { return isBlank(r) || s.mode == Tolerant && r == s.header.comma }) == ""
}

func (s *scanner) row(text string, line int, long bool) (Row, *RowError) {
	s.count++
	if long {
		return Row{}, &RowError{
			Line: line, Code: RowTooLong, Reason: fmt.Sprintf("The line is longer than %d bytes.", maxLine),
			Remedy: "One line has one device; check the line ends of the file.",
		}
	}
	if s.mode == Strict && s.count > MaxStrictRows {
		return Row{}, &RowError{
			Line: line, Code: RowTooMany, Reason: fmt.Sprintf("The file has more than %d devices.", MaxStrictRows),
			Remedy: "Split the file.",
		}
	}
	cells, problem := s.cells(text)
	if problem == nil {
		row := Row{Line: line}
		if problem = s.fill(&row, cells); problem == nil {
			if problem = s.check(&row); problem == nil {
				return row, nil
			}
		}
	}
	problem.Line = line
	return Row{}, problem
}

// cells splits a line and checks the number of cells against the header.
func (s *scanner) cells(text string) ([]string, *RowError) {
	cells, problem := splitLine(text, s.header.comma, s.mode)
	if problem != nil {
		return nil, problem
	}
	for i := len(s.header.columns); i < len(cells); i++ {
		if s.mode == Strict || cells[i] != "" {
			return nil, &RowError{
				Column: i + 1, Code: RowExtraCell,
				Reason: fmt.Sprintf("The line has %d cells, but the header has %d.", len(cells), len(s.header.columns)),
				Remedy: "Remove the surplus cell; no value may hold the delimiter.",
			}
		}
	}
	if need := min(3, len(s.header.columns)); s.mode == Strict && len(cells) < need {
		return nil, &RowError{
			Code: RowMissingCell, Reason: fmt.Sprintf("The line has %d cells, but needs %d.", len(cells), need),
			Remedy: "Keep the commas of empty cells.",
		}
	}
	return cells, nil
}

// fill puts cells into the fields of row and refuses texts that hide something.
func (s *scanner) fill(row *Row, cells []string) *RowError {
	for i, f := range s.header.columns {
		if f == none || i >= len(cells) {
			continue
		}
		if f != hashField {
			if r := hidden(cells[i]); r >= 0 {
				return s.problem(f, RowControl, 0, fmt.Sprintf("The cell holds an invisible character, %U.", r), "Type the value anew in a plain text editor.")
			}
			if s.mode == Strict && cells[i] != strings.TrimFunc(cells[i], isBlank) {
				return s.problem(f, RowBlanks, 0, "The cell begins or ends with a blank.", "Remove the blank.")
			}
		}
		*f.of(row) = cells[i]
	}
	if n := utf8.RuneCountInString(row.GroupTag); n > maxGroupTag {
		return s.problem(groupTagField, RowGroupTag, 0, fmt.Sprintf("The group tag has %d characters; %d are allowed.", n, maxGroupTag), "Shorten the group tag.")
	}
	return nil
}

// hidden is the first control or format character of s, -1 if there is none.
func hidden(s string) rune {
	for _, r := range s {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return r
		}
	}
	return -1
}

// check validates the hash and what must agree with it.
func (s *scanner) check(row *Row) *RowError {
	if row.HardwareHash == "" {
		if row.SerialNumber == "" && row.ProductKey == "" {
			return s.coded(serialField, MissingSerialNumberAndProductKey, "The line has neither serial number nor product key nor hardware hash.")
		}
		return s.coded(hashField, InvalidHardwareHash, "The hardware hash is missing; a device can be registered by its hash only.")
	}
	h, err := Parse(row.HardwareHash)
	if err != nil {
		p := s.coded(hashField, InvalidHardwareHash, err.Error())
		if e, ok := err.(*Error); ok { //nolint:errorlint // Parse returns nothing else
			p.Reason, p.Remedy = e.Message, e.Remedy
		}
		return p
	}
	if h.repaired {
		if s.mode == Strict {
			p := s.coded(hashField, InvalidHardwareHash, "The hardware hash is not correctly padded base64.")
			p.Remedy = "Add = at its end until the number of characters divides by 4, and remove blanks."
			return p
		}
		row.HardwareHash = h.Text()
	}
	switch {
	case h.SystemSerial == "":
		return s.coded(hashField, InvalidHardwareHash, "The hardware hash has no serial number.")
	case h.SystemManufacturer == "":
		return s.coded(hashField, InvalidHardwareHash, "The hardware hash has no manufacturer.")
	case row.SerialNumber == "" && s.mode == Strict:
		return s.problem(serialField, RowNoSerial, 0, "The serial number is missing.", "Supply the serial number.")
	case row.SerialNumber == "":
		row.SerialNumber = h.SystemSerial
	case fold(row.SerialNumber) != fold(h.SystemSerial):
		return s.coded(serialField, SerialNumberMismatch, fmt.Sprintf("The serial number is %q, but the hardware hash is of %q.", row.SerialNumber, h.SystemSerial))
	}
	// Only the 13-digit form is what the hash holds; the column may also have
	// the five-part product id of Windows' settings page.
	if isProductKeyID(row.ProductKey) && isProductKeyID(h.ProductKeyID) && row.ProductKey != h.ProductKeyID {
		_, _, remedy := Meaning(SerialNumberMismatch)
		return s.problem(productField, NameProductKeyMismatch, SerialNumberMismatch, fmt.Sprintf("The product key id is %s, but the hardware hash has %s.", row.ProductKey, h.ProductKeyID), remedy)
	}
	return s.unique(row.Line, h)
}

// unique remembers the device of line unless an earlier line has it. Two
// captures of one machine differ as text, so it asks what Compare asks.
func (s *scanner) unique(line int, h *Hash) *RowError {
	var keys [][32]byte
	if key, ok := h.EKKey(); ok {
		keys = append(keys, key)
	}
	if key, ok := h.FirmwareKey(); ok {
		keys = append(keys, sha256.Sum256([]byte(key)))
	}
	if keys == nil {
		keys = append(keys, sha256.Sum256(h.raw))
	}
	for _, key := range keys {
		if first, ok := s.seen[key]; ok {
			return s.problem(hashField, NameDuplicated, 0, fmt.Sprintf("The device is already on line %d.", first), remedyDuplicates)
		}
	}
	for _, key := range keys {
		s.seen[key] = line
	}
	return nil
}

func isProductKeyID(s string) bool {
	return len(s) == 13 && strings.Trim(s, "0123456789") == ""
}

// coded is a problem that Microsoft has a number and a remedy for.
func (s *scanner) coded(f field, code int, reason string) *RowError {
	name, _, remedy := Meaning(code)
	return s.problem(f, name, code, reason, remedy)
}

func (s *scanner) problem(f field, code string, number int, reason, remedy string) *RowError {
	return &RowError{Column: s.header.rank(f), Field: f.String(), Code: code, ErrorCode: number, Reason: reason, Remedy: remedy}
}
