package graph

import (
	"net/http"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/fault"
)

// explanation is ours: why a device has the profile it has, or none. Graph has
// no such resource; clients of Graph never meet it.
type explanation struct {
	Context  string             `json:"@odata.context,omitempty"`
	Sentence string             `json:"explanation"`
	Status   string             `json:"profileStatus"` // the portal's word
	Ready    bool               `json:"readyToDeploy"`
	Waiting  *string            `json:"waitingFor"`
	Message  *string            `json:"statusMessage"` // what the portal's status link shows
	Remedy   []string           `json:"remedies"`
	Profiles []explainedProfile `json:"profiles"`
	Groups   []explainedGroup   `json:"groups"`
	Device   *view              `json:"device"`
	Name     computerName       `json:"computerName"`
	Hardware []hardwarePart     `json:"hardwareChanges"`
}

// hardwarePart is one part of the PC that is not as registered.
type hardwarePart struct {
	Component  string `json:"component"`
	Registered string `json:"registered"`
	Reported   string `json:"reported"`
	Identity   bool   `json:"isIdentity"` // such a part makes it another device
}

// computerName is the name the PC will have; null when Windows keeps its own.
type computerName struct {
	Name *string `json:"name"`
	Note *string `json:"note"`
}

type explainedProfile struct {
	ID              string    `json:"id"`
	DisplayName     string    `json:"displayName"`
	CreatedDateTime time.Time `json:"createdDateTime"`
	Verdict         string    `json:"verdict"`
	Reason          string    `json:"reason"`
	GroupID         *string   `json:"groupId"`
}

type explainedGroup struct {
	ID          string          `json:"id"`
	DisplayName string          `json:"displayName"`
	Kind        string          `json:"membershipType"`
	Member      bool            `json:"isMember"`
	Rule        *string         `json:"membershipRule"`
	Paused      bool            `json:"isPaused"`
	Details     *ruleEvaluation `json:"membershipRuleEvaluationDetails"`
}

func (h *Handler) explainIdentity(c *call) error {
	e, err := h.Autopilot.Explain(c.ctx(), c.tenant, autopilot.DeviceID(c.keys["id"]))
	if err != nil {
		return missing(err, "Autopilot device", c.keys["id"], "List windowsAutopilotDeviceIdentities to find the right id.")
	}
	device := identityWire(&e.Device)
	w := explanation{
		Context: c.contextURL(identitiesPath + "/explain"), Sentence: e.Sentence, Status: string(e.Device.ProfileStatus()), Ready: e.Device.Ready(),
		Waiting: orNull(e.Waiting), Remedy: append([]string{}, e.Remedy...),
		Profiles: make([]explainedProfile, len(e.Profiles)), Groups: make([]explainedGroup, len(e.Groups)),
		Device: c.view(&device, identityTable, nil, "", ""), Name: computerName{Name: orNull(e.Name.Name), Note: orNull(e.Name.Note)},
	}
	w.Device.context = ""
	w.Hardware = make([]hardwarePart, len(e.Hardware))
	for i, p := range e.Hardware {
		w.Hardware[i] = hardwarePart{p.Name, p.Old, p.New, p.Strong}
	}
	if e.Device.ProfileStatus() == autopilot.FixPending {
		w.Message = orNull(autopilot.FixPendingMessage)
	}
	for i, p := range e.Profiles {
		w.Profiles[i] = explainedProfile{ID: string(p.ID), DisplayName: p.Name, CreatedDateTime: p.CreatedAt.UTC(), Verdict: string(p.Verdict), Reason: p.Reason, GroupID: orNull(string(p.Group))}
	}
	for i, g := range e.Groups {
		w.Groups[i] = explainedGroup{ID: string(g.ID), DisplayName: g.Name, Kind: string(g.Kind), Member: g.Member, Rule: orNull(g.Rule), Paused: g.Paused}
		if g.Evaluation != nil {
			details := evaluationWire(g.Evaluation)
			w.Groups[i].Details = &details
		}
	}
	writeJSON(c.w, http.StatusOK, w)
	return nil
}

// reportHardware is ours: it takes the hash a PC has today, as the PC itself
// would report it.
func (h *Handler) reportHardware(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "hardwareIdentifier"); err != nil {
		return err
	}
	hash, err := o.Text("hardwareIdentifier")
	if err != nil {
		return err
	}
	if hash.Value == "" {
		return fault.Field(fault.Invalid, "HashRequired", "hardwareIdentifier", "The request has no hardware hash.", "Send the PC's hardware hash as hardwareIdentifier.")
	}
	d, err := h.Autopilot.ReportHardware(c.ctx(), c.tenant, autopilot.DeviceID(c.keys["id"]), hash.Value)
	if err != nil {
		return err
	}
	return deviceIdentities.answer(c, http.StatusOK, &d, nil)
}
