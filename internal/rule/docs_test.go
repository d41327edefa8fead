package rule_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"taxiway/internal/rule"
)

// TestTheRulesPageTellsEveryPropertyAndCode compares docs/rules.md with the tables of the package.
func TestTheRulesPageTellsEveryPropertyAndCode(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/rules.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(data)
	_, rest, _ := strings.Cut(page, "### Devices")
	devices, rest, _ := strings.Cut(rest, "### Users")
	users, _, _ := strings.Cut(rest, "## What is refused")
	for kind, section := range map[rule.Kind]string{rule.Device: devices, rule.User: users} {
		known := map[string]bool{}
		for _, p := range rule.Properties(kind) {
			known[p.Name] = true
			if !regexp.MustCompile(`\b`+p.Name+`\b`).MatchString(section) && !strings.HasPrefix(p.Name, "extensionAttribute") {
				t.Errorf("docs/rules.md does not list %s.%s", kind, p.Name)
			}
		}
		for line := range strings.Lines(section) {
			cell := strings.Split(line, "|")
			if len(cell) < 4 || strings.Contains(cell[1], "`") || strings.Contains(cell[1], "-") || cell[1] == " property " {
				continue
			}
			for name := range strings.SplitSeq(strings.ReplaceAll(cell[1], " … ", ", "), ",") {
				if name = strings.TrimSpace(name); !known[name] {
					t.Errorf("docs/rules.md lists %s.%s, which no rule can name", kind, name)
				}
			}
		}
	}
	for _, code := range []string{
		rule.CodeEmptyRule, rule.CodeRuleTooLong, rule.CodeNestedTooDeep, rule.CodeInvalidCharacter, rule.CodeUnterminatedString,
		rule.CodeUnexpectedToken, rule.CodeUnsupportedProperty, rule.CodeWrongDialect, rule.CodeMixedObjects,
		rule.CodeOperatorNotSupported, rule.CodeInvalidValue, rule.CodeInvalidRegex, rule.CodeMemberOfRetired,
		rule.CodeDirectReportsNotSupported,
	} {
		if !strings.Contains(page, code) {
			t.Errorf("docs/rules.md does not explain %s", code)
		}
	}
}
