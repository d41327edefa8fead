package setup_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"taxiway/internal/virtualpc/setup"
)

// checkScreen holds what is true of every page of every state.
func checkScreen(t testing.TB, s *setup.State, v *setup.Screen) {
	t.Helper()
	fail := func(what string) { t.Fatalf("%s: page %+v of the step %s", what, *v, s.Step) }
	switch {
	case v.Name == "" || v.Heading == "":
		fail("a page without a name or a heading")
	case !strings.HasPrefix(v.Why, "Shown ") && !strings.HasPrefix(v.Why, "Always shown"):
		fail("a page without a reason")
	case !slices.Contains(v.Events, setup.PowerOn):
		fail("a PC that cannot be switched off")
	case v.Error != nil && (v.Error.Code == "" || v.Error.Words == "" || v.Error.Next == ""):
		fail("a problem without code, words or next step")
	}
	for _, k := range v.Skipped {
		if k.Name == "" || !strings.HasPrefix(k.Why, "Skipped ") {
			fail("a page passed over without a reason")
		}
	}
	_, job := setup.View(*s)
	answers := slices.DeleteFunc(slices.Clone(v.Events), func(k setup.EventKind) bool {
		return slices.Contains([]setup.EventKind{setup.PowerOn, setup.Connected, setup.Disconnected, setup.HelloPolicy, setup.PreprovisionAsked}, k)
	})
	if job != setup.JobNone && job != setup.JobReset && len(answers) == 0 {
		fail("a job that nothing ends")
	}
	for _, width := range []int{0, 31, 80} {
		checkLines(t, v.Lines(width), max(width, 20))
	}
}

// checkLines: no line is longer than it may be, or writes to the terminal what
// only the PC may.
func checkLines(t testing.TB, lines []string, width int) {
	t.Helper()
	for _, line := range lines {
		if utf8.RuneCountInString(line) > width || strings.ContainsFunc(line, func(r rune) bool { return !unicode.IsGraphic(r) }) {
			t.Fatalf("a line of %d characters at the width %d: %q", utf8.RuneCountInString(line), width, line)
		}
	}
}
