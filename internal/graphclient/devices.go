package graphclient

import (
	"context"
	"iter"
	"net/http"
)

// Device is Graph's device: the object in Microsoft Entra ID that groups hold.
type Device struct {
	ID          string   `json:"id"`
	DeviceID    string   `json:"deviceId"`
	DisplayName string   `json:"displayName"`
	PhysicalIDs []string `json:"physicalIds"`
}

// Device finds a device object by its device id, as an Autopilot device names it.
func (c *Client) Device(ctx context.Context, deviceID string) (Device, error) {
	var d Device
	err := c.call(ctx, http.MethodGet, "/devices(deviceId='"+deviceID+"')", nil, nil, &d)
	return d, err
}

// GroupsOfDevice walks the groups that hold a device, which is named by its
// device id.
func (c *Client) GroupsOfDevice(ctx context.Context, deviceID string) iter.Seq2[Group, error] {
	return items[Group](ctx, c, "/devices(deviceId='"+deviceID+"')/memberOf", List{})
}
