package setup

import (
	"slices"
	"strings"
)

const (
	joining       = "Shown while the PC joins: Join to Microsoft Entra ID as = Microsoft Entra joined"
	withoutFactor = "the join was refused without a second factor"
	enrolling     = "Shown while the PC enrols: the person is in the MDM user scope"
)

// maxTerms bounds a text that another server wrote.
const maxTerms = 64 << 10 // bytes

// onTerms: the organization's terms of use.
func (s *State) onTerms(e *Event) (why string) {
	switch e.Kind {
	case TermsShown:
		if e.Text == "" || len(e.Text) > maxTerms {
			return "the text is missing or too long"
		}
		s.TermsText = e.Text
		s.enter(stepTerms, "Shown because the organization has terms of use")
	case NoTerms:
		s.skip(ScreenTerms, "Skipped because the organization has no terms of use")
		s.toJoin()
	case NotManaged:
		s.ManagedWhy = unmanagedWhy(e.Text)
		s.skip(ScreenTerms, "Skipped because nobody manages this PC: "+s.ManagedWhy)
		s.toJoin()
	case EnrolRefused:
		s.stop(enrolProblem(e.Code, e.Reason, e.Text), stepAccount)
	case Accepted:
		s.TermsText = ""
		s.toJoin()
	default: // Declined
		s.TermsText = ""
		s.stop(Problem{Code: CodeTermsDeclined, Words: "The organization's terms of use were declined, so the PC does not join.", Next: "Try again and accept them, or give the PC back to the organization."}, stepAccount)
	}
	return ""
}

func (s *State) toJoin() {
	s.Passed.Terms = true
	s.enter(stepJoin, joining)
}

// unmanagedWhy is why nobody manages the PC, in the words of who found out.
func unmanagedWhy(text string) string {
	if text == "" || len(text) > 500 {
		return "MDM user scope does not take in this person"
	}
	return text
}

// onJoin: joining and enrolling, which have no page of their own.
func (s *State) onJoin(e *Event) (why string) {
	switch e.Kind {
	case Joined:
		if len(e.AdministratorSIDs) > 100 || len(e.DeviceID) > 100 {
			return "it says more than an answer to a join can"
		}
		s.Joined, s.DeviceID, s.Administrator, s.AdministratorSIDs = true, e.DeviceID, e.Administrator, slices.Clone(e.AdministratorSIDs)
		if s.ManagedWhy != "" {
			s.goOn(stepEnrol)
			return ""
		}
		s.enter(stepEnrol, enrolling)
	case JoinRefused:
		if strings.EqualFold(e.Reason, ReasonMFA) && !s.StrongAuth {
			s.askFactor(withoutFactor)
			return ""
		}
		again := stepAccount
		if temporary(e.Code) {
			again = stepJoin
		}
		s.stop(joinProblem(e.Code, e.Reason, e.Text), again)
	case MFANeeded:
		s.askFactor(withoutFactor)
	case Enrolled:
		if e.ESP != nil && !e.ESP.valid() {
			return "its status page is not valid"
		}
		s.Managed, s.ManagedWhy, s.ESP = true, "", ESP{}
		if e.ESP != nil {
			s.ESP = *e.ESP
		}
		s.goOn(stepEnrol)
	case EnrolRefused:
		s.stop(enrolProblem(e.Code, e.Reason, e.Text), stepEnrol)
	default: // NotManaged
		s.ManagedWhy = unmanagedWhy(e.Text)
		s.goOn(stepEnrol)
	}
	return ""
}

// onError: the page that says what was refused.
func (s *State) onError(e *Event) (why string) {
	switch {
	case e.Button == ButtonChangeAccount && s.offersAnother():
		return s.onLink(e.Button)
	case e.Button != ButtonTryAgain:
		return noSuchButton
	}
	again := s.Again
	s.Again = ""
	switch again {
	case stepJoin:
		s.enter(stepJoin, joining)
	case stepEnrol:
		s.enter(stepEnrol, enrolling)
	default:
		s.toAccount()
	}
	return ""
}

// offersAnother: a PC that has joined is somebody's.
func (s *State) offersAnother() bool { return !s.Joined && s.escapes() }
