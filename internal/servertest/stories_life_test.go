package servertest_test

import (
	"net/http"
	"testing"
	"time"

	"taxiway/internal/servertest"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
)

func (s *school) swap(pc *servertest.VirtualPC, parts ...machine.Part) {
	s.t.Helper()
	for _, part := range parts {
		if _, err := pc.Machine.Swap(part); err != nil {
			s.t.Fatalf("swap the %s: %v", part, err)
		}
	}
}

// What happens to PCs after they were set up, or were before.
func TestStoriesOfUsedPCs(t *testing.T) {
	t.Parallel()
	tell(t, []story{
		{name: "another board and TPM need a new registration", tell: func(s *school) {
			pc, registration := s.pc("desk")
			s.swap(pc, machine.Board, machine.TPM)
			s.plain("with another board", pc, "908", 908, "The hardware of this PC is not the hardware that was registered.")
			// It proved nothing, so nothing is noted of the registered PC either.
			if list := s.setUps(registration); len(list) != 0 {
				s.t.Errorf("the PC's deployments are %v", list)
			}
			s.status("with another board", registration, "Assigned", "Sales")
			// An administrator tells the server what the technician read from the PC.
			hash, err := pc.Machine.HandOver(time.Now())
			if err != nil {
				s.t.Fatal(err)
			}
			s.p.Must(s.t, s.Token, http.MethodPost, identities+"/"+registration+"/reportHardware", object{"hardwareIdentifier": hash}, http.StatusOK)
			s.status("reported", registration, "Attention required", "Sales")
			why := s.p.Must(s.t, s.Token, http.MethodGet, identities+"/"+registration+"/explain", nil, http.StatusOK).JSON
			if remedies, _ := why["remedies"].([]any); why["statusMessage"] != nil || len(remedies) == 0 {
				s.t.Errorf("reported the message is %v, with %v", why["statusMessage"], remedies)
			}
			s.reset(pc)
			s.plain("reported", pc, "908", 908, "The hardware of this PC is not the hardware that was registered.")
			s.p.Must(s.t, s.Token, http.MethodDelete, identities+"/"+registration, nil, http.StatusNoContent)
			s.reset(pc)
			s.plain("deregistered", pc, "807", 807, "not registered")
			s.reset(pc)
			anew := pc.Register(s.t, s.p, s.Token, "Sales")
			if anew == registration {
				s.t.Error("the registration is the old one")
			}
			s.status("registered anew", anew, "Assigned", "Sales")
			s.arrived("registered anew", pc.Boot(s.t, "network wired", nil), anew, "success")
		}},
		{name: "a PC is wiped and handed to somebody else", tell: func(s *school) {
			pc, registration := s.pc("desk")
			before := pc.Boot(s.t, "network wired", nil)
			s.arrived("for adele", before, registration, "success")
			s.p.Must(s.t, s.Token, http.MethodPost, managedDevices+"/"+before.ManagedID+"/wipe", object{}, http.StatusNoContent)
			bob := s.bob(nil)
			s.assign(registration, bob)
			pc.Person.UPN = ""
			var e eyes
			r := pc.Boot(s.t, "network wired", e.open) // the session of which wipes it
			s.arrivedFor(bob, "for bob", r, registration, "success")
			if f := e.page(s.t, setup.ScreenAccount, nil).Fields[0]; f.Value != bob.UPN {
				s.t.Errorf("filled in is %q", f.Value)
			}
			if r.Setup.DeviceID != before.Setup.DeviceID || r.ManagedID != before.ManagedID {
				s.t.Errorf("the device %s was %s, the managed device %s was %s", r.Setup.DeviceID, before.Setup.DeviceID, r.ManagedID, before.ManagedID)
			}
			s.only("handed on", 1, 1)
			s.theirs(r.Setup.DeviceID, bob)
			if owned := s.p.All(s.t, s.Token, "/v1.0/users/"+string(s.adele.ID)+"/ownedDevices"); len(owned) != 0 {
				s.t.Errorf("adele still owns %v", owned)
			}
			if all := s.setUps(registration); len(all) != 2 || all[0]["userPrincipalName"] != bob.UPN || all[1]["userPrincipalName"] != s.adele.UPN || all[1]["deploymentEndDateTime"] == nil {
				s.t.Errorf("the PC's deployments are %v", all)
			}
		}},
		{name: "a PC that was set up without Autopilot is converted", tell: func(s *school) {
			group := id(s.t, s.p.Must(s.t, s.Token, http.MethodPost, "/v1.0/groups", plainGroup("To convert"), http.StatusCreated))
			made := id(s.t, s.p.Must(s.t, s.Token, http.MethodPost, profiles, with(tutorialProfile("Converting"), "hardwareHashExtractionEnabled", true), http.StatusCreated))
			s.assigns(made, "groupAssignmentTarget", group)
			pc := s.p.NewVirtualPC(s.t, "old", s.draw, s.adele)
			r := pc.Boot(s.t, "network wired", nil) // for work or school, with an account of the organization
			if r.Outcome != virtualpc.OutcomeDesktop || !r.Setup.Joined || !r.Setup.Managed || r.Setup.Profile != "" {
				s.t.Fatalf("without Autopilot the PC is %s: %+v", r.Outcome, r.Setup)
			}
			if all := s.p.All(s.t, s.Token, identities); len(all) != 0 {
				s.t.Errorf("registered before: %v", all)
			}
			s.joins(s.object(r.Setup.DeviceID), group)
			pc.Boot(s.t, "network wired", nil)
			all := s.p.All(s.t, s.Token, identities)
			if len(all) != 1 || all[0]["serialNumber"] != pc.Machine.Hardware.SystemSerial || all[0]["managedDeviceId"] != r.ManagedID {
				s.t.Fatalf("registered afterwards: %v", all)
			}
			registration, _ := all[0]["id"].(string)
			s.status("converted", registration, "Assigned", "Converting")
			s.reset(pc)
			r = pc.Boot(s.t, "network wired", nil)
			s.arrived("set up anew", r, registration, "success")
			if r.Setup.Profile != "Converting" {
				s.t.Errorf("set up anew the PC has %q", r.Setup.Profile)
			}
			s.only("set up anew", 1, 1)
		}},
	})
}
