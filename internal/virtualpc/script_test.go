package virtualpc_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/virtualpc"
)

func TestAScriptSaysWhatABootIsLike(t *testing.T) {
	t.Parallel()
	got, err := virtualpc.ParseScript(strings.NewReader(`
# The Wi-Fi goes away while the PC joins, and an app fails once.
network wifi
answer region Germany
answer account Bob Builder   # two words
press try-again
press continue-anyway
clock -26h
until desktop

at join lose for 40s
at enrol status 503 x2 for 30s
at any slow for 400ms
at sign-in password
at sign-in mfa x2
at terms decline
at device-esp app-fails app {AAAA} code 0x80070652
at user-esp app-hangs
at device-esp restart
at profile power-off
at join disk-full
at profile lose x3
`))
	if err != nil {
		t.Fatal(err)
	}
	want := &virtualpc.Script{
		Network: "wifi", Answers: map[string]string{"region": "Germany", "account": "Bob Builder"}, Presses: []string{"try-again", "continue-anyway"},
		Skew: -26 * time.Hour, Until: "desktop",
		Faults: []virtualpc.Fault{
			{At: virtualpc.StepJoin, Kind: virtualpc.FaultLose, For: 40 * time.Second},
			{At: virtualpc.StepEnrol, Kind: virtualpc.FaultStatus, Code: 503, Times: 2, For: 30 * time.Second},
			{Kind: virtualpc.FaultSlow, For: 400 * time.Millisecond},
			{At: virtualpc.StepSignIn, Kind: virtualpc.FaultPassword},
			{At: virtualpc.StepSignIn, Kind: virtualpc.FaultMFA, Times: 2},
			{At: virtualpc.StepTerms, Kind: virtualpc.FaultDecline},
			{At: virtualpc.StepDeviceESP, Kind: virtualpc.FaultApp, App: "{AAAA}", Code: 0x80070652},
			{At: virtualpc.StepUserESP, Kind: virtualpc.FaultAppHangs},
			{At: virtualpc.StepDeviceESP, Kind: virtualpc.FaultRestart},
			{At: virtualpc.StepProfile, Kind: virtualpc.FaultPowerOff},
			{At: virtualpc.StepJoin, Kind: virtualpc.FaultDiskFull},
			{At: virtualpc.StepProfile, Kind: virtualpc.FaultLose, Times: 3},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestALineThatIsNoStatementIsNamedWithWhatToWrite(t *testing.T) {
	t.Parallel()
	for line, want := range map[string][2]string{
		"web wifi":                 {"no statement 'web'", "Begin with network"},
		"network bluetooth":        {"no network 'bluetooth'", "network wifi"},
		"network":                  {"0 words", "network none"},
		"clock tomorrow":           {"'tomorrow' is no length of time", "clock 26h"},
		"at breakfast lose":        {"no step 'breakfast'", "profile"},
		"at join explode":          {"no fault 'explode'", "disk-full"},
		"at join lose for ever":    {"'ever' is no length of time", "for 90s"},
		"at join lose xmany":       {"'xmany' is no number of times", "x2"},
		"at any slow":              {"how slow", "at any slow for 400ms"},
		"at enrol status 418":      {"what the server answers", "at enrol status 503"},
		"at user-esp app-fails up": {"'up' says nothing", "app PRODUCT"},
		"at user-esp app-hangs code many": {
			"'many' is no error code", "0x80070643",
		},
		"at join lose until noon": {"no option 'until'", "for DURATION"},
	} {
		_, err := virtualpc.ParseScript(strings.NewReader("network wifi\n# a comment\n" + line + "\n"))
		wrong, ok := errors.AsType[*virtualpc.ScriptError](err)
		if !ok || wrong.Line != 3 || !strings.Contains(wrong.Text, want[0]) || !strings.Contains(wrong.Remedy, want[1]) {
			t.Errorf("%q: %v, want line 3, %q and %q", line, err, want[0], want[1])
		}
	}
}
