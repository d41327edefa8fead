package setup_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/virtualpc/setup"
)

// TestWhatIsForeseenIsWhatTheTableSays: for every combination of settings and
// network, the pages that are foreseen are those of the table of an organization
// that asks for nothing more, and the rest of the table is decided elsewhere.
func TestWhatIsForeseenIsWhatTheTableSays(t *testing.T) {
	t.Parallel()
	tab := readTable(t)
	for _, network := range []setup.Network{setup.NoNetwork, setup.WiFi, setup.Wired} {
		for _, settings := range everySetting() {
			w := world{network: network, settings: settings, parsed: parse(t, settings.document())}
			out, err := setup.Foresee(w.facts(), w.parsed)
			if err != nil {
				t.Fatalf("%+v: %v", w, err)
			}
			var shown []setup.ScreenName
			for _, v := range out.Screens {
				if v.Why == "" {
					t.Fatalf("%+v: no reason for %s", w, v.Name)
				}
				if v.Shown {
					shown = append(shown, v.Name)
				}
			}
			if want := tab.pages(t, &w); !slices.Equal(want, shown) {
				t.Fatalf("pages of %+v (-table +foreseen):\n%s", w, cmp.Diff(want, shown))
			}
			if len(out.Screens) != 11 {
				t.Fatalf("%+v: %d pages are spoken of, want 11: %v", w, len(out.Screens), out.Screens)
			}
			elsewhere := []setup.ScreenName{setup.ScreenMFA, setup.ScreenTerms, setup.ScreenDeviceESP, setup.ScreenWindowsSignIn, setup.ScreenUserESP, setup.ScreenHello}
			if diff := cmp.Diff(elsewhere, out.Elsewhere); diff != "" {
				t.Fatalf("%+v: pages decided elsewhere (-want +got):\n%s", w, diff)
			}
		}
	}
}

func TestWhatAVirtualPCCannotDoIsForeseenToo(t *testing.T) {
	t.Parallel()
	w := world{network: setup.Wired}
	p := w.profile(t)
	p.SelfDeploying = true
	out, err := setup.Foresee(w.facts(), p)
	if err != nil || len(out.Notes) != 1 {
		t.Errorf("a self-deploying profile: %v, %v", out.Notes, err)
	}
	if _, err := setup.Foresee(setup.Facts{Network: "tin cans"}, p); err == nil {
		t.Error("a PC that is no PC goes through setup")
	}
}
