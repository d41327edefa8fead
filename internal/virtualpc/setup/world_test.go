package setup_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"taxiway/internal/virtualpc/setup"
)

const (
	tenantID  = "5f0c2d3e-8d1b-4a57-9d1e-0a6c4e5b7f21"
	otherID   = "11111111-2222-3333-4444-555555555555"
	domain    = "contoso.com"
	adele     = "adele@contoso.com"
	serial    = "PF-4X2K9"
	allDigits = "123456789"
)

// settings are what an administrator sets on the out-of-box experience page.
type settings struct {
	language                          string // empty: User select
	keyboard                          bool   // Automatically configure keyboard
	hideEULA, hidePrivacy, hideEscape bool
	standardUser                      bool
	template                          string
	noName                            bool // the template gives this PC no name
}

func everySetting() []settings {
	var out []settings
	for _, language := range []string{setup.OSDefault, "de-DE", ""} {
		for bits := range 1 << 5 {
			for _, name := range []string{"", "PC-%SERIAL%", "%SERIAL%"} {
				out = append(out, settings{
					language: language, keyboard: bits&1 != 0, hideEULA: bits&2 != 0, hidePrivacy: bits&4 != 0, hideEscape: bits&8 != 0, standardUser: bits&16 != 0,
					template: name, noName: name == "%SERIAL%",
				})
			}
		}
	}
	return out
}

// document is the profile as a service sends it.
func (s *settings) document() map[string]any {
	bits, forced := 8+256, 0
	for _, b := range []struct {
		on  bool
		bit int
	}{{s.standardUser, 2}, {s.hidePrivacy, 4}, {s.hideEULA, 16}, {s.keyboard, 1024}} {
		if b.on {
			bits += b.bit
		}
	}
	if s.hideEscape {
		forced = 1
	}
	doc := map[string]any{
		"CloudAssignedOobeConfig": bits, "CloudAssignedDomainJoinMethod": 0, "CloudAssignedForcedEnrollment": forced,
		"CloudAssignedTenantId": tenantID, "CloudAssignedTenantDomain": domain, "DeploymentProfileName": "Contoso user-driven",
		"CloudAssignedAadServerData":           fmt.Sprintf(`{"ZeroTouchConfig":{"CloudAssignedTenantUpn":"","CloudAssignedTenantDomain":%q,"ForcedEnrollment":%d}}`, domain, forced),
		"CloudAssignedAutopilotUpdateDisabled": 1, "AutopilotMode": 0, "CloudAssignedDeviceName": s.template,
	}
	if s.language != "" {
		doc["CloudAssignedLanguage"], doc["CloudAssignedRegion"] = s.language, s.language
	}
	return doc
}

func parse(t testing.TB, doc map[string]any) *setup.Profile {
	t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	p, err := setup.ParseProfile(text)
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return p
}

// world is everything around one PC that decides about its pages.
type world struct {
	network    setup.Network
	settings   settings
	parsed     *setup.Profile // of the settings, when it was read before
	refusal    string         // instead of a profile
	mfa, terms bool
	esp        setup.ESP
	restart    bool // during device setup
	hello      bool
	change     func(*setup.Profile) // of the profile, before it arrives

	restarted, factor bool
}

func (w *world) facts() setup.Facts {
	f := setup.Facts{Serial: serial, Language: "en-US", Network: w.network, Hello: w.hello, TPM: true, Seed: 7}
	if w.settings.noName {
		f.Serial = allDigits
	}
	return f
}

// journey is what was seen on the way.
type journey struct {
	state          setup.State
	shown          []setup.ScreenName // each once
	why            map[setup.ScreenName]string
	skipped        map[setup.ScreenName]string
	accountButtons []setup.Button
	last           setup.Screen
}

func newJourney(s setup.State) journey {
	j := journey{state: s, why: map[setup.ScreenName]string{}, skipped: map[setup.ScreenName]string{}}
	j.last, _ = setup.View(s)
	return j
}

