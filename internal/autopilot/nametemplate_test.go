package autopilot_test

import (
	"strings"
	"testing"

	"taxiway/internal/autopilot"
	"taxiway/internal/fault"
)

func TestANameTemplateIsCheckedAtSave(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		template string
		complain string // empty: valid
	}{
		{"PC-%SERIAL%", ""},
		{"%SERIAL%", ""},
		{"%serial%", ""},
		{"CONTOSO-%RAND:5%", ""},
		{"A%RAND:14%", ""},
		{"-%RAND:3%", ""},
		{"12-34", ""},
		{"Fifteen-letters", ""},
		{"%SERIAL%-%RAND:2%", ""},
		{"", "is empty"},
		{"Sixteen-letters1", "16 characters"},
		{"A%RAND:15%", "16 characters"},
		{"%RAND:5%", "only give names of digits"},
		{"123%RAND:3%", "only give names of digits"},
		{"12345", "only give names of digits"},
		{"%SERIAL%%SERIAL%", "more than once"},
		{"Fifteen-letters%SERIAL%", "no room"},
		{"PC %SERIAL%", "' '"},
		{"PC_%SERIAL%", "'_'"},
		{"PC-ä", "'ä'"},
		{"PC-%SERIAL", "no closing"},
		{"PC-%MODEL%", "not known"},
		{"PC-%RAND:0%", "1 to 15"},
		{"PC-%RAND:16%", "1 to 15"},
		{"PC-%RAND:x%", "1 to 15"},
		{"PC-%RAND:05%", "1 to 15"},
		{"PC-%RAND%", "not known"},
		{"100%", "no closing"},
	} {
		err := autopilot.ValidateNameTemplate(c.template)
		if c.complain == "" {
			if err != nil {
				t.Errorf("%q is refused: %v", c.template, err)
			}
			continue
		}
		e, ok := fault.As(err)
		if !ok || e.Code != "InvalidDeviceNameTemplate" || !strings.Contains(e.Message, c.complain) || e.Details[0].Target != "deviceNameTemplate" || e.Details[0].Remedy == "" {
			t.Errorf("%q: got %v, want a complaint about %q with target and remedy", c.template, err, c.complain)
		}
	}
}

func TestANameIsExpandedAsWindowsDoes(t *testing.T) {
	t.Parallel()
	digits := func(n int) string { return "0987654321098765"[:n] }
	for _, c := range []struct {
		template, serial, want string
		why                    string
	}{
		{"PC-%SERIAL%", "5CG7301MQK", "PC-5CG7301MQK", ""},
		{"%SERIAL%", "PF4ABCDEFGHIJKLMNOP", "BCDEFGHIJKLMNOP", ""},
		{"CONTOSO-%SERIAL%", "5CG7301MQK", "CONTOSO-7301MQK", ""},
		{"PC-%SERIAL%", "AB 12/34.X", "PC-AB1234X", ""},
		{"PC-%RAND:4%", "whatever", "PC-0987", ""},
		{"%SERIAL%-%RAND:2%", "0123456789ABCDEF", "456789ABCDEF-09", ""},
		{"%SERIAL%", "1234567", "", "all numbers"},
		{"%SERIAL%", "///", "", "empty"},
		{"%SERIAL%", "", "", "empty"},
		{"%SERIAL%%RAND:3%", "12", "", "all numbers"},
		{"Kiosk", "1", "Kiosk", ""},
	} {
		got, ok, why := autopilot.ExpandName(c.template, c.serial, digits)
		if got != c.want || ok != (c.why == "") || !strings.Contains(why.English, c.why) {
			t.Errorf("ExpandName(%q, %q) = %q, %v, %q; want %q, %q", c.template, c.serial, got, ok, why.English, c.want, c.why)
		}
		if len(got) > autopilot.MaxComputerName {
			t.Errorf("%q is longer than a computer name", got)
		}
	}
}
