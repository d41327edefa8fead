package graph

import (
	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// castRoutes are lists of one kind out of lists of several: OData's casts, as
// in members/microsoft.graph.device (OData 4.01 Part 2, 4.11).
func castRoutes() []Route {
	return []Route{
		{get, "groups/{id}/members/microsoft.graph.user", both, mayReadMember, nil, listOnly((*call).members, directory.MemberUser)},
		{get, "groups/{id}/members/microsoft.graph.user/$count", both, mayReadMember, nil, countOnly((*call).members, directory.MemberUser)},
		{get, "groups/{id}/members/microsoft.graph.device", both, mayReadMember, nil, listOnly((*call).members, directory.MemberDevice)},
		{get, "groups/{id}/members/microsoft.graph.device/$count", both, mayReadMember, nil, countOnly((*call).members, directory.MemberDevice)},
		{get, "groups/{id}/members/microsoft.graph.group", both, mayReadMember, nil, listOnly((*call).members, directory.MemberGroup)},
		{get, "groups/{id}/members/microsoft.graph.group/$count", both, mayReadMember, nil, countOnly((*call).members, directory.MemberGroup)},
		{get, "groups/{id}/transitiveMembers/microsoft.graph.user", both, mayReadMember, nil, listOnly((*call).membersWithin, directory.MemberUser)},
		{get, "groups/{id}/transitiveMembers/microsoft.graph.user/$count", both, mayReadMember, nil, countOnly((*call).membersWithin, directory.MemberUser)},
		{get, "groups/{id}/transitiveMembers/microsoft.graph.device", both, mayReadMember, nil, listOnly((*call).membersWithin, directory.MemberDevice)},
		{get, "groups/{id}/transitiveMembers/microsoft.graph.device/$count", both, mayReadMember, nil, countOnly((*call).membersWithin, directory.MemberDevice)},
		{get, "groups/{id}/transitiveMembers/microsoft.graph.group", both, mayReadMember, nil, listOnly((*call).membersWithin, directory.MemberGroup)},
		{get, "groups/{id}/transitiveMembers/microsoft.graph.group/$count", both, mayReadMember, nil, countOnly((*call).membersWithin, directory.MemberGroup)},

		// What is in these lists is of one kind anyway.
		{get, "groups/{id}/owners/microsoft.graph.user", both, mayReadMember, nil, (*Handler).listOwners},
		{get, "groups/{id}/memberOf/microsoft.graph.group", both, mayReadMember, nil, (*Handler).listGroupGroups},
		{get, "groups/{id}/transitiveMemberOf/microsoft.graph.group", both, mayReadMember, nil, (*Handler).listGroupsAroundGroup},
		{get, "devices/{id|deviceId}/memberOf/microsoft.graph.group", both, mayReadDevice, nil, (*Handler).listDeviceGroups},
		{get, "devices/{id|deviceId}/transitiveMemberOf/microsoft.graph.group", both, mayReadDevice, nil, (*Handler).listGroupsAroundDevice},
		{get, "users/{id|userPrincipalName}/memberOf/microsoft.graph.group", both, mayReadUser, nil, (*Handler).listUserGroups},
		{get, "users/{id|userPrincipalName}/transitiveMemberOf/microsoft.graph.group", both, mayReadUser, nil, (*Handler).listGroupsAroundUser},
		{get, "users/{id|userPrincipalName}/ownedDevices/microsoft.graph.device", both, mayReadUser, nil, (*Handler).listOwnedDevices},
		{get, "users/{id|userPrincipalName}/registeredDevices/microsoft.graph.device", both, mayReadUser, nil, (*Handler).listRegisteredDevices},
	}
}

// memberKind is a column of member lists that clients cannot name.
var memberKind = odata.Property{
	Name: "memberKind", Type: odata.Enum, Filter: true,
	Enum: []string{string(directory.MemberUser), string(directory.MemberDevice), string(directory.MemberGroup)},
}

// only keeps a list of members to one kind.
func only(read fetch[directory.Member], kind directory.MemberKind) fetch[directory.Member] {
	return func(c *call, q *odata.Query) (odata.List[directory.Member], error) {
		narrow := *q
		narrow.Filter = &odata.Expr{Op: odata.Eq, Property: &memberKind, Value: odata.Literal{Kind: odata.KindString, String: string(kind)}}
		if q.Filter != nil {
			narrow.Filter = &odata.Expr{Op: odata.And, Args: []*odata.Expr{narrow.Filter, q.Filter}}
		}
		return read(c, &narrow)
	}
}

func listOnly(read fetch[directory.Member], kind directory.MemberKind) func(*Handler, *call) error {
	return func(_ *Handler, c *call) error {
		return list(c, memberTable, directoryPaging, string(kind)+"s", only(read, kind), memberWires)
	}
}

func countOnly(read fetch[directory.Member], kind directory.MemberKind) func(*Handler, *call) error {
	return func(_ *Handler, c *call) error { return count(c, memberTable, only(read, kind)) }
}
