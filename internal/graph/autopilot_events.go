package graph

import (
	"fmt"
	"net/http"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/enrollment"
	"taxiway/internal/odata"
)

// autopilotEvent is Graph's deviceManagementAutopilotEvent: one deployment.
type autopilotEvent struct {
	ID                   string     `json:"id"`
	DeviceID             string     `json:"deviceId"`
	UserID               string     `json:"userId"`
	EventDateTime        time.Time  `json:"eventDateTime"`
	DeviceRegistered     time.Time  `json:"deviceRegisteredDateTime"`
	EnrollmentStart      time.Time  `json:"enrollmentStartDateTime"`
	EnrollmentType       string     `json:"enrollmentType"`
	DeviceSerialNumber   string     `json:"deviceSerialNumber"`
	ManagedDeviceName    string     `json:"managedDeviceName"`
	UserPrincipalName    string     `json:"userPrincipalName"`
	ProfileDisplayName   string     `json:"windowsAutopilotDeploymentProfileDisplayName"`
	EnrollmentState      string     `json:"enrollmentState"`
	ESPDisplayName       string     `json:"windows10EnrollmentCompletionPageConfigurationDisplayName"`
	ESPID                string     `json:"windows10EnrollmentCompletionPageConfigurationId"`
	DeploymentState      string     `json:"deploymentState"`
	DeviceSetupStatus    string     `json:"deviceSetupStatus"`
	AccountSetupStatus   string     `json:"accountSetupStatus"`
	OSVersion            string     `json:"osVersion"`
	DeploymentDuration   string     `json:"deploymentDuration"`
	TotalDuration        string     `json:"deploymentTotalDuration"`
	DeviceSetupDuration  string     `json:"deviceSetupDuration"`
	AccountSetupDuration string     `json:"accountSetupDuration"`
	DevicePreparation    string     `json:"devicePreparationDuration"`
	DeploymentStart      time.Time  `json:"deploymentStartDateTime"`
	DeploymentEnd        *time.Time `json:"deploymentEndDateTime"`
	EnrollmentFailure    string     `json:"enrollmentFailureDetails"`
	PolicyStatusDetails  []any      `json:"policyStatusDetails,omitempty"`
}

var deploymentStateNames = []string{"unknown", "success", "inProgress", "failure", "successWithTimeout", "notAttempted", "disabled", "successOnRetry"}

const deploymentStateType = "microsoft.graph.windowsAutopilotDeploymentState"

var autopilotEventTable = &odata.Table{
	Name: "microsoft.graph.deviceManagementAutopilotEvent",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|sorted|readOnly),
		prop("deviceId", odata.GUID, filter|readOnly),
		prop("userId", odata.GUID, filter|readOnly),
		prop("eventDateTime", odata.Time, filter|sorted|readOnly),
		prop("deviceRegisteredDateTime", odata.Time, readOnly),
		prop("enrollmentStartDateTime", odata.Time, readOnly),
		enum("enrollmentType", "microsoft.graph.windowsAutopilotEnrollmentType", filter|readOnly, "unknown", "azureADJoinedWithAutopilotProfile", "offlineDomainJoined",
			"azureADJoinedUsingDeviceAuthWithAutopilotProfile", "azureADJoinedUsingDeviceAuthWithoutAutopilotProfile", "azureADJoinedWithOfflineAutopilotProfile",
			"azureADJoinedWithWhiteGlove", "offlineDomainJoinedWithWhiteGlove", "offlineDomainJoinedWithOfflineAutopilotProfile"),
		prop("deviceSerialNumber", odata.String, filter|sorted|search|readOnly),
		prop("managedDeviceName", odata.String, filter|sorted|search|readOnly),
		prop("userPrincipalName", odata.String, filter|sorted|search|readOnly),
		prop("windowsAutopilotDeploymentProfileDisplayName", odata.String, filter|readOnly),
		enum("enrollmentState", "microsoft.graph.enrollmentState", readOnly, "unknown", "enrolled", "pendingReset", "failed", "notContacted", "blocked"),
		prop("windows10EnrollmentCompletionPageConfigurationDisplayName", odata.String, readOnly),
		prop("windows10EnrollmentCompletionPageConfigurationId", odata.String, readOnly),
		enum("deploymentState", deploymentStateType, filter|sorted|readOnly, deploymentStateNames...),
		enum("deviceSetupStatus", deploymentStateType, readOnly, deploymentStateNames...),
		enum("accountSetupStatus", deploymentStateType, readOnly, deploymentStateNames...),
		prop("osVersion", odata.String, readOnly),
		prop("deploymentDuration", odata.String, readOnly),
		prop("deploymentTotalDuration", odata.String, readOnly),
		prop("deviceSetupDuration", odata.String, readOnly),
		prop("accountSetupDuration", odata.String, readOnly),
		prop("devicePreparationDuration", odata.String, readOnly),
		prop("deploymentStartDateTime", odata.Time, filter|sorted|readOnly),
		prop("deploymentEndDateTime", odata.Time, filter|sorted|readOnly),
		prop("enrollmentFailureDetails", odata.String, readOnly),
	},
	Navigations: []string{"policyStatusDetails"},
}

