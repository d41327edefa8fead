package servertest_test

import "net/http"

func (f *field) badJoinSettings() []refusal {
	put := func(name string, body any, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPut, path: joinPolicy, body: body, status: 400, code: code, target: target, says: says, remedy: remedy}
	}
	part := func(name, property string, value any, code, target, says, remedy string) refusal {
		return put(name, with(policyBody(), property, value), code, target, says, remedy)
	}
	join := func(name string, membership any, code, target, says, remedy string) refusal {
		return part(name, "azureADJoin", object{"allowedToJoin": membership}, code, "azureADJoin/allowedToJoin"+target, says, remedy)
	}
	scope := func(name, method, below string, body any, status int, code, target, says, remedy string) refusal {
		return refusal{name: name, method: method, path: mdmScope + "/" + scopeID + below, body: body, status: status, code: code, target: target, says: says, remedy: remedy}
	}
	patch := func(name string, body any, code, target, says, remedy string) refusal {
		return scope(name, http.MethodPatch, "", body, 400, code, target, says, remedy)
	}
	const missing, refs = "PolicyPartRequired", "/includedGroups/$ref"
	return []refusal{
		part("a join policy without the quota", "userDeviceQuota", nil, missing, "userDeviceQuota", "userDeviceQuota", "send all of it"),
		put("a join policy whose quota is null", `{"userDeviceQuota":null,"multiFactorAuthConfiguration":"required","azureADRegistration":{"allowedToRegister":{"@odata.type":"#microsoft.graph.allDeviceRegistrationMembership"}},"azureADJoin":{"allowedToJoin":{"@odata.type":"#microsoft.graph.allDeviceRegistrationMembership"}},"localAdminPassword":{"isEnabled":false}}`,
			missing, "userDeviceQuota", "userDeviceQuota", "send all of it"),
		part("a join policy without the requirement", "multiFactorAuthConfiguration", nil, missing, "multiFactorAuthConfiguration", "multiFactorAuthConfiguration", "send all of it"),
		part("a join policy without who may register", "azureADRegistration", object{"isAdminConfigurable": true}, missing, "azureADRegistration/allowedToRegister", "allowedToRegister", "send all of it"),
		part("a join policy without who may join", "azureADJoin", nil, missing, "azureADJoin/allowedToJoin", "allowedToJoin", "send all of it"),
		part("a join policy without the local password", "localAdminPassword", object{}, missing, "localAdminPassword/isEnabled", "localAdminPassword", "send all of it"),
		put("an empty join policy", object{}, missing, "userDeviceQuota", "azureADJoin/allowedToJoin, localAdminPassword", "send all of it"),
		part("a negative quota", "userDeviceQuota", -1, "InvalidDeviceQuota", "userDeviceQuota", "-1", "2147483647 for unlimited"),
		part("a quota over Graph's largest number", "userDeviceQuota", 2147483648, "InvalidDeviceQuota", "userDeviceQuota", "2147483648", "2147483647 for unlimited"),
		part("a quota that is no number", "userDeviceQuota", "many", "InvalidPropertyValue", "userDeviceQuota", "whole number", "whole number"),
		part("a requirement that does not exist", "multiFactorAuthConfiguration", "sometimes", "InvalidMultiFactorAuthConfiguration", "multiFactorAuthConfiguration", "sometimes", "notRequired or required"),
		join("a membership without a type", object{"users": []string{f.user}}, "InvalidMembership", "/@odata.type", "''", "enumeratedDeviceRegistrationMembership"),
		join("a membership of a type that does not exist", object{"@odata.type": "#microsoft.graph.someDeviceRegistrationMembership"}, "InvalidMembership", "/@odata.type", "someDeviceRegistrationMembership", "enumeratedDeviceRegistrationMembership"),
		join("everyone and users together", with(everyone(), "users", []string{f.user}), "MembershipNotEnumerated", "/@odata.type", "Only an enumerated", "leave users and groups out"),
		join("a misspelt list of a membership", with(everyone(), "user", []string{f.user}), "UnknownProperty", "/user", "'user'", "users"),
		join("an unknown user who may join", enumerated([]string{f.user, unknownID}, nil), "UserNotFound", "/users", unknownID, "leave it out"),
		join("a user who may join by name", enumerated([]string{f.upn}, nil), "UserNotFound", "/users", f.upn, "object id"),
		join("an unknown group that may join", enumerated(nil, []string{f.group, unknownID}), "GroupNotFound", "/groups", unknownID, "leave it out"),
		join("a user as group that may join", enumerated(nil, []string{f.user}), "GroupNotFound", "/groups", f.user, "List the groups"),
		join("a user of another tenant who may join", enumerated([]string{f.fabrikam.user}, nil), "UserNotFound", "/users", f.fabrikam.user, "List the users"),
		part("an unknown user who may register", "azureADRegistration", object{"allowedToRegister": enumerated([]string{unknownID}, nil)}, "UserNotFound", "azureADRegistration/allowedToRegister/users", unknownID, "List the users"),
		part("an unknown group of local administrators", "azureADJoin", object{"allowedToJoin": everyone(), "localAdmins": object{"registeringUsers": enumerated(nil, []string{unknownID})}},
			"GroupNotFound", "azureADJoin/localAdmins/registeringUsers/groups", unknownID, "List the groups"),
		part("a misspelt part of the join settings", "azureADJoin", object{"allowedToJoin": everyone(), "localAdmin": object{}}, "UnknownProperty", "azureADJoin/localAdmin", "'localAdmin'", "localAdmins"),
		put("a misspelt property of the join policy", with(policyBody(), "userDeviceQota", 5), "UnknownProperty", "userDeviceQota", "'userDeviceQota'", "userDeviceQuota"),
		{name: "a join policy that was patched", method: http.MethodPatch, path: joinPolicy, body: object{"userDeviceQuota": 5}, status: 405, code: "MethodNotAllowed", target: "GET, PUT", says: "PATCH", remedy: "PUT"},
		{name: "a join policy of an older version", method: http.MethodPut, path: joinPolicy, body: policyBody(), headers: []string{"If-Match", `W/"99"`}, status: 412, code: "PreconditionFailed", target: "If-Match", says: "changed", remedy: "new ETag"},

		{name: "a switch of the Autopilot settings that is neither on nor off", method: http.MethodPatch, path: autopilotSettings, body: object{"onlyAssignedUserMaySignIn": "sometimes"}, status: 400, code: "InvalidPropertyValue", target: "onlyAssignedUserMaySignIn", says: "onlyAssignedUserMaySignIn", remedy: "true or false"},
		{name: "a misspelt property of the Autopilot settings", method: http.MethodPatch, path: autopilotSettings, body: object{"onlyAssignedUsersMaySignIn": true}, status: 400, code: "UnknownProperty", target: "onlyAssignedUsersMaySignIn", says: "'onlyAssignedUsersMaySignIn'", remedy: "onlyAssignedUserMaySignIn"},

		patch("a scope together with an address", object{"appliesTo": "all", "discoveryUrl": "https://mdm.example/d"}, "ScopeChangesAlone", "appliesTo", "together", "of its own"),
		patch("a scope that is made selected", object{"appliesTo": "selected"}, "ScopeIsByGroups", "appliesTo", "by adding a group", "includedGroups/$ref"),
		patch("a scope that does not exist", object{"appliesTo": "some"}, "InvalidScope", "appliesTo", "'some'", "none or all"),
		patch("an update of a scope that changes nothing", object{"displayName": "Mine"}, "NothingToChange", "body", "nothing", "appliesTo alone"),
		patch("a discovery address without encryption", object{"discoveryUrl": "http://mdm.example/d"}, "InvalidURL", "discoveryUrl", "http://mdm.example/d", "https"),
		patch("a terms address without a host", object{"termsOfUseUrl": "/terms"}, "InvalidURL", "termsOfUseUrl", "'/terms'", "https"),
		patch("a compliance address with a password", object{"complianceUrl": "https://a:b@mdm.example/"}, "InvalidURL", "complianceUrl", "user name", "https"),
		patch("a misspelt address", object{"discoveryURL2": "https://mdm.example/d"}, "UnknownProperty", "discoveryURL2", "'discoveryURL2'", "discoveryUrl"),
		scope("a scope with an unknown group", http.MethodPost, refs, reference(unknownID), 404, "Request_ResourceNotFound", "includedGroups", unknownID, "List the groups"),
		scope("a scope with a user", http.MethodPost, refs, reference(f.user), 404, "Request_ResourceNotFound", "includedGroups", f.user, "List the groups"),
		scope("a scope with nothing referred to", http.MethodPost, refs, object{}, 400, "InvalidReference", "@odata.id", "''", "directoryObjects"),
		scope("a group taken out of a scope it is not in", http.MethodDelete, "/includedGroups/"+f.group+"/$ref", nil, 404, "Request_ResourceNotFound", "includedGroups", f.group, "List includedGroups"),
		{name: "a scope of another app", method: http.MethodPatch, path: mamScope + "/" + unknownID, body: object{"appliesTo": "all"}, status: 404, code: "Request_ResourceNotFound", target: "id", says: unknownID, remedy: scopeID},
		{name: "a scope of an older version", method: http.MethodPatch, path: mdmScope + "/" + scopeID, body: object{"appliesTo": "all"}, headers: []string{"If-Match", `W/"99"`}, status: 412, code: "PreconditionFailed", target: "If-Match", says: "changed", remedy: "new ETag"},
		{name: "a scope under v1.0", method: http.MethodGet, path: "/v1.0/policies/mobileDeviceManagementPolicies", status: 400, code: "BadRequest", target: "mobileDeviceManagementPolicies", says: "segment", remedy: "/beta only"},
	}
}
