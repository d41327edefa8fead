package setup

import (
	"slices"
	"strings"
)

// Report is what has become of the PC so far.
func (s State) Report() Report {
	r := Report{
		Reached: pages[s.Step], Finished: s.Step == stepDesktop, Screens: s.visitsInOrder(),
		Name: s.Name, NameWhy: s.NameWhy, Account: orElse(s.UPN, s.LocalUser), Organization: s.Organization,
		Joined: s.Joined, DeviceID: s.DeviceID, Managed: s.Managed, ManagedWhy: s.ManagedWhy,
		Boots: s.Boots, Problems: slices.Clone(s.Problems), Notes: s.limits(),
	}
	r.AccountType, r.AccountWhy = s.accountType()
	if s.Profile != nil {
		r.Profile = s.Profile.Name
	}
	if s.NoProfile != nil {
		p := *s.NoProfile
		r.ProfileWhy, r.NoProfile = p.Words, &p
	}
	r.Phases = s.phases()
	screen, _ := s.view()
	if s.Step != stepDesktop {
		r.Problem = screen.Error
	}
	return r
}

func (s *State) visitsInOrder() []Visit {
	out := slices.Clone(s.Visits)
	slices.SortFunc(out, func(a, b Visit) int { return slices.Index(screens, a.Name) - slices.Index(screens, b.Name) })
	return out
}

// accountType: the profile and the answer to the join have to agree for an
// administrator. Roles of the directory that are local administrators of every
// PC stand in the join answer's SIDs and are not the person's account type.
func (s *State) accountType() (kind AccountType, why string) {
	switch {
	case s.LocalUser != "":
		return Administrator, "the first account of a PC for personal use is an administrator"
	case !s.Joined:
		return "", ""
	case s.Profile != nil && s.Profile.StandardUser:
		return StandardUser, s.Profile.accountSetting()
	case !s.Administrator:
		return StandardUser, "the answer to the join does not put the person into Administrators"
	case s.Profile != nil:
		return Administrator, s.Profile.accountSetting()
	default:
		return Administrator, "the answer to the join puts the person into Administrators, and no profile says otherwise"
	}
}

// Lines draws a report as text of at most width characters a line (20 at least).
func (r *Report) Lines(width int) []string {
	d := drawing{width: max(width, minWidth)}
	joinedTo := ""
	if r.Joined {
		joinedTo = r.Organization
	}
	for _, f := range []struct{ label, value, why string }{
		{"Reached", r.Reached.Title(), ""},
		{"Profile", orElse(r.Profile, "none"), r.ProfileWhy},
		{"Computer name", r.Name, r.NameWhy},
		{"Account", r.Account, ""},
		{"User account type", string(r.AccountType), r.AccountWhy},
		{"Joined", yesOrNo(r.Joined), joinedTo},
		{"Managed", yesOrNo(r.Managed), r.ManagedWhy},
	} {
		if f.value == "" {
			continue
		}
		text := f.label + ": " + f.value
		if f.why != "" {
			text += " (" + strings.TrimSuffix(f.why, ".") + ")"
		}
		d.text("", text)
	}
	d.rows(r.Phases)
	for _, v := range r.Screens {
		lead := "[x] "
		if !v.Shown {
			lead = "[ ] "
		}
		d.text(lead, v.Name.Title()+": "+v.Why+".")
	}
	for _, p := range r.Problems {
		p.draw(&d)
	}
	for _, note := range r.Notes {
		d.text("Note: ", note)
	}
	return d.lines
}
