package fleet_test

import (
	"testing"

	"taxiway/internal/graphclient"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/fleet"
	"taxiway/internal/virtualpc/setup"
)

// deployed is a PC at its desktop with the record that says the same.
func deployed() (*fleet.PC, fleet.Record) {
	pc := &fleet.PC{Result: fleet.Result{
		Name: "fleet-00001", Serial: "SN1", Registration: "reg", User: "ann@contoso.example", Outcome: fleet.Desktop, Boots: 1,
		Steps: []virtualpc.StepReport{{Step: virtualpc.StepJoin, OK: true}, {Step: virtualpc.StepDesktop, OK: true}},
		Report: &virtualpc.Report{Outcome: virtualpc.OutcomeDesktop, ManagedID: "managed", Setup: setup.Report{
			Finished: true, Profile: "Fleet", Joined: true, DeviceID: "device", Name: "DESKTOP-1", Managed: true,
		}},
	}}
	rec := fleet.Record{
		Identity: &graphclient.DeviceIdentity{
			ID: "reg", SerialNumber: "SN1", UserPrincipalName: "ann@contoso.example", EntraDeviceID: "device", ManagedDeviceID: "managed", EnrollmentState: "enrolled",
			Profile: &graphclient.Profile{DisplayName: "Fleet"},
		},
		Deployments: []graphclient.Deployment{{ID: "y", State: "success", UserPrincipalName: "ann@contoso.example"}},
		Managed:     []graphclient.ManagedDevice{{ID: "managed", DeviceName: "DESKTOP-1", SerialNumber: "SN1", UserPrincipalName: "ann@contoso.example", EntraDeviceID: "device"}},
		Device:      &graphclient.Device{DeviceID: "device", DisplayName: "DESKTOP-1"},
	}
	for _, e := range []string{"registered", "profileChosen", "profileDownloaded", "signedIn", "joined", "enrolled", "phaseBegan", "phaseEnded", "desktop"} {
		rec.Timeline = append(rec.Timeline, graphclient.TimelineEvent{Event: e})
	}
	return pc, rec
}

func differences(pc *fleet.PC, rec fleet.Record) []fleet.Difference {
	f := &fleet.Fleet{PCs: []*fleet.PC{pc}}
	return f.Compare([]fleet.Record{rec})
}

func TestARecordThatSaysWhatThePCWentThroughDoesNotDiffer(t *testing.T) {
	t.Parallel()
	pc, rec := deployed()
	if got := differences(pc, rec); len(got) > 0 {
		t.Errorf("differences: %+v", got)
	}
}

// Whatever is taken out of a record, or put into it, is found.
func TestEveryMissingAndEveryContradictingPartOfARecordIsListed(t *testing.T) {
	t.Parallel()
	without := func(event string) func(*fleet.PC, *fleet.Record) {
		return func(_ *fleet.PC, r *fleet.Record) {
			var left []graphclient.TimelineEvent
			for _, e := range r.Timeline {
				if e.Event != event {
					left = append(left, e)
				}
			}
			r.Timeline = left
		}
	}
	for name, c := range map[string]struct {
		change func(*fleet.PC, *fleet.Record)
		what   string
	}{
		"no registration": {func(_ *fleet.PC, r *fleet.Record) { r.Identity = nil }, "registration"},
		"another user":    {func(_ *fleet.PC, r *fleet.Record) { r.Identity.UserPrincipalName = "bob@contoso.example" }, "user"},
		"another profile": {func(_ *fleet.PC, r *fleet.Record) { r.Identity.Profile.DisplayName = "Other" }, "assigned profile"},
		"no download":     {without("profileDownloaded"), "event profileDownloaded"},
		"no sign-in":      {without("signedIn"), "event signedIn"},
		"no join":         {without("joined"), "event joined"},
		"no enrolment":    {without("enrolled"), "event enrolled"},
		"no desktop":      {without("desktop"), "event desktop"},
		"joined twice": {func(_ *fleet.PC, r *fleet.Record) {
			r.Timeline = append(r.Timeline, graphclient.TimelineEvent{Event: "joined"})
		}, "event joined"},
		"another order":        {func(_ *fleet.PC, r *fleet.Record) { r.Timeline[2], r.Timeline[4] = r.Timeline[4], r.Timeline[2] }, "order of events"},
		"another device":       {func(_ *fleet.PC, r *fleet.Record) { r.Identity.EntraDeviceID = "other" }, "device id"},
		"no device object":     {func(_ *fleet.PC, r *fleet.Record) { r.Device = nil }, "device object"},
		"another name":         {func(_ *fleet.PC, r *fleet.Record) { r.Device.DisplayName = "OTHER" }, "device object's name"},
		"not enrolled":         {func(_ *fleet.PC, r *fleet.Record) { r.Identity.EnrollmentState = "notContacted" }, "enrolment state"},
		"no managed device":    {func(_ *fleet.PC, r *fleet.Record) { r.Managed = nil }, "managed devices"},
		"two managed devices":  {func(_ *fleet.PC, r *fleet.Record) { r.Managed = append(r.Managed, r.Managed[0]) }, "managed devices"},
		"another managed name": {func(_ *fleet.PC, r *fleet.Record) { r.Managed[0].DeviceName = "OTHER" }, "managed device's name"},
		"no deployment":        {func(_ *fleet.PC, r *fleet.Record) { r.Deployments = nil }, "deployment"},
		"a failed deployment":  {func(_ *fleet.PC, r *fleet.Record) { r.Deployments[0].State = "failure" }, "deployment state"},
		"a PC that never joined": {func(pc *fleet.PC, _ *fleet.Record) {
			pc.Report.Setup.Joined, pc.Report.Setup.Finished, pc.Report.ManagedID = false, false, ""
			pc.Steps = []virtualpc.StepReport{{Step: virtualpc.StepTerms}}
		}, "event joined"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pc, rec := deployed()
			c.change(pc, &rec)
			for _, d := range differences(pc, rec) {
				if d.What == c.what && d.Serial == "SN1" {
					return
				}
			}
			t.Errorf("nothing is said of %q: %+v", c.what, differences(pc, rec))
		})
	}
}

// Who broke off in the middle of a step cannot know whether it happened.
func TestAPCThatBrokeOffInTheMiddleOfAStepDoesNotContradictIt(t *testing.T) {
	t.Parallel()
	pc, rec := deployed()
	pc.Report.Setup.Finished, pc.Report.ManagedID, pc.Report.Outcome = false, "", virtualpc.OutcomeFailed
	pc.Steps = []virtualpc.StepReport{{Step: virtualpc.StepJoin, OK: true}, {Step: virtualpc.StepEnrol}}
	rec.Timeline, rec.Deployments[0].State = rec.Timeline[:6], "inProgress"
	if got := differences(pc, rec); len(got) > 0 {
		t.Errorf("differences: %+v", got)
	}
	pc.Steps = pc.Steps[:1]
	if got := differences(pc, rec); len(got) == 0 {
		t.Error("a PC that had not begun to enrol does not contradict an enrolment")
	}
}
