package setup

import (
	"encoding/json"
	"fmt"
	"time"
)

// State is how far setup of one PC is. It is a value: nothing that Next returns
// shares memory with what it was given that anybody writes to. As JSON it is
// kept on the PC's disk, so that a PC that lost its power goes on; reading it
// back fails when it is no state that Next could have made.
type State struct {
	Version int    `json:"version"`
	Facts   Facts  `json:"facts"`
	Step    Step   `json:"step"`
	Boots   int    `json:"boots"`
	Random  uint64 `json:"random"` // where the source of %RAND:x% stands

	Online    bool     `json:"online"`
	Asked     bool     `json:"asked,omitempty"` // since this power-on the profile service has answered
	Profile   *Profile `json:"profile,omitempty"`
	NoProfile *Problem `json:"noProfile,omitempty"` // why there is none

	Language     string `json:"language,omitempty"`
	Keyboard     string `json:"keyboard,omitempty"`
	SecondLayout string `json:"secondLayout,omitempty"`
	Passed       Passed `json:"passed"`

	Preprovision   Preprovisioning `json:"preprovision,omitempty"`
	PreprovisionNo *Problem        `json:"preprovisionNo,omitempty"` // why it is refused

	Name         string `json:"name"` // of the computer
	NameWhy      string `json:"nameWhy"`
	NewName      string `json:"newName,omitempty"`      // what JobRenameRestart makes it
	NameTemplate string `json:"nameTemplate,omitempty"` // that was applied last

	Address      string `json:"address,omitempty"`      // typed at the sign-in
	OtherAccount bool   `json:"otherAccount,omitempty"` // nothing is filled in: somebody else signs in
	StrongAuth   bool   `json:"strongAuth,omitempty"`
	UPN          string `json:"upn,omitempty"` // who signed in
	Tenant       string `json:"tenant,omitempty"`
	Organization string `json:"organization,omitempty"`
	TermsText    string `json:"termsText,omitempty"`
	LocalUser    string `json:"localUser,omitempty"` // of a PC that is set up for personal use

	Joined            bool     `json:"joined,omitempty"`
	DeviceID          string   `json:"deviceId,omitempty"`
	Administrator     bool     `json:"administrator,omitempty"` // the join answer makes the person one
	AdministratorSIDs []string `json:"administratorSids,omitempty"`
	Managed           bool     `json:"managed,omitempty"`
	ManagedWhy        string   `json:"managedWhy,omitempty"`
	Hello             bool     `json:"hello,omitempty"`
	SignInAgain       bool     `json:"signInAgain,omitempty"` // a restart came after the sign-in

	ESP         ESP           `json:"esp"`
	Preparation []ProgressRow `json:"preparation,omitempty"`
	Device      []ProgressRow `json:"device,omitempty"`
	Account     []ProgressRow `json:"account,omitempty"`
	Elapsed     time.Duration `json:"elapsed,omitempty"`    // of the phase that is shown, as TimePassed says
	ESPFailed   bool          `json:"espFailed,omitempty"`  // Problem says why
	ESPButtons  []Button      `json:"espButtons,omitempty"` // of the failure
	Collecting  bool          `json:"collecting,omitempty"` // logs are being collected

	Why      string    `json:"why,omitempty"`     // why the present page is shown
	Skipped  []Skip    `json:"skipped,omitempty"` // since the page before
	Problem  *Problem  `json:"problem,omitempty"` // of the present page
	Again    Step      `json:"again,omitempty"`   // where Try again leads from the error page
	Back     Step      `json:"back,omitempty"`    // where the pre-provisioning page leads
	BackWhy  string    `json:"backWhy,omitempty"`
	Logs     string    `json:"logs,omitempty"` // where the collected logs are
	Visits   []Visit   `json:"visits,omitempty"`
	Problems []Problem `json:"problems,omitempty"` // all, in the order they came
}

// Passed are the pages that a person has been through; they do not come again
// after a restart.
type Passed struct {
	Region   bool `json:"region,omitempty"`
	Keyboard bool `json:"keyboard,omitempty"`
	Layout   bool `json:"layout,omitempty"`
	Network  bool `json:"network,omitempty"`
	Updates  bool `json:"updates,omitempty"`
	EULA     bool `json:"eula,omitempty"`
	Terms    bool `json:"terms,omitempty"`
	Device   bool `json:"device,omitempty"` // device ESP
	Privacy  bool `json:"privacy,omitempty"`
	User     bool `json:"user,omitempty"` // user ESP
	Hello    bool `json:"hello,omitempty"`
}

// Visit is a page of the whole setup, shown or passed over, once each.
type Visit struct {
	Name  ScreenName `json:"name"`
	Shown bool       `json:"shown"`
	Why   string     `json:"why"`
}

// stateVersion is the form that State has on disk.
const stateVersion = 1

// New is a PC that was never switched on. The only event it takes is PowerOn.
func New(f Facts) State {
	s := State{Version: stateVersion, Facts: f, Step: stepOff, Random: f.Seed, Hello: f.Hello, Language: f.Language, Keyboard: f.Keyboard}
	s.Name = "DESKTOP-" + s.letters(7)
	s.NameWhy = "Windows made the name itself"
	return s
}

// UnmarshalJSON reads a state back and refuses what Next could not have made.
func (s *State) UnmarshalJSON(text []byte) error {
	type plain State // without this method
	var p plain
	if err := json.Unmarshal(text, &p); err != nil {
		return fmt.Errorf("read the state of setup: %w", err)
	}
	read := State(p)
	if err := read.check(); err != nil {
		return fmt.Errorf("read the state of setup: %w", err)
	}
	*s = read
	return nil
}
