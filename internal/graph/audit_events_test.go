package graph_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What was done to one profile is found by its id, and its assignments are told
// by names.
func TestTheAuditLogTellsTheHistoryOfOneProfile(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	do := func(method, path string, body map[string]any, status int) string {
		t.Helper()
		w := send(t, s, everything(), method, path, body)
		if w.Code != status {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
		if status == http.StatusNoContent {
			return ""
		}
		return decode[struct{ ID string }](t, w).ID
	}
	group := do(http.MethodPost, "/v1.0/groups", map[string]any{"displayName": "Sales", "mailNickname": "sales", "mailEnabled": false, "securityEnabled": true}, http.StatusCreated)
	profile := func(name string) string {
		return do(http.MethodPost, deploymentProfiles, map[string]any{
			"@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", "displayName": name,
			"outOfBoxExperienceSetting": map[string]any{"deviceUsageType": "singleUser", "userType": "standard"},
		}, http.StatusCreated)
	}
	one := profile("One")
	profile("Another")
	do(http.MethodPatch, deploymentProfiles+"/"+one, map[string]any{"description": "Mine"}, http.StatusOK)
	assigned := do(http.MethodPost, deploymentProfiles+"/"+one+"/assignments", map[string]any{"target": map[string]any{"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group}}, http.StatusCreated)
	do(http.MethodDelete, deploymentProfiles+"/"+one+"/assignments/"+assigned, nil, http.StatusNoContent)

	w := send(t, s, everything(), http.MethodGet, "/beta/deviceManagement/auditEvents?$filter="+url.QueryEscape("resources/resourceId eq '"+one+"'"), nil)
	type change struct{ DisplayName, OldValue, NewValue string }
	list := decode[struct {
		Value []struct {
			Activity  string
			Resources []struct {
				ResourceID         string
				ModifiedProperties []change
			}
		}
	}](t, w)
	got := map[string][]change{}
	for _, e := range list.Value {
		got[e.Activity] = e.Resources[0].ModifiedProperties
		if e.Resources[0].ResourceID != one {
			t.Errorf("%s is of %s", e.Activity, e.Resources[0].ResourceID)
		}
	}
	want := map[string][]change{
		"Create deployment profile":   {},
		"Update deployment profile":   {{"description", "", "Mine"}},
		"Assign deployment profile":   {{"groupAssignmentTarget", "", "group 'Sales'"}},
		"Unassign deployment profile": {{"groupAssignmentTarget", "group 'Sales'", ""}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the history (-want +got):\n%s\n%s", diff, w.Body)
	}
}

// What the server did by itself, such as making the tenant, came with no request.
func TestACorrelationIDIsNeverNull(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	if w := send(t, s, everything(), http.MethodPost, "/v1.0/groups", map[string]any{"displayName": "Sales", "mailNickname": "sales", "mailEnabled": false, "securityEnabled": true}); w.Code != http.StatusCreated {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	list := decode[struct {
		Value []struct {
			Activity      string
			CorrelationID *string
		}
	}](t, send(t, s, everything(), http.MethodGet, "/v1.0/deviceManagement/auditEvents", nil))
	const none = "00000000-0000-0000-0000-000000000000"
	seen := map[bool]int{}
	for _, e := range list.Value {
		if e.CorrelationID == nil {
			t.Errorf("%s has null", e.Activity)
			continue
		}
		seen[*e.CorrelationID == none]++
	}
	if seen[true] == 0 || seen[false] == 0 {
		t.Errorf("%d events without and %d with a request, want some of both", seen[true], seen[false])
	}
}
