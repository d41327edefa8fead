package graph_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/autopilot"
	"taxiway/internal/enrollment"
)

// The admin site's English section is this file; its German one has the same
// codes with the same values in them (web/src/locales/locales.test.ts).
const reasons = "../../web/src/locales/en/reasons.json"

func TestTheAdminSiteKnowsEverySentenceOfAnExplanation(t *testing.T) {
	t.Parallel()
	all := maps.Clone(autopilot.Words)
	for code, text := range enrollment.Words {
		if _, twice := all[code]; twice {
			t.Errorf("both packages say %q", code)
		}
		all[code] = text
	}
	for code, text := range all {
		all[code] = strings.NewReplacer("{", "{{", "}", "}}").Replace(text)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(all); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(reasons, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(reasons)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Bytes(), want) {
		t.Errorf("%s is not what the server says; run go test ./internal/graph -update and say the same in web/src/locales/de/reasons.ts", reasons)
	}
}

// A sentence is said with every value in it, and none is left over.
func TestEverySentenceIsSaidAsItIsWorded(t *testing.T) {
	t.Parallel()
	call := regexp.MustCompile(`Words\.Say\("(\w+)"`)
	literal := regexp.MustCompile(`"(\w+)"`)
	for dir, words := range map[string]autopilot.Wording{"../autopilot": autopilot.Words, "../enrollment": enrollment.Words} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		said := map[string]bool{}
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") || f.Name() == "explain_words.go" {
				continue
			}
			code, err := os.ReadFile(dir + "/" + f.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range call.FindAllSubmatch(code, -1) {
				if words[string(m[1])] == "" {
					t.Errorf("%s/%s says %q, which has no words", dir, f.Name(), m[1])
				}
			}
			for _, m := range literal.FindAllSubmatch(code, -1) {
				said[string(m[1])] = true
			}
		}
		for _, code := range slices.Sorted(maps.Keys(words)) {
			if !said[code] {
				t.Errorf("%s never says %q", dir, code)
			}
		}
	}
}
