package cli

import (
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/setup"
)

// bootWords are the names of the steps of a boot.
var bootWords = map[virtualpc.Step]string{
	virtualpc.StepPowerOn: "Power on", virtualpc.StepProfile: "Autopilot profile", virtualpc.StepRename: "Computer name",
	virtualpc.StepSignIn: "Sign-in", virtualpc.StepTerms: "Terms of use", virtualpc.StepJoin: "Microsoft Entra join", virtualpc.StepEnrol: "Enrolment",
	virtualpc.StepDeviceESP: "Device ESP", virtualpc.StepUserESP: "User ESP", virtualpc.StepDesktop: "Desktop",
}

// writeBoot tells what a boot was like.
func writeBoot(w io.Writer, r *virtualpc.Report, columns int) error {
	if err := writeSteps(w, r, columns); err != nil {
		return err
	}
	fmt.Fprintln(w)
	return cardIn(w, columns, bootFields(r)...)
}

// writeSteps is the table of the steps, with the time that the PC took and the
// time that somebody had to wait for it.
func writeSteps(w io.Writer, r *virtualpc.Report, columns int) error {
	rows := make([][]string, 0, len(r.Steps))
	for i := range r.Steps {
		s := &r.Steps[i]
		mark := "ok"
		if !s.OK {
			mark = "stopped"
		}
		text := s.Text
		if columns > 0 { // the report below has the ids in full
			text = longID.ReplaceAllString(text, "$1…")
		}
		rows = append(rows, []string{bootWords[s.Step], mark, shortly(s.Took), shortly(s.Real), text})
	}
	return tableIn(w, columns, []string{"Step", "Result", "PC's time", "Real time", "What came of it"}, rows)
}

var longID = regexp.MustCompile(`\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b`)

// shortly is a length of time for a table.
func shortly(d time.Duration) string {
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < time.Minute:
		return d.Round(100 * time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}

var outcomeWords = map[virtualpc.Outcome]string{
	virtualpc.OutcomeDesktop: "at the desktop", virtualpc.OutcomeStopped: "stopped at the screen that was asked for",
	virtualpc.OutcomeFailed: "not set up", virtualpc.OutcomeOff: "switched off",
}

func bootFields(r *virtualpc.Report) []field {
	s := &r.Setup
	fields := []field{
		{"PC", r.PC + ", " + r.Model + ", " + r.SerialNumber},
		{"Outcome", outcomeWords[r.Outcome]},
		{"Screen", string(s.Reached)},
		{"Autopilot profile", profileOf(r)},
		{"Computer name", s.Name},
		{"Account", s.Account},
		{"Account type", string(s.AccountType)},
		{"Local groups", strings.Join(r.LocalGroups, ", ")},
		{"Entra device id", s.DeviceID},
		{"Managed device id", r.ManagedID},
		{"ESP", phasesOf(s.Phases)},
	}
	if len(r.Apps) > 0 {
		fields = append(fields, field{"Apps", strings.Join(r.Apps, ", ")})
	}
	p := r.Problem
	if p != nil {
		fields = append(fields, field{"Problem", problemWords(p)})
	} else if p = s.NoProfile; p == nil {
		return fields
	}
	fields = append(fields, field{"What to do", p.Next})
	if p.Said != "" {
		fields = append(fields, field{"The service says", p.Said})
	}
	return fields
}

// profileOf is the profile that the PC has, or why it has none. The Profile
// status is the server's to tell.
func profileOf(r *virtualpc.Report) string {
	switch {
	case r.Setup.Profile != "":
		return r.Setup.Profile
	case r.Setup.NoProfile != nil:
		return "none: " + problemWords(r.Setup.NoProfile)
	}
	return ""
}

// problemWords are what a page says, with its numbers.
func problemWords(p *setup.Problem) string {
	code := p.Code
	if p.EventID != 0 && strconv.Itoa(p.EventID) != code {
		code += fmt.Sprintf(", event %d", p.EventID)
	}
	return p.Words + " (" + code + ")"
}

// phasesOf are the phases of the Enrollment Status Page in a line.
func phasesOf(rows []setup.ProgressRow) string {
	words := make([]string, len(rows))
	for i := range rows {
		words[i] = rows[i].Name + ": " + string(rows[i].State)
	}
	return strings.Join(words, ", ")
}
