package enrollment

import (
	"encoding/base64"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/fault"
)

// Limits of a custom configuration. A value has to fit into one message.
const (
	MaxSettings     = 1000
	MaxSettingURI   = 1024
	MaxSettingBytes = 128 << 10
)

// The types of a setting, by Graph's type names without "omaSetting".
const (
	SettingString   = "String"
	SettingInteger  = "Integer"
	SettingBoolean  = "Boolean"
	SettingFloat    = "FloatingPoint"
	SettingDateTime = "DateTime"
	SettingXML      = "StringXml"
	SettingBase64   = "Base64"
)

// SettingTypes are all of them.
func SettingTypes() []string {
	return []string{SettingString, SettingInteger, SettingBoolean, SettingFloat, SettingDateTime, SettingXML, SettingBase64}
}

// validate checks every setting and names a faulty one by its place.
func (c *CustomConfiguration) validate() error {
	switch {
	case len(c.Settings) == 0:
		return fault.Field(fault.Invalid, "SettingsRequired", "omaSettings", "The configuration has no settings.", "Send at least one with an omaUri and a value.")
	case len(c.Settings) > MaxSettings:
		return fault.Field(fault.Invalid, "TooManySettings", "omaSettings", fmt.Sprintf("%d settings are more than the 1,000 that a configuration can have.", len(c.Settings)), "Make two configurations of it.")
	}
	seen := map[string]bool{}
	for i := range c.Settings {
		s := &c.Settings[i]
		if bad := s.problem(); bad != nil {
			bad.Target = fmt.Sprintf("omaSettings/%d/%s", i, bad.Target)
			return &fault.Error{Kind: fault.Invalid, Code: bad.Code, Message: bad.Message, Details: []fault.Detail{*bad}}
		}
		// A CSP does not tell upper from lower case in the names of its nodes.
		if key := strings.ToLower(s.URI); seen[key] {
			return fault.Field(fault.Invalid, "SettingTwice", fmt.Sprintf("omaSettings/%d/omaUri", i), "The node '"+brief(s.URI)+"' is set twice.", "Set it once.")
		} else {
			seen[key] = true
		}
	}
	return nil
}

// problem tells what is wrong with a setting, nil when nothing is.
func (s *OMASetting) problem() *fault.Detail {
	switch {
	case len([]rune(s.DisplayName)) > MaxPolicyName:
		return &fault.Detail{Target: "displayName", Code: "NameTooLong", Message: "The name of the setting is longer than 200 characters.", Remedy: "Shorten it to 200 characters."}
	case !validNode(s.URI):
		return &fault.Detail{Target: "omaUri", Code: "InvalidOMAURI", Message: "'" + brief(s.URI) + "' is not the path of a node.", Remedy: "Send it as Windows writes it: ./Device/Vendor/MSFT/… or ./User/Vendor/MSFT/…."}
	case len(s.Value) > MaxSettingBytes:
		return &fault.Detail{Target: "value", Code: "ValueTooLong", Message: fmt.Sprintf("The value has %d bytes, and 131,072 fit into a message.", len(s.Value)), Remedy: "Send a shorter value."}
	case !slices.Contains(SettingTypes(), s.Type):
		return &fault.Detail{Target: "@odata.type", Code: "InvalidSettingType", Message: "The type '" + brief(s.Type) + "' is not one that a setting can have.", Remedy: "Use omaSettingString, omaSettingInteger, omaSettingBoolean, omaSettingFloatingPoint, omaSettingDateTime, omaSettingStringXml or omaSettingBase64."}
	}
	if want := s.misfit(); want != "" {
		return &fault.Detail{Target: "value", Code: "InvalidValue", Message: "The value of '" + brief(s.URI) + "' is not " + want + ".", Remedy: "Send " + want + ", or another type of setting."}
	}
	return nil
}

// misfit says what the value of this type should be; empty when it is.
func (s *OMASetting) misfit() string {
	switch s.Type {
	case SettingInteger:
		if _, err := strconv.ParseInt(s.Value, 10, 32); err != nil {
			return "a whole number of 32 bits"
		}
	case SettingBoolean:
		if s.Value != "true" && s.Value != "false" {
			return "true or false"
		}
	case SettingFloat:
		if f, err := strconv.ParseFloat(s.Value, 64); err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
			return "a number"
		}
	case SettingDateTime:
		if _, err := time.Parse(time.RFC3339, s.Value); err != nil {
			return "a date and time such as 2026-01-31T08:00:00Z"
		}
	case SettingString:
		if strings.ContainsFunc(s.Value, noXML) {
			return "text without control characters"
		}
	case SettingXML:
		if !wellFormed(s.Value) {
			return "well-formed XML"
		}
	case SettingBase64:
		if _, err := base64.StdEncoding.DecodeString(s.Value); err != nil {
			return "base64"
		}
	}
	return ""
}

// noXML reports whether XML, in which values travel, has no such character
// (XML 1.0, 2.2).
func noXML(r rune) bool {
	return r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF
}

// validNode tells whether text is the path of a node: ./ and at least two names.
func validNode(uri string) bool {
	path, ok := strings.CutPrefix(uri, "./")
	if !ok || len(uri) > MaxSettingURI || strings.ContainsFunc(uri, func(r rune) bool { return r < 0x20 || r == 0x7f }) {
		return false
	}
	names := strings.Split(path, "/")
	return len(names) >= 2 && !slices.ContainsFunc(names, func(n string) bool {
		return strings.TrimSpace(n) == "" || n == "." || n == ".."
	})
}

// wellFormed tells whether text is XML; several elements beside each other are,
// as ADMX-backed policies want them (<enabled/><data id="a" value="b"/>).
func wellFormed(text string) bool {
	d := xml.NewDecoder(strings.NewReader(text))
	elements := 0
	for {
		token, err := d.Token()
		switch {
		case errors.Is(err, io.EOF):
			return elements > 0
		case err != nil:
			return false
		}
		switch token.(type) {
		case xml.StartElement:
			elements++
		case xml.Directive: // a DTD has no place in a setting
			return false
		}
	}
}
