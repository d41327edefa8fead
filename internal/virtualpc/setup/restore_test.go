package setup_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"taxiway/internal/virtualpc/setup"
)

// steps are the states of one way through setup, before each event.
func steps(t testing.TB, w world) []setup.State {
	t.Helper()
	j := newJourney(setup.New(w.facts()))
	out := []setup.State{j.state}
	for j.last.Name != setup.ScreenDesktop {
		s, screen, _, err := setup.Next(j.state, w.answer(t, &j.last))
		if err != nil {
			t.Fatal(err)
		}
		j.note(s, screen)
		out = append(out, s)
		if len(out) > 80 {
			t.Fatal("no desktop")
		}
	}
	return out
}

// longest is a PC that comes to every page there is.
func longest() world {
	return world{
		network: setup.WiFi, settings: settings{template: "PC-%SERIAL%"}, mfa: true, terms: true, restart: true, hello: true,
		esp: setup.ESP{ShowDevice: true, ShowUser: true, TimeoutMinutes: 60, Block: setup.BlockTryAgain},
	}
}

func TestAPCThatLosesItsPowerAnywhereStillReachesItsDesktop(t *testing.T) {
	t.Parallel()
	for _, network := range []setup.Network{"", setup.NoNetwork, setup.Wired} {
		for _, s := range steps(t, longest()) {
			var back setup.State
			if err := json.Unmarshal([]byte(encode(t, s)), &back); err != nil {
				t.Fatal(err)
			}
			back, screen, _, err := setup.Next(back, setup.Event{Kind: setup.PowerOn, Network: network})
			if err != nil {
				t.Fatal(err)
			}
			j := newJourney(back)
			j.note(back, screen)
			w := longest()
			w.restarted = true
			w.goOn(t, &j)
			if r := j.state.Report(); r.Name != "PC-PF-4X2K9" || !r.Managed || r.Account != adele {
				t.Errorf("after power was lost at %s: %+v", s.Step, r)
			}
			if s.UPN != "" && s.Joined && !s.SignInAgain && screen.Name != setup.ScreenDesktop {
				if _, asked := j.why[setup.ScreenWindowsSignIn]; !asked && s.Step != "desktop" {
					t.Errorf("after power was lost at %s nobody had to sign in to Windows", s.Step)
				}
			}
		}
	}
}

func TestTheNetworkCanBeLostAndComeBackAtEveryStep(t *testing.T) {
	t.Parallel()
	waited := 0
	for _, s := range steps(t, longest()) {
		screen, job := setup.View(s)
		if !s.Online || s.Step == "off" {
			continue
		}
		lost, gone, idle, err := setup.Next(s, setup.Event{Kind: setup.Disconnected})
		if err != nil {
			t.Fatalf("at %s: %v", s.Step, err)
		}
		checkScreen(t, &lost, &gone)
		waits := gone.Error != nil && gone.Error.Code == setup.CodeNoNetwork
		if waits {
			waited++
			if idle != setup.JobNone || gone.Name != screen.Name {
				t.Errorf("at %s the page %s waits for the network with the job %q", s.Step, gone.Name, idle)
			}
		}
		back, again, work, err := setup.Next(lost, setup.Event{Kind: setup.Connected})
		if err != nil {
			t.Fatalf("at %s: %v", s.Step, err)
		}
		if waits && (again.Name != screen.Name || work != job || again.Error != screen.Error) {
			t.Errorf("at %s the page %s with the job %q comes back as %s with %q", s.Step, screen.Name, job, again.Name, work)
		}
		j := newJourney(back)
		w := longest()
		w.restarted = true
		w.goOn(t, &j)
	}
	if waited < 10 {
		t.Errorf("%d steps waited for the network", waited)
	}
}

