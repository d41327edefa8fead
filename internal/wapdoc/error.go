package wapdoc

// The codes of Error. They are stable: programs key on them.
const (
	CodeTooLarge        = "TooLarge"        // over MaxBytes
	CodeTooDeep         = "TooDeep"         // nested over 16 levels
	CodeTooManyElements = "TooManyElements" // over 1024
	CodeForbidden       = "Forbidden"       // a document type, an entity or a processing instruction
	CodeNotXML          = "NotXML"          // not well-formed
	CodeUnexpected      = "Unexpected"      // an element, attribute or part that does not belong there
	CodeMissing         = "Missing"         // a part that must be there
	CodeDuplicate       = "Duplicate"       // a part that may be there once
	CodeValue           = "Value"           // a value that cannot be
)

// Error says what is wrong with a document. It holds no secret.
type Error struct {
	Code    string // stable, one of the Code constants
	Path    string // of the characteristic or parm, from the top; "" for the document as a whole
	Message string // for people, one sentence
	Remedy  string // the next action
}

// Error joins code, place and message.
func (e *Error) Error() string {
	if e.Path == "" {
		return e.Code + ": " + e.Message
	}
	return e.Code + ": " + e.Path + ": " + e.Message
}

const (
	remedyForm    = "Write the document as [MS-MDE2] 2.2.9.1 describes it."
	remedySmaller = "Write a smaller document."
)
