package graph

import (
	"net/http"
	"strconv"
	"strings"

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

func appAssignments(p *enrollment.Policy, as []enrollment.Assignment) []appAssignment {
	out := make([]appAssignment, len(as))
	for i := range as {
		out[i] = appAssignment{ID: as[i].GraphID(string(p.ID)), Intent: string(as[i].Intent), Source: "direct", SourceID: string(p.ID), Target: policyTargetWire(&as[i])}
	}
	return out
}

// assignApp makes the list in the body the app's assignments.
func (h *Handler) assignApp(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	name := mobileApps.list
	if err := knownNames(o, "", name); err != nil {
		return err
	}
	items, err := o.Objects(name)
	if err != nil {
		return err
	}
	if !items.Set {
		return fault.Field(fault.Invalid, "AssignmentsRequired", name, "The body has no list of assignments.", "Send "+name+", empty to end all assignments.")
	}
	as := make([]enrollment.Assignment, len(items.Value))
	for i, item := range items.Value {
		if as[i], err = readAppAssignment(item, name+"/"+strconv.Itoa(i)+"/"); err != nil {
			return err
		}
	}
	p, err := c.policy(mobileApps)
	if err != nil {
		return err
	}
	if err := renamed(h.Policies.AssignPolicy(c.ctx(), c.tenant, p.ID, as), "assignments/", name+"/"); err != nil {
		return err
	}
	return c.noContent()
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
	target, ok := r.inner("target")
	if r.err != nil {
		return enrollment.Assignment{}, r.err
	}
	switch intent {
	case enrollment.IntentAvailable, enrollment.IntentRequired, enrollment.IntentUninstall:
	default:
		return enrollment.Assignment{}, fault.Field(fault.Invalid, "InvalidIntent", prefix+"intent", "'"+short(string(intent))+"' is not something an app can be assigned for.", "Use required, available or uninstall.")
	}
	if !ok {
		return enrollment.Assignment{}, fault.Field(fault.Invalid, "TargetRequired", prefix+"target", "The assignment has no target.", "Send a target of the type groupAssignmentTarget, exclusionGroupAssignmentTarget, allDevicesAssignmentTarget or allLicensedUsersAssignmentTarget.")
	}
	a, err := readPolicyTarget(target, prefix+"target/")
	a.Intent = intent
	return a, err
}

func (c *call) assignmentsOfApp() (*enrollment.Policy, []appAssignment, error) {
	p, err := c.policy(mobileApps)
	if err != nil {
		return nil, nil, err
	}
	of, err := c.h.Policies.AssignmentsOf(c.ctx(), c.tenant, enrollment.PolicyMSI)
	if err != nil {
		return nil, nil, err
	}
	return &p, appAssignments(&p, of[p.ID]), nil
}

func (h *Handler) listAppAssignments(c *call) error {
	_, all, err := c.assignmentsOfApp()
	if err != nil {
		return err
	}
	q, err := odata.ParseQuery(c.r.URL.RawQuery, appAssignmentTable, odata.Options{Beta: c.beta, MaxTop: intunePaging.max, ClampTop: true})
	if err != nil {
		return err
	}
	views := make([]*view, len(all))
	for i := range all {
		views[i] = &view{wire: &all[i], table: appAssignmentTable, query: q, call: c}
	}
	writeJSON(c.w, http.StatusOK, odata.Page{Context: c.contextURL(c.path), Value: views})
	return nil
}

func (h *Handler) getAppAssignment(c *call) error {
	p, all, err := c.assignmentsOfApp()
	if err != nil {
		return err
	}
	for i := range all {
		if strings.EqualFold(all[i].ID, c.keys["assignment"]) {
			return c.object(http.StatusOK, c.view(&all[i], appAssignmentTable, nil, appsPath+"('"+string(p.ID)+"')/assignments/$entity", ""))
		}
	}
	return notFound("assignment of this app", c.keys["assignment"], "List its assignments to find the right id.")
}
