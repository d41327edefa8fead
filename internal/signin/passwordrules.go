package signin

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"taxiway/internal/fault"
)

const (
	// MinPassword is the fewest characters of a password, as in Entra.
	MinPassword = 8
	// MaxPassword is the most, so that nobody has megabytes hashed.
	MaxPassword = 256
	// minStrength is how many points a password needs, see strength.
	minStrength = 5
	// minName is the shortest part of a name that a password must not hold.
	minName = 4
)

// CheckNewPassword refuses a password that is too short or too long, holds the
// person's name or domain, or is one of those that are tried first. There is
// no rule about kinds of characters (NIST SP 800-63B section 3.1.1.2). The
// error is fault.Invalid about "password" with code PasswordTooShort,
// PasswordTooLong, PasswordNotText, PasswordContainsName or PasswordTooCommon.
func CheckNewPassword(upn, displayName, password string) error {
	switch n := utf8.RuneCountInString(password); {
	case !utf8.ValidString(password) || strings.ContainsFunc(password, unicode.IsControl):
		return badPassword("PasswordNotText", "The password holds a character that no keyboard writes.", "Type it again.")
	case n < MinPassword:
		return badPassword("PasswordTooShort", fmt.Sprintf("The password has %d characters; at least %d are needed.", n, MinPassword), "Several words are easy to remember and hard to guess.")
	case n > MaxPassword:
		return badPassword("PasswordTooLong", fmt.Sprintf("The password has %d characters; at most %d are taken.", n, MaxPassword), "Choose a shorter one.")
	}
	spellings := spellingsOf(password)
	for _, name := range namesOf(upn, displayName) {
		for _, s := range spellings {
			if strings.Contains(s, name) {
				return badPassword("PasswordContainsName", "The password holds '"+name+"', a part of the name or domain.", "Leave names out.")
			}
		}
	}
	if strength(spellings) < minStrength {
		return badPassword("PasswordTooCommon", "The password is like one of those that are tried first.", "Put several words together that have nothing to do with each other.")
	}
	return nil
}

func badPassword(code, message, remedy string) error {
	return fault.Field(fault.Invalid, code, "password", message, remedy)
}

// namesOf are the lower-case parts of a person's names that are long enough to
// matter; of the domain everything but its last label.
func namesOf(upn, displayName string) []string {
	local, domain, _ := strings.Cut(strings.ToLower(upn), "@")
	if dot := strings.LastIndexByte(domain, '.'); dot >= 0 {
		domain = domain[:dot]
	}
	notLetter := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	parts := append([]string{local}, strings.FieldsFunc(local, notLetter)...)
	parts = append(parts, strings.FieldsFunc(strings.ToLower(displayName), notLetter)...)
	parts = append(parts, strings.Split(domain, ".")...)
	var names []string
	for _, part := range parts {
		if utf8.RuneCountInString(part) >= minName {
			names = append(names, part)
		}
	}
	return names
}

// Digits and signs that stand for letters. A 1 is read both ways.
var (
	leetI = strings.NewReplacer("0", "o", "1", "i", "!", "i", "|", "i", "3", "e", "4", "a", "@", "a", "5", "s", "$", "s", "7", "t", "+", "t", "8", "b", "9", "g")
	leetL = strings.NewReplacer("0", "o", "1", "l", "!", "l", "|", "l", "3", "e", "4", "a", "@", "a", "5", "s", "$", "s", "7", "t", "+", "t", "8", "b", "9", "g")
)

// spellingsOf are the ways to read a password: as it is, and with letters for
// the digits that stand for them.
func spellingsOf(password string) []string {
	lower := strings.ToLower(password)
	return []string{lower, leetI.Replace(lower), leetL.Replace(lower)}
}

// strength counts a common word or a year as one point, in whichever spelling
// it can be read, and every other character as one, unless it repeats the
// character before it or follows it in the alphabet or in counting, up or
// down.
func strength(spellings []string) int {
	points, plain := 0, spellings[0]
	var last rune
	for at := 0; at < len(plain); {
		if n := commonAt(spellings, at); n > 0 {
			points, last, at = points+1, 0, at+n
			continue
		}
		r, size := utf8.DecodeRuneInString(plain[at:])
		if step := r - last; last == 0 || step < -1 || step > 1 {
			points++
		}
		last, at = r, at+size
	}
	return points
}

// commonAt is the length of the longest common word, or of a year, that stands
// there in one of the spellings, else 0. Spellings differ byte by byte only.
func commonAt(spellings []string, at int) int {
	longest := 0
	if isYear(spellings[0][at:]) {
		longest = 4
	}
	commonWords, longestCommon := commonWords()
	for _, s := range spellings {
		for n := min(longestCommon, len(s)-at); n > longest; n-- {
			if _, common := commonWords[s[at:at+n]]; common {
				longest = n
			}
		}
	}
	return longest
}

func isYear(s string) bool {
	if len(s) < 4 || (s[:2] != "19" && s[:2] != "20") {
		return false
	}
	return s[2] >= '0' && s[2] <= '9' && s[3] >= '0' && s[3] <= '9'
}
