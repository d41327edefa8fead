package setup_test

import (
	"regexp"
	"strings"
	"testing"

	"taxiway/internal/virtualpc/setup"
)

// TestAComputerGetsTheNameOfItsTemplate holds the tutorial's rules for names,
// and that a name which is too long loses the beginning of its serial number.
func TestAComputerGetsTheNameOfItsTemplate(t *testing.T) {
	t.Parallel()
	tests := []struct {
		template, serial string
		want             string // a pattern; empty: no name results
		why              string // then
	}{
		{"CONTOSO", "1234", "CONTOSO", ""},
		{"PC-%SERIAL%", "PF4X2K9", "PC-PF4X2K9", ""},
		{"PC-%serial%", "PF4X2K9", "PC-PF4X2K9", ""},
		{"PC-%SERIAL%", "ABCDEFGHIJKLMNOP", "PC-EFGHIJKLMNOP", ""},
		{"%SERIAL%-X", "0123456789ABCDEF", "3456789ABCDEF-X", ""},
		{"PC-%SERIAL%", "PF 4X/2K_9", "PC-PF4X2K9", ""},
		{"PC-%SERIAL%", "ÄÖ-7", "PC--7", ""},
		{"PC-%SERIAL%", "", "PC-", ""},
		{"%SERIAL%", "PF4X2K9", "PF4X2K9", ""},
		{"%SERIAL%", "123456", "", "all numbers"},
		{"%SERIAL%", "***", "", "no character"},
		{"PC-%RAND:5%", "1234", `PC-\d{5}`, ""},
		{"PC-%rand:1%", "1234", `PC-\d`, ""},
		{"PC-%RAND:12%", "1234", `PC-\d{12}`, ""},
		{"PC-%RAND:13%", "1234", "", "16 characters"},
		{"%RAND:5%", "1234", "", "all numbers"},
		{"%RAND:4%-%SERIAL%", "ABCDEFGHIJKLMNOP", `\d{4}-GHIJKLMNOP`, ""},
		{"A%RAND:2%B%RAND:3%", "1234", `A\d{2}B\d{3}`, ""},
		{"%SERIAL%-%SERIAL%", "AB", `AB-`, ""},
		{"ABCDEFGHIJKLMNO", "1", "ABCDEFGHIJKLMNO", ""},
		{"ABCDEFGHIJKLMNOP", "1", "", "16 characters"},
		{"ABCDEFGHIJKLMNO%SERIAL%", "1", "ABCDEFGHIJKLMNO", ""},
		{"PC %SERIAL%", "1", "", "no letter, number or hyphen"},
		{"PC_%SERIAL%", "1", "", "no letter, number or hyphen"},
		{"PC-%SERIAL", "1", "", "without its other one"},
		{"PC-%MODEL%", "1", "", "neither %SERIAL% nor %RAND:x%"},
		{"PC-%RAND%", "1", "", "neither %SERIAL% nor %RAND:x%"},
		{"PC-%RAND:0%", "1", "", "neither %SERIAL% nor %RAND:x%"},
		{"PC-%RAND:-1%", "1", "", "neither %SERIAL% nor %RAND:x%"},
		{"PC-%RAND:99999999999999999999%", "1", "", "neither %SERIAL% nor %RAND:x%"},
		{"PC-%RAND:1000000000%", "1", "", "characters"},
		{"PC-%%", "1", "", "neither %SERIAL% nor %RAND:x%"},
	}
	for _, tt := range tests {
		t.Run(tt.template+" of "+tt.serial, func(t *testing.T) {
			t.Parallel()
			w := world{network: setup.Wired, settings: settings{hideEULA: true, hideEscape: true}, change: func(p *setup.Profile) { p.NameTemplate = tt.template }}
			f := w.facts()
			f.Serial = tt.serial
			j := newJourney(setup.New(f))
			w.goOn(t, &j)
			r := j.state.Report()
			if tt.want == "" {
				if why := j.skipped[setup.ScreenRename]; !strings.Contains(why, tt.why) || !strings.HasPrefix(r.Name, "DESKTOP-") {
					t.Errorf("name %q because %q, want none because of %q", r.Name, why, tt.why)
				}
				return
			}
			if !regexp.MustCompile("^" + tt.want + "$").MatchString(r.Name) {
				t.Errorf("name %q, want %q", r.Name, tt.want)
			}
		})
	}
}

func TestAFleetsNamesDifferAndAPCsRepeat(t *testing.T) {
	t.Parallel()
	name := func(seed uint64) string {
		w := world{network: setup.Wired, change: func(p *setup.Profile) { p.NameTemplate = "PC-%RAND:9%" }}
		f := w.facts()
		f.Seed = seed
		j := newJourney(setup.New(f))
		w.goOn(t, &j)
		return j.state.Report().Name
	}
	seen := map[string]bool{}
	for seed := range uint64(60) {
		first := name(seed)
		if first != name(seed) {
			t.Fatalf("seed %d gives two names", seed)
		}
		seen[first] = true
	}
	if len(seen) < 59 { // nine digits: two of 60 hardly ever meet
		t.Errorf("60 PCs have %d names", len(seen))
	}
}

func TestWindowsOwnNameHasItsForm(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^DESKTOP-[A-Z0-9]{7}$`)
	for seed := range uint64(50) {
		if name := setup.New(setup.Facts{Network: setup.Wired, Seed: seed}).Name; !form.MatchString(name) {
			t.Errorf("seed %d gives the name %q", seed, name)
		}
	}
}
