package servertest_test

import (
	"net/http"
	"slices"
	"testing"

	"taxiway/internal/servertest"
	"taxiway/internal/soap"
)

// brought is a PC that somebody joined, about to enrol.
func (e *estate) brought(t *testing.T, p *servertest.Process, who *servertest.Person, more object) *servertest.MDMDevice {
	t.Helper()
	j := servertest.NewJoiner(t)
	j.Take(t, p.Join(t, p.JoinPassword(t, e.ID, who.UPN, who.Password), j.Body(t, "XW-0001", more), http.StatusOK))
	d := servertest.NewMDMDevice(t, p, "XW-0001")
	t.Cleanup(d.Close)
	d.Machine, d.InOOBE = true, true
	d.Show(j)
	return d
}

// theirs checks that a managed device, its device object and its newest
// deployment name one person.
func (e *estate) theirs(t *testing.T, p *servertest.Process, what string, d *servertest.MDMDevice, who *servertest.Person) {
	t.Helper()
	m := p.Must(t, e.Token, http.MethodGet, managedDevices+"/"+d.Enrolment.EntDMID, nil, http.StatusOK).JSON
	if m["userId"] != string(who.ID) || m["userPrincipalName"] != who.UPN {
		t.Errorf("%s: the managed device is of %v, %v, want %s", what, m["userPrincipalName"], m["userId"], who.UPN)
	}
	deviceID, _ := m["azureADDeviceId"].(string)
	object := id(t, p.Must(t, e.Token, http.MethodGet, "/v1.0/devices(deviceId='"+deviceID+"')", nil, http.StatusOK))
	(&joinSite{estate: e, t: t, p: p}).belongs(object, string(who.ID))
	events := p.All(t, e.Token, autopilotEvents+"?$filter=deviceId eq '"+d.Enrolment.EntDMID+"'&$orderby=deploymentStartDateTime desc")
	if len(events) == 0 || events[0]["userId"] != string(who.ID) || events[0]["userPrincipalName"] != who.UPN {
		t.Errorf("%s: the deployments of the PC are %v, want %s's", what, events, who.UPN)
	}
}

func TestWithoutAPersonsTokenNothingIsEnrolledAndWithItThePCIsThatPersons(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		ann := e.member(t, p, "ann")
		p.Must(t, e.Token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "all"}, http.StatusNoContent)
		_, doc := p.AskProven(t, "/ztd/profile", e.pc, e.hash)
		ticket, _ := doc["DeviceTicket"].(string)
		d := e.brought(t, p, ann, servertest.Ticketed(ticket))
		before := e.state(t, p)
		for what, c := range map[string]struct {
			proof   servertest.MDMProof
			subcode soap.Subcode
		}{
			"nobody":                        {servertest.MDMProof{}, soap.SubcodeAuthorization},
			"an app's token":                {servertest.MDMProof{Token: e.Token}, soap.SubcodeAuthentication},
			"a person's token for Graph":    {servertest.MDMProof{Token: e.person}, soap.SubcodeAuthentication},
			"a person's token for the join": {servertest.MDMProof{Token: p.JoinPassword(t, e.ID, ann.UPN, ann.Password)}, soap.SubcodeAuthentication},
			"the PC's own ticket":           {servertest.MDMProof{Token: ticket}, soap.SubcodeAuthentication},
		} {
			err := d.Enrol(t.Context(), ann.UPN, c.proof)
			wantFault(t, what, err, c.subcode, "")
			if after := e.state(t, p); string(before) != string(after) {
				t.Errorf("%s: something changed:\n%s", what, firstDifference(before, after))
			}
			if all := p.All(t, e.Token, managedDevices); len(all) != 0 {
				t.Fatalf("%s: there are managed devices: %v", what, all)
			}
			if _, events := e.timeline(t, p); slices.Contains(events, "enrolled") {
				t.Errorf("%s: the timeline says %v", what, events)
			}
		}
		if err := d.Enrol(t.Context(), ann.UPN, servertest.MDMProof{Token: p.EnrolToken(t, ann)}); err != nil {
			t.Fatalf("with ann's token: %v", err)
		}
		e.theirs(t, p, "after ann signed in", d, ann)
	})
}

