package graph

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"

	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

// wires is a value of each resource's wire struct, by the name of its table:
// it tells $metadata which properties are lists and what objects consist of.
var wires = map[string]any{
	"windowsAutopilotDeviceIdentity": deviceIdentity{}, "importedWindowsAutopilotDeviceIdentity": importedDevice{}, "windowsAutopilotDeploymentProfile": deploymentProfile{},
	"windowsAutopilotDeploymentProfileAssignment": plainAssignment{}, "enrollmentConfigurationAssignment": plainAssignment{}, "deviceConfigurationAssignment": plainAssignment{},
	"mobileAppAssignment": appAssignment{}, "auditEvent": auditEvent{}, "group": group{}, "device": device{}, "user": user{}, "organization": organization{},
	"deviceRegistrationPolicy": registrationPolicy{}, "mobilityManagementPolicy": mobilityPolicy{}, "managedDevice": managedDevice{}, "deviceManagementAutopilotEvent": autopilotEvent{},
	"deviceEnrollmentConfiguration": configuration{}, "deviceConfiguration": customConfiguration{}, "mobileApp": mobileApp{}, "unifiedRoleDefinition": roleDefinition{}, "application": application{},
}

// derived are the types that stand in @odata.type where the declared type is
// abstract, with that type.
var derived = map[string][]string{
	"windowsAutopilotDeploymentProfile":      {"azureADWindowsAutopilotDeploymentProfile", "activeDirectoryWindowsAutopilotDeploymentProfile"},
	"deviceEnrollmentConfiguration":          {"deviceEnrollmentLimitConfiguration", "deviceEnrollmentPlatformRestrictionsConfiguration", "deviceEnrollmentPlatformRestrictionConfiguration", "deviceEnrollmentWindowsHelloForBusinessConfiguration", "windows10EnrollmentCompletionPageConfiguration"},
	"deviceConfiguration":                    {"windows10CustomConfiguration"},
	"mobileApp":                              {"windowsMobileMSI"},
	"authenticationMethod":                   {"passwordAuthenticationMethod", "softwareOathAuthenticationMethod"},
	"omaSetting":                             {"omaSettingBase64", "omaSettingBoolean", "omaSettingDateTime", "omaSettingFloatingPoint", "omaSettingInteger", "omaSettingString", "omaSettingStringXml"},
	"deviceAndAppManagementAssignmentTarget": {"groupAssignmentTarget", "exclusionGroupAssignmentTarget", "allDevicesAssignmentTarget", "allLicensedUsersAssignmentTarget"},
	"deviceRegistrationMembership":           {"allDeviceRegistrationMembership", "enumeratedDeviceRegistrationMembership", "noDeviceRegistrationMembership"},
	"mobileAppAssignmentSettings":            {"windowsAppXAppAssignmentSettings"},
}

// along tells what a segment below an object leads to, where the name alone
// decides; assignments depend on what is assigned.
func along(parent, name string) odata.Target {
	one := func(t *odata.Table) odata.Target { return odata.Target{Table: t} }
	many := func(t *odata.Table) odata.Target { return odata.Target{Table: t, Many: true} }
	for t, targets := range navigations() {
		if t.Name == odata.SchemaNamespace+"."+parent && targets[name].Table != nil {
			return targets[name]
		}
	}
	switch name {
	case "members", "transitiveMembers":
		return many(memberTable)
	case "owners", "registeredOwners", "registeredUsers", "directReports":
		return many(userTable)
	case "memberOf", "transitiveMemberOf", "includedGroups":
		return many(groupTable)
	case "ownedDevices", "registeredDevices":
		return many(deviceTable)
	case "assignedDevices":
		return many(identityTable)
	case "deployments":
		return many(autopilotEventTable)
	case "manager", "me":
		return one(userTable)
	case "branding":
		return one(brandingTable)
	case "localizations":
		return many(brandingTable)
	case "windowsAutopilotSettings":
		return one(settingsTable)
	case "deviceRegistrationPolicy":
		return one(registrationPolicyTable)
	case "licenseDetails":
		return many(licenseDetailsTable)
	case "directoryObjects", "deletedItems":
		return many(memberTable)
	}
	if t := methodTables[name]; t != nil {
		return many(t)
	}
	return odata.Target{}
}

