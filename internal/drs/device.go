package drs

import (
	"strings"

	"taxiway/internal/fault"
)

// hybrid answers PUT device/{id}, by which a PC of an Active Directory
// completes its hybrid join (ServerAdJoinData).
func (h *Handler) hybrid(*call) (any, error) { return nil, offered(6) }

// leave answers DELETE device/{id}: a PC leaves by its own certificate, and
// only itself.
func (h *Handler) leave(c *call) (any, error) {
	if !strings.EqualFold(c.keys["id"], string(c.device.Device.DeviceID)) {
		return nil, fault.Field(fault.Denied, "NotThisDevice", "id", "The certificate is not that of the device in the address.", "A PC can only remove itself; an administrator removes others.")
	}
	if err := h.Directory.Unjoin(c.ctx(), c.device.Tenant, c.device.Device.ID); err != nil {
		return nil, err
	}
	return struct{}{}, nil
}
