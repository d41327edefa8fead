package graph

import (
	"strings"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// deploymentProfile is Graph's windowsAutopilotDeploymentProfile. Every setting
// stands in it twice, under its present name and under the one of 2023; both
// are written and both are read.
type deploymentProfile struct {
	Type                   string          `json:"@odata.type"`
	ETag                   string          `json:"@odata.etag"`
	ID                     string          `json:"id"`
	DisplayName            string          `json:"displayName"`
	Description            string          `json:"description"`
	Language               string          `json:"language"`
	Locale                 string          `json:"locale"`
	CreatedDateTime        time.Time       `json:"createdDateTime"`
	LastModifiedDateTime   time.Time       `json:"lastModifiedDateTime"`
	EnableWhiteGlove       bool            `json:"enableWhiteGlove"`
	PreprovisioningAllowed bool            `json:"preprovisioningAllowed"`
	ExtractHardwareHash    bool            `json:"extractHardwareHash"`
	HardwareHashExtraction bool            `json:"hardwareHashExtractionEnabled"`
	DeviceNameTemplate     string          `json:"deviceNameTemplate"`
	DeviceType             string          `json:"deviceType"`
	RoleScopeTagIDs        []string        `json:"roleScopeTagIds"`
	ManagementServiceAppID *string         `json:"managementServiceAppId"`
	OOBE                   oobeSetting     `json:"outOfBoxExperienceSetting"`
	OldOOBE                oldOOBESettings `json:"outOfBoxExperienceSettings"`
	StatusScreen           *statusScreen   `json:"enrollmentStatusScreenSettings"`
	HybridSkipConnectivity *bool           `json:"hybridAzureADJoinSkipConnectivityCheck,omitempty"`
	Assignments            []assignment    `json:"assignments,omitempty"` // on a profile that was asked for, never nil
}

type oobeSetting struct {
	PrivacySettingsHidden bool   `json:"privacySettingsHidden"`
	EULAHidden            bool   `json:"eulaHidden"`
	UserType              string `json:"userType,omitempty"` // absent on self-deploying profiles
	DeviceUsageType       string `json:"deviceUsageType"`
	KeyboardSkipped       bool   `json:"keyboardSelectionPageSkipped"`
	EscapeLinkHidden      bool   `json:"escapeLinkHidden"`
}

type oldOOBESettings struct {
	HidePrivacySettings bool   `json:"hidePrivacySettings"`
	HideEULA            bool   `json:"hideEULA"`
	UserType            string `json:"userType,omitempty"`
	DeviceUsageType     string `json:"deviceUsageType"`
	SkipKeyboard        bool   `json:"skipKeyboardSelectionPage"`
	HideEscapeLink      bool   `json:"hideEscapeLink"`
}

type statusScreen struct {
	HideInstallationProgress bool   `json:"hideInstallationProgress"`
	AllowUseBeforeComplete   bool   `json:"allowDeviceUseBeforeProfileAndAppInstallComplete"`
	BlockRetryByUser         bool   `json:"blockDeviceSetupRetryByUser"`
	AllowLogCollection       bool   `json:"allowLogCollectionOnInstallFailure"`
	CustomErrorMessage       string `json:"customErrorMessage"`
	TimeoutInMinutes         int    `json:"installProgressTimeoutInMinutes"`
	AllowUseOnFailure        bool   `json:"allowDeviceUseOnInstallFailure"`
}

const profileTypeSuffix = "WindowsAutopilotDeploymentProfile"

func profileWire(p *autopilot.Profile) deploymentProfile {
	w := deploymentProfile{
		Type: typePrefix + string(p.Join) + profileTypeSuffix, ETag: etagOf(p.Version), ID: string(p.ID),
		DisplayName: p.DisplayName, Description: p.Description, Language: p.Locale, Locale: p.Locale,
		CreatedDateTime: p.CreatedAt.UTC(), LastModifiedDateTime: p.ModifiedAt.UTC(),
		EnableWhiteGlove: p.PreprovisioningAllowed, PreprovisioningAllowed: p.PreprovisioningAllowed,
		ExtractHardwareHash: p.ConvertToAutopilot, HardwareHashExtraction: p.ConvertToAutopilot,
		DeviceNameTemplate: p.DeviceNameTemplate, DeviceType: string(p.DeviceType), RoleScopeTagIDs: p.RoleScopeTagIDs,
		OOBE: oobeSetting{
			PrivacySettingsHidden: p.OOBE.PrivacySettingsHidden, EULAHidden: p.OOBE.EULAHidden, UserType: string(p.OOBE.UserType),
			DeviceUsageType: string(p.OOBE.UsageType), KeyboardSkipped: p.OOBE.KeyboardSelectionHidden, EscapeLinkHidden: p.OOBE.EscapeLinkHidden,
		},
	}
	w.OldOOBE = oldOOBESettings{
		HidePrivacySettings: w.OOBE.PrivacySettingsHidden, HideEULA: w.OOBE.EULAHidden, UserType: w.OOBE.UserType,
		DeviceUsageType: w.OOBE.DeviceUsageType, SkipKeyboard: w.OOBE.KeyboardSkipped, HideEscapeLink: w.OOBE.EscapeLinkHidden,
	}
	if w.RoleScopeTagIDs == nil {
		w.RoleScopeTagIDs = []string{}
	}
	if p.ManagementServiceAppID != "" {
		w.ManagementServiceAppID = &p.ManagementServiceAppID
	}
	if s := p.LegacyESP; s != nil {
		w.StatusScreen = &statusScreen{
			HideInstallationProgress: s.HideInstallationProgress, AllowUseBeforeComplete: s.AllowDeviceUseBeforeProfileAndAppInstallComplete,
			BlockRetryByUser: s.BlockDeviceSetupRetryByUser, AllowLogCollection: s.AllowLogCollectionOnInstallFailure,
			CustomErrorMessage: s.CustomErrorMessage, TimeoutInMinutes: s.InstallProgressTimeoutInMinutes, AllowUseOnFailure: s.AllowDeviceUseOnInstallFailure,
		}
	}
	if p.Join == autopilot.HybridJoined {
		w.HybridSkipConnectivity = &p.HybridSkipConnectivity
	}
	return w
}

// twice reads a setting that has two names. A new object takes the present
// name when it is sent, else the old one. A change takes the one that differs
// from what is stored, and of two that differ the present one: a client that
// reads, edits under one name and sends everything back must get its edit.
func twice[T comparable](stored T, isNew bool, now, old *T) T {
	switch {
	case now == nil && old == nil:
		return stored
	case old == nil, now != nil && (isNew || *now != stored):
		return *now
	}
	return *old
}

// flagAt and textAt read one of two names; nil when it was not sent.
func (r *reader) flagAt(name string) *bool {
	var b bool
	if !r.flag(name, &b) {
		return nil
	}
	return &b
}

func choiceAt[T ~string](r *reader, name string, known ...T) *T {
	var v T
	if !choice(r, name, &v, known...) {
		return nil
	}
	return &v
}

// readProfile applies a body to a profile.
func readProfile(o odata.Object, p *autopilot.Profile, isNew bool) error {
	r := &reader{o: o}
	if err := readJoin(r, p); err != nil {
		return err
	}
	r.text("displayName", &p.DisplayName)
	r.text("description", &p.Description)
	r.text("deviceNameTemplate", &p.DeviceNameTemplate)
	r.text("managementServiceAppId", &p.ManagementServiceAppID)
	r.texts("roleScopeTagIds", &p.RoleScopeTagIDs)
	if len(p.RoleScopeTagIDs) == 0 {
		p.RoleScopeTagIDs = []string{"0"}
	}
	choice(r, "deviceType", &p.DeviceType, autopilot.TypeWindowsPC, autopilot.TypeHoloLens, autopilot.TypeSurfaceHub2, autopilot.TypeSurfaceHub2S, autopilot.TypeVirtualMachine)
	if p.DeviceType == "" {
		p.DeviceType = autopilot.TypeWindowsPC
	}
	p.Locale = twice(p.Locale, isNew, r.optional("locale"), r.optional("language"))
	p.PreprovisioningAllowed = twice(p.PreprovisioningAllowed, isNew, r.flagAt("preprovisioningAllowed"), r.flagAt("enableWhiteGlove"))
	p.ConvertToAutopilot = twice(p.ConvertToAutopilot, isNew, r.flagAt("hardwareHashExtractionEnabled"), r.flagAt("extractHardwareHash"))
	if err := readOOBE(r, &p.OOBE, isNew); err != nil {
		return err
	}
	if err := readStatusScreen(r, p); err != nil {
		return err
	}
	return r.err
}

// readJoin reads the type. A hybrid setting on an Entra profile is accepted
// when it is false: clients with one shape for both types send it.
func readJoin(r *reader, p *autopilot.Profile) error {
	var kind string
	if r.text("@odata.type", &kind) && kind != "" {
		name := strings.TrimPrefix(strings.TrimPrefix(kind, "#"), "microsoft.graph.")
		join, ok := strings.CutSuffix(name, profileTypeSuffix)
		switch {
		case !ok:
			p.Join = autopilot.JoinType(short(name)) // Validate says which types there are
		case strings.EqualFold(join, string(autopilot.HybridJoined)):
			p.Join = autopilot.HybridJoined
		case strings.EqualFold(join, string(autopilot.EntraJoined)):
			p.Join = autopilot.EntraJoined
		default:
			p.Join = autopilot.JoinType(short(name))
		}
	}
	skip := r.flagAt("hybridAzureADJoinSkipConnectivityCheck")
	if skip == nil {
		return nil
	}
	if *skip && p.Join == autopilot.EntraJoined {
		return fault.Field(fault.Invalid, "HybridSettingOnEntraProfile", "hybridAzureADJoinSkipConnectivityCheck", "The connectivity check belongs to hybrid join; this profile joins Microsoft Entra ID.", "Leave the property out, or use the type activeDirectoryWindowsAutopilotDeploymentProfile.")
	}
	p.HybridSkipConnectivity = *skip && p.Join == autopilot.HybridJoined
	return nil
}

// readOOBE reads outOfBoxExperienceSetting and its older twin.
func readOOBE(r *reader, o *autopilot.OOBE, isNew bool) error {
	now, old := &reader{prefix: "outOfBoxExperienceSetting/"}, &reader{prefix: "outOfBoxExperienceSettings/"}
	now.o, _ = r.inner("outOfBoxExperienceSetting")
	old.o, _ = r.inner("outOfBoxExperienceSettings")
	if err := knownNames(now.o, now.prefix, "privacySettingsHidden", "eulaHidden", "userType", "deviceUsageType", "keyboardSelectionPageSkipped", "escapeLinkHidden"); err != nil {
		return err
	}
	if err := knownNames(old.o, old.prefix, "hidePrivacySettings", "hideEULA", "userType", "deviceUsageType", "skipKeyboardSelectionPage", "hideEscapeLink"); err != nil {
		return err
	}
	o.PrivacySettingsHidden = twice(o.PrivacySettingsHidden, isNew, now.flagAt("privacySettingsHidden"), old.flagAt("hidePrivacySettings"))
	o.EULAHidden = twice(o.EULAHidden, isNew, now.flagAt("eulaHidden"), old.flagAt("hideEULA"))
	o.KeyboardSelectionHidden = twice(o.KeyboardSelectionHidden, isNew, now.flagAt("keyboardSelectionPageSkipped"), old.flagAt("skipKeyboardSelectionPage"))
	o.EscapeLinkHidden = twice(o.EscapeLinkHidden, isNew, now.flagAt("escapeLinkHidden"), old.flagAt("hideEscapeLink"))
	usage := []autopilot.UsageType{autopilot.SingleUser, autopilot.Shared}
	was := o.UsageType
	o.UsageType = twice(o.UsageType, isNew, choiceAt(now, "deviceUsageType", usage...), choiceAt(old, "deviceUsageType", usage...))
	if o.UsageType == "" {
		o.UsageType = autopilot.SingleUser
	}
	// A profile that becomes self-deploying loses its user type unless the
	// client sends one, which is refused; one that becomes user-driven gets
	// the portal's default.
	if o.UsageType != was {
		o.UserType = ""
	}
	types := []autopilot.UserType{autopilot.Administrator, autopilot.StandardUser}
	o.UserType = twice(o.UserType, isNew, choiceAt(now, "userType", types...), choiceAt(old, "userType", types...))
	if o.UserType == "" && o.UsageType == autopilot.SingleUser {
		o.UserType = autopilot.Administrator
	}
	r.note(now.err)
	r.note(old.err)
	return r.err
}

func readStatusScreen(r *reader, p *autopilot.Profile) error {
	const name = "enrollmentStatusScreenSettings"
	o, ok := r.inner(name)
	if !ok {
		if r.o.Has(name) && r.err == nil {
			p.LegacyESP = nil
		}
		return r.err
	}
	if err := knownNames(o, name+"/", "hideInstallationProgress", "allowDeviceUseBeforeProfileAndAppInstallComplete", "blockDeviceSetupRetryByUser",
		"allowLogCollectionOnInstallFailure", "customErrorMessage", "installProgressTimeoutInMinutes", "allowDeviceUseOnInstallFailure"); err != nil {
		return err
	}
	s := autopilot.LegacyESP{}
	if p.LegacyESP != nil {
		s = *p.LegacyESP
	}
	in := &reader{o: o, prefix: name + "/"}
	in.flag("hideInstallationProgress", &s.HideInstallationProgress)
	in.flag("allowDeviceUseBeforeProfileAndAppInstallComplete", &s.AllowDeviceUseBeforeProfileAndAppInstallComplete)
	in.flag("blockDeviceSetupRetryByUser", &s.BlockDeviceSetupRetryByUser)
	in.flag("allowLogCollectionOnInstallFailure", &s.AllowLogCollectionOnInstallFailure)
	in.text("customErrorMessage", &s.CustomErrorMessage)
	in.number("installProgressTimeoutInMinutes", &s.InstallProgressTimeoutInMinutes)
	in.flag("allowDeviceUseOnInstallFailure", &s.AllowDeviceUseOnInstallFailure)
	p.LegacyESP = &s
	return in.err
}
