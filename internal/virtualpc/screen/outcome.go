package screen

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
)

// Outcome is what became of a PC that came to its desktop.
type Outcome struct {
	Computer      string            `json:"computerName"`
	Account       string            `json:"account,omitempty"`
	AccountType   setup.AccountType `json:"accountType,omitempty"`
	Groups        []string          `json:"localGroups"`
	Organization  string            `json:"organization,omitempty"`
	Joined        bool              `json:"joined"`
	DeviceID      string            `json:"deviceId,omitempty"`
	Managed       bool              `json:"managed"`
	ManagedWhy    string            `json:"managedWhy,omitempty"`
	Profile       string            `json:"profile,omitempty"`
	ProfileStatus string            `json:"profileStatus"`
	Phases        []Phase           `json:"phases"`
	Apps          []string          `json:"apps"`
	Checks        []Check           `json:"checks"`
	Boots         int               `json:"boots"`
}

// Phase is a part of the last boot that the person waited for.
type Phase struct {
	Step virtualpc.Step `json:"step"`
	Took time.Duration  `json:"took"` // by the PC's clock, in nanoseconds
	Text string         `json:"text"`
	OK   bool           `json:"ok"`
}

// Setting is one of the profile that a PC can be held against.
type Setting string

// The settings.
const (
	SettingJoin     Setting = "joinType"
	SettingEULA     Setting = "licenseTerms"
	SettingPrivacy  Setting = "privacySettings"
	SettingAccount  Setting = "accountType"
	SettingKeyboard Setting = "keyboard"
	SettingName     Setting = "nameTemplate"
)

// Check is whether the PC became what a setting of its profile says.
type Check struct {
	Setting Setting `json:"setting"`
	Want    string  `json:"want"`
	Got     string  `json:"got"`
	OK      bool    `json:"ok"`
}

// Values of Check that are no names.
const (
	shown  = "shown"
	hidden = "hidden"
)

func outcome(m *machine.Machine, r *virtualpc.Report, at setup.Network) *Outcome {
	o := &Outcome{
		Computer: r.Setup.Name, Account: r.Setup.Account, AccountType: r.Setup.AccountType, Groups: r.LocalGroups, Organization: r.Setup.Organization,
		Joined: r.Setup.Joined, DeviceID: r.Setup.DeviceID, Managed: r.Setup.Managed, ManagedWhy: r.Setup.ManagedWhy,
		Profile: r.Setup.Profile, ProfileStatus: r.ProfileStatus, Phases: []Phase{}, Apps: r.Apps, Checks: []Check{}, Boots: r.Setup.Boots,
	}
	if o.Groups == nil {
		o.Groups = []string{}
	}
	if o.Apps == nil {
		o.Apps = []string{}
	}
	for _, s := range r.Steps {
		o.Phases = append(o.Phases, Phase{s.Step, s.Took, s.Text, s.OK})
	}
	// The profile as Windows keeps it on its disk, not what setup made of it.
	text, err := m.Drive().Read(machine.ProfileFile)
	if err != nil {
		return o // there is none
	}
	p, err := setup.ParseProfile(text)
	if err != nil {
		return o
	}
	o.Checks = checks(p, r, at)
	return o
}

// checks holds what the PC became against its profile.
func checks(p *setup.Profile, r *virtualpc.Report, at setup.Network) []Check {
	var out []Check
	add := func(s Setting, want, got string, ok bool) { out = append(out, Check{s, want, got, ok}) }
	joined := ""
	if r.Setup.Joined {
		joined = "Microsoft Entra joined"
	}
	add(SettingJoin, "Microsoft Entra joined", joined, joined != "")
	for _, page := range []struct {
		setting Setting
		name    setup.ScreenName
		hide    bool
	}{{SettingEULA, setup.ScreenEULA, p.HideEULA}, {SettingPrivacy, setup.ScreenPrivacy, p.HidePrivacy}} {
		want, got := shown, seen(r, page.name)
		if page.hide {
			want = hidden
		}
		add(page.setting, want, got, want == got)
	}
	want, got := string(setup.Administrator), string(setup.StandardUser)
	if p.StandardUser {
		want = string(setup.StandardUser)
	}
	if slices.Contains(r.LocalGroups, "Administrators") {
		got = string(setup.Administrator)
	}
	add(SettingAccount, want, got, want == got)
	// Without a network at power-on the page comes although the profile hides it.
	if want, got = shown, seen(r, setup.ScreenKeyboard); p.HideKeyboard && at == setup.Wired {
		want = hidden
	}
	add(SettingKeyboard, want, got, want == got)
	if p.NameTemplate != "" {
		add(SettingName, p.NameTemplate, r.Setup.Name, fits(p.NameTemplate, r.Setup.Name, r.SerialNumber))
	}
	return out
}

func seen(r *virtualpc.Report, name setup.ScreenName) string {
	if slices.ContainsFunc(r.Setup.Screens, func(v setup.Visit) bool { return v.Name == name && v.Shown }) {
		return shown
	}
	return hidden
}

// macro is a part of a device name template that Windows fills in.
var macro = regexp.MustCompile(`(?i)%(?:(SERIAL)|RAND:([0-9]{1,2}))%`)

// fits tells a name that a template can have made. Of a serial number that makes
// the name too long the end is left, of its characters those that a name can have.
func fits(template, name, serial string) bool {
	var form strings.Builder
	form.WriteString("(?i)^")
	at := 0
	for _, m := range macro.FindAllStringSubmatchIndex(template, -1) {
		form.WriteString(regexp.QuoteMeta(template[at:m[0]]))
		if at = m[1]; m[2] >= 0 {
			form.WriteString("([a-z0-9-]*)")
		} else {
			form.WriteString("[0-9]{" + template[m[4]:m[5]] + "}")
		}
	}
	form.WriteString(regexp.QuoteMeta(template[at:]) + "$")
	expression, err := regexp.Compile(form.String())
	if err != nil || len(name) > setup.MaxName {
		return false
	}
	parts := expression.FindStringSubmatch(name)
	clean := regexp.MustCompile(`[^A-Za-z0-9-]`).ReplaceAllString(serial, "")
	for _, part := range parts[min(1, len(parts)):] {
		if !strings.HasSuffix(strings.ToLower(clean), strings.ToLower(part)) {
			return false
		}
	}
	return parts != nil
}
