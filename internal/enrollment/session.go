package enrollment

import (
	"context"
	"time"

	"taxiway/internal/directory"
)

// Login is who is signed in at the PC (alert com.microsoft/MDM/LoginStatus).
type Login string

// Only LoginUser lets user-scope commands through.
const (
	LoginNone   Login = "none"
	LoginOthers Login = "others"
	LoginUser   Login = "user"
)

// Alert codes that a session itself looks at (OMA Device Management Protocol
// 1.2, section 8.7).
const (
	AlertServerInitiated = 1200
	AlertClientInitiated = 1201
	AlertNext            = 1222
	AlertAbort           = 1223
	AlertNoEndOfData     = 1225
)

// AlertUnenroll is the type of the alert with which a PC leaves.
const AlertUnenroll = "com.microsoft:mdm.unenrollment.userrequest"

// Alert is what a PC tells without being asked.
type Alert struct {
	CmdID string
	Code  int    // 1200 and up
	Type  string // of a generic alert
	Data  string
	Items []ResultOf
}

// Answer is a Status or Results of the PC for a command of ours.
type Answer struct {
	MsgRef, CmdRef string
	Target         string // TargetRef; empty when there is none
	Status         int    // 0 for Results
	Results        []ResultOf
	// CmdID is the answer's own number, for the Status of a Results.
	CmdID string
}

// Incoming is one message of a PC, without its XML. Who sent it was proved
// before.
type Incoming struct {
	SessionID string
	MsgID     int
	Digest    []byte // SHA-256 of the body: tells a repeated message from another
	Source    string // Source/LocURI
	Login     Login  // empty when the message does not say
	UserUPN   string // of a verified user token, else empty
	Alerts    []Alert
	Answers   []Answer
	Values    []ResultOf // Replace of DevInfo
	// Acks are the answers to the message, in order, the header's first;
	// commands that are not understood have a 400 already.
	Acks []Ack
	// More: the package goes on in the next message.
	More bool
	// MaxSize is how many bytes the PC takes in a message, 0 when it does not say.
	MaxSize int
	// Digested is what proved the sender, when no certificate did. A
	// certificate once seen makes a digest count never again.
	Digested *Digested
}

// Ack is a command of the PC that wants a Status.
type Ack struct {
	CmdID, Cmd string
	Status     int
}

// Outgoing is one message of ours, without its XML. It is stored with the
// session, so that a repeated message gets the same answer.
type Outgoing struct {
	MsgID int `json:"m"`
	// Acks are for the PC's commands, the header's first. Their numbers in the
	// message are 1, 2, 3 …; Alert, if there is one, has the next.
	Acks     []Ack         `json:"a,omitempty"`
	Alert    int           `json:"x,omitempty"` // AlertNext, AlertAbort or AlertNoEndOfData; 0: none
	Commands []OutgoingCmd `json:"c,omitempty"`
	// Nonce is the next one of the digest authentication, when that is used.
	Nonce string `json:"n,omitempty"`
}

// OutgoingCmd is an operation with its number in the message. Parts of an
// Atomic or a Sequence have numbers of their own and are here, not in Op; those
// of a Get are its items and stay there.
type OutgoingCmd struct {
	CmdID string        `json:"i"`
	Op    Operation     `json:"o"`
	Parts []OutgoingCmd `json:"p,omitempty"`
}

// Session is one management session of one managed device. It is kept in the
// store between two messages, so that any process can go on with it.
type Session struct {
	Device    DeviceID `json:"device,omitempty"`
	ID        string   `json:"id,omitempty"` // chosen by the PC, opaque
	Login     Login    `json:"login,omitempty"`
	UserUPN   string   `json:"userUPN,omitempty"`
	LastMsgID int      `json:"lastMsgID,omitempty"` // of the PC
	LastSeen  []byte   `json:"lastSeen,omitempty"`  // Incoming.Digest of that message
	Reply     Outgoing `json:"reply,omitzero"`
	// Awaiting are the commands sent in earlier messages of this session that
	// have no answer yet, by message and number.
	Awaiting []Awaited `json:"awaiting,omitempty"`
	// Partial is a value of which more is to come.
	Partial *Partial `json:"partial,omitempty"`
	First   bool     `json:"first,omitempty"` // the first session after enrolment
	// Waits: the PC was asked for values that had not come with their status.
	Waits bool `json:"waits,omitempty"`
	// Messages and Rounds count what was answered and how often owners were
	// asked: both are bounded.
	Messages  int       `json:"messages,omitempty"`
	Rounds    int       `json:"rounds,omitempty"`
	StartedAt time.Time `json:"startedAt,omitzero"` // the server's clock, as UpdatedAt
	UpdatedAt time.Time `json:"updatedAt,omitzero"`
	// Ended: the last reply told nothing new. The PC may still go on.
	Ended bool `json:"ended,omitempty"`
}

// Standing is what is left of a device's earlier messages.
type Standing struct {
	Sessions []Session // in order of id
	Open     bool      // a command is open
	States   bool      // something became of a policy or an app
}

// session is the one with this id.
func (s *Standing) session(id string) (Session, bool) {
	for i := range s.Sessions {
		if s.Sessions[i].ID == id {
			return s.Sessions[i], true
		}
	}
	return Session{}, false
}

// Awaited is a command on its way.
type Awaited struct {
	MsgID   int    `json:"m"`
	CmdID   string `json:"i"`
	Command string `json:"k"` // Command.ID
	Part    int    `json:"p"` // -1: the command itself
}

// Visit is what owners see of a message that is being answered. Changes to
// Device are stored with the answer.
type Visit struct {
	Tenant  directory.TenantID
	Device  *Device
	Session *Session
	First   bool      // the first session after enrolment
	Begins  bool      // the first message of this session
	Now     time.Time // the tenant's clock
	Real    time.Time // the server's
	// UserHere: the enrolled user is signed in at the PC.
	UserHere bool
	// Later is run in order after the transaction has committed: what belongs
	// to another subject's own transaction. An error is logged; the owner asks
	// the PC again.
	Later []func(context.Context) error

	inventory bool // Later has the directory's part of the inventory already
	// reach is what reaches the PC, by kind: it is read once a message.
	reach map[PolicyKind][]Applied
}
