package enrollment

import "time"

// ESPProgress is how far a PC's Enrollment Status Page is. It lives in the
// device's row; Step moves it.
type ESPProgress struct {
	Policy PolicyID `json:"policy,omitempty"` // the configuration that applies, as it was at enrolment
	Name   string   `json:"name,omitempty"`
	Config ESP      `json:"config,omitzero"` // a copy: editing takes effect at the next enrolment
	// ForUser: the configuration reaches the PC only through its user. It then
	// has no say about the apps of device setup.
	ForUser bool `json:"forUser,omitempty"`
	// Phase is empty before the first message and when the page is gone.
	Phase   Phase         `json:"phase,omitempty"`
	Device  PhaseProgress `json:"device,omitzero"`
	Account PhaseProgress `json:"account,omitzero"`
	// Outcome is empty until the deployment has ended or failed. A failure may
	// still become a success on retry, while the PC shows it.
	Outcome DeploymentState `json:"outcome,omitempty"`
	// Reached: the desktop was reported.
	Reached bool `json:"reached,omitempty"`
	// Told is what the PC acknowledged, by node; Refused how often it refused one.
	Told    map[string]string `json:"told,omitempty"`
	Refused map[string]int    `json:"refused,omitempty"`
	// Wait is what the page waits for now; nil when for nothing.
	Wait *Wait `json:"wait,omitempty"`
}

// PhaseProgress is one phase: Device preparation and Device setup are one here,
// as on the clock of the PC.
type PhaseProgress struct {
	Shown    bool            `json:"shown,omitempty"`
	State    DeploymentState `json:"state,omitempty"` // empty before the first message
	Began    time.Time       `json:"began,omitzero"`  // the tenant's clock
	Ended    time.Time       `json:"ended,omitzero"`
	Deadline time.Time       `json:"deadline,omitzero"`
	Tracked  []Tracked       `json:"tracked,omitempty"`
	// TimedOut: it failed because the time was over. Left: the user went on
	// although it had failed. UserSeen: the user was at the PC before it failed.
	TimedOut bool   `json:"timedOut,omitempty"`
	Left     bool   `json:"left,omitempty"`
	UserSeen bool   `json:"userSeen,omitempty"`
	Failure  string `json:"failure,omitempty"` // what failed, code and next step
}

// Tracked is one thing the page waits for: it was created at the PC, has an
// owner that will hear of it and, with its phase, a deadline.
type Tracked struct {
	Policy  PolicyID   `json:"policy,omitempty"`
	Kind    PolicyKind `json:"kind,omitempty"`
	Name    string     `json:"name,omitempty"`
	Nodes   []string   `json:"nodes,omitempty"` // LocURIs that are tracked
	Created bool       `json:"created,omitempty"`
	Done    bool       `json:"done,omitempty"`
	Failed  bool       `json:"failed,omitempty"`
	Error   int64      `json:"error,omitempty"`
}

// Wait is who waits for what until when.
type Wait struct {
	Owner string    `json:"owner,omitempty"` // who has to do something: PC, user, or an OwnerKind
	Of    string    `json:"of,omitempty"`
	Text  string    `json:"text,omitempty"` // for people
	Until time.Time `json:"until,omitzero"` // the tenant's clock
}

// Who a wait is for, besides the kinds of owners.
const (
	WaitPC   = "PC"
	WaitUser = "user"
)

// waitFirst is the wait of a PC that has enrolled and was not heard of since.
const waitFirst = "first session"
