package hwhash

import (
	"fmt"
	"strings"
)

// field is a column this package knows.
type field int

const (
	none field = iota // a further column, skipped in Tolerant mode
	serialField
	productField
	hashField
	groupTagField
	userField
	manufacturerField
	modelField
)

// columnNames are Microsoft's, in its order; the last two are the partner form.
var columnNames = [...]string{
	serialField: "Device Serial Number", productField: "Windows Product ID", hashField: "Hardware Hash",
	groupTagField: "Group Tag", userField: "Assigned User",
	manufacturerField: "Manufacturer name", modelField: "Device model",
}

// otherNames are spellings that scripts and other products write, folded.
var otherNames = map[string]field{
	"serialnumber": serialField, "serial": serialField,
	"productkey": productField, "productid": productField, "productkeyid": productField,
	"hardwareidentifier": hashField, "hash": hashField,
	"orderid": groupTagField, "tag": groupTagField,
	"assigneduserprincipalname": userField, "userprincipalname": userField, "upn": userField, "user": userField,
	"manufacturer": manufacturerField, "model": modelField,
}

// String is the column's name in Microsoft's spelling, "" for a further one.
func (f field) String() string { return columnNames[f] }

// of is where a row keeps the field.
func (f field) of(r *Row) *string {
	switch f {
	case serialField:
		return &r.SerialNumber
	case productField:
		return &r.ProductKey
	case hashField:
		return &r.HardwareHash
	case groupTagField:
		return &r.GroupTag
	case userField:
		return &r.AssignedUser
	case manufacturerField:
		return &r.Manufacturer
	case modelField:
		return &r.Model
	default:
		return new(string)
	}
}

// header is the meaning of each cell of a line.
type header struct {
	comma   rune
	columns []field
}

// rank is where the column of f stands, the first is 1, 0 if nowhere.
func (h *header) rank(f field) int {
	for i, c := range h.columns {
		if c == f {
			return i + 1
		}
	}
	return 0
}

func headerError(format string, args ...any) *Error {
	return &Error{
		Code: CodeCSVHeader, Offset: -1, Message: fmt.Sprintf(format, args...),
		Remedy: "Begin the file with: " + strings.Join(columnNames[serialField:manufacturerField], ",") + " (the last two may be left out).",
	}
}

func readHeader(text string, line int, mode Mode) (*header, error) {
	h := &header{comma: ','}
	if mode == Tolerant {
		h.comma = delimiter(text)
	}
	names, problem := splitLine(text, h.comma, mode)
	if problem != nil {
		return nil, headerError("Line %d should have the column names: %s Found: %s", line, problem.Reason, shorten(text))
	}
	var err error
	if mode == Strict {
		h.columns, err = strictColumns(names, line, text)
	} else {
		h.columns, err = namedColumns(names, line, text)
	}
	if err != nil {
		return nil, err
	}
	return h, nil
}

// strictColumns wants Microsoft's names, case and order; the tutorial allows to
// leave out either of the last two.
func strictColumns(names []string, line int, text string) ([]field, error) {
	columns := make([]field, 0, len(names))
	next := serialField
	for _, name := range names {
		f := next
		if f == groupTagField && name == columnNames[userField] {
			f = userField
		}
		if f > userField {
			return nil, headerError("Line %d has a further column, %s; only %s are allowed.", line, shorten(name), strings.Join(columnNames[serialField:manufacturerField], ","))
		}
		if name != columnNames[f] {
			return nil, headerError("Line %d, column %d must be named %q, in this case and order. Found: %s", line, int(f), columnNames[f], shorten(text))
		}
		columns = append(columns, f)
		next = f + 1
	}
	if next <= hashField {
		return nil, headerError("Line %d lacks the column %q. Found: %s", line, columnNames[next], shorten(text))
	}
	return columns, nil
}

// namedColumns finds columns by name, first by Microsoft's and then by others;
// serial number and hash must be there.
func namedColumns(names []string, line int, text string) ([]field, error) {
	columns := make([]field, len(names))
	var have [len(columnNames)]bool
	for i, name := range names {
		f := columnByName(name)
		if f != none && have[f] {
			return nil, headerError("Line %d has the column %q twice.", line, f)
		}
		have[f], columns[i] = true, f
	}
	for i, name := range names {
		if f := otherNames[bareName(name)]; columns[i] == none && !have[f] {
			have[f], columns[i] = true, f
		}
	}
	for _, f := range []field{serialField, hashField} {
		if !have[f] {
			return nil, headerError("Line %d lacks the column %q. Found: %s", line, f, shorten(text))
		}
	}
	return columns, nil
}

func columnByName(name string) field {
	for f := serialField; f <= modelField; f++ {
		if bareName(name) == bareName(f.String()) {
			return f
		}
	}
	return none
}

// bareName overlooks case, blanks and punctuation.
func bareName(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		default:
			return -1
		}
	}, name)
}

// delimiter is the candidate the header line has most of, outside quotes.
func delimiter(text string) rune {
	best, most := ',', 0
	for _, candidate := range []rune{',', ';', '\t'} {
		n, quoted := 0, false
		for _, r := range text {
			switch {
			case r == '"':
				quoted = !quoted
			case r == candidate && !quoted:
				n++
			}
		}
		if n > most {
			best, most = candidate, n
		}
	}
	return best
}

// shorten quotes the beginning of a text for a message: enough to recognise
// the line, too little to show a hash.
func shorten(s string) string {
	const most = 60
	if r := []rune(s); len(r) > most {
		s = string(r[:most]) + "…"
	}
	return fmt.Sprintf("%q", s)
}
