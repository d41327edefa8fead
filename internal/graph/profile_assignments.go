package graph

import (
	"net/http"
	"strings"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// profileAssignment is Graph's windowsAutopilotDeploymentProfileAssignment.
type profileAssignment struct {
	ID       string           `json:"id"`
	Source   string           `json:"source"`
	SourceID string           `json:"sourceId"`
	Target   assignmentTarget `json:"target"`
}

type assignmentTarget struct {
	Type       string  `json:"@odata.type"`
	FilterID   *string `json:"deviceAndAppManagementAssignmentFilterId"`
	FilterType string  `json:"deviceAndAppManagementAssignmentFilterType"`
	GroupID    string  `json:"groupId,omitempty"`
}

var assignmentTable = &odata.Table{
	Name: "microsoft.graph.windowsAutopilotDeploymentProfileAssignment",
	Properties: []odata.Property{
		prop("id", odata.String, readOnly),
		enum("source", "microsoft.graph.deviceAndAppManagementAssignmentSource", readOnly, "direct", "policySets"),
		prop("sourceId", odata.String, readOnly),
		nested("target", "microsoft.graph.deviceAndAppManagementAssignmentTarget", 0),
	},
}

func assignmentWire(a *autopilot.Assignment) profileAssignment {
	return profileAssignment{
		ID: a.ID(), Source: "direct", SourceID: string(a.Profile),
		Target: assignmentTarget{Type: profileTypePrefix + string(a.Target), FilterType: "none", GroupID: string(a.Group)},
	}
}

// listAssignments answers all of a profile's assignments on one page; there is
// one for each group at most.
func (h *Handler) listAssignments(c *call) error {
	as, err := c.assignments()
	if err != nil {
		return err
	}
	q, err := odata.ParseQuery(c.r.URL.RawQuery, assignmentTable, odata.Options{Beta: c.beta, MaxTop: intunePaging.max, ClampTop: true})
	if err != nil {
		return err
	}
	views := make([]*view, len(as))
	for i := range as {
		w := assignmentWire(&as[i])
		views[i] = c.view(&w, assignmentTable, q, "", "")
		views[i].context = ""
	}
	writeJSON(c.w, http.StatusOK, odata.Page{Context: c.contextURL(c.path), Value: views})
	return nil
}

func (c *call) assignments() ([]autopilot.Assignment, error) {
	p, err := c.profile()
	if err != nil {
		return nil, err
	}
	return c.h.Registrations.ListAssignments(c.ctx(), c.tenant, p.ID)
}

func (h *Handler) getAssignment(c *call) error {
	as, err := c.assignments()
	if err != nil {
		return err
	}
	for i := range as {
		if strings.EqualFold(as[i].ID(), c.keys["assignment"]) {
			return c.assignmentAnswer(http.StatusOK, &as[i])
		}
	}
	return notFound("assignment of this profile", c.keys["assignment"], "List the profile's assignments to find the right id.")
}

func (c *call) assignmentAnswer(status int, a *autopilot.Assignment) error {
	w := assignmentWire(a)
	return c.object(status, c.view(&w, assignmentTable, nil, profilesPath+"('"+string(a.Profile)+"')/assignments/$entity", ""))
}

// createAssignment assigns a profile to one target.
func (h *Handler) createAssignment(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knows(o, "", assignmentTable); err != nil {
		return err
	}
	r := reader{o: o}
	target, ok := r.inner("target")
	if r.err != nil {
		return r.err
	}
	if !ok {
		return fault.Field(fault.Invalid, "TargetRequired", "target", "The assignment has no target.", "Send a target of the type groupAssignmentTarget, exclusionGroupAssignmentTarget or allDevicesAssignmentTarget.")
	}
	a, err := readTarget(target)
	if err != nil {
		return err
	}
	a.Profile = autopilot.ProfileID(c.keys["id"])
	made, err := h.Autopilot.Assign(c.ctx(), c.tenant, a)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", c.root()+"/"+c.path+"/"+made.ID())
	return c.assignmentAnswer(http.StatusCreated, &made)
}

// readTarget maps a target; a type this server does not have is passed on and
// refused by the service, which says which there are.
func readTarget(o odata.Object) (autopilot.Assignment, error) {
	if err := knownNames(o, "target/", "groupId", "deviceAndAppManagementAssignmentFilterId", "deviceAndAppManagementAssignmentFilterType"); err != nil {
		return autopilot.Assignment{}, err
	}
	var kind, group, filterType string
	r := reader{o: o, prefix: "target/"}
	r.text("@odata.type", &kind)
	r.text("groupId", &group)
	r.text("deviceAndAppManagementAssignmentFilterType", &filterType)
	if r.err != nil {
		return autopilot.Assignment{}, r.err
	}
	if filterType != "" && !strings.EqualFold(filterType, "none") {
		return autopilot.Assignment{}, fault.Field(fault.Invalid, "AssignmentFilterNotSupported", "target/deviceAndAppManagementAssignmentFilterType", "Deployment profiles take no assignment filter.", "Leave the filter out and use a dynamic group.")
	}
	kind = strings.TrimPrefix(strings.TrimPrefix(kind, "#"), "microsoft.graph.")
	a := autopilot.Assignment{Target: autopilot.TargetKind(kind), Group: directory.ObjectID(strings.ToLower(group))}
	for _, known := range []autopilot.TargetKind{autopilot.TargetGroup, autopilot.TargetExclusion, autopilot.TargetAllDevices} {
		if strings.EqualFold(kind, string(known)) {
			a.Target = known
		}
	}
	if a.Target == autopilot.TargetAllDevices {
		a.Group = ""
	}
	return a, nil
}

func (h *Handler) deleteAssignment(c *call) error {
	if err := h.Autopilot.Unassign(c.ctx(), c.tenant, autopilot.ProfileID(c.keys["id"]), c.keys["assignment"]); err != nil {
		return err
	}
	return c.noContent()
}
