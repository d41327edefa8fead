package servertest_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"taxiway/internal/hwhash"
	"taxiway/internal/servertest"
)

const (
	managedDevices  = "/v1.0/deviceManagement/managedDevices"
	autopilotEvents = "/beta/deviceManagement/autopilotEvents"
)

// deployed takes a registered PC through its profile, its join and its
// enrolment.
func (e *estate) deployed(t *testing.T, p *servertest.Process, who *servertest.Person) *servertest.MDMDevice {
	t.Helper()
	p.Must(t, e.Token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "all"}, http.StatusNoContent)
	status, doc := p.AskProven(t, "/ztd/profile", e.pc, e.hash)
	ticket, _ := doc["DeviceTicket"].(string)
	if status != http.StatusOK || ticket == "" {
		t.Fatalf("the PC got %d %v", status, doc)
	}
	j := servertest.NewJoiner(t)
	j.Take(t, p.Join(t, p.JoinPassword(t, e.ID, who.UPN, who.Password), j.Body(t, "XW-0001", servertest.Ticketed(ticket)), http.StatusOK))
	d := servertest.NewMDMDevice(t, p, "XW-0001")
	t.Cleanup(d.Close)
	d.Machine, d.InOOBE, d.ZTDID, d.SerialNumber = true, true, e.identity, e.pc.Hardware.SystemSerial
	d.Show(j)
	if err := d.Enrol(t.Context(), who.UPN, servertest.MDMProof{Token: p.EnrolToken(t, who)}); err != nil {
		t.Fatalf("enrol: %v", err)
	}
	d.Device.Set("./DevDetail/Ext/DeviceHardwareData", "chr", e.hash)
	d.Device.Set("./DevInfo/Man", "chr", "LENOVO")
	d.Device.Set("./DevInfo/Mod", "chr", "21HES0AB00")
	d.Device.Set("./DevDetail/SwV", "chr", "10.0.26200.1000")
	d.Device.Set("./DevDetail/Ext/Microsoft/DeviceName", "chr", "XW-0001")
	d.Device.Set("./DevDetail/Ext/Microsoft/SMBIOSSerialNumber", "chr", e.pc.Hardware.SystemSerial)
	return d
}

// manage deploys the estate's PC and gives it an app.
func (e *estate) manage(t *testing.T, p *servertest.Process) {
	t.Helper()
	d := e.deployed(t, p, e.member(t, p, "joe"))
	e.managed = d.Enrolment.EntDMID
	summary, _ := e.timeline(t, p)
	e.deployment, _ = summary["id"].(string)
	e.msi = e.app(t, p, "Agent", agentCode, nil)
}

func (e *estate) checksIn(t *testing.T, d *servertest.MDMDevice) {
	t.Helper()
	if _, err := d.Session(t.Context(), servertest.MDMScript{}); err != nil {
		t.Fatalf("session: %v", err)
	}
}

// member is a person of the estate's tenant.
func (e *estate) member(t *testing.T, p *servertest.Process, name string) *servertest.Person {
	t.Helper()
	return newJoining(t, p, e.Tenant, name)
}

// timeline is what happened in the PC's newest deployment.
func (e *estate) timeline(t *testing.T, p *servertest.Process) (summary object, events []string) {
	t.Helper()
	list := p.Must(t, e.Token, http.MethodGet, "/beta/deviceManagement/windowsAutopilotDeviceIdentities/"+e.identity+"/deployments", nil, http.StatusOK).JSON
	all, _ := list["value"].([]any)
	if len(all) == 0 {
		t.Fatal("the PC has no deployment")
	}
	summary, _ = all[0].(object)
	lines := p.Must(t, e.Token, http.MethodGet, autopilotEvents+"/"+summary["id"].(string)+"/timeline", nil, http.StatusOK).JSON
	for _, line := range lines["value"].([]any) {
		events = append(events, line.(object)["event"].(string))
	}
	return summary, events
}

