package graphclient

import (
	"context"
	"net/http"
)

// AutopilotSettings are a tenant's Windows Autopilot settings (Graph:
// windowsAutopilotSettings).
type AutopilotSettings struct {
	// OnlyAssignedUser: a PC that is assigned to a person joins with that
	// person's sign-in alone. Graph has no such property; the server does.
	OnlyAssignedUser bool `json:"onlyAssignedUserMaySignIn"`
}

const autopilotSettingsPath = "/deviceManagement/windowsAutopilotSettings"

// AutopilotSettings reads the tenant's settings.
func (c *Client) AutopilotSettings(ctx context.Context) (s AutopilotSettings, err error) {
	err = c.call(ctx, http.MethodGet, autopilotSettingsPath, nil, nil, &s)
	return s, err
}

// SetAutopilotSettings writes the tenant's settings and returns them.
func (c *Client) SetAutopilotSettings(ctx context.Context, s AutopilotSettings) (is AutopilotSettings, err error) {
	err = c.call(ctx, http.MethodPatch, autopilotSettingsPath, nil, s, &is)
	return is, err
}
