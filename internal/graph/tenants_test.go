package graph_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/graph"
)

// keyOf says which object the key of a collection names.
var keyOf = map[string]string{
	"windowsAutopilotDeviceIdentities":         "pc",
	"importedWindowsAutopilotDeviceIdentities": "row",
	"windowsAutopilotDeploymentProfiles":       "profile",
	"assignments":                              "assignment",
	"auditEvents":                              "event",
	"groups":                                   "group",
	"members":                                  "user",
	"owners":                                   "user",
	"devices":                                  "device",
	"users":                                    "user",
	"directoryObjects":                         "device",
	"organization":                             "tenant",
	"includedGroups":                           "group",
	"roleAssignments":                          "roleAssignment",
	"oauth2PermissionGrants":                   "grant",
	"servicePrincipals":                        "principal",
	"applications":                             "application",
	"domains":                                  "domain",
	"softwareOathMethods":                      "factor",
	"deviceEnrollmentConfigurations":           "statusPage",
	"deviceConfigurations":                     "custom",
	"managedDevices":                           "managed",
	"autopilotEvents":                          "deployment",
	"mobileApps":                               "app",
	"deletedItems":                             "deleted",
}

// ownEverywhere are collections whose one object has the same id in every
// tenant: behind that id everyone finds their own.
var ownEverywhere = map[string]string{
	"mobileDeviceManagementPolicies": "0000000a-0000-0000-c000-000000000000",
	"mobileAppManagementPolicies":    "0000000a-0000-0000-c000-000000000000",
	"directoryRoles":                 globalReader,
	"roleDefinitions":                globalReader,
	"methods":                        passwordID,
	"passwordMethods":                passwordID,
	"localizations":                  "0",
	"getAuditActivityTypes":          "group",
}

// bodyReaches are routes where what the body names is another tenant's.
var bodyReaches = []string{"groups/evaluateDynamicMembership", "roleManagement/directory/roleAssignments", "deviceManagement/deviceEnrollmentConfigurations/explainStatusPage", "deviceManagement/windowsAutopilotDeploymentProfiles/previewAssignments"}

// bodies are valid bodies for the routes that would change something.
var bodies = map[string]string{
	"POST assignUserToDevice":        `{"userPrincipalName":"adele@contoso.example","addressableUserName":"x"}`,
	"POST updateDeviceProperties":    `{"groupTag":"stolen"}`,
	"POST reportHardware":            `{"hardwareIdentifier":"${hash}"}`,
	"POST validateProperties":        `{"displayName":"x"}`,
	"POST assignments":               `{"target":{"@odata.type":"#microsoft.graph.allDevicesAssignmentTarget"}}`,
	"POST $ref":                      `{"@odata.id":"https://graph.microsoft.com/v1.0/directoryObjects/${user}"}`,
	"POST evaluateDynamicMembership": `{"memberId":"${device}","membershipRule":"device.deviceModel -eq \"x\""}`,
	"POST explainStatusPage":         `{"windowsAutopilotDeviceIdentityId":"${pc}"}`,
	"POST whatIf":                    `{"groupTag":"x"}`,
	"POST previewAssignments":        `{"profileId":"${profile}","assignments":[]}`,
	"POST roleAssignments":           `{"roleDefinitionId":"` + globalReader + `","principalId":"${user}","directoryScopeId":"/"}`,
	"POST assignLicense":             `{"addLicenses":[],"removeLicenses":[]}`,
	"POST wipe":                      `{"keepUserData":true}`,
	"POST setDeviceName":             `{"deviceName":"STOLEN"}`,
	"POST assign":                    `{"enrollmentConfigurationAssignments":[]}`,
	"POST setPriority":               `{"priority":1}`,
	"PATCH":                          `{"displayName":"STOLEN"}`,
}

// bodyOf is the body that a route takes, nil when it takes none.
func bodyOf(r *graph.Route, ids map[string]string) any {
	body := bodies[r.Method+" "+r.Path[strings.LastIndexByte(r.Path, '/')+1:]]
	if strings.HasPrefix(r.Path, "deviceManagement/deviceConfigurations") {
		body = strings.ReplaceAll(body, "enrollmentConfigurationAssignments", "assignments")
	}
	if r.Method == http.MethodPost && strings.HasPrefix(r.Path, "deviceManagement/windowsAutopilotDeploymentProfiles") && strings.HasSuffix(r.Path, "/assign") {
		body = `{"deviceIds":["${pc}"]}`
	}
	if strings.HasPrefix(r.Path, "deviceAppManagement/mobileApps") {
		body = strings.ReplaceAll(body, "enrollmentConfigurationAssignments", "mobileAppAssignments")
	}
	if strings.HasSuffix(r.Path, "includedGroups/$ref") {
		body = strings.ReplaceAll(body, "${user}", "${group}")
	}
	if body == "" {
		body = bodies[r.Method]
	}
	if body == "" {
		return nil
	}
	for name, id := range ids {
		body = strings.ReplaceAll(body, "${"+name+"}", id)
	}
	return body
}

