package fleet

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/setup"
)

// Difference is something of a PC that the server's record lacks, or has
// otherwise.
type Difference struct {
	Serial string `json:"serialNumber"`
	What   string `json:"what"`
	PC     string `json:"pc"`     // as the PC went through it
	Server string `json:"server"` // as Graph tells it
}

// Events of a timeline, in the order in which they happen (Graph page
// deviceManagementAutopilotEvent and its timeline).
const (
	eventRegistered = "registered"
	eventDownloaded = "profileDownloaded"
	eventSignedIn   = "signedIn"
	eventJoined     = "joined"
	eventEnrolled   = "enrolled"
	eventDesktop    = "desktop"
)

var eventOrder = []string{eventRegistered, eventDownloaded, eventSignedIn, eventJoined, eventEnrolled, eventDesktop}

// Compare holds the record of every PC against what the PC went through; the
// records are in the order of the PCs.
func (f *Fleet) Compare(records []Record) []Difference {
	var out []Difference
	for i, pc := range f.PCs {
		out = append(out, compare(pc, &records[i])...)
	}
	return out
}

// witness compares one PC.
type witness struct {
	pc  *PC
	rec *Record
	out []Difference
}

func compare(pc *PC, rec *Record) []Difference {
	w := &witness{pc: pc, rec: rec}
	if pc.Registration == "" {
		return nil // it never came so far
	}
	if rec.Identity == nil {
		w.add("registration", pc.Registration, "none")
		return w.out
	}
	w.text("user", pc.User, rec.Identity.UserPrincipalName)
	w.profile()
	w.join()
	w.enrolment()
	w.desktop()
	w.order()
	return w.out
}

func (w *witness) add(what, pc, server string) {
	w.out = append(w.out, Difference{Serial: w.pc.Serial, What: what, PC: pc, Server: server})
}

func (w *witness) text(what, pc, server string) {
	if !strings.EqualFold(pc, server) {
		w.add(what, pc, server)
	}
}

// report is of the PC's last boot; a PC that was never on has an empty one.
func (w *witness) report() *virtualpc.Report {
	if w.pc.Report == nil {
		return &virtualpc.Report{}
	}
	return w.pc.Report
}

// event compares a step with its event. It has to be there once when the PC went
// through it: more often only if an answer may have been lost on its way, so that
// the PC asked again. A PC that broke off in the middle of the step does not know
// itself.
func (w *witness) event(name string, happened bool, step virtualpc.Step) {
	n := 0
	for i := range w.rec.Timeline {
		if w.rec.Timeline[i].Event == name {
			n++
		}
	}
	switch {
	case happened && n == 0:
		w.add("event "+name, "happened", "missing")
	case happened && n > 1+w.pc.Unanswered+w.pc.Boots-1:
		w.add("event "+name, "happened once", fmt.Sprintf("%d times", n))
	case !happened && n > 0 && !w.doubtful(step):
		w.add("event "+name, "never happened", fmt.Sprintf("%d times", n))
	}
}

// doubtful tells a step in whose middle the PC ended: the request may have
// arrived although no answer did, or was kept.
func (w *witness) doubtful(step virtualpc.Step) bool {
	steps := w.pc.Steps
	if len(steps) == 0 {
		return w.pc.Boots > 0
	}
	last := steps[len(steps)-1]
	return last.Step == step && !last.OK
}

func (w *witness) profile() {
	s := &w.report().Setup
	w.event(eventDownloaded, s.Profile != "", virtualpc.StepProfile)
	if s.Profile == "" {
		return
	}
	w.text("assigned profile", s.Profile, w.rec.Identity.ProfileName())
	if len(w.rec.Deployments) == 0 {
		w.add("deployment", "began", "missing")
	}
}

