package enrollment

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
)

// codeTimeout is ERROR_TIMEOUT as an HRESULT: what Windows shows when the page
// ran out of time.
const codeTimeout = 0x800705b4

// phase is the name of a phase on the screens; a failure before device setup
// began is one of the preparation.
func (s *espStep) phase(p *PhaseProgress) Phase {
	switch {
	case p == &s.Account:
		return PhaseAccount
	case s.Phase == PhasePreparation:
		return PhasePreparation
	}
	return PhaseDevice
}

// judge looks whether a phase is over.
func (s *espStep) judge(p *PhaseProgress) {
	if p.State != DeploymentInProgress && p.State != DeploymentFailure || !p.Ended.IsZero() {
		return
	}
	failed := s.look(p)
	late := !s.now.Before(p.Deadline)
	done := !p.Began.IsZero() && !slices.ContainsFunc(p.Tracked, func(t Tracked) bool { return !t.Done })
	switch retried := p.State == DeploymentFailure; {
	case done && retried:
		s.end(p, DeploymentSuccessRetry, "Everything is there after a retry.")
	case done && late:
		s.end(p, DeploymentSuccessTimeout, "Everything is there, after the time limit.")
	case done:
		s.end(p, DeploymentSuccess, "Everything is there.")
	case retried:
		s.left(p)
	case failed != nil:
		s.show(p, string(failed.Policy), faultOf(failed))
	case late:
		s.timeout(p)
	}
	p.UserSeen = p.UserSeen || s.f.UserHere
}

// look brings what is tracked up to date and returns the first that failed.
// What is no longer assigned nobody delivers, so nobody waits for it.
func (s *espStep) look(p *PhaseProgress) (failed *Tracked) {
	at := map[PolicyID]*ESPItem{}
	for i := range s.f.Items {
		at[s.f.Items[i].Policy] = &s.f.Items[i]
	}
	p.Tracked = slices.DeleteFunc(p.Tracked, func(t Tracked) bool { return at[t.Policy] == nil })
	for i := range p.Tracked {
		t, it := &p.Tracked[i], at[p.Tracked[i].Policy]
		if it.Done && !t.Done {
			e := s.note(EventInstalled, s.phase(p), t.Name+" is "+doneWord(t.Kind)+".")
			e.Owner, e.Of = string(ownerOf(t.Kind)), string(t.Policy)
		}
		t.Nodes, t.Created, t.Done, t.Failed, t.Error = it.Nodes, it.Created, it.Done, it.Failed && !it.Done, it.Error
		if t.Failed && failed == nil {
			failed = t
		}
	}
	return failed
}

func doneWord(k PolicyKind) string {
	if k == PolicyMSI {
		return "installed"
	}
	return "applied"
}

func ownerOf(k PolicyKind) OwnerKind {
	if k == PolicyMSI {
		return OwnerApp
	}
	return OwnerPolicy
}

// end closes a phase.
func (s *espStep) end(p *PhaseProgress, state DeploymentState, text string) {
	p.State, p.Ended = state, s.now
	s.note(EventPhaseEnded, s.phase(p), text).Facts = map[string]string{"state": string(state)}
}

// left notices that the user went on although the phase had failed: the PC says
// so, or the user turns up who was not there before.
func (s *espStep) left(p *PhaseProgress) {
	came := p == &s.Device && s.f.UserHere && !p.UserSeen
	if !came && (!p.Left || !s.Config.mayLeave()) {
		return
	}
	p.Left = true
	state := DeploymentFailure
	if p.TimedOut {
		state = DeploymentSuccessTimeout
	}
	s.end(p, state, "The user continued anyway.")
}

// espFault is what a failure says.
type espFault struct{ code, text, remedy string }

func faultOf(t *Tracked) espFault {
	if t.Kind != PolicyMSI {
		return espFault{strconv.FormatInt(t.Error, 10), "The PC refused a setting of " + t.Name + ".", "Look up the setting's OMA-URI, type and value, and the Windows editions that know it."}
	}
	words, remedy := ExplainHRESULT(t.Error)
	return espFault{HRESULT(t.Error), t.Name + " was not installed: " + words, remedy}
}

func (s *espStep) timeout(p *PhaseProgress) {
	p.TimedOut = true
	f := espFault{code: HRESULT(codeTimeout), text: fmt.Sprintf("%s did not finish within %d minutes.", s.phase(p), s.Config.minutes())}
	w := s.waitsFor(p)
	f.text += " " + w.Text
	f.remedy = cmp.Or(timeoutRemedies[w.Owner], "Raise the time limit of the status page or wait for less.")
	s.show(p, w.Of, f)
}

// timeoutRemedies say what to do about a wait that was in vain.
var timeoutRemedies = map[string]string{
	WaitPC:              "See that the PC reaches this server: it asks every few minutes while the page is shown.",
	string(OwnerApp):    "Raise the time limit of the status page, or see why the app is slow to download or install.",
	string(OwnerPolicy): "See what the PC answered to the configuration's settings.",
}

// show makes the PC show the failure: text, buttons and a time limit of one
// minute are sent again, even when the PC has them. Nothing tells it that the
// server has finished, which Windows would take for a success.
func (s *espStep) show(p *PhaseProgress, of string, f espFault) {
	p.State = DeploymentFailure
	p.Failure = f.code + ": " + f.text + " " + f.remedy
	for _, n := range []string{nodeText, nodeBlock, nodeTimeout, ofUser + nodeText} {
		delete(s.Told, n)
	}
	e := s.note(EventFailed, s.phase(p), f.text)
	e.Code, e.Remedy, e.Of = f.code, f.remedy, of
}

// wait says what the page waits for now, and notes when that has changed.
func (s *espStep) wait() {
	var w *Wait
	switch a, b := &s.Device, &s.Account; {
	case s.Outcome == DeploymentDisabled:
	case a.Shown && a.Ended.IsZero() && a.State == DeploymentInProgress:
		w = s.waitsFor(a)
	case a.Ended.IsZero():
	case b.Shown && b.State == DeploymentNotAttempted:
		w = &Wait{Owner: WaitUser, Of: "sign-in", Text: "The user has to sign in to the PC.", Until: a.Ended.Add(signInWait)}
	case b.State == DeploymentInProgress:
		w = s.waitsFor(b)
	}
	was := s.Wait
	s.Wait = w
	if w == nil || was != nil && *was == *w {
		return
	}
	e := s.note(EventWaiting, s.phaseNow(), w.Text)
	e.Owner, e.Of, e.Until = w.Owner, w.Of, w.Until
}

func (s *espStep) phaseNow() Phase {
	if s.Phase == "" {
		return PhaseAccount
	}
	return s.Phase
}

// waitsFor is what a running phase waits for.
func (s *espStep) waitsFor(p *PhaseProgress) *Wait {
	if s.phase(p) == PhasePreparation {
		return &Wait{Owner: WaitPC, Of: "settings", Text: "The PC has to take the settings of the status page.", Until: p.Deadline}
	}
	// A running phase has something left, else it would have ended.
	t := &p.Tracked[slices.IndexFunc(p.Tracked, func(t Tracked) bool { return !t.Done })]
	return &Wait{Owner: string(ownerOf(t.Kind)), Of: string(t.Policy), Text: t.Name + " has to be " + doneWord(t.Kind) + ".", Until: p.Deadline}
}
