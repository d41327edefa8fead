package setup

// drawSignIn: the organization's sign-in, and Windows' own.
func (s *State) drawSignIn(v *Screen) Job {
	switch s.Step {
	case stepAccount:
		v.Heading, v.Text = s.welcome(), "Sign in with your work or school account."
		v.Notes = s.limits()
		v.Fields = []Field{{Name: "address", Label: "Address", Value: s.prefilled(), Fixed: s.locked()}}
		v.Buttons, v.Events = append([]Button{ButtonNext}, s.links(ButtonChangeAccount, ButtonPersonal)...), []EventKind{Chosen}
		if s.escapes() {
			v.Events = append(v.Events, Pressed)
		}
		return JobNone
	case stepPassword:
		v.Heading, v.Text = "Enter your password", s.Address
		v.Fields = []Field{{Name: "password", Label: "Password", Secret: true}}
		v.Buttons = append([]Button{ButtonBack, s.signInButton()}, s.links(ButtonChangeAccount)...)
		v.Events = []EventKind{SignedIn, SignInFailed, MFANeeded, Pressed}
	case stepMFA:
		v.Heading, v.Text = "Verify your identity", "Enter code: the one that your authenticator app shows for "+orElse(orElse(s.Address, s.UPN), "your account")+"."
		v.Fields = []Field{{Name: "code", Label: "Code", Secret: true}}
		v.Buttons = append([]Button{ButtonCancel, ButtonVerify}, s.links(ButtonChangeAccount)...)
		v.Events = []EventKind{SignedIn, SignInFailed, Pressed}
	default: // stepWindowsSignIn
		v.Heading, v.Text = "Sign in to Windows", "The PC has restarted. Setup goes on when you have signed in again."
		v.Fields = []Field{{Name: "address", Label: "User name", Value: s.UPN}, {Name: "password", Label: "Password", Secret: true}}
		v.Buttons, v.Events = []Button{ButtonSignIn}, []EventKind{SignedIn, SignInFailed}
	}
	return JobSignIn
}

// welcome names the organization that the profile says.
func (s *State) welcome() string {
	if s.Profile == nil {
		return "Sign in"
	}
	return "Welcome to " + s.Profile.TenantDomain
}

// prefilled is the address on the account page: the assigned user's, which can
// be changed unless the organization lets nobody else sign in.
func (s *State) prefilled() string {
	if s.Profile == nil || s.OtherAccount {
		return ""
	}
	return s.Profile.AssignedUser
}

// links are the change-account links, where they are shown.
func (s *State) links(all ...Button) []Button {
	if !s.escapes() {
		return nil
	}
	return all
}

// signInButton: Windows 10 writes Next on it, Windows 11 Sign in.
func (s *State) signInButton() Button {
	if s.Facts.looks10() {
		return ButtonNext
	}
	return ButtonSignIn
}

// drawJoin: terms of use, and the two jobs that have no page.
func (s *State) drawJoin(v *Screen) Job {
	switch s.Step {
	case stepAskTerms:
		v.Heading, v.Text = justAMoment, "You are signed in as "+s.UPN+"."
		v.Events = []EventKind{TermsShown, NoTerms, NotManaged, EnrolRefused}
		return JobTerms
	case stepTerms:
		v.Heading, v.Text = "Terms of use", s.TermsText
		v.Buttons, v.Events = []Button{ButtonDecline, ButtonAccept}, []EventKind{Accepted, Declined}
		return JobNone
	case stepJoin:
		v.Heading, v.Text = justAMoment, "The PC joins "+orElse(s.Organization, "the organization")+"."
		v.Events = []EventKind{Joined, JoinRefused, MFANeeded}
		return JobJoin
	default: // stepEnrol
		v.Heading, v.Text = justAMoment, "The PC registers for the management of "+orElse(s.Organization, "the organization")+"."
		v.Events = []EventKind{Enrolled, EnrolRefused, NotManaged}
		return JobEnrol
	}
}

// drawError: the page that says what was refused.
func (s *State) drawError(v *Screen) Job {
	v.Heading, v.Text = "Something went wrong", "This PC is not set up yet."
	if s.Joined {
		v.Text = "This PC has joined " + orElse(s.Organization, "the organization") + ", but nobody manages it yet."
	}
	v.Buttons, v.Events = []Button{ButtonTryAgain}, []EventKind{Pressed}
	if s.offersAnother() {
		v.Buttons = append(v.Buttons, ButtonChangeAccount)
	}
	return JobNone
}
