package rule_test

import (
	"strings"
	"testing"

	"taxiway/internal/rule"
)

func TestARefusalNamesCodeAndPlace(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("(", 101) + `user.city -eq "a"` + strings.Repeat(")", 101)
	for _, c := range []struct {
		text, code string
		pos        int
	}{
		{"", rule.CodeEmptyRule, 0},
		{" \t\n", rule.CodeEmptyRule, 0},
		{`user.city -eq "` + strings.Repeat("é", 3072) + `"`, rule.CodeRuleTooLong, 3072},
		{deep, rule.CodeNestedTooDeep, 100},

		{`user.city -eq “Lagos”`, rule.CodeInvalidCharacter, 14},
		{`user.city -eq ‘Lagos’`, rule.CodeInvalidCharacter, 14},
		{`user.city -eq "a\"b"`, rule.CodeInvalidCharacter, 16},
		{`user.city -eq \"a\"`, rule.CodeInvalidCharacter, 14},
		{`user.city -eq "a" && user.city -eq "b"`, rule.CodeInvalidCharacter, 18},
		{"user.city -eq \"a\xff\"", rule.CodeInvalidCharacter, 16},
		{"user.city -eq \"\uFFFD\xff\"", rule.CodeInvalidCharacter, 16},
		{`user.city -eq "Lagos`, rule.CodeUnterminatedString, 14},
		{`user.city -eq 'O'Neil'`, rule.CodeUnterminatedString, 21},
		{"user.city -eq \"a`\"", rule.CodeUnterminatedString, 14},

		{`user.city`, rule.CodeUnexpectedToken, 9},
		{`user.city -eq`, rule.CodeUnexpectedToken, 13},
		{`user -eq "a"`, rule.CodeUnexpectedToken, 0},
		{`user. -eq "a"`, rule.CodeUnexpectedToken, 0},
		{`group.displayName -eq "a"`, rule.CodeUnexpectedToken, 0},
		{`"a" -eq user.city`, rule.CodeUnexpectedToken, 0},
		{`user.city "a"`, rule.CodeUnexpectedToken, 10},
		{`user.city like "a"`, rule.CodeUnexpectedToken, 10},
		{`user.city -eq "a" user.city -eq "b"`, rule.CodeUnexpectedToken, 18},
		{`(user.city -eq "a"`, rule.CodeUnexpectedToken, 18},
		{`user.city -eq "a")`, rule.CodeUnexpectedToken, 17},
		{`()`, rule.CodeUnexpectedToken, 1},
		{`user.city -eq "a" and`, rule.CodeUnexpectedToken, 21},
		{`-not -not user.city -eq "a"`, rule.CodeUnexpectedToken, 5},
		{`user.city -not null`, rule.CodeOperatorNotSupported, 10},
		{`user.city-eq "a"`, rule.CodeUnexpectedToken, 9},
		{`user.city -in "a"`, rule.CodeUnexpectedToken, 14},
		{`user.city -in []`, rule.CodeUnexpectedToken, 15},
		{`user.city -in ["a" "b"]`, rule.CodeUnexpectedToken, 19},
		{`user.city -in ["a",]`, rule.CodeUnexpectedToken, 19},
		{`user.otherMails -any (user.city -eq "a")`, rule.CodeUnexpectedToken, 22},
		{`user.otherMails -any (assignedPlan.service -eq "a")`, rule.CodeUnexpectedToken, 22},
		{`user.assignedPlans -any (_ -eq "a")`, rule.CodeUnexpectedToken, 25},
		{`user.assignedPlans -any assignedPlan`, rule.CodeUnexpectedToken, 24},
		{`uſer.cty -eq "a"`, rule.CodeUnsupportedProperty, 5},
		{`user.otherMails -any _ -eq "a" -and _ -eq "b"`, rule.CodeUnexpectedToken, 36},
		{`_ -eq "a"`, rule.CodeUnexpectedToken, 0},
		{`assignedPlan.service -eq "SCO"`, rule.CodeUnexpectedToken, 0},
		{`user.employeeHireDate -ge system.now -minus P1D -minus P2D`, rule.CodeUnexpectedToken, 48},
		{`user.employeeHireDate -ge (system.now`, rule.CodeUnexpectedToken, 37},

		{`user.cty -eq "a"`, rule.CodeUnsupportedProperty, 5},
		{`user.employeeType -eq "a"`, rule.CodeUnsupportedProperty, 5},
		{`user.deviceModel -eq "a"`, rule.CodeUnsupportedProperty, 5},
		{`device.department -eq "a"`, rule.CodeUnsupportedProperty, 7},
		{`device.organizationalUnit -eq "a"`, rule.CodeUnsupportedProperty, 7},
		{`user.extension_0123_team -eq "a"`, rule.CodeUnsupportedProperty, 5},
		{`device.extension_0123456789abcdef0123456789abcdef_team -eq "a"`, rule.CodeUnsupportedProperty, 7},
		{`user.assignedPlans -any (assignedPlan.name -eq "a")`, rule.CodeUnsupportedProperty, 38},
		{`device.operatingSystemSKU -eq "Enterprise"`, rule.CodeWrongDialect, 7},
		{`app.appVersion -eq "1"`, rule.CodeWrongDialect, 0},
		{`device.displayName -eq "a" or user.city -eq "b"`, rule.CodeMixedObjects, 30},

		{`user.accountEnabled -startsWith "t"`, rule.CodeOperatorNotSupported, 20},
		{`user.city -any (_ -eq "a")`, rule.CodeOperatorNotSupported, 10},
		{`user.city -ge "a"`, rule.CodeOperatorNotSupported, 10},
		{`user.city -like "a*"`, rule.CodeOperatorNotSupported, 10},
		{`user.assignedPlans -contains "SCO"`, rule.CodeOperatorNotSupported, 19},
		{`user.employeeHireDate -contains "2026"`, rule.CodeOperatorNotSupported, 22},
		{`user.employeeHireDate -ne 2026-01-01`, rule.CodeOperatorNotSupported, 22},
		{`user.employeeHireDate -eq system.now`, rule.CodeOperatorNotSupported, 26},

		{`user.city -startsWith null`, rule.CodeInvalidValue, 22},
		{`user.city -eq Lagos`, rule.CodeInvalidValue, 14},
		{`user.city -eq true`, rule.CodeInvalidValue, 14},
		{`user.city -in ["a", null]`, rule.CodeInvalidValue, 20},
		{`user.accountEnabled -eq yes`, rule.CodeInvalidValue, 24},
		{`user.assignedPlans -eq "SCO"`, rule.CodeInvalidValue, 23},
		{`user.employeeHireDate -ge 2026-02-30`, rule.CodeInvalidValue, 26},
		{`user.employeeHireDate -ge system.now -plus 7D`, rule.CodeInvalidValue, 43},
		{`user.employeeHireDate -ge system.now -plus P`, rule.CodeInvalidValue, 43},
		{`user.employeeHireDate -ge system.now -plus P1DT`, rule.CodeInvalidValue, 43},
		{`device.deviceOSVersion -ge "11H2"`, rule.CodeInvalidValue, 27},

		{`user.city -match "a(?=b)"`, rule.CodeInvalidRegex, 17},
		{`user.city -match "(?<!a)b"`, rule.CodeInvalidRegex, 17},
		{`user.city -match "(?>a)b"`, rule.CodeInvalidRegex, 17},
		{`user.city -match "(a)\1"`, rule.CodeInvalidRegex, 17},
		{`user.city -match "(?<x>a)\k<x>"`, rule.CodeInvalidRegex, 17},
		{`user.city -match "a{1001}"`, rule.CodeInvalidRegex, 17},
		{`user.city -match "[a"`, rule.CodeInvalidRegex, 17},

		{`user.memberOf -any (group.objectId -in ["a", 'b'])`, rule.CodeMemberOfRetired, 5},
		{`device.memberof -any (group.objectId -in ['a']) and device.objectId -ne null`, rule.CodeMemberOfRetired, 7},
		{`user.memberOf -all (group.objectId -in ["a"])`, rule.CodeUnexpectedToken, 14},
		{`user.memberOf -any (group.displayName -eq "a")`, rule.CodeUnexpectedToken, 20},
		{`direct reports FOR "x"`, rule.CodeDirectReportsNotSupported, 0},
		{`(Direct Reports for "x")`, rule.CodeDirectReportsNotSupported, 1},
		{`Direct Reports "x"`, rule.CodeUnexpectedToken, 15},
	} {
		_ = checkRefused(t, c.text, c.code, c.pos)
	}
}

