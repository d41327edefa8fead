package hwhash

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxLine is how many bytes one line may have. A hash has 4000 characters, in
// UTF-16 8000 bytes, and the longest Parse reads 87,384.
const maxLine = 256 << 10

// encoding is how the file's bytes are characters.
type encoding int

const (
	bytesText encoding = iota // per line: UTF-8 if it is valid, else Windows-1252 ("ANSI")
	ansi                      // Windows-1252
	utf16LE
	utf16BE
)

// lineReader yields lines as text. CR, LF and CRLF end lines; quotes do not
// span lines, because no value of this file may hold a line end, and because
// one forgotten quote must not swallow the rest of the file.
type lineReader struct {
	scan     *bufio.Scanner
	encoding encoding
	number   int  // of the current line, the first is 1
	long     bool // the current line was longer than maxLine and is empty now
	dropping bool
}

// newLineReader recognises the encoding by byte order mark or, for UTF-16, by
// the zeros between ASCII characters.
func newLineReader(r io.Reader, mode Mode) (*lineReader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	head, _ := in.Peek(512) // an error comes again with the first read
	enc, mark := sniff(head)
	if mode == Strict {
		if mark > 0 || enc != bytesText {
			return nil, &Error{
				Code: CodeCSVText, Offset: -1, Message: "Line 1 begins with a byte order mark or is UTF-16; the file must be ANSI text.",
				Remedy: "Save the file as ANSI in Notepad; spreadsheets often save Unicode.",
			}
		}
		enc = ansi
	}
	_, _ = in.Discard(mark)
	l := &lineReader{scan: bufio.NewScanner(in), encoding: enc}
	l.scan.Buffer(make([]byte, 0, 64<<10), 2*maxLine)
	l.scan.Split(l.split)
	return l, nil
}

// sniff gives the encoding and the length of the byte order mark.
func sniff(head []byte) (enc encoding, mark int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return bytesText, 3
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return utf16LE, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return utf16BE, 2
	}
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	switch third := len(head) / 6; {
	case len(head) < 4:
	case zeros[1] > third && zeros[0] == 0:
		return utf16LE, 0
	case zeros[0] > third && zeros[1] == 0:
		return utf16BE, 0
	}
	return bytesText, 0
}

func (l *lineReader) next() bool {
	l.long = false
	if !l.scan.Scan() {
		return false
	}
	l.number++
	return true
}

func (l *lineReader) err() error { return l.scan.Err() }

// split is a bufio.SplitFunc that drops what is too long instead of failing.
func (l *lineReader) split(data []byte, atEOF bool) (advance int, token []byte, err error) {
	width := 1
	if l.encoding == utf16LE || l.encoding == utf16BE {
		width = 2
	}
	end, skip := l.lineEnd(data, width)
	switch {
	case end >= 0 && skip == 0 && !atEOF: // a CR at the very end: an LF may follow
		return 0, nil, nil
	case end >= 0:
		token, advance = data[:end], end+max(skip, width)
	case atEOF && len(data) > 0:
		token, advance = data, len(data)
	case atEOF && l.dropping:
		token = []byte{}
	case len(data) > maxLine:
		l.dropping = true
		return len(data) / width * width, nil, nil
	default:
		return 0, nil, nil
	}
	if l.dropping || len(token) > maxLine {
		l.dropping, l.long, token = false, true, []byte{}
	}
	return advance, token, nil
}

// lineEnd finds the first line end and its bytes; skip is 0 when that depends
// on what follows data. end is -1 if there is no line end.
func (l *lineReader) lineEnd(data []byte, width int) (end, skip int) {
	if width == 1 {
		end = bytes.IndexByte(data, '\n')
		if end >= 0 {
			data = data[:end+1]
		}
		if cr := bytes.IndexByte(data, '\r'); cr >= 0 {
			end = cr
		}
	} else {
		end = -1
		for i := 0; i+1 < len(data); i += 2 {
			if u := l.unit(data[i:]); u == '\n' || u == '\r' {
				end = i
				break
			}
		}
	}
	switch {
	case end < 0:
		return -1, 0
	case l.unit(data[end:]) == '\n':
		return end, width
	case end+2*width > len(data):
		return end, 0
	case l.unit(data[end+width:]) == '\n':
		return end, 2 * width
	default:
		return end, width
	}
}

