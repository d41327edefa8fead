package setup

import "slices"

// Step is where a PC is. Several steps can have the same page.
type Step string

const (
	stepOff           Step = "off" // never switched on
	stepStart         Step = "start"
	stepRegion        Step = "region"
	stepKeyboard      Step = "keyboard"
	stepLayout        Step = "layout"
	stepNetwork       Step = "network"
	stepProfile       Step = "profile"
	stepUpdates       Step = "updates"
	stepUpdateRestart Step = "update-restart"
	stepPreprovision  Step = "preprovisioning"
	stepEULA          Step = "eula"
	stepRename        Step = "rename"
	stepPlain         Step = "plain"
	stepAccount       Step = "account"
	stepPassword      Step = "password"
	stepMFA           Step = "mfa"
	stepAskTerms      Step = "ask-terms"
	stepTerms         Step = "terms"
	stepJoin          Step = "join"
	stepEnrol         Step = "enrol"
	stepDeviceESP     Step = "device-esp"
	stepWindowsSignIn Step = "windows-sign-in"
	stepPrivacy       Step = "privacy"
	stepUserESP       Step = "user-esp"
	stepHello         Step = "hello"
	stepDesktop       Step = "desktop"
	stepError         Step = "error"
	stepReset         Step = "reset"
)

// order is the way through setup. Those that plan has no answer for (password to
// enrol) are entered by what happens at the sign-in.
var order = []Step{
	stepStart, stepRegion, stepKeyboard, stepLayout, stepNetwork, stepProfile, stepUpdates, stepPreprovision, stepEULA, stepRename, stepPlain,
	stepAccount, stepEnrol,
	stepDeviceESP, stepWindowsSignIn, stepPrivacy, stepUserESP, stepHello, stepDesktop,
}

// pages says which page a step is seen as.
var pages = map[Step]ScreenName{
	stepOff: ScreenMoment, stepStart: ScreenMoment, stepAskTerms: ScreenMoment, stepJoin: ScreenMoment, stepEnrol: ScreenMoment, stepReset: ScreenMoment,
	stepRegion: ScreenRegion, stepKeyboard: ScreenKeyboard, stepLayout: ScreenLayout, stepNetwork: ScreenNetwork,
	stepProfile: ScreenProfile, stepUpdates: ScreenProfile, stepUpdateRestart: ScreenProfile, stepPreprovision: ScreenPreprovision,
	stepEULA: ScreenEULA, stepRename: ScreenRename, stepPlain: ScreenPlain,
	stepAccount: ScreenAccount, stepPassword: ScreenPassword, stepMFA: ScreenMFA, stepTerms: ScreenTerms,
	stepDeviceESP: ScreenDeviceESP, stepWindowsSignIn: ScreenWindowsSignIn, stepPrivacy: ScreenPrivacy, stepUserESP: ScreenUserESP,
	stepHello: ScreenHello, stepDesktop: ScreenDesktop, stepError: ScreenError,
}

// screens is the order of a report.
var screens = []ScreenName{
	ScreenMoment, ScreenRegion, ScreenKeyboard, ScreenLayout, ScreenNetwork, ScreenProfile, ScreenPreprovision, ScreenEULA, ScreenRename, ScreenPlain,
	ScreenAccount, ScreenPassword, ScreenMFA, ScreenTerms, ScreenDeviceESP, ScreenWindowsSignIn, ScreenPrivacy, ScreenUserESP, ScreenHello,
	ScreenDesktop, ScreenError,
}

// Screens lists the names of all pages in the order in which a PC comes to them.
func Screens() []ScreenName { return slices.Clone(screens) }

// needsNetwork are the steps at which nothing goes on without one.
func (s Step) needsNetwork() bool {
	switch s {
	case stepProfile, stepUpdates, stepAccount, stepPassword, stepMFA, stepAskTerms, stepTerms, stepJoin, stepEnrol,
		stepDeviceESP, stepWindowsSignIn, stepUserESP:
		return true
	default:
		return false
	}
}

// goOn enters the next step that is shown, and remembers those passed over.
func (s *State) goOn(after Step) {
	for _, step := range order[slices.Index(order, after)+1:] {
		shown, why := s.plan(step)
		if shown && step == stepPreprovision {
			s.showPreprovision(why)
			return
		}
		if shown {
			s.enter(step, why)
			return
		}
		if why != "" {
			s.skip(pages[step], why)
		}
	}
}

func (s *State) enter(step Step, why string) {
	s.Step, s.Why, s.Problem = step, why, nil
	s.startESP()
	if page := pages[step]; page != ScreenMoment {
		s.visit(Visit{page, true, why})
	}
}

func (s *State) skip(page ScreenName, why string) {
	s.Skipped = append(s.Skipped, Skip{page, why})
	s.visit(Visit{page, false, why})
}

// visit keeps one line for each page: that it was shown once outweighs that it
// was passed over another time.
func (s *State) visit(v Visit) {
	i := slices.IndexFunc(s.Visits, func(w Visit) bool { return w.Name == v.Name })
	switch {
	case i < 0:
		s.Visits = append(s.Visits, v)
	case v.Shown || !s.Visits[i].Shown:
		s.Visits[i] = v
	}
}

// maxProblems bounds what a PC that nobody helps writes to its disk.
const maxProblems = 100

// trouble shows a problem on the present page and keeps it for the report.
func (s *State) trouble(p Problem) {
	s.Problem = &p
	s.noted(p)
}

func (s *State) noted(p Problem) {
	if n := len(s.Problems); n > 0 && s.Problems[n-1] == p || n >= maxProblems {
		return
	}
	s.Problems = append(s.Problems, p)
}

// stop shows the page that says that something was refused.
func (s *State) stop(p Problem, again Step) {
	s.enter(stepError, "Shown because of "+p.Code+": setup cannot go on before it is mended")
	s.Again = again
	s.trouble(p)
}
