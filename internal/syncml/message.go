package syncml

import (
	"encoding/xml"
	"iter"
	"strconv"
	"strings"
)

// The versions that Header carries ([MS-MDM] 2.2.4).
const (
	VerDTD   = "1.2"
	VerProto = "DM/1.2"
)

// ContentType is the media type of a message as XML.
const ContentType = "application/vnd.syncml.dm+xml"

// Message is one SyncML document: one package or a part of it.
type Message struct {
	Header Header
	Body   []Command
	Final  bool // no further message belongs to this package
}

// Header is the SyncHdr element.
type Header struct {
	VerDTD     string // VerDTD; kept as it came, "" if absent
	VerProto   string // VerProto; kept as it came, "" if absent
	SessionID  string // opaque, chosen by the client; never empty
	MsgID      string // unique in its session and sender; never empty
	Target     string // LocURI of whom it is for
	Source     string // LocURI of whom it is from: a PC's device id
	SourceName string // LocName beside Source: the user name of Cred
	Cred       *Cred  // nil: none shown
	MaxMsgSize int64  // bytes the sender can take in one message; 0 unsaid
	MaxObjSize int64  // bytes the sender can take as one object; 0 unsaid
}

// Cred is a proof of identity; see Digest.
type Cred struct {
	Type   string // AuthMD5 or another scheme
	Format string // b64
	Data   string
}

// Chal asks for a proof. It stands in the Status of the header.
type Chal struct {
	Type      string // AuthMD5
	Format    string // b64
	NextNonce string // base64
}

// Command is one element of the body. Which fields a kind has is the table in
// shape.go; Encode leaves out the others.
type Command struct {
	Kind       Kind
	Element    xml.Name // of Unknown: what it was called; Space is "" for SyncML's own
	CmdID      string   // unique in its message; "" when it is absent, which has to be refused
	MsgRef     string   // Status, Results: the message that is answered
	CmdRef     string   // Status, Results: its command; "0" is the header
	Cmd        string   // Status: the name of the command that is answered
	TargetRefs []string // Status, Results: LocURIs, when not the whole command is meant
	SourceRefs []string
	Chal       *Chal  // Status
	Data       Data   // Status: the status code; Alert: the alert code
	Correlator string // Alert, Exec: ties an alert to what caused it
	Items      []Item
	Commands   []Command // Atomic, Sequence
}

// Item is one node that a command is about. The meta information of a whole
// command is copied into its items when a message is read.
type Item struct {
	Target   string // LocURI
	Source   string // LocURI; what Results and a PC's own Replace speak of
	Format   string // chr, int, bool, node, xml, b64, null, time, float; "" is chr
	Type     string // media type, or the type of an alert
	Mark     string // of alerts: critical, fatal, …
	Size     int64  // bytes of the whole object, in the first chunk of a large one; 0 unsaid
	Data     Data
	MoreData bool // the object goes on in the next message
}

// Form is how a Data element holds its content.
type Form uint8

// The forms of Data.
const (
	Absent Form = iota // no Data element
	Text               // characters, escaped on the wire; what Decode gives for CDATA too
	CDATA              // characters, written as a CDATA section
	Inline             // XML elements standing unescaped; Data.Text is their XML
)

// Data is the content of a Data element. The zero Data is no element at all,
// which differs from an empty one.
type Data struct {
	Form Form
	Text string
}

// TextData is a Data element with these characters.
func TextData(s string) Data { return Data{Text, s} }

// CDATAData is a Data element with these characters in a CDATA section.
func CDATAData(s string) Data { return Data{CDATA, s} }

// CodeData is a Data element with a status or alert code.
func CodeData(code int) Data { return Data{Text, strconv.Itoa(code)} }

// Present tells an empty Data element from a missing one.
func (d Data) Present() bool { return d.Form != Absent }

// Code is the status code of a Status or the alert code of an Alert, 0 when
// its data is no such number.
func (c *Command) Code() int {
	n, err := strconv.Atoi(strings.Trim(c.Data.Text, space))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// Name is what the element is called, also when it is no command.
func (c *Command) Name() string {
	if c.Kind == Unknown {
		return c.Element.Local
	}
	return string(c.Kind)
}

// Refusal says why a command has to be answered with StatusBadRequest before
// anything else is asked, or "": it is no command, or it has no CmdID.
func (c *Command) Refusal() string {
	switch {
	case c.Kind == Unknown:
		return "there is no such command"
	case c.CmdID == "":
		return "the command has no CmdID"
	}
	return ""
}

// All goes through the commands of the body and those inside them, each before
// its own.
func (m *Message) All() iter.Seq[*Command] {
	return func(yield func(*Command) bool) { walk(m.Body, yield) }
}

func walk(commands []Command, yield func(*Command) bool) bool {
	for i := range commands {
		if !yield(&commands[i]) || !walk(commands[i].Commands, yield) {
			return false
		}
	}
	return true
}
