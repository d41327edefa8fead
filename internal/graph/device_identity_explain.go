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
	Message  localText          `json:"explanationText"`
	Status   string             `json:"profileStatus"` // the portal's word
	Ready    bool               `json:"readyToDeploy"`
	Waiting  *string            `json:"waitingFor"`
	WaitText *localText         `json:"waitingForText"`
	Help     *string            `json:"statusMessage"` // what the portal's status link shows
	Remedy   []string           `json:"remedies"`
	Remedies []explainedRemedy  `json:"remedyDetails"`
	Checks   []explainedCheck   `json:"checks"`
	Profiles []explainedProfile `json:"profiles"`
	Groups   []explainedGroup   `json:"groups"`
	Device   *view              `json:"device"`
	Name     computerName       `json:"computerName"`
	Hardware []hardwarePart     `json:"hardwareChanges"`
}

// localText is a sentence that clients can say in their own language, by its
// code and the values in it; text is the English one.
type localText struct {
	Code      *string           `json:"code"`
	Arguments map[string]string `json:"arguments"`
	Text      string            `json:"text"`
}

func localized(t autopilot.Text) localText {
	w := localText{Code: orNull(t.Code), Arguments: t.Args, Text: t.English}
	if w.Arguments == nil {
		w.Arguments = map[string]string{}
	}
	return w
}

// explainedRemedy is a remedy with the request that does it, and the one that
// takes it back; both are null when it takes a person's judgement.
type explainedRemedy struct {
	localText
	Action *explainedAction `json:"action"`
	Undo   *explainedAction `json:"undo"`
}

// explainedAction is a request to this Graph.
type explainedAction struct {
	Method string         `json:"method"`
	Path   string         `json:"path"`
	Body   map[string]any `json:"body"`
}

// explainedCheck is one link of the chain from registration to desktop.
type explainedCheck struct {
	Step  string          `json:"step"`
	State string          `json:"state"` // pass, fail, waiting
	At    *time.Time      `json:"dateTime"`
	Text  localText       `json:"text"`
	Link  *explainedLink  `json:"link"`
	Parts []explainedPart `json:"parts"`
}

type explainedPart struct {
	State string         `json:"state"`
	Text  localText      `json:"text"`
	Link  *explainedLink `json:"link"`
}

// explainedLink is what a check is about; the id is null for a setting.
type explainedLink struct {
	Kind string  `json:"type"`
	ID   *string `json:"id"`
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
	Name *string    `json:"name"`
	Note *string    `json:"note"`
	Text *localText `json:"noteText"`
}

type explainedProfile struct {
	ID              string    `json:"id"`
	DisplayName     string    `json:"displayName"`
	CreatedDateTime time.Time `json:"createdDateTime"`
	Verdict         string    `json:"verdict"`
	Reason          string    `json:"reason"`
	Text            localText `json:"reasonText"`
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
	return h.explain(c, "/explain", autopilot.WhatIf{})
}

// whatIf is ours: what a device would have with another group tag or user.
// Nothing is written.
func (h *Handler) whatIf(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "groupTag", "userPrincipalName"); err != nil {
		return err
	}
	r := reader{o: o}
	w := autopilot.WhatIf{GroupTag: r.optional("groupTag"), UserPrincipalName: r.optional("userPrincipalName")}
	if r.err != nil {
		return r.err
	}
	if w == (autopilot.WhatIf{}) {
		return fault.Field(fault.Invalid, "NothingToTry", "groupTag", "The request names nothing to try.", "Send groupTag, userPrincipalName or both; an empty text takes it away.")
	}
	return h.explain(c, "/whatIf", w)
}

func (h *Handler) explain(c *call, function string, tried autopilot.WhatIf) error {
	e, err := h.Autopilot.Explain(c.ctx(), c.tenant, autopilot.DeviceID(c.keys["id"]), tried)
	if err != nil {
		return missing(err, "Autopilot device", c.keys["id"], "List windowsAutopilotDeviceIdentities to find the right id.")
	}
	setup, err := h.Managed.ExplainSetup(c.ctx(), c.tenant, &e)
	if err != nil {
		return err
	}
	e.Checks = append(e.Checks, setup...)
	w := c.explanationWire(&e)
	w.Context = c.contextURL(identitiesPath + function)
	if tried != (autopilot.WhatIf{}) {
		// A remedy mends what was tried, not what is.
		for i := range w.Remedies {
			w.Remedies[i].Action, w.Remedies[i].Undo = nil, nil
		}
	}
	writeJSON(c.w, http.StatusOK, w)
	return nil
}

