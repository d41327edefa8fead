package servertest_test

import (
	"net/http"
	"slices"
	"testing"

	"taxiway/internal/servertest"
)

// comesBack takes the estate's PC, reset, through another join and enrolment:
// as a registered one, or by hand.
func (e *estate) comesBack(t *testing.T, p *servertest.Process, who *servertest.Person, before *servertest.MDMDevice, registered bool) *servertest.MDMDevice {
	t.Helper()
	more := map[string]any{}
	if registered {
		_, doc := p.AskProven(t, "/ztd/profile", e.pc, e.hash)
		ticket, _ := doc["DeviceTicket"].(string)
		more = servertest.Ticketed(ticket)
	}
	d := e.brought(t, p, who, more)
	d.SerialNumber, d.HardwareID = before.SerialNumber, before.HardwareID
	d.Device.Set("./DevDetail/Ext/Microsoft/SMBIOSSerialNumber", "chr", before.SerialNumber)
	if err := d.Enrol(t.Context(), who.UPN, servertest.MDMProof{Token: p.EnrolToken(t, who)}); err != nil {
		t.Fatalf("enrol again: %v", err)
	}
	return d
}

// expectOne checks that there is one managed device, with one device object.
func (e *estate) expectOne(t *testing.T, p *servertest.Process, when string, d *servertest.MDMDevice, who *servertest.Person) {
	t.Helper()
	managed := p.All(t, e.Token, managedDevices)
	if len(managed) != 1 {
		t.Fatalf("%s there are %d managed devices", when, len(managed))
	}
	objects := p.All(t, e.Token, "/v1.0/devices")
	if len(objects) != 1 {
		t.Fatalf("%s there are %d device objects", when, len(objects))
	}
	m, o := managed[0], objects[0]
	if m["id"] != d.Enrolment.EntDMID || m["azureADDeviceId"] != o["deviceId"] || m["userPrincipalName"] != who.UPN || m["managementState"] != "managed" {
		t.Errorf("%s the managed device is %v", when, m)
	}
	if o["isManaged"] != true || o["accountEnabled"] != true || o["trustType"] != "AzureAd" {
		t.Errorf("%s the device object is %v", when, o)
	}
	e.checksIn(t, d)
}

func TestAPCThatWasDeregisteredAndJoinsAgainIsOneManagedDevice(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		ann, bob := e.member(t, p, "ann"), e.member(t, p, "bob")
		deregister := func() {
			t.Helper()
			p.Must(t, e.Token, http.MethodDelete, identities+"/"+e.identity, nil, http.StatusNoContent)
		}
		d := e.deployed(t, p, ann)
		e.checksIn(t, d)
		first := d.Enrolment.EntDMID
		deregister()
		e.checksIn(t, d) // it stays managed, though its device object went

		again := e.comesBack(t, p, ann, d, false)
		e.expectOne(t, p, "after ann joined it by hand", again, ann)
		if again.Enrolment.EntDMID != first {
			t.Error("the managed device is another one")
		}
		if _, err := d.Session(t.Context(), servertest.MDMScript{}); servertest.HTTPStatus(err) != http.StatusUnauthorized {
			t.Errorf("the certificate of the first enrolment counts: %v", err)
		}

		// Registered once more and given to somebody else. Its object is
		// deleted first, as the device's page in the portal would.
		objects := p.All(t, e.Token, "/v1.0/devices")
		p.Must(t, e.Token, http.MethodDelete, "/v1.0/devices/"+objects[0]["id"].(string), nil, http.StatusNoContent)
		_, e.identity = register(t, p, e.Token, e.pc, e.hash, "Sales", "")
		third := e.comesBack(t, p, ann, again, true)
		e.expectOne(t, p, "after it was registered again", third, ann)
		deregister()
		_, e.identity = register(t, p, e.Token, e.pc, e.hash, "Sales", "")
		fourth := e.comesBack(t, p, bob, third, true)
		e.expectOne(t, p, "after bob got it", fourth, bob)
		identity := p.Must(t, e.Token, http.MethodGet, identities+"/"+e.identity, nil, http.StatusOK).JSON
		if identity["managedDeviceId"] != first || identity["enrollmentState"] != "enrolled" {
			t.Errorf("the registration is %v of %v", identity["enrollmentState"], identity["managedDeviceId"])
		}
		_, events := e.timeline(t, p)
		if !slices.Contains(events, "enrolled") {
			t.Errorf("the timeline is %v", events)
		}
	})
}

func TestAHardwareIDTakesNobodysRowWhoseDeviceObjectIsGone(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		e := furnish(t, p, "Contoso")
		ann, mallory := e.member(t, p, "ann"), e.member(t, p, "mallory")
		d := e.deployed(t, p, ann)
		p.Must(t, e.Token, http.MethodDelete, identities+"/"+e.identity, nil, http.StatusNoContent)
		e.comesBack(t, p, mallory, d, false) // says that it has this hardware
		if managed := p.All(t, e.Token, managedDevices); len(managed) != 2 {
			t.Errorf("there are %d managed devices, want ann's and mallory's", len(managed))
		}
		e.checksIn(t, d)
	})
}
