package graphclient

import (
	"context"
	"net/http"
)

// mdmApp is the id under which Graph keeps the policy of this server's own
// management.
const mdmApp = "0000000a-0000-0000-c000-000000000000"

// SetMDMUserScope decides whose PCs enrol by themselves when they join: "all"
// or "none" (Graph: mobilityManagementPolicy.appliesTo).
func (c *Client) SetMDMUserScope(ctx context.Context, appliesTo string) error {
	return c.call(ctx, http.MethodPatch, "/policies/mobileDeviceManagementPolicies/"+mdmApp, nil, map[string]string{"appliesTo": appliesTo}, nil)
}
