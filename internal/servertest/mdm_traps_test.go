package servertest_test

import (
	"net/http"
	"testing"
	"time"

	"taxiway/internal/access"
	"taxiway/internal/servertest"
)

// Windows names itself by 32 hexadecimal digits, other clients by a GUID with or
// without braces, or by what a telephone has: the name is kept as it comes and
// decides nothing.
func TestTheNameAPCGivesItselfMayHaveAnyForm(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		who := newJoining(t, p, s.Tenant, "Adele")
		for _, name := range []string{
			"0A1B2C3D4E5F60718293A4B5C6D7E8F9", "0a1b2c3d4e5f60718293a4b5c6d7e8f9", "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9",
			"{0A1B2C3D-4E5F-6071-8293-A4B5C6D7E8F9}", "imei:0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9", "",
		} {
			d := s.newPC("PC")
			d.DeviceID = name
			if err := d.Enrol(t.Context(), who.UPN, withPassword(who)); err != nil {
				t.Errorf("%q: %v", name, err)
				continue
			}
			if row := s.row(managedID(d)); row.WireID != name {
				t.Errorf("%q is kept as %q", name, row.WireID)
			}
			s.queue(d, value("A"))
			d.DeviceID = "imei:" + name // pytune says another one in sessions
			s.session(d, servertest.MDMScript{})
			s.once(d)
		}
	})
}

// A wipe cannot be taken back: it has a permission of its own, happens once, and
// the audit trail tells who asked for it.
func TestAWipeHasItsOwnPermissionAndIsAudited(t *testing.T) {
	t.Parallel()
	servertest.Engines(t, func(t *testing.T, db servertest.Database) {
		t.Parallel()
		p := servertest.Start(t, db).First()
		s := newMDMSite(t, p, time.Now)
		d := s.enrolled(newJoining(t, p, s.Tenant, "Adele"), "PC")
		wipe := managedDevices + "/" + d.Enrolment.EntDMID + "/wipe"
		_, writes := p.NewApp(t, s.Tenant, access.DeviceManagementManagedDevicesReadAll, access.DeviceManagementManagedDevicesReadWriteAll)
		p.Must(t, writes, http.MethodPost, wipe, object{}, http.StatusForbidden)
		if !s.row(managedID(d)).State.Live() || containsActivity(p.All(t, s.Token, audits), "Wipe device") {
			t.Error("a wipe that was refused left something")
		}
		app, may := p.NewApp(t, s.Tenant, access.DeviceManagementManagedDevicesPrivilegedAll)
		p.Must(t, may, http.MethodPost, wipe, object{}, http.StatusNoContent)
		p.Must(t, may, http.MethodPost, wipe, object{}, http.StatusPreconditionFailed)
		told := 0
		for _, event := range p.All(t, s.Token, audits) {
			if event["activity"] != "Wipe device" {
				continue
			}
			told++
			actor, _ := event["actor"].(object)
			resources, _ := event["resources"].([]any)
			target, _ := resources[0].(object)
			if actor["applicationId"] != app.AppID || target["resourceId"] != d.Enrolment.EntDMID {
				t.Errorf("the audit trail says %v", event)
			}
		}
		if told != 1 {
			t.Errorf("the audit trail tells of %d wipes", told)
		}
		s.session(d, servertest.MDMScript{})
		if !d.Wiped {
			t.Error("the PC was not wiped")
		}
	})
}
