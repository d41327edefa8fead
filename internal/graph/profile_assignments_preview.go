package graph

import (
	"fmt"
	"net/http"

	"taxiway/internal/autopilot"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// assignmentsPreview answers previewAssignments, which is ours: what a profile
// with these assignments and no others would change, each device counted once.
type assignmentsPreview struct {
	Context   string         `json:"@odata.context"`
	Reached   int            `json:"reachedCount"`
	Excluded  int            `json:"excludedCount"`
	Unchanged int            `json:"unchangedCount"`
	OtherType int            `json:"otherTypeCount"`
	Lost      int            `json:"lostCount"`
	Gets      []previewGets  `json:"changes"`   // by the profile that the devices have now
	Keeps     []previewKeeps `json:"conflicts"` // by the profile that wins
	Evaluated int            `json:"evaluatedCount"`
	Complete  bool           `json:"isComplete"` // false: there are more devices than were looked at
}

type previewGets struct {
	ProfileID   *string `json:"profileId"` // null: none
	DisplayName *string `json:"displayName"`
	Devices     int     `json:"deviceCount"`
}

type previewKeeps struct {
	ProfileID   string `json:"profileId"`
	DisplayName string `json:"displayName"`
	Verdict     string `json:"verdict"` // olderProfileWins, groupAssignmentWins
	Devices     int    `json:"deviceCount"`
}

// previewAssignments takes the id of a profile, or none for one that is not
// there yet, and its assignments.
func (h *Handler) previewAssignments(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "profileId", "deviceType", "assignments"); err != nil {
		return err
	}
	var id string
	kind := autopilot.TypeWindowsPC
	r := reader{o: o}
	r.text("profileId", &id)
	choice(&r, "deviceType", &kind, autopilot.TypeWindowsPC, autopilot.TypeHoloLens, autopilot.TypeSurfaceHub2, autopilot.TypeSurfaceHub2S, autopilot.TypeVirtualMachine)
	sent, err := o.Objects("assignments")
	r.note(err)
	if r.err != nil {
		return r.err
	}
	targets := make([]autopilot.Assignment, len(sent.Value))
	for i, a := range sent.Value {
		if targets[i], err = readPreviewTarget(a, fmt.Sprintf("assignments/%d/", i)); err != nil {
			return err
		}
	}
	f, err := h.Autopilot.Forecast(c.ctx(), c.tenant, autopilot.ProfileID(id), kind, targets)
	if err != nil {
		return err
	}
	w := assignmentsPreview{
		Context: c.contextURL("taxiway.assignmentsPreview"), Reached: f.Reached, Excluded: f.Excluded, Unchanged: f.Unchanged, OtherType: f.Misfit, Lost: f.Lost,
		Gets: []previewGets{}, Keeps: []previewKeeps{}, Evaluated: f.Evaluated, Complete: f.Complete,
	}
	for _, g := range f.Gets {
		w.Gets = append(w.Gets, previewGets{ProfileID: orNull(string(g.Profile)), DisplayName: orNull(g.Name), Devices: g.Devices})
	}
	for _, k := range f.Keeps {
		w.Keeps = append(w.Keeps, previewKeeps{ProfileID: string(k.Profile), DisplayName: k.Name, Verdict: string(k.Verdict), Devices: k.Devices})
	}
	writeJSON(c.w, http.StatusOK, w)
	return nil
}

func readPreviewTarget(o odata.Object, prefix string) (a autopilot.Assignment, err error) {
	if err := knownNames(o, prefix, "target"); err != nil {
		return a, err
	}
	return readProfileTarget(&reader{o: o, prefix: prefix})
}

// readProfileTarget reads whom a deployment profile is for.
func readProfileTarget(r *reader) (a autopilot.Assignment, err error) {
	target, ok := r.inner("target")
	if r.err != nil {
		return a, r.err
	}
	if !ok {
		return a, fault.Field(fault.Invalid, "TargetRequired", r.prefix+"target", "The assignment has no target.", "Send a target of the type groupAssignmentTarget, exclusionGroupAssignmentTarget or allDevicesAssignmentTarget.")
	}
	a.Target, a.Group, err = readTarget(target, r.prefix+"target/", "Deployment profiles take no assignment filter.", autopilot.TargetGroup, autopilot.TargetExclusion, autopilot.TargetAllDevices)
	if a.Target == autopilot.TargetAllDevices {
		a.Group = ""
	}
	return a, err
}
