package setup

// drawFirst: power-on to network.
func (s *State) drawFirst(v *Screen) Job {
	switch s.Step {
	case stepStart:
		v.Heading, v.Text = justAMoment, "The PC asks whose it is."
		v.Events = []EventKind{ProfileArrived, ProfileRefused, ProfileUnreachable}
		return JobDownloadProfile
	case stepRegion:
		v.Heading, v.Text = "Choose your language and region", "Windows shows its pages in this language, and dates and numbers as they are written there."
		v.Fields = []Field{{Name: "language", Label: "Language (Region)", Value: s.Language}}
		v.Buttons, v.Events = []Button{ButtonYes}, []EventKind{Chosen}
	case stepKeyboard:
		v.Heading, v.Text = "Choose your keyboard", "What is printed on its keys decides which one it is."
		v.Fields = []Field{{Name: "keyboard", Label: "Keyboard layout", Value: orElse(s.Keyboard, s.Language)}}
		v.Buttons, v.Events = []Button{ButtonYes}, []EventKind{Chosen}
	case stepLayout:
		v.Heading, v.Text = "Do you use a second keyboard layout?", "It can be added now or later."
		v.Fields = []Field{{Name: "layout", Label: "Keyboard layout"}}
		v.Buttons, v.Events = []Button{ButtonAddLayout, ButtonSkip}, []EventKind{Chosen, Pressed}
	default: // the network; Next comes with the connection
		v.Heading, v.Text = "Connect to a network", "The PC has to be online to find out whose it is. Plug in a cable or choose a Wi-Fi network."
		v.Fields = []Field{{Name: "network", Label: "Network"}}
		v.Buttons = []Button{ButtonNext} // Connected is always taken
	}
	return JobNone
}

// drawProfile: profile download, updates.
func (s *State) drawProfile(v *Screen) Job {
	v.Notes = s.limits()
	switch {
	case s.Step == stepUpdateRestart:
		v.Heading, v.Text = "Updates are installed", "The PC restarts now and goes on from here."
		v.Events = []EventKind{Restarted}
		return JobRestart
	case s.Step == stepUpdates:
		v.Heading, v.Text = "Checking for updates", "This may take some minutes, and the PC may restart."
		if s.Profile != nil && s.Profile.UpdateDisabled {
			v.Text = "The profile says that none are looked for."
		}
		s.sayNoProfile(v)
		v.Events = []EventKind{Updated}
		return JobCheckUpdates
	case s.Problem != nil:
		v.Heading, v.Text = "The PC could not find out whose it is", ""
		v.Buttons, v.Events = []Button{ButtonTryAgain, ButtonContinue}, []EventKind{Pressed}
		return JobNone
	default:
		v.Heading, v.Text = justAMoment, "The PC asks whose it is."
		v.Events = []EventKind{ProfileArrived, ProfileRefused, ProfileUnreachable}
		return JobDownloadProfile
	}
}

// sayNoProfile puts the reason why there is no profile on a page.
func (s *State) sayNoProfile(v *Screen) {
	if s.NoProfile != nil && v.Error == nil {
		p := *s.NoProfile
		v.Error = &p
	}
}

// drawDevice: licence terms to the account page of a PC without a profile.
func (s *State) drawDevice(v *Screen) Job {
	switch s.Step {
	case stepEULA:
		v.Heading, v.Text = "Microsoft Software License Terms", "Whoever uses the software of this PC agrees to its licence terms. A virtual PC has no Windows on it, so there is nothing to read here."
		v.Buttons, v.Events = []Button{ButtonDecline, ButtonAccept}, []EventKind{Accepted, Declined}
	case stepRename:
		v.Heading, v.Text = "This PC gets its name", "Its name becomes "+s.NewName+". It restarts now and goes on from here."
		v.Events = []EventKind{Restarted}
		return JobRenameRestart
	default: // stepPlain
		v.Heading, v.Text = "How would you like to set up this PC?", "No profile of an organization says how, so this is Windows' own setup."
		if s.Profile != nil {
			v.Text = "You left the sign-in of " + s.Profile.TenantDomain + "."
		}
		s.sayNoProfile(v)
		v.Fields = []Field{{Name: "name", Label: "Who will use this PC?"}}
		v.Buttons, v.Events = []Button{ButtonPersonal, ButtonWork}, []EventKind{Chosen}
	}
	return JobNone
}
