package graph

import (
	"net/http"

	"taxiway/internal/autopilot"
	"taxiway/internal/fault"
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
	r := reader{o: o}
	target, ok := r.inner("target")
	if r.err != nil {
		return r.err
	}
	if !ok {
		return fault.Field(fault.Invalid, "TargetRequired", "target", "The assignment has no target.", "Send a target of the type groupAssignmentTarget, exclusionGroupAssignmentTarget or allDevicesAssignmentTarget.")
	}
	a := autopilot.Assignment{Profile: autopilot.ProfileID(c.keys["id"])}
	if a.Target, a.Group, err = readTarget(target, "target/", "Deployment profiles take no assignment filter.", autopilot.TargetGroup, autopilot.TargetExclusion, autopilot.TargetAllDevices); err != nil {
		return err
	}
	if a.Target == autopilot.TargetAllDevices {
		a.Group = ""
	}
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
