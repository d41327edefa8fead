package autopilot

import (
	"crypto/sha256"
	"strings"

	"taxiway/internal/hwhash"
)

// The kinds of claim key, its first byte.
const (
	claimEK      = 'e' // TPM endorsement key: exclusive
	claimUUID    = 'u' // SMBIOS UUID with serial: exclusive
	claimMachine = 'm' // manufacturer, model and serial where neither of the above exists: exclusive
	claimSerial  = 's' // manufacturer, model and serial: only finds a device
	// claimTenantSerial keeps a tenant from registering one serial number twice
	// without a hash; no PC is found by it.
	claimTenantSerial = 't'
)

// ClaimsOf are the keys under which a machine is registered. A machine is the
// same when its endorsement key is, or its UUID and serial are; so each of
// these may be registered once, across all tenants.
func ClaimsOf(h *hwhash.Hash) []Claim {
	var claims []Claim
	if ek, ok := h.EKKey(); ok {
		claims = append(claims, Claim{Key: claimKey(claimEK, string(ek[:])), Exclusive: true})
	}
	if uuid := strings.ToLower(h.SMBIOSUUID); !emptyUUID(uuid) && strings.TrimSpace(h.SystemSerial) != "" {
		claims = append(claims, Claim{Key: claimKey(claimUUID, uuid, h.SystemSerial), Exclusive: true})
	}
	if len(claims) == 0 {
		claims = append(claims, Claim{Key: claimKey(claimMachine, h.SystemManufacturer, h.ProductName, h.SystemSerial), Exclusive: true})
	}
	return append(claims, Claim{Key: claimKey(claimSerial, h.SystemManufacturer, h.ProductName, h.SystemSerial)})
}

// emptyUUID: firmware that never set it shows zeros or ones.
func emptyUUID(u string) bool {
	return strings.Trim(u, "0-") == "" || strings.Trim(u, "f-") == ""
}

func claimKey(kind byte, parts ...string) ClaimKey {
	h := sha256.New()
	for i, p := range parts {
		if kind != claimEK || i > 0 {
			p = strings.ToLower(strings.TrimSpace(p))
		}
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	var k ClaimKey
	k[0] = kind
	copy(k[1:], h.Sum(nil))
	return k
}

// DeviceTypeOf tells the kind of device a hash describes.
func DeviceTypeOf(h *hwhash.Hash) DeviceType {
	model := strings.ToLower(h.ProductName)
	if !strings.Contains(strings.ToLower(h.SystemManufacturer), "microsoft") {
		return TypeWindowsPC
	}
	switch {
	case strings.Contains(model, "hololens"):
		return TypeHoloLens
	case strings.Contains(model, "surface hub 2s"):
		return TypeSurfaceHub2S
	case strings.Contains(model, "surface hub"):
		return TypeSurfaceHub2
	case strings.Contains(model, "virtual machine"):
		return TypeVirtualMachine
	default:
		return TypeWindowsPC
	}
}
