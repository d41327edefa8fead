package servertest_test

import (
	"net/http"
	"strings"
)

func (f *field) badPolicies() []refusal {
	bad := func(name, method, path string, body any, code, target, says, remedy string) refusal {
		return refusal{name: name, method: method, path: path, body: body, status: 400, code: code, target: target, says: says, remedy: remedy}
	}
	page := func(name, property string, value any, code, target, says, remedy string) refusal {
		return bad(name, http.MethodPost, screens, with(statusPage("Bad"), property, value), code, target, says, remedy)
	}
	change := func(name, property string, value any, code, target, says, remedy string) refusal {
		return bad(name, http.MethodPatch, screens+"/"+f.statusPage, object{property: value}, code, target, says, remedy)
	}
	other := func(name, kind, property string, value any, code, target, says, remedy string) refusal {
		return bad(name, http.MethodPost, screens, object{"@odata.type": "#microsoft.graph.deviceEnrollment" + kind, "displayName": "Bad", property: value}, code, target, says, remedy)
	}
	assign := func(name string, list any, code, target, says, remedy string) refusal {
		return bad(name, http.MethodPost, screens+"/"+f.statusPage+"/assign", object{"enrollmentConfigurationAssignments": list}, code, target, says, remedy)
	}
	own := screens + "/" + f.ID + "_Default"
	const group, exclusion, first = "groupAssignmentTarget", "exclusionGroupAssignmentTarget", "enrollmentConfigurationAssignments/0/target"
	missing := func(name, method, path string, body any) refusal {
		return refusal{name: name, method: method, path: path, body: body, status: 404, code: "ResourceNotFound", target: "id", says: "no enrollment configuration", remedy: "List deviceEnrollmentConfigurations"}
	}
	filtered := func(g string) object {
		inner, _ := target(group, g)["target"].(object)
		return object{"target": with(inner, "deviceAndAppManagementAssignmentFilterType", "include")}
	}
	return []refusal{
		page("a status page without a type", "@odata.type", nil, "InvalidConfigurationType", "@odata.type", "''", "windows10EnrollmentCompletionPageConfiguration"),
		page("a status page of an unknown type", "@odata.type", "#microsoft.graph.other", "InvalidConfigurationType", "@odata.type", "other", "deviceEnrollmentLimitConfiguration"),
		page("a status page without a name", "displayName", nil, "NameRequired", "displayName", "no name", "1 to 200"),
		page("a status page with a name over 200 characters", "displayName", strings.Repeat("é", 201), "NameTooLong", "displayName", "200", "Shorten"),
		page("a status page with a description over 1,500 characters", "description", strings.Repeat("é", 1501), "DescriptionTooLong", "description", "1,500", "Shorten"),
		page("a status page that waits for no time", "installProgressTimeoutInMinutes", 0, "InvalidTimeout", "installProgressTimeoutInMinutes", "0 minutes", "60"),
		page("a status page that waits for over a day", "installProgressTimeoutInMinutes", "1441", "InvalidTimeout", "installProgressTimeoutInMinutes", "1441 minutes", "1440"),
		page("a status page that waits for some time", "installProgressTimeoutInMinutes", "long", "InvalidPropertyValue", "installProgressTimeoutInMinutes", "whole number", "whole number"),
		page("a status page that is shown perhaps", "showInstallationProgress", "perhaps", "InvalidPropertyValue", "showInstallationProgress", "true or false", "true or false"),
		page("a message over 10,000 characters", "customErrorMessage", strings.Repeat("x", 10_001), "ErrorMessageTooLong", "customErrorMessage", "10,000", "Shorten"),
		page("an app that is not there selected", "selectedMobileAppIds", []string{unknownID}, "SelectedAppNotFound", "selectedMobileAppIds/0", unknownID, "List the apps"),
		page("an app selected twice", "selectedMobileAppIds", []string{unknownID, unknownID}, "AppSelectedTwice", "selectedMobileAppIds/1", unknownID, "once"),
		page("apps that are no list", "selectedMobileAppIds", "all", "InvalidPropertyValue", "selectedMobileAppIds", "list of texts", "list of texts"),
		page("101 apps selected", "selectedMobileAppIds", strings.Split(strings.Repeat(unknownID+" ", 101), " ")[:101], "TooManySelectedApps", "selectedMobileAppIds", "101 apps", "fewer"),
		page("a setting that status pages do not have", "showInstallProgress", true, "UnknownProperty", "showInstallProgress", "showInstallProgress", "showInstallationProgress"),
		bad("apps selected without blocking", http.MethodPatch, screens+"/"+f.statusPage, object{"blockDeviceSetupRetryByUser": true, "selectedMobileAppIds": []string{unknownID}}, "SelectedAppsNeedBlocking", "selectedMobileAppIds", "not blocked", "blockDeviceSetupRetryByUser false"),
		change("a status page changed to an empty name", "displayName", " ", "NameRequired", "displayName", "no name", "1 to 200"),
		change("a status page's name that is a number", "displayName", 5, "InvalidPropertyValue", "displayName", "text", "text"),
		change("a status page made a limit", "@odata.type", "#microsoft.graph.deviceEnrollmentLimitConfiguration", "TypeCannotChange", "@odata.type", "stays one", "new object"),
		change("a setting of a limit in a status page", "limit", 5, "UnknownProperty", "limit", "limit", "Leave"),
		other("a limit of none", "LimitConfiguration", "limit", 0, "InvalidLimit", "limit", "0 is not", "1 to 15"),
		other("a limit over 15", "LimitConfiguration", "limit", "16", "InvalidLimit", "limit", "16 is not", "1 to 15"),
		other("a lowest version that is none", "PlatformRestrictionsConfiguration", "windowsRestriction", object{"osMinimumVersion": "22H2"}, "InvalidVersion", "windowsRestriction/osMinimumVersion", "22H2", "10.0.22631.1"),
		other("versions the wrong way round", "PlatformRestrictionsConfiguration", "windowsRestriction", object{"osMinimumVersion": "10.0.26100", "osMaximumVersion": "10.0.22631"}, "VersionsCrossed", "windowsRestriction/osMinimumVersion", "10.0.26100", "Exchange"),
		other("manufacturers blocked for Windows", "PlatformRestrictionsConfiguration", "windowsRestriction", object{"blockedManufacturers": []string{"Contoso"}}, "NotForWindows", "windowsRestriction/blockedManufacturers", "blockedManufacturers", "empty list"),
		other("an unknown part of a restriction", "PlatformRestrictionsConfiguration", "iosRestriction", object{"blocked": true}, "UnknownProperty", "iosRestriction/blocked", "blocked", "Leave"),
		other("a restriction of no platform", "PlatformRestrictionConfiguration", "platformRestriction", object{"platformBlocked": true}, "InvalidPlatform", "platformType", "''", "windows"),
		other("a restriction of an unknown platform", "PlatformRestrictionConfiguration", "platformType", "beos", "InvalidPlatform", "platformType", "beos", "windows"),
		other("a Hello state that does not exist", "WindowsHelloForBusinessConfiguration", "state", "on", "InvalidHelloSetting", "state", "'on'", "enabled"),
		other("a PIN of three digits", "WindowsHelloForBusinessConfiguration", "pinMinimumLength", 3, "InvalidHelloSetting", "pinMinimumLength", "'3'", "4 to 127"),

		bad("the default status page deleted", http.MethodDelete, own+"Windows10EnrollmentCompletionPageConfiguration", nil, "DefaultCannotBeDeleted", "id", "cannot be deleted", "settings"),
		bad("the default limit assigned", http.MethodPost, own+"Limit/assign", object{"enrollmentConfigurationAssignments": []object{}}, "DefaultCannotBeAssigned", "id", "everybody", "another"),
		bad("the default restriction put first", http.MethodPost, own+"PlatformRestrictions/setPriority", object{"priority": 1}, "DefaultHasNoPriority", "priority", "last", "another"),
		bad("the default status page called otherwise", http.MethodPatch, own+"Windows10EnrollmentCompletionPageConfiguration", object{"displayName": "Mine"}, "DefaultNameIsFixed", "displayName", "All users and all devices", "Leave displayName out"),
		bad("the default limit changed to none", http.MethodPatch, own+"Limit", object{"limit": 0}, "InvalidLimit", "limit", "0 is not", "1 to 15"),

		bad("a place behind the last", http.MethodPost, screens+"/"+f.statusPage+"/setPriority", object{"priority": 2}, "PriorityOutOfRange", "priority", "between 1 and 1", "from 1"),
		bad("a place before the first", http.MethodPost, screens+"/"+f.statusPage+"/setPriority", object{"priority": "0"}, "PriorityOutOfRange", "priority", "between 1 and 1", "from 1"),
		bad("no place", http.MethodPost, screens+"/"+f.statusPage+"/setPriority", object{}, "PriorityRequired", "priority", "no priority", "Send priority"),
		bad("a place that is no number", http.MethodPost, screens+"/"+f.statusPage+"/setPriority", object{"priority": "first"}, "InvalidPropertyValue", "priority", "whole number", "whole number"),

		bad("an assignment without a list", http.MethodPost, screens+"/"+f.statusPage+"/assign", object{}, "AssignmentsRequired", "enrollmentConfigurationAssignments", "no list", "empty"),
		bad("assignments under another name", http.MethodPost, screens+"/"+f.statusPage+"/assign", object{"assignments": []object{}}, "UnknownProperty", "assignments", "assignments", "Leave"),
		assign("a status page for an unknown group", []object{target(group, unknownID)}, "GroupNotFound", first+"/groupId", unknownID, "List the groups"),
		assign("a status page for another tenant's group", []object{target(group, f.fabrikam.group)}, "GroupNotFound", first+"/groupId", f.fabrikam.group, "List the groups"),
		assign("a status page kept from no group", []object{target(exclusion, "")}, "InvalidGroupID", first+"/groupId", "''", "GUID"),
		assign("a status page for a user as group", []object{target(group, f.user)}, "GroupNotFound", first+"/groupId", f.user, "List the groups"),
		assign("a status page for the same group twice", []object{target(group, f.group), target(group, f.group)}, "AssignedTwice", "enrollmentConfigurationAssignments/1/target/groupId", "twice", "once"),
		assign("a group that is included and excluded", []object{target(exclusion, f.group), target(group, f.group)}, "IncludedAndExcluded", "enrollmentConfigurationAssignments/1/target/groupId", f.group, "one of the two"),
		assign("a collection of Configuration Manager", []object{target("configurationManagerCollectionAssignmentTarget", "")}, "InvalidTarget", first+"/@odata.type", "configurationManager", "groupAssignmentTarget"),
		assign("a status page with an assignment filter", []object{filtered(f.group)}, "AssignmentFilterNotSupported", first+"/deviceAndAppManagementAssignmentFilterType", "filter", "dynamic group"),
		assign("a status page's assignment without a target", []object{{}}, "TargetRequired", first, "no target", "groupAssignmentTarget"),
		assign("assignments that are a text", "all", "InvalidPropertyValue", "enrollmentConfigurationAssignments", "list of objects", "list of objects"),

		missing("a status page by its bare id", http.MethodGet, screens+"/"+strings.Split(f.statusPage, "_")[0], nil),
		missing("a status page as a limit", http.MethodGet, screens+"/"+strings.Split(f.statusPage, "_")[0]+"_Limit", nil),
		missing("a custom configuration among status pages", http.MethodPatch, screens+"/"+f.custom, object{"description": "x"}),
		missing("another tenant's default limit", http.MethodPatch, screens+"/"+f.fabrikam.ID+"_DefaultLimit", object{"limit": 1}),
		missing("an id that is none", http.MethodDelete, screens+"/all", nil),
	}
}

