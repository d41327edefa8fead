package setup

import "strings"

// onAccount: the address of who signs in.
func (s *State) onAccount(e *Event) (why string) {
	if e.Kind == Pressed {
		return s.onLink(e.Button)
	}
	address := strings.TrimSpace(e.Value)
	switch {
	case !isAddress(address):
		s.trouble(Problem{Code: CodeSignIn, Words: "What was typed is not the address of an account.", Next: "Type the whole address, for example adele@contoso.com."})
	case s.locked() && !strings.EqualFold(address, s.Profile.AssignedUser):
		s.trouble(assignedUserOnly(""))
	default:
		s.Address = address
		s.enter(stepPassword, "Always shown after the address: "+s.signInSetting())
	}
	return ""
}

// locked: the organization lets nobody but the assigned user sign in.
func (s *State) locked() bool {
	return s.Profile != nil && s.Profile.OnlyAssignedUser && s.Profile.AssignedUser != ""
}

// escapes: the links to another account are shown.
func (s *State) escapes() bool { return s.Profile == nil || !s.Profile.HideEscape }

// onLink: the links under a sign-in page.
func (s *State) onLink(b Button) (why string) {
	switch {
	case b == ButtonBack && s.Step == stepPassword, b == ButtonCancel && s.Step == stepMFA:
		s.toAccount()
	case b == ButtonChangeAccount && s.escapes():
		s.OtherAccount = !s.locked()
		s.toAccount()
	case b == ButtonPersonal && s.escapes() && s.Step == stepAccount:
		s.enter(stepPlain, "Shown because somebody left the organization's sign-in"+s.escapeReason())
	default:
		return noSuchButton
	}
	return ""
}

func (s *State) escapeReason() string {
	if s.Profile == nil {
		return ": no profile sets Hide change account options"
	}
	return ": " + s.Profile.escapeSetting()
}

// toAccount begins the sign-in anew: nothing that was found out about who signed
// in before holds for who comes now.
func (s *State) toAccount() {
	s.forgetSignIn()
	s.enter(stepAccount, "Always shown: "+s.signInSetting())
}

func (s *State) forgetSignIn() {
	s.Address, s.UPN, s.Tenant, s.Organization, s.ManagedWhy, s.StrongAuth, s.Passed.Terms = "", "", "", "", "", false, false
}

// onSignIn: the sign-in page, password and second factor.
func (s *State) onSignIn(e *Event) (why string) {
	switch e.Kind {
	case Pressed:
		return s.onLink(e.Button)
	case MFANeeded:
		s.askFactor("the sign-in asks for a second factor")
	case SignInFailed:
		s.signInFailed(e)
	default: // SignedIn
		return s.signedIn(e)
	}
	return ""
}

func (s *State) askFactor(because string) {
	s.StrongAuth = true
	s.enter(stepMFA, "Shown because "+because+": Require Multifactor Authentication to register or join devices = Yes, or the account's own rule")
}

// signInFailed stays on the page that has to be filled in again.
func (s *State) signInFailed(e *Event) {
	p := signInProblem(e.Code, e.Reason, e.Text)
	if p.Code == CodeAssignedUser || p.Code == CodeMFARefused || e.Value == string(ScreenAccount) {
		s.toAccount()
	}
	s.trouble(p)
}

func (s *State) signedIn(e *Event) (why string) {
	p := s.Profile
	switch {
	case !isAddress(e.UPN):
		return "it does not say who signed in"
	case !isGUID(e.Tenant):
		return "it does not say of which organization"
	case p != nil && !strings.EqualFold(e.Tenant, p.TenantID):
		s.stop(wrongTenant(p, e.UPN), stepAccount)
		return ""
	case s.locked() && !strings.EqualFold(e.UPN, p.AssignedUser):
		s.stop(assignedUserOnly(""), stepAccount)
		return ""
	}
	s.UPN, s.Tenant, s.Organization = e.UPN, strings.ToLower(e.Tenant), e.Organization
	if s.Organization == "" && p != nil {
		s.Organization = p.TenantDomain
	}
	if s.Step == stepPassword {
		s.skip(ScreenMFA, "Skipped because the sign-in asked for no second factor")
	}
	if s.Passed.Terms { // a second factor was asked for after them
		s.enter(stepJoin, joining)
		return ""
	}
	s.enter(stepAskTerms, "Shown while the PC asks for the organization's terms of use")
	return ""
}

// onWindowsSignIn: after a restart Windows itself asks who it is.
func (s *State) onWindowsSignIn(e *Event) (why string) {
	switch {
	case e.Kind == SignInFailed:
		s.trouble(signInProblem(e.Code, e.Reason, e.Text))
	case !strings.EqualFold(e.UPN, s.UPN):
		s.trouble(Problem{Code: CodeAnotherUser, Words: "This PC is being set up for " + s.UPN + ".", Next: "Sign in as " + s.UPN + " to finish setup; others can sign in afterwards."})
	default:
		s.SignInAgain = false
		s.goOn(stepWindowsSignIn)
	}
	return ""
}
