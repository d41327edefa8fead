package graph

import (
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// appAssignment is Graph's mobileAppAssignment.
type appAssignment struct {
	ID       string           `json:"id"`
	Intent   string           `json:"intent"`
	Source   string           `json:"source"`
	SourceID string           `json:"sourceId"`
	Settings *struct{}        `json:"settings"` // a Windows Installer app has none: always null
	Target   assignmentTarget `json:"target"`
}

var appAssignmentTable = &odata.Table{
	Name: "microsoft.graph.mobileAppAssignment",
	Properties: []odata.Property{
		prop("id", odata.String, readOnly),
		enum("intent", "microsoft.graph.installIntent", 0, "available", "required", "uninstall", "availableWithoutEnrollment"),
		enum("source", "microsoft.graph.deviceAndAppManagementAssignmentSource", readOnly|onBeta, "direct", "policySets"),
		prop("sourceId", odata.String, readOnly|onBeta),
		nested("settings", "microsoft.graph.mobileAppAssignmentSettings", 0),
		nested("target", "microsoft.graph.deviceAndAppManagementAssignmentTarget", 0),
	},
}

func (a *appAssignment) key() string { return a.ID }

func appAssignmentWire(app string, a *enrollment.Assignment) assignment {
	return &appAssignment{ID: a.GraphID(app), Intent: string(a.Intent), Source: "direct", SourceID: app, Target: targetWire(a.Target, a.Group)}
}

func readAppAssignment(o odata.Object, prefix string) (enrollment.Assignment, error) {
	if err := knownNames(o, prefix, "id", "source", "sourceId", "target", "intent", "settings"); err != nil {
		return enrollment.Assignment{}, err
	}
	if raw, sent := o.Raw("settings"); sent && string(raw) != "null" {
		return enrollment.Assignment{}, fault.Field(fault.Invalid, "AssignmentSettingsNotSupported", prefix+"settings", "A Windows Installer app has no assignment settings.", "Leave settings out.")
	}
	r := &reader{o: o, prefix: prefix}
	intent := enrollment.IntentNone
	choice(r, "intent", &intent, enrollment.IntentAvailable, enrollment.IntentRequired, enrollment.IntentUninstall)
	if r.err != nil {
		return enrollment.Assignment{}, r.err
	}
	switch intent {
	case enrollment.IntentAvailable, enrollment.IntentRequired, enrollment.IntentUninstall:
	default:
		return enrollment.Assignment{}, fault.Field(fault.Invalid, "InvalidIntent", prefix+"intent", "'"+short(string(intent))+"' is not something an app can be assigned for.", "Use required, available or uninstall.")
	}
	a, err := readPolicyTarget(r)
	a.Intent = intent
	return a, err
}
