package setup

import (
	"slices"
	"strconv"
)

// drawESP: the Enrollment Status Page, its device part and its account part.
func (s *State) drawESP(v *Screen) Job {
	v.Heading = "Setting up your device for work"
	v.Text = "This may take a while, and the device may restart."
	v.Rows = s.phases()
	switch {
	case s.Collecting:
		v.Text = "Logs are being collected."
		v.Events = []EventKind{LogsCollected}
		return JobCollectLogs
	case s.ESPFailed:
		v.Text = "Something of it could not be set up."
		if s.Problem.Code == CodeTimeout {
			v.Text = "It took longer than the page waits: " + strconv.Itoa(s.ESP.TimeoutMinutes) + " min."
		}
		v.Buttons, v.Events = slices.Clone(s.ESPButtons), []EventKind{Pressed}
		if s.Logs != "" {
			v.Notes = append(v.Notes, "Logs are in "+s.Logs)
		}
		if len(s.ESPButtons) == 0 {
			v.Events = nil
		}
		return JobNone
	}
	v.Events = []EventKind{ESPProgress, ESPDone, ESPFailed, TimePassed, Restarted}
	if s.Step == stepDeviceESP {
		return JobDeviceESP
	}
	return JobUserESP
}

// phases are the parts of the status page that are shown, with their lines. A
// part that has not begun waits.
func (s *State) phases() []ProgressRow {
	var out []ProgressRow
	if s.Preparation != nil {
		preparation, device := phase("Device preparation", s.Preparation), phase("Device setup", s.Device)
		if preparation.State != RowComplete && device.State == RowWorking {
			device.State = RowWaiting
		}
		out = append(out, preparation, device)
	}
	if s.Account != nil || s.Managed && s.ESP.ShowUser {
		out = append(out, phase("Account setup", s.Account))
	}
	if s.ESPFailed {
		s.markFailed(out)
	}
	return out
}

func phase(name string, rows []ProgressRow) ProgressRow {
	if rows == nil {
		return ProgressRow{Name: name, State: RowWaiting}
	}
	return ProgressRow{Name: name, State: sumOf(rows), Rows: slices.Clone(rows)}
}

// markFailed marks the part that failed, unless one of its lines did already:
// the one that was being worked on.
func (s *State) markFailed(phases []ProgressRow) {
	shown := phases[len(phases)-1:]
	if s.Step == stepDeviceESP {
		shown = phases[:2] // preparation and device setup
	}
	if slices.ContainsFunc(shown, func(r ProgressRow) bool { return r.State == RowError }) {
		return
	}
	at := slices.IndexFunc(shown, func(r ProgressRow) bool { return r.State != RowComplete })
	shown[max(at, 0)].State = RowError
}

// drawLast: privacy, Hello, desktop.
func (s *State) drawLast(v *Screen) Job {
	switch s.Step {
	case stepPrivacy:
		v.Heading, v.Text = "Privacy settings", "Choose what this PC may send: location, diagnostic data, what you type and which apps you use."
		v.Fields = []Field{{Name: "location", Label: "Location", Value: "On"}, {Name: "diagnostics", Label: "Diagnostic data", Value: "Required only"}}
		v.Buttons, v.Events = []Button{ButtonAccept}, []EventKind{Accepted}
	case stepHello:
		v.Heading, v.Text = "Use Windows Hello with your account", "Set up a PIN. It stays on this PC and takes the place of your password here."
		v.Fields = []Field{{Name: "pin", Label: "PIN", Secret: true}, {Name: "pin-again", Label: "PIN again", Secret: true}}
		v.Buttons, v.Events = []Button{ButtonOK}, []EventKind{Accepted}
	default: // stepDesktop
		v.Heading, v.Text = "Desktop", s.Name+"\n"+orElse(s.UPN, s.LocalUser)
		switch {
		case s.Joined:
			v.Text += "\nConnected to " + orElse(s.Organization, "the organization")
		default:
			v.Text += "\nConnected to no organization"
		}
		v.Notes = s.limits()
		if s.ManagedWhy != "" {
			v.Notes = append(v.Notes, "Nobody manages this PC: "+s.ManagedWhy)
		}
	}
	return JobNone
}
