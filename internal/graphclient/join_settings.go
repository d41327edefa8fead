package graphclient

import (
	"context"
	"net/http"
	"strings"
)

const (
	registrationPolicy = "/policies/deviceRegistrationPolicy"
	joinAll            = "#microsoft.graph.allDeviceRegistrationMembership"
)

// LetUsersJoin lets all users join PCs to Microsoft Entra ID; everything else
// about the device settings stays (Graph: update deviceRegistrationPolicy, which
// replaces it as a whole). It returns whether something changed.
func (c *Client) LetUsersJoin(ctx context.Context) (changed bool, err error) {
	var policy map[string]any
	if err := c.call(ctx, http.MethodGet, registrationPolicy, nil, nil, &policy); err != nil {
		return false, err
	}
	join, _ := policy["azureADJoin"].(map[string]any)
	allowed, _ := join["allowedToJoin"].(map[string]any)
	if kind, _ := allowed["@odata.type"].(string); strings.EqualFold(kind, joinAll) {
		return false, nil
	}
	if join == nil {
		return false, &Error{Status: http.StatusBadGateway, Code: "UnexpectedAnswer", Message: "The tenant's device settings do not say who may join."}
	}
	join["allowedToJoin"] = map[string]any{"@odata.type": joinAll}
	return true, c.call(ctx, http.MethodPut, registrationPolicy, nil, policy, nil)
}
