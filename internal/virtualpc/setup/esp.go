package setup

import "time"

// Phase is one of the three parts of the Enrollment Status Page.
type Phase string

// Device preparation and device setup are one page, account setup is another.
const (
	PhasePreparation Phase = "preparation"
	PhaseDevice      Phase = "device"
	PhaseAccount     Phase = "account"
)

// Flags of BlockInStatusPage (DMClient CSP). 0: the page may be left.
const (
	BlockReset    = 1
	BlockTryAgain = 2
	BlockContinue = 4
)

// ESP is what the management has told the PC of its Enrollment Status Page: the
// nodes of FirstSyncStatus (DMClient CSP).
type ESP struct {
	ShowDevice     bool   `json:"showDevice"`     // SkipDeviceStatusPage is false
	ShowUser       bool   `json:"showUser"`       // SkipUserStatusPage is false
	TimeoutMinutes int    `json:"timeoutMinutes"` // TimeOutUntilSyncFailure; 0: none
	Block          int    `json:"block"`          // BlockInStatusPage
	CollectLogs    bool   `json:"collectLogs"`    // AllowCollectLogsButton
	ErrorText      string `json:"errorText,omitempty"`
}

// Buttons are those that the page shows when it fails.
func (e *ESP) Buttons() []Button {
	var out []Button
	if e.Block&BlockTryAgain != 0 {
		out = append(out, ButtonTryAgain)
	}
	if e.Block&BlockReset != 0 {
		out = append(out, ButtonReset)
	}
	if e.Block&BlockContinue != 0 || e.Block == 0 {
		out = append(out, ButtonContinue)
	}
	if e.CollectLogs {
		out = append(out, ButtonCollectLogs)
	}
	return out
}

func (e *ESP) timeout() time.Duration { return time.Duration(e.TimeoutMinutes) * time.Minute }

// DefaultErrorText is what the page says when an administrator has written
// nothing of their own.
const DefaultErrorText = "Setup could not be completed. Please try again or contact your support person for help."

func (e *ESP) failure() string {
	if e.ErrorText != "" {
		return e.ErrorText
	}
	return DefaultErrorText
}
