package setup

// Preprovisioning is how far somebody's wish is to pre-provision the PC: to have
// its device part done before its user gets it.
type Preprovisioning string

const (
	preprovisionAsked   Preprovisioning = "asked"   // for, and the service has not said anything yet
	preprovisionRefused Preprovisioning = "refused" // PreprovisionNo says why
	preprovisionAllowed Preprovisioning = "allowed" // and not done here
)

// AsksPreprovisioned tells that JobDownloadProfile asks the service as a PC that
// is to be pre-provisioned. The service enforces Allow pre-provisioned deployment.
func (s *State) AsksPreprovisioned() bool { return s.Preprovision == preprovisionAsked }

// askPreprovision: five times the Windows key. A PC without a network remembers
// it until it has one.
func (s *State) askPreprovision() {
	s.Preprovision, s.PreprovisionNo = preprovisionAsked, nil
	if !s.Online {
		return
	}
	s.Back, s.BackWhy = s.Step, s.Why
	s.enter(stepPreprovision, "Shown because pre-provisioning was asked for: Allow pre-provisioned deployment decides")
}

// asksPreprovision: the pages on which nothing else is going on.
func (s Step) asksPreprovision() bool {
	switch s {
	case stepRegion, stepKeyboard, stepLayout, stepNetwork, stepEULA, stepPlain, stepAccount:
		return true
	default:
		return false
	}
}

// onPreprovisionAnswer: what the service says to a PC that asked to be
// pre-provisioned. A refusal of that alone is no refusal of the profile, which
// is then asked for once more.
func (s *State) onPreprovisionAnswer(e *Event) (why string) {
	switch e.Kind {
	case ProfileArrived:
		if e.Profile == nil {
			return "there is no profile in it"
		}
		if why := e.Profile.flaw(); why != "" {
			return why
		}
		s.Preprovision = preprovisionAllowed
		if !e.Profile.Preprovisioning {
			s.refusePreprovision(preprovisionProblem("The profile service says nothing about it."))
		}
		if !s.Asked {
			s.takeProfile(e.Profile)
			s.Back, s.BackWhy = "", ""
		}
	case ProfileRefused:
		if hresult(e.Code) == CodePreprovisioning {
			s.refusePreprovision(preprovisionProblem("Allow pre-provisioned deployment = No."))
			if s.Step == stepProfile {
				s.Back, s.BackWhy = stepProfile, s.Why
				s.showPreprovision(s.preprovisionWhy())
				return ""
			}
			break
		}
		s.refusePreprovision(profileProblem(e.Code, e.Reason))
		if !s.Asked {
			s.refuseProfile(*s.PreprovisionNo)
			s.Back, s.BackWhy = "", ""
		}
	default: // ProfileUnreachable
		p := unreachable(e.Code, e.Text)
		if s.Step == stepProfile { // which can be tried again
			s.trouble(p)
			return ""
		}
		s.refusePreprovision(p)
	}
	if s.Step == stepPreprovision {
		s.showPreprovision(s.preprovisionWhy())
		return ""
	}
	s.goOn(s.Step) // the page comes after the updates
	return ""
}

func (s *State) refusePreprovision(p Problem) {
	s.Preprovision, s.PreprovisionNo = preprovisionRefused, &p
}

// showPreprovision shows what the service said.
func (s *State) showPreprovision(why string) {
	s.enter(stepPreprovision, why)
	if s.PreprovisionNo != nil {
		s.trouble(*s.PreprovisionNo)
	}
}

// leavePreprovision goes back to the page on which it was asked for, or on with
// what the profile says.
func (s *State) leavePreprovision() {
	back, why := s.Back, s.BackWhy
	s.Preprovision, s.PreprovisionNo, s.Back, s.BackWhy = "", nil, "", ""
	if back == "" {
		s.goOn(stepStart)
		return
	}
	s.enter(back, why)
}

func (s *State) planPreprovision() (shown bool, why string) {
	if s.Preprovision != preprovisionAllowed && s.Preprovision != preprovisionRefused {
		return false, ""
	}
	return true, s.preprovisionWhy()
}

func (s *State) preprovisionWhy() string {
	switch {
	case s.Preprovision == preprovisionAllowed:
		return "Shown because pre-provisioning was asked for, and Allow pre-provisioned deployment = Yes"
	case s.PreprovisionNo != nil && s.PreprovisionNo.Code == CodePreprovisioning:
		return "Shown because pre-provisioning was asked for, and Allow pre-provisioned deployment = No"
	default:
		return "Shown because pre-provisioning was asked for, and no profile sets Allow pre-provisioned deployment"
	}
}

// preprovisionProblem is the service's refusal of a pre-provisioned deployment
// ("Windows Autopilot for pre-provisioned deployment").
func preprovisionProblem(because string) Problem {
	return Problem{
		Code: CodePreprovisioning, Words: "Pre-provisioning is not allowed for this PC: " + because,
		Next: "Select Next: setup goes on User-driven, and somebody signs in. To have it allowed, " + orAskThem + ".",
	}
}

func (s *State) drawPreprovision(v *Screen) Job {
	v.Heading = "Pre-provision with Windows Autopilot"
	if s.Preprovision == preprovisionAsked {
		v.Text = "The PC asks whether it may."
		v.Events = []EventKind{ProfileArrived, ProfileRefused, ProfileUnreachable}
		return JobDownloadProfile
	}
	if s.Preprovision == preprovisionAllowed {
		v.Text = "The profile allows it, but this server does not do pre-provisioning. Setup goes on User-driven: somebody signs in."
	}
	v.Buttons, v.Events = []Button{ButtonNext}, []EventKind{Accepted}
	return JobNone
}
