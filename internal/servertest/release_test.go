package servertest_test

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"taxiway/internal/access"
	"taxiway/internal/config"
	"taxiway/internal/server"
	"taxiway/internal/servertest"
)

const releaseOne = "testdata/release-1"

func unpack(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join(releaseOne, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // only read
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// TestDataOfTheFirstReleaseIsUpgradedVerifiedAndUsed opens what the last
// program with schema 1 wrote, on both databases.
func TestDataOfTheFirstReleaseIsUpgradedVerifiedAndUsed(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		dir := t.TempDir()
		if db.Engine == "sqlite" {
			if err := os.WriteFile(filepath.Join(dir, "taxiway.db"), unpack(t, "taxiway.db.gz"), 0o600); err != nil {
				t.Fatal(err)
			}
		} else {
			servertest.Load(t, db, string(unpack(t, "postgres.sql.gz")))
		}
		text, err := os.ReadFile(filepath.Join(releaseOne, db.Engine+".json"))
		if err != nil {
			t.Fatal(err)
		}
		var old struct{ Tenant, ClientID, ClientSecret string }
		if err := json.Unmarshal(text, &old); err != nil {
			t.Fatal(err)
		}

		w := servertest.Start(t, db, servertest.WithConfig(func(c *config.Config) { c.DataDir = dir }))
		if db.Engine == "sqlite" {
			if copies, err := filepath.Glob(filepath.Join(dir, "taxiway.db.before-*")); err != nil || len(copies) != 1 {
				t.Errorf("copies from before the upgrade: %v, %v", copies, err)
			}
		}
		p := w.First()
		verify(t, p, 25)

		token := p.TokenFor(t, old.Tenant, old.ClientID, old.ClientSecret)
		assigned, kiosk := 0, ""
		for _, d := range p.All(t, token, identitiesPath) {
			switch d["deploymentProfileAssignmentStatus"] {
			case "assignedInSync", "assignedUnkownSyncState":
				assigned++
			case "notAssigned":
				kiosk, _ = d["id"].(string)
			}
		}
		if assigned != 24 || kiosk == "" {
			t.Fatalf("%d PCs are assigned and %q is not; the old server had 24 and one", assigned, kiosk)
		}
		p.Must(t, token, http.MethodPost, identitiesPath+"/"+kiosk+"/updateDeviceProperties", map[string]any{"groupTag": "Sales"}, http.StatusNoContent)
		if d := p.Must(t, token, http.MethodGet, identitiesPath+"/"+kiosk, nil, http.StatusOK).JSON; d["deploymentProfileAssignmentStatus"] != "assignedInSync" {
			t.Errorf("after the tag was changed the PC is %v", d["deploymentProfileAssignmentStatus"])
		}
		_, token = p.NewApp(t, &servertest.Tenant{ID: old.Tenant}, access.Permissions()...)
		policy := p.Must(t, token, http.MethodGet, "/v1.0/policies/deviceRegistrationPolicy", nil, http.StatusOK).JSON
		if policy["userDeviceQuota"] != float64(50) {
			t.Errorf("the old tenant's quota is %v, want the default of 50", policy["userDeviceQuota"])
		}
		verify(t, p, 25)
	})
}

// sealed asks until the job that runs each second has sealed audit events.
func sealed(t testing.TB, p *servertest.Process) {
	t.Helper()
	for range 10_000 {
		var v server.AdminVerification
		if err := p.Admin.Call(context.Background(), http.MethodPost, "/verify", nil, &v); err != nil {
			t.Fatalf("verify: %v", err)
		}
		if v.AuditEvents > 0 {
			return
		}
	}
	t.Fatal("no audit event was sealed")
}
