package enrollment

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// ESPFacts is everything that Step looks at besides the progress itself.
type ESPFacts struct {
	InOOBE   bool // the PC enrolled before its first desktop
	HasUser  bool // somebody enrolled it
	UserHere bool // that user is signed in
	Begins   bool // the first message of a session
	Items    []ESPItem
}

// ESPItem is something that is assigned and that the page may wait for.
type ESPItem struct {
	Tracked
	Account bool // it belongs to account setup, not to device setup
}

// ESPCommand sets one node of the page. Read asks for it instead.
type ESPCommand struct {
	Node  string // short name, as in ESPProgress.Told
	Value string
	Read  bool
	Add   bool // the leaf may not be there: add it
}

// signInWait is how long account setup waits for the user to come. Then no page
// is left that nobody serves.
const signInWait = 7 * 24 * time.Hour

// maxRefusals is in how many sessions a node is sent to a PC that refuses it.
const maxRefusals = 5

// Step moves a status page: a function of the configuration that was copied at
// enrolment, of what is tracked, of the user's presence and of the clock. It
// returns the progress, what the PC has to be told, and what happened.
//
//	preparation  the PC takes the page's settings, is held, and hears what to expect
//	device       apps and configurations that are assigned to the device
//	account      those of the user, once signed in
//
// A phase ends as a success when everything tracked is there, and the PC is
// released; late, when the PC's own clock has shown an error already, as
// successWithTimeout. It fails when something tracked fails or the time is over:
// the PC shows the text and the buttons of the configuration. It is then a
// success on retry when everything arrives after all, and successWithTimeout
// when the user goes on although the time was over; a user who goes on without
// an app leaves a failure.
func Step(p ESPProgress, f ESPFacts, now time.Time) (ESPProgress, []ESPCommand, []Event) {
	p.Told, p.Refused = maps.Clone(p.Told), maps.Clone(p.Refused)
	p.Device.Tracked, p.Account.Tracked = slices.Clone(p.Device.Tracked), slices.Clone(p.Account.Tracked)
	s := &espStep{ESPProgress: &p, f: &f, now: now}
	s.begin()
	if s.Device.Shown {
		s.prepare()
		s.judge(&s.Device)
	}
	s.account()
	s.judge(&s.Account)
	s.conclude()
	commands := s.commands()
	s.wait()
	return p, commands, s.events
}

type espStep struct {
	*ESPProgress
	f      *ESPFacts
	now    time.Time
	events []Event
}

func (s *espStep) note(kind EventKind, phase Phase, text string) *Event {
	s.events = append(s.events, Event{At: s.now, Kind: kind, Phase: phase, Text: text})
	return &s.events[len(s.events)-1]
}

// begin decides at the first message which parts of the page are shown.
func (s *espStep) begin() {
	if s.Device.State != "" {
		return
	}
	c := &s.Config
	later := !s.f.InOOBE && !c.OnlyOOBE && !c.OnlyFirstUser // for a PC that has had its first desktop
	s.Device.Shown = c.ShowProgress && s.f.InOOBE
	s.Account.Shown = c.ShowProgress && s.f.HasUser && (s.f.InOOBE || later)
	if !s.Device.Shown && !s.Account.Shown {
		s.Device.State, s.Account.State = DeploymentDisabled, DeploymentDisabled
		return
	}
	s.Device.State, s.Account.State = DeploymentNotAttempted, DeploymentNotAttempted
	if !s.Device.Shown {
		s.Device.Ended = s.now
		return
	}
	s.Phase, s.Device.State = PhasePreparation, DeploymentInProgress
	s.Device.Deadline = s.now.Add(c.limit())
	if w := s.Wait; w != nil && w.Of == waitFirst {
		s.Device.Deadline = w.Until
	}
	s.note(EventPhaseBegan, PhasePreparation, "The status page is shown.")
}

// prepare goes on to device setup when the PC has answered every setting of the
// page.
func (s *espStep) prepare() {
	if s.Phase != PhasePreparation {
		return
	}
	for _, c := range s.base() {
		if !s.answered(c.Node) {
			return
		}
	}
	s.note(EventPhaseEnded, PhasePreparation, "The PC has taken the settings of the status page.")
	s.Phase, s.Device.Began = PhaseDevice, s.now
	s.Device.Tracked = s.tracked(false)
	s.note(EventPhaseBegan, PhaseDevice, toInstall(len(s.Device.Tracked)))
}

func toInstall(n int) string {
	switch n {
	case 0:
		return "Nothing is waited for."
	case 1:
		return "One app or configuration is waited for."
	}
	return fmt.Sprintf("%d apps and configurations are waited for.", n)
}

// account begins account setup when the user comes, and gives it up when the
// user does not.
func (s *espStep) account() {
	if !s.Account.Shown || s.Account.State != DeploymentNotAttempted || s.Device.Ended.IsZero() {
		return
	}
	if s.f.UserHere {
		s.Phase, s.Account.State, s.Account.Began = PhaseAccount, DeploymentInProgress, s.now
		s.Account.Deadline = s.now.Add(s.Config.limit())
		s.Account.Tracked = s.tracked(true)
		s.note(EventPhaseBegan, PhaseAccount, toInstall(len(s.Account.Tracked)))
	} else if !s.now.Before(s.Device.Ended.Add(signInWait)) {
		s.Account.Shown = false
	}
}

// tracked is what one phase waits for: what is assigned, and of the apps only
// those selected when some are. A configuration that reaches the PC through its
// user has no say about the apps of device setup.
func (s *espStep) tracked(account bool) []Tracked {
	var list []Tracked
	for i := range s.f.Items {
		it := &s.f.Items[i]
		app, selected := it.Kind == PolicyMSI, s.Config.SelectedApps
		switch {
		case it.Account != account,
			app && !account && s.ForUser,
			app && len(selected) > 0 && !slices.Contains(selected, it.Policy):
			continue
		}
		list = append(list, it.fresh())
	}
	return list
}

// fresh is an item of which nothing was reported yet.
func (t *Tracked) fresh() Tracked {
	return Tracked{Policy: t.Policy, Kind: t.Kind, Name: t.Name, Nodes: t.Nodes}
}

// conclude finds the outcome, and the desktop once the PC was told to go on.
func (s *espStep) conclude() {
	a, b := &s.Device, &s.Account
	switch {
	case a.State == DeploymentDisabled:
		s.Outcome = DeploymentDisabled
	case a.State == DeploymentFailure || b.State == DeploymentFailure:
		s.Outcome = DeploymentFailure
	case a.Ended.IsZero() || b.Shown && b.Ended.IsZero():
		s.Outcome = ""
	case a.State == DeploymentSuccessTimeout || b.State == DeploymentSuccessTimeout:
		s.Outcome = DeploymentSuccessTimeout
	case a.State == DeploymentSuccessRetry || b.State == DeploymentSuccessRetry:
		s.Outcome = DeploymentSuccessRetry
	default:
		s.Outcome = DeploymentSuccess
	}
	over := s.Outcome == DeploymentDisabled || !a.Ended.IsZero() && (!b.Shown || !b.Ended.IsZero())
	if s.Reached || !over || len(s.missing()) > 0 {
		return
	}
	s.Reached, s.Phase = true, ""
	text := "The PC is released to the desktop."
	if s.Outcome == DeploymentDisabled {
		text = "The status page is not shown."
	}
	s.note(EventDesktop, "", text)
}
