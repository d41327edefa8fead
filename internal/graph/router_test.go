package graph_test

import (
	"net/http"
	"strings"
	"testing"
)

// A caller without any permission is told 403 as soon as the path is known, so
// 403 here means "found".
func TestPathsAreFoundAsGraphFindsThem(t *testing.T) {
	t.Parallel()
	const found = http.StatusForbidden
	const id = "44444444-4444-4444-8444-444444444444"
	for _, c := range []struct {
		method, path string
		status       int
		says         string
	}{
		{"GET", "/v1.0/groups", found, ""},
		{"GET", "/v1.0/groups/", found, ""},
		{"GET", "/V1.0/Groups", found, ""},
		{"GET", "/beta/GROUPS/" + id + "/Members", found, "GroupMember.Read.All"},
		{"GET", "/beta/groups('" + id + "')/owners", found, "GroupMember.Read.All"},
		{"GET", "/beta/groups(" + id + ")", found, "Group.Read.All"},
		{"DELETE", "/v1.0/groups/" + id + "/members/" + id + "/$ref", found, ""},
		{"GET", "/v1.0/groups/$count", found, "Group.Read.All"},
		{"GET", "/v1.0/devices(deviceId='" + id + "')", found, "Device.Read.All"},
		{"GET", "/v1.0/devices(DeviceID='" + id + "')/memberOf", found, "Device.Read.All"},
		{"GET", "/v1.0/users/adele@contoso.example", found, "User.Read.All"},
		{"GET", "/v1.0/users/a%40b.example", found, "User.Read.All"},
		{"GET", "/v1.0/users(userPrincipalName='o''neil@contoso.example')", found, "User.Read.All"},
		{"POST", "/beta/devicemanagement/windowsAutopilotDeviceIdentities/" + id + "/UpdateDeviceProperties", found, "DeviceManagementServiceConfig.ReadWrite.All"},
		{"POST", "/v1.0/deviceManagement/windowsAutopilotDeviceIdentities/" + id + "/microsoft.graph.assignUserToDevice", found, ""},
		{"POST", "/beta/deviceManagement/windowsAutopilotSettings/microsoft.graph.sync", found, ""},
		{"DELETE", "/beta/deviceManagement/windowsAutopilotDeploymentProfiles/" + id + "/assignments/" + id + "_" + id + "_0", found, ""},
		{"HEAD", "/v1.0/groups", found, ""},

		{"GET", "/v1.0/gruops", 400, "Resource not found for the segment 'gruops'. Did you mean 'groups'?"},
		{"GET", "/v1.0/groups/" + id + "/nothing", 400, "Resource not found for the segment 'nothing'."},
		{"GET", "/v1.0/deviceManagement", 400, "Resource not found for the segment 'deviceManagement'."},
		{"GET", "/v1.0/", 400, "Resource not found for the segment ''."},
		{"GET", "/v1.0/deviceManagement/windowsAutopilotDeploymentProfiles", 400, "Resource not found for the segment 'windowsAutopilotDeploymentProfiles'. It is served under /beta only."},
		{"GET", "/v1.0/deviceManagement/windowsAutopilotDeviceIdentities/" + id + "/deploymentProfile", 400, "It is served under /beta only."},
		{"POST", "/v1.0/groups/evaluateDynamicMembership", 400, "It is served under /beta only."},
		{"GET", "/v2.0/groups", 400, "Invalid version: v2.0."},
		{"GET", "/v1.0/devices(serial='5')", 400, "Address it by its id or by deviceId."},
		{"GET", "/v1.0/groups(name='5')", 400, "Address it by its id."},
		{"GET", "/v1.0/groups//members", 400, "empty segment"},
		{"GET", "/v1.0/groups/..%2f..%2fusers", found, ""}, // one key with slashes in it, not a way out
		{"GET", "/v1.0/groups/%2e%2e/users", 400, "dot segment"},
		{"PUT", "/v1.0/groups", 405, "Use GET, POST."},
		{"DELETE", "/beta/deviceManagement/windowsAutopilotSettings", 405, "Use GET, PATCH."},
		{"TRACE", "/v1.0/groups", 405, "Use GET, POST."},
	} {
		w := send(t, edge(t, nil), as(), c.method, c.path, nil)
		e := decode[errorBody](t, w).Error
		words := []string{e.Message}
		for _, d := range e.Details {
			words = append(words, d.Remedy)
		}
		text := strings.Join(words, " ")
		if w.Code != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s %s: %d %q, want %d and %q", c.method, c.path, w.Code, text, c.status, c.says)
		}
		if allow := w.Header().Get("Allow"); (w.Code == 405) != (allow != "") {
			t.Errorf("%s %s: %d with Allow %q", c.method, c.path, w.Code, allow)
		}
	}
}
