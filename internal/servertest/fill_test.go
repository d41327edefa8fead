package servertest_test

import (
	"net/http"
	"testing"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/labdata"
	"taxiway/internal/servertest"
)

// With a clock that stands still no lease ever runs out: whoever leaves a walk
// must hand it back, or nobody goes on with it.
func TestAWalkThatARequestLeavesIsFinishedWithoutWaitingForItsLease(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		still := time.Now()
		p := servertest.Start(t, db, servertest.WithClock(func() time.Time { return still }), servertest.WithConfig(func(c *config.Config) { c.Engine.FillInline = 1 })).First()
		c := p.NewTenant(t, "Contoso", true)
		pcs, err := labdata.Fleet(11, 510) // more than one slice of a walk
		if err != nil {
			t.Fatal(err)
		}
		rows := make([]map[string]any, len(pcs))
		for i := range pcs {
			rows[i] = map[string]any{"serialNumber": pcs[i].Row.SerialNumber, "hardwareIdentifier": pcs[i].Row.HardwareHash}
		}
		p.Must(t, c.Token, http.MethodPost, "/beta/deviceManagement/importedWindowsAutopilotDeviceIdentities/import", map[string]any{"importedWindowsAutopilotDeviceIdentities": rows}, http.StatusOK)
		group, _ := p.Must(t, c.Token, http.MethodPost, "/v1.0/groups", map[string]any{
			"displayName": "All PCs", "mailNickname": "all", "mailEnabled": false, "securityEnabled": true,
			"groupTypes": []string{"DynamicMembership"}, "membershipRule": `(device.devicePhysicalIds -any (_ -startsWith "[ZTDId]"))`, "membershipRuleProcessingState": "On",
		}, http.StatusCreated).JSON["id"].(string)
		deadline, tick := time.After(time.Minute), time.NewTicker(5*time.Millisecond)
		defer tick.Stop()
		for {
			status, _ := p.Must(t, c.Token, http.MethodGet, "/beta/groups/"+group+"?$select=membershipRuleProcessingStatus", nil, http.StatusOK).JSON["membershipRuleProcessingStatus"].(map[string]any)
			if status["status"] == "Succeeded" {
				break
			}
			select {
			case <-tick.C:
			case <-deadline:
				t.Fatalf("the group is still %v", status)
			}
		}
		if got := len(p.All(t, c.Token, "/v1.0/groups/"+group+"/members?$select=id&$top=999")); got != len(pcs) {
			t.Errorf("the group has %d members, want %d", got, len(pcs))
		}
	})
}
