package servertest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"taxiway/internal/servertest"
	"taxiway/internal/virtualpc"
	"taxiway/internal/virtualpc/machine"
	"taxiway/internal/virtualpc/setup"
)

// bob is another person of the tenant, who sits down at the PC.
func (s *school) bob(pc *servertest.VirtualPC) *servertest.Person {
	s.t.Helper()
	who := newJoining(s.t, s.p, s.Tenant, "bob")
	if pc != nil {
		pc.Person.UPN = who.UPN // all have the same password
	}
	return who
}

// theirs wants the PC's device object to be one person's.
func (s *school) theirs(deviceID string, who *servertest.Person) {
	s.t.Helper()
	object := s.object(deviceID)
	for _, of := range []string{"/registeredOwners", "/registeredUsers"} {
		all := s.p.All(s.t, s.Token, "/v1.0/devices/"+object+of)
		if len(all) != 1 || all[0]["id"] != string(who.ID) {
			s.t.Errorf("the device's %s are %v, want %s", of, all, who.UPN)
		}
	}
}

// Who sits down at a PC, and whom the tenant lets join and enrol.
func TestStoriesOfWhoSignsIn(t *testing.T) {
	t.Parallel()
	tell(t, []story{
		{name: "the assigned user's address is filled in and can be changed", tell: func(s *school) {
			pc, registration := s.pc("desk")
			bob := s.bob(pc)
			var e eyes
			r := pc.Boot(s.t, "network wired", e.open)
			page := e.page(s.t, setup.ScreenAccount, nil)
			if f := page.Fields[0]; f.Value != s.adele.UPN || f.Fixed {
				s.t.Errorf("filled in is %+v, want %s, to be changed", f, s.adele.UPN)
			}
			s.arrivedFor(bob, "as bob", r, registration, "success")
			s.theirs(r.Setup.DeviceID, bob)
			if got := s.p.Must(s.t, s.Token, http.MethodGet, identities+"/"+registration, nil, http.StatusOK).JSON; got["userPrincipalName"] != s.adele.UPN {
				s.t.Errorf("the PC is assigned to %v", got["userPrincipalName"])
			}
		}},
		{name: "the assigned user takes what is filled in", tell: func(s *school) {
			pc, registration := s.pc("desk")
			if got := s.p.Must(s.t, s.Token, http.MethodGet, identities+"/"+registration, nil, http.StatusOK).JSON; got["userPrincipalName"] != s.adele.UPN || got["addressableUserName"] != "Adele" {
				s.t.Errorf("the PC is assigned to %v, %v", got["userPrincipalName"], got["addressableUserName"])
			}
			pc.Person.UPN = ""
			r := pc.Boot(s.t, "network wired", nil)
			s.arrived("as filled in", r, registration, "success")
			s.theirs(r.Setup.DeviceID, s.adele)
		}},
		{name: "only the assigned user may sign in", tell: func(s *school) {
			(&estate{Tenant: s.Tenant}).onlyAssigned(s.t, s.p, true)
			pc, registration := s.pc("desk")
			s.bob(pc)
			var e eyes
			s.stuck(pc.Boot(s.t, "network wired", e.open), setup.ScreenAccount, setup.CodeAssignedUser, "Only the person this PC is assigned to may sign in")
			if f := e.page(s.t, setup.ScreenAccount, nil).Fields[0]; f.Value != s.adele.UPN || !f.Fixed {
				s.t.Errorf("filled in is %+v, want %s, fixed", f, s.adele.UPN)
			}
			s.only("as bob", 0, 1)
			pc.Person.UPN = s.adele.UPN
			s.arrived("as adele", pc.Boot(s.t, "network wired", nil), registration, "success")
		}},
		{name: "the server refuses another than the assigned user too", tell: func(s *school) {
			pc, registration := s.pc("desk")
			s.bob(pc)
			switched := false // on when the PC has its profile already
			e := eyes{also: func(v virtualpc.View) {
				if v.Screen.Name == setup.ScreenPassword && !switched {
					switched = true
					(&estate{Tenant: s.Tenant}).onlyAssigned(s.t, s.p, true)
				}
			}}
			r := pc.Boot(s.t, "network wired", e.open)
			s.stuck(r, setup.ScreenError, setup.CodeAssignedUser, "Only the person this PC is assigned to may sign in")
			if r.Problem.Said == "" || r.Setup.Joined {
				s.t.Errorf("the server said %q, joined %t", r.Problem.Said, r.Setup.Joined)
			}
			logged(s.t, pc, machine.ChannelJoin, 304)
			s.only("as bob", 0, 1)
			if _, events := s.record(registration); !slices.Contains(events, "refused") || slices.Contains(events, "joined") {
				s.t.Errorf("the timeline says %v", events)
			}
		}},
		{name: "somebody of another organization", tell: func(s *school) {
			other := s.p.NewTenant(s.t, "other-"+s.Domain[:len(s.Domain)-len(".example")], true)
			eve := newJoining(s.t, s.p, other, "eve")
			pc, registration := s.pc("desk")
			pc.Person.UPN = eve.UPN
			s.stuck(pc.Boot(s.t, "network wired", nil), setup.ScreenPassword, setup.CodeSignIn, "The sign-in was refused.")
			s.only("refused", 0, 1)
			if all := s.p.All(s.t, other.Token, "/v1.0/devices"); len(all) != 0 {
				s.t.Errorf("the other organization has %v", all)
			}
			pc.Person.UPN = s.adele.UPN
			s.arrived("as adele", pc.Boot(s.t, "", nil), registration, "success")
		}},
		{name: "nobody may join, then selected people may", tell: func(s *school) {
			pc, registration := s.pc("desk")
			s.mayJoin(object{"@odata.type": "#microsoft.graph.noDeviceRegistrationMembership"})
			s.stuck(pc.Boot(s.t, "network wired", nil), setup.ScreenError, "0x801c0003", "This user isn't authorized to enroll.")
			logged(s.t, pc, machine.ChannelJoin, 304)
			s.only("None", 0, 1)
			bob := s.bob(nil)
			s.mayJoin(enumerated([]string{string(bob.ID)}, nil))
			s.stuck(pc.Boot(s.t, "press try-again", nil), setup.ScreenError, "0x801c0003", "This user isn't authorized to enroll.")
			s.only("Selected, and not adele", 0, 1)
			group := s.newGroup("Joining", string(s.adele.ID))
			s.mayJoin(enumerated([]string{string(bob.ID)}, []string{group}))
			s.arrived("in a selected group", pc.Boot(s.t, "press try-again", nil), registration, "success")
			logged(s.t, pc, machine.ChannelJoin, 306)
		}},
		{name: "a PC outside the MDM user scope joins, and nobody manages it", tell: func(s *school) {
			pc, registration := s.pc("desk")
			s.scope("none")
			s.unmanaged("None", pc, registration)
			s.reset(pc)
			pilots := s.newGroup("Pilots", string(s.bob(nil).ID))
			group := s.newGroup("Everybody who is managed", pilots)
			s.p.Must(s.t, s.Token, http.MethodPost, mdmScope+"/"+scopeID+"/includedGroups/$ref", reference(group), http.StatusNoContent)
			s.unmanaged("Some, and not adele", pc, registration)
			s.reset(pc)
			s.joins(string(s.adele.ID), pilots)
			s.arrived("Some, and adele, through another group", pc.Boot(s.t, "network wired", nil), registration, "success")
			// Who is managed stays so.
			s.scope("none")
			s.arrived("None again", pc.Boot(s.t, "", nil), registration, "success")
		}},
		{name: "somebody is taken out of the MDM user scope while the PC joins", tell: func(s *school) {
			pc, registration := s.pc("desk")
			e := eyes{also: func(v virtualpc.View) {
				if v.Screen.Name == setup.ScreenTerms && v.Fresh {
					s.scope("none")
				}
			}}
			r := pc.Boot(s.t, "network wired", e.open)
			s.stuck(r, setup.ScreenError, "0x80180003", "You are not allowed to enrol this PC.")
			logged(s.t, pc, machine.ChannelMDM, machine.EventProvisioningFailed)
			s.only("None", 0, 1)
			s.theirs(r.Setup.DeviceID, s.adele) // it has joined
			if summary, _ := s.record(registration); summary["deploymentState"] != "failure" {
				s.t.Errorf("None: the deployment is %v", summary)
			}
			s.scope("all")
			s.arrived("All again", pc.Boot(s.t, "press try-again", nil), registration, "success")
		}},
		{name: "only the assigned user may sign in, since the PC has joined", tell: func(s *school) {
			pc, registration := s.pc("desk")
			bob := s.bob(pc)
			if r := pc.Boot(s.t, "network wired\nat enrol power-off", nil); r.Outcome != virtualpc.OutcomeOff || !r.Setup.Joined {
				s.t.Fatalf("the boot ended as %s: %+v", r.Outcome, r.Setup)
			}
			(&estate{Tenant: s.Tenant}).onlyAssigned(s.t, s.p, true)
			r := pc.Boot(s.t, "", nil)
			s.stuck(r, setup.ScreenError, "0x80180003", "You are not allowed to enrol this PC.")
			if !strings.Contains(r.Problem.Said, "assigned to "+s.adele.UPN) {
				s.t.Errorf("the server said %q", r.Problem.Said)
			}
			s.only("as bob", 0, 1)
			if got := s.p.Must(s.t, s.Token, http.MethodGet, identities+"/"+registration, nil, http.StatusOK).JSON; got["enrollmentState"] != "failed" {
				s.t.Errorf("the registration is %v", got["enrollmentState"])
			}
			s.assign(registration, bob)
			s.arrivedFor(bob, "assigned to bob", pc.Boot(s.t, "press try-again", nil), registration, "success")
			// Who is managed stays so.
			s.assign(registration, s.adele)
			if r := pc.Boot(s.t, "", nil); r.Outcome != virtualpc.OutcomeDesktop || r.Unheard != "" {
				s.t.Errorf("assigned to adele again the boot ended as %s (%s)", r.Outcome, r.Unheard)
			}
		}},
		{name: "more PCs than a person may have", tell: func(s *school) {
			s.p.Must(s.t, s.Token, http.MethodPut, joinPolicy, with(policyBody(), "userDeviceQuota", 1), http.StatusOK)
			first, registration := s.pc("desk")
			r := first.Boot(s.t, "network wired", nil)
			s.arrived("the first", r, registration, "success")
			second, _ := s.pc("lap")
			s.stuck(second.Boot(s.t, "network wired", nil), setup.ScreenError, "0x801c000e", "You have joined as many devices as you may.")
			logged(s.t, second, machine.ChannelJoin, 304)
			s.only("the second", 1, 2) // the other is its registration's
			s.theirs(r.Setup.DeviceID, s.adele)
		}},
	})
}

