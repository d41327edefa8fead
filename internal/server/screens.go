package server

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/virtualpc/setup"
)

// screensAsked is a profile as far as it decides about pages, by Graph's names,
// and the PC that it is tried on.
type screensAsked struct {
	Join       autopilot.JoinType `json:"joinType"`
	Locale     string             `json:"locale"`
	Template   string             `json:"deviceNameTemplate"`
	Experience struct {
		PrivacyHidden   bool                `json:"privacySettingsHidden"`
		EULAHidden      bool                `json:"eulaHidden"`
		UserType        autopilot.UserType  `json:"userType"`
		UsageType       autopilot.UsageType `json:"deviceUsageType"`
		KeyboardSkipped bool                `json:"keyboardSelectionPageSkipped"`
		EscapeHidden    bool                `json:"escapeLinkHidden"`
	} `json:"outOfBoxExperienceSetting"`
	Network string `json:"network"`
	Serial  string `json:"serialNumber"`
}

// foreseen is a page of setup: shown or passed over, and why.
type foreseen struct {
	Name  setup.ScreenName `json:"name"`
	Shown bool             `json:"shown"`
	Why   string           `json:"why"`
}

type screensAnswer struct {
	Screens   []foreseen         `json:"screens"`
	Elsewhere []setup.ScreenName `json:"elsewhere"` // pages that other settings decide about
	Name      string             `json:"deviceName"`
	NameNote  string             `json:"deviceNameNote"`
	Notes     []string           `json:"notes"`
}

// The longest serial number that is tried.
const longestSerial = 128

// screens implements site.Screens: the document that a PC would get of the
// profile goes through the setup of a virtual PC.
func (s *Server) screens(ctx context.Context, id directory.TenantID, body []byte) (any, error) {
	var in screensAsked
	if err := decode(body, &in); err != nil {
		return nil, err
	}
	network := setup.Network(in.Network)
	if !slices.Contains([]setup.Network{setup.NoNetwork, setup.WiFi, setup.Wired}, network) {
		return nil, fault.Field(fault.Invalid, "InvalidNetwork", "network", "'"+in.Network+"' is no network.", "Choose none, wifi or wired.")
	}
	if in.Serial == "" || len(in.Serial) > longestSerial {
		return nil, fault.Field(fault.Invalid, "InvalidSerialNumber", "serialNumber", "The serial number is missing or longer than 128 characters.", "Send the serial number of a PC.")
	}
	x := in.Experience
	p := autopilot.Profile{
		DisplayName: "Not saved", Join: in.Join, Locale: in.Locale, DeviceNameTemplate: in.Template, DeviceType: autopilot.TypeWindowsPC,
		OOBE: autopilot.OOBE{
			EULAHidden: x.EULAHidden, PrivacySettingsHidden: x.PrivacyHidden, EscapeLinkHidden: x.EscapeHidden,
			KeyboardSelectionHidden: x.KeyboardSkipped, UserType: x.UserType, UsageType: x.UsageType,
		},
	}
	if err := p.Validate(); err != nil {
		return nil, err
	}
	t, err := s.db.Directory().GetTenant(ctx, id)
	if err != nil {
		return nil, fault.Wrap("read the tenant of a profile", err)
	}
	document, err := json.Marshal(p.Document(&t, s.clock.Now(id)))
	if err != nil {
		return nil, fmt.Errorf("write the document of a profile: %w", err)
	}
	read, err := setup.ParseProfile(document)
	if err != nil {
		return nil, fmt.Errorf("read the document of a profile: %w", err)
	}
	seen, err := setup.Foresee(setup.Facts{Serial: in.Serial, Language: "en-US", Network: network, TPM: true}, read)
	if err != nil {
		return nil, fmt.Errorf("foresee the setup of a PC: %w", err)
	}
	name := autopilot.NameByTemplate(p.DeviceNameTemplate, in.Serial)
	out := screensAnswer{Elsewhere: seen.Elsewhere, Name: name.Name, NameNote: name.Note.English, Notes: append([]string{}, seen.Notes...), Screens: []foreseen{}}
	for _, v := range seen.Screens {
		out.Screens = append(out.Screens, foreseen(v))
	}
	return out, nil
}
