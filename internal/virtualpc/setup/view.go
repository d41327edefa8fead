package setup

import "slices"

// view draws the present page. Everything on it comes from the state.
func (s *State) view() (Screen, Job) {
	screen := Screen{Name: pages[s.Step], Why: s.Why, Skipped: slices.Clone(s.Skipped)}
	if s.Problem != nil {
		p := *s.Problem
		screen.Error = &p
	}
	job := s.page(&screen)
	if s.waits() {
		gone := noNetwork()
		screen.Error, job, screen.Events = &gone, JobNone, nil
		if s.Step == stepDeviceESP || s.Step == stepUserESP {
			screen.Events = []EventKind{TimePassed, Restarted} // its clock goes on
		}
	}
	screen.Events = append(screen.Events, s.always()...)
	if s.AsksPreprovisioned() && s.Step != stepPreprovision {
		screen.Notes = append(screen.Notes, "Pre-provisioning was asked for. The profile service says whether it is allowed, once the PC is online.")
	}
	return screen, job
}

// always are the events that any page takes.
func (s *State) always() []EventKind {
	out := []EventKind{PowerOn}
	switch {
	case s.Step == stepOff || s.Step == stepReset:
		return out
	case s.Online:
		out = append(out, Disconnected)
	default:
		out = append(out, Connected)
	}
	if s.Joined && s.Step != stepHello && s.Step != stepDesktop {
		out = append(out, HelloPolicy)
	}
	if s.Step.asksPreprovision() && !s.waits() {
		out = append(out, PreprovisionAsked)
	}
	return out
}

// page draws what only this page has, and says what the PC has to do.
func (s *State) page(v *Screen) Job {
	switch s.Step {
	case stepStart, stepRegion, stepKeyboard, stepLayout, stepNetwork:
		return s.drawFirst(v)
	case stepProfile, stepUpdates, stepUpdateRestart:
		return s.drawProfile(v)
	case stepPreprovision:
		return s.drawPreprovision(v)
	case stepEULA, stepRename, stepPlain:
		return s.drawDevice(v)
	case stepAccount, stepPassword, stepMFA, stepWindowsSignIn:
		return s.drawSignIn(v)
	case stepAskTerms, stepTerms, stepJoin, stepEnrol:
		return s.drawJoin(v)
	case stepDeviceESP, stepUserESP:
		return s.drawESP(v)
	case stepPrivacy, stepHello, stepDesktop:
		return s.drawLast(v)
	case stepError:
		return s.drawError(v)
	case stepReset:
		v.Heading, v.Text = "Resetting this device", "Everything on it is removed. It then starts as it came out of its box."
		return JobReset
	default:
		v.Heading, v.Text, v.Why = "The PC is off", "Switch it on.", "Shown because the PC was never switched on"
		return JobNone
	}
}

const justAMoment = "Just a moment…"
