package rule_test

import (
	"testing"

	"taxiway/internal/rule"
)

func TestRulesThatDifferOnlyInSpellingShareTheirNormalForm(t *testing.T) {
	t.Parallel()
	for _, group := range []struct {
		normal    string
		spellings []string
	}{
		{`device.deviceOSType -eq "windows"`, []string{
			`device.deviceOSType -eq "Windows"`, `Device.DEVICEOSTYPE -EQ 'windows'`, `device.deviceOSType eq "Windows"`,
			` ( (device.deviceOSType –eq "Windows") ) `, `device.deviceOSType -eq "Windows" or device.deviceOSType -eq "WINDOWS"`,
		}},
		{`user.city -eq "b" -and user.country -eq "a"`, []string{
			`user.country -eq "a" and user.city -eq "b"`, `(user.city -eq "b") -AND (user.country -eq "a")`,
			`user.city -eq "b" and (user.country -eq "a" and user.city -eq "b")`,
		}},
		{`user.city -eq "a" -and user.city -eq "b" -or user.city -eq "c"`, []string{
			`user.city -eq "a" and user.city -eq "b" or user.city -eq "c"`,
			`user.city -eq "c" or (user.city -eq "b" and user.city -eq "a")`,
		}},
		{`user.city -eq "a" -and (user.city -eq "b" -or user.city -eq "c")`, []string{
			`(user.city -eq "c" or user.city -eq "b") and user.city -eq "a"`,
		}},
		{`user.city -eq "a" -and user.city -eq "b" -and user.city -eq "c"`, []string{
			`user.city -eq "c" and ((user.city -eq "a" and user.city -eq "b") or (user.city -eq "b" and user.city -eq "a"))`,
		}},
		{`-not user.city -eq "a"`, []string{`not (user.city -eq "a")`, `-not user.city -eq 'A'`}},
		{`-not (-not user.city -eq "a")`, []string{`not (not (user.city -eq "a"))`}},
		{`-not (user.city -eq "a" -or user.city -eq "b")`, []string{`-not (user.city -eq "b" -or user.city -eq "a")`}},
		{`device.devicePhysicalIds -any (_ -startsWith "[ztdid]")`, []string{
			`device.devicePhysicalIDs -any _ -startsWith "[ZTDId]"`, `device.devicePhysicalIds -startsWith "[ZTDId]"`,
			`device.devicePhysicalIds any ((_ startswith '[ZTDID]'))`,
		}},
		{`device.devicePhysicalIds -all (_ -notContains "[ztdid]")`, []string{
			`device.devicePhysicalIds -notContains "[ZTDId]"`, `device.devicePhysicalIds -all _ -notcontains "[ZTDId]"`,
		}},
		{`user.city -in ["a", "b"]`, []string{`user.city -in ["b","a"]`, `user.city in ['A', "b", 'a']`}},
		{`user.city -eq null`, []string{`user.city -eq $null`, `user.city -eq ""`, `user.city eq NULL`}},
		{`user.city -eq "null"`, []string{`user.city -eq 'NULL'`}},
		{`user.city -eq "say ` + "`" + `"a` + "``" + `b` + "`" + `""`, []string{`user.city -eq 'say "a` + "`" + `b"'`, "user.city -eq \"say `\"A``b`\"\""}},
		{`user.accountEnabled -eq true`, []string{`user.accountEnabled -eq True`, `user.accountEnabled -eq "TRUE"`}},
		{`user.employeeHireDate -ge 2026-01-31T00:00:00Z`, []string{
			`user.employeehiredate -ge 2026-01-31`, `user.employeeHireDate -ge "2026-01-31T01:00:00+01:00"`, `user.employeeHireDate -ge (2026-01-31)`,
		}},
		{`user.employeeHireDate -le (system.now -plus P7DT3H)`, []string{
			`user.employeeHireDate -le system.now -plus p1wt3h`, `user.employeeHireDate -le (System.Now -PLUS P7DT180M)`,
		}},
		{`user.employeeHireDate -le system.now`, []string{`user.employeeHireDate -le (system.now -minus P0D)`}},
		{`user.extension_0123456789abcdef0123456789abcdef_team -eq "1"`, []string{`user.Extension_0123456789ABCDEF0123456789abcdef_Team -eq 1`}},
		{`device.displayName -match "\D"`, []string{`device.displayname -match '\D'`}},
	} {
		for _, text := range append(group.spellings, group.normal) {
			if got := parse(t, text).Normal(); got != group.normal {
				t.Errorf("%s\nhas the normal form %s\nwant                %s", text, got, group.normal)
			}
		}
	}
}

