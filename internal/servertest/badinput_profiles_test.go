package servertest_test

import (
	"net/http"
	"slices"
	"strings"
)

func (f *field) badProfiles() []refusal {
	create := func(name, property string, value any, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: profiles, body: with(tutorialProfile("Bad"), property, value), status: 400, code: code, target: target, says: says, remedy: remedy}
	}
	template := func(name, value, says, remedy string) refusal {
		return create(name, "deviceNameTemplate", value, "InvalidDeviceNameTemplate", "deviceNameTemplate", says, remedy)
	}
	change := func(name, property string, value any, code, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPatch, path: profiles + "/" + f.spare, body: object{"@odata.type": tutorialProfile("")["@odata.type"], property: value}, status: 400, code: code, target: property, says: says, remedy: remedy}
	}
	oobe := func(property string, value any) object {
		settings, _ := tutorialProfile("")["outOfBoxExperienceSetting"].(object)
		return with(settings, property, value)
	}
	const settings = "outOfBoxExperienceSetting"
	return []refusal{
		create("a profile without a name", "displayName", nil, "ProfileNameRequired", "displayName", "no name", "1 to 200"),
		create("a profile with an empty name", "displayName", "", "ProfileNameRequired", "displayName", "no name", "1 to 200"),
		create("a profile with a name of blanks", "displayName", "   ", "ProfileNameRequired", "displayName", "no name", "1 to 200"),
		create("a profile's name over 200 characters", "displayName", strings.Repeat("é", 201), "ProfileNameTooLong", "displayName", "200", "Shorten"),
		create("a profile's description over 1,500 characters", "description", strings.Repeat("é", 1501), "ProfileDescriptionTooLong", "description", "1,500", "Shorten"),
		change("a profile changed to an empty name", "displayName", "", "ProfileNameRequired", "no name", "1 to 200"),
		change("a profile changed to a name over 200 characters", "displayName", strings.Repeat("n", 201), "ProfileNameTooLong", "200", "Shorten"),
		template("a template with an unknown macro", "%MODEL%-1", "%MODEL% at character 1", "%SERIAL%"),
		template("a template with a space", "PC %SERIAL%", "Character 3", "hyphens"),
		template("a template with an underscore", "PC_1", "Character 3", "hyphens"),
		template("a template of 16 characters", "ABCDEFGHIJKLMNOP", "16 characters", "Shorten"),
		template("a template that leaves the serial no room", "ABCDEFGHIJKLMNO%SERIAL%", "no room", "Shorten"),
		template("a template that can only give digits", "1234%RAND:3%", "digits", "Add a letter"),
		template("a template with no random digits", "PC-%RAND:0%", "'0'", "1 to 15"),
		template("a template with 16 random digits", "%RAND:16%", "'16'", "1 to 15"),
		template("a template with an unclosed macro", "PC-%SERIAL", "character 4", "%SERIAL%"),
		template("a template with the serial twice", "%SERIAL%%SERIAL%", "more than once", "once"),
		change("a profile changed to a bad template", "deviceNameTemplate", "12345", "InvalidDeviceNameTemplate", "digits", "Add a letter"),
		{
			name: "a template on a hybrid profile", method: http.MethodPost, path: profiles, status: 400, code: "NameTemplateNotForHybrid", target: "deviceNameTemplate", says: "hybrid", remedy: "empty",
			body: with(with(tutorialProfile("Bad"), "@odata.type", "#microsoft.graph.activeDirectoryWindowsAutopilotDeploymentProfile"), "deviceNameTemplate", "PC-%SERIAL%"),
		},
		create("a language that is none", "locale", "english please", "InvalidLocale", "locale", "english please", "Operating system default"),
		create("a device type that does not exist", "deviceType", "toaster", "InvalidDeviceType", "deviceType", "toaster", "windowsPc"),
		create("a profile type that does not exist", "@odata.type", "#microsoft.graph.otherProfile", "InvalidProfileType", "@odata.type", "", "two types"),
		create("a user account type that does not exist", settings, oobe("userType", "guest"), "InvalidUserType", settings+"/userType", "guest", "standard"),
		create("a user account type on a self-deploying profile", settings, oobe("deviceUsageType", "shared"), "UserTypeNotForShared", settings+"/userType", "self-deploying", "Leave userType out"),
		create("a deployment mode that does not exist", settings, oobe("deviceUsageType", "kiosk"), "InvalidDeviceUsageType", settings+"/deviceUsageType", "kiosk", "singleUser"),
		create("an unknown out-of-box setting", settings, oobe("eulaHiden", true), "UnknownProperty", settings+"/eulaHiden", "eulaHiden", "eulaHidden"),
		create("an out-of-box setting of another type", settings, oobe("eulaHidden", "yes"), "InvalidPropertyValue", settings+"/eulaHidden", "eulaHidden", "true"),
		{name: "a profile that is assigned to a group deleted", method: http.MethodDelete, path: profiles + "/" + f.profile, status: 400, code: "ProfileIsAssigned", target: "assignments", says: "is assigned to 'Sales PCs of Contoso' and cannot be deleted", remedy: "Remove its assignments"},
		{name: "a profile that is assigned to all devices deleted", method: http.MethodDelete, path: profiles + "/" + f.all, status: 400, code: "ProfileIsAssigned", target: "assignments", says: "is assigned to All devices and", remedy: "Remove its assignments"},
		{name: "a profile with an exclusion deleted", method: http.MethodDelete, path: profiles + "/" + f.excluding, status: 400, code: "ProfileIsAssigned", target: "assignments", says: "'Sales PCs of Contoso' (excluded)", remedy: "Remove its assignments"},
	}
}

