package graph

import (
	"net/http"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// getDirectoryObject finds a user, device or group by object id alone. A
// caller sees only the kinds it may read: another is not found.
func (h *Handler) getDirectoryObject(c *call) error {
	q, err := c.single(memberTable)
	if err != nil {
		return err
	}
	id := directory.ObjectID(c.keys["id"])
	if c.principal.HasAny(mayReadUser...) && isGUID(string(id)) {
		u, err := h.Objects.GetUser(c.ctx(), c.tenant, string(id))
		if err == nil {
			return c.object(http.StatusOK, c.view(memberWire(&directory.Member{Kind: directory.MemberUser, User: &u}), memberTable, q, "directoryObjects/$entity", ""))
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if c.principal.HasAny(mayReadDevice...) {
		d, err := h.Objects.GetDevice(c.ctx(), c.tenant, id)
		if err == nil {
			return c.object(http.StatusOK, c.view(memberWire(&directory.Member{Kind: directory.MemberDevice, Device: &d}), memberTable, q, "directoryObjects/$entity", ""))
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	if c.principal.HasAny(mayReadGroup...) {
		g, err := h.Objects.GetGroup(c.ctx(), c.tenant, id)
		if err == nil {
			w := groupWire(&g)
			w.Type, w.ETag = "#microsoft.graph.group", ""
			return c.object(http.StatusOK, c.view(&w, groupTable, nil, "directoryObjects/$entity", ""))
		}
		if !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return notFound("directory object", c.keys["id"], "Use the object id of a user, device or group.")
}
