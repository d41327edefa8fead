package servertest_test

import (
	"compress/gzip"
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/config"
	"taxiway/internal/directory"
	"taxiway/internal/server"
	"taxiway/internal/servertest"
	"taxiway/internal/sqlstore"
	"taxiway/internal/wapdoc"
)

// The folders with what older programs left behind, by their schema.
const (
	releaseOne  = "testdata/release-1"
	releaseFour = "testdata/release-4"
	releaseFive = "testdata/release-5"
)

func unpack(t *testing.T, release, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join(release, name))
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

// leftBehind are the credentials of an older program's sample tenant.
type leftBehind struct {
	Tenant, ClientID, ClientSecret, Person, Password string

	PC struct { // that was enrolled, from schema 5 on
		Registration, DeviceID, HardwareID, Name, SerialNumber, EndorsementKey, Key, Certificate, Address string

		Enrolment *wapdoc.Enrolment
	}
}

// upgraded starts a server on what an older program left behind.
func upgraded(t *testing.T, db servertest.Database, release string, options ...servertest.Option) (*servertest.Process, leftBehind) {
	t.Helper()
	dir := t.TempDir()
	if db.Engine == "sqlite" {
		if err := os.WriteFile(filepath.Join(dir, "taxiway.db"), unpack(t, release, "taxiway.db.gz"), 0o600); err != nil {
			t.Fatal(err)
		}
	} else {
		db = servertest.Load(t, string(unpack(t, release, "postgres.sql.gz")))
	}
	text, err := os.ReadFile(filepath.Join(release, db.Engine+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var old leftBehind
	if err := json.Unmarshal(text, &old); err != nil {
		t.Fatal(err)
	}
	p := servertest.Start(t, db, append(options, servertest.WithConfig(func(c *config.Config) { c.DataDir = dir }))...).First()
	want := 1
	if release == releaseFive {
		want = sqlstore.SchemaVersion - 5 // nothing to change, no copy
	}
	if db.Engine == "sqlite" {
		if copies, err := filepath.Glob(filepath.Join(dir, "taxiway.db.before-*")); err != nil || len(copies) != min(want, 1) {
			t.Errorf("copies from before the upgrade: %v, %v", copies, err)
		}
	}
	return p, old
}

// TestDataOfSchemaFourIsUpgradedVerifiedAndUsed opens what the last program
// without management wrote: one of its people joins a PC and enrols it.
func TestDataOfSchemaFourIsUpgradedVerifiedAndUsed(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p, old := upgraded(t, db, releaseFour)
		verify(t, p, 25)
		_, token := p.NewApp(t, &servertest.Tenant{ID: old.Tenant}, access.Permissions()...)
		if n := len(p.All(t, p.TokenFor(t, old.Tenant, old.ClientID, old.ClientSecret), identitiesPath)); n != 25 {
			t.Errorf("the old app sees %d PCs", n)
		}
		p.Must(t, token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "all"}, http.StatusNoContent)
		user, _ := p.Must(t, token, http.MethodGet, "/v1.0/users/"+old.Person, nil, http.StatusOK).JSON["id"].(string)
		adele := &servertest.Person{Tenant: old.Tenant, ID: directory.ObjectID(user), UPN: old.Person, Password: old.Password}

		j := servertest.NewJoiner(t)
		device := j.Take(t, p.Join(t, p.JoinPassword(t, old.Tenant, adele.UPN, adele.Password), j.Body(t, "DESK-1", nil), http.StatusOK))
		d := servertest.NewMDMDevice(t, p, "DESK-1")
		t.Cleanup(d.Close)
		d.Machine = true
		d.Show(j)
		if err := d.Enrol(t.Context(), adele.UPN, servertest.MDMProof{Token: p.EnrolToken(t, adele)}); err != nil {
			t.Fatalf("enrol: %v", err)
		}
		if _, err := d.Session(t.Context(), servertest.MDMScript{}); err != nil {
			t.Fatalf("session: %v", err)
		}
		managed := p.All(t, token, managedDevices)
		if len(managed) != 1 || managed[0]["azureADDeviceId"] != device || managed[0]["userPrincipalName"] != adele.UPN {
			t.Errorf("managed devices: %v", managed)
		}
		verify(t, p, 26)
	})
}

