package directory

import (
	"strings"
	"time"

	"taxiway/internal/rule"
)

// DeviceID is the Entra device id (Graph: device.deviceId), the one in the
// device's certificate. It is not the object id.
type DeviceID string

// Physical id prefixes that Autopilot writes on a device object (Graph:
// device.physicalIds).
const (
	PhysicalZTDID         = "[ZTDId]:"
	PhysicalOrderID       = "[OrderID]:"
	PhysicalPurchaseOrder = "[PurchaseOrderId]:"
)

// Device is the Entra device object: what groups hold and rules look at.
type Device struct {
	ID                     ObjectID
	DeviceID               DeviceID
	DisplayName            string
	AccountEnabled         bool // false until the PC has joined
	PhysicalIDs            []string
	TrustType              string // AzureAd, ServerAd, Workplace
	DeviceOwnership        string // Company, Personal, Unknown; empty until enrolled
	OperatingSystem        string
	OperatingSystemVersion string
	RegisteredUser         ObjectID  // who joined it last; the person may be gone
	RegisteredAt           time.Time // when the PC joined or registered; zero before
	LastSeen               time.Time
	// Attributes holds every other single-valued text property of the rule
	// language under its rule name (deviceManufacturer, not manufacturer).
	Attributes   map[string]string
	SystemLabels []string
	IsRooted     bool
	CreatedAt    time.Time
	Version      int64 // grows with every change; the ETag
}

// Object is the flat view that membership rules are matched against.
func (d *Device) Object() *rule.Object {
	o := rule.NewObject(rule.Device)
	o.SetString("objectId", string(d.ID))
	o.SetString("deviceId", string(d.DeviceID))
	o.SetString("displayName", d.DisplayName)
	o.SetBool("accountEnabled", d.AccountEnabled)
	o.SetBool("isRooted", d.IsRooted)
	o.SetStrings("devicePhysicalIds", d.PhysicalIDs)
	o.SetStrings("systemLabels", d.SystemLabels)
	o.SetString("deviceTrustType", d.TrustType)
	o.SetString("deviceOwnership", d.DeviceOwnership)
	o.SetString("deviceOSType", d.OperatingSystem)
	o.SetString("deviceOSVersion", d.OperatingSystemVersion)
	for name, value := range d.Attributes {
		o.SetString(name, value)
	}
	return o
}

// PhysicalID returns the value after prefix, or "" when the device has none.
func (d *Device) PhysicalID(prefix string) string {
	for _, id := range d.PhysicalIDs {
		if len(id) >= len(prefix) && strings.EqualFold(id[:len(prefix)], prefix) {
			return id[len(prefix):]
		}
	}
	return ""
}

// SetPhysicalID replaces the value under prefix; an empty value removes it.
func (d *Device) SetPhysicalID(prefix, value string) {
	kept := make([]string, 0, len(d.PhysicalIDs)+1)
	for _, id := range d.PhysicalIDs {
		if len(id) < len(prefix) || !strings.EqualFold(id[:len(prefix)], prefix) {
			kept = append(kept, id)
		}
	}
	if value != "" {
		kept = append(kept, prefix+value)
	}
	d.PhysicalIDs = kept
}
