package machine

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"time"
)

// Channel is an event log of Windows.
type Channel string

// The channels that setup writes to.
const (
	ChannelAutopilot Channel = "Microsoft-Windows-ModernDeployment-Diagnostics-Provider/Autopilot"
	ChannelMDM       Channel = "Microsoft-Windows-DeviceManagement-Enterprise-Diagnostics-Provider/Admin"
	ChannelJoin      Channel = "Microsoft-Windows-User Device Registration/Admin"
	ChannelAAD       Channel = "Microsoft-Windows-AAD/Operational"
)

// Level is how bad an event is, in Windows' words.
type Level string

// The levels.
const (
	Information Level = "Information"
	Warning     Level = "Warning"
	Failure     Level = "Error"
)

// Event ids of the Autopilot channel (Microsoft Learn, "Windows Autopilot
// troubleshooting FAQ" and "Troubleshoot Autopilot device import and
// enrollment").
const (
	EventPolicyNotFound    = 100 // usually it passes
	EventNumberRead        = 101
	EventTextRead          = 103
	EventOOBESetting       = 109
	EventSettingsRetrieved = 111
	EventStateChange       = 153 // from ProfileState_Unknown to Available to Provisioned
	EventDownloadBegins    = 160
	EventDownloaded        = 161
	EventAlreadyProvided   = 163
	EventInternet          = 164
	EventTPMFailed         = 171
	EventProfileNotSet     = 172
	EventNotRegistered     = 807
	EventProfileGone       = 809
	EventNoProfile         = 815
	EventMismatch          = 908
)

// Event ids of the MDM channel.
const (
	EventAccountConfigured  = 16
	EventAccountFailed      = 17
	EventProvisioningFailed = 56
	EventProvisioned        = 58
	EventEnrolled           = 72
)

// Event is one entry of an event log.
type Event struct {
	Time    time.Time         `json:"time"`
	Channel Channel           `json:"channel"` // "" is ChannelAutopilot
	ID      int               `json:"id"`
	Level   Level             `json:"level"` // "" is Information
	Message string            `json:"message"`
	Data    map[string]string `json:"data,omitempty"`
}

// An event log keeps the last 2,000 or so.
const (
	eventsInPiece = 64
	eventPieces   = 32
)

// EventLog are the event logs of a PC, all channels in one order.
type EventLog struct{ journal[Event] }

func newEventLog(drive prefixed) *EventLog {
	return &EventLog{journal[Event]{disk: drive, folder: "events", lines: eventsInPiece, pieces: eventPieces}}
}

// Add writes an event.
func (l *EventLog) Add(e Event) error {
	if e.Channel == "" {
		e.Channel = ChannelAutopilot
	}
	if e.Level == "" {
		e.Level = Information
	}
	e.Time = e.Time.UTC()
	return l.add(e)
}

// All lists the events, the oldest first.
func (l *EventLog) All() ([]Event, error) { return l.all() }

// WriteText writes the events as lines for people.
func (l *EventLog) WriteText(w io.Writer) error {
	events, err := l.All()
	if err != nil {
		return err
	}
	return writeEvents(w, events)
}

func writeEvents(w io.Writer, events []Event) error {
	out := bufio.NewWriter(w)
	for _, e := range events {
		fmt.Fprintf(out, "%s  %-11s  %4d  %s: %s\n", e.Time.Format("2006-01-02 15:04:05.000Z"), e.Level, e.ID, e.Channel, e.Message)
		for _, name := range slices.Sorted(maps.Keys(e.Data)) {
			fmt.Fprintf(out, "%26s%s = %s\n", "", name, e.Data[name])
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the event log: %w", err)
	}
	return nil
}
