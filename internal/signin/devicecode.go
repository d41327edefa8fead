package signin

import (
	"time"

	"taxiway/internal/directory"
)

// DeviceState is where a device code stands.
type DeviceState string

// The states of a device code: waiting → approved → used, or waiting → declined.
const (
	DeviceWaiting  DeviceState = "waiting"
	DeviceApproved DeviceState = "approved"
	DeviceDeclined DeviceState = "declined"
	DeviceUsed     DeviceState = "used"
)

// DeviceCode is a request to sign in on another device (RFC 8628).
type DeviceCode struct {
	UserCode  string
	Tenant    directory.TenantID // empty until approved, when common was asked
	Request   Request            // without redirect; Path is where it was asked
	Grant     *Grant             // once approved
	State     DeviceState
	PolledAt  time.Time
	Interval  time.Duration // the client must wait between two requests
	ExpiresAt time.Time
}
