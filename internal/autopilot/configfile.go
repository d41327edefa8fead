package autopilot

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf16"

	"taxiway/internal/fault"
)

// configFileVersion is the version Windows expects in the file.
const configFileVersion = 2049

// configFile is AutopilotConfigurationFile.json, in the order in which people
// know it (Windows Autopilot for existing devices). Its names are Windows'.
type configFile struct {
	Comment          string `json:"Comment_File"`
	Version          int    `json:"Version"`
	Correlation      string `json:"ZtdCorrelationId"`
	DomainJoinMethod int    `json:"CloudAssignedDomainJoinMethod"`
	DeviceName       string `json:"CloudAssignedDeviceName,omitempty"`
	UpdateTimeout    int    `json:"CloudAssignedAutopilotUpdateTimeout"`
	ForcedEnrollment int    `json:"CloudAssignedForcedEnrollment"`
	TenantID         string `json:"CloudAssignedTenantId"`
	TenantDomain     string `json:"CloudAssignedTenantDomain"`
	UpdateDisabled   int    `json:"CloudAssignedAutopilotUpdateDisabled"`
	AadServerData    string `json:"CloudAssignedAadServerData"`
	OobeConfig       int    `json:"CloudAssignedOobeConfig"`
	Language         string `json:"CloudAssignedLanguage,omitempty"`
	Region           string `json:"CloudAssignedRegion,omitempty"`
	SkipConnectivity int    `json:"HybridJoinSkipDCConnectivityCheck,omitempty"`
}

// ConfigurationFile is the profile as the file AutopilotConfigurationFile.json,
// with which a PC takes the profile without asking any service. tenant and
// domain are those of the Entra tenant that the PC will join. The text is ASCII
// without a byte order mark, as Windows demands. The correlation id is the
// profile's own, so that the PC's enrolment tells which profile it came by.
func (p *Profile) ConfigurationFile(tenant, domain string) ([]byte, error) {
	if p.OOBE.UsageType == Shared {
		return nil, fault.Field(fault.Invalid, "SelfDeployingNeedsService", "outOfBoxExperienceSetting/deviceUsageType",
			"A self-deploying profile cannot be written as a file: the PC proves itself to the Autopilot service.", "Use a user-driven profile.")
	}
	f := configFile{
		Comment: "Profile " + p.DisplayName, Version: configFileVersion, Correlation: string(p.ID), DeviceName: p.DeviceNameTemplate,
		UpdateTimeout: updateTimeout, UpdateDisabled: 1, TenantID: strings.ToLower(tenant), TenantDomain: strings.ToLower(domain), OobeConfig: p.OOBEConfig(),
		Language: p.Locale, Region: p.Locale,
	}
	if p.OOBE.EscapeLinkHidden {
		f.ForcedEnrollment = 1
	}
	if p.Join == HybridJoined {
		f.DomainJoinMethod = 1
		if p.HybridSkipConnectivity {
			f.SkipConnectivity = 1
		}
	}
	f.AadServerData = aadServerData(f.TenantDomain, "", f.ForcedEnrollment)
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "    ")
	if err := enc.Encode(f); err != nil {
		return nil, fmt.Errorf("encode the configuration file: %w", err)
	}
	return ascii(out.String()), nil
}

// ascii escapes what is not ASCII as JSON does.
func ascii(text string) []byte {
	out := make([]byte, 0, len(text))
	for _, r := range text {
		if r < 0x80 {
			out = append(out, byte(r)) //nolint:gosec // below 0x80
			continue
		}
		for _, unit := range utf16.AppendRune(nil, r) {
			out = fmt.Appendf(out, `\u%04x`, unit)
		}
	}
	return out
}
