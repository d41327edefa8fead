package setup

import (
	"errors"
	"slices"
)

// Outlook is what a profile will come to on a PC, before there is one.
type Outlook struct {
	// Screens are the pages that profile and network decide about and those
	// that always show, in order: shown or passed over, and why.
	Screens []Visit
	// Elsewhere are the pages that other settings of the organization decide
	// about.
	Elsewhere []ScreenName
	Notes     []string // what a virtual PC does otherwise than the profile asks
}

// Foresee goes through setup with a profile that arrived, as it goes when all
// succeeds. Which pages there are to speak of is found in the same way: by a
// profile that hides nothing, with everything around it that shows pages.
func Foresee(f Facts, p *Profile) (Outlook, error) {
	if !f.valid() {
		return Outlook{}, errors.New("there is no such PC")
	}
	open := *p
	open.Language, open.NameTemplate, open.Hybrid = "", "PC-%RAND:5%", false
	open.HideKeyboard, open.HideEULA, open.HidePrivacy = false, false, false
	lone := f
	lone.Network = NoNetwork
	most, err := foreseen(lone, &open, false)
	if err != nil {
		return Outlook{}, err
	}
	rich, err := foreseen(lone, &open, true)
	if err != nil {
		return Outlook{}, err
	}
	own, err := foreseen(f, p, false)
	if err != nil {
		return Outlook{}, err
	}
	out := Outlook{Notes: own.limits()}
	for _, v := range most.Visits {
		if !v.Shown {
			continue
		}
		seen := Visit{Name: v.Name}
		if i := slices.IndexFunc(own.Visits, func(w Visit) bool { return w.Name == v.Name }); i >= 0 {
			seen = own.Visits[i]
		}
		out.Screens = append(out.Screens, seen)
	}
	for _, v := range rich.Visits {
		if v.Shown && !slices.ContainsFunc(out.Screens, func(w Visit) bool { return w.Name == v.Name }) {
			out.Elsewhere = append(out.Elsewhere, v.Name)
		}
	}
	return out, nil
}

// mostForeseen is far above the number of events on any way to the desktop.
const mostForeseen = 80

// foreseen is the state at the desktop. rich is an organization that asks for
// all it can ask for: second factor, terms, status page, Windows Hello; and a
// restart in device setup.
func foreseen(f Facts, p *Profile, rich bool) (State, error) {
	f.Hello = rich
	w := foresight{profile: p, rich: rich}
	s, screen, _, err := Next(New(f), Event{Kind: PowerOn})
	for range mostForeseen {
		if err != nil {
			return s, err
		}
		if screen.Name == ScreenDesktop {
			return s, nil
		}
		s, screen, _, err = Next(s, w.next(&screen))
	}
	return s, errors.New("setup did not come to its end")
}

// foresight answers each page as a PC and a person do whom nothing stops.
type foresight struct {
	profile         *Profile
	rich            bool
	proved, resumed bool
}

// leading are the events that lead on, in the order in which they are looked for.
var leading = []EventKind{ProfileArrived, Updated, ESPDone, Restarted, SignedIn, NoTerms, Accepted, Chosen, Joined, Enrolled, Connected}

func (w *foresight) next(screen *Screen) Event {
	i := slices.IndexFunc(leading, func(k EventKind) bool { return slices.Contains(screen.Events, k) })
	if i < 0 {
		return Event{} // nothing leads on: Next refuses it
	}
	e := Event{Kind: leading[i]}
	switch e.Kind {
	case ProfileArrived:
		e.Profile = w.profile
	case ESPDone:
		if w.rich && !w.resumed && screen.Name == ScreenDeviceESP {
			w.resumed, e.Kind = true, Restarted
		}
	case SignedIn:
		if w.rich && !w.proved && slices.Contains(screen.Events, MFANeeded) {
			w.proved, e.Kind = true, MFANeeded
			break
		}
		e.UPN, e.Tenant, e.Organization = w.person(), w.profile.TenantID, w.profile.TenantDomain
	case NoTerms:
		if w.rich {
			e.Kind, e.Text = TermsShown, "Terms of use"
		}
	case Chosen:
		if len(screen.Fields) > 0 && screen.Fields[0].Name == "address" {
			e.Value = w.person()
		}
	case Joined:
		e.DeviceID, e.Administrator = "foreseen", !w.profile.StandardUser
	case Enrolled:
		e.ESP = &ESP{ShowDevice: w.rich, ShowUser: w.rich}
	default: // that it happens is all
	}
	return e
}

func (w *foresight) person() string { return "someone@" + w.profile.TenantDomain }
