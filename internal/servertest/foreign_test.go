package servertest_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"taxiway/internal/config"
	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
	"taxiway/internal/servertest"
)

// How often a tenant may learn that a PC is registered elsewhere is bounded.
func TestAskingForForeignPCsTooOftenIsRefused(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		var clock movable
		f := newField(t, db, servertest.WithClock(clock.now), servertest.WithConfig(func(c *config.Config) { c.Limits.ForeignDeviceRate = 3 }))
		row := object{"serialNumber": f.fabrikam.pc.Hardware.SystemSerial, "hardwareIdentifier": f.fabrikam.hash}
		for range 3 {
			f.p.Must(t, f.Token, http.MethodPost, imports, row, http.StatusCreated)
		}
		before := f.state(t, f.p)
		f.refuse(t, "rates", &refusal{
			name: "a fourth foreign PC", method: http.MethodPost, path: imports, body: row,
			status: 429, code: "TooManyForeignDevices", target: "importedWindowsAutopilotDeviceIdentities", says: "registered elsewhere", remedy: "Retry-After",
		})
		if after := f.state(t, f.p); !bytes.Equal(before, after) {
			t.Errorf("something was written:\n%s", firstDifference(before, after))
		}
		f.p.Must(t, f.northwind.Token, http.MethodPost, imports, row, http.StatusCreated) // each tenant has its own
		clock.ahead(time.Minute + time.Second)
		f.p.Must(t, f.Token, http.MethodPost, imports, row, http.StatusCreated)
	})
}

// One large import must not tell more than many small ones would.
func TestOneImportTellsNoMoreForeignPCsThanItsFirstTransaction(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db, servertest.WithConfig(func(c *config.Config) { c.Limits.ForeignDeviceRate = 60 })).First()
		holder, asker := p.NewTenant(t, "Fabrikam", false), p.NewTenant(t, "Contoso", false)
		rows := make([]object, 510)
		for i := range rows {
			text, err := hwhash.Mint(hwhash.Hardware{
				SystemManufacturer: "LENOVO", ProductName: "21HES0AB00", SystemSerial: fmt.Sprintf("PF-%04d", i), SMBIOSUUID: fmt.Sprintf("4c4c4544-0000-4000-8000-%012d", i),
			}, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			rows[i] = object{"hardwareIdentifier": text}
		}
		outcomes := func(token string) map[string]int {
			a := p.Must(t, token, http.MethodPost, imports+"/import", object{"importedWindowsAutopilotDeviceIdentities": rows}, http.StatusOK)
			count := map[string]int{}
			list, _ := a.JSON["value"].([]any)
			for _, row := range list {
				row, _ := row.(object)
				state, _ := row["state"].(object)
				name, _ := state["deviceErrorName"].(string)
				count[name]++
				if message, _ := state["deviceErrorMessage"].(string); name == "TooManyForeignDevices" && !strings.Contains(message, "import this row again") {
					t.Errorf("the message %q names no next action", message)
				}
			}
			return count
		}
		if got := outcomes(holder.Token); got[""] != len(rows) {
			t.Fatalf("the holder's import ended as %v", got)
		}
		if got := outcomes(asker.Token); got["ZtdDeviceAssignedToOtherTenant"] != 500 || got["TooManyForeignDevices"] != 10 {
			t.Errorf("the other's import ended as %v, want 500 told and 10 not looked at", got)
		}
		p.Must(t, asker.Token, http.MethodPost, imports, rows[509], http.StatusTooManyRequests)
	})
}

func TestAReleaseEvictsAPCAndIsAuditedInBothTenants(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		squatter, owner := furnish(t, p, "Fabrikam"), furnish(t, p, "Contoso")
		stranger := servertest.NewPC(t, "PF-STRANGER")
		err := p.Admin.Call(t.Context(), http.MethodPost, "/release", object{"hardwareHash": stranger.Hash(t), "to": owner.ID}, nil)
		if f, ok := fault.As(err); !ok || f.Kind != fault.NotFound || f.Code != "ZtdDeviceIsNotRegistered" || f.Details[0].Remedy == "" {
			t.Errorf("the release of an unknown PC: %v", err)
		}
		if err := p.Admin.Call(t.Context(), http.MethodPost, "/release", object{"hardwareHash": squatter.hash, "to": owner.Domain}, nil); err != nil {
			t.Fatal(err)
		}
		for _, e := range []*estate{squatter, owner} {
			if !containsActivity(p.All(t, e.Token, audits), "Release Autopilot device by the operator") {
				t.Errorf("%s' audit trail does not tell of the release", e.displayName)
			}
		}
		p.Must(t, squatter.Token, http.MethodGet, identities+"/"+squatter.identity, nil, http.StatusNotFound)
		register(t, p, owner.Token, squatter.pc, squatter.hash, "Sales", "")
		if status, got := p.AskProven(t, "/ztd/profile", squatter.pc, squatter.hash); status != http.StatusOK || got["CloudAssignedTenantId"] != owner.ID {
			t.Errorf("the PC got %d %v", status, got)
		}
	})
}
