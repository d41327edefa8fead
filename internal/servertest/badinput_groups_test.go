package servertest_test

import (
	"net/http"
	"strings"
)

func (f *field) badRules() []refusal {
	const badPath, groups = "membershipRule", "/v1.0/groups"
	create := func(name, rule, code, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: groups, body: ruleGroup("Bad", rule), status: 400, code: code, target: badPath, says: says, remedy: remedy}
	}
	return []refusal{
		create("a rule that does not parse", `(device.deviceModel -eq "X" and )`, "UnexpectedToken", "at character 33: Unexpected ')', expected", "Correct"),
		create("a rule that ends too early", `device.deviceModel -eq`, "UnexpectedToken", "at character 23: Unexpected end of rule, expected text in quotes", "Correct"),
		create("a rule with a word for an operator", `device.deviceModel like "X"`, "UnexpectedToken", "at character 20: Unexpected 'like', expected -eq or -ne", "Correct"),
		create("a rule with typographic quotes", `device.deviceModel -eq “X”`, "InvalidCharacter", "at character 24", "straight quote"),
		create("a rule with an unclosed text", `device.deviceModel -eq "X`, "UnterminatedString", "at character 24", "Close it"),
		create("a rule about an unknown property", `device.deviceModell -eq "X"`, "UnsupportedProperty", "at character 8: Unsupported property 'deviceModell'", "deviceModel"),
		create("a rule about users and devices", `device.deviceModel -eq "X" or user.city -eq "Y"`, "MixedObjects", "at character 31", "group"),
		create("a rule with an operator its property does not have", `device.accountEnabled -startsWith "t"`, "OperatorNotSupported", "at character 23", "-eq"),
		create("a rule with a value of another type", `device.accountEnabled -eq "yes"`, "InvalidValue", "at character 27", "true"),
		create("a rule with a bad regular expression", `device.deviceModel -match "[a"`, "InvalidRegex", "at character 27", "at character 27"),
		create("a rule about groups of groups", `device.memberOf -any (group.objectId -in ["`+f.group+`"])`, "MemberOfRetired", "at character 8", "groups themselves"),
		create("a rule about direct reports", `Direct Reports for "`+f.user+`"`, "DirectReportsNotSupported", "at character 1", "property"),
		create("a rule over 3,072 characters", `device.deviceModel -eq "`+strings.Repeat("x", 3048)+`"`, "RuleTooLong", "3073 characters, more than the 3072 allowed", "Split"),
		create("a rule nested 101 deep", strings.Repeat("(", 101)+`device.deviceModel -eq "X"`+strings.Repeat(")", 101), "NestedTooDeep", "100 deep", "parentheses"),
		{name: "a changed rule that does not parse", method: http.MethodPatch, path: groups + "/" + f.dynamic, body: object{badPath: `device.deviceModel -eq "X" extra`}, status: 400, code: "UnexpectedToken", target: badPath, says: "at character 28: Unexpected 'extra', expected -and or -or or end of rule", remedy: "Correct"},
		{name: "a changed rule over 3,072 characters", method: http.MethodPatch, path: groups + "/" + f.dynamic, body: object{badPath: strings.Repeat(" ", 3073)}, status: 400, code: "RuleTooLong", target: badPath, says: "3072", remedy: "Split"},
		{name: "a device group's rule changed to users", method: http.MethodPatch, path: groups + "/" + f.dynamic, body: object{badPath: `user.city -eq "X"`}, status: 400, code: "RuleForOtherObjects", target: badPath, remedy: "new group"},
		{name: "a rule to try that does not parse", method: http.MethodPost, path: "/beta/groups/evaluateDynamicMembership", body: object{"memberId": f.device, badPath: "device."}, status: 400, code: "UnexpectedToken", target: badPath, says: "at character", remedy: "Correct"},
		{name: "a rule to try without a member", method: http.MethodPost, path: "/beta/groups/evaluateDynamicMembership", body: object{badPath: `device.displayName -eq "a"`}, status: 400, code: "MemberRequired", target: "memberId", remedy: "object id"},
		{name: "a dynamic group without a rule", method: http.MethodPost, path: groups, body: with(ruleGroup("Bad", ""), badPath, nil), status: 400, code: "MembershipRuleRequired", target: badPath, remedy: "Send a rule"},
		{name: "a rule on an assigned group", method: http.MethodPost, path: groups, body: with(ruleGroup("Bad", `device.displayName -eq "a"`), "groupTypes", []string{}), status: 400, code: "MembershipRuleOnAssignedGroup", target: badPath, remedy: "DynamicMembership"},
		{name: "a processing state that does not exist", method: http.MethodPost, path: groups, body: with(ruleGroup("Bad", `device.displayName -eq "a"`), "membershipRuleProcessingState", "Off"), status: 400, code: "InvalidProcessingState", target: "membershipRuleProcessingState", says: "'Off'", remedy: "Paused"},
	}
}