func TestARegisteredPCIsDeployedAndItsTimelineTellsHow(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		ann := e.member(t, p, "ann")
		corporate := id(t, p.Must(t, e.Token, http.MethodPost, "/v1.0/groups", ruleGroup("Managed", `(device.deviceManagementAppId -eq "0000000a-0000-0000-c000-000000000000") and (device.deviceManufacturer -eq "LENOVO")`), http.StatusCreated))
		d := e.deployed(t, p, ann)
		e.checksIn(t, d)

		identity := p.Must(t, e.Token, http.MethodGet, identities+"/"+e.identity, nil, http.StatusOK).JSON
		if identity["enrollmentState"] != "enrolled" || identity["managedDeviceId"] != d.Enrolment.EntDMID {
			t.Errorf("the registration is %v with the managed device %v, want enrolled and %s", identity["enrollmentState"], identity["managedDeviceId"], d.Enrolment.EntDMID)
		}
		managed := p.Must(t, e.Token, http.MethodGet, managedDevices+"/"+d.Enrolment.EntDMID, nil, http.StatusOK).JSON
		for name, want := range map[string]any{
			"deviceName": "XW-0001", "serialNumber": e.pc.Hardware.SystemSerial, "manufacturer": "LENOVO", "model": "21HES0AB00", "osVersion": "10.0.26200.1000",
			"managedDeviceOwnerType": "company", "azureADDeviceId": e.deviceID, "userPrincipalName": ann.UPN, "deviceEnrollmentType": "windowsAzureADJoin",
		} {
			if managed[name] != want {
				t.Errorf("the managed device's %s is %v, want %v", name, managed[name], want)
			}
		}
		if beta := p.Must(t, e.Token, http.MethodGet, strings.Replace(managedDevices, "v1.0", "beta", 1)+"/"+d.Enrolment.EntDMID, nil, http.StatusOK).JSON; beta["autopilotEnrolled"] != true || beta["joinType"] != "azureADJoined" || beta["enrollmentProfileName"] != "Sales profile of Contoso" {
			t.Errorf("on beta: autopilotEnrolled %v, joinType %v, enrollmentProfileName %v", beta["autopilotEnrolled"], beta["joinType"], beta["enrollmentProfileName"])
		}
		members := p.Must(t, e.Token, http.MethodGet, "/v1.0/groups/"+corporate+"/members", nil, http.StatusOK).JSON["value"].([]any)
		if len(members) != 1 {
			t.Errorf("%d PCs are in the group of managed ones, want 1", len(members))
		}

		summary, events := e.timeline(t, p)
		for _, want := range []string{"registered", "profileChosen", "profileDownloaded", "signedIn", "joined", "enrolled"} {
			if !slices.Contains(events, want) {
				t.Errorf("the timeline %v has no %s", events, want)
			}
		}
		if !slices.IsSortedFunc(events[:3], func(a, b string) int {
			return strings.Index("registered profileChosen profileDownloaded", a) - strings.Index("registered profileChosen profileDownloaded", b)
		}) {
			t.Errorf("the timeline begins %v", events[:3])
		}
		if summary["userPrincipalName"] != ann.UPN || summary["deviceId"] != d.Enrolment.EntDMID || summary["enrollmentType"] != "azureADJoinedWithAutopilotProfile" ||
			summary["windowsAutopilotDeploymentProfileDisplayName"] != "Sales profile of Contoso" {
			t.Errorf("the deployment reads %v", summary)
		}
	})
}

func TestHardwareReportedByAManagedPCIsRegisteredAtItsNextCheckIn(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		clock := &wallClock{now: time.Now()}
		p := servertest.Start(t, db, servertest.WithClock(clock.read)).First()
		e := furnish(t, p, "Contoso")
		d := e.deployed(t, p, e.member(t, p, "ann"))
		e.checksIn(t, d)
		const none, pending, manual = "noRemediationRequired", "automaticRemediationRequired", "manualRemediationRequired"
		expect := func(when, state, status string, parts ...string) {
			t.Helper()
			e.Token = p.TokenFor(t, e.ID, e.App.AppID, e.App.Secret) // the clock runs ahead of any token
			got, profile := e.remediation(t, p, e.identity)
			why := p.Must(t, e.Token, http.MethodGet, identities+"/"+e.identity+"/explain", nil, http.StatusOK).JSON
			var changed []string
			for _, c := range why["hardwareChanges"].([]any) {
				changed = append(changed, c.(object)["component"].(string))
			}
			slices.Sort(changed)
			if got != state || profile != "assignedInSync" || why["profileStatus"] != status || !slices.Equal(changed, parts) {
				t.Errorf("%s: %s, %s, %v, parts %q; want %s, %s, parts %q", when, got, profile, why["profileStatus"], changed, state, status, parts)
			}
		}
		expect("unchanged", none, "Assigned")

		repaired := withNewDisk(e.pc)
		clock.advance(25 * time.Hour)
		d.Device.Set("./DevDetail/Ext/DeviceHardwareData", "chr", repaired.Hash(t))
		e.checksIn(t, d)
		expect("after a new disk", pending, "Fix pending", hwhash.ComponentDisk)
		e.checksIn(t, d)
		expect("at the next check-in", none, "Assigned")
		if _, events := e.timeline(t, p); !slices.Contains(events, "hardwareChanged") {
			t.Errorf("the timeline %v has no hardware change", events)
		}
		// The new parts are registered: the PC gets its profile with them.
		if status, doc := p.AskProven(t, "/ztd/profile", repaired, repaired.Hash(t)); status != http.StatusOK || doc["DeviceTicket"] == nil {
			t.Errorf("the repaired PC got %d %v", status, doc)
		}

		// Windows' own report of a mismatch counts as much.
		again := withNewDisk(repaired)
		again.Hardware.Disks = []hwhash.Disk{{Serial: "D-THIRD", Model: "Disk"}}
		blob, err := json.Marshal(map[string]string{"CachedHardwareBlob": repaired.Hash(t), "CurrentHardwareBlob": again.Hash(t)})
		if err != nil {
			t.Fatal(err)
		}
		clock.advance(25 * time.Hour)
		d.Device.Set("./DevDetail/Ext/DeviceHardwareData", "chr", "")
		d.Device.Set("./Vendor/MSFT/WindowsAutopilot/HardwareMismatchRemediationData", "chr", base64.StdEncoding.EncodeToString(blob))
		e.checksIn(t, d)
		expect("by mismatch data", pending, "Fix pending", hwhash.ComponentDisk)
		e.checksIn(t, d)
		expect("by mismatch data, at the next check-in", none, "Assigned")

		// Another mainboard and TPM is another device.
		stranger := servertest.NewPC(t, e.pc.Hardware.SystemSerial)
		stranger.Hardware.SMBIOSUUID = "11111111-2222-4333-8444-555555555555"
		clock.advance(25 * time.Hour)
		d.Device.Set("./Vendor/MSFT/WindowsAutopilot/HardwareMismatchRemediationData", "chr", "")
		d.Device.Set("./DevDetail/Ext/DeviceHardwareData", "chr", stranger.Hash(t))
		e.checksIn(t, d)
		expect("with another mainboard", manual, "Attention required", hwhash.ComponentUUID, hwhash.ComponentEK, hwhash.ComponentDisk)
		e.checksIn(t, d)
		expect("and it stays so", manual, "Attention required", hwhash.ComponentUUID, hwhash.ComponentEK, hwhash.ComponentDisk)
	})
}

