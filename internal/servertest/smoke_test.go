package servertest_test

import (
	"net/http"
	"testing"

	"taxiway/internal/servertest"
)

func TestAPCIsRegisteredGroupedAndAssigned(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		c := p.NewTenant(t, "Contoso", true)
		group := p.Must(t, c.Token, http.MethodPost, "/v1.0/groups", map[string]any{
			"displayName": "Sales PCs", "mailNickname": "sales", "mailEnabled": false, "securityEnabled": true,
			"groupTypes": []string{"DynamicMembership"}, "membershipRule": `(device.devicePhysicalIds -any (_ -eq "[OrderID]:Sales"))`, "membershipRuleProcessingState": "On",
		}, http.StatusCreated).JSON["id"]
		profile := p.Must(t, c.Token, http.MethodPost, "/beta/deviceManagement/windowsAutopilotDeploymentProfiles", map[string]any{
			"@odata.type": "#microsoft.graph.azureADWindowsAutopilotDeploymentProfile", "displayName": "Sales profile", "locale": "os-default",
			"outOfBoxExperienceSetting": map[string]any{"eulaHidden": true, "userType": "standard", "deviceUsageType": "singleUser"},
		}, http.StatusCreated).JSON["id"]
		p.Must(t, c.Token, http.MethodPost, "/beta/deviceManagement/windowsAutopilotDeploymentProfiles/"+profile.(string)+"/assignments", map[string]any{
			"target": map[string]any{"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group},
		}, http.StatusCreated)
		pc := servertest.NewPC(t, "PF-0001")
		hash := pc.Hash(t)
		row := p.Must(t, c.Token, http.MethodPost, "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities", map[string]any{
			"serialNumber": "PF-0001", "hardwareIdentifier": hash, "groupTag": "Sales",
		}, http.StatusCreated)
		state := row.JSON["state"].(map[string]any)
		if state["deviceImportStatus"] != "complete" {
			t.Fatalf("import ended as %v", state)
		}
		id := state["deviceRegistrationId"].(string)
		d := p.Must(t, c.Token, http.MethodGet, "/beta/deviceManagement/windowsAutopilotDeviceIdentities/"+id+"?$expand=deploymentProfile", nil, http.StatusOK).JSON
		if d["deploymentProfileAssignmentStatus"] != "assignedInSync" {
			t.Fatalf("the device is %v", d)
		}
		if got := d["deploymentProfile"].(map[string]any)["displayName"]; got != "Sales profile" {
			t.Errorf("the assigned profile is %v", got)
		}
		status, doc := p.AskProven(t, "/ztd/profile", pc, hash)
		if status != http.StatusOK || doc["DeploymentProfileName"] != "Sales profile" {
			t.Errorf("the PC got %d %v", status, doc)
		}
	})
}
