package setup

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Profile is what a profile document says, in the words of the settings that an
// administrator made.
type Profile struct {
	Name           string `json:"name"`
	TenantID       string `json:"tenantId"`
	TenantDomain   string `json:"tenantDomain"`
	AssignedUser   string `json:"assignedUser,omitempty"` // filled in at the sign-in
	Language       string `json:"language,omitempty"`     // OSDefault, a language tag, or empty: User select
	Region         string `json:"region,omitempty"`
	NameTemplate   string `json:"nameTemplate,omitempty"`
	HideKeyboard   bool   `json:"hideKeyboard,omitempty"` // Automatically configure keyboard: Yes
	HideEULA       bool   `json:"hideEula,omitempty"`
	HidePrivacy    bool   `json:"hidePrivacy,omitempty"`
	HideEscape     bool   `json:"hideEscape,omitempty"` // Hide change account options: Hide
	StandardUser   bool   `json:"standardUser,omitempty"`
	Hybrid         bool   `json:"hybrid,omitempty"`
	SelfDeploying  bool   `json:"selfDeploying,omitempty"`
	UpdateDisabled bool   `json:"updateDisabled,omitempty"`
	RegistrationID string `json:"registrationId,omitempty"`

	// Two facts that Windows' own document has not; absent is no.
	Preprovisioning  bool `json:"preprovisioning,omitempty"`  // the PC asked to be pre-provisioned, and Allow pre-provisioned deployment is Yes
	OnlyAssignedUser bool `json:"onlyAssignedUser,omitempty"` // the tenant's switch "Only the assigned user may sign in"
}

// OSDefault is "Operating system default" in a document.
const OSDefault = "os-default"

// Bits of CloudAssignedOobeConfig that say which pages are hidden.
const (
	bitStandardUser = 2
	bitHidePrivacy  = 4
	bitHideEULA     = 16
	bitHideKeyboard = 1024
	allBits         = 2047
)

// document is the profile as Windows caches it (AutopilotDDSZTDFile.json) or
// reads it from AutopilotConfigurationFile.json. Pointers tell what is missing.
type document struct {
	ErrorCode   json.Number `json:"ErrorCode"`
	ErrorReason string      `json:"ErrorReason"`

	OobeConfig       *int   `json:"CloudAssignedOobeConfig"`
	DomainJoinMethod *int   `json:"CloudAssignedDomainJoinMethod"`
	ForcedEnrollment *int   `json:"CloudAssignedForcedEnrollment"`
	TenantDomain     string `json:"CloudAssignedTenantDomain"`
	TenantID         string `json:"CloudAssignedTenantId"`
	TenantUPN        string `json:"CloudAssignedTenantUpn"`
	DeviceName       string `json:"CloudAssignedDeviceName"`
	Language         string `json:"CloudAssignedLanguage"`
	Region           string `json:"CloudAssignedRegion"`
	ServerData       string `json:"CloudAssignedAadServerData"`
	UpdateDisabled   int    `json:"CloudAssignedAutopilotUpdateDisabled"`
	Name             string `json:"DeploymentProfileName"`
	Comment          string `json:"Comment_File"`
	Mode             int    `json:"AutopilotMode"`
	RegistrationID   string `json:"ZtdRegistrationId"`
	Preprovisioning  string `json:"PreProvisioning"` // NotOffered: allowed, and not done here
	OnlyAssignedUser bool   `json:"OnlyAssignedUserMaySignIn"`
}

// serverData is the text inside the document that goes to the sign-in page.
type serverData struct {
	ZeroTouchConfig struct {
		TenantUPN        string `json:"CloudAssignedTenantUpn"`
		TenantDomain     string `json:"CloudAssignedTenantDomain"`
		ForcedEnrollment int    `json:"ForcedEnrollment"`
	} `json:"ZeroTouchConfig"`
}

// RefusedError is a document that is a refusal.
type RefusedError struct {
	Code   string // 807, 809, 815, 908 …
	Reason string
}

func (e *RefusedError) Error() string {
	return "the profile service refuses: " + e.Code + " " + e.Reason
}

// DocumentError is a document that is no profile. Why says what is wrong.
type DocumentError struct{ Why string }

func (e *DocumentError) Error() string { return "the profile document is not valid: " + e.Why }

