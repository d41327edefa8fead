package graph_test

import (
	"maps"
	"net/http"
	"testing"
)

type mend struct {
	Code   string `json:"code"`
	Action *write `json:"action"`
	Undo   *write `json:"undo"`
}

type write struct {
	Method string         `json:"method"`
	Path   string         `json:"path"`
	Body   map[string]any `json:"body"`
}

type answer struct {
	Text struct {
		Code      string            `json:"code"`
		Arguments map[string]string `json:"arguments"`
	} `json:"explanationText"`
	Status   string `json:"profileStatus"`
	Remedies []mend `json:"remedyDetails"`
	Checks   []struct {
		Step  string `json:"step"`
		State string `json:"state"`
	} `json:"checks"`
}

// Whatever an explanation offers to do by itself gives the device a profile,
// and what it offers to take it back takes it back.
func TestWhatAnExplanationOffersMendsAndIsUndone(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	ids := registerOne(t, s)
	const identities = "/beta/deviceManagement/windowsAutopilotDeviceIdentities/"
	do := func(w *write) {
		t.Helper()
		var body any
		if w.Body != nil {
			body = w.Body
		}
		if got := send(t, s, everything(), w.Method, w.Path, body); got.Code/100 != 2 {
			t.Fatalf("%s %s: %d %s", w.Method, w.Path, got.Code, got.Body)
		}
	}
	explain := func() answer {
		t.Helper()
		return decode[answer](t, send(t, s, everything(), http.MethodGet, identities+ids["pc"]+"/explain", nil))
	}
	mends := func(code string, remedies ...string) {
		t.Helper()
		before := explain()
		if before.Text.Code != code || len(before.Remedies) != len(remedies) || len(before.Checks) != 9 {
			t.Fatalf("the answer is %+v, want %s with %v", before, code, remedies)
		}
		for i, r := range before.Remedies {
			if r.Code != remedies[i] || r.Action == nil || r.Undo == nil {
				t.Fatalf("remedy %d is %+v, want %s with its requests", i, r, remedies[i])
			}
			do(r.Action)
			if after := explain(); after.Status != "Assigned" || len(after.Remedies) > 0 {
				t.Errorf("after %s the device is %s", r.Code, after.Status)
			}
			do(r.Undo)
			if after := explain(); after.Text.Code != code {
				t.Errorf("after %s was taken back: %s", r.Code, after.Text.Code)
			}
		}
	}
	group := func(name string, more map[string]any) string {
		t.Helper()
		body := map[string]any{"displayName": name, "mailNickname": name, "mailEnabled": false, "securityEnabled": true}
		maps.Copy(body, more)
		w := send(t, s, everything(), http.MethodPost, "/v1.0/groups", body)
		id, _ := decode[map[string]any](t, w)["id"].(string)
		return id
	}
	assign := func(kind, id string) {
		t.Helper()
		do(&write{http.MethodPost, "/beta/deviceManagement/windowsAutopilotDeploymentProfiles/" + ids["profile"] + "/assignments", map[string]any{
			"target": map[string]any{"@odata.type": "#microsoft.graph." + kind, "groupId": id},
		}})
	}
	object := map[string]any{"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/" + ids["device"]}
	leave := send(t, s, everything(), http.MethodDelete, "/v1.0/groups/"+ids["group"]+"/members/"+ids["device"]+"/$ref", nil)
	if leave.Code != http.StatusNoContent && leave.Code != http.StatusNotFound {
		t.Fatal(leave.Body)
	}
	mends("noGroup", "joinGroup")

	sales := group("Sales", map[string]any{
		"groupTypes": []string{"DynamicMembership"}, "membershipRuleProcessingState": "On", "membershipRule": `(device.devicePhysicalIds -any (_ -eq "[OrderID]:Sales"))`,
	})
	assign("groupAssignmentTarget", sales)
	mends("noGroup", "joinGroup", "setTag")

	do(&write{http.MethodPost, "/v1.0/groups/" + ids["group"] + "/members/$ref", object})
	kiosk := group("Kiosk", nil)
	do(&write{http.MethodPost, "/v1.0/groups/" + kiosk + "/members/$ref", object})
	assign("exclusionGroupAssignmentTarget", kiosk)
	mends("excluded", "endExclusion", "leaveGroup")
	if got := explain(); got.Text.Arguments["group"] != "Kiosk" {
		t.Errorf("the answer names %v", got.Text.Arguments)
	}

	// What would be: nothing is offered, and nothing is written.
	for _, c := range []struct {
		body string
		code int
		says string
	}{
		{`{"groupTag":"Sales"}`, http.StatusOK, "excluded"},
		{`{"userPrincipalName":"adele@` + domain + `"}`, http.StatusOK, "excluded"},
		{`{"userPrincipalName":"nobody@` + domain + `"}`, http.StatusBadRequest, ""},
		{`{"groupTag":7}`, http.StatusBadRequest, ""},
		{`{}`, http.StatusBadRequest, ""},
	} {
		w := send(t, s, everything(), http.MethodPost, identities+ids["pc"]+"/whatIf", c.body)
		if w.Code != c.code {
			t.Errorf("%s: %d %s", c.body, w.Code, w.Body)
			continue
		}
		if c.code != http.StatusOK {
			if e := decode[errorBody](t, w).Error; len(e.Details) == 0 || e.Details[0].Target == "" {
				t.Errorf("%s: the refusal names no field: %s", c.body, w.Body)
			}
			continue
		}
		got := decode[answer](t, w)
		if got.Text.Code != c.says || got.Remedies[0].Action != nil {
			t.Errorf("%s: %+v", c.body, got)
		}
	}
	mends("excluded", "endExclusion", "leaveGroup")
}