func TestNoRouteReachesAnObjectOfAnotherTenant(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	ids := registerOne(t, s)
	ids["tenant"], ids["hash"], ids["domain"] = tenant, hashOf(t, "PF-001"), domain
	before := snapshot(t, s)
	tried := 0
	routes := graph.Routes()
	for i := range routes {
		r := &routes[i]
		reaches := r.Method == http.MethodPost && (slices.Contains(bodyReaches, r.Path) || strings.HasSuffix(r.Path, "$ref"))
		if !strings.Contains(r.Path, "{") && !reaches {
			continue
		}
		parts := strings.Split(r.Path, "/")
		foreign := false
		for j, part := range parts {
			if strings.HasPrefix(part, "{") {
				if id := ownEverywhere[parts[j-1]]; id != "" {
					parts[j] = id
					continue
				}
				foreign = true
				id, ok := ids[keyOf[parts[j-1]]]
				if !ok || id == "" {
					t.Fatalf("%s: no object for the key behind %s", r.Path, parts[j-1])
				}
				parts[j] = id
			}
		}
		if !foreign && !reaches {
			continue // the caller's own
		}
		sent := bodyOf(r, ids)
		for _, v := range versions(r) {
			path := v + strings.Join(parts, "/")
			w := send(t, s, stranger(), r.Method, path, sent, "ConsistencyLevel", "eventual")
			tried++
			if w.Code != http.StatusNotFound {
				t.Errorf("%s %s as another tenant: %d %s", r.Method, path, w.Code, w.Body)
			}
			for _, secret := range []string{"Adele", "Pilots", "Sales laptops", "PF-001", domain} {
				if strings.Contains(w.Body.String(), secret) {
					t.Errorf("%s %s tells another tenant %q", r.Method, path, secret)
				}
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d requests tried", tried)
	}
	if after := snapshot(t, s); after != before {
		t.Errorf("another tenant changed something:\n%s\n%s", before, after)
	}
	for path := range graph.Collections() {
		w := send(t, s, stranger(), http.MethodGet, "/beta/"+path, nil)
		if w.Code != http.StatusOK {
			t.Errorf("list %s: %d", path, w.Code)
		}
		for _, id := range []string{"user", "group", "profile", "row", "pc", "device", "event", "managed", "deployment", "statusPage", "custom", "app"} {
			if strings.Contains(w.Body.String(), ids[id]) {
				t.Errorf("list %s shows another tenant's %s", path, id)
			}
		}
	}
}

// snapshot is everything a tenant's admin can list, audit events apart.
func snapshot(t *testing.T, s *stack) string {
	t.Helper()
	var b strings.Builder
	for _, path := range []string{
		"users", "groups", "devices", "deviceManagement/windowsAutopilotDeviceIdentities", "deviceManagement/importedWindowsAutopilotDeviceIdentities",
		"deviceManagement/windowsAutopilotDeploymentProfiles?$expand=assignments",
		"deviceManagement/deviceEnrollmentConfigurations?$expand=assignments", "deviceManagement/deviceConfigurations?$expand=assignments", "deviceAppManagement/mobileApps?$expand=assignments",
		"roleManagement/directory/roleAssignments", "oauth2PermissionGrants", "users/adele@contoso.example/authentication/methods",
		"policies/deviceRegistrationPolicy", "policies/mobileDeviceManagementPolicies", "policies/mobileAppManagementPolicies",
	} {
		b.WriteString(send(t, s, everything(), http.MethodGet, "/beta/"+path, nil).Body.String())
	}
	return b.String()
}

func TestAPageLinkIsGoodForItsOwnerAndItsQueryOnly(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	registerOne(t, s)
	for _, name := range []string{"b", "c"} {
		send(t, s, everything(), http.MethodPost, "/v1.0/groups", map[string]any{"displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true})
	}
	type page struct {
		Count *int64 `json:"@odata.count"`
		Next  string `json:"@odata.nextLink"`
		Value []struct{ DisplayName string }
	}
	first := decode[page](t, send(t, s, everything(), http.MethodGet, "/v1.0/groups?$top=2&$orderby=displayName&$count=true", nil, "ConsistencyLevel", "eventual"))
	if len(first.Value) != 2 || first.Count == nil || *first.Count != 3 || !strings.HasPrefix(first.Next, base+"/v1.0/groups?") {
		t.Fatalf("first page: %+v", first)
	}
	link := strings.TrimPrefix(first.Next, base)
	second := decode[page](t, send(t, s, everything(), http.MethodGet, link, nil, "ConsistencyLevel", "eventual"))
	if len(second.Value) != 1 || second.Next != "" || second.Count != nil || second.Value[0].DisplayName != "Pilots" {
		t.Errorf("second page: %+v", second)
	}
	other := as("Group.Read.All")
	for name, w := range map[string]int{
		"another tenant":  send(t, s, stranger(), http.MethodGet, link, nil).Code,
		"another version": send(t, s, everything(), http.MethodGet, strings.Replace(link, "v1.0", "beta", 1), nil).Code,
		"another order":   send(t, s, everything(), http.MethodGet, strings.Replace(link, "$orderby=displayName", "$orderby=id", 1), nil).Code,
		"another path":    send(t, s, everything(), http.MethodGet, strings.Replace(link, "groups", "users", 1), nil).Code,
		"one bit off":     send(t, s, everything(), http.MethodGet, flipped(link), nil).Code,
	} {
		if w != http.StatusBadRequest {
			t.Errorf("%s: %d, want 400", name, w)
		}
	}
	if w := send(t, s, other, http.MethodGet, link, nil); w.Code != http.StatusOK {
		t.Errorf("the same app with fewer permissions: %d", w.Code)
	}
}

// flipped changes one character in the middle of a token.
func flipped(link string) string {
	i := strings.Index(link, "skiptoken=") + len("skiptoken=") + 12
	c := byte('A')
	if link[i] == c {
		c = 'B'
	}
	return link[:i] + string(c) + link[i+1:]
}