// parameters are what actions take; those that are not here take nothing.
var parameters = map[string][]odata.SchemaProperty{
	"assignUserToDevice":         texts("userPrincipalName", "addressableUserName"),
	"updateDeviceProperties":     texts("userPrincipalName", "addressableUserName", "groupTag", "displayName"),
	"whatIf":                     texts("groupTag", "userPrincipalName"),
	"reportHardware":             {{Name: "hardwareIdentifier", Type: "Edm.Binary"}},
	"import":                     {{Name: "importedWindowsAutopilotDeviceIdentities", Type: "Collection(microsoft.graph.importedWindowsAutopilotDeviceIdentity)"}},
	"previewAssignments":         append(texts("profileId", "deviceType"), odata.SchemaProperty{Name: "assignments", Type: "Collection(microsoft.graph.windowsAutopilotDeploymentProfileAssignment)"}),
	"explainStatusPage":          texts("windowsAutopilotDeviceIdentityId", "userId"),
	"setPriority":                {{Name: "priority", Type: "Edm.Int32"}},
	"evaluateDynamicMembership":  texts("memberId", "membershipRule"),
	"previewDynamicMembership":   texts("membershipRule"),
	"changePassword":             texts("currentPassword", "newPassword"),
	"resetPassword":              texts("newPassword"),
	"setDeviceName":              texts("deviceName"),
	"deleteDevices":              {{Name: "serialNumbers", Type: "Collection(Edm.String)"}},
	"validateProperties":         texts("entityType", "displayName", "mailNickname", "onBehalfOfUserId"),
	"assignLicense":              {{Name: "addLicenses", Type: "Collection(microsoft.graph.assignedLicense)"}, {Name: "removeLicenses", Type: "Collection(Edm.Guid)"}},
	"wipe":                       append(texts("macOsUnlockCode", "obliterationBehavior"), flags("keepEnrollmentData", "keepUserData", "persistEsimDataPlan", "useProtectedWipe")...),
	"assign enrolment":           {{Name: "enrollmentConfigurationAssignments", Type: "Collection(microsoft.graph.enrollmentConfigurationAssignment)"}},
	"assign deviceConfiguration": {{Name: "assignments", Type: "Collection(microsoft.graph.deviceConfigurationAssignment)"}},
	"assign windowsAutopilotDeploymentProfile": {{Name: "deviceIds", Type: "Collection(Edm.String)"}},
	"assign mobileApp":                         {{Name: "mobileAppAssignments", Type: "Collection(microsoft.graph.mobileAppAssignment)"}},
}

func texts(names ...string) (out []odata.SchemaProperty) {
	for _, n := range names {
		out = append(out, odata.SchemaProperty{Name: n, Type: "Edm.String"})
	}
	return out
}

func flags(names ...string) (out []odata.SchemaProperty) {
	for _, n := range names {
		out = append(out, odata.SchemaProperty{Name: n, Type: "Edm.Boolean"})
	}
	return out
}

// metadata answers $metadata: one document for each version, made once.
func (h *Handler) metadata(c *call) error {
	text, err := h.schemas[c.version()]()
	if err != nil {
		return err
	}
	c.w.Header().Set("Content-Type", "application/xml;charset=utf-8")
	c.w.WriteHeader(http.StatusOK)
	_, _ = c.w.Write(text) // the client may be gone; there is nobody to tell
	return nil
}

// documents makes the document of each version when it is asked for.
func documents() map[string]func() ([]byte, error) {
	return map[string]func() ([]byte, error){
		v1:   sync.OnceValues(func() ([]byte, error) { return schemaOf(v1).XML() }),
		beta: sync.OnceValues(func() ([]byte, error) { return schemaOf(beta).XML() }),
	}
}

// schemaOf describes every route of a version by the tables that answers are
// made of.
func schemaOf(version string) *odata.Schema {
	m := &model{beta: version == beta, Schema: &odata.Schema{Names: map[reflect.Type]string{
		reflect.TypeFor[directory.Change](): "auditProperty", reflect.TypeFor[membership](): "deviceRegistrationMembership",
	}}}
	m.Container.Name = "GraphService"
	object := &odata.SchemaType{Name: "directoryObject", Properties: []odata.SchemaProperty{{Name: "id", Type: "Edm.String"}, {Name: "deletedDateTime", Type: "Edm.DateTimeOffset"}}, Key: &odata.SchemaKey{}}
	object.Key.Ref.Name = "id"
	m.Entities = append(m.Entities, object)
	routes := Routes()
	for i := range routes {
		if r := &routes[i]; r.in(version) && !strings.HasPrefix(r.Path, "$") {
			m.route(r)
		}
	}
	for base, names := range derived {
		if m.Type(base) == nil {
			continue
		}
		slices.Sort(names)
		for _, name := range names {
			m.derive(base, name)
		}
	}
	byName := func(a, b *odata.SchemaType) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(m.Entities, byName)
	slices.SortFunc(m.Complexes, byName)
	return m.Schema
}