const autopilotEventsPath = "deviceManagement/autopilotEvents"

// eventPaging is Graph's page of 50 for this resource.
var eventPaging = paging{size: 50, max: intunePaging.max}

// eventWire shows a deployment. What has not ended yet is measured up to now,
// but nothing past the end of the whole.
func (c *call) eventWire(y *enrollment.Deployment) autopilotEvent {
	now := y.EndedAt
	if now.IsZero() {
		now = c.h.Clock.Now(c.tenant)
	}
	w := autopilotEvent{
		ID: string(y.ID), DeviceID: orNilGUID(string(y.Device)), UserID: orNilGUID(string(y.User)), EventDateTime: y.StartedAt.UTC(), DeviceRegistered: y.RegisteredAt.UTC(),
		EnrollmentStart: y.EnrolledAt.UTC(), EnrollmentType: y.Kind, DeviceSerialNumber: y.SerialNumber, ManagedDeviceName: y.DeviceName, UserPrincipalName: y.UPN,
		ProfileDisplayName: y.Profile, EnrollmentState: "notContacted", ESPDisplayName: y.ESPName, ESPID: string(y.ESP),
		DeploymentState: string(y.State), DeviceSetupStatus: string(y.Setup), AccountSetupStatus: string(y.Account), OSVersion: y.OSVersion,
		DeploymentDuration: span(y.EnrolledAt, y.EndedAt, now), TotalDuration: span(y.StartedAt, y.EndedAt, now),
		DeviceSetupDuration: span(y.SetupStart, y.SetupEnd, now), AccountSetupDuration: span(y.AccountStart, y.AccountEnd, now),
		DevicePreparation: span(y.StartedAt, y.SetupStart, now),
		DeploymentStart:   y.StartedAt.UTC(), DeploymentEnd: timeOrNull(y.EndedAt), EnrollmentFailure: y.Failure,
	}
	if w.EnrollmentType == "" {
		w.EnrollmentType = "unknown"
	}
	switch {
	case y.Device != "":
		w.EnrollmentState = "enrolled"
	case y.State == enrollment.DeploymentFailure:
		w.EnrollmentState = "failed"
	}
	return w
}

func orNilGUID(id string) string {
	if id == "" {
		return noManagedDevice
	}
	return id
}

// span is an ISO 8601 duration, to the second; PT0S when it never began.
func span(from, to, now time.Time) string {
	if from.IsZero() {
		return "PT0S"
	}
	if to.IsZero() {
		to = now
	}
	s := max(0, int64(to.Sub(from)/time.Second))
	out := "PT"
	if h := s / 3600; h > 0 {
		out += fmt.Sprintf("%dH", h)
	}
	if m := s / 60 % 60; m > 0 {
		out += fmt.Sprintf("%dM", m)
	}
	if s%60 > 0 || out == "PT" {
		out += fmt.Sprintf("%dS", s%60)
	}
	return out
}

func eventWires(c *call, q *odata.Query, items []enrollment.Deployment) ([]any, error) {
	out := make([]any, len(items))
	for i := range items {
		w := c.eventWire(&items[i])
		if q != nil && q.Expands("policyStatusDetails") {
			details, err := c.statusDetails(&items[i])
			if err != nil {
				return nil, err
			}
			w.PolicyStatusDetails = details
		}
		out[i] = &w
	}
	return out, nil
}

var autopilotEvents = &resource[enrollment.Deployment]{
	path: autopilotEventsPath, table: autopilotEventTable, paging: eventPaging, show: eventWires, find: (*call).deployment,
	read: func(c *call, q *odata.Query) (odata.List[enrollment.Deployment], error) {
		return c.h.ManagedDevices.ListDeployments(c.ctx(), c.tenant, q)
	},
}

func (c *call) deployment() (enrollment.Deployment, error) {
	y, err := c.h.ManagedDevices.GetDeployment(c.ctx(), c.tenant, enrollment.DeploymentID(c.keys["id"]))
	return y, missing(err, "Autopilot event", c.keys["id"], "List autopilotEvents to find the right id.")
}

