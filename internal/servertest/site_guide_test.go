package servertest_test

import (
	"net/http"
	"testing"

	"taxiway/internal/labdata"
	"taxiway/internal/servertest"
)

// states are the guide's steps as a person is shown them.
func states(t *testing.T, b *servertest.Browser) map[string]string {
	t.Helper()
	a := b.Script(t, http.MethodGet, "/ui/guide", nil)
	steps, _ := a.JSON["steps"].([]any)
	if a.Status != http.StatusOK || len(steps) != 8 {
		t.Fatalf("the guide: %d %s", a.Status, a.Raw)
	}
	all := map[string]string{}
	for _, s := range steps {
		step, _ := s.(map[string]any)
		name, _ := step["step"].(string)
		all[name], _ = step["state"].(string)
	}
	return all
}

func TestTheGuideTicksForWhatIsDoneOverGraphAndUnticks(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		d := newDesk(t, db)
		b, stranger, member := d.p.NewBrowser(t), d.p.NewBrowser(t), d.p.NewBrowser(t)
		enter(t, b, d.ann)
		enter(t, stranger, d.eve)
		enter(t, member, d.bob)
		is := func(when, step, want string) {
			t.Helper()
			if got := states(t, b)[step]; got != want {
				t.Errorf("%s: %s is %s, want %s", when, step, got, want)
			}
		}
		do := func(method, path string, body any, status int) string {
			t.Helper()
			made, _ := d.p.Must(t, d.home.Token, method, path, body, status).JSON["id"].(string)
			return made
		}
		elsewhere := states(t, stranger)
		for step, want := range map[string]string{
			"enrollment": "notStarted", "join": "done", "register": "notStarted", "group": "notStarted",
			"esp": "notStarted", "profile": "notStarted", "user": "notStarted", "deploy": "notStarted",
		} {
			is("in an empty tenant", step, want)
		}

		const scope = "/beta/policies/mobileDeviceManagementPolicies/0000000a-0000-0000-c000-000000000000"
		nobody := do(http.MethodPost, "/v1.0/groups", plainGroup("Nobody yet"), http.StatusCreated)
		do(http.MethodPost, scope+"/includedGroups/$ref", object{"@odata.id": servertest.BaseURL + "/v1.0/groups/" + nobody}, http.StatusNoContent)
		is("Some with an empty group", "enrollment", "partly")
		do(http.MethodPatch, scope, object{"appliesTo": "all"}, http.StatusNoContent)
		is("All", "enrollment", "done")

		group := do(http.MethodPost, "/v1.0/groups", object{
			"displayName": "PCs", "mailNickname": "pcs", "mailEnabled": false, "securityEnabled": true,
			"groupTypes": []string{"DynamicMembership"}, "membershipRule": `(device.devicePhysicalIds -any (_ -startsWith "[ZTDId]"))`, "membershipRuleProcessingState": "On",
		}, http.StatusCreated)
		is("a group without members", "group", "partly")
		profile := do(http.MethodPost, profilesPath, tutorialProfile("Sales"), http.StatusCreated)
		target := object{"target": object{"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group}}
		do(http.MethodPost, profilesPath+"/"+profile+"/assignments", target, http.StatusCreated)
		is("a profile that nothing has", "profile", "partly")
		pcs, err := labdata.Fleet(1, 3)
		if err != nil {
			t.Fatal(err)
		}
		do(http.MethodPost, importsPath, object{"serialNumber": pcs[0].Row.SerialNumber, "hardwareIdentifier": pcs[0].Row.HardwareHash}, http.StatusCreated)
		for _, step := range []string{"register", "group", "profile"} {
			is("with a device", step, "done")
		}
		device, _ := d.p.All(t, d.home.Token, identitiesPath)[0]["id"].(string)
		do(http.MethodPost, identitiesPath+"/"+device+"/assignUserToDevice", object{"userPrincipalName": d.bob.UPN, "addressableUserName": "Bob"}, http.StatusNoContent)
		is("with a user", "user", "done")

		if s := states(t, member); s["register"] != "unknown" || s["profile"] != "unknown" || s["group"] == "unknown" {
			t.Errorf("a member without a role sees %v", s)
		}
		if now := states(t, stranger); now["register"] != elsewhere["register"] || now["group"] != elsewhere["group"] || now["profile"] != elsewhere["profile"] || now["user"] != elsewhere["user"] {
			t.Errorf("another tenant's guide went from %v to %v", elsewhere, now)
		}

		do(http.MethodDelete, identitiesPath+"/"+device, nil, http.StatusNoContent)
		for step, want := range map[string]string{"register": "notStarted", "group": "partly", "profile": "partly", "user": "notStarted"} {
			is("with the device gone", step, want)
		}
	})
}
