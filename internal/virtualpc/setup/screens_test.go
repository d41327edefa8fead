package setup_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/virtualpc/setup"
)

// table is testdata/screens.txt.
type table struct {
	before [][]string // network, language, keyboard, region, keyboard page, network page
	after  [][]string // page, when
}

func readTable(t testing.TB) table {
	t.Helper()
	text, err := os.ReadFile("testdata/screens.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out table
	part := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
			continue
		case strings.HasSuffix(line, ":"):
			part = line
			continue
		}
		cells := strings.Split(line, "|")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if part == "before:" {
			out.before = append(out.before, cells)
		} else {
			out.after = append(out.after, cells)
		}
	}
	if len(out.before) != 6 || len(out.after) != 13 {
		t.Fatalf("testdata/screens.txt has %d and %d lines, want 6 and 13", len(out.before), len(out.after))
	}
	return out
}

// pages is what the table says for a PC: the pages in order.
func (tab *table) pages(t testing.TB, w *world) []setup.ScreenName {
	t.Helper()
	matches := func(cell, value string) bool {
		return cell == "any" || slices.Contains(strings.Split(cell, ", "), value)
	}
	language := "a language"
	switch {
	case w.refusal != "":
		language = "no profile"
	case w.settings.language == "":
		language = "User select"
	case w.settings.language == setup.OSDefault:
		language = "Operating system default"
	}
	var out []setup.ScreenName
	rows := 0
	for _, row := range tab.before {
		if !matches(row[0], string(w.network)) || !matches(row[1], language) || !matches(row[2], yesNo(w.settings.keyboard)) {
			continue
		}
		if row[1] == "any" && language == "no profile" { // it has lines of its own
			continue
		}
		rows++
		for i, names := range [][]setup.ScreenName{{setup.ScreenRegion}, {setup.ScreenKeyboard, setup.ScreenLayout}, {setup.ScreenNetwork}} {
			if row[3+i] == "S" {
				out = append(out, names...)
			}
		}
	}
	if rows != 1 {
		t.Fatalf("%d lines of the table speak of network %s, %s, keyboard %s", rows, w.network, language, yesNo(w.settings.keyboard))
	}
	for _, row := range tab.after {
		if w.holds(t, row[1]) {
			out = append(out, setup.ScreenName(row[0]))
		}
	}
	return out
}

// holds says whether a condition of the table's second part is true of a PC.
func (w *world) holds(t testing.TB, condition string) bool {
	t.Helper()
	switch condition {
	case "always":
		return true
	case "Microsoft Software License Terms = Show":
		return !w.settings.hideEULA
	case "Apply device name template = Yes and a name results":
		return w.settings.template != "" && !w.settings.noName
	case "the join settings ask":
		return w.mfa
	case "the tenant has a text":
		return w.terms
	case "the device part of the ESP shows progress":
		return w.esp.ShowDevice
	case "only after a restart":
		return w.esp.ShowDevice && w.restart
	case "Privacy settings = Show":
		return !w.settings.hidePrivacy
	case "the user part of the ESP shows progress":
		return w.esp.ShowUser
	case "its policy":
		return w.hello
	default:
		t.Fatalf("the table has a condition that this test does not know: %s", condition)
		return false
	}
}

func yesNo(b bool) string {
	if b {
		return "Yes"
	}
	return "No"
}

// after are the ways in which the sign-in and what follows it can go: for each
// two of the six conditions all four of their combinations (an orthogonal array
// of eight), or all 64.
func after(all bool) []int {
	var out []int
	for n := range 64 {
		a, b, c := n&1, n>>1&1, n>>2&1
		if all || n>>3 == a^b|(a^c)<<1|(b^c)<<2 {
			out = append(out, n)
		}
	}
	return out
}

// TestEveryPageShowsExactlyWhenTheTableSays goes over every combination of the
// profile's OOBE settings and the network at power-on, and with each over what
// can come after the sign-in. It knows the pages, the events they take and the
// table; how setup decides it does not know.
func TestEveryPageShowsExactlyWhenTheTableSays(t *testing.T) {
	t.Parallel()
	tab := readTable(t)
	runs := 0
	for _, network := range []setup.Network{setup.NoNetwork, setup.WiFi, setup.Wired} {
		for i, settings := range everySetting() {
			parsed := parse(t, settings.document())
			for _, way := range after(i%48 == 0) {
				bit := func(n int) bool { return way>>n&1 == 1 }
				w := world{
					network: network, settings: settings, parsed: parsed, mfa: bit(0), terms: bit(1), restart: bit(2), hello: bit(3),
					esp: setup.ESP{ShowDevice: bit(4), ShowUser: bit(5), TimeoutMinutes: 60},
				}
				seen := w.run(t)
				runs++
				if want := tab.pages(t, &w); !slices.Equal(want, seen.shown) {
					t.Fatalf("pages of %+v (-table +seen):\n%s", w, cmp.Diff(want, seen.shown))
				}
				w.checkReasons(t, &tab, seen)
			}
		}
	}
	t.Logf("%d ways through setup", runs)
}

// TestAPCWithoutAProfileShowsTheFirstPagesByItsNetwork is the table's line of
// PCs that no profile is there for.
func TestAPCWithoutAProfileShowsTheFirstPagesByItsNetwork(t *testing.T) {
	t.Parallel()
	tab := readTable(t)
	for _, network := range []setup.Network{setup.NoNetwork, setup.WiFi, setup.Wired} {
		for _, code := range []string{"807", "809", "815", "908"} {
			w := world{network: network, refusal: code}
			want := tab.pages(t, &w)
			want = slices.Insert(want, slices.Index(want, setup.ScreenAccount), setup.ScreenPlain)
			if diff := cmp.Diff(want, w.run(t).shown); diff != "" {
				t.Errorf("pages with network %s and refusal %s (-table +seen):\n%s", network, code, diff)
			}
		}
	}
}

// settingOf is the setting that decides about a page, in the tutorial's words.
var settingOf = map[setup.ScreenName]string{
	setup.ScreenRegion: "Language (Region)", setup.ScreenKeyboard: "Automatically configure keyboard", setup.ScreenEULA: "Microsoft Software License Terms",
	setup.ScreenRename: "Apply device name template", setup.ScreenPrivacy: "Privacy settings",
}

// checkReasons: each page of the table was shown or passed over, and says why by
// its setting; the change-account links obey theirs.
func (w *world) checkReasons(t *testing.T, tab *table, seen journey) {
	t.Helper()
	names := []setup.ScreenName{setup.ScreenRegion, setup.ScreenKeyboard, setup.ScreenLayout, setup.ScreenNetwork}
	for _, row := range tab.after {
		names = append(names, setup.ScreenName(row[0]))
	}
	for _, name := range names {
		why, shown := seen.why[name]
		skipped, passed := seen.skipped[name]
		if shown == passed {
			t.Fatalf("%+v: the page %s is shown: %v, and said to be skipped: %v", *w, name, shown, passed)
		}
		if passed {
			why = skipped
		}
		if setting, decides := settingOf[name]; decides && !strings.Contains(why, setting) {
			t.Fatalf("%+v: the reason of %s does not name %s: %s", *w, name, setting, why)
		}
	}
	if links := slices.Contains(seen.accountButtons, setup.ButtonChangeAccount); links == w.settings.hideEscape {
		t.Fatalf("%+v: change-account links shown: %v", *w, links)
	}
}
