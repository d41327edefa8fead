package setup

import (
	"fmt"
	"time"
)

// EventKind says what happened.
type EventKind string

// The events. PowerOn may happen at any time: that is a PC switched off and on.
const (
	PowerOn            EventKind = "power-on"            // Network, when it is another now
	Chosen             EventKind = "chosen"              // Value: language, keyboard, layout, address, Work or Personal; of Personal also Text, the person's name
	Connected          EventKind = "connected"           // Value: the name of the network
	Disconnected       EventKind = "disconnected"        //
	ProfileArrived     EventKind = "profile-arrived"     // Profile
	ProfileRefused     EventKind = "profile-refused"     // Code: 807, 809, 815, 908 …; Reason as the service says it
	ProfileUnreachable EventKind = "profile-unreachable" // Code, Text: why, after all retries
	Updated            EventKind = "updated"             // Restart: the updates need one
	Accepted           EventKind = "accepted"            // the page's main button
	Declined           EventKind = "declined"            //
	SignedIn           EventKind = "signed-in"           // UPN, Tenant (its id), Organization (its name)
	SignInFailed       EventKind = "sign-in-failed"      // Code, Reason, Text as the sign-in page says it
	MFANeeded          EventKind = "mfa-needed"          // the second factor is asked for
	TermsShown         EventKind = "terms-shown"         // Text: the terms of use
	NoTerms            EventKind = "no-terms"            //
	Joined             EventKind = "joined"              // DeviceID, Administrator, AdministratorSIDs of the join answer
	JoinRefused        EventKind = "join-refused"        // Code: 0x801c0003 …; Reason, Text
	Enrolled           EventKind = "enrolled"            // ESP, as the first session set it; nil: no page
	EnrolRefused       EventKind = "enrol-refused"       // Code: 0x80180014 …; Reason, Text
	NotManaged         EventKind = "not-managed"         // Text: why nobody manages this PC, naming the setting
	HelloPolicy        EventKind = "hello-policy"        // On
	ESPProgress        EventKind = "esp-progress"        // Phase and Rows; ESP, when its settings changed
	ESPDone            EventKind = "esp-done"            // the phase of the page that is shown has ended well
	ESPFailed          EventKind = "esp-failed"          // Code, Text; Buttons, or nil for those of the ESP's settings
	Pressed            EventKind = "pressed"             // Button
	Restarted          EventKind = "restarted"           // as the job or the management asked for
	LogsCollected      EventKind = "logs-collected"      // Value: where they are
	PreprovisionAsked  EventKind = "preprovision-asked"  // the Windows key, five times
	TimePassed         EventKind = "time-passed"         // Elapsed
)

// Values of Chosen on the page of a PC without a profile.
const (
	Work     = "work"
	Personal = "personal"
)

// Event is something that happened to a PC. Which fields count is said at its
// kind. There is no field for a password or a code: those go from the person to
// the sign-in page and nowhere else.
type Event struct {
	Kind         EventKind     `json:"kind"`
	Value        string        `json:"value,omitempty"`
	Network      Network       `json:"network,omitempty"`
	Profile      *Profile      `json:"profile,omitempty"`
	Code         string        `json:"code,omitempty"`
	Reason       string        `json:"reason,omitempty"`
	Text         string        `json:"text,omitempty"`
	UPN          string        `json:"upn,omitempty"`
	Tenant       string        `json:"tenant,omitempty"`
	Organization string        `json:"organization,omitempty"`
	DeviceID     string        `json:"deviceId,omitempty"`
	Button       Button        `json:"button,omitempty"`
	Buttons      []Button      `json:"buttons,omitempty"`
	ESP          *ESP          `json:"esp,omitempty"`
	Phase        Phase         `json:"phase,omitempty"`
	Rows         []ProgressRow `json:"rows,omitempty"`
	Elapsed      time.Duration `json:"elapsed,omitempty"`
	Restart      bool          `json:"restart,omitempty"`
	On           bool          `json:"on,omitempty"`

	// Of a join: whether the answer makes the person who joins a local
	// administrator, and all SIDs it puts into Administrators.
	Administrator     bool     `json:"administrator,omitempty"`
	AdministratorSIDs []string `json:"administratorSids,omitempty"`
}

// EventError is an event that cannot happen in the present state.
type EventError struct {
	Kind   EventKind
	Screen ScreenName
	Why    string
}

func (e *EventError) Error() string {
	return fmt.Sprintf("event %s on the page %s: %s", e.Kind, e.Screen, e.Why)
}
