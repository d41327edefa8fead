package servertest_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"taxiway/internal/hwhash"
	"taxiway/internal/servertest"
)

// movable is the real clock, moved ahead by hand.
type movable struct{ by atomic.Int64 }

func (m *movable) now() time.Time        { return time.Now().Add(time.Duration(m.by.Load())) }
func (m *movable) ahead(d time.Duration) { m.by.Add(int64(d)) }

// remediation is what Graph shows of a device's hardware and profile.
func (e *estate) remediation(t *testing.T, p *servertest.Process, id string) (state, profile string) {
	t.Helper()
	d := p.Must(t, e.Token, http.MethodGet, identities+"/"+id, nil, http.StatusOK).JSON
	state, _ = d["remediationState"].(string)
	profile, _ = d["deploymentProfileAssignmentStatus"].(string)
	return state, profile
}

// withNewDisk is the same PC after its disk was exchanged.
func withNewDisk(pc *servertest.PC) *servertest.PC {
	c := *pc
	c.Hardware.Disks = []hwhash.Disk{{Serial: "D-NEW", Model: "Disk"}}
	return &c
}

func TestAReportWithoutProofChangesNothing(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		before := e.state(t, p)
		changed := withNewDisk(e.pc)
		hash := changed.Hash(t)
		_, got, _ := knock(t, p, "/ztd/hardware", asks(changed, hash))
		challenge, ok := got["Challenge"].(string)
		if !ok {
			t.Fatalf("the report was answered with %v", got)
		}
		knock(t, p, "/ztd/hardware", with(with(asks(changed, hash), "challenge", challenge), "nonce", make([]byte, 32)))
		knock(t, p, "/ztd/hardware", with(asks(changed, hash), "nonce", make([]byte, 32)))
		knock(t, p, "/ztd/profile", asks(changed, hash))
		if after := e.state(t, p); string(before) != string(after) {
			t.Errorf("something changed:\n%s", firstDifference(before, after))
		}
	})
}

func TestChangedHardwareIsRegisteredAtTheNextCheckIn(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		expect := func(when, state string) {
			t.Helper()
			if got, profile := e.remediation(t, p, e.identity); got != state || profile != "assignedInSync" {
				t.Errorf("%s: the device is %s and %s, want %s", when, got, profile, state)
			}
		}
		report := func(when string, pc *servertest.PC, state, status string) {
			t.Helper()
			if code, got := p.AskProven(t, "/ztd/hardware", pc, pc.Hash(t)); code != http.StatusOK || got["RemediationState"] != state || got["ProfileStatus"] != status {
				t.Errorf("%s: the PC got %d %v, want %s, %s", when, code, got, state, status)
			}
			expect(when, state)
		}
		const none, pending = "noRemediationRequired", "automaticRemediationRequired"
		report("unchanged", e.pc, none, "Assigned")
		newDisk := withNewDisk(e.pc)
		report("with a new disk", newDisk, pending, "Fix pending")
		why := p.Must(t, e.Token, http.MethodGet, identities+"/"+e.identity+"/explain", nil, http.StatusOK).JSON
		const tutorial = "We've detected a hardware change on this device. We're trying to automatically register the new hardware. " +
			"You don't need to do anything now; the status will be updated at the next check in with the result."
		if why["profileStatus"] != "Fix pending" || why["statusMessage"] != tutorial {
			t.Errorf("%v shows the message %q", why["profileStatus"], why["statusMessage"])
		}
		if status, got := p.AskProven(t, "/ztd/profile", newDisk, newDisk.Hash(t)); status != http.StatusOK || got["DeploymentProfileName"] != "Sales profile of Contoso" {
			t.Errorf("at the next check-in the PC got %d %v", status, got)
		}
		expect("after the next check-in", none)
		report("again with the new disk", newDisk, none, "Assigned")
		report("with the old disk", e.pc, pending, "Fix pending")
		report("with the new disk put back", newDisk, none, "Assigned")
	})
}