func (f *field) badGroups() []refusal {
	const groups = "/v1.0/groups"
	create := func(name, property string, value any, code, target, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: groups, body: with(plainGroup("Bad"), property, value), status: 400, code: code, target: target, remedy: remedy}
	}
	const byRule, byRuleSays = "DynamicGroupMembersAreByRule", "'Sales PCs of Contoso' follow its rule"
	dynamic, assigned := groups+"/"+f.dynamic, groups+"/"+f.group
	bind := func(ids ...string) object {
		refs := make([]string, len(ids))
		for i, id := range ids {
			refs[i] = "https://graph.microsoft.com/v1.0/directoryObjects/" + id
		}
		return object{"members@odata.bind": refs}
	}
	return []refusal{
		{name: "a member put into a dynamic group", method: http.MethodPost, path: dynamic + "/members/$ref", body: reference(f.user), status: 400, code: byRule, target: "members", says: byRuleSays, remedy: "membership rule"},
		{name: "members bound to a dynamic group", method: http.MethodPatch, path: dynamic, body: bind(f.user), status: 400, code: byRule, target: "members", says: byRuleSays, remedy: "membership rule"},
		{name: "a member taken out of a dynamic group", method: http.MethodDelete, path: dynamic + "/members/" + f.device + "/$ref", status: 400, code: byRule, target: "members", says: byRuleSays, remedy: "membership rule"},
		{name: "a dynamic group made with members", method: http.MethodPost, path: groups, body: with(ruleGroup("Bad", `device.displayName -eq "a"`), "members@odata.bind", bind(f.user)["members@odata.bind"]), status: 400, code: byRule, target: "members", says: "'Bad'", remedy: "membership rule"},
		{name: "a member that does not exist", method: http.MethodPost, path: assigned + "/members/$ref", body: reference(unknownID), status: 404, code: "Request_ResourceNotFound", target: "members", says: unknownID, remedy: "object id"},
		{name: "a member of another tenant", method: http.MethodPost, path: assigned + "/members/$ref", body: reference(f.fabrikam.device), status: 404, code: "Request_ResourceNotFound", target: "members", says: f.fabrikam.device, remedy: "object id"},
		{name: "a group as its own member", method: http.MethodPost, path: assigned + "/members/$ref", body: reference(f.group), status: 400, code: "GroupCannotContainItself", target: "members", says: "of itself", remedy: "Leave it out"},
		{name: "a group of another tenant as member", method: http.MethodPost, path: assigned + "/members/$ref", body: reference(f.fabrikam.group), status: 404, code: "Request_ResourceNotFound", target: "members", says: f.fabrikam.group, remedy: "object id"},
		{name: "a member that is one already", method: http.MethodPost, path: assigned + "/members/$ref", body: reference(f.device), status: 400, code: "MemberAlreadyExists", target: "members", says: f.device, remedy: "Leave it out"},
		{name: "a member taken out that is none", method: http.MethodDelete, path: assigned + "/members/" + f.user + "/$ref", status: 404, code: "Request_ResourceNotFound", target: "members", says: f.user, remedy: "List the members"},
		{name: "one bad member among good ones", method: http.MethodPatch, path: assigned, body: bind(f.user, unknownID), status: 404, code: "Request_ResourceNotFound", target: "members", says: unknownID, remedy: "object id"},
		{name: "21 members bound at once", method: http.MethodPatch, path: assigned, body: bind(strings.Split(strings.Repeat(f.user+" ", 20)+f.user, " ")...), status: 400, code: "TooManyReferences", target: "members@odata.bind", says: "21", remedy: "several requests"},
		{name: "an owner that does not exist", method: http.MethodPost, path: assigned + "/owners/$ref", body: reference(unknownID), status: 404, code: "Request_ResourceNotFound", target: "owners", says: unknownID, remedy: "user"},
		{name: "a device as owner", method: http.MethodPost, path: assigned + "/owners/$ref", body: reference(f.device), status: 404, code: "Request_ResourceNotFound", target: "owners", says: f.device, remedy: "user"},
		{name: "somebody who owns nothing taken from the owners", method: http.MethodDelete, path: assigned + "/owners/" + f.user + "/$ref", status: 404, code: "Request_ResourceNotFound", target: "owners", says: f.user, remedy: "List the owners"},
		{name: "a reference that is none", method: http.MethodPost, path: assigned + "/members/$ref", body: object{"@odata.id": "urn:x"}, status: 400, code: "InvalidReference", target: "@odata.id", remedy: "directoryObjects"},
		{name: "members and properties together", method: http.MethodPatch, path: assigned, body: with(bind(f.user), "displayName", "New"), status: 400, code: "MembersAndPropertiesTogether", target: "members@odata.bind", remedy: "request of its own"},
		create("a group without a name", "displayName", "", "InvalidDisplayName", "displayName", "name"),
		create("a group's name over 256 characters", "displayName", strings.Repeat("n", 257), "InvalidDisplayName", "displayName", "name"),
		create("a group's description over 1,024 characters", "description", strings.Repeat("n", 1025), "InvalidDescription", "description", "Shorten"),
		create("a mail nickname with a space", "mailNickname", "a b", "InvalidMailNickname", "mailNickname", "letters"),
		create("a group without a mail nickname", "mailNickname", nil, "InvalidMailNickname", "mailNickname", "letters"),
		create("a mail-enabled group", "mailEnabled", true, "MailGroupNotSupported", "mailEnabled", "security group"),
		create("a Microsoft 365 group", "groupTypes", []string{"Unified"}, "MailGroupNotSupported", "mailEnabled", "security group"),
		create("a group that is no security group", "securityEnabled", false, "SecurityGroupRequired", "securityEnabled", "true"),
		create("a group that does not say that it is a security group", "securityEnabled", nil, "SecurityEnabledRequired", "securityEnabled", "true"),
		create("a group for roles", "isAssignableToRole", true, "RoleGroupNotSupported", "isAssignableToRole", "false"),
		create("a group type that does not exist", "groupTypes", []string{"Static"}, "InvalidGroupType", "groupTypes", "DynamicMembership"),
		{name: "an assigned group made dynamic", method: http.MethodPatch, path: assigned, body: object{"groupTypes": []string{"DynamicMembership"}, "membershipRule": `device.displayName -eq "a"`}, status: 400, code: "GroupTypeCannotChange", target: "groupTypes", remedy: "new group"},
		{name: "a group changed to no name", method: http.MethodPatch, path: assigned, body: object{"displayName": ""}, status: 400, code: "InvalidDisplayName", target: "displayName", remedy: "name"},
	}
}
