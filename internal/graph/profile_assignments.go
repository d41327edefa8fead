package graph

import (
	"net/http"
	"strings"

	"taxiway/internal/autopilot"
)

var profileAssignmentTable = assignmentTable("windowsAutopilotDeploymentProfileAssignment")

func profileAssignmentWire(a *autopilot.Assignment) assignment {
	return &plainAssignment{ID: a.ID(), Source: "direct", SourceID: string(a.Profile), Target: targetWire(a.Target, a.Group)}
}

// assignments are those of the profile that the path names.
func (c *call) assignments() (autopilot.Profile, []assignment, error) {
	p, err := c.profile()
	if err != nil {
		return p, nil, err
	}
	as, err := c.h.Registrations.ListAssignments(c.ctx(), c.tenant, p.ID)
	out := make([]assignment, len(as))
	for i := range as {
		out[i] = profileAssignmentWire(&as[i])
	}
	return p, out, err
}

func (h *Handler) listAssignments(c *call) error {
	_, all, err := c.assignments()
	if err != nil {
		return err
	}
	return c.answerAssignments(profileAssignmentTable, all)
}

func (h *Handler) getAssignment(c *call) error {
	p, all, err := c.assignments()
	if err != nil {
		return err
	}
	missed := notFound("assignment of this profile", c.keys["assignment"], "List the profile's assignments to find the right id.")
	return c.answerAssignment(profileAssignmentTable, all, profilesPath+"('"+string(p.ID)+"')", missed)
}

// createAssignment assigns a profile to one target.
func (h *Handler) createAssignment(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knows(o, "", profileAssignmentTable); err != nil {
		return err
	}
	a, err := readProfileTarget(&reader{o: o})
	if err != nil {
		return err
	}
	a.Profile = autopilot.ProfileID(c.keys["id"])
	made, err := h.Autopilot.Assign(c.ctx(), c.tenant, a)
	if err != nil {
		return err
	}
	c.w.Header().Set("Location", c.root()+"/"+c.path+"/"+made.ID())
	return c.object(http.StatusCreated, c.view(profileAssignmentWire(&made), profileAssignmentTable, nil, profilesPath+"('"+string(made.Profile)+"')/assignments/$entity", ""))
}

func (h *Handler) deleteAssignment(c *call) error {
	if err := h.Autopilot.Unassign(c.ctx(), c.tenant, autopilot.ProfileID(c.keys["id"]), c.keys["assignment"]); err != nil {
		return err
	}
	return c.noContent()
}

// assignDevices answers the action assign (Graph page
// "windowsAutopilotDeploymentProfile: assign").
func (h *Handler) assignDevices(c *call) error {
	p, err := c.profile()
	if err != nil {
		return err
	}
	o, err := c.body()
	if err != nil {
		return err
	}
	const name = "deviceIds"
	if err := knownNames(o, "", name); err != nil {
		return err
	}
	sent, err := o.Texts(name)
	if err != nil {
		return err
	}
	ids := make([]autopilot.DeviceID, len(sent.Value))
	for i, id := range sent.Value {
		ids[i] = autopilot.DeviceID(strings.ToLower(id))
	}
	if err := h.Autopilot.AssignDevices(c.ctx(), c.tenant, p.ID, ids); err != nil {
		return err
	}
	return c.noContent()
}
