package graph

import (
	"strings"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// configuration is Graph's deviceEnrollmentConfiguration; Own are the
// properties of its type.
type configuration struct {
	Type                 string         `json:"@odata.type"`
	ETag                 string         `json:"@odata.etag"`
	ID                   string         `json:"id"`
	DisplayName          string         `json:"displayName"`
	Description          string         `json:"description"`
	Priority             int            `json:"priority"`
	CreatedDateTime      time.Time      `json:"createdDateTime"`
	LastModifiedDateTime time.Time      `json:"lastModifiedDateTime"`
	Version              int64          `json:"version"`
	RoleScopeTagIDs      []string       `json:"roleScopeTagIds"`
	ConfigurationType    string         `json:"deviceEnrollmentConfigurationType"`
	Own                  map[string]any `json:"*"`
	Assignments          []assignment   `json:"assignments"`
}

// platformRestriction is Graph's deviceEnrollmentPlatformRestriction.
type platformRestriction struct {
	Blocked       bool     `json:"platformBlocked"`
	Personal      bool     `json:"personalDeviceEnrollmentBlocked"`
	Min           *string  `json:"osMinimumVersion"`
	Max           *string  `json:"osMaximumVersion"`
	Manufacturers []string `json:"blockedManufacturers"`
	SKUs          []string `json:"blockedSkus"`
}

const configurationTypeName = "deviceEnrollmentConfigurationType"

// The restrictions of a platform restrictions configuration.
const windowsRestriction = "windowsRestriction"

var otherRestrictions = []odata.Property{
	nested("iosRestriction", restrictionType, 0), nested("androidRestriction", restrictionType, 0),
	nested("macOSRestriction", restrictionType, 0), nested("windowsMobileRestriction", restrictionType, 0),
	nested("androidForWorkRestriction", restrictionType, onBeta), nested("macRestriction", restrictionType, onBeta),
	nested("windowsHomeSkuRestriction", restrictionType, onBeta), nested("tvosRestriction", restrictionType, onBeta),
	nested("visionOSRestriction", restrictionType, onBeta),
}

const restrictionType = "microsoft.graph.deviceEnrollmentPlatformRestriction"

var (
	configurationBase = []odata.Property{
		prop("id", odata.String, readOnly),
		prop("displayName", odata.String, filter|sorted|search),
		prop("description", odata.String, filter|search),
		prop("priority", odata.Int, filter|sorted|readOnly),
		prop("createdDateTime", odata.Time, filter|sorted|readOnly),
		prop("lastModifiedDateTime", odata.Time, filter|sorted|readOnly),
		prop("version", odata.Int, filter|sorted|readOnly),
		prop("roleScopeTagIds", odata.Strings, filter|onBeta),
		enum(configurationTypeName, "microsoft.graph.deviceEnrollmentConfigurationType", filter|sorted|readOnly|onBeta,
			"unknown", "limit", "platformRestrictions", "windowsHelloForBusiness", "defaultLimit", "defaultPlatformRestrictions", "defaultWindowsHelloForBusiness",
			"defaultWindows10EnrollmentCompletionPageConfiguration", "windows10EnrollmentCompletionPageConfiguration", "deviceComanagementAuthorityConfiguration",
			"singlePlatformRestriction", "unknownFutureValue", "enrollmentNotificationsConfiguration", "windowsRestore"),
	}
	// v1.0 has the type of a status page with one property of its own.
	espProperties = []odata.Property{
		prop("showInstallationProgress", odata.Bool, onBeta),
		prop("blockDeviceSetupRetryByUser", odata.Bool, onBeta),
		prop("allowDeviceResetOnInstallFailure", odata.Bool, onBeta),
		prop("allowLogCollectionOnInstallFailure", odata.Bool, onBeta),
		prop("customErrorMessage", odata.String, onBeta),
		prop("installProgressTimeoutInMinutes", odata.Int, onBeta),
		prop("allowDeviceUseOnInstallFailure", odata.Bool, onBeta),
		prop("selectedMobileAppIds", odata.Strings, onBeta),
		prop("allowNonBlockingAppInstallation", odata.Bool, 0),
		prop("trackInstallProgressForAutopilotOnly", odata.Bool, onBeta),
		prop("disableUserStatusTrackingAfterFirstUser", odata.Bool, onBeta),
		prop("installQualityUpdates", odata.Bool, onBeta),
	}
	limitProperties    = []odata.Property{prop("limit", odata.Int, 0)}
	platformProperties = append([]odata.Property{nested(windowsRestriction, restrictionType, 0)}, otherRestrictions...)
	singleProperties   = []odata.Property{
		enum("platformType", "microsoft.graph.enrollmentRestrictionPlatformType", onBeta, enrollment.Platforms()...),
		nested("platformRestriction", restrictionType, onBeta),
	}
	helloProperties = helloTable()
)

// ownProperties are those of one type.
func ownProperties(k enrollment.PolicyKind) []odata.Property {
	switch k {
	case enrollment.PolicyESP:
		return espProperties
	case enrollment.PolicyLimit:
		return limitProperties
	case enrollment.PolicyPlatform:
		return platformProperties
	case enrollment.PolicySingle:
		return singleProperties
	default:
		return helloProperties
	}
}

// configurationTable has the properties of all types: they are one collection.
var configurationTable = func() *odata.Table {
	t := &odata.Table{Name: "microsoft.graph.deviceEnrollmentConfiguration", Properties: append([]odata.Property{}, configurationBase...), Navigations: []string{"assignments"}}
	for _, k := range enrollment.EnrolmentKinds() {
		t.Properties = append(t.Properties, ownProperties(k)...)
	}
	return t
}()

func helloTable() []odata.Property {
	var all []odata.Property
	for _, s := range enrollment.HelloSettings() {
		var p odata.Property
		switch {
		case s.Choices != nil:
			p = enum(s.Name, "microsoft.graph."+s.TypeName, 0, s.Choices...)
		case s.Max > 0:
			p = prop(s.Name, odata.Int, 0)
		default:
			p = prop(s.Name, odata.Bool, 0)
		}
		p.BetaOnly = s.OnBeta
		all = append(all, p)
	}
	return all
}

func configurationWire(t directory.TenantID, p *enrollment.Policy, as []assignment) any {
	w := &configuration{
		Type: typePrefix + string(p.Kind), ETag: etagOf(p.Version), ID: p.GraphID(t), DisplayName: p.DisplayName, Description: p.Description,
		Priority: p.Priority, CreatedDateTime: p.CreatedAt.UTC(), LastModifiedDateTime: p.ModifiedAt.UTC(), Version: p.Version,
		RoleScopeTagIDs: orEmpty(p.ScopeTags), ConfigurationType: p.Kind.ConfigurationType(), Assignments: as,
	}
	switch {
	case p.ESP != nil:
		w.Own = espWire(p.ESP)
	case p.Limit != nil:
		w.Own = map[string]any{"limit": *p.Limit}
	case p.Platform != nil && p.Kind == enrollment.PolicySingle:
		w.Own = map[string]any{"platformType": p.Platform.Of, "platformRestriction": restrictionWire(p.Platform)}
		if p.Platform.Of != enrollment.PlatformWindows {
			w.Own["platformRestriction"] = otherRestriction(p.Platform, "platformRestriction")
		}
	case p.Platform != nil:
		w.Own = map[string]any{windowsRestriction: restrictionWire(p.Platform)}
		for i := range otherRestrictions {
			name := otherRestrictions[i].Name
			w.Own[name] = otherRestriction(p.Platform, name)
		}
	default:
		w.Own = p.Hello
	}
	return w
}

func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func espWire(e *enrollment.ESP) map[string]any {
	return map[string]any{
		"showInstallationProgress":                e.ShowProgress,
		"blockDeviceSetupRetryByUser":             !e.Blocks,
		"allowDeviceResetOnInstallFailure":        e.AllowReset,
		"allowLogCollectionOnInstallFailure":      e.AllowLogCollection,
		"customErrorMessage":                      e.CustomErrorMessage,
		"installProgressTimeoutInMinutes":         e.TimeoutMinutes,
		"allowDeviceUseOnInstallFailure":          e.AllowUse,
		"selectedMobileAppIds":                    orEmpty(e.SelectedApps),
		"allowNonBlockingAppInstallation":         e.AllowNonBlockingApps,
		"trackInstallProgressForAutopilotOnly":    e.OnlyOOBE,
		"disableUserStatusTrackingAfterFirstUser": e.OnlyFirstUser,
		"installQualityUpdates":                   e.InstallQualityUpdates,
	}
}

func restrictionWire(r *enrollment.PlatformRestriction) platformRestriction {
	return platformRestriction{Blocked: r.Blocked, Personal: r.PersonalBlocked, Min: orNull(r.MinVersion), Max: orNull(r.MaxVersion), Manufacturers: []string{}, SKUs: []string{}}
}

// otherRestriction is what was stored for another platform, or that nothing is
// restricted there.
func otherRestriction(r *enrollment.PlatformRestriction, name string) any {
	if stored, ok := r.Others[name]; ok {
		return stored
	}
	return restrictionWire(&enrollment.PlatformRestriction{})
}

// readConfiguration applies a body to a policy of its kind.
func readConfiguration(o odata.Object, p *enrollment.Policy, isNew bool) error {
	var names []string
	for _, list := range [][]odata.Property{configurationBase, ownProperties(p.Kind)} {
		for i := range list {
			names = append(names, list[i].Name)
		}
	}
	if err := knownNames(o, "", append(names, "assignments")...); err != nil {
		return err
	}
	r := &reader{o: o}
	readPolicy(r, p)
	switch p.Kind {
	case enrollment.PolicyESP:
		readESP(r, p.ESP)
	case enrollment.PolicyLimit:
		r.number("limit", p.Limit)
	case enrollment.PolicySingle:
		if err := readSingle(r, p.Platform, isNew); err != nil {
			return err
		}
	case enrollment.PolicyPlatform:
		if err := readPlatforms(r, p.Platform); err != nil {
			return err
		}
	default:
		readHello(r, p.Hello)
	}
	return r.err
}

// readESP reads the settings of a status page. One that begins to be shown
// waits for an hour unless another time is said.
func readESP(r *reader, e *enrollment.ESP) {
	r.flag("showInstallationProgress", &e.ShowProgress)
	if allowed := r.flagAt("blockDeviceSetupRetryByUser"); allowed != nil {
		e.Blocks = !*allowed
	}
	r.flag("allowDeviceResetOnInstallFailure", &e.AllowReset)
	r.flag("allowLogCollectionOnInstallFailure", &e.AllowLogCollection)
	r.text("customErrorMessage", &e.CustomErrorMessage)
	r.number("installProgressTimeoutInMinutes", &e.TimeoutMinutes)
	if e.ShowProgress && e.TimeoutMinutes == 0 && !r.o.Has("installProgressTimeoutInMinutes") {
		e.TimeoutMinutes = enrollment.DefaultESPMinutes
	}
	r.flag("allowDeviceUseOnInstallFailure", &e.AllowUse)
	r.flag("allowNonBlockingAppInstallation", &e.AllowNonBlockingApps)
	r.flag("trackInstallProgressForAutopilotOnly", &e.OnlyOOBE)
	r.flag("disableUserStatusTrackingAfterFirstUser", &e.OnlyFirstUser)
	r.flag("installQualityUpdates", &e.InstallQualityUpdates)
	if !r.o.Has("selectedMobileAppIds") {
		return
	}
	var apps []string
	r.texts("selectedMobileAppIds", &apps)
	e.SelectedApps = nil
	for _, id := range apps {
		e.SelectedApps = append(e.SelectedApps, enrollment.PolicyID(strings.ToLower(id)))
	}
}

func readHello(r *reader, into map[string]any) {
	for _, s := range enrollment.HelloSettings() {
		switch {
		case !r.o.Has(s.Name):
		case s.Choices != nil:
			var text string
			choice(r, s.Name, &text, s.Choices...)
			into[s.Name] = text
		case s.Max > 0:
			var n int
			r.number(s.Name, &n)
			into[s.Name] = n
		default:
			var yes bool
			r.flag(s.Name, &yes)
			into[s.Name] = yes
		}
	}
}

func readPlatforms(r *reader, p *enrollment.PlatformRestriction) error {
	if err := readRestriction(r, windowsRestriction, p); err != nil {
		return err
	}
	for i := range otherRestrictions {
		if err := readOther(r, otherRestrictions[i].Name, p); err != nil {
			return err
		}
	}
	return r.err
}

// readSingle reads the restriction of one platform, which stays the same one.
func readSingle(r *reader, p *enrollment.PlatformRestriction, isNew bool) error {
	was := p.Of
	choice(r, "platformType", &p.Of, enrollment.Platforms()...)
	if !isNew && p.Of != was {
		return fault.Field(fault.Invalid, "PlatformCannotChange", "platformType", "The restriction is one of "+was+" and stays one for its life.", "Make a new one.")
	}
	if p.Of == enrollment.PlatformWindows {
		return readRestriction(r, "platformRestriction", p)
	}
	return readOther(r, "platformRestriction", p)
}

// readRestriction reads the restriction of Windows; null takes it away.
func readRestriction(r *reader, name string, p *enrollment.PlatformRestriction) error {
	w := restrictionWire(p)
	if sent, err := readPlatformRestriction(r, name, &w); err != nil || !sent {
		return err
	}
	for target, list := range map[string][]string{"blockedManufacturers": w.Manufacturers, "blockedSkus": w.SKUs} {
		if len(list) > 0 {
			return fault.Field(fault.Invalid, "NotForWindows", name+"/"+target, "Windows devices are not restricted by "+target+".", "Send an empty list, or leave it out.")
		}
	}
	p.Blocked, p.PersonalBlocked, p.MinVersion, p.MaxVersion = w.Blocked, w.Personal, orBlank(w.Min), orBlank(w.Max)
	return nil
}

// readOther reads the restriction of another platform, which is kept and
// decides nothing here.
func readOther(r *reader, name string, p *enrollment.PlatformRestriction) error {
	w := restrictionWire(&enrollment.PlatformRestriction{})
	sent, err := readPlatformRestriction(r, name, &w)
	if err != nil || !sent {
		return err
	}
	if p.Others == nil {
		p.Others = map[string]any{}
	}
	p.Others[name] = map[string]any{
		"platformBlocked": w.Blocked, "personalDeviceEnrollmentBlocked": w.Personal, "osMinimumVersion": w.Min, "osMaximumVersion": w.Max,
		"blockedManufacturers": w.Manufacturers, "blockedSkus": w.SKUs,
	}
	return nil
}

// readPlatformRestriction reads one restriction; null is no restriction.
func readPlatformRestriction(r *reader, name string, w *platformRestriction) (sent bool, err error) {
	o, ok := r.inner(name)
	if !ok {
		if r.err == nil && r.o.Has(name) {
			*w = restrictionWire(&enrollment.PlatformRestriction{})
			return true, nil
		}
		return false, r.err
	}
	if err := knownNames(o, name+"/", "platformBlocked", "personalDeviceEnrollmentBlocked", "osMinimumVersion", "osMaximumVersion", "blockedManufacturers", "blockedSkus"); err != nil {
		return false, err
	}
	in := &reader{o: o, prefix: name + "/"}
	in.flag("platformBlocked", &w.Blocked)
	in.flag("personalDeviceEnrollmentBlocked", &w.Personal)
	for name, to := range map[string]**string{"osMinimumVersion": &w.Min, "osMaximumVersion": &w.Max} {
		if version := in.optional(name); version != nil {
			*to = orNull(*version)
		}
	}
	in.texts("blockedManufacturers", &w.Manufacturers)
	in.texts("blockedSkus", &w.SKUs)
	w.Manufacturers, w.SKUs = orEmpty(w.Manufacturers), orEmpty(w.SKUs)
	return true, in.err
}

func orBlank(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
