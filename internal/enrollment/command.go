package enrollment

import "time"

// Verb is an OMA-DM command.
type Verb string

// The verbs; Atomic and Sequence hold others.
const (
	Add      Verb = "Add"
	Replace  Verb = "Replace"
	Delete   Verb = "Delete"
	Get      Verb = "Get"
	Exec     Verb = "Exec"
	Atomic   Verb = "Atomic"
	Sequence Verb = "Sequence"
)

// Operation is one command as the PC gets it. URI is absolute without a leading
// slash: ./Device/…, ./User/… or ./Vendor/… (which is the device's).
type Operation struct {
	Verb   Verb    `json:"verb"`
	URI    string  `json:"uri,omitempty"`
	Format string  `json:"format,omitempty"` // chr, int, bool, node, xml, b64, null, time, float
	Type   string  `json:"type,omitempty"`   // MIME type
	Data   *string `json:"data,omitempty"`   // nil: none; empty is a value
	// Secret: Data is not stored; its owner has it (SecretKeeper) and gives it
	// to each message. Commands in an Atomic or a Sequence cannot be secret.
	Secret bool `json:"secret,omitempty"`
	// Parts are the commands in an Atomic or a Sequence, and the further nodes
	// of a Get that asks for several: one Get each, and no URI of its own.
	Parts []Operation `json:"parts,omitempty"`
}

// CommandState is where a command is.
type CommandState string

// Queued waits to be sent; Sent has no answer yet; the rest are ends. A command
// that was sent in a session which ended without an answer is queued again when
// repeating it does no harm, else it is Unconfirmed.
const (
	Queued      CommandState = "queued"
	Sent        CommandState = "sent"
	Done        CommandState = "done"
	Failed      CommandState = "failed"
	Cancelled   CommandState = "cancelled"
	Unconfirmed CommandState = "unconfirmed"
)

// Open reports whether the command is not at its end.
func (s CommandState) Open() bool { return s == Queued || s == Sent }

// Command is one thing a PC is told to do. Commands of one device are sent in
// order of id.
type Command struct {
	ID     string // UUIDv7
	Device DeviceID
	Owner  OwnerKind // who queued it and hears of its end
	Of     string    // what it is about: an app, a policy, an action; the owner's word
	// Key makes it unique while it is open: queueing the same key again does
	// nothing. Empty: no such rule.
	Key string
	// Once: it must not be repeated when its answer was lost (Exec of a reboot,
	// a wipe). All others may be.
	Once bool
	// UserScope: it is sent only in a session in which User is signed in.
	UserScope bool
	Op        Operation
	State     CommandState
	NotBefore time.Time // on the tenant's clock; zero: now
	CreatedAt time.Time
	SentAt    time.Time
	DoneAt    time.Time
	Session   string // the session it was sent in last
	Status    int    // OMA-DM status, 0 while there is none
	Parts     []int  // status of each of Op.Parts, 0 while there is none
	// Met are the parts of an Atomic that an earlier try had fulfilled, by the
	// status that showed it; see checkin_again.go.
	Met     map[int]int
	Results []ResultOf // of a Get
	Tries   int        // how often it was sent
}

// Forgotten is one step of removing old commands, PC by PC.
type Forgotten struct {
	Commands int
	More     bool
	Next     DeviceID // where to go on: behind this one
}

// ResultOf is one value that a Get brought.
type ResultOf struct {
	URI    string `json:"uri"`
	Format string `json:"format,omitempty"`
	Data   string `json:"data"`
	// More and Size are of a value that comes in pieces: more is to come, and
	// the bytes of the whole in the first piece.
	More bool  `json:"-"`
	Size int64 `json:"-"`
}