func TestTargetedPCsOfTheCompanyAreConvertedAndPersonalOnesNever(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		s := newEnrolSite(t, db)
		group := id(t, s.p.Must(t, s.Token, http.MethodPost, "/v1.0/groups", plainGroup("To convert"), http.StatusCreated))
		profile := tutorialProfile("Converting")
		profile["hardwareHashExtractionEnabled"] = true
		made := id(t, s.p.Must(t, s.Token, http.MethodPost, profiles, profile, http.StatusCreated))
		s.p.Must(t, s.Token, http.MethodPost, profiles+"/"+made+"/assignments", target("groupAssignmentTarget", group), http.StatusCreated)

		enrol := func(name string, kind int) (*servertest.MDMDevice, *servertest.PC) {
			t.Helper()
			j := servertest.NewJoiner(t)
			body := j.Body(t, name, object{"JoinType": kind})
			device := j.Take(t, s.p.Join(t, s.p.JoinPassword(t, s.ID, s.ann.UPN, s.ann.Password), body, http.StatusOK))
			object := id(t, s.p.Must(t, s.Token, http.MethodGet, "/v1.0/devices(deviceId='"+device+"')", nil, http.StatusOK))
			s.p.Must(t, s.Token, http.MethodPost, "/v1.0/groups/"+group+"/members/$ref", reference(object), http.StatusNoContent)
			d := s.newPC(name)
			d.Machine = kind == 0
			d.Show(j)
			s.enrolled(d, s.ann.UPN, servertest.MDMProof{Token: s.p.EnrolToken(t, s.ann)})
			pc := servertest.NewPC(t, "PF-"+name)
			d.Device.Set("./DevDetail/Ext/DeviceHardwareData", "chr", pc.Hash(t))
			if _, err := d.Session(t.Context(), servertest.MDMScript{}); err != nil {
				t.Fatalf("session of %s: %v", name, err)
			}
			return d, pc
		}
		company, pc := enrol("DESK", 0)
		personal, _ := enrol("HOME", 4)

		found := s.p.All(t, s.Token, identities)
		if len(found) != 1 || found[0]["serialNumber"] != pc.Hardware.SystemSerial || found[0]["managedDeviceId"] != company.Enrolment.EntDMID || found[0]["enrollmentState"] != "enrolled" {
			t.Fatalf("registered after the check-ins: %v", found)
		}
		if got := s.p.Must(t, s.Token, http.MethodGet, managedDevices+"/"+personal.Enrolment.EntDMID, nil, http.StatusOK).JSON; got["managedDeviceOwnerType"] != "personal" {
			t.Errorf("the registered PC of a person is %v", got["managedDeviceOwnerType"])
		}
		// A second check-in registers nothing twice, and the PC's own profile is its.
		if _, err := company.Session(t.Context(), servertest.MDMScript{}); err != nil {
			t.Fatal(err)
		}
		if found := s.p.All(t, s.Token, identities); len(found) != 1 || found[0]["deploymentProfileAssignmentStatus"] != "assignedInSync" {
			t.Errorf("after another check-in: %v", found)
		}
		if status, doc := s.p.AskProven(t, "/ztd/profile", pc, pc.Hash(t)); status != http.StatusOK || doc["DeploymentProfileName"] != "Converting" {
			t.Errorf("at its next setup the PC got %d %v", status, doc)
		}
	})
}
