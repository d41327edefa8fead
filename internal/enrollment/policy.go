package enrollment

import (
	"time"

	"taxiway/internal/directory"
)

// PolicyID is the GUID of a policy. Graph's id of an enrolment configuration
// has the kind behind it: <guid>_Windows10EnrollmentCompletionPageConfiguration.
type PolicyID string

// PolicyKind is what a policy is about; the values are Graph's types.
type PolicyKind string

// The kinds.
const (
	PolicyESP      PolicyKind = "windows10EnrollmentCompletionPageConfiguration"
	PolicyLimit    PolicyKind = "deviceEnrollmentLimitConfiguration"
	PolicyPlatform PolicyKind = "deviceEnrollmentPlatformRestrictionsConfiguration"
	PolicySingle   PolicyKind = "deviceEnrollmentPlatformRestrictionConfiguration" // of one platform
	PolicyHello    PolicyKind = "deviceEnrollmentWindowsHelloForBusinessConfiguration"
	PolicyCustom   PolicyKind = "windows10CustomConfiguration"
	PolicyMSI      PolicyKind = "windowsMobileMSI"
)

// Policy is something assigned to groups. Exactly the part of its kind is set.
type Policy struct {
	ID          PolicyID
	Kind        PolicyKind
	DisplayName string
	Description string
	// Default: the tenant's own, which exists always, goes to everybody and is
	// applied last (priority 0).
	Default   bool
	Priority  int // 1 is applied first; only enrolment configurations have one
	ScopeTags []string

	ESP      *ESP
	Limit    *int // devices per user
	Platform *PlatformRestriction
	Hello    map[string]any // stored and returned as Graph has it
	Custom   *CustomConfiguration
	App      *App

	CreatedAt  time.Time
	ModifiedAt time.Time
	Version    int64 // grows with every change; the ETag
}

// Target is where an assignment points.
type Target string

// The kinds, by Graph's type names without the prefix.
const (
	TargetGroup      Target = "groupAssignmentTarget"
	TargetExclusion  Target = "exclusionGroupAssignmentTarget"
	TargetAllDevices Target = "allDevicesAssignmentTarget"
	TargetAllUsers   Target = "allLicensedUsersAssignmentTarget"
)

// Intent is what an app's assignment wants (Graph: installIntent). Other
// policies have none.
type Intent string

// The intents.
const (
	IntentNone      Intent = ""
	IntentRequired  Intent = "required"
	IntentAvailable Intent = "available"
	IntentUninstall Intent = "uninstall"
)

// Assignment gives a policy to a group's users and devices, or keeps it from them.
type Assignment struct {
	Policy    PolicyID
	Target    Target
	Group     directory.ObjectID // empty for all devices and all users
	Intent    Intent
	CreatedAt time.Time
}

// ESP is an Enrollment Status Page configuration, under Graph's names
// (windows10EnrollmentCompletionPageConfiguration). Blocks is Block device use
// until all apps and profiles are installed: the inverse of Graph's
// blockDeviceSetupRetryByUser.
type ESP struct {
	ShowProgress          bool       `json:"showProgress,omitempty"`
	Blocks                bool       `json:"blocks,omitempty"`
	TimeoutMinutes        int        `json:"timeoutMinutes,omitempty"`
	CustomErrorMessage    string     `json:"customErrorMessage,omitempty"`
	AllowLogCollection    bool       `json:"allowLogCollection,omitempty"`
	AllowReset            bool       `json:"allowReset,omitempty"`
	AllowUse              bool       `json:"allowUse,omitempty"`
	OnlyOOBE              bool       `json:"onlyOOBE,omitempty"`      // trackInstallProgressForAutopilotOnly
	OnlyFirstUser         bool       `json:"onlyFirstUser,omitempty"` // disableUserStatusTrackingAfterFirstUser
	InstallQualityUpdates bool       `json:"installQualityUpdates,omitempty"`
	AllowNonBlockingApps  bool       `json:"allowNonBlockingApps,omitempty"` // allowNonBlockingAppInstallation
	SelectedApps          []PolicyID `json:"selectedApps,omitempty"`         // empty: all
}

// PlatformRestriction is whether Windows may enrol.
type PlatformRestriction struct {
	Blocked         bool   `json:"blocked,omitempty"`
	PersonalBlocked bool   `json:"personalBlocked,omitempty"`
	MinVersion      string `json:"minVersion,omitempty"`
	MaxVersion      string `json:"maxVersion,omitempty"`
	// Of is the one platform of a PolicySingle, by Graph's name; only windows
	// decides anything here.
	Of string `json:"of,omitempty"`
	// Others keeps what Graph stores of other platforms, by its property names:
	// iosRestriction and its like, or platformRestriction when Of is not windows.
	Others map[string]any `json:"others,omitempty"`
}

// CustomConfiguration is a list of settings by OMA-URI.
type CustomConfiguration struct {
	Settings []OMASetting `json:"settings,omitempty"`
}

// OMASetting is one value; Type is Graph's omaSetting type without "omaSetting".
type OMASetting struct {
	DisplayName string `json:"displayName,omitempty"`
	Description string `json:"description,omitempty"`
	URI         string `json:"uri,omitempty"`
	Type        string `json:"type,omitempty"`  // String, Integer, Boolean, FloatingPoint, DateTime, StringXml, Base64
	Value       string `json:"value,omitempty"` // as the PC gets it
	FileName    string `json:"fileName,omitempty"`
	Secret      bool   `json:"secret,omitempty"` // never shown again
}

// App is a Windows Installer line-of-business app (Graph: windowsMobileMSI).
type App struct {
	Publisher      string         `json:"publisher,omitempty"`
	ProductCode    string         `json:"productCode,omitempty"` // {GUID}
	ProductVersion string         `json:"productVersion,omitempty"`
	CommandLine    string         `json:"commandLine,omitempty"`
	FileName       string         `json:"fileName,omitempty"`
	Content        string         `json:"content,omitempty"` // the stored file; empty until it was uploaded
	Size           int64          `json:"size,omitempty"`
	SHA256         []byte         `json:"sHA256,omitempty"` // of the content
	UserContext    bool           `json:"userContext,omitempty"`
	IgnoreVersion  bool           `json:"ignoreVersion,omitempty"`
	TimeoutMinutes int            `json:"timeoutMinutes,omitempty"`
	RetryCount     int            `json:"retryCount,omitempty"`
	RetryMinutes   int            `json:"retryMinutes,omitempty"`
	Extra          map[string]any `json:"extra,omitempty"` // properties that are kept and returned as sent
}

// PolicyState is what became of a policy or app at one device.
type PolicyState struct {
	Device     DeviceID
	Policy     PolicyID
	User       directory.ObjectID // empty: for the device
	Kind       PolicyKind
	Name       string
	Compliance Compliance
	Status     int   // the CSP's own number (EnterpriseDesktopAppManagement Status)
	Error      int64 // HRESULT or OMA-DM status
	Applied    int64 // Policy.Version that was sent
	Tracked    bool  // on the Enrollment Status Page
	// Sent are the nodes of a configuration that the PC was told, one a line:
	// what has to be taken back.
	Sent       string
	ReportedAt time.Time // the tenant's clock
}

// Compliance is Graph's deviceManagementAutopilotPolicyComplianceStatus.
type Compliance string

// The values.
const (
	ComplianceUnknown      Compliance = "unknown"
	ComplianceCompliant    Compliance = "compliant"
	ComplianceInstalled    Compliance = "installed"
	ComplianceNotCompliant Compliance = "notCompliant"
	ComplianceNotInstalled Compliance = "notInstalled"
	ComplianceError        Compliance = "error"
)
