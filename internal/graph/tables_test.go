package graph_test

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/access"
	"taxiway/internal/graph"
	"taxiway/internal/odata"
	"taxiway/internal/sqlstore"
)

// The property tables may promise no more than the store can do.
func TestThePropertyTablesPromiseWhatTheStoreCanDo(t *testing.T) {
	t.Parallel()
	tables := graph.Tables()
	if len(tables) < 8 {
		t.Fatalf("only %d tables", len(tables))
	}
	checked := 0
	for _, table := range tables {
		name := strings.TrimPrefix(table.Name, "microsoft.graph.")
		if slices.Contains([]string{"directoryRole", "unifiedRoleDefinition", "servicePrincipal", "application", "domain"}, name) {
			continue // this edge lists them itself
		}
		filterable, sortable := sqlstore.FilterableColumns(name), sqlstore.SortableColumns(name)
		if filterable == nil {
			if slices.ContainsFunc(table.Properties, func(p odata.Property) bool { return p.Filter || p.Sort || p.Search }) {
				t.Errorf("%s can be queried and the store does not know it", table.Name)
			}
			continue
		}
		for _, p := range table.Properties {
			if (p.Filter || p.Search) && !filterable[p.Name] {
				t.Errorf("%s/%s is in $filter or $search and the store cannot", name, p.Name)
			}
			if p.Sort && !sortable[p.Name] {
				t.Errorf("%s/%s is in $orderby and the store cannot", name, p.Name)
			}
			checked++
		}
	}
	if checked < 100 {
		t.Errorf("only %d properties checked", checked)
	}
}

// A literal that fits each type of property.
func literal(p *odata.Property) string {
	switch p.Type {
	case odata.Bool:
		return "true"
	case odata.Int:
		return "1"
	case odata.Time:
		return "2026-01-01T00:00:00Z"
	case odata.GUID:
		return "'44444444-4444-4444-8444-444444444444'"
	case odata.Enum:
		return "'" + p.Enum[0] + "'"
	default:
		return "'x'"
	}
}

// Every filter and order that a table allows is asked of the real store.
func TestEveryFilterAndOrderThatIsAllowedIsAnswered(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	registerOne(t, s)
	asked := 0
	for path, table := range graph.Collections() {
		ask := func(option, text string) {
			asked++
			w := send(t, s, everything(), http.MethodGet, "/beta/"+path+"?"+option+"="+url.QueryEscape(text)+"&$count=true", nil, "ConsistencyLevel", "eventual")
			if w.Code != http.StatusOK {
				t.Errorf("%s of %s by %s: %d %s", option, path, text, w.Code, w.Body)
			}
		}
		for i := range table.Properties {
			p := &table.Properties[i]
			switch {
			case p.Filter && p.Type == odata.Strings:
				ask("$filter", p.Name+"/any(x:x eq 'x')")
			case p.Filter && p.Type == odata.String:
				ask("$filter", "contains("+p.Name+",'x') or "+p.Name+" in ('a','b')")
				fallthrough
			case p.Filter:
				ask("$filter", p.Name+" eq "+literal(p))
				ask("$filter", "not ("+p.Name+" ne "+literal(p)+")")
			}
			if p.Sort {
				ask("$orderby", p.Name+" desc")
			}
			if p.Search && p.Type == odata.String {
				ask("$search", `"`+p.Name+`:x"`)
			}
			ask("$select", p.Name)
		}
	}
	if asked < 300 {
		t.Errorf("only %d queries asked", asked)
	}
}

// registerOne puts one of everything into the tenant and tells their ids.
func registerOne(t *testing.T, s *stack) map[string]string {
	t.Helper()
	ids := map[string]string{}
	create := func(name, path string, body any) map[string]any {
		t.Helper()
		w := send(t, s, everything(), http.MethodPost, path, body)
		if w.Code != http.StatusCreated {
			t.Fatalf("create %s: %d %s", name, w.Code, w.Body)
		}
		made := decode[map[string]any](t, w)
		ids[name], _ = made["id"].(string)
		return made
	}
	create("user", "/v1.0/users", map[string]any{"displayName": "Adele Vance", "userPrincipalName": "adele@" + domain, "passwordProfile": map[string]any{"password": firstWord}})
	create("group", "/v1.0/groups", map[string]any{"displayName": "Pilots", "mailNickname": "pilots", "mailEnabled": false, "securityEnabled": true})
	create("deleted", "/v1.0/groups", map[string]any{"displayName": "Pilots of old", "mailNickname": "old", "mailEnabled": false, "securityEnabled": true})
	if w := send(t, s, everything(), http.MethodDelete, "/v1.0/groups/"+ids["deleted"], nil); w.Code != http.StatusNoContent {
		t.Fatalf("delete a group: %d %s", w.Code, w.Body)
	}
	create("profile", "/beta/deviceManagement/windowsAutopilotDeploymentProfiles", map[string]any{"displayName": "Sales laptops"})
	create("assignment", "/beta/deviceManagement/windowsAutopilotDeploymentProfiles/"+ids["profile"]+"/assignments",
		map[string]any{"target": map[string]any{"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": ids["group"]}})
	create("statusPage", "/beta/deviceManagement/deviceEnrollmentConfigurations", map[string]any{"@odata.type": "#microsoft.graph.windows10EnrollmentCompletionPageConfiguration", "displayName": "Sales status page"})
	create("custom", "/v1.0/deviceManagement/deviceConfigurations", map[string]any{
		"@odata.type": "#microsoft.graph.windows10CustomConfiguration", "displayName": "Sales settings",
		"omaSettings": []map[string]any{{"@odata.type": "#microsoft.graph.omaSettingInteger", "omaUri": "./Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera", "value": 0}},
	})
	create("app", "/v1.0/deviceAppManagement/mobileApps", map[string]any{
		"@odata.type": "#microsoft.graph.windowsMobileMSI", "displayName": "Sales app", "productCode": "{12345678-1234-4234-8234-123456789abc}", "productVersion": "1.0",
	})
	row := create("row", "/v1.0/deviceManagement/importedWindowsAutopilotDeviceIdentities", map[string]any{"serialNumber": "PF-001", "hardwareIdentifier": hashOf(t, "PF-001")})
	state, _ := row["state"].(map[string]any)
	ids["pc"], _ = state["deviceRegistrationId"].(string)
	page := decode[struct{ Value []struct{ ID string } }](t, send(t, s, everything(), http.MethodGet, "/v1.0/devices", nil))
	ids["device"] = page.Value[0].ID
	create("roleAssignment", "/v1.0/roleManagement/directory/roleAssignments", map[string]any{"roleDefinitionId": globalReader, "principalId": ids["user"], "directoryScopeId": "/"})
	ids["principal"] = s.app("Importer").principal
	apps := decode[struct{ Value []struct{ ID string } }](t, send(t, s, everything(), http.MethodGet, "/v1.0/applications?$filter=displayName eq 'Importer'", nil))
	ids["application"] = apps.Value[0].ID
	create("grant", "/v1.0/oauth2PermissionGrants", map[string]any{
		"clientId": ids["principal"], "consentType": "Principal", "principalId": ids["user"], "resourceId": access.GraphAppID, "scope": "User.Read Group.Read.All",
	})
	ids["factor"] = s.factor(ids["user"])
	page = decode[struct{ Value []struct{ ID string } }](t, send(t, s, everything(), http.MethodGet, "/v1.0/deviceManagement/auditEvents", nil))
	ids["event"] = page.Value[0].ID
	ids["managed"], ids["deployment"] = s.managed(ids["device"])
	return ids
}
