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
}

// Incoming is one message of a PC, without its XML.
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
	// Unknown are commands that are not understood: 400 each.
	Acks []Ack
	Size int
}

// Ack is a command of the PC that wants a Status.
type Ack struct {
	CmdID, Cmd string
	Status     int
}

// Outgoing is one message of ours, without its XML. It is stored with the
// session, so that a repeated message gets the same answer.
type Outgoing struct {
	MsgID    int           `json:"m"`
	Acks     []Ack         `json:"a,omitempty"` // for the PC's commands, the header's first
	Commands []OutgoingCmd `json:"c,omitempty"`
}

// OutgoingCmd is an operation with its number in the message; parts of an
// Atomic have numbers of their own.
type OutgoingCmd struct {
	CmdID   string        `json:"i"`
	Command string        `json:"k"` // Command.ID
	Op      Operation     `json:"o"`
	Parts   []OutgoingCmd `json:"p,omitempty"`
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
	Reply     Outgoing `json:"reply,omitempty"`
	// Awaiting are the commands sent in earlier messages of this session that
	// have no answer yet, by message and number.
	Awaiting  []Awaited `json:"awaiting,omitempty"`
	StartedAt time.Time `json:"startedAt,omitzero"` // the server's clock, as UpdatedAt
	UpdatedAt time.Time `json:"updatedAt,omitzero"`
	Ended     bool      `json:"ended,omitempty"`
}

// Awaited is a command on its way.
type Awaited struct {
	MsgID   int    `json:"m"`
	CmdID   string `json:"i"`
	Command string `json:"k"`
	Part    int    `json:"p"` // -1: the command itself
	URI     string `json:"u,omitempty"`
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
}
