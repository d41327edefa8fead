package graph

import (
	"net/http"

	"taxiway/internal/autopilot"
	"taxiway/internal/odata"
)

// assignUser answers the action assignUserToDevice (Graph page
// "windowsAutopilotDeviceIdentity: assignUserToDevice").
func (h *Handler) assignUser(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knownNames(o, "", "userPrincipalName", "addressableUserName"); err != nil {
		return err
	}
	var upn, name string
	r := reader{o: o}
	r.text("userPrincipalName", &upn)
	r.text("addressableUserName", &name)
	if r.err != nil {
		return r.err
	}
	if err := h.Autopilot.AssignUser(c.ctx(), c.tenant, autopilot.DeviceID(c.keys["id"]), upn, name); err != nil {
		return err
	}
	return c.noContent()
}

func (h *Handler) unassignUser(c *call) error {
	if err := c.emptyBody(); err != nil {
		return err
	}
	if err := h.Autopilot.UnassignUser(c.ctx(), c.tenant, autopilot.DeviceID(c.keys["id"])); err != nil {
		return err
	}
	return c.noContent()
}

// emptyBody reads the body of an action without parameters.
func (c *call) emptyBody() error {
	o, err := c.body()
	if err != nil {
		return err
	}
	return knownNames(o, "")
}

// createIdentity registers a PC of which no hardware hash is at hand, as
// clients do that know the serial number alone (docs/parity.md).
func createIdentity(c *call, o odata.Object) (autopilot.Device, error) {
	if err := knows(o, "", identityTable); err != nil {
		return autopilot.Device{}, err
	}
	r := reader{o: o}
	n := autopilot.NewDevice{Change: autopilot.DeviceChange{
		GroupTag: r.optional("groupTag"), DisplayName: r.optional("displayName"),
		UserPrincipalName: r.optional("userPrincipalName"), AddressableUserName: r.optional("addressableUserName"),
	}}
	r.text("serialNumber", &n.SerialNumber)
	r.text("manufacturer", &n.Manufacturer)
	r.text("model", &n.Model)
	r.text("productKey", &n.ProductKey)
	r.text("purchaseOrderIdentifier", &n.PurchaseOrder)
	if r.err != nil {
		return autopilot.Device{}, r.err
	}
	return c.h.Autopilot.RegisterSerial(c.ctx(), c.tenant, n)
}

// updateIdentity answers the action updateDeviceProperties, and PATCH, which is
// the same: a property left out stays as it is, an empty text or null clears it.
func (h *Handler) updateIdentity(c *call) error {
	match, err := c.ifMatch()
	if err != nil {
		return err
	}
	o, err := c.body()
	if err != nil {
		return err
	}
	if err := knows(o, "", identityTable); err != nil {
		return err
	}
	r := reader{o: o}
	change := autopilot.DeviceChange{
		GroupTag: r.optional("groupTag"), DisplayName: r.optional("displayName"),
		UserPrincipalName: r.optional("userPrincipalName"), AddressableUserName: r.optional("addressableUserName"),
	}
	if r.err != nil {
		return r.err
	}
	d, err := h.Autopilot.UpdateDevice(c.ctx(), c.tenant, autopilot.DeviceID(c.keys["id"]), match, change)
	if err != nil {
		return err
	}
	if c.r.Method == http.MethodPatch {
		return deviceIdentities.answer(c, http.StatusOK, &d, nil)
	}
	return c.noContent()
}
