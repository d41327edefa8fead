package servertest_test

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"

	"taxiway/internal/config"
	"taxiway/internal/labdata"
	"taxiway/internal/server"
	"taxiway/internal/servertest"
)

// Who a walk has not come to yet, is not wrong but waiting: the self-check must
// not cry wolf whenever a big group is being filled or taken away.
func TestTheSelfCheckCountsWhomAWalkHasNotReachedAsPending(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		var held atomic.Bool
		held.Store(true)
		p := servertest.Start(t, db, servertest.WithConfig(func(c *config.Config) { c.Engine.FillInline = 1 }),
			servertest.WithHold(func(job string) bool { return job == "run_fills" && held.Load() })).First()
		c := p.NewTenant(t, "Contoso", true)
		pcs, err := labdata.Fleet(13, 510) // more than one slice of a walk
		if err != nil {
			t.Fatal(err)
		}
		rows := make([]map[string]any, len(pcs))
		for i := range pcs {
			rows[i] = map[string]any{"serialNumber": pcs[i].Row.SerialNumber, "hardwareIdentifier": pcs[i].Row.HardwareHash}
		}
		p.Must(t, c.Token, http.MethodPost, importsPath+"/import", map[string]any{"importedWindowsAutopilotDeviceIdentities": rows}, http.StatusOK)
		group, _ := p.Must(t, c.Token, http.MethodPost, groupsPath, map[string]any{
			"displayName": "All PCs", "mailNickname": "all", "mailEnabled": false, "securityEnabled": true,
			"groupTypes": []string{"DynamicMembership"}, "membershipRule": `(device.devicePhysicalIds -any (_ -startsWith "[ZTDId]"))`, "membershipRuleProcessingState": "On",
		}, http.StatusCreated).JSON["id"].(string)
		found := func(moment string, pending bool) {
			t.Helper()
			var v server.AdminVerification
			if err := p.Admin.Call(context.Background(), http.MethodPost, "/verify", nil, &v); err != nil {
				t.Fatalf("verify: %v", err)
			}
			if n := len(v.Tenants[0].Differences); n > 0 {
				t.Errorf("%s: %d differences, the first %+v", moment, n, v.Tenants[0].Differences[0])
			}
			if got := v.Tenants[0].Pending; got > 0 != pending {
				t.Errorf("%s: %d devices are pending", moment, got)
			}
		}
		found("the group is half filled", true)
		held.Store(false)
		quiet(t, p)
		found("the group is filled", false)
		held.Store(true)
		p.Must(t, c.Token, http.MethodDelete, groupsPath+"/"+group, nil, http.StatusNoContent)
		found("the group is half gone", true)
		held.Store(false)
		quiet(t, p)
		found("the group is gone", false)
	})
}