func (f *field) badSettings() []refusal {
	send := func(name, property string, value any, code, target, says, remedy string) refusal {
		s := with(object{"@odata.type": "#microsoft.graph.omaSettingInteger", "omaUri": "./Device/Vendor/MSFT/A/B", "value": 1}, property, value)
		body := customSettings("Bad")
		body["omaSettings"] = []object{s}
		return refusal{name: name, method: http.MethodPost, path: customs, body: body, status: 400, code: code, target: "omaSettings/0/" + target, says: says, remedy: remedy}
	}
	whole := func(name, property string, value any, code, target, says, remedy string) refusal {
		return refusal{name: name, method: http.MethodPost, path: customs, body: with(customSettings("Bad"), property, value), status: 400, code: code, target: target, says: says, remedy: remedy}
	}
	setting := object{"@odata.type": "#microsoft.graph.omaSettingInteger", "omaUri": "./Device/Vendor/MSFT/A/B", "value": 1}
	return []refusal{
		whole("a device configuration of another type", "@odata.type", "#microsoft.graph.windows10GeneralConfiguration", "InvalidConfigurationType", "@odata.type", "windows10GeneralConfiguration", "windows10CustomConfiguration"),
		whole("a custom configuration without settings", "omaSettings", []object{}, "SettingsRequired", "omaSettings", "no settings", "omaUri"),
		whole("settings that are no list", "omaSettings", "x", "InvalidPropertyValue", "omaSettings", "list of objects", "list of objects"),
		whole("a node that is set twice", "omaSettings", []object{setting, setting}, "SettingTwice", "omaSettings/1/omaUri", "twice", "once"),
		whole("a custom configuration without a name", "displayName", nil, "NameRequired", "displayName", "no name", "1 to 200"),
		whole("an applicability rule", "deviceManagementApplicabilityRuleOsEdition", object{"ruleType": "include"}, "ApplicabilityRuleNotSupported", "deviceManagementApplicabilityRuleOsEdition", "no applicability rules", "dynamic group"),
		whole("an unknown property of a custom configuration", "omaSetings", []object{}, "UnknownProperty", "omaSetings", "omaSetings", "omaSettings"),
		send("a setting of no type", "@odata.type", nil, "InvalidSettingType", "@odata.type", "''", "omaSettingString"),
		send("a setting of an unknown type", "@odata.type", "#microsoft.graph.omaSettingDecimal", "InvalidSettingType", "@odata.type", "Decimal", "omaSettingString"),
		send("a setting without a path", "omaUri", nil, "InvalidOMAURI", "omaUri", "''", "./Device"),
		send("a setting with a path of another kind", "omaUri", "HKLM/Software", "InvalidOMAURI", "omaUri", "HKLM/Software", "./Device"),
		send("a setting without a value", "value", nil, "ValueRequired", "value", "no value", "Send a value"),
		send("a number that is a word", "value", "one", "InvalidPropertyValue", "value", "whole number", "whole number"),
		send("a number of more than 32 bits", "value", 1<<40, "InvalidValue", "value", "32 bits", "32 bits"),
		whole("a text with a character that no message carries", "omaSettings", []object{{"@odata.type": "#microsoft.graph.omaSettingString", "omaUri": "./Device/Vendor/MSFT/A/B", "value": "a\u0001b"}}, "InvalidValue", "omaSettings/0/value", "control characters", "control characters"),
		send("a secret number", "isEncrypted", true, "SecretNeedsText", "isEncrypted", "text", "isEncrypted false"),
		send("an unknown property of a setting", "uri", "x", "UnknownProperty", "uri", "uri", "Leave"),
		{name: "a custom configuration for an unknown group", method: http.MethodPost, path: customs + "/" + f.custom + "/assign", body: object{"assignments": []object{target("groupAssignmentTarget", unknownID)}}, status: 400, code: "GroupNotFound", target: "assignments/0/target/groupId", says: unknownID, remedy: "List the groups"},
		{name: "a status page among device configurations", method: http.MethodGet, path: customs + "/" + f.statusPage, status: 404, code: "ResourceNotFound", target: "id", says: "no device configuration", remedy: "List deviceConfigurations"},
	}
}
