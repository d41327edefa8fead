package odata

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Object is a decoded request body. Values are strict JSON whatever the client
// sent. Names are looked up without regard to case; two names that differ only
// in case are a duplicate and were refused.
type Object map[string]json.RawMessage

// Limits bounds a body. Zero fields take the defaults.
type Limits struct {
	MaxBytes   int // of the decoded body; 0 is 4 MiB
	MaxDepth   int // of nested objects and lists; 0 is 32
	MaxMembers int // of all objects and lists together; 0 is 200,000
}

const (
	defaultMaxBytes   = 4 << 20
	defaultBodyDepth  = 32
	defaultMaxMembers = 200_000
)

// DecodeObject reads a body that is one JSON object. Besides RFC 8259 it takes
// a byte order mark and unquoted names, { displayName: "PC-1" }, as Microsoft's
// PowerShell sends them. Duplicate names, text with U+0000 and anything behind
// the object are refused. The error is an *Error with line and position.
func DecodeObject(data []byte, limits Limits) (Object, error) {
	if limit := orDefault(limits.MaxBytes, defaultMaxBytes); len(data) > limit {
		return nil, &Error{Code: CodeBodyTooLarge, Message: fmt.Sprintf("The body is larger than %d bytes.", limit), Remedy: "Send it in several requests."}
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	d := &decoder{in: data, depth: orDefault(limits.MaxDepth, defaultBodyDepth), members: orDefault(limits.MaxMembers, defaultMaxMembers)}
	d.out.Grow(len(data))
	d.space()
	if d.peek() != '{' {
		return nil, d.fail("The body is not a JSON object.", "Send an object in braces.")
	}
	out := make(Object)
	err := d.object(func(name string, start int) {
		// A copy of its own: the buffer still grows.
		out[name] = json.RawMessage(bytes.Clone(d.out.Bytes()[start:]))
	})
	if err != nil {
		return nil, err
	}
	if d.space(); d.pos < len(d.in) {
		return nil, d.fail("There is something behind the object.", "Send one object only.")
	}
	return out, nil
}

// decoder copies JSON from in to out and repairs it on the way.
type decoder struct {
	in      []byte
	pos     int
	out     bytes.Buffer
	depth   int
	members int
}

func (d *decoder) value() *Error {
	switch c := d.peek(); {
	case c == '{':
		return d.object(func(string, int) {})
	case c == '[':
		return d.array()
	case c == '"':
		_, err := d.text()
		return err
	case c == '-' || isDigit(c):
		return d.number()
	}
	for _, word := range []string{"true", "false", "null"} {
		if bytes.HasPrefix(d.in[d.pos:], []byte(word)) && !d.wordAt(d.pos+len(word)) {
			d.pos += len(word)
			d.out.WriteString(word)
			return nil
		}
	}
	return d.fail("A value is missing here.", "Text stands in double quotes.")
}

// object calls done behind each member with its name and where its value starts in out.
func (d *decoder) object(done func(name string, start int)) *Error {
	if err := d.open('{'); err != nil {
		return err
	}
	seen := make(map[string]bool)
	for first := true; ; first = false {
		end, err := d.separator('}', first)
		if err != nil || end {
			return err
		}
		at := d.pos
		name, err := d.name()
		if err != nil {
			return err
		}
		// Graph's names are ASCII, so lower case is folding enough.
		if key := strings.ToLower(name); seen[key] {
			return d.failAt(at, CodeDuplicateProperty, "The property "+quoteShort(name)+" is given twice.", "Give it once.")
		} else {
			seen[key] = true
		}
		if d.space(); d.peek() != ':' {
			return d.fail("A colon is missing after the name.", "")
		}
		d.pos++
		d.out.WriteByte(':')
		d.space()
		start := d.out.Len()
		if err := d.value(); err != nil {
			return err
		}
		done(name, start)
	}
}

func (d *decoder) array() *Error {
	if err := d.open('['); err != nil {
		return err
	}
	for first := true; ; first = false {
		end, err := d.separator(']', first)
		if err != nil || end {
			return err
		}
		if err := d.value(); err != nil {
			return err
		}
	}
}

func (d *decoder) open(c byte) *Error {
	if d.depth == 0 {
		return d.failAt(d.pos, CodeTooDeep, "The body nests too many objects and lists.", "Send it with fewer levels.")
	}
	d.depth--
	d.pos++
	d.out.WriteByte(c)
	return nil
}

// separator reads the comma before a member, or the closing bracket.
func (d *decoder) separator(closing byte, first bool) (end bool, err *Error) {
	d.space()
	switch c := d.peek(); {
	case c == closing && d.pos < len(d.in):
		d.depth++
		d.pos++
		d.out.WriteByte(closing)
		return true, nil
	case !first && c != ',':
		return false, d.fail(fmt.Sprintf("A comma or %q is missing here.", closing), "")
	case !first:
		d.pos++
		d.out.WriteByte(',')
		d.space()
	}
	if d.members--; d.members < 0 {
		return false, d.failAt(d.pos, CodeTooComplex, "The body has too many members.", "Send it in several requests.")
	}
	return false, nil
}

// name reads a quoted or, from PowerShell, a bare name.
func (d *decoder) name() (string, *Error) {
	if d.peek() == '"' {
		return d.text()
	}
	start := d.pos
	for d.wordAt(d.pos) || d.pos > start && d.peek() == '-' {
		d.pos++
	}
	name := string(d.in[start:d.pos])
	if name == "" || isDigit(name[0]) || name[0] == '.' {
		d.pos = start
		return "", d.fail("A property name is missing here.", "Put it in double quotes.")
	}
	d.out.WriteString(`"` + name + `"`)
	return name, nil
}

// text copies a string that stands in double quotes and gives its value.
func (d *decoder) text() (string, *Error) {
	start := d.pos
	for d.pos++; d.pos < len(d.in); d.pos++ {
		switch c := d.in[d.pos]; {
		case c == '\\':
			d.pos++
		case c < 0x20:
			return "", d.fail("A line break or another control character stands inside text.", `Write it as an escape: \n.`)
		case c == '"':
			d.pos++
			return d.finishText(start)
		}
	}
	d.pos = start
	return "", d.fail("The text that starts here has no closing quote.", "")
}

func (d *decoder) finishText(start int) (string, *Error) {
	raw := d.in[start:d.pos]
	var s string
	if !utf8.Valid(raw) || json.Unmarshal(raw, &s) != nil {
		d.pos = start
		return "", d.fail("The text that starts here has a broken escape or is not UTF-8.", "")
	}
	// No database column for text can hold it.
	if strings.ContainsRune(s, 0) {
		d.pos = start
		return "", d.fail("The text that starts here has the character U+0000.", "Leave it out.")
	}
	d.out.Write(raw)
	return s, nil
}

func (d *decoder) number() *Error {
	start := d.pos
	for d.pos < len(d.in) && (isDigit(d.in[d.pos]) || bytes.IndexByte([]byte("+-.eE"), d.in[d.pos]) >= 0) {
		d.pos++
	}
	raw := d.in[start:d.pos]
	if !json.Valid(raw) || d.wordAt(d.pos) {
		d.pos = start
		return d.fail("This is not a JSON number.", "")
	}
	d.out.Write(raw)
	return nil
}

func (d *decoder) peek() byte {
	if d.pos < len(d.in) {
		return d.in[d.pos]
	}
	return 0
}

func (d *decoder) wordAt(i int) bool { return i < len(d.in) && isWordPart(d.in[i]) }

func (d *decoder) space() {
	for d.pos < len(d.in) && bytes.IndexByte([]byte(" \t\r\n"), d.in[d.pos]) >= 0 {
		d.pos++
	}
}

func (d *decoder) fail(message, remedy string) *Error {
	return d.failAt(d.pos, CodeInvalidBody, message, remedy)
}

func (d *decoder) failAt(pos int, code, message, remedy string) *Error {
	before := d.in[:min(pos, len(d.in))]
	line := bytes.LastIndexByte(before, '\n') + 1
	return &Error{
		Code: code, Line: 1 + bytes.Count(before, []byte("\n")), Pos: utf8.RuneCount(before[line:]) + 1,
		Message: message, Remedy: remedy,
	}
}
