package graph

import (
	"maps"
	"slices"
	"strings"

	"taxiway/internal/odata"
)

// Collections is the property table of every collection that can be listed, by
// its path below the version: what $filter, $orderby, $search and $select may
// name there.
func Collections() map[string]*odata.Table {
	return map[string]*odata.Table{
		identitiesPath: identityTable,
		importsPath:    importedTable,
		profilesPath:   profileTable,
		auditPath:      auditTable,
		"groups":       groupTable,
		"devices":      deviceTable,
		"users":        userTable,
		"organization": organizationTable,
		"domains":      domainTable,
		"applications": applicationTable,
		mdmPath:        mobilityTable,
		mamPath:        mobilityTable,

		rolesPath:           directoryRoleTable,
		definitionsPath:     roleDefinitionTable,
		roleAssignmentsPath: roleAssignmentTable,
		grantsPath:          permissionGrantTable,
		principalsPath:      servicePrincipalTable,
		managedPath:         managedTable,
		autopilotEventsPath: autopilotEventTable,

		configurationsPath: configurationTable,
		customPath:         customTable,
		appsPath:           appTable,
	}
}

// Tables is every property table there is, in the order of their names.
func Tables() []*odata.Table {
	all := append(slices.Collect(maps.Values(Collections())), memberTable, policyStatusTable, settingsTable, profileAssignmentTable, registrationPolicyTable, brandingTable, licenseDetailsTable, enrolmentConfigurations.assign.table, customConfigurations.assign.table, appAssignmentTable)
	all = append(all, slices.Collect(maps.Values(methodTables))...)
	slices.SortFunc(all, func(a, b *odata.Table) int { return strings.Compare(a.Name, b.Name) })
	return slices.Compact(all) // two collections may share a table
}
