package setup

import "slices"

// View is the present page, and what the PC has to do there: what Next returned
// last, or what a state that was read back from the disk stands at.
func View(s State) (Screen, Job) { return s.view() }

// Next is setup's one step: something happened, and this is the state after it,
// the page that is shown then, and what the PC has to do. The error is an
// EventError when that cannot happen here; the state is then as it was.
func Next(s State, e Event) (State, Screen, Job, error) {
	was, job := s.view()
	refuse := func(why string) (State, Screen, Job, error) {
		return s, was, job, &EventError{Kind: e.Kind, Screen: was.Name, Why: why}
	}
	if !slices.Contains(was.Events, e.Kind) {
		return refuse("it cannot happen here")
	}
	next := s
	next.Visits, next.Problems = slices.Clone(s.Visits), slices.Clone(s.Problems)
	next.Skipped = nil
	if why := next.take(&e); why != "" {
		return refuse(why)
	}
	screen, job := next.view()
	return next, screen, job, nil
}

// take does what an event does, and says what is wrong with one that says too
// little or something impossible.
func (s *State) take(e *Event) (why string) {
	switch e.Kind {
	case PowerOn:
		return s.powerOn(e.Network)
	case Connected:
		s.Online = true
		switch {
		case s.Step == stepNetwork:
			s.Passed.Network = true
			s.goOn(stepNetwork)
		case s.AsksPreprovisioned() && s.Step.asksPreprovision():
			s.askPreprovision()
		}
		return ""
	case Disconnected:
		s.disconnect()
		return ""
	case HelloPolicy:
		s.Hello = e.On
		return ""
	case PreprovisionAsked:
		s.askPreprovision()
		return ""
	default: // each page's own
	}
	switch s.Step {
	case stepStart, stepProfile:
		return s.onProfile(e)
	case stepRegion, stepKeyboard, stepLayout:
		return s.onChoice(e)
	case stepPreprovision:
		if s.AsksPreprovisioned() {
			return s.onPreprovisionAnswer(e)
		}
		return s.onDevice(e)
	case stepUpdates, stepUpdateRestart, stepEULA, stepRename:
		return s.onDevice(e)
	case stepPlain:
		return s.onPlain(e)
	case stepAccount:
		return s.onAccount(e)
	case stepPassword, stepMFA:
		return s.onSignIn(e)
	case stepWindowsSignIn:
		return s.onWindowsSignIn(e)
	case stepAskTerms, stepTerms:
		return s.onTerms(e)
	case stepJoin, stepEnrol:
		return s.onJoin(e)
	case stepError:
		return s.onError(e)
	case stepDeviceESP, stepUserESP:
		return s.onESP(e)
	default: // stepPrivacy, stepHello: a person goes on
		return s.onLast(e)
	}
}

// disconnect takes the network away. At power-on that leaves the PC to what it
// can do without a profile; later pages wait, and say so.
func (s *State) disconnect() {
	s.Online = false
	switch {
	case s.Step == stepStart:
		s.goOn(stepStart)
	case s.waits():
		s.noted(noNetwork())
	}
}

// waits tells a page that cannot go on without the network it lost.
func (s *State) waits() bool {
	needs := s.Step.needsNetwork() || s.Step == stepPreprovision && s.AsksPreprovisioned()
	return needs && !s.Online && !s.ESPFailed
}

func (s *State) powerOn(n Network) (why string) {
	switch n {
	case "":
		if s.Step == stepOff {
			s.Online = s.Facts.Network == Wired
		}
	case Wired:
		s.Facts.Network, s.Online = n, true
	case WiFi: // joined before, it comes back by itself
		s.Facts.Network = n
	case NoNetwork:
		s.Facts.Network, s.Online = n, false
	default:
		return "there is no network '" + string(n) + "'"
	}
	s.boot()
	return ""
}

// boot is a start of the PC: after power-on, and after each restart. What a
// person went through does not come again; a sign-in that led to no join is
// lost; the profile is downloaded anew until the PC has joined.
func (s *State) boot() {
	s.Boots++
	s.Problem, s.Again, s.Back, s.BackWhy, s.NewName, s.TermsText = nil, "", "", "", "", ""
	s.StrongAuth, s.Collecting, s.OtherAccount = false, false, false
	s.Preprovision, s.PreprovisionNo = "", nil
	if s.ESPFailed {
		s.ESPFailed, s.ESPButtons, s.Elapsed = false, nil, 0
	}
	switch {
	case s.Step == stepReset:
		s.startOver()
	case s.Step == stepDesktop:
	case s.LocalUser != "":
		s.goOn(stepEnrol)
	case s.Joined && !s.Managed && s.ManagedWhy == "":
		s.SignInAgain = true
		s.enter(stepEnrol, "Shown while the PC enrols, which the restart interrupted")
	case s.Joined:
		s.SignInAgain = true
		s.goOn(stepEnrol)
	default:
		s.Asked = false
		s.forgetSignIn()
		s.downloadOrGoOn()
	}
}

func (s *State) downloadOrGoOn() {
	if s.Online {
		s.enter(stepStart, "Shown while the profile is downloaded: network at power-on = "+string(s.Facts.Network))
		return
	}
	s.goOn(stepStart)
}

// startOver is the first start after Reset device: of all that happened, the
// hardware is left, and what the report says.
func (s *State) startOver() {
	fresh := New(s.Facts)
	fresh.Random = s.Random // or the new name would be the old one
	fresh.Name = "DESKTOP-" + fresh.letters(7)
	fresh.Boots, fresh.Online, fresh.Problems = s.Boots, s.Facts.Network == Wired, s.Problems
	*s = fresh
	s.downloadOrGoOn()
}
