package soap

// The codes of Error. They are stable: programs key on them.
const (
	CodeTooLarge        = "TooLarge"        // more bytes than the caller allows
	CodeTooDeep         = "TooDeep"         // elements nested over 32 levels
	CodeTooManyElements = "TooManyElements" // over 4096 elements
	CodeTooManyAttrs    = "TooManyAttributes"
	CodeForbidden       = "Forbidden"  // a document type, an entity or a processing instruction
	CodeNotXML          = "NotXML"     // not well-formed
	CodeMissing         = "Missing"    // an element or attribute that must be there
	CodeDuplicate       = "Duplicate"  // what may stand once stands twice
	CodeUnexpected      = "Unexpected" // an element where another belongs
	CodeValue           = "Value"      // a value that cannot be
)

// Error says what is wrong with a message. It holds no token and no password.
type Error struct {
	Code    string  // stable, one of the Code constants
	Element string  // the path of the element or attribute, from Envelope; "" for the message as a whole
	Message string  // for people, one sentence
	Remedy  string  // the next action
	Subcode Subcode // of the fault that answers it
	Header  Header  // what could be read of the message's header, to relate the answer to it
}

// Error joins code, place and message.
func (e *Error) Error() string {
	if e.Element == "" {
		return e.Code + ": " + e.Message
	}
	return e.Code + ": " + e.Element + ": " + e.Message
}

// Fault is the body that answers a message with this error.
func (e *Error) Fault() *Fault {
	reason := e.Message
	if e.Element != "" {
		reason = e.Element + ": " + reason
	}
	return &Fault{Subcode: e.Subcode, Reason: reason + " " + e.Remedy}
}

const (
	remedyWellFormed = "Send one well-formed XML document in UTF-8 with a SOAP 1.2 envelope."
	remedyOnce       = "Send the element once."
	remedySmaller    = "Send a smaller message."
	remedyProtocol   = "Send the message as [MS-MDE2] describes it."
)
