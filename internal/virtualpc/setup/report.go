package setup

// AccountType is what the person who signed in is on this PC.
type AccountType string

// An Administrator is in the local group Administrators.
const (
	Administrator AccountType = "Administrator"
	StandardUser  AccountType = "Standard user"
)

// Report is what became of a PC's setup.
type Report struct {
	Reached      ScreenName    `json:"reached"`
	Finished     bool          `json:"finished"` // it is at the desktop
	Screens      []Visit       `json:"screens"`  // shown and skipped, in order, with why
	Name         string        `json:"name"`
	NameWhy      string        `json:"nameWhy"`
	Account      string        `json:"account,omitempty"` // who signed in
	AccountType  AccountType   `json:"accountType,omitempty"`
	AccountWhy   string        `json:"accountWhy,omitempty"`
	Organization string        `json:"organization,omitempty"`
	Profile      string        `json:"profile,omitempty"`
	ProfileWhy   string        `json:"profileWhy,omitempty"` // why there is none
	NoProfile    *Problem      `json:"noProfile,omitempty"`  // the same, with its number and what to do
	Joined       bool          `json:"joined"`
	DeviceID     string        `json:"deviceId,omitempty"`
	Managed      bool          `json:"managed"`
	ManagedWhy   string        `json:"managedWhy,omitempty"`
	Phases       []ProgressRow `json:"phases,omitempty"`
	Boots        int           `json:"boots"`
	Problem      *Problem      `json:"problem,omitempty"`  // of the page it is on
	Problems     []Problem     `json:"problems,omitempty"` // all of them, in order
	Notes        []string      `json:"notes,omitempty"`
}