func TestHardwareOfAnotherRegistrationNeedsAttention(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		other := servertest.NewPC(t, "PF-OTHER")
		otherHash := other.Hash(t)
		_, otherID := register(t, p, e.Token, other, otherHash, "Sales", "")
		// The TPM of the one in the board of the other.
		mixed := *e.pc
		mixed.Hardware.SMBIOSUUID, mixed.Hardware.SystemSerial = other.Hardware.SMBIOSUUID, other.Hardware.SystemSerial
		hash := mixed.Hash(t)
		for _, want := range []string{"Fix pending", "Attention required"} {
			if status, got := p.AskProven(t, "/ztd/hardware", &mixed, hash); status != http.StatusOK || got["ProfileStatus"] != want {
				t.Fatalf("the report got %d %v, want %s", status, got, want)
			}
		}
		if state, _ := e.remediation(t, p, e.identity); state != "manualRemediationRequired" {
			t.Errorf("Graph shows %s", state)
		}
		for name, body := range map[string]object{"the PC as it is now": asks(&mixed, hash), "the PC as it was": asks(e.pc, e.hash)} {
			_, got, all := knock(t, p, "/ztd/profile", body)
			refusedWith(t, name, got, 908, "HardwareMismatchDetected")
			mustNotTell(t, name, all, e.names())
		}
		if status, got := p.AskProven(t, "/ztd/profile", other, otherHash); status != http.StatusOK || got["ZtdRegistrationId"] != otherID {
			t.Errorf("the other PC got %d %v", status, got)
		}
		// A report as before changes nothing; registering anew does.
		if _, got := p.AskProven(t, "/ztd/hardware", e.pc, e.hash); got["ProfileStatus"] != "Attention required" {
			t.Errorf("a report as before got %v", got)
		}
		p.Must(t, e.Token, http.MethodDelete, identities+"/"+e.identity, nil, http.StatusNoContent)
		register(t, p, e.Token, e.pc, e.hash, "Sales", "")
		if status, got := p.AskProven(t, "/ztd/profile", e.pc, e.hash); status != http.StatusOK || got["DeploymentProfileName"] != "Sales profile of Contoso" {
			t.Errorf("registered anew the PC got %d %v", status, got)
		}
	})
}

func TestAHashWithoutATPMKeyGetsAProfileOnlyWhereTheTenantAllowsItAndNoUser(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		pc := servertest.NewPC(t, "PF-NOTPM")
		pc.EK, pc.Hardware.EKModulus, pc.Hardware.TPMVersion = nil, nil, ""
		hash := pc.Hash(t)
		_, id := register(t, p, e.Token, pc, hash, "Sales", e.upn)
		allow := func(on bool) {
			if err := p.Admin.Call(t.Context(), http.MethodPatch, "/tenants/"+e.ID, object{"profileWithoutTpm": on}, nil); err != nil {
				t.Fatal(err)
			}
		}
		refuse := func(when string) {
			t.Helper()
			_, got, all := knock(t, p, "/ztd/profile", asks(pc, hash))
			refusedWith(t, when, got, 908, "HardwareMismatchDetected")
			mustNotTell(t, when, all, e.names())
		}
		refuse("as tenants are made")
		allow(true)
		status, got, all := knock(t, p, "/ztd/profile", asks(pc, hash))
		if status != http.StatusOK || got["ZtdRegistrationId"] != id || got["DeploymentProfileName"] != "Sales profile of Contoso" {
			t.Errorf("where it is allowed the PC got %d %v", status, got)
		}
		mustNotTell(t, "a profile without proof", all, []string{e.upn, "Megan", "CloudAssignedTenantUpn\":\"m"})
		if _, there := got["CloudAssignedTenantUpn"]; there {
			t.Errorf("a user is named: %v", got)
		}
		if _, got, _ := knock(t, p, "/ztd/profile", asks(e.pc, e.hash)); got["Challenge"] == nil {
			t.Errorf("a PC with a TPM key need not prove itself any more: %v", got)
		}
		status, got, _ = knock(t, p, "/ztd/hardware", asks(withNewDisk(pc), withNewDisk(pc).Hash(t)))
		if e1, _ := got["error"].(object); status != http.StatusUnauthorized || e1["code"] != "ProofNotPossible" || e1["remedy"] == "" {
			t.Errorf("its hardware report got %d %v", status, got)
		}
		if state, _ := e.remediation(t, p, id); state != "noRemediationRequired" {
			t.Errorf("its unproven report changed it to %s", state)
		}
		allow(false)
		refuse("where it is no longer allowed")
	})
}

func TestTheTimeOfTheLastContactIsKept(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		other := servertest.NewPC(t, "PF-OTHER")
		otherHash := other.Hash(t)
		_, otherID := register(t, p, e.Token, other, otherHash, "Sales", "")
		contact := func(id string) string {
			at, _ := p.Must(t, e.Token, http.MethodGet, identities+"/"+id, nil, http.StatusOK).JSON["lastContactedDateTime"].(string)
			return at
		}
		const never = "0001-01-01T00:00:00Z"
		if at := contact(e.identity); at != never {
			t.Errorf("before it asked the PC was seen at %s", at)
		}
		knock(t, p, "/ztd/profile", asks(other, otherHash)) // without proof: anybody can send that
		start := time.Now().Add(-time.Second)
		p.AskProven(t, "/ztd/profile", e.pc, e.hash)
		waitFor(t, "the time of the last contact", func() bool { return contact(e.identity) != never })
		if at, err := time.Parse(time.RFC3339, contact(e.identity)); err != nil || at.Before(start) || time.Now().Before(at) {
			t.Errorf("the PC was seen at %s", contact(e.identity))
		}
		if at := contact(otherID); at != never {
			t.Errorf("a PC that proved nothing was seen at %s", at)
		}
	})
}