func TestTheMDMUserScopeDecidesWhosePCsAreEnrolled(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		ann, bob := e.member(t, p, "ann"), e.member(t, p, "bob")
		d := e.brought(t, p, ann, nil)
		other := e.brought(t, p, bob, nil)
		refused := func(what string, d *servertest.MDMDevice, who *servertest.Person, managed int) {
			t.Helper()
			wantFault(t, what, d.Enrol(t.Context(), who.UPN, servertest.MDMProof{Token: p.EnrolToken(t, who)}), soap.SubcodeAuthorization, "")
			if all := p.All(t, e.Token, managedDevices); len(all) != managed {
				t.Errorf("%s: %d managed devices, want %d", what, len(all), managed)
			}
			events := p.All(t, e.Token, autopilotEvents+"?$orderby=deploymentStartDateTime desc")
			if len(events) == 0 || events[0]["userPrincipalName"] != who.UPN || events[0]["deploymentState"] != "failure" {
				t.Errorf("%s: the deployments are %v", what, events)
			}
		}
		enrols := func(what string, d *servertest.MDMDevice, who *servertest.Person) {
			t.Helper()
			if err := d.Enrol(t.Context(), who.UPN, servertest.MDMProof{Token: p.EnrolToken(t, who)}); err != nil {
				t.Fatalf("%s: %v", what, err)
			}
		}
		// None, as tenants are made.
		refused("None", d, ann, 0)
		// Some: the people of a group, through another group too.
		o := &office{e.Tenant, t, p}
		people := o.group("Pilots", string(ann.ID))
		around := o.group("Everybody who is managed", people)
		p.Must(t, e.Token, http.MethodPost, mdmScope+"/"+scopeID+"/includedGroups/$ref", reference(around), http.StatusNoContent)
		enrols("in a group of the scope", d, ann)
		refused("in no group of the scope", other, bob, 1)
		o.add(people, string(bob.ID))
		enrols("added to the group", other, bob)
		// All, and then None again: a PC that is managed stays so.
		p.Must(t, e.Token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "all"}, http.StatusNoContent)
		eve := e.member(t, p, "eve")
		third := e.brought(t, p, eve, nil)
		enrols("All", third, eve)
		p.Must(t, e.Token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "none"}, http.StatusNoContent)
		e.checksIn(t, third)
		refused("None again", e.brought(t, p, eve, nil), eve, 3)
	})
}

// The user is chosen before anybody touches the PC, which greets by that name.
func TestAPCThatIsAssignedToSomebodyBecomesTheirs(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		ann := e.member(t, p, "ann")
		p.Must(t, e.Token, http.MethodPost, identities+"/"+e.identity+"/assignUserToDevice", object{"userPrincipalName": ann.UPN, "addressableUserName": "Annie"}, http.StatusNoContent)
		if got := p.Must(t, e.Token, http.MethodGet, identities+"/"+e.identity, nil, http.StatusOK).JSON; got["userPrincipalName"] != ann.UPN || got["addressableUserName"] != "Annie" {
			t.Errorf("the registration is of %v, %v", got["userPrincipalName"], got["addressableUserName"])
		}
		e.onlyAssigned(t, p, true)
		if _, doc := p.AskProven(t, "/ztd/profile", e.pc, e.hash); doc["CloudAssignedTenantUpn"] != ann.UPN || doc["OnlyAssignedUserMaySignIn"] != true {
			t.Errorf("the PC is told %v", doc)
		}
		d := e.deployed(t, p, ann)
		e.checksIn(t, d)
		e.theirs(t, p, "assigned beforehand", d, ann)
	})
}

