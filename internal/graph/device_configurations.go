package graph

import (
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// customConfiguration is Graph's windows10CustomConfiguration.
type customConfiguration struct {
	Type                 string       `json:"@odata.type"`
	ETag                 string       `json:"@odata.etag"`
	ID                   string       `json:"id"`
	DisplayName          string       `json:"displayName"`
	Description          string       `json:"description"`
	CreatedDateTime      time.Time    `json:"createdDateTime"`
	LastModifiedDateTime time.Time    `json:"lastModifiedDateTime"`
	Version              int64        `json:"version"`
	RoleScopeTagIDs      []string     `json:"roleScopeTagIds"`
	SupportsScopeTags    bool         `json:"supportsScopeTags"`
	Settings             []omaSetting `json:"omaSettings"`
	Assignments          []assignment `json:"assignments"`
}

// omaSetting is one of Graph's omaSetting types; Value is as the type has it.
type omaSetting struct {
	Type        string  `json:"@odata.type"`
	DisplayName string  `json:"displayName"`
	Description string  `json:"description"`
	URI         string  `json:"omaUri"`
	Secret      bool    `json:"isEncrypted"`
	Reference   *string `json:"secretReferenceValueId"` // secrets cannot be read: always null
	Value       any     `json:"value"`
	FileName    *string `json:"fileName,omitempty"`
}

const (
	customPath = "deviceManagement/deviceConfigurations"
	// hiddenValue stands for a secret in answers; sent back it means that the
	// secret stays.
	hiddenValue = "****"
)

var customTable = &odata.Table{
	Name: "microsoft.graph.deviceConfiguration",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|sorted|readOnly),
		prop("displayName", odata.String, filter|sorted|search),
		prop("description", odata.String, filter|search),
		prop("createdDateTime", odata.Time, filter|sorted|readOnly),
		prop("lastModifiedDateTime", odata.Time, filter|sorted|readOnly),
		prop("version", odata.Int, filter|sorted|readOnly),
		prop("roleScopeTagIds", odata.Strings, filter|onBeta),
		prop("supportsScopeTags", odata.Bool, readOnly|onBeta),
		nested("omaSettings", "microsoft.graph.omaSetting", 0),
	},
	Navigations: []string{"assignments"},
}

var customConfigurations = policies(assignable{
	resource: resource[enrollment.Policy]{path: customPath, table: customTable, read: stored(Lists.ListCustomConfigurations)},
	kinds:    []enrollment.PolicyKind{enrollment.PolicyCustom}, what: "device configuration",
	wire: customWire, parse: newCustom,
	apply: func(o odata.Object, p *enrollment.Policy) error {
		if err := sameType(o, p.Kind); err != nil {
			return err
		}
		return readCustom(o, p)
	},
	assign: plainAssigning("assignments", "deviceConfigurationAssignment"),
})

func customWire(_ directory.TenantID, p *enrollment.Policy, as []assignment) any {
	w := &customConfiguration{
		Type: typePrefix + string(p.Kind), ETag: etagOf(p.Version), ID: string(p.ID), DisplayName: p.DisplayName, Description: p.Description,
		CreatedDateTime: p.CreatedAt.UTC(), LastModifiedDateTime: p.ModifiedAt.UTC(), Version: p.Version, RoleScopeTagIDs: orEmpty(p.ScopeTags),
		SupportsScopeTags: true, Settings: []omaSetting{}, Assignments: as,
	}
	if p.Custom == nil {
		return w
	}
	for i := range p.Custom.Settings {
		s := &p.Custom.Settings[i]
		out := omaSetting{Type: settingPrefix + s.Type, DisplayName: s.DisplayName, Description: s.Description, URI: s.URI, Secret: s.Secret, Value: settingValue(s)}
		if s.Type == enrollment.SettingXML || s.Type == enrollment.SettingBase64 {
			out.FileName = &s.FileName
		}
		w.Settings = append(w.Settings, out)
	}
	return w
}

const settingPrefix = "#microsoft.graph.omaSetting"

// settingValue is a value as its Graph type has it.
func settingValue(s *enrollment.OMASetting) any {
	value := s.Value
	if s.Secret {
		value = hiddenValue
	}
	switch s.Type {
	case enrollment.SettingInteger:
		n, _ := strconv.ParseInt(value, 10, 32) // stored values fit their type
		return n
	case enrollment.SettingBoolean:
		return value == "true"
	case enrollment.SettingFloat:
		f, _ := strconv.ParseFloat(value, 64)
		return f
	case enrollment.SettingXML:
		return base64.StdEncoding.EncodeToString([]byte(value))
	}
	return value
}

func newCustom(o odata.Object) (enrollment.Policy, error) {
	p := enrollment.Policy{Kind: enrollment.PolicyCustom, Custom: &enrollment.CustomConfiguration{}}
	kind, err := o.Text("@odata.type")
	if err != nil {
		return p, err
	}
	if !strings.EqualFold(typeName(kind.Value), string(enrollment.PolicyCustom)) {
		return p, fault.Field(fault.Invalid, "InvalidConfigurationType", "@odata.type", "'"+short(typeName(kind.Value))+"' is not a type of device configuration that this server has.", "Send #microsoft.graph.windows10CustomConfiguration with the settings as omaSettings.")
	}
	return p, readCustom(o, &p)
}

