package syncml

import "strings"

// The codes of Error. They are stable: programs key on them.
const (
	CodeTooLarge  = "SyncMLTooLarge"  // above a limit: bytes, depth, elements, commands, items
	CodeSyntax    = "SyncMLSyntax"    // no well-formed XML, or with a DTD
	CodeNamespace = "SyncMLNamespace" // the root is no SyncML element of version 1.1 or 1.2
	CodeMissing   = "SyncMLMissing"   // a required element is absent or empty
	CodeRepeated  = "SyncMLRepeated"  // an element that may stand once stands again
	CodeValue     = "SyncMLValue"     // an element has a value that it cannot have
	CodeEncode    = "SyncMLEncode"    // a message cannot be written
	CodeChunk     = "SyncMLChunk"     // chunks of a large object do not fit together
)

// Error says what is wrong with a message or with a part of it.
type Error struct {
	Code    string // stable, one of the Code constants
	Element string // the path to the element, as "SyncML/SyncBody/Add/Item"; "" for the whole
	Offset  int64  // bytes read when it was noticed; 0 where there is no input
	Status  int    // the status code to refuse a command with; 400 unless another fits better
	Message string // for people; holds nothing of the message's data
}

// Error joins code, place and message.
func (e *Error) Error() string {
	if e.Element == "" {
		return e.Code + ": " + e.Message
	}
	return e.Code + ": " + e.Element + ": " + e.Message
}

func place(path []string) string { return strings.Join(path, "/") }
