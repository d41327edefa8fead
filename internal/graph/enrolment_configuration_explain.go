package graph

import (
	"net/http"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// statusPageExplanation is ours: which Enrollment Status Page a registered PC
// and a user get together, and why not the others.
type statusPageExplanation struct {
	Context  string             `json:"@odata.context,omitempty"`
	Sentence string             `json:"explanation"`
	Pages    []statusPageReason `json:"statusPages"` // as they are tried
}

type statusPageReason struct {
	ID          string            `json:"id"`
	DisplayName string            `json:"displayName"`
	IsDefault   bool              `json:"isDefault"`
	Priority    int               `json:"priority"`
	Verdict     string            `json:"verdict"` // chosen, outranked, excluded, notReached
	Reaches     *string           `json:"reaches"` // device or user; null when neither
	IsAssigned  bool              `json:"isAssigned"`
	Target      *assignmentTarget `json:"target"` // of the assignment, or exclusion, that decided
}

// explainStatusPage takes a registered PC, a user or both.
func (h *Handler) explainStatusPage(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "windowsAutopilotDeviceIdentityId", "userId"); err != nil {
		return err
	}
	var device, user string
	r := reader{o: o}
	r.text("windowsAutopilotDeviceIdentityId", &device)
	r.text("userId", &user)
	if r.err != nil {
		return r.err
	}
	if device == "" && user == "" {
		return fault.Field(fault.Invalid, "DeviceOrUserRequired", "windowsAutopilotDeviceIdentityId", "The request names neither a PC nor a user.", "Send windowsAutopilotDeviceIdentityId, userId or both.")
	}
	var object directory.ObjectID
	if device != "" {
		d, err := h.Registrations.GetRegisteredDevice(c.ctx(), c.tenant, autopilot.DeviceID(device))
		if err != nil {
			return missing(err, "Autopilot device", device, "List windowsAutopilotDeviceIdentities to find the right id.")
		}
		object = d.Object
	}
	var person directory.ObjectID
	if user != "" {
		u, err := h.Objects.GetUser(c.ctx(), c.tenant, user)
		if err != nil {
			return missing(err, "user", user, "List users to find the right id.")
		}
		person = u.ID
	}
	reasons, err := h.Policies.ExplainESP(c.ctx(), c.tenant, object, person)
	if err != nil {
		return err
	}
	w := statusPageExplanation{Context: c.contextURL(configurationsPath + "/explainStatusPage"), Pages: make([]statusPageReason, len(reasons))}
	for i := range reasons {
		e := &reasons[i]
		w.Pages[i] = statusPageWire(c.tenant, e)
		if e.Verdict == enrollment.ESPChosen {
			w.Sentence = e.Sentence().English
		}
	}
	writeJSON(c.w, http.StatusOK, w)
	return nil
}

func statusPageWire(t directory.TenantID, e *enrollment.ESPReason) statusPageReason {
	w := statusPageReason{
		ID: e.Policy.GraphID(t), DisplayName: e.Policy.DisplayName, IsDefault: e.Policy.Default, Priority: e.Policy.Priority,
		Verdict: string(e.Verdict), IsAssigned: !e.Unassigned,
	}
	if a := e.Assignment; a != nil {
		target := targetWire(a.Target, a.Group)
		w.Target = &target
		w.Reaches = orNull("device")
		if e.ForUser {
			w.Reaches = orNull("user")
		}
	}
	return w
}
