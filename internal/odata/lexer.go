package odata

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

type tokenKind int

const (
	tokEnd     tokenKind = iota
	tokWord              // property, operator, function, variable
	tokLiteral           // a constant; see token.lit
	tokPunct             // one of ( ) , : /
)

type token struct {
	kind tokenKind
	text string
	pos  int // byte offset
	lit  Literal
	typ  string // for typed literals, the prefix: microsoft.graph.enrollmentState
}

// lexer splits $filter. It works on bytes: every delimiter is ASCII.
type lexer struct {
	text string
	pos  int
}

func (l *lexer) fail(pos int, message, remedy string) *Error {
	return &Error{Code: CodeInvalidFilter, Option: "$filter", Pos: column(l.text, pos), Message: message, Remedy: remedy}
}

func (l *lexer) next() (token, *Error) {
	for l.pos < len(l.text) && strings.IndexByte(" \t\r\n", l.text[l.pos]) >= 0 {
		l.pos++
	}
	if l.pos == len(l.text) {
		return token{kind: tokEnd, pos: l.pos}, nil
	}
	start, c := l.pos, l.text[l.pos]
	switch {
	case strings.IndexByte("(),:/", c) >= 0:
		l.pos++
		return token{kind: tokPunct, text: l.text[start:l.pos], pos: start}, nil
	case c == '\'':
		s, err := l.quoted()
		return token{kind: tokLiteral, pos: start, lit: Literal{Kind: KindString, String: s}}, err
	case isGUIDAt(l.text, start):
		l.pos += guidLength
		return token{kind: tokLiteral, pos: start, lit: Literal{Kind: KindGUID, String: strings.ToLower(l.text[start:l.pos])}}, nil
	case isDigit(c), c == '-':
		return l.number()
	case isWordStart(c):
		return l.word()
	}
	r, _ := utf8.DecodeRuneInString(l.text[start:])
	return token{}, l.fail(start, "The character "+strconv.QuoteRune(r)+" does not belong here.", "Put text in single quotes.")
}

// quoted reads '…' with ” for a quote inside (OData 4.01 ABNF, string).
func (l *lexer) quoted() (string, *Error) {
	start := l.pos
	var b strings.Builder
	for i := start + 1; i < len(l.text); i++ {
		if l.text[i] != '\'' {
			continue
		}
		b.WriteString(l.text[l.pos+1 : i])
		l.pos = i
		if i+1 < len(l.text) && l.text[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			l.pos = i
			continue
		}
		l.pos++
		return b.String(), nil
	}
	l.pos = len(l.text)
	return "", l.fail(start, "The text that starts here has no closing quote.", "Write a quote inside text twice: 'O''Neill'.")
}

// number reads whole numbers, dates and date-times.
func (l *lexer) number() (token, *Error) {
	start := l.pos
	for l.pos++; l.pos < len(l.text) && (isWordPart(l.text[l.pos]) || strings.IndexByte("-+:", l.text[l.pos]) >= 0); l.pos++ {
	}
	text := l.text[start:l.pos]
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return token{kind: tokLiteral, pos: start, lit: Literal{Kind: KindInt, Int: n}}, nil
	}
	if t, ok := parseTime(text); ok {
		return token{kind: tokLiteral, pos: start, lit: Literal{Kind: KindTime, Time: t}}, nil
	}
	return token{}, l.fail(start, quoteShort(text)+" is not a whole number, a GUID or a date and time.", "Write times as 2026-01-31T08:00:00Z and put text in single quotes.")
}

// word reads a name; a name directly before a quote is the type of a literal.
func (l *lexer) word() (token, *Error) {
	start := l.pos
	for l.pos++; l.pos < len(l.text) && isWordPart(l.text[l.pos]); l.pos++ {
	}
	t := token{kind: tokWord, text: l.text[start:l.pos], pos: start}
	if l.pos == len(l.text) || l.text[l.pos] != '\'' {
		return t, nil
	}
	s, err := l.quoted()
	if err != nil {
		return t, err
	}
	name := t.text
	t = token{kind: tokLiteral, pos: start, lit: Literal{Kind: KindString, String: s}}
	switch {
	case strings.EqualFold(name, "guid") && isGUID(s):
		t.lit = Literal{Kind: KindGUID, String: strings.ToLower(s)}
		return t, nil
	case strings.EqualFold(name, "datetime"), strings.EqualFold(name, "datetimeoffset"):
		if at, ok := parseTime(s); ok {
			t.lit = Literal{Kind: KindTime, Time: at}
			return t, nil
		}
	case strings.Contains(name, "."):
		t.typ = name
		return t, nil
	}
	return t, l.fail(start, quoteShort(name)+" before a quote is not a type of literal, or the literal does not fit it.", "Leave the word away and keep the quoted text.")
}

// The layouts of date-times: OData's (seconds may be missing), and those of
// older clients, which leave the zone out and mean UTC.
var timeLayouts = []string{time.RFC3339Nano, "2006-01-02T15:04Z07:00", "2006-01-02", "2006-01-02T15:04:05.999999999"}

// parseTime reads a date-time as UTC. Years past 9999 and before 1 do not exist in Edm.DateTimeOffset.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, strings.ToUpper(text)); err == nil {
			t = t.UTC()
			return t, t.Year() >= 1 && t.Year() <= 9999
		}
	}
	return time.Time{}, false
}

const guidLength = 36

// isGUIDAt reports whether a bare GUID starts at i and ends there too.
func isGUIDAt(text string, i int) bool {
	end := i + guidLength
	return end <= len(text) && isGUID(text[i:end]) && (end == len(text) || !isWordPart(text[end]) && text[end] != '-')
}

// isGUID checks the 8-4-4-4-12 form.
func isGUID(s string) bool {
	if len(s) != guidLength {
		return false
	}
	for i := range len(s) {
		c := s[i] | 0x20
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !isDigit(s[i]) && (c < 'a' || c > 'f') {
				return false
			}
		}
	}
	return true
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isWordStart(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_' || c == '$' || c == '@'
}

func isWordPart(c byte) bool { return isWordStart(c) || isDigit(c) || c == '.' }
