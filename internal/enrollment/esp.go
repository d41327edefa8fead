package enrollment

import "time"

// ESPProgress is how far a PC's Enrollment Status Page is. It lives in the
// device's row.
type ESPProgress struct {
	Policy  PolicyID // the configuration that applies, as it was at enrolment
	Name    string
	Config  ESP // a copy: editing takes effect at the next enrolment
	Phase   Phase
	Device  PhaseProgress
	Account PhaseProgress
	// Outcome is empty while the page is shown.
	Outcome DeploymentState
	// Release is what was decided and has to be told until acknowledged.
	Release string
}

// PhaseProgress is one phase.
type PhaseProgress struct {
	State    DeploymentState
	Began    time.Time // the tenant's clock
	Ended    time.Time
	Deadline time.Time
	Tracked  []Tracked
}

// Tracked is one thing the page waits for: it was created at the PC, has an
// owner that will hear of it and a deadline.
type Tracked struct {
	Policy PolicyID
	Name   string
	Node   string // LocURI that is tracked
	Done   bool
	Failed bool
	Error  int64
}
