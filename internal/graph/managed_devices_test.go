package graph_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"taxiway/internal/access"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
)

// managed stores a managed device of a device object and its deployment, as an
// enrolment does.
func (s *stack) managed(object string, user ...directory.ObjectID) (device, deployment string) {
	s.t.Helper()
	d := enrollment.Device{
		ID: "c0ffee00-0000-4000-8000-000000000002", Object: directory.ObjectID(object), EntraID: "88888888-8888-4888-8888-888888888888",
		UPN: "adele@" + domain, Kind: enrollment.KindEntraJoin, Proof: enrollment.ProofEntra, Owner: enrollment.OwnerCompany, State: enrollment.Managed,
		Name: "PF-001", SerialNumber: "PF-001", Manufacturer: "Contoso", Model: "Contoso Book 14", OSVersion: "10.0.26200.1",
		Inventory:  map[string]string{enrollment.NodeEncryption: "0", enrollment.NodeStorage: "512", enrollment.NodeMemory: "not a number"},
		EnrolledAt: noon, LastSync: noon.Add(time.Hour), CertEnds: noon.AddDate(1, 0, 0), Version: 1,
	}
	if len(user) > 0 {
		d.User = user[0]
	}
	y := enrollment.Deployment{
		ID: "c0ffee00-0000-4000-8000-000000000001", Device: d.ID, Object: d.Object, UPN: d.UPN, DeviceName: d.Name, SerialNumber: d.SerialNumber, Profile: "Sales laptops",
		State: enrollment.DeploymentSuccess, Setup: enrollment.DeploymentSuccess, Account: enrollment.DeploymentDisabled,
		RegisteredAt: noon.Add(-time.Hour), StartedAt: noon, EnrolledAt: noon.Add(90 * time.Second), SetupStart: noon.Add(2 * time.Minute), SetupEnd: noon.Add(time.Hour + 2*time.Minute),
		EndedAt: noon.Add(time.Hour + 3*time.Minute), Version: 1,
	}
	err := s.db.Enrollment().InTx(s.t.Context(), func(tx enrollment.Tx) error {
		if err := tx.CreateManagedDevice(s.t.Context(), tenant, d); err != nil {
			return err
		}
		if err := tx.PutStates(s.t.Context(), tenant, []enrollment.PolicyState{{
			Device: d.ID, Policy: "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", Kind: enrollment.PolicyMSI, Name: "7-Zip", Compliance: enrollment.ComplianceError,
			Error: 0x80070652, Tracked: true, ReportedAt: noon,
		}}); err != nil {
			return err
		}
		if err := tx.CreateDeployment(s.t.Context(), tenant, y); err != nil {
			return err
		}
		return tx.AddEvents(s.t.Context(), tenant, y.ID, []enrollment.Event{{ID: "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb", At: noon, Kind: enrollment.EventEnrolled, Text: "The PC enrolled."}})
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return string(d.ID), string(y.ID)
}

func TestManagedDevicesAreListedAndToldWhatToDo(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	ids := registerOne(t, s)
	one := "/v1.0/deviceManagement/managedDevices/" + ids["managed"]

	page := decode[struct {
		Value []struct {
			DeviceName, UserPrincipalName, ManagedDeviceOwnerType, DeviceEnrollmentType string
			IsEncrypted                                                                 bool
			TotalStorageSpaceInBytes, PhysicalMemoryInBytes                             int64
		}
	}](t, send(t, s, everything(), http.MethodGet, "/v1.0/deviceManagement/managedDevices?$filter=serialNumber eq 'pf-001' and managedDeviceOwnerType eq 'company'&$orderby=deviceName", nil))
	if len(page.Value) != 1 {
		t.Fatalf("%d devices match the filter", len(page.Value))
	}
	d := page.Value[0]
	if d.DeviceName != "PF-001" || d.UserPrincipalName != "adele@"+domain || d.DeviceEnrollmentType != "windowsAzureADJoin" || !d.IsEncrypted ||
		d.TotalStorageSpaceInBytes != 512<<20 || d.PhysicalMemoryInBytes != 0 {
		t.Errorf("the device reads %+v", d)
	}

	results := func() map[string]string {
		out := map[string]string{}
		got := decode[struct {
			DeviceActionResults []struct{ ActionName, ActionState string }
		}](t, send(t, s, everything(), http.MethodGet, one, nil))
		for _, r := range got.DeviceActionResults {
			out[r.ActionName] = r.ActionState
		}
		return out
	}
	for _, step := range []struct {
		version, action string
		body            any
		status          int
	}{
		{"/v1.0", "syncDevice", nil, http.StatusNoContent},
		{"/v1.0", "syncDevice", nil, http.StatusNoContent}, // asked twice, done once
		{"/beta", "setDeviceName", `{"deviceName":"SALES-%SERIAL%"}`, http.StatusNoContent},
		{"/beta", "setDeviceName", `{"deviceName":"two words"}`, http.StatusBadRequest},
		{"/beta", "setDeviceName", `{}`, http.StatusBadRequest},
		{"/v1.0", "wipe", `{"keepUserData":"maybe"}`, http.StatusBadRequest},
		{"/v1.0", "wipe", `{"keepEverything":true}`, http.StatusBadRequest},
		{"/v1.0", "rebootNow", nil, http.StatusNoContent},
		{"/v1.0", "rebootNow", nil, http.StatusConflict},
		{"/v1.0", "wipe", `{"keepUserData":true}`, http.StatusNoContent},
		{"/v1.0", "retire", nil, http.StatusPreconditionFailed}, // a wipe is pending
		{"/v1.0", "rebootNow", nil, http.StatusPreconditionFailed},
	} {
		path := step.version + "/deviceManagement/managedDevices/" + ids["managed"] + "/" + step.action
		if w := send(t, s, everything(), http.MethodPost, path, step.body); w.Code != step.status {
			t.Errorf("%s %v: %d %s, want %d", step.action, step.body, w.Code, w.Body, step.status)
		}
	}
	want := map[string]string{"syncDevice": "pending", "setDeviceName": "pending", "rebootNow": "pending", "factoryReset": "pending"}
	if diff := cmp.Diff(want, results()); diff != "" {
		t.Errorf("action results (-want +got):\n%s", diff)
	}
	commands := decode[struct {
		Value []struct{ Owner, Verb, LocURI, State string }
	}](t, send(t, s, everything(), http.MethodGet, "/beta/deviceManagement/managedDevices/"+ids["managed"]+"/commands", nil))
	if len(commands.Value) != 5 {
		t.Errorf("%d commands wait: %+v", len(commands.Value), commands.Value)
	}

	if w := send(t, s, everything(), http.MethodDelete, one, nil); w.Code != http.StatusNoContent {
		t.Fatalf("delete: %d %s", w.Code, w.Body)
	}
	if w := send(t, s, everything(), http.MethodGet, one, nil); w.Code != http.StatusNotFound {
		t.Errorf("the deleted device answers %d", w.Code)
	}
	if w := send(t, s, everything(), http.MethodGet, "/v1.0/deviceManagement/windowsAutopilotDeviceIdentities/"+ids["pc"], nil); w.Code != http.StatusOK {
		t.Errorf("the registration went with the managed device: %d", w.Code)
	}
}

func TestAutopilotEventsTellHowLongAndWhy(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	ids := registerOne(t, s)
	got := decode[map[string]any](t, send(t, s, everything(), http.MethodGet, "/beta/deviceManagement/autopilotEvents/"+ids["deployment"]+"?$expand=policyStatusDetails", nil))
	for name, want := range map[string]any{
		"deviceId": ids["managed"], "deploymentState": "success", "deviceSetupStatus": "success", "accountSetupStatus": "disabled", "enrollmentState": "enrolled",
		"deploymentTotalDuration": "PT1H3M", "deploymentDuration": "PT1H1M30S", "deviceSetupDuration": "PT1H", "accountSetupDuration": "PT0S", "devicePreparationDuration": "PT2M",
		"windowsAutopilotDeploymentProfileDisplayName": "Sales laptops", "deviceSerialNumber": "PF-001",
	} {
		if diff := cmp.Diff(want, got[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	details, _ := got["policyStatusDetails"].([]any)
	if len(details) != 1 {
		t.Fatalf("policy status details: %v", got["policyStatusDetails"])
	}
	app, _ := details[0].(map[string]any)
	for name, want := range map[string]any{"displayName": "7-Zip", "policyType": "application", "complianceStatus": "error", "trackedOnEnrollmentStatus": true, "errorCode": float64(-2147023278)} {
		if diff := cmp.Diff(want, app[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	timeline := decode[struct {
		Value []struct{ Event, Description string }
	}](t, send(t, s, everything(), http.MethodGet, "/beta/deviceManagement/autopilotEvents/"+ids["deployment"]+"/timeline", nil))
	if len(timeline.Value) != 1 || timeline.Value[0].Event != "enrolled" {
		t.Errorf("timeline: %+v", timeline.Value)
	}
}

// A PC that left before its device setup began is at no phase any more.
func TestADeploymentThatEndedIsMeasuredUpToItsEndAlone(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	began := noon.Add(-3 * time.Hour)
	for _, c := range []struct {
		id                 string
		setup, account     time.Time
		ended              time.Time
		preparation, first string // devicePreparationDuration, deviceSetupDuration
		second, total      string // accountSetupDuration, deploymentTotalDuration
	}{
		{"c0ffee00-0000-4000-8000-00000000000a", time.Time{}, time.Time{}, began.Add(5 * time.Minute), "PT5M", "PT0S", "PT0S", "PT5M"},
		{"c0ffee00-0000-4000-8000-00000000000b", began.Add(time.Minute), began.Add(2 * time.Minute), began.Add(5 * time.Minute), "PT1M", "PT4M", "PT3M", "PT5M"},
		{"c0ffee00-0000-4000-8000-00000000000c", time.Time{}, time.Time{}, time.Time{}, "PT3H", "PT0S", "PT0S", "PT3H"},
	} {
		y := enrollment.Deployment{ID: enrollment.DeploymentID(c.id), State: enrollment.DeploymentFailure, StartedAt: began, SetupStart: c.setup, AccountStart: c.account, EndedAt: c.ended, Version: 1}
		if err := s.db.Enrollment().InTx(t.Context(), func(tx enrollment.Tx) error { return tx.CreateDeployment(t.Context(), tenant, y) }); err != nil {
			t.Fatal(err)
		}
		got := decode[map[string]any](t, send(t, s, everything(), http.MethodGet, "/beta/deviceManagement/autopilotEvents/"+c.id, nil))
		for name, want := range map[string]string{"devicePreparationDuration": c.preparation, "deviceSetupDuration": c.first, "accountSetupDuration": c.second, "deploymentTotalDuration": c.total} {
			if got[name] != want {
				t.Errorf("%s of %s is %v, want %s", name, c.id, got[name], want)
			}
		}
	}
}

func TestTheManagedDevicesOfAPersonAreTheirs(t *testing.T) {
	t.Parallel()
	s := newStack(t)
	ids := map[string]string{}
	for _, name := range []string{"adele", "megan"} {
		w := send(t, s, everything(), http.MethodPost, "/v1.0/users", map[string]any{"displayName": name, "userPrincipalName": name + "@" + domain})
		ids[name], _ = decode[map[string]any](t, w)["id"].(string)
	}
	device, _ := s.managed("44444444-4444-4444-8444-444444444444", directory.ObjectID(ids["adele"]))
	for path, want := range map[string]int{
		ids["adele"]:           1,
		"adele@" + domain:      1,
		ids["adele"] + "?none": 0,
		"megan@" + domain:      0,
	} {
		id, none := strings.CutSuffix(path, "?none")
		query := "?$select=id,serialNumber&$filter=serialNumber eq 'PF-001'"
		if none {
			query = "?$filter=serialNumber eq 'PF-002'"
		}
		w := send(t, s, everything(), http.MethodGet, "/v1.0/users/"+id+"/managedDevices"+query, nil)
		got := decode[struct{ Value []struct{ ID string } }](t, w).Value
		if w.Code != http.StatusOK || len(got) != want || want == 1 && got[0].ID != device {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := send(t, s, as(access.UserReadAll), http.MethodGet, "/v1.0/users/"+ids["adele"]+"/managedDevices", nil); w.Code != http.StatusForbidden {
		t.Errorf("with User.Read.All alone: %d", w.Code)
	}
}
