package autopilot_test

import (
	"strings"
	"testing"

	"taxiway/internal/autopilot"
	"taxiway/internal/fault"
)

// tutorialProfile is the profile the tutorial tells an admin to make.
func tutorialProfile() autopilot.Profile {
	return autopilot.Profile{
		DisplayName: "User-driven", Join: autopilot.EntraJoined, Locale: autopilot.LocaleOSDefault, DeviceType: autopilot.TypeWindowsPC,
		OOBE: autopilot.OOBE{EULAHidden: true, PrivacySettingsHidden: true, EscapeLinkHidden: true, KeyboardSelectionHidden: true, UserType: autopilot.Administrator, UsageType: autopilot.SingleUser},
	}
}

func TestTheOOBEBitmapIsTheOneWindowsReads(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*autopilot.Profile)
		want   int
	}{
		// 1308 and 1310 are the values of the tutorial's profile, 286 one seen in a real file.
		{"the tutorial's, administrator", func(*autopilot.Profile) {}, 1308},
		{"the tutorial's, standard user", func(p *autopilot.Profile) { p.OOBE.UserType = autopilot.StandardUser }, 1310},
		{"standard user, keyboard page shown", func(p *autopilot.Profile) {
			p.OOBE.UserType, p.OOBE.KeyboardSelectionHidden = autopilot.StandardUser, false
		}, 286},
		{"everything shown", func(p *autopilot.Profile) {
			p.OOBE = autopilot.OOBE{UserType: autopilot.Administrator, UsageType: autopilot.SingleUser}
		}, 264},
		{"self-deploying", func(p *autopilot.Profile) { p.OOBE.UserType, p.OOBE.UsageType = "", autopilot.Shared }, 1404},
	} {
		p := tutorialProfile()
		c.change(&p)
		if got := p.OOBEConfig(); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestAProfileThatIsWrongNamesTheSetting(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		change       func(*autopilot.Profile)
		code, target string
	}{
		{func(p *autopilot.Profile) { p.DisplayName = " " }, "ProfileNameRequired", "displayName"},
		{func(p *autopilot.Profile) { p.DisplayName = strings.Repeat("n", 201) }, "ProfileNameTooLong", "displayName"},
		{func(p *autopilot.Profile) { p.Description = strings.Repeat("n", 1501) }, "ProfileDescriptionTooLong", "description"},
		{func(p *autopilot.Profile) { p.Join = "workgroup" }, "InvalidProfileType", "@odata.type"},
		{func(p *autopilot.Profile) { p.DeviceType = "phone" }, "InvalidDeviceType", "deviceType"},
		{func(p *autopilot.Profile) { p.OOBE.UserType = "guest" }, "InvalidUserType", "outOfBoxExperienceSetting/userType"},
		{func(p *autopilot.Profile) { p.OOBE.UsageType = "kiosk" }, "InvalidDeviceUsageType", "outOfBoxExperienceSetting/deviceUsageType"},
		{func(p *autopilot.Profile) { p.OOBE.UsageType = autopilot.Shared }, "UserTypeNotForShared", "outOfBoxExperienceSetting/userType"},
		{func(p *autopilot.Profile) { p.Locale = "english" }, "InvalidLocale", "locale"},
		{func(p *autopilot.Profile) { p.Locale = "en_US" }, "InvalidLocale", "locale"},
		{func(p *autopilot.Profile) { p.DeviceNameTemplate = "%RAND:9%" }, "InvalidDeviceNameTemplate", "deviceNameTemplate"},
		{func(p *autopilot.Profile) {
			p.Join, p.DeviceNameTemplate = autopilot.HybridJoined, "PC-%SERIAL%"
		}, "NameTemplateNotForHybrid", "deviceNameTemplate"},
	} {
		p := tutorialProfile()
		c.change(&p)
		e, ok := fault.As(p.Validate())
		if !ok || e.Kind != fault.Invalid || e.Code != c.code || e.Details[0].Target != c.target || e.Details[0].Remedy == "" {
			t.Errorf("got %+v, want code %s at %s with a remedy", e, c.code, c.target)
		}
	}
	for _, locale := range []string{"", "os-default", "en-US", "de-DE", "sr-Latn-RS", "ca-ES-valencia", "zh-Hant-TW"} {
		p := tutorialProfile()
		p.Locale, p.DisplayName = locale, strings.Repeat("ü", 200)
		if err := p.Validate(); err != nil {
			t.Errorf("locale %q is refused: %v", locale, err)
		}
	}
}

func TestTheFiveStatusesFollowFromTheStates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		status autopilot.AssignmentStatus
		fix    autopilot.RemediationState
		want   autopilot.ProfileStatus
	}{
		{autopilot.StatusNotAssigned, autopilot.RemediationNone, "Not assigned"},
		{autopilot.StatusPending, autopilot.RemediationNone, "Assigning"},
		{autopilot.StatusAssignedInSync, autopilot.RemediationNone, "Assigned"},
		{autopilot.StatusAssignedUnkownSync, autopilot.RemediationUnknown, "Assigned"},
		{autopilot.StatusFailed, autopilot.RemediationNone, "Not assigned"},
		{autopilot.StatusAssignedInSync, autopilot.RemediationAutomatic, "Fix pending"},
		{autopilot.StatusPending, autopilot.RemediationManual, "Attention required"},
	} {
		d := autopilot.Device{Status: c.status, Remediation: c.fix}
		if got := d.ProfileStatus(); got != c.want {
			t.Errorf("%s with %s shows %q, want %q", c.status, c.fix, got, c.want)
		}
	}
}
