package enrollment

import "time"

// ESPProgress is how far a PC's Enrollment Status Page is. It lives in the
// device's row.
type ESPProgress struct {
	Policy  PolicyID      `json:"policy,omitempty"` // the configuration that applies, as it was at enrolment
	Name    string        `json:"name,omitempty"`
	Config  ESP           `json:"config,omitempty"` // a copy: editing takes effect at the next enrolment
	Phase   Phase         `json:"phase,omitempty"`
	Device  PhaseProgress `json:"device,omitempty"`
	Account PhaseProgress `json:"account,omitempty"`
	// Outcome is empty while the page is shown.
	Outcome DeploymentState `json:"outcome,omitempty"`
	// Release is what was decided and has to be told until acknowledged.
	Release string `json:"release,omitempty"`
}

// PhaseProgress is one phase.
type PhaseProgress struct {
	State    DeploymentState `json:"state,omitempty"`
	Began    time.Time       `json:"began,omitzero"` // the tenant's clock
	Ended    time.Time       `json:"ended,omitzero"`
	Deadline time.Time       `json:"deadline,omitzero"`
	Tracked  []Tracked       `json:"tracked,omitempty"`
}

// Tracked is one thing the page waits for: it was created at the PC, has an
// owner that will hear of it and a deadline.
type Tracked struct {
	Policy PolicyID `json:"policy,omitempty"`
	Name   string   `json:"name,omitempty"`
	Node   string   `json:"node,omitempty"` // LocURI that is tracked
	Done   bool     `json:"done,omitempty"`
	Failed bool     `json:"failed,omitempty"`
	Error  int64    `json:"error,omitempty"`
}
