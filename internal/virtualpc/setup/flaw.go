package setup

// What a profile, an event's parts and a state that was read back have to be.
// Profiles and states come from disks and networks, and both get damaged.

import (
	"errors"
	"fmt"
	"slices"
)

// flaw says what makes a profile none.
func (p *Profile) flaw() string {
	switch {
	case !isGUID(p.TenantID):
		return "CloudAssignedTenantId is no GUID"
	case !isDomain(p.TenantDomain):
		return "CloudAssignedTenantDomain is no domain name"
	case p.Language != "" && p.Language != OSDefault && !isLanguage(p.Language):
		return "CloudAssignedLanguage is no language"
	case p.AssignedUser != "" && !isAddress(p.AssignedUser):
		return "CloudAssignedTenantUpn is no address of a user"
	}
	return ""
}

// maxMinutes is a day (DMClient CSP: TimeOutUntilSyncFailure is 1 to 1440).
const maxMinutes = 1440

func (e *ESP) valid() bool {
	return e.TimeoutMinutes >= 0 && e.TimeoutMinutes <= maxMinutes && e.Block >= 0 && e.Block <= 7 && len(e.ErrorText) <= 64<<10
}

const maxRows = 100

func validRows(rows []ProgressRow) bool {
	if len(rows) > maxRows {
		return false
	}
	for i := range rows {
		r := &rows[i]
		if r.Name == "" || r.Done < 0 || r.Done > r.Total || len(r.Rows) > 0 {
			return false
		}
		switch r.State {
		case RowWaiting, RowIdentifying, RowWorking, RowComplete, RowError:
		default:
			return false
		}
	}
	return true
}

// check refuses a state that Next could not have made. What it lets through
// cannot make a page without a reason or a problem without a next step.
func (s *State) check() error {
	if s.Version != stateVersion {
		return fmt.Errorf("version %d is not known", s.Version)
	}
	if _, ok := pages[s.Step]; !ok {
		return fmt.Errorf("step %q is not known", s.Step)
	}
	for _, part := range []func() string{s.flawOfFacts, s.flawOfTexts, s.flawOfStep, s.flawOfESP} {
		if why := part(); why != "" {
			return errors.New(why)
		}
	}
	return nil
}

func (s *State) flawOfFacts() string {
	switch {
	case !s.Facts.valid():
		return "the PC's facts are not valid"
	case s.Boots < 0 || (s.Boots == 0) != (s.Step == stepOff):
		return "the number of starts does not fit"
	case !isName(s.Name) || s.NewName != "" && !isName(s.NewName):
		return "the computer's name is none"
	case s.Profile != nil && s.Profile.flaw() != "":
		return s.Profile.flaw()
	case s.Profile != nil && s.NoProfile != nil:
		return "there is a profile, and a reason why there is none"
	case s.Step != stepOff && s.Why == "":
		return "the page has no reason"
	}
	return ""
}

func (s *State) flawOfTexts() string {
	for _, p := range s.Problems {
		if !p.complete() {
			return "a problem is not complete"
		}
	}
	for _, p := range []*Problem{s.Problem, s.NoProfile, s.PreprovisionNo} {
		if p != nil && !p.complete() {
			return "a problem is not complete"
		}
	}
	if len(s.Visits) > len(screens) || len(s.Problems) > maxProblems {
		return "it remembers too much"
	}
	for i, v := range s.Visits {
		if !known(v.Name) || v.Why == "" || slices.ContainsFunc(s.Visits[:i], func(w Visit) bool { return w.Name == v.Name }) {
			return "the pages it remembers are none"
		}
	}
	for _, k := range s.Skipped {
		if !known(k.Name) || k.Why == "" {
			return "the pages it passed over are none"
		}
	}
	return ""
}

// flawOfStep: each step needs what led to it.
func (s *State) flawOfStep() string {
	lacks := s.lacks(s.Step)
	if s.Step == stepPreprovision && s.Back != "" {
		lacks = lacks || s.BackWhy == "" || s.lacks(s.Back) || s.Back != stepProfile && !s.Back.asksPreprovision()
	}
	if lacks {
		return "what leads to the step " + string(s.Step) + " is missing"
	}
	switch s.Preprovision {
	case "", preprovisionAsked, preprovisionAllowed, preprovisionRefused:
	default:
		return "nobody knows how pre-provisioning stands"
	}
	if (s.Preprovision == preprovisionRefused) != (s.PreprovisionNo != nil) {
		return "pre-provisioning is refused without a reason"
	}
	return ""
}

func (s *State) lacks(step Step) (missing bool) {
	undecided := s.Profile == nil && s.NoProfile == nil
	missing = undecided
	switch step {
	case stepOff, stepRegion, stepKeyboard, stepLayout, stepProfile:
		missing = s.Joined
	case stepNetwork:
		missing = s.Joined || s.Online
	case stepStart:
		missing = s.Joined || !s.Online || s.Preprovision != ""
	case stepPreprovision:
		missing = s.Joined || s.Preprovision == "" || s.Back == "" && undecided
	case stepRename:
		missing = s.Profile == nil || s.NewName == "" || s.Joined
	case stepPassword:
		missing = undecided || s.Joined || s.Address == ""
	case stepUpdates, stepUpdateRestart, stepEULA, stepPlain, stepAccount, stepMFA:
		missing = undecided || s.Joined
	case stepAskTerms, stepJoin:
		missing = undecided || s.Joined || s.UPN == ""
	case stepTerms:
		missing = undecided || s.Joined || s.UPN == "" || s.TermsText == ""
	case stepEnrol, stepWindowsSignIn, stepHello:
		missing = undecided || !s.Joined || s.UPN == ""
	case stepDeviceESP, stepUserESP, stepReset:
		missing = undecided || !s.Managed || s.UPN == ""
	case stepPrivacy, stepDesktop:
		missing = undecided || (!s.Joined || s.UPN == "") && s.LocalUser == ""
	case stepError:
		missing = undecided || s.Problem == nil || s.Joined != (s.Again == stepEnrol) || s.Again == stepJoin && s.UPN == "" ||
			!slices.Contains([]Step{stepAccount, stepJoin, stepEnrol}, s.Again)
	}
	return missing
}

func (s *State) flawOfESP() string {
	onPage := s.Step == stepDeviceESP || s.Step == stepUserESP
	switch {
	case !s.ESP.valid() || !validRows(s.Preparation) || !validRows(s.Device) || !validRows(s.Account):
		return "the status page is not valid"
	case s.Elapsed < 0:
		return "time went backwards"
	case s.ESPFailed && (!onPage || s.Problem == nil):
		return "the status page failed without a reason"
	case s.Collecting && !s.ESPFailed:
		return "logs are collected of nothing"
	case slices.ContainsFunc(s.ESPButtons, func(b Button) bool { return !espButton(b) }):
		return "the status page has other buttons"
	case s.Managed && !s.Joined || s.Joined && s.LocalUser != "":
		return "the PC is managed or joined as it cannot be"
	}
	return ""
}
