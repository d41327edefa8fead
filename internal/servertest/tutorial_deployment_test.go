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
