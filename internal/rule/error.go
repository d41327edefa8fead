package rule

import (
	"fmt"
	"strings"
)

// The codes of an [Error]. They are stable: clients and tests may rely on them.
const (
	CodeEmptyRule                 = "EmptyRule"
	CodeRuleTooLong               = "RuleTooLong"
	CodeNestedTooDeep             = "NestedTooDeep"
	CodeInvalidCharacter          = "InvalidCharacter"
	CodeUnterminatedString        = "UnterminatedString"
	CodeUnexpectedToken           = "UnexpectedToken"
	CodeUnsupportedProperty       = "UnsupportedProperty"
	CodeWrongDialect              = "WrongDialect"
	CodeMixedObjects              = "MixedObjects"
	CodeOperatorNotSupported      = "OperatorNotSupported"
	CodeInvalidValue              = "InvalidValue"
	CodeInvalidRegex              = "InvalidRegex"
	CodeMemberOfRetired           = "MemberOfRetired"
	CodeDirectReportsNotSupported = "DirectReportsNotSupported"
)

// Error says why a rule was refused and where.
type Error struct {
	// Code is one of the Code constants.
	Code string
	// Pos is the place in the rule, in characters (runes) from 0.
	Pos int
	// Expected lists what could have stood at Pos; empty when that would not help.
	Expected []string
	// Found is the piece of the rule at Pos; "end of rule" when there is none.
	Found string
	// Message says what is wrong, and at which character counted from 1.
	Message string
	// Remedy says what to write instead; empty when there is nothing better to say than Message.
	Remedy string
}

// Error returns the message and the remedy.
func (e *Error) Error() string {
	if e.Remedy == "" {
		return e.Message
	}
	return e.Message + " " + e.Remedy
}

// Warning is a remark about a rule that is valid but is unlikely to do what was meant, or that other
// directories do not accept.
type Warning struct {
	// Pos is the place in the rule, in characters (runes) from 0.
	Pos     int
	Message string
}

const endOfRule = "end of rule"

// refuse makes an Error; what is a sentence without its full stop.
func refuse(code string, pos int, found, what, remedy string, expected ...string) *Error {
	return &Error{
		Code: code, Pos: pos, Expected: expected, Found: found,
		Message: fmt.Sprintf("%s at character %d.", what, pos+1),
		Remedy:  remedy,
	}
}

// unexpected reports a token the grammar does not allow.
func unexpected(t token, remedy string, expected ...string) *Error {
	found := t.String()
	what := "Unexpected " + found
	if t.kind != tokenEnd {
		what = fmt.Sprintf("Unexpected '%s'", found)
	}
	if len(expected) > 0 {
		what += ", expected " + strings.Join(expected, " or ")
	}
	return refuse(CodeUnexpectedToken, t.pos, found, what, remedy, expected...)
}
