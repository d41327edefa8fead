package setup

import "strings"

// onProfile: what came of asking for the profile, at power-on or on its page.
func (s *State) onProfile(e *Event) (why string) {
	if s.AsksPreprovisioned() && e.Kind != Pressed {
		return s.onPreprovisionAnswer(e)
	}
	switch e.Kind {
	case ProfileArrived:
		if e.Profile == nil {
			return "there is no profile in it"
		}
		if why := e.Profile.flaw(); why != "" {
			return why
		}
		s.takeProfile(e.Profile)
		s.goOn(s.Step)
	case ProfileRefused:
		s.refuseProfile(profileProblem(e.Code, e.Reason))
		s.goOn(s.Step)
	case ProfileUnreachable:
		p := unreachable(e.Code, e.Text)
		if s.Step == stepStart { // asked again on the profile's page
			s.noted(p)
			s.goOn(stepStart)
			return ""
		}
		s.trouble(p)
	default: // Pressed
		switch {
		case s.Problem == nil:
			return noSuchButton
		case e.Button == ButtonTryAgain:
			s.Problem = nil
		case e.Button == ButtonContinue:
			if s.Profile == nil {
				s.NoProfile = s.Problem
			}
			if s.AsksPreprovisioned() {
				s.refusePreprovision(*s.Problem)
			}
			s.Asked = true
			s.goOn(stepProfile)
		default:
			return noSuchButton
		}
	}
	return ""
}

func (s *State) takeProfile(p *Profile) {
	own := *p
	s.Profile, s.NoProfile, s.Asked = &own, nil, true
}

func (s *State) refuseProfile(p Problem) {
	s.Profile, s.NoProfile, s.Asked = nil, &p, true
	s.noted(p)
}

const noSuchButton = "the page has no such button"

// onChoice: language, keyboard, second layout.
func (s *State) onChoice(e *Event) (why string) {
	if e.Kind == Pressed {
		if s.Step != stepLayout || e.Button != ButtonSkip {
			return noSuchButton
		}
		s.Passed.Layout = true
		s.goOn(stepLayout)
		return ""
	}
	value := strings.TrimSpace(e.Value)
	switch {
	case len(value) > 100:
		return "what was chosen is too long"
	case s.Step == stepRegion:
		if value != "" { // empty: as it stands
			if !isLanguage(value) {
				return "'" + value + "' is no language"
			}
			s.Language = value
		}
		s.Passed.Region = true
	case s.Step == stepKeyboard:
		if value != "" {
			s.Keyboard = value
		}
		s.Passed.Keyboard = true
	default:
		s.SecondLayout = value
		s.Passed.Layout = true
	}
	s.goOn(s.Step)
	return ""
}

// onDevice: the pages between the profile and the sign-in.
func (s *State) onDevice(e *Event) (why string) {
	switch e.Kind {
	case Updated:
		s.Passed.Updates = true
		if e.Restart {
			s.enter(stepUpdateRestart, "Shown because the updates need a restart")
			return ""
		}
		s.goOn(stepUpdates)
	case Restarted:
		if s.Step == stepRename {
			s.Name, s.NameTemplate, s.NameWhy = s.NewName, s.Profile.NameTemplate, s.Profile.nameSetting()
		}
		s.boot()
	case Declined:
		s.trouble(Problem{Code: CodeDeclined, Words: "The licence terms were declined, and nobody may use the software without them.", Next: "Accept them, or switch the PC off."})
	default: // Accepted
		if s.Step == stepEULA {
			s.Passed.EULA = true
			s.goOn(stepEULA)
			return ""
		}
		s.leavePreprovision()
	}
	return ""
}

// onPlain: the account page of a PC that belongs to nobody's organization.
func (s *State) onPlain(e *Event) (why string) {
	switch e.Value {
	case Work:
		s.goOn(stepPlain)
	case Personal:
		name := strings.TrimSpace(e.Text)
		if name == "" || len(name) > 100 {
			return "the name of the person who will use the PC is missing or too long"
		}
		s.LocalUser = name
		s.goOn(stepEnrol)
	default:
		return "choose " + Work + " or " + Personal
	}
	return ""
}
