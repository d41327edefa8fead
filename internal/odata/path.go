package odata

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// Segment is one part of a resource path. groups('id') has Name groups and the
// key id; in groups/id the id is the Name of a segment of its own, see Spread.
type Segment struct {
	Name   string            // as sent, percent-decoded: microsoft.graph.assign, $ref, {id}
	Key    string            // the key in parentheses, without quotes
	HasKey bool              //
	AltKey map[string]string // name='value' in parentheses: an alternate key or a function's arguments
	Call   bool              // there are parentheses, maybe empty
}

const (
	maxPathSegments = 32
	castPrefix      = "microsoft.graph."
	shortCastPrefix = "graph."
)

// Is compares the name without regard to case and with or without the
// namespace: microsoft.graph.assign is assign.
func (s Segment) Is(name string) bool {
	return strings.EqualFold(s.Name, name) || s.Qualified() && strings.EqualFold(s.Bare(), name)
}

// Qualified reports whether the name has Graph's namespace, long or, as the
// SDKs write casts, short: members/graph.device. It is only a spelling: a user
// principal name may begin the same way.
func (s Segment) Qualified() bool { return s.Bare() != s.Name }

// Bare is the name without the namespace.
func (s Segment) Bare() string {
	for _, prefix := range []string{castPrefix, shortCastPrefix} {
		if len(s.Name) > len(prefix) && strings.EqualFold(s.Name[:len(prefix)], prefix) {
			return s.Name[len(prefix):]
		}
	}
	return s.Name
}

// Arg gives a value of AltKey, its name without regard to case.
func (s Segment) Arg(name string) (string, bool) {
	for k, v := range s.AltKey {
		if strings.EqualFold(k, name) {
			return v, true
		}
	}
	return "", false
}

// ParsePath reads an escaped path (URL.EscapedPath) below the version. One
// slash at the end is allowed. The error is an *Error.
func ParsePath(p string) ([]Segment, error) {
	p = strings.TrimPrefix(p, "/")
	p = strings.TrimSuffix(p, "/")
	if p == "" {
		return nil, nil
	}
	if strings.ContainsAny(p, "?#") {
		return nil, badPath(p, "It has a ? or #.")
	}
	parts := splitPath(p)
	if len(parts) > maxPathSegments {
		return nil, badPath(p, "It has too many segments.")
	}
	out := make([]Segment, 0, len(parts))
	for _, part := range parts {
		s, err := parseSegment(part)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// Spread makes groups('id') two segments, groups and id, so that a router has
// one form to match. Alternate keys and function arguments stay where they are.
func Spread(path []Segment) []Segment {
	out := make([]Segment, 0, len(path)+2)
	for _, s := range path {
		if s.HasKey {
			out = append(out, Segment{Name: s.Name}, Segment{Name: s.Key})
			continue
		}
		out = append(out, s)
	}
	return out
}

// splitPath splits at the slashes that stand outside quotes in parentheses.
func splitPath(p string) []string {
	var out []string
	start, open, quoted := 0, false, false
	for i := 0; i < len(p); i++ {
		c := p[i]
		if c == '%' && i+2 < len(p) && p[i+1:i+3] == "27" { // a quote in disguise
			c = '\''
			i += 2
		}
		switch {
		case c == '\'' && open:
			quoted = !quoted
		case quoted:
		case c == '(':
			// Only directly behind a name; elsewhere it is text of a key.
			open = open || isSegmentName(p[start:i])
		case c == ')':
			open = false
		case c == '/':
			out = append(out, p[start:i])
			start, open = i+1, false
		}
	}
	return append(out, p[start:])
}

func isSegmentName(s string) bool {
	for i := range len(s) {
		if !isWordPart(s[i]) || s[i] == '@' {
			return false
		}
	}
	return s != "" && isWordStart(s[0])
}

func isDots(s string) bool { return s == "." || s == ".." }

func parseSegment(escaped string) (Segment, error) {
	text, err := url.PathUnescape(escaped)
	if err != nil {
		return Segment{}, badPath(escaped, "It has a broken percent escape.")
	}
	switch {
	case text == "":
		return Segment{}, badPath(escaped, "It has an empty segment.")
	case isDots(text):
		return Segment{}, badPath(escaped, "It has a dot segment.")
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		return Segment{}, badPath(escaped, "It is not valid text.")
	}
	name, inner, ok := strings.Cut(text, "(")
	if !ok || !isSegmentName(name) {
		return Segment{Name: text}, nil
	}
	inner, ok = strings.CutSuffix(inner, ")")
	if !ok {
		return Segment{}, badPath(escaped, "A closing parenthesis is missing.")
	}
	s := Segment{Name: name, Call: true}
	if strings.TrimSpace(inner) == "" {
		return s, nil
	}
	return s, s.readKeys(inner, escaped)
}

// readKeys reads 'id', id, name='value',other=5 between the parentheses.
func (s *Segment) readKeys(inner, escaped string) error {
	for rest := inner; ; {
		name := ""
		if i := strings.IndexAny(rest, "='"); i >= 0 && rest[i] == '=' {
			name, rest = strings.TrimSpace(rest[:i]), rest[i+1:]
			if !isSegmentName(name) {
				return badPath(escaped, "A key has no proper name.")
			}
		}
		value, after, ok := keyValue(rest)
		if !ok {
			return badPath(escaped, "A key is not a quoted text, a GUID or a number.")
		}
		last := after == ""
		switch {
		case name == "" && s.AltKey == nil && last && isDots(value):
			return badPath(escaped, "It has a dot segment.") // as it would behind a slash
		case name == "" && s.AltKey == nil && last:
			s.Key, s.HasKey = value, true
			return nil
		case name == "":
			return badPath(escaped, "Several keys need names.")
		}
		if _, twice := s.Arg(name); twice {
			return badPath(escaped, "A key is given twice.")
		}
		if s.AltKey == nil {
			s.AltKey = make(map[string]string)
		}
		s.AltKey[name] = value
		if last {
			return nil
		}
		rest = after[1:]
	}
}

// keyValue reads one value; after is empty or begins with the comma.
func keyValue(text string) (value, after string, ok bool) {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "'") {
		value, after = text, ""
		if i := strings.IndexByte(text, ','); i >= 0 {
			value, after = text[:i], text[i:]
		}
		value = strings.TrimSpace(value)
		return value, after, value != "" && !strings.ContainsAny(value, "'()= ")
	}
	l := lexer{text: text}
	value, err := l.quoted()
	after = strings.TrimSpace(text[l.pos:])
	return value, after, err == nil && (after == "" || after[0] == ',')
}

func badPath(text, why string) *Error {
	return &Error{Code: CodeInvalidPath, Option: "path", Message: "The path " + quoteShort(text) + " is not valid. " + why, Remedy: "Correct the path; keys with special characters are percent-encoded."}
}
