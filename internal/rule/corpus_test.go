package rule_test

import (
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"

	"taxiway/internal/rule"
)

// lines reads a file of testdata without its notes and empty lines.
func lines(t testing.TB, name string) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		if line != "" && !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return list
}

func TestEveryPublishedGroupRuleIsAccepted(t *testing.T) {
	t.Parallel()
	for _, section := range []struct {
		file     string
		kind     rule.Kind
		count    int
		warnings int
	}{
		{"device.txt", rule.Device, 138, 4},
		{"user.txt", rule.User, 88, 0},
	} {
		list := lines(t, section.file)
		if len(list) != section.count {
			t.Errorf("%s has %d rules, want %d", section.file, len(list), section.count)
		}
		warnings := 0
		for _, text := range list {
			r, err := rule.Parse(text)
			if err != nil {
				t.Errorf("%s: %v", text, err)
				continue
			}
			if r.Kind() != section.kind || r.Text() != text {
				t.Errorf("%s: parsed as %s rule %q", text, r.Kind(), r.Text())
			}
			warnings += len(r.Warnings())
			again, err := rule.Parse(r.Normal())
			if err != nil {
				t.Errorf("%s: its normal form %s: %v", text, r.Normal(), err)
			} else if again.Hash() != r.Hash() {
				t.Errorf("%s: the normal form of\n%s is\n%s", text, r.Normal(), again.Normal())
			}
		}
		if warnings != section.warnings {
			t.Errorf("%s: %d warnings, want %d", section.file, warnings, section.warnings)
		}
	}
}

func TestEveryRuleOfAnotherDialectOrPublishedBrokenIsRefusedWhereItIsWrong(t *testing.T) {
	t.Parallel()
	list := lines(t, "refused.txt")
	if len(list) != 26+12 {
		t.Errorf("refused.txt has %d rules, want 26 of other dialects and 12 broken ones", len(list))
	}
	for _, line := range list {
		column := strings.Split(line, "\t")
		if len(column) != 3 {
			t.Fatalf("%q has %d columns, want 3", line, len(column))
		}
		pos, err := strconv.Atoi(column[2])
		if err != nil {
			t.Fatal(err)
		}
		_ = checkRefused(t, column[0], column[1], pos)
	}
}

// checkRefused asserts that text is refused with code at pos and returns the error, nil if it is not.
func checkRefused(t *testing.T, text, code string, pos int) *rule.Error {
	t.Helper()
	_, err := rule.Parse(text)
	var refused *rule.Error
	switch {
	case err == nil:
		t.Errorf("%s: accepted, want %s at %d", text, code, pos)
	case !errors.As(err, &refused):
		t.Errorf("%s: %T, want *rule.Error", text, err)
	case refused.Code != code || refused.Pos != pos:
		t.Errorf("%s: %s at %d, want %s at %d (%v)", text, refused.Code, refused.Pos, code, pos, err)
	}
	return refused
}
