package odata

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The codes of Error; stable, for programs.
const (
	CodeInvalidQuery           = "InvalidQuery"
	CodeInvalidFilter          = "InvalidFilter"
	CodeInvalidSearch          = "InvalidSearch"
	CodeInvalidSelect          = "InvalidSelect"
	CodeInvalidExpand          = "InvalidExpand"
	CodeInvalidOrderBy         = "InvalidOrderBy"
	CodeInvalidTop             = "InvalidTop"
	CodeInvalidSkip            = "InvalidSkip"
	CodeInvalidCount           = "InvalidCount"
	CodeInvalidSkipToken       = "InvalidSkipToken"
	CodeUnknownProperty        = "UnknownProperty"
	CodePropertyNotFilterable  = "PropertyNotFilterable"
	CodePropertyNotSortable    = "PropertyNotSortable"
	CodePropertyNotSearchable  = "PropertyNotSearchable"
	CodeUnsupportedOperator    = "UnsupportedOperator"
	CodeUnsupportedQueryOption = "UnsupportedQueryOption"
	CodeAdvancedQueryRequired  = "AdvancedQueryRequired"
	CodeTooDeep                = "TooDeep"
	CodeTooComplex             = "TooComplex"
	CodeInvalidPath            = "InvalidPath"
	CodeInvalidBody            = "InvalidBody"
	CodeBodyTooLarge           = "BodyTooLarge"
	CodeDuplicateProperty      = "DuplicateProperty"
	CodeInvalidPropertyValue   = "InvalidPropertyValue"
)

// Error says what is wrong with a query, a path or a body, and what to do.
// Everything here is the caller's mistake.
type Error struct {
	Code    string // one of the Code constants
	Option  string // the query option ("$filter"), or the body's property
	Line    int    // of a body, from 1; 0 for query options
	Pos     int    // character in the decoded option or line, from 1; 0 is unknown
	Message string // one sentence
	Remedy  string // the next action; may be empty
}

// Error puts place, message and remedy on one line.
func (e *Error) Error() string {
	var b strings.Builder
	if e.Option != "" {
		b.WriteString(e.Option)
		b.WriteString(", ")
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "line %d, ", e.Line)
	}
	if e.Pos > 0 {
		fmt.Fprintf(&b, "position %d, ", e.Pos)
	}
	place := strings.TrimSuffix(b.String(), ", ")
	b.Reset()
	if place != "" {
		b.WriteString(place)
		b.WriteString(": ")
	}
	b.WriteString(e.Message)
	if e.Remedy != "" {
		b.WriteString(" ")
		b.WriteString(e.Remedy)
	}
	return b.String()
}

// column turns a byte offset into the position a person counts.
func column(text string, offset int) int {
	return utf8.RuneCountInString(text[:min(offset, len(text))]) + 1
}

// quoteShort shows at most 60 characters of what a caller sent.
func quoteShort(s string) string {
	r := []rune(s)
	if len(r) > 60 {
		s = string(r[:60]) + "…"
	}
	return "'" + strings.ToValidUTF8(s, "\uFFFD") + "'"
}

const advancedRemedy = "Send the header ConsistencyLevel: eventual and add $count=true."
