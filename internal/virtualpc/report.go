package virtualpc

import (
	"time"

	"taxiway/internal/virtualpc/setup"
	"taxiway/internal/virtualpc/wire"
)

// Outcome is how a boot ended.
type Outcome string

// The outcomes.
const (
	OutcomeDesktop Outcome = "desktop" // the person works
	OutcomeStopped Outcome = "stopped" // at the screen that was asked for
	OutcomeFailed  Outcome = "failed"  // the PC shows a problem, and the person went away
	OutcomeOff     Outcome = "off"     // it was switched off; the next boot goes on
)

// Report is what a boot was like, as the PC experienced it. What the server
// knows is in Graph, so that the two can be compared.
type Report struct {
	PC           string  `json:"pc"`
	SerialNumber string  `json:"serialNumber"`
	Model        string  `json:"model"`
	Outcome      Outcome `json:"outcome"`

	Steps []StepReport `json:"steps"`
	// Setup is what became of setup so far, earlier boots included: screens, name,
	// account, phases of the status page, problems.
	Setup setup.Report `json:"setup"`

	ProfileStatus string   `json:"profileStatus"`         // as the PC knows it
	LocalGroups   []string `json:"localGroups,omitempty"` // of the person who signed in
	ManagedID     string   `json:"managedDeviceId,omitempty"`
	Apps          []string `json:"apps,omitempty"` // product codes that were installed
	Sessions      int      `json:"sessions"`       // of the management, in this boot
	// Unheard is the code of why the last session of a boot that came to the desktop
	// failed: the management does not know yet that it did. Empty when it does.
	Unheard string `json:"unheard,omitempty"`

	// Problem is what the PC shows at the end of the boot, nil for nothing.
	Problem *setup.Problem `json:"problem,omitempty"`

	Began time.Time     `json:"began"` // the PC's clock, as all times here
	Took  time.Duration `json:"took"`  // on the PC's clock, in nanoseconds
	Real  time.Duration `json:"real"`  // in nanoseconds
}

// StepReport is one step of a boot.
type StepReport struct {
	Step  Step          `json:"step"`
	Began time.Time     `json:"began"`
	Took  time.Duration `json:"took"` // on the PC's clock, in nanoseconds
	Real  time.Duration `json:"real"` // in nanoseconds
	Text  string        `json:"text"` // what came of it
	OK    bool          `json:"ok"`
}

// View is what somebody sees who watches the PC. No view holds a secret.
type View struct {
	At     time.Time     // the PC's clock
	Screen *setup.Screen // what is on the screen
	Doing  string        // what the PC does by itself now; empty while it waits for the person
	Answer string        // what the person just did; empty for nothing
	Fresh  bool          // the screen is another one than in the view before, or says something new
	Waits  bool          // the screen waits for the person; else the PC goes on by itself
	Online bool          // it has a network
	Visits []setup.Visit // pages shown and passed over so far, with why
	// Page is the page of the web view in front of the screen, without the key of a
	// new authenticator app and without recovery codes; nil for none.
	Page *wire.PageView
}
