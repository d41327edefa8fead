package storetest

import "taxiway/internal/odata"

// The property tables of the suites; the Graph edge has its own.

func table(name string, ps ...odata.Property) *odata.Table {
	for i := range ps {
		ps[i].Filter, ps[i].Sort, ps[i].Search = true, true, true
	}
	return &odata.Table{Name: name, Properties: ps}
}

func props(t odata.Type, names ...string) []odata.Property {
	ps := make([]odata.Property, len(names))
	for i, n := range names {
		ps[i] = odata.Property{Name: n, Type: t}
	}
	return ps
}

func join(lists ...[]odata.Property) (all []odata.Property) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

var (
	deviceTable = table("device identity", join(
		props(odata.GUID, "id", "azureActiveDirectoryDeviceId", "managedDeviceId"),
		props(odata.String, "serialNumber", "groupTag", "purchaseOrderIdentifier", "manufacturer", "model", "userPrincipalName", "displayName", "resourceName"),
		props(odata.Time, "lastContactedDateTime", "deploymentProfileAssignedDateTime"),
		[]odata.Property{
			{Name: "enrollmentState", Type: odata.Enum, Enum: []string{"unknown", "enrolled", "pendingReset", "failed", "notContacted", "blocked"}},
			{Name: "deploymentProfileAssignmentStatus", Type: odata.Enum, Enum: statusOrder},
			{Name: "remediationState", Type: odata.Enum, Enum: []string{"unknown", "noRemediationRequired", "automaticRemediationRequired", "manualRemediationRequired"}},
		})...)

	objectTable = table("device", join(
		props(odata.String, "id"),
		props(odata.GUID, "deviceId"),
		props(odata.String, "displayName", "operatingSystem", "trustType", "manufacturer", "enrollmentProfileName"),
		props(odata.Bool, "accountEnabled"),
		props(odata.Time, "createdDateTime", "approximateLastSignInDateTime"),
		props(odata.Strings, "physicalIds"))...)

	groupTable = table("group", join(
		props(odata.GUID, "id"),
		props(odata.String, "displayName", "description", "mailNickname", "membershipRule"),
		props(odata.Bool, "securityEnabled", "mailEnabled"),
		props(odata.Time, "createdDateTime"),
		props(odata.Strings, "groupTypes"),
		[]odata.Property{
			{Name: "membershipRuleProcessingState", Type: odata.Enum, Enum: []string{"On", "Paused"}},
			{Name: "membershipType", Type: odata.Enum, Enum: []string{"Assigned", "DynamicUser", "DynamicDevice"}},
		})...)

	memberTable = table("directory object", join(
		props(odata.GUID, "id", "deviceId"),
		props(odata.String, "displayName", "userPrincipalName"),
		props(odata.Bool, "accountEnabled"),
		[]odata.Property{{Name: "memberKind", Type: odata.Enum, Enum: []string{"user", "device", "group"}}})...)

	importTable = table("import row", join(
		props(odata.GUID, "id", "state/deviceRegistrationId"),
		props(odata.String, "serialNumber", "groupTag", "importId", "state/deviceErrorName"),
		props(odata.Int, "state/deviceErrorCode"),
		[]odata.Property{{Name: "state/deviceImportStatus", Type: odata.Enum, Enum: []string{"unknown", "pending", "partial", "complete", "error"}}})...)

	profileTable = table("profile", join(
		props(odata.GUID, "id"),
		props(odata.String, "displayName", "description", "locale"),
		props(odata.Bool, "preprovisioningAllowed"),
		props(odata.Time, "createdDateTime", "lastModifiedDateTime"),
		props(odata.Strings, "roleScopeTagIds"))...)

	roleTable = table("role assignment", props(odata.GUID, "id", "principalId", "roleDefinitionId")...)

	permissionGrantTable = table("permission grant", join(
		props(odata.GUID, "id", "clientId", "principalId"),
		props(odata.String, "consentType"))...)

	auditTable = table("audit event", join(
		props(odata.GUID, "id", "correlationId"),
		props(odata.String, "activity", "category", "actor/userPrincipalName"),
		props(odata.Time, "activityDateTime"))...)
)
