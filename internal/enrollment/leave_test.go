package enrollment_test

import (
	"slices"
	"testing"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/storetest"
)

func TestAPCThatGoesIsManagedNowhere(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		s.profile("Sales")
		u := s.person("adele")
		g := given(s.dir.CreateGroup(s.ctx, s.tenant, directory.Group{
			DisplayName: "Managed", MailNickname: "m", Kind: directory.DynamicDevice, Processing: directory.ProcessingOn, Rule: `device.managementType -eq "MDM"`,
		}, nil))
		for _, way := range []struct {
			name, activity string
			goes           func(d *enrollment.Device) error
			left           int
		}{
			{"by itself", "Unenroll device", func(d *enrollment.Device) error { return s.Leave(s.ctx, s.tenant, d.ID) }, 1},
			{"by an administrator", "Delete managed device", func(d *enrollment.Device) error { return s.DeleteDevice(s.ctx, s.tenant, d.ID, d.Version) }, 0},
		} {
			reg := s.register("SN " + way.name)
			object := s.join(u.ID, directory.JoinEntra, reg.Object)
			d := s.enrol(s.pc(&u, &object)).Device
			members := func() int { return len(given(s.db.ListMemberships(s.ctx, s.tenant, []directory.ObjectID{reg.Object}))) }
			if members() != 1 {
				t.Fatalf("%s: the PC is in %d groups of %s", way.name, members(), g.DisplayName)
			}
			s.tx(func(tx enrollment.Tx) error {
				_, err := tx.Queue(s.ctx, s.tenant, []enrollment.Command{{ID: estateID(), Device: d.ID, Owner: enrollment.OwnerAction, Op: enrollment.Operation{Verb: enrollment.Get, URI: "./DevInfo/Man"}, CreatedAt: s.clock.Real()}})
				return err
			})
			s.ok(way.goes(&d))

			o := given(s.db.GetDevice(s.ctx, s.tenant, reg.Object))
			if o.Attributes["managementType"] != "" || o.Attributes["deviceManagementAppId"] != "" || o.Attributes["enrollmentProfileName"] != "" || !o.AccountEnabled || o.Attributes["deviceModel"] != "Book 7" {
				t.Errorf("%s: the device object: %+v", way.name, o)
			}
			if members() != 0 {
				t.Errorf("%s: the PC is still in its group", way.name)
			}
			if got := given(s.db.GetRegisteredDevice(s.ctx, s.tenant, reg.ID)); got.ManagedDeviceID != "" || got.Enrollment != autopilot.EnrollmentNotContacted || got.Profile == "" {
				t.Errorf("%s: the registration: %+v", way.name, got)
			}
			_, lines := s.timeline(enrollment.PC{Registration: reg.ID})
			if last := lines[len(lines)-1]; last.Kind != enrollment.EventLeft || last.Text == "" {
				t.Errorf("%s: the timeline: %+v", way.name, lines)
			}
			if got := s.activities(string(d.ID)); !slices.Contains(got, way.activity) {
				t.Errorf("%s: audited: %v", way.name, got)
			}
			left := 0
			if got, err := s.Store.GetManagedDevice(s.ctx, s.tenant, d.ID); err == nil {
				left = 1
				if got.State != enrollment.Unenrolled || got.UPN != u.UserPrincipalName {
					t.Errorf("%s: the row: %+v", way.name, got)
				}
				if cs := given(s.Store.ListCommands(s.ctx, s.tenant, d.ID, 9)); len(cs) != 1 || cs[0].State != enrollment.Cancelled {
					t.Errorf("%s: commands: %+v", way.name, cs)
				}
			}
			if left != way.left {
				t.Errorf("%s: %d rows are left", way.name, left)
			}
		}
	})
}

func TestWhatIsDoneToADeviceThatIsNotThereSaysSo(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		d := s.enrol(s.byHand(&u)).Device
		other := s.newTenant("fabrikam.example")
		s.fails(s.DeleteDevice(s.ctx, s.tenant, d.ID, d.Version+1), fault.Precondition, "PreconditionFailed")
		s.fails(s.DeleteDevice(s.ctx, other, d.ID, 0), fault.NotFound, "ResourceNotFound")
		s.fails(s.Leave(s.ctx, other, d.ID), fault.NotFound, "ResourceNotFound")
		s.fails(s.Leave(s.ctx, s.tenant, enrollment.DeviceID(estateID())), fault.NotFound, "ResourceNotFound")
		s.ok(s.Leave(s.ctx, s.tenant, d.ID))
		s.ok(s.Leave(s.ctx, s.tenant, d.ID)) // it has left already
		if got := s.activities(string(d.ID)); len(got) != 2 {
			t.Errorf("audited: %v", got)
		}
		s.ok(s.DeleteDevice(s.ctx, s.tenant, d.ID, 0))
		s.fails(s.DeleteDevice(s.ctx, s.tenant, d.ID, 0), fault.NotFound, "ResourceNotFound")
	})
}

// Deleting what stands for a PC that has joined, left and come back as another
// managed device leaves the one that is managed now alone.
func TestAnOldRowTakesNothingFromTheNewOne(t *testing.T) {
	t.Parallel()
	storetest.Engines(t, func(t *testing.T, e storetest.Engine) {
		s := newEstate(t, e)
		u := s.person("adele")
		reg := s.register("SN-1")
		object := s.join(u.ID, directory.JoinEntra, reg.Object)
		d := s.enrol(s.pc(&u, &object)).Device
		old := d
		old.ID, old.State, old.Version = enrollment.DeviceID(estateID()), enrollment.Unenrolled, 1
		s.tx(func(tx enrollment.Tx) error { return tx.CreateManagedDevice(s.ctx, s.tenant, old) })
		s.ok(s.DeleteDevice(s.ctx, s.tenant, old.ID, 0))
		if o := given(s.db.GetDevice(s.ctx, s.tenant, reg.Object)); o.Attributes["managementType"] != "MDM" {
			t.Errorf("the device object: %+v", o.Attributes)
		}
		if got := given(s.db.GetRegisteredDevice(s.ctx, s.tenant, reg.ID)); got.ManagedDeviceID != string(d.ID) {
			t.Errorf("the registration: %+v", got)
		}
	})
}