func invalid(format string, values ...any) error {
	return &DocumentError{Why: fmt.Sprintf(format, values...)}
}

// maxDocument is far above every real document.
const maxDocument = 256 << 10 // bytes

// ParseProfile reads a profile document, downloaded or from a file. The error is
// a RefusedError for a refusal in the document's place and a DocumentError for
// everything that is no profile: damaged, without an organization, or at odds
// with itself.
func ParseProfile(text []byte) (*Profile, error) {
	if len(text) > maxDocument {
		return nil, invalid("it has %d bytes", len(text))
	}
	var d document
	if err := json.Unmarshal(text, &d); err != nil {
		return nil, invalid("%s", jsonWords(err))
	}
	if code := d.ErrorCode.String(); code != "" && code != "0" {
		return nil, &RefusedError{Code: code, Reason: d.ErrorReason}
	}
	return d.profile()
}

// jsonWords keeps Go's names out of what a person reads.
func jsonWords(err error) string {
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return "the field " + kind.Field + " is a " + kind.Value
	}
	return err.Error()
}

func (d *document) profile() (*Profile, error) {
	switch {
	case d.TenantID == "" && d.TenantDomain == "":
		return nil, invalid("it names no organization")
	case d.OobeConfig == nil:
		return nil, invalid("CloudAssignedOobeConfig is missing")
	case *d.OobeConfig < 0 || *d.OobeConfig > allBits:
		return nil, invalid("CloudAssignedOobeConfig is %d", *d.OobeConfig)
	case d.DomainJoinMethod == nil || *d.DomainJoinMethod < 0 || *d.DomainJoinMethod > 1:
		return nil, invalid("CloudAssignedDomainJoinMethod is neither 0 nor 1")
	case d.ForcedEnrollment == nil || *d.ForcedEnrollment < 0 || *d.ForcedEnrollment > 1:
		return nil, invalid("CloudAssignedForcedEnrollment is neither 0 nor 1")
	case d.Mode < 0 || d.Mode > 2:
		return nil, invalid("AutopilotMode is %d", d.Mode)
	}
	inner, err := d.readServerData()
	if err != nil {
		return nil, err
	}
	bits := *d.OobeConfig
	p := &Profile{
		Name: d.Name, TenantID: strings.ToLower(d.TenantID), TenantDomain: d.TenantDomain, AssignedUser: d.TenantUPN,
		Language: d.Language, Region: d.Region, NameTemplate: d.DeviceName,
		HideKeyboard: bits&bitHideKeyboard != 0, HideEULA: bits&bitHideEULA != 0, HidePrivacy: bits&bitHidePrivacy != 0,
		HideEscape: *d.ForcedEnrollment == 1, StandardUser: bits&bitStandardUser != 0,
		Hybrid: *d.DomainJoinMethod == 1, SelfDeploying: d.Mode == 1, UpdateDisabled: d.UpdateDisabled == 1,
		RegistrationID: d.RegistrationID, Preprovisioning: d.Preprovisioning != "", OnlyAssignedUser: d.OnlyAssignedUser,
	}
	if p.Name == "" { // a file carries it in a comment
		p.Name = strings.TrimPrefix(d.Comment, "Profile ")
	}
	if p.AssignedUser == "" {
		p.AssignedUser = inner.ZeroTouchConfig.TenantUPN
	}
	if why := p.flaw(); why != "" {
		return nil, invalid("%s", why)
	}
	return p, nil
}

// readServerData reads the inner text, which says some things a second time: a
// document whose two halves disagree is not one that a service made.
func (d *document) readServerData() (serverData, error) {
	var in serverData
	if err := json.Unmarshal([]byte(d.ServerData), &in); err != nil {
		return in, invalid("CloudAssignedAadServerData holds no JSON")
	}
	z := in.ZeroTouchConfig
	switch {
	case !strings.EqualFold(z.TenantDomain, d.TenantDomain):
		return in, invalid("CloudAssignedAadServerData names another domain")
	case z.ForcedEnrollment != *d.ForcedEnrollment:
		return in, invalid("CloudAssignedAadServerData says otherwise whether enrolment is forced")
	case d.TenantUPN != "" && z.TenantUPN != "" && !strings.EqualFold(z.TenantUPN, d.TenantUPN):
		return in, invalid("CloudAssignedAadServerData names another user")
	}
	return in, nil
}