func (f *field) badAssignments() []refusal {
	assign := func(name, profile string, body any, status int, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: profiles + "/" + profile + "/assignments", body: body, status: status, code: code, target: target, says: says, remedy: remedy}
	}
	devices := func(name, profile string, body any, status int, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: profiles + "/" + profile + "/assign", body: body, status: status, code: code, target: target, says: says, remedy: remedy}
	}
	const ids = "deviceIds"
	const group, exclusion, everyone = "groupAssignmentTarget", "exclusionGroupAssignmentTarget", "allDevicesAssignmentTarget"
	return []refusal{
		assign("a second profile for all devices", f.spare, target(everyone, ""), 400, "AllDevicesAlreadyAssigned", "target", "Another profile, 'Everyone profile of Contoso' ("+f.all+")", "Remove that assignment"),
		assign("an exclusion beside all devices", f.all, target(exclusion, f.group), 400, "ExclusionWithAllDevices", "target", "'Everyone profile of Contoso'", "remove the exclusion"),
		assign("all devices beside an exclusion", f.excluding, target(everyone, ""), 400, "ExclusionWithAllDevices", "target", "'Excluding profile of Contoso'", "remove the exclusion"),
		assign("a profile assigned to an unknown group", f.spare, target(group, unknownID), 400, "GroupNotFound", "target/groupId", unknownID, "List the groups"),
		assign("a profile with an unknown excluded group", f.spare, target(exclusion, unknownID), 400, "GroupNotFound", "target/groupId", unknownID, "List the groups"),
		assign("a group of another tenant", f.spare, target(group, f.fabrikam.group), 400, "GroupNotFound", "target/groupId", f.fabrikam.group, "List the groups"),
		assign("a group id that is none", f.spare, target(group, "Sales"), 400, "GroupNotFound", "target/groupId", "'sales'", "List the groups"),
		assign("a group target without a group", f.spare, target(group, ""), 400, "GroupNotFound", "target/groupId", "''", "List the groups"),
		assign("a user as group", f.spare, target(group, f.user), 400, "GroupNotFound", "target/groupId", f.user, "List the groups"),
		assign("an assignment without target", f.spare, object{}, 400, "TargetRequired", "target", "no target", "groupAssignmentTarget"),
		assign("a target that profiles do not have", f.spare, target("allLicensedUsersAssignmentTarget", ""), 400, "InvalidTarget", "target/@odata.type", "", "allDevicesAssignmentTarget"),
		assign("an assignment that is there already", f.profile, target(group, f.dynamic), 409, "AssignmentExists", "target", "", "Leave it"),
		assign("an assignment filter", f.spare, object{"target": with(target(group, f.group)["target"].(object), "deviceAndAppManagementAssignmentFilterType", "include")}, 400, "AssignmentFilterNotSupported", "target/deviceAndAppManagementAssignmentFilterType", "filter", "dynamic group"),
		assign("an unknown property of a target", f.spare, object{"target": with(target(group, f.group)["target"].(object), "groupID2", "x")}, 400, "UnknownProperty", "target/groupID2", "groupID2", "groupId"),
		{name: "an assignment that is not there removed", method: http.MethodDelete, path: profiles + "/" + f.spare + "/assignments/" + f.spare + "_" + f.group + "_0", status: 404, code: "ResourceNotFound", target: "id", says: f.group, remedy: "List"},
		devices("a profile assigned to no device", f.spare, object{ids: []string{}}, 400, "NoDevices", ids, "names no device", "Send the ids"),
		devices("a profile assigned without devices", f.spare, object{}, 400, "NoDevices", ids, "names no device", "Send the ids"),
		devices("a profile assigned to 501 devices", f.spare, object{ids: slices.Repeat([]string{f.identity}, 501)}, 400, "TooManyDevices", ids, "501", "several requests"),
		devices("one unknown device among those a profile is assigned to", f.spare, object{ids: []string{f.identity, unknownID}}, 400, "DeviceNotFound", ids, unknownID, "List windowsAutopilotDeviceIdentities"),
		devices("a device of another tenant given a profile", f.spare, object{ids: []string{f.fabrikam.identity}}, 400, "DeviceNotFound", ids, f.fabrikam.identity, "List windowsAutopilotDeviceIdentities"),
		devices("a device object given a profile", f.spare, object{ids: []string{f.device}}, 400, "DeviceNotFound", ids, f.device, "List windowsAutopilotDeviceIdentities"),
		devices("a device id that is none", f.spare, object{ids: []string{"PC 1"}}, 400, "DeviceNotFound", ids, "pc 1", "List windowsAutopilotDeviceIdentities"),
		devices("devices that are no list", f.spare, object{ids: f.identity}, 400, "InvalidPropertyValue", ids, ids, "list"),
		devices("a misspelt parameter of assign", f.spare, object{"deviceId": []string{f.identity}}, 400, "UnknownProperty", "deviceId", "'deviceId'", ids),
		devices("devices given an unknown profile", unknownID, object{ids: []string{f.identity}}, 404, "ResourceNotFound", "id", unknownID, "List windowsAutopilotDeploymentProfiles"),
	}
}