func TestARefusalSaysWhatToWriteInstead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text, code string
		pos        int
		part       string
	}{
		{`device.model -eq "a"`, rule.CodeWrongDialect, 7, "Unsupported property 'model', which belongs to Intune assignment filters and Conditional Access device filters, at character 8. In an Entra group rule write device.deviceModel."},
		{`device.deviceName -eq "a"`, rule.CodeWrongDialect, 7, "device.displayName"},
		{`user.officeLocation -eq "a"`, rule.CodeUnsupportedProperty, 5, "Unsupported property 'officeLocation' at character 6. Write user.physicalDeliveryOfficeName."},
		{`user.departement -eq "a"`, rule.CodeUnsupportedProperty, 5, "Did you mean user.department?"},
		{`device.department -eq "a"`, rule.CodeUnsupportedProperty, 7, "cannot look at its owner"},
		{`user.city -eq “a”`, rule.CodeInvalidCharacter, 14, "“ (curly quote U+201C)"},
		{`user.city -eq "a\"b"`, rule.CodeInvalidCharacter, 16, `a backslash before a quote`},
		{`user.city -in "a"`, rule.CodeUnexpectedToken, 14, `["a"]`},
		{`user.city -match "a(?=b)"`, rule.CodeInvalidRegex, 17, "look-around"},
		{`user.city -match "(?<!a)b"`, rule.CodeInvalidRegex, 17, "look-around"},
		{`user.city -match "(?>a)b"`, rule.CodeInvalidRegex, 17, "atomic group"},
		{`user.city -match "(a)\1"`, rule.CodeInvalidRegex, 17, "back-reference"},
		{`user.city -match "a{1001}"`, rule.CodeInvalidRegex, 17, "over 1,000"},
		{`user.memberOf -any (group.objectId -in ["a"])`, rule.CodeMemberOfRetired, 5, "retired it on 3 November 2026"},
		{`Direct Reports for "x"`, rule.CodeDirectReportsNotSupported, 0, "users have no managers"},
		{`user.city`, rule.CodeUnexpectedToken, 9, "Unexpected end of rule, expected -eq or"},
	} {
		if e := checkRefused(t, c.text, c.code, c.pos); e != nil && !strings.Contains(e.Error(), c.part) {
			t.Errorf("%s: %q does not say %q", c.text, e.Error(), c.part)
		}
	}
}

func TestARefusalListsWhatCouldStandThere(t *testing.T) {
	t.Parallel()
	e := checkRefused(t, `user.accountEnabled -contains true`, rule.CodeOperatorNotSupported, 20)
	if e != nil && (strings.Join(e.Expected, " ") != "-eq -ne" || e.Found != "-contains") {
		t.Errorf("expected %v, found %q", e.Expected, e.Found)
	}
	e = checkRefused(t, `user.city -eq "a" user.city`, rule.CodeUnexpectedToken, 18)
	if e != nil && (strings.Join(e.Expected, "|") != "-and|-or|end of rule" || e.Found != "user.city") {
		t.Errorf("expected %v, found %q", e.Expected, e.Found)
	}
}

func TestAHundredNestedParenthesesAreAccepted(t *testing.T) {
	t.Parallel()
	parse(t, strings.Repeat("(", 100)+`user.city -eq "a"`+strings.Repeat(")", 100))
	parse(t, strings.Repeat("(", 100)+`user.otherMails -any (_ -eq "a")`+strings.Repeat(")", 100))
	parse(t, `user.city -eq "`+strings.Repeat("é", 3072-16)+`"`)
}
