package graphclient

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

const autopilotEvents = "/deviceManagement/autopilotEvents"

// Deployment is one PC's way to the desktop (Graph:
// deviceManagementAutopilotEvent).
type Deployment struct {
	ID                string     `json:"id"`
	UserPrincipalName string     `json:"userPrincipalName"`
	DeviceName        string     `json:"managedDeviceName"`
	Profile           string     `json:"windowsAutopilotDeploymentProfileDisplayName"`
	State             string     `json:"deploymentState"`
	DeviceSetup       string     `json:"deviceSetupStatus"`
	AccountSetup      string     `json:"accountSetupStatus"`
	TotalDuration     string     `json:"deploymentTotalDuration"` // ISO 8601
	Start             time.Time  `json:"deploymentStartDateTime"`
	End               *time.Time `json:"deploymentEndDateTime"`
	Failure           string     `json:"enrollmentFailureDetails"`
}

// TimelineEvent is one line of a deployment's timeline.
type TimelineEvent struct {
	At     time.Time  `json:"dateTime"`
	Event  string     `json:"event"`
	Phase  string     `json:"phase"`
	Text   string     `json:"description"`
	Code   string     `json:"code"`
	Remedy string     `json:"nextStep"`
	Owner  string     `json:"waitingFor"`
	Until  *time.Time `json:"deadlineDateTime"`
}

// Deployments lists the deployments of a registered device, the newest first.
func (c *Client) Deployments(ctx context.Context, device string) ([]Deployment, error) {
	var out struct{ Value []Deployment }
	err := c.call(ctx, http.MethodGet, identities+"/"+device+"/deployments", nil, nil, &out)
	return out.Value, err
}

// Timeline reads what happened in a deployment, in order.
func (c *Client) Timeline(ctx context.Context, deployment string) ([]TimelineEvent, error) {
	var out struct{ Value []TimelineEvent }
	err := c.call(ctx, http.MethodGet, autopilotEvents+"/"+deployment+"/timeline", nil, nil, &out)
	return out.Value, err
}

// ExportProfile writes a profile as AutopilotConfigurationFile.json. The tenant
// is the one the PC will join, empty for the profile's own.
func (c *Client) ExportProfile(ctx context.Context, profile, tenantID, tenantDomain string) (string, error) {
	var out struct{ Content string }
	query := url.Values{}
	if tenantID != "" || tenantDomain != "" {
		query = url.Values{"tenantId": {tenantID}, "tenantDomain": {tenantDomain}}
	}
	err := c.call(ctx, http.MethodGet, profiles+"/"+profile+"/autopilotConfigurationFile", query, nil, &out)
	return out.Content, err
}
