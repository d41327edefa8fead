package enrollment

import (
	"fmt"
	"slices"
	"strings"

	"taxiway/internal/fault"
)

// HelloSetting is one property of a Windows Hello for Business configuration,
// by its Graph name. It is a number from Min to Max, one of Choices, or a flag.
type HelloSetting struct {
	Name     string
	Choices  []string
	TypeName string // of Choices
	Min, Max int
	Default  any
	OnBeta   bool // not in v1.0
}

var (
	enablement = []string{"notConfigured", "enabled", "disabled"}
	pinUsage   = []string{"allowed", "required", "disallowed"}
)

var helloSettings = []HelloSetting{
	{Name: "pinMinimumLength", Min: 4, Max: 127, Default: 6},
	{Name: "pinMaximumLength", Min: 4, Max: 127, Default: 127},
	{Name: "pinUppercaseCharactersUsage", Choices: pinUsage, TypeName: "windowsHelloForBusinessPinUsage", Default: "disallowed"},
	{Name: "pinLowercaseCharactersUsage", Choices: pinUsage, TypeName: "windowsHelloForBusinessPinUsage", Default: "disallowed"},
	{Name: "pinSpecialCharactersUsage", Choices: pinUsage, TypeName: "windowsHelloForBusinessPinUsage", Default: "disallowed"},
	{Name: "state", Choices: enablement, TypeName: "enablement", Default: "notConfigured"},
	{Name: "securityDeviceRequired", Default: false},
	{Name: "unlockWithBiometricsEnabled", Default: true},
	{Name: "remotePassportEnabled", Default: true},
	{Name: "pinPreviousBlockCount", Max: 50, Default: 0},
	{Name: "pinExpirationInDays", Max: 730, Default: 0},
	{Name: "enhancedBiometricsState", Choices: enablement, TypeName: "enablement", Default: "notConfigured"},
	{Name: "securityKeyForSignIn", Choices: enablement, TypeName: "enablement", Default: "notConfigured", OnBeta: true},
	{Name: "enhancedSignInSecurity", Max: 2, Default: 0, OnBeta: true},
}

// HelloSettings are the properties of Graph's
// deviceEnrollmentWindowsHelloForBusinessConfiguration.
func HelloSettings() []HelloSetting { return slices.Clone(helloSettings) }

// HelloDefaults is a configuration that leaves everything to Windows.
func HelloDefaults() map[string]any {
	all := make(map[string]any, len(helloSettings))
	for i := range helloSettings {
		all[helloSettings[i].Name] = helloSettings[i].Default
	}
	return all
}

// validateHello checks every setting. Numbers may be of any type that JSON
// gives them.
func validateHello(m map[string]any) error {
	for i := range helloSettings {
		s := &helloSettings[i]
		v, ok := m[s.Name]
		if !ok {
			m[s.Name] = s.Default
			continue
		}
		if want := s.misfit(v); want != "" {
			return fault.Field(fault.Invalid, "InvalidHelloSetting", s.Name, fmt.Sprintf("The setting %s cannot be '%s'.", s.Name, brief(fmt.Sprint(v))), "Send "+want+".")
		}
	}
	least, _ := whole(m["pinMinimumLength"])
	most, _ := whole(m["pinMaximumLength"])
	if least > most {
		return fault.Field(fault.Invalid, "PINLengthsCrossed", "pinMinimumLength", fmt.Sprintf("The shortest PIN of %d characters is longer than the longest of %d.", least, most), "Exchange the two.")
	}
	return nil
}

// misfit says what the value should be; empty when it is.
func (s *HelloSetting) misfit(v any) string {
	switch {
	case s.Choices != nil:
		if text, ok := v.(string); !ok || !slices.Contains(s.Choices, text) {
			return "one of " + strings.Join(s.Choices, ", ")
		}
	case s.Max > 0:
		if n, ok := whole(v); !ok || n < s.Min || n > s.Max {
			return fmt.Sprintf("a whole number from %d to %d", s.Min, s.Max)
		}
	default:
		if _, ok := v.(bool); !ok {
			return "true or false"
		}
	}
	return ""
}

// whole is a number out of JSON or of Go.
func whole(v any) (int, bool) {
	switch n := v.(type) {
	case int:
		return n, true
	case float64:
		return int(n), n == float64(int(n))
	}
	return 0, false
}