// TestDataOfSchemaFiveIsOpenedVerifiedAndUsed opens what the program before the
// virtual PC wrote: a PC that it enrolled checks in, renews its certificate, and
// is reset and deployed anew.
func TestDataOfSchemaFiveIsOpenedVerifiedAndUsed(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC)} // a day later: certificates end
		p, old := upgraded(t, db, releaseFive, servertest.WithClock(clock.read))
		verify(t, p, 26)
		if n := len(p.All(t, p.TokenFor(t, old.Tenant, old.ClientID, old.ClientSecret), identitiesPath)); n != 26 {
			t.Errorf("the old app sees %d PCs", n)
		}
		_, token := p.NewApp(t, &servertest.Tenant{ID: old.Tenant}, access.Permissions()...)
		managed := p.All(t, token, managedDevices)
		if len(managed) != 1 || managed[0]["id"] != old.PC.Enrolment.EntDMID || managed[0]["userPrincipalName"] != old.Person {
			t.Fatalf("managed devices: %v", managed)
		}

		d := servertest.NewMDMDevice(t, p, old.PC.Name)
		t.Cleanup(d.Close)
		d.DeviceID, d.HardwareID, d.SerialNumber, d.Machine = old.PC.DeviceID, old.PC.HardwareID, old.PC.SerialNumber, true
		d.Key, d.Certificate, d.Enrolment, d.Address = keyOf(t, old.PC.Key), certificateOf(t, old.PC.Certificate), old.PC.Enrolment, old.PC.Address
		checkIn := func(when string) {
			t.Helper()
			if _, err := d.Session(t.Context(), servertest.MDMScript{}); err != nil {
				t.Fatalf("%s: %v", when, err)
			}
			_, token := p.NewApp(t, &servertest.Tenant{ID: old.Tenant}, access.Permissions()...)
			at, _ := p.Must(t, token, http.MethodGet, managedDevices+"/"+d.Enrolment.EntDMID, nil, http.StatusOK).JSON["lastSyncDateTime"].(string)
			if !strings.HasPrefix(at, clock.read().Format("2006-01-02T15")) {
				t.Errorf("%s: the last sync was %s", when, at)
			}
		}
		checkIn("with the certificate of the old program")
		clock.advance(320 * 24 * time.Hour)
		if err := d.Renew(t.Context()); err != nil {
			t.Fatalf("renew: %v", err)
		}
		checkIn("with the renewed one")

		pc := servertest.NewPC(t, old.PC.SerialNumber)
		pc.EK = keyOf(t, old.PC.EndorsementKey)
		pc.Hardware.EKModulus = pc.EK.N.FillBytes(make([]byte, 256))
		if status, doc := p.AskProven(t, "/ztd/profile", pc, pc.Hash(t)); status != http.StatusOK || doc["DeploymentProfileName"] != "Sales administrator" || doc["DeviceTicket"] == nil {
			t.Errorf("after a reset the PC got %d %v", status, doc)
		}
		verify(t, p, 26)
	})
}

// keyOf and certificateOf read what is in the credentials as PEM.
func keyOf(t *testing.T, text string) *rsa.PrivateKey {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatal("a key that is no PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key.(*rsa.PrivateKey)
}

func certificateOf(t *testing.T, text string) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		t.Fatal("a certificate that is no PEM")
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestDataOfTheFirstReleaseIsUpgradedVerifiedAndUsed opens what the last
// program with schema 1 wrote, on both databases.
func TestDataOfTheFirstReleaseIsUpgradedVerifiedAndUsed(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		p, old := upgraded(t, db, releaseOne)
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
