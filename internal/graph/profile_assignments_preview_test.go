package graph_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type counted struct {
	ProfileID   *string `json:"profileId"`
	DisplayName *string `json:"displayName"`
	Verdict     string  `json:"verdict"`
	Devices     int     `json:"deviceCount"`
}

type assignmentsPreviewed struct {
	Reached   int       `json:"reachedCount"`
	Excluded  int       `json:"excludedCount"`
	Unchanged int       `json:"unchangedCount"`
	OtherType int       `json:"otherTypeCount"`
	Lost      int       `json:"lostCount"`
	Gets      []counted `json:"changes"`
	Keeps     []counted `json:"conflicts"`
	Evaluated int       `json:"evaluatedCount"`
	Complete  bool      `json:"isComplete"`
}

const deploymentProfiles = "/beta/deviceManagement/windowsAutopilotDeploymentProfiles"

// A preview says beforehand what the saved assignments come to.
func TestAPreviewOfAssignmentsCountsEachDeviceOnceAndNamesWhoWins(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	make1 := func(path string, body map[string]any) string {
		t.Helper()
		w := send(t, s, everything(), http.MethodPost, path, body)
		if w.Code != http.StatusCreated {
			t.Fatalf("POST %s: %d %s", path, w.Code, w.Body)
		}
		return decode[struct{ ID string }](t, w).ID
	}
	target := func(kind, group string) map[string]any {
		return map[string]any{"target": map[string]any{"@odata.type": "#microsoft.graph." + kind, "groupId": group}}
	}
	include := func(group string) map[string]any { return target("groupAssignmentTarget", group) }
	exclude := func(group string) map[string]any { return target("exclusionGroupAssignmentTarget", group) }
	group := func(name, rule string) string {
		return make1("/beta/groups", map[string]any{
			"displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true, "groupTypes": []string{"DynamicMembership"},
			"membershipRule": rule, "membershipRuleProcessingState": "On",
		})
	}
	profile := func(name string) string {
		return make1(deploymentProfiles, map[string]any{
			"@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", "displayName": name,
			"outOfBoxExperienceSetting": map[string]any{"deviceUsageType": "singleUser", "userType": "standard"},
		})
	}
	for i := range 5 {
		serial := fmt.Sprintf("PA-%03d", i)
		body := map[string]any{"serialNumber": serial, "hardwareIdentifier": hashOf(t, serial)}
		if i < 2 {
			body["groupTag"] = "Kiosk"
		}
		make1("/v1.0/deviceManagement/importedWindowsAutopilotDeviceIdentities", body)
	}
	all, kiosks := group("all", `(device.devicePhysicalIDs -any (_ -startsWith "[ZTDid]"))`), group("kiosks", `device.devicePhysicalIds -any (_ -eq "[OrderID]:Kiosk")`)
	older := profile("Older")
	make1(deploymentProfiles+"/"+older+"/assignments", include(kiosks))

	preview := func(id string, targets ...map[string]any) assignmentsPreviewed {
		t.Helper()
		body := map[string]any{"assignments": append([]map[string]any{}, targets...)}
		if id != "" {
			body["profileId"] = id
		}
		w := send(t, s, everything(), http.MethodPost, deploymentProfiles+"/previewAssignments", body)
		if w.Code != http.StatusOK {
			t.Fatalf("preview: %d %s", w.Code, w.Body)
		}
		got := decode[assignmentsPreviewed](t, w)
		if !got.Complete || got.Evaluated != 5 {
			t.Errorf("looked at %d devices, all of them: %v", got.Evaluated, got.Complete)
		}
		got.Complete, got.Evaluated = false, 0
		return got
	}
	name, none := "Older", []counted{}
	three := []counted{{Devices: 3}}
	for what, c := range map[string]struct {
		got, want assignmentsPreviewed
	}{
		"an older profile wins": {
			preview("", include(all)),
			assignmentsPreviewed{Reached: 5, Gets: three, Keeps: []counted{{ProfileID: &older, DisplayName: &name, Verdict: "olderProfileWins", Devices: 2}}},
		},
		"two groups of one device": {
			preview("", include(all), include(kiosks)),
			assignmentsPreviewed{Reached: 5, Gets: three, Keeps: []counted{{ProfileID: &older, DisplayName: &name, Verdict: "olderProfileWins", Devices: 2}}},
		},
		"All devices is the last resort": {
			preview("", target("allDevicesAssignmentTarget", "")),
			assignmentsPreviewed{Reached: 5, Gets: three, Keeps: []counted{{ProfileID: &older, DisplayName: &name, Verdict: "groupAssignmentWins", Devices: 2}}},
		},
		"excluded":       {preview("", include(all), exclude(kiosks)), assignmentsPreviewed{Reached: 3, Excluded: 2, Gets: three, Keeps: none}},
		"nobody is left": {preview("", include(kiosks), exclude(all)), assignmentsPreviewed{Excluded: 2, Gets: none, Keeps: none}},
		"excluded alone": {preview("", exclude(all)), assignmentsPreviewed{Gets: none, Keeps: none}},
		"as it is":       {preview(older, include(kiosks)), assignmentsPreviewed{Reached: 2, Unchanged: 2, Gets: none, Keeps: none}},
		"widened":        {preview(older, include(all)), assignmentsPreviewed{Reached: 5, Unchanged: 2, Gets: three, Keeps: none}},
		"taken away":     {preview(older), assignmentsPreviewed{Lost: 2, Gets: none, Keeps: none}},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}

	younger := profile("Younger")
	make1(deploymentProfiles+"/"+younger+"/assignments", include(all))
	w := send(t, s, everything(), http.MethodGet, deploymentProfiles+"/"+younger+"/assignedDevices?$count=true", nil)
	if got := decode[struct {
		Count int `json:"@odata.count"`
	}](t, w).Count; got != 3 {
		t.Errorf("%d devices have the profile that was saved, and 3 were foretold", got)
	}
	name = "Younger"
	three[0].ProfileID, three[0].DisplayName = &younger, &name
	if diff := cmp.Diff(three, preview(older, include(all)).Gets); diff != "" {
		t.Errorf("from another profile (-want +got):\n%s", diff)
	}

	for what, c := range map[string]struct {
		body   map[string]any
		status int
		field  string
	}{
		"no such profile":     {map[string]any{"profileId": "11111111-2222-3333-4444-555555555555"}, http.StatusNotFound, "profileId"},
		"no such group":       {map[string]any{"assignments": []any{include(all), include("11111111-2222-3333-4444-555555555555")}}, http.StatusBadRequest, "assignments/1/target/groupId"},
		"no target":           {map[string]any{"assignments": []any{map[string]any{}}}, http.StatusBadRequest, "assignments/0/target"},
		"a target of its own": {map[string]any{"assignments": []any{target("x", all)}}, http.StatusBadRequest, "assignments/0/target/@odata.type"},
		"all but some":        {map[string]any{"assignments": []any{target("allDevicesAssignmentTarget", ""), exclude(kiosks)}}, http.StatusBadRequest, "assignments"},
		"no list":             {map[string]any{"assignments": "all"}, http.StatusBadRequest, "assignments"},
		"a stranger":          {map[string]any{"groups": []any{}}, http.StatusBadRequest, "groups"},
	} {
		w := send(t, s, everything(), http.MethodPost, deploymentProfiles+"/previewAssignments", c.body)
		e := decode[errorBody](t, w).Error
		if w.Code != c.status || len(e.Details) != 1 || e.Details[0].Target != c.field {
			t.Errorf("%s: %d %s", what, w.Code, w.Body)
		}
	}
}
