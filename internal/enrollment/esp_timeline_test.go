package enrollment_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/enrollment"
)

// story is one PC's page, typed by hand.
type story struct {
	name    string
	config  enrollment.ESP
	things  []thing
	press   int
	refuses func(node string) bool
	absent  bool
	lost    []int // minutes from which on the first thing is assigned no more
	minutes int
	want    []string
}

var agentApp = thing{name: "Agent", kind: enrollment.PolicyMSI, at: 10, fail: never}

func TestTimelinesTellWhoWaitsForWhatAndWhatFailed(t *testing.T) {
	t.Parallel()
	blocks := enrollment.ESP{ShowProgress: true, Blocks: true, AllowUse: true, TimeoutMinutes: 30}
	for _, s := range []story{
		{
			name: "the time is over and the user goes on", config: blocks, minutes: 60, press: 40,
			things: []thing{{name: "Agent", kind: enrollment.PolicyMSI, at: never, fail: never}},
			want: []string{
				"0 phaseBegan [Device preparation] The status page is shown.",
				"0 waiting [Device preparation] The PC has to take the settings of the status page. <PC until 30>",
				"0 phaseEnded [Device preparation] The PC has taken the settings of the status page.",
				"0 phaseBegan [Device setup] One app or configuration is waited for.",
				"0 waiting [Device setup] Agent has to be installed. <app until 30>",
				"30 failed [Device setup] Device setup did not finish within 30 minutes. Agent has to be installed. 0x800705b4: Raise the time limit of the status page, or see why the app is slow to download or install.",
				"40 phaseEnded [Device setup] The user continued anyway.",
				"40 waiting [Device setup] The user has to sign in to the PC. <user until 10120>",
				"45 phaseBegan [Account setup] Nothing is waited for.",
				"45 phaseEnded [Account setup] Everything is there.",
				"45 desktop The PC is released to the desktop.",
			},
		},
		{
			name: "a configuration is refused", config: blocks, minutes: 20, press: never,
			things: []thing{{name: "Firewall", kind: enrollment.PolicyCustom, at: never, made: never, fail: 5, code: 404}},
			want: []string{
				"0 phaseBegan [Device preparation] The status page is shown.",
				"0 waiting [Device preparation] The PC has to take the settings of the status page. <PC until 30>",
				"0 phaseEnded [Device preparation] The PC has taken the settings of the status page.",
				"0 phaseBegan [Device setup] One app or configuration is waited for.",
				"0 waiting [Device setup] Firewall has to be applied. <configuration until 30>",
				"5 failed [Device setup] The PC refused a setting of Firewall. 404: Look up the setting's OMA-URI, type and value, and the Windows editions that know it.",
			},
		},
		{
			name: "the PC never answers", config: blocks, minutes: 40, press: never, refuses: func(string) bool { return false }, things: nil,
			want: []string{
				"0 phaseBegan [Device preparation] The status page is shown.",
				"0 waiting [Device preparation] The PC has to take the settings of the status page. <PC until 30>",
				"30 failed [Device preparation] Device preparation did not finish within 30 minutes. The PC has to take the settings of the status page. 0x800705b4: See that the PC reaches this server: it asks every few minutes while the page is shown.",
			},
		},
		{
			name: "an app is assigned no more", config: blocks, minutes: 20, press: never, lost: []int{10},
			things: []thing{{name: "Agent", kind: enrollment.PolicyMSI, at: never, fail: never}},
			want: []string{
				"0 phaseBegan [Device preparation] The status page is shown.",
				"0 waiting [Device preparation] The PC has to take the settings of the status page. <PC until 30>",
				"0 phaseEnded [Device preparation] The PC has taken the settings of the status page.",
				"0 phaseBegan [Device setup] One app or configuration is waited for.",
				"0 waiting [Device setup] Agent has to be installed. <app until 30>",
				"10 phaseEnded [Device setup] Everything is there.",
				"10 waiting [Device setup] The user has to sign in to the PC. <user until 10090>",
				"15 phaseBegan [Account setup] Nothing is waited for.",
				"15 phaseEnded [Account setup] Everything is there.",
				"15 desktop The PC is released to the desktop.",
			},
		},
		{
			name: "the user does not come", config: blocks, minutes: 7*24*60 + 20, press: never, absent: true, things: []thing{agentApp},
			want: []string{
				"0 phaseBegan [Device preparation] The status page is shown.",
				"0 waiting [Device preparation] The PC has to take the settings of the status page. <PC until 30>",
				"0 phaseEnded [Device preparation] The PC has taken the settings of the status page.",
				"0 phaseBegan [Device setup] One app or configuration is waited for.",
				"0 waiting [Device setup] Agent has to be installed. <app until 30>",
				"10 installed [Device setup] Agent is installed.",
				"10 phaseEnded [Device setup] Everything is there.",
				"10 waiting [Device setup] The user has to sign in to the PC. <user until 10090>",
				"10090 desktop The PC is released to the desktop.",
			},
		},
		{
			name: "a PC without the preparation node", config: blocks, minutes: 20, press: never, things: []thing{agentApp},
			refuses: func(node string) bool { return strings.Contains(node, "EnrollmentStatusTracking") },
			want: []string{
				"0 phaseBegan [Device preparation] The status page is shown.",
				"0 waiting [Device preparation] The PC has to take the settings of the status page. <PC until 30>",
				"0 phaseEnded [Device preparation] The PC has taken the settings of the status page.",
				"0 phaseBegan [Device setup] One app or configuration is waited for.",
				"0 waiting [Device setup] Agent has to be installed. <app until 30>",
				"10 installed [Device setup] Agent is installed.",
				"10 phaseEnded [Device setup] Everything is there.",
				"10 waiting [Device setup] The user has to sign in to the PC. <user until 10090>",
				"15 phaseBegan [Account setup] Nothing is waited for.",
				"15 phaseEnded [Account setup] Everything is there.",
				"20 desktop The PC is released to the desktop.",
			},
		},
	} {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			pc := newScreen(t, enrollment.ESPProgress{Config: s.config}, true, true, s.press, s.things...)
			pc.refuses, pc.absent = s.refuses, s.absent
			if s.things == nil {
				pc.deaf = true
			}
			for minute := 0; minute <= s.minutes; minute += 5 {
				if slices.Contains(s.lost, minute) {
					pc.things = nil
				}
				pc.visit(minute)
			}
			if diff := cmp.Diff(s.want, lines(pc.events)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestANodeThatIsRefusedIsSentInFiveSessionsAndThenNoMore(t *testing.T) {
	t.Parallel()
	pc := newScreen(t, enrollment.ESPProgress{Config: enrollment.ESP{ShowProgress: true, Blocks: true, TimeoutMinutes: 600}}, true, true, never,
		thing{name: "Agent", kind: enrollment.PolicyMSI, at: never, fail: never})
	pc.refuses = func(node string) bool { return strings.HasSuffix(node, "/AllowCollectLogsButton") }
	for minute := 0; minute <= 60; minute += 5 {
		pc.visit(minute)
	}
	replaced, added := 0, 0
	for _, c := range pc.sent {
		switch {
		case c.Node != "AllowCollectLogsButton":
		case c.Add:
			added++
		default:
			replaced++
		}
	}
	if replaced != 5 || added != 5 {
		t.Errorf("replaced %d and added %d times, want 5 of each", replaced, added)
	}
}

func TestAnAppIsExpectedOnlyWhenAllAreAtThePC(t *testing.T) {
	t.Parallel()
	pc := newScreen(t, enrollment.ESPProgress{Config: enrollment.ESP{ShowProgress: true, Blocks: true}}, true, true, never,
		thing{name: "Agent", kind: enrollment.PolicyMSI, at: 30, fail: never}, thing{name: "Office", kind: enrollment.PolicyMSI, made: 20, at: 40, fail: never})
	const list = "./Device" + firstSync + "ExpectedMSIAppPackages"
	const state = "./Device/Vendor/MSFT/EnrollmentStatusTracking/DevicePreparation/PolicyProviders/taxiway/InstallationState"
	for minute, want := range map[int][2]string{0: {"", "1"}, 20: {"./Vendor/Agent;1\uf000./Vendor/Office;1", "3"}} {
		pc := *pc
		pc.tree = map[string]string{}
		for m := 0; m <= minute; m += 5 {
			pc.visit(m)
		}
		if got := [2]string{pc.tree[list], pc.tree[state]}; got != want {
			t.Errorf("minute %d: %q, want %q", minute, got, want)
		}
	}
}

func TestAStepChangesNothingOfTheProgressItWasGiven(t *testing.T) {
	t.Parallel()
	pc := newScreen(t, enrollment.ESPProgress{Config: enrollment.ESP{ShowProgress: true, Blocks: true}}, true, true, never, agentApp)
	for minute := 0; minute <= 30; minute += 5 {
		before := pc.progress
		kept := enrollment.ESPProgress{}
		copyJSON(t, before, &kept)
		pc.visit(minute)
		again := enrollment.ESPProgress{}
		copyJSON(t, before, &again)
		if diff := cmp.Diff(kept, again); diff != "" {
			t.Fatalf("minute %d (-before +after):\n%s", minute, diff)
		}
	}
}
