package autopilot_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/autopilot"
	"taxiway/internal/fault"
)

// fileProfile has the settings that the tutorial's step 6 chooses.
func fileProfile(account autopilot.UserType) autopilot.Profile {
	return autopilot.Profile{
		ID: "7f9e6025-1e13-45f3-bf82-a3e8c5b59eac", DisplayName: "Büro 🖥", Join: autopilot.EntraJoined, Locale: autopilot.LocaleOSDefault, DeviceNameTemplate: "BRO-%SERIAL%",
		DeviceType: autopilot.TypeWindowsPC, CreatedAt: time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC),
		OOBE: autopilot.OOBE{EULAHidden: true, PrivacySettingsHidden: true, EscapeLinkHidden: true, KeyboardSelectionHidden: true, UserType: account, UsageType: autopilot.SingleUser},
	}
}

func TestTheConfigurationFileIsTheOneWrittenByHand(t *testing.T) {
	t.Parallel()
	for account, name := range map[autopilot.UserType]string{autopilot.Administrator: "administrator.json", autopilot.StandardUser: "standard.json"} {
		want, err := os.ReadFile(filepath.Join("testdata", "configfile", name))
		if err != nil {
			t.Fatal(err)
		}
		p := fileProfile(account)
		got, err := p.ConfigurationFile("1537DE22-988C-4E93-B8A5-83890F34A69B", "Contoso.onmicrosoft.com")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), string(got)); diff != "" {
			t.Errorf("%s (-by hand +got):\n%s", name, diff)
		}
		for i, b := range got {
			if b >= 0x80 {
				t.Fatalf("%s: byte %d is %#x, not ASCII", name, i, b)
			}
		}
	}
}

func TestASelfDeployingProfileIsNoFile(t *testing.T) {
	t.Parallel()
	p := fileProfile("")
	p.OOBE.UsageType = autopilot.Shared
	_, err := p.ConfigurationFile("1537de22-988c-4e93-b8a5-83890f34a69b", "contoso.onmicrosoft.com")
	if f, ok := fault.As(err); !ok || f.Code != "SelfDeployingNeedsService" {
		t.Errorf("got %v", err)
	}
}
