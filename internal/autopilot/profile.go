package autopilot

import (
	"slices"
	"strings"
	"time"

	"taxiway/internal/fault"
)

// JoinType is "Join to Microsoft Entra ID as"; its values are the two concrete
// Graph types without their common ending.
type JoinType string

// Hybrid profiles are stored and assigned; docs/parity.md says what cannot be
// done without a domain controller.
const (
	EntraJoined  JoinType = "azureAD"
	HybridJoined JoinType = "activeDirectory"
)

// UserType is "User account type".
type UserType string

// A Standard user is not in the local Administrators group.
const (
	Administrator UserType = "administrator"
	StandardUser  UserType = "standard"
)

// UsageType is "Deployment mode".
type UsageType string

// SingleUser is User-driven, Shared is Self-deploying.
const (
	SingleUser UsageType = "singleUser"
	Shared     UsageType = "shared"
)

// Locale values of "Language (Region)" that are no language.
const (
	LocaleOSDefault  = "os-default" // Operating system default
	LocaleUserSelect = ""           // User select
)

// OOBE is the Out-of-box experience page of a profile.
type OOBE struct {
	EULAHidden              bool      // Microsoft Software License Terms: Hide
	PrivacySettingsHidden   bool      // Privacy settings: Hide
	EscapeLinkHidden        bool      // Hide change account options: Hide
	KeyboardSelectionHidden bool      // Automatically configure keyboard: Yes
	UserType                UserType  // empty for Self-deploying
	UsageType               UsageType // Deployment mode
}

// LegacyESP is the status-page part that old clients store in a profile. It is
// kept and returned as sent; the Enrollment Status Page proper has its own
// configuration.
type LegacyESP struct {
	HideInstallationProgress                         bool
	AllowDeviceUseBeforeProfileAndAppInstallComplete bool
	BlockDeviceSetupRetryByUser                      bool
	AllowLogCollectionOnInstallFailure               bool
	CustomErrorMessage                               string
	InstallProgressTimeoutInMinutes                  int
	AllowDeviceUseOnInstallFailure                   bool
}

// Profile is a Windows Autopilot deployment profile.
type Profile struct {
	ID                     ProfileID
	DisplayName            string
	Description            string
	Join                   JoinType
	Locale                 string // Language (Region)
	DeviceNameTemplate     string // empty: Apply device name template No
	DeviceType             DeviceType
	PreprovisioningAllowed bool // Allow pre-provisioned deployment
	ConvertToAutopilot     bool // Convert all targeted devices to Autopilot
	OOBE                   OOBE
	HybridSkipConnectivity bool // hybrid only
	RoleScopeTagIDs        []string
	ManagementServiceAppID string
	LegacyESP              *LegacyESP
	CreatedAt              time.Time
	ModifiedAt             time.Time
	Version                int64 // grows with every change; the ETag
}

// Limits of the Basics page.
const (
	MaxProfileName        = 200
	MaxProfileDescription = 1500
)

// Validate checks every setting and names the first that is wrong by its Graph
// property.
func (p *Profile) Validate() error {
	switch n := len([]rune(p.DisplayName)); {
	case strings.TrimSpace(p.DisplayName) == "":
		return fault.Field(fault.Invalid, "ProfileNameRequired", "displayName", "The profile has no name.", "Give it a name of 1 to 200 characters.")
	case n > MaxProfileName:
		return fault.Field(fault.Invalid, "ProfileNameTooLong", "displayName", "The profile's name is longer than 200 characters.", "Shorten it to 200 characters.")
	}
	if len([]rune(p.Description)) > MaxProfileDescription {
		return fault.Field(fault.Invalid, "ProfileDescriptionTooLong", "description", "The profile's description is longer than 1,500 characters.", "Shorten it to 1,500 characters.")
	}
	if !oneOf(p.Join, EntraJoined, HybridJoined) {
		return fault.Field(fault.Invalid, "InvalidProfileType", "@odata.type", "The profile type is neither azureADWindowsAutopilotDeploymentProfile nor activeDirectoryWindowsAutopilotDeploymentProfile.", "Send one of the two types.")
	}
	if !oneOf(p.DeviceType, TypeWindowsPC, TypeHoloLens, TypeSurfaceHub2, TypeSurfaceHub2S, TypeVirtualMachine) {
		return fault.Field(fault.Invalid, "InvalidDeviceType", "deviceType", "The device type '"+string(p.DeviceType)+"' is not known.", "Use windowsPc, holoLens, surfaceHub2, surfaceHub2S or virtualMachine.")
	}
	if err := p.OOBE.validate(); err != nil {
		return err
	}
	if !validLocale(p.Locale) {
		return fault.Field(fault.Invalid, "InvalidLocale", "locale", "The language '"+p.Locale+"' is neither os-default, empty (User select) nor a language tag such as en-US.", "Choose Operating system default, User select or a Windows display language.")
	}
	if p.DeviceNameTemplate != "" {
		if p.Join == HybridJoined {
			return fault.Field(fault.Invalid, "NameTemplateNotForHybrid", "deviceNameTemplate", "A hybrid join takes its name from the domain join configuration, not from a template.", "Leave the template empty.")
		}
		if err := ValidateNameTemplate(p.DeviceNameTemplate); err != nil {
			return err
		}
	}
	return nil
}

func (o *OOBE) validate() error {
	if !oneOf(o.UsageType, SingleUser, Shared) {
		return fault.Field(fault.Invalid, "InvalidDeviceUsageType", "outOfBoxExperienceSetting/deviceUsageType", "The deployment mode '"+string(o.UsageType)+"' is not known.", "Use singleUser for User-driven or shared for Self-deploying.")
	}
	if o.UsageType == Shared {
		if o.UserType != "" {
			return fault.Field(fault.Invalid, "UserTypeNotForShared", "outOfBoxExperienceSetting/userType", "A self-deploying profile has no user, so it takes no user account type.", "Leave userType out when deviceUsageType is shared.")
		}
		return nil
	}
	if !oneOf(o.UserType, Administrator, StandardUser) {
		return fault.Field(fault.Invalid, "InvalidUserType", "outOfBoxExperienceSetting/userType", "The user account type '"+string(o.UserType)+"' is not known.", "Use administrator or standard.")
	}
	return nil
}

func oneOf[T comparable](v T, known ...T) bool { return slices.Contains(known, v) }

// validLocale accepts what the Language (Region) list can hold: BCP 47 tags of
// the shape Windows uses (en-US, sr-Latn-RS, ca-ES-valencia).
func validLocale(l string) bool {
	if l == LocaleUserSelect || l == LocaleOSDefault {
		return true
	}
	parts := strings.Split(l, "-")
	if len(parts) > 4 || len(parts[0]) < 2 || len(parts[0]) > 3 {
		return false
	}
	for i, part := range parts {
		if part == "" || len(part) > 8 {
			return false
		}
		for _, c := range part {
			letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
			if !letter && (i == 0 || c < '0' || c > '9') {
				return false
			}
		}
	}
	return true
}