// readCustom applies a body to a custom configuration. The list of settings is
// replaced as a whole.
func readCustom(o odata.Object, p *enrollment.Policy) error {
	rules := []string{"deviceManagementApplicabilityRuleOsEdition", "deviceManagementApplicabilityRuleOsVersion", "deviceManagementApplicabilityRuleDeviceMode"}
	if err := knows(o, "", customTable, rules...); err != nil {
		return err
	}
	for _, name := range rules {
		if raw, sent := o.Raw(name); sent && string(raw) != "null" {
			return fault.Field(fault.Invalid, "ApplicabilityRuleNotSupported", name, "This server has no applicability rules.", "Leave it out and assign the configuration to a dynamic group.")
		}
	}
	r := &reader{o: o}
	readPolicy(r, p)
	items, err := o.Objects("omaSettings")
	r.note(err)
	if r.err != nil || !items.Set {
		return r.err
	}
	before := p.Custom.Settings
	p.Custom.Settings = make([]enrollment.OMASetting, len(items.Value))
	for i, item := range items.Value {
		if err := readSetting(item, "omaSettings/"+strconv.Itoa(i)+"/", before, &p.Custom.Settings[i]); err != nil {
			return err
		}
	}
	return nil
}

// readSetting reads one setting. A secret that comes back hidden is the one
// that is stored for this node.
func readSetting(o odata.Object, prefix string, before []enrollment.OMASetting, s *enrollment.OMASetting) error {
	if err := knownNames(o, prefix, "displayName", "description", "omaUri", "isEncrypted", "secretReferenceValueId", "isReadOnly", "value", "fileName"); err != nil {
		return err
	}
	r := &reader{o: o, prefix: prefix}
	var kind string
	r.text("@odata.type", &kind)
	s.Type = spelled(strings.TrimPrefix(typeName(kind), "omaSetting"), enrollment.SettingTypes()...)
	r.text("displayName", &s.DisplayName)
	r.text("description", &s.Description)
	r.text("omaUri", &s.URI)
	r.flag("isEncrypted", &s.Secret)
	r.text("fileName", &s.FileName)
	if r.err != nil {
		return r.err
	}
	if raw, sent := o.Raw("value"); !sent || string(raw) == "null" {
		return fault.Field(fault.Invalid, "ValueRequired", prefix+"value", "The setting has no value.", "Send a value of the type that the setting says.")
	}
	if !slices.Contains(enrollment.SettingTypes(), s.Type) {
		return nil // the service says which types there are
	}
	readValue(r, s)
	if r.err != nil {
		return r.err
	}
	textual := s.Type == enrollment.SettingString || s.Type == enrollment.SettingXML || s.Type == enrollment.SettingBase64
	if s.Secret && !textual {
		return fault.Field(fault.Invalid, "SecretNeedsText", prefix+"isEncrypted", "Only a text, XML or base64 can be kept secret.", "Send isEncrypted false, or another type of setting.")
	}
	if s.Value != hiddenValue {
		return nil
	}
	for i := range before {
		if was := &before[i]; was.Secret && strings.EqualFold(was.URI, s.URI) && was.Type == s.Type {
			s.Value, s.Secret = was.Value, true
			return nil
		}
	}
	if s.Secret {
		return fault.Field(fault.Invalid, "SecretNotKnown", prefix+"value", "The value stands for a secret, and none is stored for this node.", "Send the secret itself.")
	}
	return nil
}

// readValue reads a value of the setting's type as the PC gets it.
func readValue(r *reader, s *enrollment.OMASetting) {
	switch s.Type {
	case enrollment.SettingInteger:
		f, err := r.o.Number("value")
		r.note(err)
		s.Value = strconv.FormatInt(f.Value, 10)
	case enrollment.SettingBoolean:
		f, err := r.o.Flag("value")
		r.note(err)
		s.Value = strconv.FormatBool(f.Value)
	case enrollment.SettingFloat:
		raw, _ := r.o.Raw("value")
		s.Value = strings.Trim(string(raw), `" `)
	case enrollment.SettingDateTime:
		f, err := r.o.Moment("value")
		r.note(err)
		s.Value = f.Value.UTC().Format(time.RFC3339)
	case enrollment.SettingXML:
		f, err := r.o.Bytes("value")
		if err == nil && !utf8.Valid(f.Value) {
			err = &odata.Error{Code: odata.CodeInvalidPropertyValue, Option: "value", Message: "The XML is not UTF-8.", Remedy: "Send XML in UTF-8, as base64."}
		}
		r.note(err)
		s.Value = strings.TrimPrefix(string(f.Value), "\ufeff")
	default:
		r.text("value", &s.Value)
	}
}