func TestRulesOfDifferentMeaningKeepDifferentNormalForms(t *testing.T) {
	t.Parallel()
	seen := map[[32]byte]string{}
	for _, text := range []string{
		`user.city -match "\D"`, `user.city -match "\d"`,
		`user.city -eq "a"`, `user.city -ne "a"`, `-not (user.city -eq "a")`, `user.city -eq null`, `user.city -eq "null"`,
		`user.city -in ["a"]`, `user.city -in ["a", "b"]`, `user.city -in ["a, b"]`,
		`user.city -eq "a" and user.city -eq "b" or user.city -eq "c"`, `user.city -eq "a" and (user.city -eq "b" or user.city -eq "c")`,
		`user.displayName -eq "a"`, `device.displayName -eq "a"`,
		`user.otherMails -any (_ -eq "a")`, `user.otherMails -all (_ -eq "a")`, `user.proxyAddresses -any (_ -eq "a")`,
		`user.employeeHireDate -le (system.now -plus P1M)`, `user.employeeHireDate -le (system.now -plus PT1M)`,
		`user.employeeHireDate -le (system.now -minus P1M)`, `user.employeeHireDate -ge (system.now -minus P1M)`,
	} {
		hash := parse(t, text).Hash()
		if twin, ok := seen[hash]; ok {
			t.Errorf("%s and %s have the same normal form", text, twin)
		}
		seen[hash] = text
	}
}

func TestDatedTellsWhetherTimeAloneCanChangeTheVerdict(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`user.employeeHireDate -ge system.now`:                                    true,
		`user.city -eq "a" or (user.employeeHireDate -le (system.now -plus P1D))`: true,
		`user.employeeHireDate -ge 2026-01-01`:                                    false,
		`user.city -eq "system.now"`:                                              false,
		`device.displayName -eq "a"`:                                              false,
	} {
		if got := parse(t, text).Dated(); got != want {
			t.Errorf("%s: dated is %t, want %t", text, got, want)
		}
	}
}

func TestAValueOutsideAClosedListGivesAWarningAtTheValue(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]int{
		`device.deviceOwnership -eq "Corporate"`:              {27},
		`device.deviceOwnership -eq "company"`:                nil,
		`device.deviceOwnership -contains "Corp"`:             nil,
		`device.deviceOwnership -in ["Company", "Corporate"]`: {39},
		`device.deviceTrustType -ne "Azure AD joined"`:        {27},
		`device.deviceTrustType -eq null`:                     nil,
		`user.userType -eq "Admin" or user.userType -eq "x"`:  {18, 47},
		`device.deviceOSType -eq "Doors"`:                     nil,
		`device.deviceOSVersion -ge "10.0"`:                   {23},
	} {
		var got []int
		for _, w := range parse(t, text).Warnings() {
			got = append(got, w.Pos)
			if w.Message == "" {
				t.Errorf("%s: a warning says nothing", text)
			}
		}
		if len(got) != len(want) || len(got) > 0 && got[0] != want[0] || len(got) > 1 && got[1] != want[1] {
			t.Errorf("%s: warnings at %v, want %v", text, got, want)
		}
	}
}

func TestFoldJoinsExactlyTheLettersOfOneFoldingOrbit(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "abc-1": "abc-1", "ABC": "abc", "\u212A": "k", "ſS": "ss", "Σςσ": "σσσ", "ÄÖÜ": "äöü", "ẞß": "ßß",
		"İ": "İ", "ı": "ı", "Å\u212B": "åå", "Ǆǅǆ": "ǆǆǆ",
	} {
		if got := rule.Fold(in); got != want {
			t.Errorf("Fold(%q) is %q, want %q", in, got, want)
		}
	}
}
