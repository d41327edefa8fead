package setup

// planAfterJoin is plan for the pages that come after join and enrolment.
func (s *State) planAfterJoin(step Step) (shown bool, why string) {
	switch step {
	case stepDeviceESP:
		return s.planESP(s.Passed.Device, s.ESP.ShowDevice)
	case stepWindowsSignIn:
		if s.SignInAgain {
			return true, "Shown because the PC restarted after " + s.UPN + " had signed in"
		}
		return false, "Skipped because there was no restart since the sign-in"
	case stepPrivacy:
		return s.planPrivacy()
	case stepUserESP:
		return s.planESP(s.Passed.User, s.ESP.ShowUser)
	case stepHello:
		return s.planHello()
	case stepDesktop:
		return true, "Always shown: setup is over"
	default:
		return false, "" // entered by what happens
	}
}

func (s *State) planESP(passed, show bool) (shown bool, why string) {
	switch {
	case passed:
		return false, ""
	case s.LocalUser != "":
		return false, "Skipped because the PC is set up for personal use, and nobody manages it"
	case !s.Managed:
		return false, "Skipped because nobody manages this PC: " + s.ManagedWhy
	case !show:
		return false, "Skipped because " + showSetting(false)
	default:
		return true, "Shown because " + showSetting(true)
	}
}

func (s *State) planPrivacy() (shown bool, why string) {
	switch p := s.Profile; {
	case s.Passed.Privacy:
		return false, ""
	case p == nil:
		return true, s.absent("Privacy settings")
	case p.HidePrivacy:
		return false, "Skipped because " + p.privacySetting()
	default:
		return true, "Shown because " + p.privacySetting()
	}
}

func (s *State) planHello() (shown bool, why string) {
	switch {
	case s.Passed.Hello:
		return false, ""
	case s.LocalUser != "":
		return false, "Skipped because the PC is set up for personal use"
	case s.Hello:
		return true, "Shown because the Windows Hello for Business policy = Enabled"
	default:
		return false, "Skipped because the Windows Hello for Business policy = Not configured"
	}
}
