package signin_test

import (
	"strings"
	"testing"

	"taxiway/internal/fault"
	"taxiway/internal/signin"
)

func TestPasswordsThatAreTriedFirstAreRefused(t *testing.T) {
	t.Parallel()
	const upn, name = "megan.bowen@contoso.example", "Megan Böwen-Li"
	for code, passwords := range map[string][]string{
		"PasswordTooShort": {"", "a", "1234567", "ÄÖÜäöü€", "kuvo9tz"},
		"PasswordTooLong":  {strings.Repeat("glass umbrella ", 18)},
		"PasswordNotText":  {"glass\x00umbrella", "glass\numbrella", "glass \xff umbrella"},
		"PasswordContainsName": {
			"megan.bowen77xqz", "M3g4n-kuvo-tz94", "xqzBOWENxqz", "xqz-b0wen-77", "Contoso-kuvo-94", "c0nt0s0!kuvo94", "böwen-kuvo-94",
		},
		"PasswordTooCommon": {
			"password", "Password1", "P@ssw0rd", "P@ssw0rd123!", "Passw0rt2026", "passwordpassword", "12345678", "87654321", "123456789012", "aaaaaaaa", "abcdefgh",
			"qwertyuiop", "Qwertz123", "asdfghjkl", "1qaz2wsx", "1q2w3e4r", "letmein1", "Welcome1!", "W3lc0me!", "Summer2026!", "Sommer2025", "iloveyou", "ILoveYou2", "admin123",
			"Administrator1", "changeme", "ChangeMe!!", "trustno1", "dragon99", "monkey12", "football", "Liverpool1", "jordan23", "Michael1", "Jessica99", "sunshine!", "princess1", "$unsh1ne",
			"superman", "Charlie1", "Windows11", "taxiway1", "11111111", "00000000", "abc12345", "passpass", "adminadmin", "January2026", "Monday123",
		},
		"": {
			goodPassword, otherPassword, "kuvo-94tz-rhme-xq5c", "Tr0ub4dor&3", "xkqzvbnw", "ubvl39qe", "Übermäßig schön", "日本語のパスワード", strings.Repeat("glass umbrella ", 17), "lee plays in the rain",
		},
	} {
		for _, p := range passwords {
			err := signin.CheckNewPassword(upn, name, p)
			e, _ := fault.As(err)
			switch {
			case code == "" && err != nil:
				t.Errorf("%q is refused: %v", p, err)
			case code != "" && (e == nil || e.Kind != fault.Invalid || e.Code != code || len(e.Details) != 1 || e.Details[0].Target != "password" || e.Details[0].Remedy == ""):
				t.Errorf("%q: %v, want %s", p, err, code)
			case e != nil && len(p) > 20 && strings.Contains(e.Message, p):
				t.Errorf("the message holds the password: %s", e.Message)
			}
		}
	}
}

func TestGeneratedPasswordsAreGoodAndEachIsAnother(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 500 {
		p := signin.GeneratePassword()
		if err := signin.CheckNewPassword("a@contoso.example", "A", p); err != nil {
			t.Errorf("%q: %v", p, err)
		}
		if len(p) != 19 || seen[p] {
			t.Errorf("%q is no new password of four groups", p)
		}
		seen[p] = true
	}
}