// TestADamagedStateIsRefused changes what the step needs, one part at a time.
func TestADamagedStateIsRefused(t *testing.T) {
	t.Parallel()
	damages := []struct {
		name string
		do   func(map[string]any)
	}{
		{"another version", func(m map[string]any) { m["version"] = 2 }},
		{"no step", func(m map[string]any) { delete(m, "step") }},
		{"a step nobody knows", func(m map[string]any) { m["step"] = "lunch" }},
		{"no reason", func(m map[string]any) { m["why"] = "" }},
		{"no name", func(m map[string]any) { m["name"] = "" }},
		{"a name that is none", func(m map[string]any) { m["name"] = "../../etc" }},
		{"starts below zero", func(m map[string]any) { m["boots"] = -1 }},
		{"never started", func(m map[string]any) { m["boots"] = 0 }},
		{"a network that is none", func(m map[string]any) { m["facts"] = map[string]any{"network": "pigeon"} }},
		{"a problem without words", func(m map[string]any) { m["problem"] = map[string]any{"code": "x"} }},
		{"a list of problems without words", func(m map[string]any) { m["problems"] = []any{map[string]any{"code": "x"}} }},
		{"a profile of nobody", func(m map[string]any) { m["profile"] = map[string]any{"name": "x"} }},
		{"a profile and none", func(m map[string]any) {
			m["noProfile"] = map[string]any{"code": "807", "words": "words", "next": "next"}
		}},
		{"a page twice", func(m map[string]any) {
			v := map[string]any{"name": "eula", "shown": true, "why": "Shown"}
			m["visits"] = []any{v, v}
		}},
		{"a page passed over without a reason", func(m map[string]any) { m["skipped"] = []any{map[string]any{"name": "eula"}} }},
		{"time that went backwards", func(m map[string]any) { m["elapsed"] = -1 }},
		{"a status page of a thousand years", func(m map[string]any) { m["esp"] = map[string]any{"timeoutMinutes": 1 << 30} }},
		{"lines of no status page", func(m map[string]any) { m["device"] = []any{map[string]any{"name": "Apps", "state": "?"}} }},
		{"a failure of no status page", func(m map[string]any) { m["espFailed"] = true }},
		{"a member of nothing", func(m map[string]any) { m["managed"], m["joined"] = true, false }},
		{"a text for a number", func(m map[string]any) { m["boots"] = "two" }},
	}
	var eula setup.State
	for _, s := range steps(t, longest()) {
		if s.Step == "eula" {
			eula = s
		}
	}
	for _, d := range damages {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			var m map[string]any
			if err := json.Unmarshal([]byte(encode(t, eula)), &m); err != nil {
				t.Fatal(err)
			}
			d.do(m)
			text, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			back := setup.State{Name: "KEPT"}
			if err := json.Unmarshal(text, &back); err == nil || back.Name != "KEPT" {
				t.Errorf("read as %+v with the error %v", back, err)
			}
		})
	}
}

func TestEachStepNeedsWhatLedToIt(t *testing.T) {
	t.Parallel()
	bare := encode(t, setup.New(setup.Facts{Network: setup.WiFi}))
	for _, s := range steps(t, longest()) {
		if s.Step == "off" || s.Step == "region" || s.Step == "keyboard" || s.Step == "layout" || s.Step == "network" || s.Step == "profile" {
			continue
		}
		text := strings.Replace(bare, `"step":"off","boots":0`, `"step":"`+string(s.Step)+`","boots":1,"why":"Shown"`, 1)
		var back setup.State
		if err := json.Unmarshal([]byte(text), &back); err == nil || !strings.Contains(err.Error(), "missing") {
			t.Errorf("the step %s is read without anything that leads to it: %v", s.Step, err)
		}
	}
}

// FuzzRestore: what is read from a disk is an error or a state that keeps every
// promise.
func FuzzRestore(f *testing.F) {
	for _, s := range steps(f, longest()) {
		f.Add([]byte(encode(f, s)), "connected", 3)
	}
	files, err := filepath.Glob("testdata/documents/*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text, "power-on", 1)
	}
	f.Fuzz(func(t *testing.T, text []byte, kind string, minutes int) {
		var s setup.State
		if err := json.Unmarshal(text, &s); err != nil {
			return
		}
		screen, _ := setup.View(s)
		checkState(t, &s, &screen)
		for _, kind := range append(screen.Events, setup.EventKind(kind)) {
			e := setup.Event{Kind: kind, Value: adele, UPN: adele, Tenant: tenantID, Text: "text", Elapsed: 1, Button: setup.ButtonTryAgain, Phase: setup.Phase(kind)}
			next, shown, _, err := setup.Next(s, e)
			if err == nil {
				checkState(t, &next, &shown)
			}
		}
		report := s.Report()
		checkLines(t, report.Lines(minutes%200), max(minutes%200, 20))
	})
}

// checkState: the page is whole, and the state survives the disk once more.
func checkState(t testing.TB, s *setup.State, screen *setup.Screen) {
	t.Helper()
	if screen.Name == "" || screen.Heading == "" || screen.Why == "" || len(screen.Events) == 0 {
		t.Fatalf("step %s: %+v", s.Step, *screen)
	}
	if p := screen.Error; p != nil && (p.Code == "" || p.Words == "" || p.Next == "") {
		t.Fatalf("step %s: %+v", s.Step, *p)
	}
	checkLines(t, screen.Lines(40), 40)
	var back setup.State
	if err := json.Unmarshal([]byte(encode(t, *s)), &back); err != nil {
		t.Fatalf("a state that was read is not read again: %v: %s", err, encode(t, *s))
	}
}