// mayJoin says who may join devices.
func (s *school) mayJoin(who object) {
	s.t.Helper()
	s.p.Must(s.t, s.Token, http.MethodPut, joinPolicy, with(policyBody(), "azureADJoin", object{"allowedToJoin": who}), http.StatusOK)
}

// scope is the MDM user scope, none or all.
func (s *school) scope(to string) {
	s.t.Helper()
	s.p.Must(s.t, s.Token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": to}, http.StatusNoContent)
}

// assign assigns a PC to a person.
func (s *school) assign(registration string, who *servertest.Person) {
	s.t.Helper()
	s.p.Must(s.t, s.Token, http.MethodPost, identities+"/"+registration+"/assignUserToDevice", object{"userPrincipalName": who.UPN, "addressableUserName": "Dear"}, http.StatusNoContent)
}

// unmanaged boots a PC that comes to its desktop without being managed, and
// wants the server to say why.
func (s *school) unmanaged(when string, pc *servertest.VirtualPC, registration string) {
	s.t.Helper()
	r := pc.Boot(s.t, "network wired", nil)
	if r.Outcome != virtualpc.OutcomeDesktop || r.Problem != nil || !r.Setup.Joined || r.Setup.Managed || r.Setup.ManagedWhy == "" || r.ManagedID != "" || r.Setup.Account != s.adele.UPN {
		s.t.Fatalf("%s: the boot ended as %s with %+v: %+v", when, r.Outcome, r.Problem, r.Setup)
	}
	showed(s.t, r, nil, []setup.ScreenName{setup.ScreenTerms, setup.ScreenDeviceESP, setup.ScreenUserESP})
	s.only(when, 0, 1)
	s.theirs(r.Setup.DeviceID, s.adele)
	summary, events := s.record(registration)
	if why, _ := summary["enrollmentFailureDetails"].(string); summary["deploymentState"] != "failure" || !strings.Contains(why, s.adele.UPN+" is not in the MDM user scope") || !slices.Contains(events, "joined") {
		s.t.Errorf("%s: the deployment is %v: %v", when, summary, events)
	}
}
