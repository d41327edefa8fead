package graphclient

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

const identities = "/deviceManagement/windowsAutopilotDeviceIdentities"

// DeviceIdentity is Graph's windowsAutopilotDeviceIdentity: a registered device.
type DeviceIdentity struct {
	ID                    string    `json:"id"`
	SerialNumber          string    `json:"serialNumber"`
	Manufacturer          string    `json:"manufacturer"`
	Model                 string    `json:"model"`
	GroupTag              string    `json:"groupTag"`
	DisplayName           string    `json:"displayName"`
	UserPrincipalName     string    `json:"userPrincipalName"`
	AddressableUserName   string    `json:"addressableUserName"`
	ProductKey            string    `json:"productKey"`
	PurchaseOrder         string    `json:"purchaseOrderIdentifier"`
	SystemFamily          string    `json:"systemFamily"`
	SKUNumber             string    `json:"skuNumber"`
	EntraDeviceID         string    `json:"azureActiveDirectoryDeviceId"`
	ManagedDeviceID       string    `json:"managedDeviceId"`
	EnrollmentState       string    `json:"enrollmentState"`
	LastContactedDateTime time.Time `json:"lastContactedDateTime"`
	AssignmentStatus      string    `json:"deploymentProfileAssignmentStatus"`
	AssignedDateTime      time.Time `json:"deploymentProfileAssignedDateTime"` // the year 1 means none
	RemediationState      string    `json:"remediationState"`
	Profile               *Profile  `json:"deploymentProfile"` // only when expanded
}

// ProfileName is the assigned profile's name, "" without one.
func (d *DeviceIdentity) ProfileName() string {
	if d.Profile == nil {
		return ""
	}
	return d.Profile.DisplayName
}

// withProfile asks for the assigned profile together with the device.
const withProfile = "deploymentProfile"

// DeviceIdentities walks the registered devices with their profiles.
func (c *Client) DeviceIdentities(ctx context.Context, l List) iter.Seq2[DeviceIdentity, error] {
	l.Expand = withProfile
	return items[DeviceIdentity](ctx, c, identities, l)
}

// DeviceIdentity finds a registered device by its id or its serial number,
// with its profile.
func (c *Client) DeviceIdentity(ctx context.Context, idOrSerial string) (DeviceIdentity, error) {
	if IsID(idOrSerial) {
		var d DeviceIdentity
		err := c.call(ctx, http.MethodGet, identities+"/"+idOrSerial, url.Values{"$expand": {withProfile}}, nil, &d)
		return d, err
	}
	return one(ctx, c, identities, List{Filter: "serialNumber eq " + quote(idOrSerial), Expand: withProfile}, "device", idOrSerial, func(d *DeviceIdentity) string { return d.ID })
}

// DeviceChange is what an admin may change on a registered device; nil leaves
// a property as it is, an empty text clears it.
type DeviceChange struct {
	GroupTag    *string `json:"groupTag,omitempty"`
	DisplayName *string `json:"displayName,omitempty"`
}

// UpdateDeviceIdentity is Graph's action updateDeviceProperties.
func (c *Client) UpdateDeviceIdentity(ctx context.Context, id string, change DeviceChange) error {
	return c.call(ctx, http.MethodPost, identities+"/"+id+"/updateDeviceProperties", nil, change, nil)
}

// AssignUser is Graph's action assignUserToDevice. addressableUserName is the
// name the PC greets the user by; empty leaves it to the server.
func (c *Client) AssignUser(ctx context.Context, id, userPrincipalName, addressableUserName string) error {
	in := map[string]string{"userPrincipalName": userPrincipalName}
	if addressableUserName != "" {
		in["addressableUserName"] = addressableUserName
	}
	return c.call(ctx, http.MethodPost, identities+"/"+id+"/assignUserToDevice", nil, in, nil)
}

// UnassignUser is Graph's action unassignUserFromDevice.
func (c *Client) UnassignUser(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodPost, identities+"/"+id+"/unassignUserFromDevice", nil, nil, nil)
}

// DeleteDeviceIdentity deregisters a device.
func (c *Client) DeleteDeviceIdentity(ctx context.Context, id string) error {
	return c.call(ctx, http.MethodDelete, identities+"/"+id, nil, nil, nil)
}