func (j *journey) note(s setup.State, screen setup.Screen) {
	j.state, j.last = s, screen
	if screen.Name == setup.ScreenAccount {
		j.accountButtons = screen.Buttons
	}
	for _, k := range screen.Skipped {
		j.skipped[k.Name] = k.Why
	}
	if screen.Name != setup.ScreenMoment && !slices.Contains(j.shown, screen.Name) {
		j.shown = append(j.shown, screen.Name)
		j.why[screen.Name] = screen.Why
	}
}

// run goes from power-on to the desktop.
func (w *world) run(t testing.TB) journey {
	t.Helper()
	j := newJourney(setup.New(w.facts()))
	w.goOn(t, &j)
	return j
}

// goOn takes, on each page, the first event that leads on.
func (w *world) goOn(t testing.TB, j *journey) {
	t.Helper()
	for range 80 {
		if j.last.Name == setup.ScreenDesktop {
			return
		}
		e := w.answer(t, &j.last)
		s, screen, _, err := setup.Next(j.state, e)
		if err != nil {
			t.Fatalf("%+v: %v", *w, err)
		}
		j.note(s, screen)
	}
	t.Fatalf("%+v: no desktop after 80 events; the page is %+v", *w, j.last)
}

// answer is what happens next on a page to a PC and a person who do what is
// asked. It looks at nothing but the events that the page takes, and the fields
// and buttons on it.
func (w *world) answer(t testing.TB, screen *setup.Screen) setup.Event {
	t.Helper()
	if screen.Error != nil && screen.Error.Code == setup.CodeNoNetwork {
		return setup.Event{Kind: setup.Connected}
	}
	for _, kind := range []setup.EventKind{
		setup.ProfileArrived, setup.Updated, setup.ESPDone, setup.Restarted, setup.SignedIn, setup.NoTerms, setup.Accepted, setup.Chosen,
		setup.Joined, setup.Enrolled, setup.LogsCollected, setup.Pressed, setup.Connected, setup.PowerOn,
	} {
		if slices.Contains(screen.Events, kind) {
			if e, ok := w.event(t, kind, screen); ok {
				return e
			}
		}
	}
	t.Fatalf("%+v: nothing leads on from %+v", *w, *screen)
	return setup.Event{}
}

func (w *world) event(t testing.TB, kind setup.EventKind, screen *setup.Screen) (setup.Event, bool) {
	t.Helper()
	e := setup.Event{Kind: kind}
	switch kind {
	case setup.ProfileArrived:
		if w.refusal != "" {
			return setup.Event{Kind: setup.ProfileRefused, Code: w.refusal}, true
		}
		e.Profile = w.profile(t)
	case setup.ESPDone:
		if w.restart && !w.restarted && screen.Name == setup.ScreenDeviceESP {
			w.restarted = true
			e.Kind = setup.Restarted
		}
	case setup.SignedIn:
		if w.mfa && !w.factor && slices.Contains(screen.Events, setup.MFANeeded) {
			w.factor = true
			return setup.Event{Kind: setup.MFANeeded}, true
		}
		e.UPN, e.Tenant, e.Organization = adele, tenantID, "Contoso"
		if f := screen.Fields[0]; f.Name == "address" && f.Value != "" { // Windows says whom it waits for
			e.UPN = f.Value
		}
	case setup.NoTerms:
		if w.terms {
			return setup.Event{Kind: setup.TermsShown, Text: "Be kind."}, true
		}
	case setup.Chosen:
		switch screen.Fields[0].Name {
		case "address":
			e.Value = adele
		case "name":
			e.Value = setup.Work
		}
	case setup.Joined:
		e.DeviceID, e.Administrator = "device-1", !w.settings.standardUser
	case setup.Enrolled:
		e.ESP = &w.esp
	case setup.Pressed:
		for _, b := range []setup.Button{setup.ButtonTryAgain, setup.ButtonContinue, setup.ButtonReset} {
			if slices.Contains(screen.Buttons, b) {
				e.Button = b
				return e, true
			}
		}
		return e, false
	default: // that it happens is all
	}
	return e, true
}

// profile is made of the settings by way of the document.
func (w *world) profile(t testing.TB) *setup.Profile {
	t.Helper()
	p := w.parsed
	if p == nil {
		p = parse(t, w.settings.document())
	}
	if w.change != nil {
		w.change(p)
	}
	return p
}
