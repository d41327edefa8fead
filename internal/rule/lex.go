package rule

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	tokenEnd tokenKind = iota
	tokenWord
	tokenString
	tokenOpen
	tokenClose
	tokenOpenList
	tokenCloseList
	tokenComma
)

// token is a piece of a rule. text is the word with every dash as '-', or the string without its quotes
// and escapes; source is the piece as typed; pos and end are rune offsets.
type token struct {
	kind         tokenKind
	text, source string
	pos, end     int
}

func (t token) String() string {
	if t.kind == tokenEnd {
		return endOfRule
	}
	return t.source
}

// word returns the word in lower case; "" for anything but a word.
func (t token) word() string {
	if t.kind != tokenWord {
		return ""
	}
	return strings.ToLower(t.text)
}

// keyword returns the word in lower case without its leading hyphen; "" for anything but a word.
func (t token) keyword() string {
	return strings.TrimPrefix(t.word(), "-")
}

var punctuation = map[rune]tokenKind{
	'(': tokenOpen, ')': tokenClose, '[': tokenOpenList, ']': tokenCloseList, ',': tokenComma,
}

// isDash reports the characters that stand for a hyphen: Microsoft's own pages print an en dash in
// places, and rules are copied from there.
func isDash(c rune) bool { return c == '-' || c == '\u2013' || c == '\u2014' }

func isWord(c rune) bool {
	return isDash(c) || strings.ContainsRune("_.$:+", c) || unicode.IsLetter(c) || unicode.IsDigit(c)
}

// lex cuts a rule into tokens; the last one is always tokenEnd.
func lex(text string) ([]rune, []token, *Error) {
	if !utf8.ValidString(text) {
		at := utf8.RuneCountInString(text[:invalidAt(text)])
		return nil, nil, refuse(CodeInvalidCharacter, at, "\uFFFD", "Invalid characters found in the rule: bytes that are not UTF-8", "")
	}
	src := []rune(text)
	var tokens []token
	for i := 0; i < len(src); {
		c := src[i]
		start := i
		switch kind := punctuation[c]; {
		case unicode.IsSpace(c):
			i++
			continue
		case kind != tokenEnd:
			i++
			tokens = append(tokens, token{kind, string(c), string(c), start, i})
		case c == '"' || c == '\'':
			value, end, err := lexString(src, i)
			if err != nil {
				return nil, nil, err
			}
			i = end
			tokens = append(tokens, token{tokenString, value, string(src[start:i]), start, i})
		case isWord(c):
			for i < len(src) && isWord(src[i]) {
				i++
			}
			source := string(src[start:i])
			plain := strings.Map(func(c rune) rune {
				if isDash(c) {
					return '-'
				}
				return c
			}, source)
			tokens = append(tokens, token{tokenWord, plain, source, start, i})
		default:
			return nil, nil, invalidCharacter(c, i)
		}
	}
	return src, append(tokens, token{kind: tokenEnd, pos: len(src), end: len(src)}), nil
}

func invalidAt(text string) int {
	for i, c := range text {
		if c == utf8.RuneError {
			if _, n := utf8.DecodeRuneInString(text[i:]); n == 1 {
				return i
			}
		}
	}
	return len(text)
}

func invalidCharacter(c rune, pos int) *Error {
	what := fmt.Sprintf("Invalid characters found in the rule: %c", c)
	remedy := ""
	switch c {
	case '\u201C', '\u201D', '\u201E', '\u201F', '\u2018', '\u2019', '\u201A', '\u201B', '\u00AB', '\u00BB':
		what += fmt.Sprintf(" (curly quote U+%04X)", c)
		remedy = `Write a straight quote, " or '.`
	case '\\', '`':
		remedy = "Write text between straight quotes."
	default:
		if !unicode.IsPrint(c) {
			what = fmt.Sprintf("Invalid characters found in the rule: U+%04X", c)
		}
	}
	return refuse(CodeInvalidCharacter, pos, string(c), what, remedy)
}

// lexString reads the quoted text that begins at src[start] and returns it without quotes and escapes,
// and the offset behind it. A backtick escapes a double quote and itself; in single quotes a doubled
// single quote is one.
func lexString(src []rune, start int) (string, int, *Error) {
	quote := src[start]
	var b strings.Builder
	for i := start + 1; i < len(src); i++ {
		c := src[i]
		next := rune(0)
		if i+1 < len(src) {
			next = src[i+1]
		}
		switch {
		case c == '\\' && (next == '"' || next == '\''):
			return "", 0, refuse(CodeInvalidCharacter, i, `\`, `Invalid characters found in the rule: \ (a backslash before a quote)`,
				"Escape a double quote with a backtick, `\", and double a single quote.")
		case c == '`' && (next == '"' || next == '`'), c == '\'' && quote == '\'' && next == '\'':
			b.WriteRune(next)
			i++
		case c == quote:
			return b.String(), i + 1, nil
		default:
			b.WriteRune(c)
		}
	}
	return "", 0, refuse(CodeUnterminatedString, start, string(src[start:min(start+20, len(src))]),
		fmt.Sprintf("The text that begins with %c has no closing quote", quote), fmt.Sprintf("Close it with %c.", quote))
}
