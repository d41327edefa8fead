package graph_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/access"
	"taxiway/internal/graph"
)

// concrete fills the keys of a route's path.
func concrete(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "44444444-4444-4444-8444-444444444444"
		}
	}
	return strings.Join(parts, "/")
}

func versions(r *graph.Route) []string {
	if r.Versions == graph.Versions(3) {
		return []string{"/v1.0/", "/beta/"}
	}
	return []string{"/beta/"}
}

func TestEveryRouteDeclaresKnownPermissionsAndRefusesACallerWithoutThem(t *testing.T) {
	t.Parallel()
	h := edge(t, nil)
	routes := graph.Routes()
	if len(routes) < 60 {
		t.Fatalf("only %d routes", len(routes))
	}
	seen := map[string]bool{}
	for i := range routes {
		r := &routes[i]
		name := r.Method + " " + r.Path
		if seen[name] {
			t.Errorf("%s stands in the table twice", name)
		}
		seen[name] = true
		if len(r.Permissions) == 0 {
			t.Errorf("%s declares no permission", name)
		}
		for _, p := range slices.Concat(r.Permissions, r.Also) {
			if !access.KnownScope(p) {
				t.Errorf("%s needs %q, which no app can be granted", name, p)
			}
		}
		// Every permission that does not imply one of the route's.
		var others []string
		for _, p := range access.Permissions() {
			if !slices.ContainsFunc(r.Permissions, func(want string) bool { return access.Implies(p, want) }) {
				others = append(others, p)
			}
		}
		for _, v := range versions(r) {
			w := send(t, h, as(others...), r.Method, v+concrete(r.Path), nil)
			e := decode[errorBody](t, w).Error
			if w.Code != http.StatusForbidden || e.Code != "Authorization_RequestDenied" || len(e.Details) != 1 || e.Details[0].Remedy == "" {
				t.Errorf("%s under %s with the wrong permissions: %d %s", name, v, w.Code, w.Body)
				continue
			}
			if len(r.Permissions) <= 5 && !strings.Contains(e.Message, r.Permissions[0]) {
				t.Errorf("%s: the message %q does not name %s", name, e.Message, r.Permissions[0])
			}
			if w := send(t, h, t.Context(), r.Method, v+concrete(r.Path), nil); w.Code != http.StatusUnauthorized {
				t.Errorf("%s under %s without a caller: %d", name, v, w.Code)
			}
		}
	}
}

func TestEvaluatingARuleNeedsBothPermissions(t *testing.T) {
	t.Parallel()
	h := edge(t, nil)
	for _, only := range []string{access.GroupReadAll, access.DeviceReadAll} {
		w := send(t, h, as(only), http.MethodPost, "/beta/groups/evaluateDynamicMembership", nil)
		if w.Code != http.StatusForbidden {
			t.Errorf("with %s alone: %d", only, w.Code)
		}
	}
}

func TestReadPermissionsDoNotWrite(t *testing.T) {
	t.Parallel()
	h := edge(t, nil)
	var reads []string
	for _, p := range access.Permissions() {
		if strings.Contains(p, ".Read.") {
			reads = append(reads, p)
		}
	}
	safe := []string{
		"groups/evaluateDynamicMembership", "groups/previewDynamicMembership", "groups/{id}/evaluateDynamicMembership", "$batch",
		"groups/{id}/validateProperties", "directoryObjects/validateProperties",
		"deviceManagement/deviceEnrollmentConfigurations/explainStatusPage", "deviceManagement/windowsAutopilotDeploymentProfiles/previewAssignments",
		"deviceManagement/windowsAutopilotDeviceIdentities/{id}/whatIf",
	}
	routes := graph.Routes()
	for i := range routes {
		r := &routes[i]
		if r.Method == http.MethodGet || slices.Contains(safe, r.Path) {
			continue
		}
		if w := send(t, h, as(reads...), r.Method, "/beta/"+concrete(r.Path), nil); w.Code != http.StatusForbidden {
			t.Errorf("%s %s with every Read permission: %d", r.Method, r.Path, w.Code)
		}
	}
}