// Between a profile's deletion and the next decision of its devices a PC may
// ask: it must not get a profile that is gone.
func TestAPCWhoseProfileWasDeletedIsToldSo(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		w, held := startHeld(t, db)
		e := furnish(t, w.First(), "Contoso")
		w.First().Stop(t)
		held.Store(true)
		p := w.Join(t)
		p.Must(t, e.Token, http.MethodDelete, profiles+"/"+e.profile+"/assignments/"+e.assignment, nil, http.StatusNoContent)
		p.Must(t, e.Token, http.MethodDelete, profiles+"/"+e.profile, nil, http.StatusNoContent)
		_, got, all := knock(t, p, "/ztd/profile", asks(e.pc, e.hash))
		refusedWith(t, "the profile is gone", got, 809, "ZtdProfileIsNotRegistered")
		mustNotTell(t, "the profile is gone", all, e.names())
		if _, status := e.remediation(t, p, e.identity); status != "pending" {
			t.Errorf("Graph shows %s, want pending", status)
		}
		held.Store(false)
		waitFor(t, "the device to be decided again", func() bool {
			_, status := e.remediation(t, p, e.identity)
			return status != "pending"
		})
		if status, got := p.AskProven(t, "/ztd/profile", e.pc, e.hash); status != http.StatusOK || got["DeploymentProfileName"] != "Everyone profile of Contoso" {
			t.Errorf("decided again the PC got %d %v", status, got)
		}
	})
}

func TestAPCsBadRequestIsNamed(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		pc := servertest.NewPC(t, "PF-1")
		hash := pc.Hash(t)
		for _, path := range []string{"/ztd/profile", "/ztd/hardware"} {
			for _, c := range []struct {
				name         string
				body         object
				status       int
				code, target string
			}{
				{"no hash", object{"serialNumber": "PF-1"}, 400, "HardwareHashRequired", "hardwareHash"},
				{"a truncated hash", asks(pc, hash[:400]), 400, "HashTruncated", "hardwareHash"},
				{"a wrong checksum", asks(pc, flipped(t, hash)), 400, "HashChecksum", "hardwareHash"},
				{"a hash that is no base64", asks(pc, "@@@"), 400, "HashNotBase64", "hardwareHash"},
				{"a hash that is a number", object{"hardwareHash": 7}, 400, "InvalidBody", "body"},
				{"a body over 64 KiB", object{"hardwareHash": strings.Repeat("A", 65<<10)}, 413, "RequestBodyTooLarge", "body"},
			} {
				status, got, _ := knock(t, p, path, c.body)
				e, _ := got["error"].(object)
				if status != c.status || e["code"] != c.code || e["target"] != c.target || e["message"] == nil || e["remedy"] == nil {
					t.Errorf("POST %s with %s: %d %v", path, c.name, status, got)
				}
			}
		}
	})
}

// After a new mainboard and TPM a PC gets no profile until somebody deregisters
// it and registers what it is now.
func TestAPCThatNeedsAttentionGetsItsProfileOnceItIsRegisteredAnew(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		d := e.deployed(t, p, e.member(t, p, "ann"))
		repaired := servertest.NewPC(t, e.pc.Hardware.SystemSerial)
		repaired.Hardware.SMBIOSUUID = "11111111-2222-4333-8444-555555555555"
		hash := repaired.Hash(t)
		d.Device.Set("./DevDetail/Ext/DeviceHardwareData", "chr", hash)
		e.checksIn(t, d)
		why := p.Must(t, e.Token, http.MethodGet, identities+"/"+e.identity+"/explain", nil, http.StatusOK).JSON
		if why["profileStatus"] != "Attention required" || why["statusMessage"] != nil || why["readyToDeploy"] != false || len(why["remedies"].([]any)) == 0 {
			t.Errorf("the PC is %v, ready %v, message %v, remedies %v", why["profileStatus"], why["readyToDeploy"], why["statusMessage"], why["remedies"])
		}
		for name, pc := range map[string]*servertest.PC{"as it is": repaired, "as it was": e.pc} {
			_, got, _ := knock(t, p, "/ztd/profile", asks(pc, pc.Hash(t)))
			refusedWith(t, "the PC "+name, got, 908, "HardwareMismatchDetected")
		}
		p.Must(t, e.Token, http.MethodDelete, identities+"/"+e.identity, nil, http.StatusNoContent)
		_, got, _ := knock(t, p, "/ztd/profile", asks(repaired, hash))
		refusedWith(t, "deregistered", got, 807, "ZtdDeviceIsNotRegistered")
		if _, anew := register(t, p, e.Token, repaired, hash, "Sales", ""); anew == e.identity {
			t.Error("the registration is the old one")
		}
		if status, got := p.AskProven(t, "/ztd/profile", repaired, hash); status != http.StatusOK || got["DeploymentProfileName"] != "Sales profile of Contoso" || got["DeviceTicket"] == nil {
			t.Errorf("registered anew the PC got %d %v", status, got)
		}
		_, got, _ = knock(t, p, "/ztd/profile", asks(e.pc, e.hash))
		refusedWith(t, "the board that was taken out", got, 908, "HardwareMismatchDetected")
	})
}
