package rule_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"taxiway/internal/rule"
)

// FuzzParse wants no panic, an error inside the text, and a normal form that means the same.
func FuzzParse(f *testing.F) {
	for _, file := range []string{"device.txt", "user.txt", "refused.txt"} {
		for _, line := range lines(f, file) {
			text, _, _ := strings.Cut(line, "\t")
			f.Add(text)
		}
	}
	w := readWorld(f)
	for _, row := range w.rows {
		f.Add(row.rule)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := rule.Parse(text)
		if err != nil {
			var refused *rule.Error
			if !errors.As(err, &refused) {
				t.Fatalf("%T: %v", err, err)
			}
			if refused.Pos < 0 || refused.Pos > utf8.RuneCountInString(text) || refused.Code == "" || refused.Message == "" {
				t.Fatalf("%+v", refused)
			}
			return
		}
		if utf8.RuneCountInString(r.Normal()) > rule.MaxLength {
			return
		}
		again, err := rule.Parse(r.Normal())
		if err != nil {
			t.Fatalf("normal form %s: %v", r.Normal(), err)
		}
		if again.Hash() != r.Hash() || again.Kind() != r.Kind() || again.Dated() != r.Dated() {
			t.Fatalf("normal form %s has the normal form %s", r.Normal(), again.Normal())
		}
		x := rule.NewIndex([]*rule.Rule{r})
		for name, o := range w.objects {
			verdict := r.Match(o, w.now)
			if again.Match(o, w.now) != verdict {
				t.Errorf("%s: %t, normal form %s the opposite", name, verdict, r.Normal())
			}
			if r.Explain(o, w.now).Result != verdict {
				t.Errorf("%s: %t, explained as the opposite", name, verdict)
			}
			if (len(x.Match(o, w.now, nil)) == 1) != verdict {
				t.Errorf("%s: %t, index the opposite", name, verdict)
			}
		}
	})
}