var policyStatusTable = &odata.Table{
	Name: "microsoft.graph.deviceManagementAutopilotPolicyStatusDetail",
	Properties: []odata.Property{
		prop("id", odata.String, readOnly),
		prop("displayName", odata.String, readOnly),
		enum("policyType", "microsoft.graph.deviceManagementAutopilotPolicyType", readOnly, "unknown", "application", "appModel", "configurationPolicy"),
		enum("complianceStatus", "microsoft.graph.deviceManagementAutopilotPolicyComplianceStatus", readOnly, "unknown", "compliant", "installed", "notCompliant", "notInstalled", "error"),
		prop("trackedOnEnrollmentStatus", odata.Bool, readOnly),
		prop("lastReportedDateTime", odata.Time, readOnly),
		prop("errorCode", odata.Int, readOnly),
	},
}

// policyStatusDetail is Graph's deviceManagementAutopilotPolicyStatusDetail.
type policyStatusDetail struct {
	ID               string    `json:"id"`
	DisplayName      string    `json:"displayName"`
	PolicyType       string    `json:"policyType"`
	ComplianceStatus string    `json:"complianceStatus"`
	Tracked          bool      `json:"trackedOnEnrollmentStatus"`
	LastReported     time.Time `json:"lastReportedDateTime"`
	ErrorCode        int32     `json:"errorCode"`
}

// statusDetails is what became of every policy and app at a deployment's
// device.
func (c *call) statusDetails(y *enrollment.Deployment) ([]any, error) {
	if y.Device == "" {
		return []any{}, nil
	}
	states, err := c.h.ManagedDevices.ListStates(c.ctx(), c.tenant, y.Device)
	if err != nil {
		return nil, err
	}
	out := make([]any, len(states))
	for i := range states {
		s := &states[i]
		kind := "configurationPolicy"
		if s.Kind == enrollment.PolicyMSI {
			kind = "application"
		}
		out[i] = &policyStatusDetail{
			ID: string(s.Policy), DisplayName: s.Name, PolicyType: kind, ComplianceStatus: string(s.Compliance), Tracked: s.Tracked,
			LastReported: s.ReportedAt.UTC(), ErrorCode: int32(s.Error), //nolint:gosec // an HRESULT: Graph shows its 32 bits as a signed number
		}
	}
	return out, nil
}

func (h *Handler) listPolicyStatusDetails(c *call) error {
	y, err := c.deployment()
	if err != nil {
		return err
	}
	details, err := c.statusDetails(&y)
	if err != nil {
		return err
	}
	writeJSON(c.w, http.StatusOK, odataList{c.contextURL(autopilotEventsPath + "/policyStatusDetails"), details})
	return nil
}

// odataList is a whole collection in one answer.
type odataList struct {
	Context string `json:"@odata.context"`
	Value   []any  `json:"value"`
}

// timelineEvent is ours: one line of a deployment's timeline.
type timelineEvent struct {
	ID     string            `json:"id"`
	At     time.Time         `json:"dateTime"`
	Kind   string            `json:"event"`
	Phase  *string           `json:"phase"`
	Text   string            `json:"description"`
	Code   *string           `json:"code"`
	Remedy *string           `json:"nextStep"`
	Owner  *string           `json:"waitingFor"`
	Of     *string           `json:"subject"`
	Until  *time.Time        `json:"deadlineDateTime"`
	Facts  map[string]string `json:"facts"`
}

func timelineWire(e *enrollment.Event) timelineEvent {
	return timelineEvent{
		ID: e.ID, At: e.At.UTC(), Kind: string(e.Kind), Phase: orNull(string(e.Phase)), Text: e.Text, Code: orNull(e.Code), Remedy: orNull(e.Remedy),
		Owner: orNull(e.Owner), Of: orNull(e.Of), Until: timeOrNull(e.Until), Facts: e.Facts,
	}
}

func (h *Handler) getTimeline(c *call) error {
	y, err := c.deployment()
	if err != nil {
		return err
	}
	events, err := h.ManagedDevices.ListEvents(c.ctx(), c.tenant, y.ID)
	if err != nil {
		return err
	}
	out := odataList{c.contextURL(autopilotEventsPath + "/timeline"), make([]any, len(events))}
	for i := range events {
		out.Value[i] = timelineWire(&events[i])
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}

// mostDeployments is how many of one PC are listed.
const mostDeployments = 100

// listDeployments is ours: the deployments of one registered PC, the newest
// first.
func (h *Handler) listDeployments(c *call) error {
	d, err := c.identity()
	if err != nil {
		return err
	}
	all, err := h.ManagedDevices.DeploymentsOf(c.ctx(), c.tenant, autopilot.DeviceID(c.keys["id"]), enrollment.DeviceID(d.ManagedDeviceID), mostDeployments)
	if err != nil {
		return err
	}
	out := odataList{c.contextURL(autopilotEventsPath), make([]any, len(all))}
	for i := range all {
		w := c.eventWire(&all[i])
		out.Value[i] = &w
	}
	writeJSON(c.w, http.StatusOK, out)
	return nil
}
