package cli

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"taxiway/internal/graphclient"
)

// profileSettings are the settings of a profile as flags. Their defaults are
// the choices of the tutorial: everything hidden that can be.
type profileSettings struct {
	profileOptions
	name, description         string
	mode, userType, language  string
	template, deviceType      string
	hideEULA, hidePrivacy     bool
	hideAccount, skipKeyboard bool
	preprovisioning, convert  bool
}

func (s *profileSettings) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&s.description, "description", "", "description")
	f.StringVar(&s.mode, "mode", "user-driven", "Deployment mode: user-driven or self-deploying")
	f.StringVar(&s.userType, "user-type", "administrator", "User account type: administrator or standard")
	f.StringVar(&s.language, "language", "os-default", "Language (Region): os-default, user-select or a tag such as de-DE")
	f.StringVar(&s.template, "name-template", "", "Apply device name template, as in CT-%SERIAL%")
	f.StringVar(&s.deviceType, "device-type", "windowsPc", "windowsPc, holoLens, surfaceHub2, surfaceHub2S or virtualMachine")
	f.BoolVar(&s.hideEULA, "hide-license-terms", true, "Microsoft Software License Terms")
	f.BoolVar(&s.hidePrivacy, "hide-privacy", true, "Privacy settings")
	f.BoolVar(&s.hideAccount, "hide-change-account", true, "Hide change account options")
	f.BoolVar(&s.skipKeyboard, "configure-keyboard", true, "Automatically configure keyboard")
	f.BoolVar(&s.preprovisioning, "preprovisioning", false, "Allow pre-provisioned deployment")
	f.BoolVar(&s.convert, "convert", false, "Convert all targeted devices to Autopilot")
}

var (
	modes     = map[string]string{"user-driven": "singleUser", "self-deploying": "shared"}
	userTypes = map[string]string{"administrator": "administrator", "standard": "standard"}
)

// profile is what the flags say.
func (s *profileSettings) profile() (graphclient.Profile, error) {
	p := graphclient.Profile{
		DisplayName: s.name, Description: s.description, Locale: localeOf(s.language), DeviceNameTemplate: s.template, DeviceType: s.deviceType,
		PreprovisioningAllowed: s.preprovisioning, HardwareHashExtraction: s.convert,
		OOBE: graphclient.OOBE{PrivacySettingsHidden: s.hidePrivacy, EULAHidden: s.hideEULA, KeyboardSkipped: s.skipKeyboard, EscapeLinkHidden: s.hideAccount},
	}
	var err error
	if p.OOBE.DeviceUsageType, err = oneOf("mode", s.mode, modes); err != nil {
		return p, err
	}
	if p.OOBE.DeviceUsageType == "singleUser" {
		p.OOBE.UserType, err = oneOf("user-type", s.userType, userTypes)
	}
	return p, err
}

func localeOf(language string) string {
	if strings.EqualFold(language, "user-select") {
		return ""
	}
	return language
}

func (o *profileOptions) newCreate() *cobra.Command {
	s := &profileSettings{profileOptions: *o}
	cmd := &cobra.Command{
		Use: "create NAME", Short: "Make a profile", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			s.name = args[0]
			return s.create(cmd.Context())
		},
	}
	s.addFlags(cmd)
	return cmd
}

func (s *profileSettings) create(ctx context.Context) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	c, err := s.client(ctx, s.target)
	if err != nil {
		return err
	}
	defer c.Close()
	made, err := c.CreateProfile(ctx, p)
	if err != nil {
		return err
	}
	return s.again(ctx, c, made.ID)
}

func (o *profileOptions) newUpdate() *cobra.Command {
	s := &profileSettings{profileOptions: *o}
	cmd := &cobra.Command{
		Use: "update PROFILE", Short: "Change the settings of a profile that are named", Args: exactly(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().NFlag() == 0 {
				return usage(cmd, "It is not said what to change: give at least one setting.")
			}
			return s.update(cmd.Context(), args[0], cmd.Flags().Changed)
		},
	}
	cmd.Flags().StringVar(&s.name, "name", "", "name")
	s.addFlags(cmd)
	return cmd
}

// update sends only what was named; a setting with several words is checked
// first.
func (s *profileSettings) update(ctx context.Context, name string, changed func(string) bool) error {
	p, err := s.profile()
	if err != nil {
		return err
	}
	change, oobe := map[string]any{}, map[string]any{}
	for _, one := range []struct {
		flag, property string
		value          any
		into           map[string]any
	}{
		{"name", "displayName", p.DisplayName, change},
		{"description", "description", p.Description, change},
		{"language", "locale", p.Locale, change},
		{"name-template", "deviceNameTemplate", p.DeviceNameTemplate, change},
		{"device-type", "deviceType", p.DeviceType, change},
		{"preprovisioning", "preprovisioningAllowed", p.PreprovisioningAllowed, change},
		{"convert", "hardwareHashExtractionEnabled", p.HardwareHashExtraction, change},
		{"mode", "deviceUsageType", p.OOBE.DeviceUsageType, oobe},
		{"user-type", "userType", p.OOBE.UserType, oobe},
		{"hide-license-terms", "eulaHidden", p.OOBE.EULAHidden, oobe},
		{"hide-privacy", "privacySettingsHidden", p.OOBE.PrivacySettingsHidden, oobe},
		{"hide-change-account", "escapeLinkHidden", p.OOBE.EscapeLinkHidden, oobe},
		{"configure-keyboard", "keyboardSelectionPageSkipped", p.OOBE.KeyboardSkipped, oobe},
	} {
		if changed(one.flag) {
			one.into[one.property] = one.value
		}
	}
	if len(oobe) > 0 {
		change["outOfBoxExperienceSetting"] = oobe
	}
	return s.on(ctx, name, func(c *graphclient.Client, p *graphclient.Profile) error {
		if _, err := c.UpdateProfile(ctx, p.ID, change); err != nil {
			return err
		}
		return s.again(ctx, c, p.ID)
	})
}

// joinOr lists words for people: a, b or c.
func joinOr(words []string) string {
	slices.Sort(words)
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