// What changes about the groups while a PC is set up is in the next setup; this
// one ends with what the PC has downloaded.
func TestAGroupChangeDuringADeploymentIsInTheNextOne(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		ann := e.member(t, p, "ann")
		p.Must(t, e.Token, http.MethodPatch, mdmScope+"/"+scopeID, object{"appliesTo": "all"}, http.StatusNoContent)
		_, doc := p.AskProven(t, "/ztd/profile", e.pc, e.hash)
		ticket, _ := doc["DeviceTicket"].(string)
		if doc["DeploymentProfileName"] != "Sales profile of Contoso" {
			t.Fatalf("the PC got %v", doc)
		}
		// Another tag, another group, another profile.
		p.Must(t, e.Token, http.MethodPost, identities+"/"+e.identity+"/updateDeviceProperties", object{"groupTag": "Finance"}, http.StatusNoContent)
		if members := p.All(t, e.Token, "/v1.0/groups/"+e.dynamic+"/members"); len(members) != 0 {
			t.Errorf("the group of before has %v", members)
		}
		got := p.Must(t, e.Token, http.MethodGet, identities+"/"+e.identity+"?$expand=deploymentProfile", nil, http.StatusOK).JSON
		if named := got["deploymentProfile"].(object)["displayName"]; got["deploymentProfileAssignmentStatus"] != "assignedInSync" || named != "Everyone profile of Contoso" {
			t.Errorf("the PC has %v, %v", got["deploymentProfileAssignmentStatus"], named)
		}
		d := e.brought(t, p, ann, servertest.Ticketed(ticket))
		d.ZTDID, d.SerialNumber = e.identity, e.pc.Hardware.SystemSerial
		if err := d.Enrol(t.Context(), ann.UPN, servertest.MDMProof{Token: p.EnrolToken(t, ann)}); err != nil {
			t.Fatalf("enrol: %v", err)
		}
		e.checksIn(t, d)
		e.theirs(t, p, "after the change", d, ann)
		summary, events := e.timeline(t, p)
		if len(e.deployments(t, p)) != 1 || !slices.Contains(events, "profileDownloaded") || !slices.Contains(events, "enrolled") || summary["deploymentState"] != "inProgress" {
			t.Errorf("the deployment %v with %v", summary, events)
		}
		if _, doc := p.AskProven(t, "/ztd/profile", e.pc, e.hash); doc["DeploymentProfileName"] != "Everyone profile of Contoso" {
			t.Errorf("at its next setup the PC got %v", doc)
		}
	})
}

// deployments are those of the estate's PC, the newest first.
func (e *estate) deployments(t *testing.T, p *servertest.Process) []object {
	t.Helper()
	all, _ := p.Must(t, e.Token, http.MethodGet, "/beta/deviceManagement/windowsAutopilotDeviceIdentities/"+e.identity+"/deployments", nil, http.StatusOK).JSON["value"].([]any)
	out := make([]object, len(all))
	for i := range all {
		out[i], _ = all[i].(object)
	}
	return out
}

// A PC is wiped, assigned to somebody else and handed on, all within minutes.
func TestAPCIsResetAndHandedToSomebodyElse(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		ann, bob := e.member(t, p, "ann"), e.member(t, p, "bob")
		d := e.deployed(t, p, ann)
		e.checksIn(t, d)
		first := d.Enrolment.EntDMID
		p.Must(t, e.Token, http.MethodPost, managedDevices+"/"+first+"/wipe", object{}, http.StatusNoContent)
		e.checksIn(t, d)
		if !d.Wiped {
			t.Fatal("the PC was not wiped")
		}
		if got := p.Must(t, e.Token, http.MethodGet, identities+"/"+e.identity, nil, http.StatusOK).JSON; got["enrollmentState"] != "notContacted" || got["deploymentProfileAssignmentStatus"] != "assignedInSync" {
			t.Errorf("after the wipe the registration is %v, %v", got["enrollmentState"], got["deploymentProfileAssignmentStatus"])
		}
		p.Must(t, e.Token, http.MethodPost, identities+"/"+e.identity+"/assignUserToDevice", object{"userPrincipalName": bob.UPN, "addressableUserName": "Bob"}, http.StatusNoContent)
		again := e.deployed(t, p, bob)
		e.checksIn(t, again)
		e.theirs(t, p, "handed on", again, bob)
		if _, err := d.Session(t.Context(), servertest.MDMScript{}); servertest.HTTPStatus(err) != http.StatusUnauthorized {
			t.Errorf("the certificate of before the wipe counts: %v", err)
		}
		if objects := p.All(t, e.Token, "/v1.0/devices"); len(objects) != 1 || objects[0]["id"] != e.device {
			t.Errorf("the device objects are %v", objects)
		}
		if owned := p.All(t, e.Token, "/v1.0/users/"+string(ann.ID)+"/ownedDevices"); len(owned) != 0 {
			t.Errorf("ann still owns %v", owned)
		}
		all := e.deployments(t, p)
		if len(all) != 2 || all[0]["userPrincipalName"] != bob.UPN || all[1]["userPrincipalName"] != ann.UPN {
			t.Fatalf("the PC's deployments are %v", all)
		}
		if all[1]["deploymentEndDateTime"] == nil || all[1]["deploymentState"] != "failure" || all[0]["deploymentEndDateTime"] != nil {
			t.Errorf("the deployment that was wiped: %v", all[1])
		}
		if _, events := e.timeline(t, p); !slices.Equal(events[:min(len(events), 6)], []string{"registered", "profileChosen", "profileDownloaded", "signedIn", "joined", "enrolled"}) {
			t.Errorf("the second deployment's timeline is %v", events)
		}
	})
}