// unit is the first code unit of p.
func (l *lineReader) unit(p []byte) uint16 {
	switch l.encoding {
	case utf16LE:
		return binary.LittleEndian.Uint16(p)
	case utf16BE:
		return binary.BigEndian.Uint16(p)
	default:
		return uint16(p[0])
	}
}

// text is the current line.
func (l *lineReader) text() string {
	b := l.scan.Bytes()
	switch {
	case l.encoding == utf16LE || l.encoding == utf16BE:
		units := make([]uint16, 0, len(b)/2+1)
		for ; len(b) >= 2; b = b[2:] {
			units = append(units, l.unit(b))
		}
		if len(b) == 1 {
			units = append(units, utf8.RuneError)
		}
		return string(utf16.Decode(units))
	case l.encoding == bytesText && utf8.Valid(b):
		return string(b)
	default:
		return windows1252(b)
	}
}

// high1252 is 0x80 to 0x9f of Windows-1252, where it differs from Latin-1; the
// five unused places stay control characters (WHATWG Encoding, windows-1252).
var high1252 = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8d, 'Ž', 0x8f,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9d, 'ž', 'Ÿ',
}

func windows1252(b []byte) string {
	var s strings.Builder
	s.Grow(len(b))
	for _, c := range b {
		if c >= 0x80 && c < 0xa0 {
			s.WriteRune(high1252[c-0x80])
		} else {
			s.WriteRune(rune(c))
		}
	}
	return s.String()
}

// splitLine cuts a line into cells. Tolerant trims them, takes quotes away
// ("" within quotes is a quotation mark) and the apostrophe WriteCSV puts in
// front of formulas.
func splitLine(text string, comma rune, mode Mode) ([]string, *RowError) {
	if mode == Strict {
		cells := strings.Split(text, string(comma))
		for i, cell := range cells {
			if strings.ContainsRune(cell, '"') {
				return nil, &RowError{Column: i + 1, Code: RowQuote, Reason: "The cell holds a quotation mark.", Remedy: remedyQuotes}
			}
		}
		return cells, nil
	}
	trim := func(r rune) bool { return r != comma && isBlank(r) }
	var cells []string
	for {
		text = strings.TrimLeftFunc(text, trim)
		cell, rest, more := strings.Cut(text, string(comma))
		if strings.HasPrefix(text, `"`) {
			var ok bool
			if cell, rest, more, ok = quoted(text[1:], comma); !ok {
				return nil, &RowError{
					Column: len(cells) + 1, Code: RowQuoteOpen, Remedy: remedyQuotes,
					Reason: "The cell begins with a quotation mark that is not closed before the line or cell ends.",
				}
			}
		}
		cell = strings.TrimFunc(cell, isBlank)
		if len(cell) > 1 && cell[0] == '\'' && isFormula(cell[1:]) {
			cell = cell[1:]
		}
		cells = append(cells, cell)
		if !more {
			return cells, nil
		}
		text = rest
	}
}

// quoted reads a cell after its opening quotation mark.
func quoted(text string, comma rune) (cell, rest string, more, ok bool) {
	var b strings.Builder
	for {
		part, after, closed := strings.Cut(text, `"`)
		b.WriteString(part)
		if !closed {
			return "", "", false, false
		}
		if strings.HasPrefix(after, `"`) {
			b.WriteByte('"')
			text = after[1:]
			continue
		}
		between, rest, more := strings.Cut(after, string(comma))
		return b.String(), rest, more, strings.TrimFunc(between, isBlank) == ""
	}
}
