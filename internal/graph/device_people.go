package graph

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// JoinLists reads who a device or a group belongs to, and who is in groups
// through groups.
// Every list obeys the query as in Lists.
type JoinLists interface {
	ListMembersWithin(ctx context.Context, t directory.TenantID, group directory.ObjectID, q *odata.Query) (odata.List[directory.Member], error)
	ListGroupsAround(ctx context.Context, t directory.TenantID, member directory.ObjectID, q *odata.Query) (odata.List[directory.Group], error)
	ListPeopleOf(ctx context.Context, t directory.TenantID, device directory.ObjectID, role directory.PersonRole, q *odata.Query) (odata.List[directory.User], error)
	ListOwners(ctx context.Context, t directory.TenantID, group directory.ObjectID, q *odata.Query) (odata.List[directory.User], error)
	ListDevicesOf(ctx context.Context, t directory.TenantID, user directory.ObjectID, role directory.PersonRole, q *odata.Query) (odata.List[directory.Device], error)
}

func joinRoutes() []Route {
	return []Route{
		{get, "devices/{id|deviceId}/registeredOwners", both, mayReadDevice, nil, (*Handler).listRegisteredOwners},
		{get, "devices/{id|deviceId}/registeredUsers", both, mayReadDevice, nil, (*Handler).listRegisteredUsers},
		{get, "devices/{id|deviceId}/transitiveMemberOf", both, mayReadDevice, nil, (*Handler).listGroupsAroundDevice},
		{get, "users/{id|userPrincipalName}/ownedDevices", both, mayReadUser, nil, (*Handler).listOwnedDevices},
		{get, "users/{id|userPrincipalName}/registeredDevices", both, mayReadUser, nil, (*Handler).listRegisteredDevices},
		{get, "users/{id|userPrincipalName}/transitiveMemberOf", both, mayReadUser, nil, (*Handler).listGroupsAroundUser},
		{get, "groups/{id}/memberOf", both, mayReadMember, nil, (*Handler).listGroupGroups},
		{get, "groups/{id}/transitiveMemberOf", both, mayReadMember, nil, (*Handler).listGroupsAroundGroup},
		{get, "groups/{id}/transitiveMembers", both, mayReadMember, nil, (*Handler).listMembersWithin},
		{get, "groups/{id}/transitiveMembers/$count", both, mayReadMember, nil, (*Handler).countMembersWithin},
	}
}

// ownDevices answers the devices of the person in the path.
func (c *call) ownDevices(role directory.PersonRole) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	return list(c, deviceTable, directoryPaging, "directoryObjects", func(c *call, q *odata.Query) (odata.List[directory.Device], error) {
		return c.h.Lists.ListDevicesOf(c.ctx(), c.tenant, u.ID, role, q)
	}, each(func(d *directory.Device) device {
		w := deviceWire(d)
		w.Type, w.ETag = "#microsoft.graph.device", ""
		return w
	}))
}

func (h *Handler) listOwnedDevices(c *call) error { return c.ownDevices(directory.DeviceOwner) }

func (h *Handler) listRegisteredDevices(c *call) error { return c.ownDevices(directory.DeviceUser) }

// people answers the people of the device in the path.
func (c *call) people(role directory.PersonRole) error {
	d, err := c.device()
	if err != nil {
		return err
	}
	return list(c, userTable, directoryPaging, "directoryObjects", func(c *call, q *odata.Query) (odata.List[directory.User], error) {
		return c.h.Lists.ListPeopleOf(c.ctx(), c.tenant, d.ID, role, q)
	}, withManagers(ownerWire))
}

func (h *Handler) listRegisteredOwners(c *call) error { return c.people(directory.DeviceOwner) }

func (h *Handler) listRegisteredUsers(c *call) error { return c.people(directory.DeviceUser) }

// groupsAround answers transitiveMemberOf.
func (c *call) groupsAround(member directory.ObjectID) error {
	return c.memberOf(func(c *call, q *odata.Query) (odata.List[directory.Group], error) {
		return c.h.Lists.ListGroupsAround(c.ctx(), c.tenant, member, q)
	})
}

func (h *Handler) listGroupsAroundDevice(c *call) error {
	d, err := c.device()
	if err != nil {
		return err
	}
	return c.groupsAround(d.ID)
}

func (h *Handler) listGroupsAroundUser(c *call) error {
	u, err := c.user()
	if err != nil {
		return err
	}
	return c.groupsAround(u.ID)
}

func (h *Handler) listGroupsAroundGroup(c *call) error {
	g, err := c.group()
	if err != nil {
		return err
	}
	return c.groupsAround(g.ID)
}

func (h *Handler) listGroupGroups(c *call) error {
	g, err := c.group()
	if err != nil {
		return err
	}
	return c.listGroupsOf(g.ID)
}

func (c *call) membersWithin(q *odata.Query) (odata.List[directory.Member], error) {
	g, err := c.group()
	if err != nil {
		return odata.List[directory.Member]{}, err
	}
	return c.h.Lists.ListMembersWithin(c.ctx(), c.tenant, g.ID, q)
}

func (h *Handler) listMembersWithin(c *call) error {
	return list(c, memberTable, directoryPaging, "directoryObjects", (*call).membersWithin, memberWires)
}

func (h *Handler) countMembersWithin(c *call) error {
	return count(c, memberTable, (*call).membersWithin)
}
