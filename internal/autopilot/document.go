package autopilot

import (
	"encoding/json"
	"time"

	"taxiway/internal/directory"
)

// MDMAppID is what a profile names as the management service: Intune's
// well-known app id, which device objects and rules carry too.
const MDMAppID = "0000000a-0000-0000-c000-000000000000"

// Document is the profile as Windows caches it (AutopilotDDSZTDFile.json). Its
// names are Windows', but for the last two. PolicyDownloadDate is stamped by the
// PC.
type Document struct {
	AutopilotServiceCorrelationID       string `json:"AutopilotServiceCorrelationId"`
	ZtdRegistrationID                   string `json:"ZtdRegistrationId"`
	AadDeviceID                         string `json:"AadDeviceId"`
	CloudAssignedOobeConfig             int    `json:"CloudAssignedOobeConfig"`
	CloudAssignedDomainJoinMethod       int    `json:"CloudAssignedDomainJoinMethod"`
	CloudAssignedForcedEnrollment       int    `json:"CloudAssignedForcedEnrollment"`
	CloudAssignedTenantDomain           string `json:"CloudAssignedTenantDomain"`
	CloudAssignedTenantID               string `json:"CloudAssignedTenantId"`
	CloudAssignedTenantUpn              string `json:"CloudAssignedTenantUpn,omitempty"`
	CloudAssignedMdmID                  string `json:"CloudAssignedMdmId"`
	CloudAssignedDeviceName             string `json:"CloudAssignedDeviceName,omitempty"`
	CloudAssignedLanguage               string `json:"CloudAssignedLanguage,omitempty"`
	CloudAssignedRegion                 string `json:"CloudAssignedRegion,omitempty"`
	CloudAssignedAadServerData          string `json:"CloudAssignedAadServerData"`
	CloudAssignedAutopilotUpdateDisable int    `json:"CloudAssignedAutopilotUpdateDisabled"`
	CloudAssignedAutopilotUpdateTimeout int    `json:"CloudAssignedAutopilotUpdateTimeout"` // milliseconds
	CloudAssignedPrivacyDiagnostics     int    `json:"CloudAssignedPrivacyDiagnostics"`
	DeploymentProfileName               string `json:"DeploymentProfileName"`
	IsExplicitProfileAssignment         bool   `json:"IsExplicitProfileAssignment"`
	HybridJoinSkipDCConnectivityCheck   int    `json:"HybridJoinSkipDCConnectivityCheck"`
	AutopilotMode                       int    `json:"AutopilotMode"` // 0 user-driven, 1 self-deploying
	AutopilotCreationDate               string `json:"AutopilotCreationDate"`
	// OnlyAssignedUserMaySignIn, this server's own: the PC lets nobody change
	// the address in CloudAssignedTenantUpn. The join is refused to others.
	OnlyAssignedUserMaySignIn bool `json:"OnlyAssignedUserMaySignIn,omitempty"`
	// PreProvisioning, this server's own, is NotOffered for a PC that asked to
	// be pre-provisioned and may: its setup goes on user-driven.
	PreProvisioning string `json:"PreProvisioning,omitempty"`
}

const preProvisioningNotOffered = "NotOffered"

// Bits of CloudAssignedOobeConfig.
const (
	oobeStandardUser   = 2
	oobeHidePrivacy    = 4
	oobeSkipOEM        = 8 // always
	oobeHideEULA       = 16
	oobeTPMAttestation = 32
	oobeDeviceAuth     = 64
	oobeSkipUpgrade    = 256 // always
	oobeSkipKeyboard   = 1024
)

// updateTimeout is how long Windows waits for critical updates, in milliseconds.
const updateTimeout = 1_800_000

// OOBEConfig is the bitmap of the pages a profile hides.
func (p *Profile) OOBEConfig() int {
	bits := oobeSkipOEM | oobeSkipUpgrade
	for _, b := range []struct {
		on  bool
		bit int
	}{
		{p.OOBE.UserType == StandardUser, oobeStandardUser},
		{p.OOBE.PrivacySettingsHidden, oobeHidePrivacy},
		{p.OOBE.EULAHidden, oobeHideEULA},
		{p.OOBE.KeyboardSelectionHidden, oobeSkipKeyboard},
		{p.OOBE.UsageType == Shared, oobeTPMAttestation | oobeDeviceAuth},
	} {
		if b.on {
			bits |= b.bit
		}
	}
	return bits
}

// Document is what a PC without a user and a name of its own gets of the profile.
func (p *Profile) Document(t *directory.Tenant, now time.Time) Document {
	return newDocument(t, &Device{}, p, "", "", now)
}

// newDocument is the profile of one device. user is left out unless the PC
// proved that it holds the registered TPM key.
func newDocument(t *directory.Tenant, d *Device, p *Profile, user, correlation string, now time.Time) Document {
	doc := Document{
		AutopilotServiceCorrelationID: correlation, ZtdRegistrationID: string(d.ID), AadDeviceID: string(d.EntraDeviceID),
		CloudAssignedOobeConfig: p.OOBEConfig(), CloudAssignedTenantDomain: t.Domain, CloudAssignedTenantID: string(t.ID),
		CloudAssignedTenantUpn: user, CloudAssignedMdmID: MDMAppID, CloudAssignedDeviceName: p.DeviceNameTemplate,
		CloudAssignedAutopilotUpdateDisable: 1, CloudAssignedAutopilotUpdateTimeout: updateTimeout,
		DeploymentProfileName: p.DisplayName, IsExplicitProfileAssignment: !d.ByDefault, AutopilotCreationDate: now.UTC().Format(time.RFC3339),
	}
	if d.DisplayName != "" && p.Join == EntraJoined {
		doc.CloudAssignedDeviceName = d.DisplayName
	}
	if p.OOBE.EscapeLinkHidden {
		doc.CloudAssignedForcedEnrollment = 1
	}
	// With the keyboard shown, too: a PC tells by it whether the region is asked for.
	if p.Locale != LocaleUserSelect {
		doc.CloudAssignedLanguage, doc.CloudAssignedRegion = p.Locale, p.Locale
	}
	if p.Join == HybridJoined {
		doc.CloudAssignedDomainJoinMethod = 1
		if p.HybridSkipConnectivity {
			doc.HybridJoinSkipDCConnectivityCheck = 1
		}
	}
	if p.OOBE.UsageType == Shared {
		doc.AutopilotMode = 1
	}
	doc.CloudAssignedAadServerData = aadServerData(t.Domain, user, doc.CloudAssignedForcedEnrollment)
	return doc
}

// aadServerData is the JSON text inside the document that names the tenant to
// the sign-in page.
func aadServerData(domain, user string, forced int) string {
	type config struct {
		CloudAssignedTenantUpn    string `json:"CloudAssignedTenantUpn"`
		ForcedEnrollment          int    `json:"ForcedEnrollment"`
		CloudAssignedTenantDomain string `json:"CloudAssignedTenantDomain"`
	}
	text, err := json.Marshal(struct{ ZeroTouchConfig config }{config{user, forced, domain}})
	if err != nil {
		return "{}" // strings and a number always encode
	}
	return string(text)
}
