package screen

import (
	"fmt"
	"slices"
	"time"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
)

// Deed is what somebody does to a PC.
type Deed string

// The deeds.
const (
	On      Deed = "on"      // Network
	Off     Deed = "off"     //
	Restart Deed = "restart" // switched off and on
	Reset   Deed = "reset"   // everything but the hardware goes; the PC is off afterwards
	Swap    Deed = "swap"    // Part; the PC has to be off
	Answer  Deed = "answer"  // Turn, Event, Value, Text, Button: a page of setup
	Page    Deed = "page"    // Turn, Typed, Next, Yes, Button: a page of the web view
	Plug    Deed = "plug"    // Plugged: the network cable
	SetPace Deed = "pace"    // Pace
	Inject  Deed = "inject"  // Fault, Step, Seconds, Times, Status: something goes wrong
)

// Action is a deed with what belongs to it.
type Action struct {
	Do      Deed            `json:"do"`
	Network setup.Network   `json:"network"`
	Part    machine.Part    `json:"part"`
	Turn    int64           `json:"turn"` // of the frame that asked
	Event   setup.EventKind `json:"event"`
	Value   string          `json:"value"`
	Text    string          `json:"text"` // of the event: who will use the PC
	Button  setup.Button    `json:"button"`
	Typed   string          `json:"typed"` // address, password or code
	Next    string          `json:"next"`  // new password
	Yes     bool            `json:"yes"`
	Plugged bool            `json:"plugged"`
	Pace    Pace            `json:"pace"`

	Fault   virtualpc.FaultKind `json:"fault"`
	Step    virtualpc.Step      `json:"step"` // empty: whatever comes
	Seconds int                 `json:"seconds"`
	Times   int                 `json:"times"`
	Status  int                 `json:"status"`
}

// longestText is the most that is typed or chosen anywhere.
const longestText = 1024

func (a *Action) check() error {
	for _, text := range []string{a.Value, a.Text, string(a.Button), a.Typed, a.Next} {
		if len(text) > longestText {
			return refuse(CodeAction, "That is too long.", "Type at most %d characters.", longestText)
		}
	}
	return nil
}

// fault is what goes wrong, checked.
func (a *Action) fault() (virtualpc.Fault, error) {
	f := virtualpc.Fault{At: a.Step, Kind: a.Fault, Times: a.Times, For: time.Duration(a.Seconds) * time.Second, Code: int64(a.Status)}
	if a.Seconds < 0 || a.Seconds > 3600 || a.Times < 0 || a.Times > 100 {
		return f, refuse(CodeAction, "That is too long or too often.", "Choose up to 3600 seconds and 100 times.")
	}
	if f.At != "" && !slices.Contains(virtualpc.Steps(), f.At) {
		return f, refuse(CodeAction, "There is no such step.", "Choose one of %v.", virtualpc.Steps())
	}
	switch f.Kind {
	case virtualpc.FaultLose, virtualpc.FaultApp, virtualpc.FaultAppHangs, virtualpc.FaultRestart, virtualpc.FaultPowerOff, virtualpc.FaultDiskFull:
	case virtualpc.FaultSlow:
		if f.For == 0 {
			f.For = 2 * time.Second
		}
	case virtualpc.FaultStatus:
		if f.Code != 429 && f.Code != 503 {
			return f, refuse(CodeAction, "The server answers 429 or 503 instead.", "Choose one of the two.")
		}
	default: // what a person does wrong, the person here does themselves
		return f, refuse(CodeAction, "There is no such fault.", "Choose one of %v.", Faults())
	}
	return f, nil
}

// Faults are those that can be injected.
func Faults() []virtualpc.FaultKind {
	return []virtualpc.FaultKind{
		virtualpc.FaultLose, virtualpc.FaultSlow, virtualpc.FaultStatus, virtualpc.FaultApp, virtualpc.FaultAppHangs, virtualpc.FaultRestart,
		virtualpc.FaultPowerOff, virtualpc.FaultDiskFull,
	}
}

// Codes of Error.
const (
	CodeAction = "InvalidAction" // no such deed, or a value that cannot be
	CodeOn     = "PCIsOn"        // that can be done only while it is off
	CodeOff    = "PCIsOff"       // that can be done only while it is on
	CodeTurn   = "PageChanged"   // the page that was answered is not shown any more
	CodeClosed = "PCClosed"      // whoever hosts the PC is stopping, or removed it
)

// Error is why an action was not done.
type Error struct{ Code, Message, Remedy string }

func (e *Error) Error() string { return e.Message }

func refuse(code, message, remedy string, values ...any) error {
	return &Error{Code: code, Message: message, Remedy: fmt.Sprintf(remedy, values...)}
}
