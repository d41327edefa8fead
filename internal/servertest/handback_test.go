package servertest_test

import (
	"net/http"
	"testing"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/labdata"
	"taxiway/internal/servertest"
)

// With a clock that stands still no lease ever runs out: who cannot settle a
// change in the time a request has must hand its marks back.
func TestAChangeThatARequestHasNoTimeToSettleIsSettledWithoutWaitingForItsLease(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		still := time.Now()
		p := servertest.Start(t, db, servertest.WithClock(func() time.Time { return still }), servertest.WithConfig(func(c *config.Config) { c.Engine.SettleTimeout.Duration = 1 })).First()
		c := p.NewTenant(t, "Contoso", true)
		p.Must(t, c.Token, http.MethodPost, groupsPath, map[string]any{
			"displayName": "All PCs", "mailNickname": "all", "mailEnabled": false, "securityEnabled": true,
			"groupTypes": []string{"DynamicMembership"}, "membershipRule": `(device.devicePhysicalIds -any (_ -startsWith "[ZTDId]"))`, "membershipRuleProcessingState": "On",
		}, http.StatusCreated)
		pcs, err := labdata.Fleet(12, 3)
		if err != nil {
			t.Fatal(err)
		}
		for _, pc := range pcs {
			p.Must(t, c.Token, http.MethodPost, importsPath, map[string]any{"serialNumber": pc.Row.SerialNumber, "hardwareIdentifier": pc.Row.HardwareHash}, http.StatusCreated)
		}
		quiet(t, p)
		for _, d := range p.All(t, c.Token, identitiesPath) {
			if d["deploymentProfileAssignmentStatus"] != "notAssigned" {
				t.Errorf("%v is still %v", d["serialNumber"], d["deploymentProfileAssignmentStatus"])
			}
		}
	})
}
