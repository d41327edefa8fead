package setup

import "strings"

// isGUID tells 8-4-4-4-12 hexadecimal digits, without braces.
func isGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch i {
		case 8, 13, 18, 23:
			if s[i] != '-' {
				return false
			}
		default:
			if !isHex(s[i]) {
				return false
			}
		}
	}
	return true
}

func isHex(c byte) bool { return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// nameChar tells the characters of a computer's name.
func nameChar(c byte) bool { return isLetter(c) || isDigit(c) || c == '-' }

// isDomain tells a name of letters, digits, hyphens and dots.
func isDomain(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || !allOf(label, nameChar) {
			return false
		}
	}
	return true
}

// isLanguage tells the shape of a language tag: en-US, sr-Latn-RS.
func isLanguage(s string) bool {
	if len(s) > 35 || len(s) < 2 || !isLetter(s[0]) {
		return false
	}
	for part := range strings.SplitSeq(s, "-") {
		if part == "" || len(part) > 8 || !allOf(part, func(c byte) bool { return isLetter(c) || isDigit(c) }) {
			return false
		}
	}
	return true
}

// isAddress tells what a sign-in name looks like; whether there is one is the
// directory's to say.
func isAddress(s string) bool {
	name, domain, found := strings.Cut(s, "@")
	return found && name != "" && len(s) <= 320 && isDomain(domain) && !strings.ContainsAny(name, " \t\r\n")
}

func allOf(s string, ok func(byte) bool) bool {
	for i := range len(s) {
		if !ok(s[i]) {
			return false
		}
	}
	return true
}