func (w *witness) join() {
	s := &w.report().Setup
	w.event(eventSignedIn, s.Joined, virtualpc.StepJoin)
	w.event(eventJoined, s.Joined, virtualpc.StepJoin)
	if !s.Joined {
		return
	}
	w.text("device id", s.DeviceID, w.rec.Identity.EntraDeviceID)
	if w.rec.Device == nil {
		w.add("device object", s.DeviceID, "missing")
		return
	}
	w.text("device object's id", s.DeviceID, w.rec.Device.DeviceID)
	w.text("device object's name", s.Name, w.rec.Device.DisplayName)
}

func (w *witness) enrolment() {
	r := w.report()
	managed := r.ManagedID != ""
	w.event(eventEnrolled, managed, virtualpc.StepEnrol)
	if !managed {
		if n := len(w.rec.Managed); n > 0 && !w.doubtful(virtualpc.StepEnrol) {
			w.add("managed device", "not enrolled", strconv.Itoa(n))
		}
		return
	}
	w.text("enrolment state", "enrolled", w.rec.Identity.EnrollmentState)
	w.text("managed device id", r.ManagedID, w.rec.Identity.ManagedDeviceID)
	if len(w.rec.Managed) != 1 {
		w.add("managed devices", "1", strconv.Itoa(len(w.rec.Managed)))
		return
	}
	m := &w.rec.Managed[0]
	w.text("managed device", r.ManagedID, m.ID)
	w.text("managed device's name", r.Setup.Name, m.DeviceName)
	w.text("managed device's user", w.pc.User, m.UserPrincipalName)
	w.text("managed device's device id", r.Setup.DeviceID, m.EntraDeviceID)
	if len(w.rec.Deployments) > 0 {
		w.text("deployment's user", w.pc.User, w.rec.Deployments[0].UserPrincipalName)
	}
}

func (w *witness) desktop() {
	r := w.report()
	finished := r.Setup.Finished
	// The last event comes with the session after the page was left.
	end := last(w.pc.Steps)
	switch end {
	case virtualpc.StepEnrol, virtualpc.StepDeviceESP, virtualpc.StepUserESP: // the last before the desktop, as there are pages
	default:
		end = virtualpc.StepDesktop
	}
	w.event(eventDesktop, finished, end)
	if len(w.rec.Deployments) == 0 {
		return
	}
	y := &w.rec.Deployments[0]
	switch {
	case finished:
		if !strings.HasPrefix(y.State, "success") {
			w.add("deployment state", "at the desktop", y.State)
		}
		for _, row := range r.Setup.Phases {
			state := map[string]string{string(setup.PhaseDevice): y.DeviceSetup, string(setup.PhaseAccount): y.AccountSetup}[row.Name]
			if row.State == setup.RowComplete && state != "" && !strings.HasPrefix(state, "success") {
				w.add("phase "+row.Name, string(row.State), state)
			}
		}
	case strings.HasPrefix(y.State, "success") && !w.doubtful(end):
		w.add("deployment state", "not at the desktop", y.State)
	case w.appFailed() && y.State != "failure":
		w.add("deployment state", "an app failed", y.State)
	}
}

// appFailed tells a PC that shows a failure of the status page, of which the
// management has heard.
func (w *witness) appFailed() bool {
	r := w.report()
	return r.Problem != nil && (r.Setup.Reached == setup.ScreenDeviceESP || r.Setup.Reached == setup.ScreenUserESP) && w.pc.fault != nil && strings.Contains(w.pc.fault.Script, "app-")
}

func last(steps []virtualpc.StepReport) virtualpc.Step {
	if len(steps) == 0 {
		return ""
	}
	return steps[len(steps)-1].Step
}

// order wants the first of each kind of event in the order in which a PC goes
// through them.
func (w *witness) order() {
	var came []string
	for i := range w.rec.Timeline {
		if e := w.rec.Timeline[i].Event; slices.Contains(eventOrder, e) && !slices.Contains(came, e) {
			came = append(came, e)
		}
	}
	want := slices.Clone(came)
	slices.SortFunc(want, func(a, b string) int { return slices.Index(eventOrder, a) - slices.Index(eventOrder, b) })
	if !slices.Equal(came, want) {
		w.add("order of events", strings.Join(want, ", "), strings.Join(came, ", "))
	}
}
