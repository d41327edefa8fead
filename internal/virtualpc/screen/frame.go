package screen

import (
	"time"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// Power is whether a PC is on.
type Power string

// A PC at its desktop is on, although it does nothing more by itself.
const (
	PowerOn  Power = "on"
	PowerOff Power = "off"
)

// Frame is what is to be seen of a PC. No frame holds what a person typed at a
// page that hides it.
type Frame struct {
	Version int64     `json:"version"` // grows with every change
	PC      PC        `json:"pc"`
	Power   Power     `json:"power"`
	At      time.Time `json:"at,omitzero"` // the PC's clock
	Screen  *Shown    `json:"screen,omitempty"`
	Page    *WebPage  `json:"page,omitempty"` // of the web view, in front of the screen
	Doing   string    `json:"doing,omitempty"`
	Turn    int64     `json:"turn,omitempty"`    // of the page that waits for the person; 0: none does
	Refused string    `json:"refused,omitempty"` // why what they did last was not done
	Ended   string    `json:"ended,omitempty"`   // why the PC went off by itself

	Network setup.Network `json:"network"` // at power-on
	Online  bool          `json:"online"`
	Plugged bool          `json:"plugged"` // nobody took the network away
	Pace    Pace          `json:"pace"`

	Visits  []Visit  `json:"visits"`
	Calls   []Call   `json:"calls"`  // the last ones
	Faults  []string `json:"faults"` // that were injected since power-on
	Outcome *Outcome `json:"outcome,omitempty"`
}

// PC is what never changes while it is on.
type PC struct {
	Name         string `json:"name"`
	SerialNumber string `json:"serialNumber"`
	Manufacturer string `json:"manufacturer"`
	Model        string `json:"model"`
	HasTPM       bool   `json:"hasTpm"`
	Windows      string `json:"windows"`
	Look         int    `json:"look"` // 10 or 11
	Language     string `json:"language"`
	Keyboard     string `json:"keyboard"`
}

// Shown is a page of setup with what people call it.
type Shown struct {
	setup.Screen

	Title string `json:"title"`
}

// Visit is a page shown or passed over, with what people call it.
type Visit struct {
	setup.Visit

	Title string `json:"title"`
}

// WebPage is a page of the web view.
type WebPage struct {
	Kind         wire.PageKind `json:"kind"`
	Heading      string        `json:"heading"`
	Lines        []string      `json:"lines,omitempty"`
	Error        string        `json:"error,omitempty"`
	Organization string        `json:"organization,omitempty"`
	Logo         string        `json:"logo,omitempty"`
	Background   string        `json:"background,omitempty"`
	Footer       string        `json:"footer,omitempty"`
	Account      string        `json:"account,omitempty"`
	Secret       string        `json:"secret,omitempty"` // only for those who drive
	MayDecline   bool          `json:"mayDecline,omitempty"`
	Buttons      []string      `json:"buttons,omitempty"` // of setup's page below, that leave this one
}

func webPage(p *wire.PageView) *WebPage {
	return &WebPage{
		Kind: p.Kind, Heading: p.Heading, Lines: p.Lines, Error: p.Error, Organization: p.Organization, Logo: p.Logo, Background: p.Background,
		Footer: p.Footer, Account: p.Account, Secret: p.Secret, MayDecline: p.MayDecline,
	}
}

// forWatchers is the page without what only the person in front of it may see.
func (p *WebPage) forWatchers() *WebPage {
	out := *p
	out.Secret = ""
	if p.Kind == wire.PageRecovery {
		out.Lines = nil
	}
	return &out
}

// Call is a request of the PC, without secrets.
type Call struct {
	At      time.Time     `json:"at"`
	Step    wire.Step     `json:"step"`
	Method  string        `json:"method"`
	Address string        `json:"address"`
	Status  int           `json:"status,omitempty"` // 0: no answer
	Took    time.Duration `json:"took"`             // in nanoseconds, by the PC's clock
	Sent    string        `json:"sent,omitempty"`
	Said    string        `json:"said,omitempty"`
	Problem string        `json:"problem,omitempty"`
}

// mostCalls is how many of the last requests a frame has.
const mostCalls = 40

func call(x *wire.Exchange) Call {
	return Call{
		At: x.At, Step: x.Step, Method: x.Method, Address: x.Address, Status: x.Status, Took: x.Took, Sent: x.Sent, Said: x.Received, Problem: x.Problem,
	}
}

func visits(all []setup.Visit) []Visit {
	out := make([]Visit, len(all))
	for i, v := range all {
		out[i] = Visit{v, v.Name.Title()}
	}
	return out
}

// Summary is a PC in a list.
type Summary struct {
	PC PC `json:"pc"`

	Power    Power             `json:"power"`
	Screen   setup.ScreenName  `json:"screen,omitempty"`
	Title    string            `json:"title,omitempty"`
	Problem  string            `json:"problem,omitempty"` // its number
	Outcome  virtualpc.Outcome `json:"outcome,omitempty"` // of the last boot
	Waits    bool              `json:"waits"`             // for a person
	Network  setup.Network     `json:"network"`
	Computer string            `json:"computerName,omitempty"`
}