func (c *call) explanationWire(e *autopilot.Explanation) explanation {
	device := identityWire(&e.Device)
	w := explanation{
		Sentence: e.Sentence.English, Message: localized(e.Sentence), Status: string(e.Device.ProfileStatus()), Ready: e.Device.Ready(),
		Waiting: orNull(e.Waiting.English), WaitText: localizedOrNull(e.Waiting), Remedy: []string{}, Remedies: []explainedRemedy{},
		Profiles: make([]explainedProfile, len(e.Profiles)), Groups: make([]explainedGroup, len(e.Groups)),
		Device: c.view(&device, identityTable, nil, "", ""),
		Name:   computerName{Name: orNull(e.Name.Name), Note: orNull(e.Name.Note.English), Text: localizedOrNull(e.Name.Note)},
	}
	w.Device.context = ""
	for _, r := range e.Remedy {
		w.Remedy = append(w.Remedy, r.English)
		do, undo := c.requests(&e.Device, r.Action)
		w.Remedies = append(w.Remedies, explainedRemedy{localized(r.Text), do, undo})
	}
	w.Checks = checksWire(e.Checks)
	w.Hardware = make([]hardwarePart, len(e.Hardware))
	for i, p := range e.Hardware {
		w.Hardware[i] = hardwarePart{p.Name, p.Old, p.New, p.Strong}
	}
	if e.Device.ProfileStatus() == autopilot.FixPending {
		w.Help = orNull(autopilot.FixPendingMessage)
	}
	for i, p := range e.Profiles {
		w.Profiles[i] = explainedProfile{
			ID: string(p.ID), DisplayName: p.Name, CreatedDateTime: p.CreatedAt.UTC(), Verdict: string(p.Verdict), Reason: p.Reason.English, Text: localized(p.Reason), GroupID: orNull(string(p.Group)),
		}
	}
	for i, g := range e.Groups {
		w.Groups[i] = explainedGroup{ID: string(g.ID), DisplayName: g.Name, Kind: string(g.Kind), Member: g.Member, Rule: orNull(g.Rule), Paused: g.Paused}
		if g.Evaluation != nil {
			details := evaluationWire(g.Evaluation)
			w.Groups[i].Details = &details
		}
	}
	return w
}

func localizedOrNull(t autopilot.Text) *localText {
	if t.English == "" {
		return nil
	}
	w := localized(t)
	return &w
}

func checksWire(checks []autopilot.Check) []explainedCheck {
	list := make([]explainedCheck, len(checks))
	for i := range checks {
		k := &checks[i]
		w := explainedCheck{Step: string(k.Step), State: string(k.State), At: timeOrNull(k.At), Text: localized(k.Text), Link: linkWire(k.Link), Parts: make([]explainedPart, len(k.Parts))}
		for j, p := range k.Parts {
			w.Parts[j] = explainedPart{string(p.State), localized(p.Text), linkWire(p.Link)}
		}
		list[i] = w
	}
	return list
}

func linkWire(l autopilot.Link) *explainedLink {
	if l.Kind == "" {
		return nil
	}
	return &explainedLink{l.Kind, orNull(l.ID)}
}

// requests puts an action into requests that do it and take it back.
func (c *call) requests(d *autopilot.Device, a *autopilot.Action) (do, undo *explainedAction) {
	if a == nil {
		return nil, nil
	}
	request := func(method, path string, body map[string]any) *explainedAction {
		return &explainedAction{method, "/beta/" + path, body}
	}
	switch a.Kind {
	case autopilot.ActionSetTag:
		path := identitiesPath + "/" + string(d.ID) + "/updateDeviceProperties"
		return request(post, path, map[string]any{"groupTag": a.Tag}), request(post, path, map[string]any{"groupTag": d.GroupTag})
	case autopilot.ActionEndExclusion:
		path := profilesPath + "/" + string(a.Profile) + "/assignments"
		excluded := autopilot.Assignment{Profile: a.Profile, Target: autopilot.TargetExclusion, Group: a.Group}
		target := map[string]any{"@odata.type": "#microsoft.graph." + string(autopilot.TargetExclusion), "groupId": string(a.Group)}
		return request(del, path+"/"+excluded.ID(), nil), request(post, path, map[string]any{"target": target})
	case autopilot.ActionJoinGroup, autopilot.ActionLeaveGroup: // below
	}
	path := "groups/" + string(a.Group) + "/members/"
	join := request(post, path+"$ref", map[string]any{"@odata.id": c.h.Base + "/v1.0/directoryObjects/" + string(d.Object)})
	leave := request(del, path+string(d.Object)+"/$ref", nil)
	if a.Kind == autopilot.ActionLeaveGroup {
		return leave, join
	}
	return join, leave
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
