package autopilot

import (
	"fmt"
	"strconv"
	"strings"

	"taxiway/internal/fault"
)

// MaxComputerName is the longest computer name a template may give (NetBIOS).
const MaxComputerName = 15

// namePart is literal text or a macro of a device name template.
type namePart struct {
	text   string // literal
	serial bool   // %SERIAL%
	random int    // digits of %RAND:x%
}

// ValidateNameTemplate checks a device name template as the tutorial states
// its rules: letters, digits and hyphens, 15 characters or less, not all
// digits, %SERIAL% and %RAND:x%.
func ValidateNameTemplate(template string) error {
	parts, err := parseNameTemplate(template)
	if err != nil {
		return err
	}
	fixed, serials, letters := 0, 0, false
	for _, p := range parts {
		switch {
		case p.serial:
			serials++
		case p.random > 0:
			fixed += p.random
		default:
			fixed += len(p.text)
			letters = letters || strings.ContainsFunc(p.text, func(c rune) bool { return c < '0' || c > '9' })
		}
	}
	switch {
	case serials > 1:
		return templateFault("%SERIAL% stands in the template more than once.", "Use %SERIAL% once.")
	case fixed > MaxComputerName:
		return templateFault(fmt.Sprintf("The template gives names of %d characters; a computer name has 15 at most.", fixed), "Shorten the text or the number in %RAND:x%.")
	case serials == 1 && fixed == MaxComputerName:
		return templateFault("The template leaves no room for the serial number: its other parts take all 15 characters.", "Shorten the text or the number in %RAND:x%.")
	case serials == 0 && !letters:
		return templateFault("The template can only give names of digits; a computer name can't be all numbers.", "Add a letter or a hyphen.")
	}
	return nil
}

func templateFault(message, remedy string) error {
	return fault.Field(fault.Invalid, "InvalidDeviceNameTemplate", "deviceNameTemplate", message, remedy)
}

func parseNameTemplate(template string) ([]namePart, error) {
	if template == "" {
		return nil, templateFault("The template is empty.", "Write a template or turn Apply device name template off.")
	}
	var parts []namePart
	for rest, at := template, 0; rest != ""; at = len(template) - len(rest) {
		if rest[0] != '%' {
			n := strings.IndexByte(rest, '%')
			if n < 0 {
				n = len(rest)
			}
			for i, c := range rest[:n] {
				if !nameRune(c) {
					return nil, templateFault(fmt.Sprintf("Character %d of the template, %q, is not a letter, a digit or a hyphen.", at+i+1, c), "Remove it; names can have letters, numbers, and hyphens.")
				}
			}
			parts, rest = append(parts, namePart{text: rest[:n]}), rest[n:]
			continue
		}
		end := strings.IndexByte(rest[1:], '%')
		if end < 0 {
			return nil, templateFault(fmt.Sprintf("The macro that begins at character %d has no closing percent sign.", at+1), "Write %SERIAL% or %RAND:x%.")
		}
		part, err := parseMacro(rest[1:1+end], at+1)
		if err != nil {
			return nil, err
		}
		parts, rest = append(parts, part), rest[end+2:]
	}
	return parts, nil
}

func parseMacro(name string, at int) (namePart, error) {
	if strings.EqualFold(name, "SERIAL") {
		return namePart{serial: true}, nil
	}
	digits, ok := strings.CutPrefix(strings.ToUpper(name), "RAND:")
	if !ok {
		return namePart{}, templateFault(fmt.Sprintf("The macro %%%s%% at character %d is not known.", name, at), "Use %SERIAL% or %RAND:x%.")
	}
	n, err := strconv.Atoi(digits)
	if err != nil || n < 1 || n > MaxComputerName || strconv.Itoa(n) != digits {
		return namePart{}, templateFault(fmt.Sprintf("The x of %%RAND:x%% at character %d is '%s'; it is the number of digits to add, 1 to 15.", at, digits), "Give a number from 1 to 15, for example %RAND:5%.")
	}
	return namePart{random: n}, nil
}

func nameRune(c rune) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-'
}

// ExpandName gives the computer name a template makes for a serial number.
// Characters a name cannot have are dropped from the serial, which is then cut
// from its front until the name fits. random gives n decimal digits. ok is
// false when the result would be empty or all digits: Windows then keeps the
// name it made itself, and why says so.
func ExpandName(template, serial string, random func(n int) string) (name string, ok bool, why Text) {
	parts, err := parseNameTemplate(template)
	if err != nil {
		return "", false, Words.Say("nameTemplateInvalid", "why", err.Error())
	}
	room := MaxComputerName
	for _, p := range parts {
		room -= len(p.text) + p.random
	}
	clean := strings.Map(func(c rune) rune {
		if nameRune(c) {
			return c
		}
		return -1
	}, serial)
	if len(clean) > room {
		clean = clean[len(clean)-max(room, 0):]
	}
	var b strings.Builder
	for _, p := range parts {
		switch {
		case p.serial:
			b.WriteString(clean)
		case p.random > 0:
			b.WriteString(random(p.random))
		default:
			b.WriteString(p.text)
		}
	}
	name = b.String()
	switch {
	case name == "":
		return "", false, Words.Say("nameEmpty")
	case strings.Trim(name, "0123456789") == "":
		return "", false, Words.Say("nameAllNumbers")
	}
	return name, true, Text{}
}
