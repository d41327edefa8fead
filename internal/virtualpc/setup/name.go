package setup

import (
	"strconv"
	"strings"
)

// MaxName is the longest computer name: NetBIOS'.
const MaxName = 15

// applyTemplate makes a computer's name of a device name template. Its rules, as
// the tutorial states them: 15 characters or less; letters, numbers and hyphens;
// not all numbers; %SERIAL% is the serial number, %RAND:x% are x random digits.
// A name that is too long loses the beginning of its serial number ("Configure
// Autopilot profiles"), and the serial's other characters are left out. Macros
// are read in any case. When no name results, name is empty and why says so.
func (s *State) applyTemplate(template, serial string) (name, why string) {
	pieces, fixed, why := cutTemplate(template)
	if why != "" {
		return "", why
	}
	if fixed > MaxName {
		return "", "the template gives " + strconv.Itoa(fixed) + " characters, and a name has 15 at most"
	}
	clean := make([]byte, 0, len(serial))
	for i := range len(serial) {
		if nameChar(serial[i]) { // no byte of a longer character is one
			clean = append(clean, serial[i])
		}
	}
	if room := MaxName - fixed; len(clean) > room {
		clean = clean[len(clean)-room:]
	}
	for _, p := range pieces {
		switch {
		case p.serial:
			// A template that has it twice fills the room once.
			name, clean = name+string(clean), nil
		case p.digits > 0:
			name += s.digits(p.digits)
		default:
			name += p.text
		}
	}
	switch {
	case name == "":
		return "", "the serial number has no character that a name can have"
	case allOf(name, isDigit):
		return "", "the name would be all numbers"
	}
	return name, ""
}

// piece is a part of a template: text, the serial number, or random digits.
type piece struct {
	text   string
	serial bool
	digits int
}

// cutTemplate splits a template at its percent signs: every second part is a
// macro. fixed counts the characters of everything but the serial number.
func cutTemplate(template string) (pieces []piece, fixed int, why string) {
	parts := strings.Split(template, "%")
	if len(parts)%2 == 0 {
		return nil, 0, "the template has a percent sign without its other one"
	}
	for i, part := range parts {
		if i%2 == 0 {
			if !allOf(part, nameChar) {
				return nil, 0, "the template has a character that is no letter, number or hyphen"
			}
			if part != "" {
				pieces, fixed = append(pieces, piece{text: part}), fixed+len(part)
			}
			continue
		}
		macro := strings.ToUpper(part)
		if macro == "SERIAL" {
			pieces = append(pieces, piece{serial: true})
			continue
		}
		count, found := strings.CutPrefix(macro, "RAND:")
		n, err := strconv.Atoi(count)
		if !found || err != nil || n < 1 {
			return nil, 0, "the template has a macro that is neither %SERIAL% nor %RAND:x%"
		}
		// Too many digits fail for the length of the name, not one by one.
		n = min(n, MaxName+1)
		pieces, fixed = append(pieces, piece{digits: n}), fixed+n
	}
	if len(pieces) == 0 {
		return nil, 0, "the template is empty"
	}
	return pieces, fixed, ""
}

// isName tells a computer name that Windows could have.
func isName(s string) bool { return s != "" && len(s) <= MaxName && allOf(s, nameChar) }
