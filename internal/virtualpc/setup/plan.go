package setup

// plan says whether a step is shown, and why. A reason with shown = false is why
// it is passed over; no reason means that it has nothing to say any more, or is
// not entered in this way.
func (s *State) plan(step Step) (shown bool, why string) {
	switch step {
	case stepRegion:
		return s.planRegion()
	case stepKeyboard:
		return s.planKeyboard()
	case stepLayout:
		return s.planLayout()
	case stepNetwork:
		switch {
		case s.Online && s.Passed.Network:
			return false, ""
		case s.Online:
			return false, "Skipped because the PC is connected already: network at power-on = " + string(s.Facts.Network)
		}
		return true, "Shown because the PC is not connected: network at power-on = " + string(s.Facts.Network)
	case stepProfile:
		if s.Asked {
			return false, ""
		}
		return true, "Always shown: profile download and updates"
	case stepUpdates:
		if s.Passed.Updates {
			return false, ""
		}
		return true, "Always shown: profile download and updates" + s.updateSetting()
	case stepPreprovision:
		return s.planPreprovision()
	case stepEULA:
		return s.planEULA()
	case stepRename:
		return s.planRename()
	case stepPlain:
		return s.planPlain()
	case stepAccount:
		return true, "Always shown: " + s.signInSetting()
	default:
		return s.planAfterJoin(step)
	}
}

// absent says why no profile decides about a page, which is then shown. setting
// is the one that would.
func (s *State) absent(setting string) string {
	switch {
	case s.NoProfile != nil:
		return "Shown because no profile sets " + setting + ": this PC has none (" + s.NoProfile.Code + ")"
	case !s.Online:
		return "Shown because the profile, which sets " + setting + ", is not here yet: network at power-on = " + string(s.Facts.Network)
	default:
		return "Shown because the profile, which sets " + setting + ", could not be downloaded yet"
	}
}

func (s *State) planRegion() (shown bool, why string) {
	switch p := s.Profile; {
	case s.Passed.Region:
		return false, ""
	case p == nil:
		return true, s.absent("Language (Region)")
	case p.Language == "":
		return true, "Shown because " + p.languageSetting()
	default:
		if p.Language != OSDefault {
			s.Language = p.Language
		}
		return false, "Skipped because " + p.languageSetting()
	}
}

// planKeyboard: the keyboard follows a language that the profile sets; where a
// person selects the language, the person selects the keyboard too.
func (s *State) planKeyboard() (shown bool, why string) {
	switch p := s.Profile; {
	case s.Passed.Keyboard:
		return false, ""
	case p == nil:
		return true, s.absent("Automatically configure keyboard")
	case !p.HideKeyboard:
		return true, "Shown because " + p.keyboardSetting()
	case p.Language == "":
		return true, "Shown because " + p.languageSetting() + ", which leaves nothing to configure the keyboard by, although " + p.keyboardSetting()
	default:
		return false, "Skipped because " + p.keyboardSetting()
	}
}

func (s *State) planLayout() (shown bool, why string) {
	switch {
	case s.Passed.Layout:
		return false, ""
	case s.Passed.Keyboard:
		return true, "Shown because it comes with the keyboard page"
	default:
		return false, "Skipped with the keyboard page: Automatically configure keyboard = Yes"
	}
}

func (s *State) updateSetting() string {
	if s.Profile != nil && s.Profile.UpdateDisabled {
		return " (CloudAssignedAutopilotUpdateDisabled = 1: none are looked for)"
	}
	return ""
}

func (s *State) planEULA() (shown bool, why string) {
	switch p := s.Profile; {
	case s.Passed.EULA:
		return false, ""
	case p == nil:
		return true, s.absent("Microsoft Software License Terms")
	case p.HideEULA:
		return false, "Skipped because " + p.eulaSetting()
	default:
		return true, "Shown because " + p.eulaSetting()
	}
}

// planRename also makes the name, once each time the page is come to. A template
// that was applied is not applied again after the restart.
func (s *State) planRename() (shown bool, why string) {
	p := s.Profile
	switch {
	case p == nil:
		return false, "Skipped because no profile sets Apply device name template"
	case p.Hybrid:
		return false, "Skipped because " + p.joinSetting() + ", which takes no name from a template"
	case p.NameTemplate == "":
		return false, "Skipped because " + p.nameSetting()
	case p.NameTemplate == s.NameTemplate:
		return false, ""
	}
	name, none := s.applyTemplate(p.NameTemplate, s.Facts.Serial)
	if none != "" {
		s.NameWhy = "Windows made the name itself: " + p.nameSetting() + ", but " + none
		return false, "Skipped although " + p.nameSetting() + ": " + none
	}
	s.NewName = name
	return true, "Shown because " + p.nameSetting()
}

func (s *State) planPlain() (shown bool, why string) {
	if s.Profile != nil {
		return false, "Skipped because the profile '" + s.Profile.Name + "' says whose PC this is: " + s.Profile.modeSetting()
	}
	return true, s.absent("Deployment mode")
}

// signInSetting is why somebody has to sign in.
func (s *State) signInSetting() string {
	p := s.Profile
	if p == nil {
		return "no profile sets Deployment mode, so anybody's work or school account signs in"
	}
	why := p.modeSetting()
	if p.SelfDeploying {
		why += ", which this PC cannot do, so somebody signs in"
	}
	return why + "; " + p.escapeSetting()
}
