package graphclient

import (
	"context"
	"iter"
)

// ManagedDevice is Graph's managedDevice: a PC under management.
type ManagedDevice struct {
	ID                string `json:"id"`
	DeviceName        string `json:"deviceName"`
	SerialNumber      string `json:"serialNumber"`
	UserPrincipalName string `json:"userPrincipalName"`
	EntraDeviceID     string `json:"azureADDeviceId"`
}

// ManagedDevices walks the managed devices.
func (c *Client) ManagedDevices(ctx context.Context) iter.Seq2[ManagedDevice, error] {
	return items[ManagedDevice](ctx, c, "/deviceManagement/managedDevices", List{})
}
