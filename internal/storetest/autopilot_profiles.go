package storetest

import (
	"fmt"
	"sync"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

var profileTests = []autopilotTest{
	{"a profile reads back as it was stored, every setting of it", profileReadsBack},
	{"a missing profile or assignment is NotFound, a taken one Conflict", profileMissing},
	{"updating a profile keeps its creation time and raises its version", profileUpdate},
	{"deleting a profile removes its assignments", profileDelete},
	{"assignments are listed oldest first and exist once", assignmentsOnce},
	{"the configuration has the version it is of and only living groups", configLoaded},
	{"one of many profiles assigned to All devices at once wins", allDevicesRace},
}

func (w *world) createProfile(p autopilot.Profile) {
	w.Helper()
	w.tx(func(tx autopilot.Tx) error { return tx.CreateProfile(w.ctx, w.tenant, p) })
}

func profileReadsBack(w *world) {
	p := w.profile("Ünï'code %_")
	p.Description, p.Join, p.Locale, p.DeviceNameTemplate = "d\n\"x\"", autopilot.HybridJoined, "sr-Latn-RS", "PC-%SERIAL%"
	p.DeviceType, p.PreprovisioningAllowed, p.ConvertToAutopilot, p.HybridSkipConnectivity = autopilot.TypeSurfaceHub2S, true, true, true
	p.OOBE = autopilot.OOBE{EULAHidden: true, PrivacySettingsHidden: true, EscapeLinkHidden: true, KeyboardSelectionHidden: true, UserType: autopilot.Administrator, UsageType: autopilot.Shared}
	p.RoleScopeTagIDs, p.ManagementServiceAppID = []string{"0", "7"}, w.id()
	p.LegacyESP = &autopilot.LegacyESP{
		HideInstallationProgress: true, AllowDeviceUseBeforeProfileAndAppInstallComplete: true, BlockDeviceSetupRetryByUser: true,
		AllowLogCollectionOnInstallFailure: true, CustomErrorMessage: "m", InstallProgressTimeoutInMinutes: 60, AllowDeviceUseOnInstallFailure: true,
	}
	p.ModifiedAt = w.now.Add(time.Hour)
	plain := w.profile("plain")
	for _, want := range []autopilot.Profile{p, plain} {
		w.createProfile(want)
		got, err := w.store.GetProfile(w.ctx, w.tenant, want.ID)
		w.ok(err)
		w.equal("profile", got, want)
		w.tx(func(tx autopilot.Tx) error {
			locked, err := tx.LockProfile(w.ctx, w.tenant, want.ID)
			w.equal("locked profile", locked, want)
			return err
		})
	}
}

func profileMissing(w *world) {
	p := w.profile("p")
	_, err := w.store.GetProfile(w.ctx, w.tenant, p.ID)
	w.faulty(fault.NotFound, "ResourceNotFound", err)
	for _, write := range []func(autopilot.Tx) error{
		func(tx autopilot.Tx) error { return tx.UpdateProfile(w.ctx, w.tenant, p) },
		func(tx autopilot.Tx) error { return tx.DeleteProfile(w.ctx, w.tenant, p.ID) },
		func(tx autopilot.Tx) error { _, err := tx.LockProfile(w.ctx, w.tenant, p.ID); return err },
		func(tx autopilot.Tx) error {
			return tx.RemoveAssignment(w.ctx, w.tenant, autopilot.Assignment{Profile: p.ID, Target: autopilot.TargetAllDevices})
		},
	} {
		w.fails(fault.NotFound, "ResourceNotFound", write)
	}
	w.createProfile(p)
	w.fails(fault.Conflict, "", func(tx autopilot.Tx) error { return tx.CreateProfile(w.ctx, w.tenant, p) })
	as, err := w.store.ListAssignments(w.ctx, w.tenant, autopilot.ProfileID(w.id()))
	w.ok(err)
	w.equal("assignments of an unknown profile", as, []autopilot.Assignment(nil))
}

func profileUpdate(w *world) {
	p := w.profile("old")
	w.createProfile(p)
	changed := p
	changed.DisplayName, changed.OOBE.EULAHidden, changed.ModifiedAt, changed.CreatedAt = "new", true, w.now.Add(time.Minute), w.now.Add(time.Hour)
	w.tx(func(tx autopilot.Tx) error { return tx.UpdateProfile(w.ctx, w.tenant, changed) })
	changed.Version, changed.CreatedAt = 2, p.CreatedAt
	got, err := w.store.GetProfile(w.ctx, w.tenant, p.ID)
	w.ok(err)
	w.equal("profile", got, changed)
}

func profileDelete(w *world) {
	p, g := w.profile("p"), w.group("g")
	w.createProfile(p)
	w.tx(func(tx autopilot.Tx) error {
		if err := tx.CreateGroup(w.ctx, w.tenant, g); err != nil {
			return err
		}
		return tx.AddAssignment(w.ctx, w.tenant, autopilot.Assignment{Profile: p.ID, Target: autopilot.TargetGroup, Group: g.ID})
	})
	w.tx(func(tx autopilot.Tx) error { return tx.DeleteProfile(w.ctx, w.tenant, p.ID) })
	w.createProfile(p)
	as, err := w.store.ListAssignments(w.ctx, w.tenant, p.ID)
	w.ok(err)
	w.equal("assignments", as, []autopilot.Assignment(nil))
}

func assignmentsOnce(w *world) {
	p, other := w.profile("p"), w.profile("other")
	w.createProfile(p)
	w.createProfile(other)
	later, earlier := directory.ObjectID(w.id()), directory.ObjectID(w.id())
	as := []autopilot.Assignment{
		{Profile: p.ID, Target: autopilot.TargetGroup, Group: later, CreatedAt: w.now.Add(time.Hour)},
		{Profile: p.ID, Target: autopilot.TargetExclusion, Group: earlier, CreatedAt: w.now},
		{Profile: p.ID, Target: autopilot.TargetAllDevices, CreatedAt: w.now.Add(time.Minute)},
	}
	add := func(a autopilot.Assignment) func(autopilot.Tx) error {
		return func(tx autopilot.Tx) error { return tx.AddAssignment(w.ctx, w.tenant, a) }
	}
	for _, a := range as {
		w.tx(add(a))
		w.fails(fault.Conflict, "AssignmentExists", add(a))
	}
	w.fails(fault.Conflict, "AllDevicesAlreadyAssigned", add(autopilot.Assignment{Profile: other.ID, Target: autopilot.TargetAllDevices}))
	got, err := w.store.ListAssignments(w.ctx, w.tenant, p.ID)
	w.ok(err)
	w.equal("assignments", got, []autopilot.Assignment{as[1], as[2], as[0]})
	all := as[2]
	all.Group = autopilot.AllDevicesGroup // as a client's assignment id names it
	w.tx(func(tx autopilot.Tx) error { return tx.RemoveAssignment(w.ctx, w.tenant, all) })
	w.tx(add(autopilot.Assignment{Profile: other.ID, Target: autopilot.TargetAllDevices}))
}

func configLoaded(w *world) {
	young, old := w.profile("young"), w.profile("old")
	old.CreatedAt = w.now.Add(-time.Hour)
	alive, dead := w.group("alive"), w.group("dead")
	a := autopilot.Assignment{Profile: young.ID, Target: autopilot.TargetGroup, Group: alive.ID, CreatedAt: w.now}
	b := autopilot.Assignment{Profile: old.ID, Target: autopilot.TargetAllDevices, CreatedAt: w.now}
	w.createProfile(young)
	w.createProfile(old)
	var version int64
	w.tx(func(tx autopilot.Tx) (err error) {
		for _, g := range []directory.Group{alive, dead} {
			if err := tx.CreateGroup(w.ctx, w.tenant, g); err != nil {
				return err
			}
		}
		gone := autopilot.Assignment{Profile: young.ID, Target: autopilot.TargetExclusion, Group: dead.ID}
		unknown := autopilot.Assignment{Profile: young.ID, Target: autopilot.TargetGroup, Group: directory.ObjectID(w.id())}
		for _, x := range []autopilot.Assignment{a, b, gone, unknown} {
			if err := tx.AddAssignment(w.ctx, w.tenant, x); err != nil {
				return err
			}
		}
		dead.DeletedAt = w.now
		if err := tx.UpdateGroup(w.ctx, w.tenant, dead); err != nil {
			return err
		}
		version, err = tx.BumpConfig(w.ctx, w.tenant)
		return err
	})
	ps, as, got, err := w.store.LoadConfig(w.ctx, w.tenant)
	w.ok(err)
	w.equal("version", got, version)
	w.equal("profiles, oldest first", ps, []autopilot.Profile{old, young})
	w.equal("assignments", as, []autopilot.Assignment{a, b})
	w.tx(func(tx autopilot.Tx) error {
		insidePS, insideAS, err := tx.ConfigRows(w.ctx, w.tenant)
		w.equal("profiles in the transaction", insidePS, ps)
		w.equal("assignments in the transaction", insideAS, as)
		return err
	})
	ps, as, _, err = w.store.LoadConfig(w.ctx, w.newTenant("fabrikam.example"))
	w.ok(err)
	w.equal("profiles and assignments of a new tenant", []int{len(ps), len(as)}, []int{0, 0})
	_, _, _, err = w.store.LoadConfig(w.ctx, directory.TenantID(w.id()))
	w.faulty(fault.NotFound, "", err)
}

func allDevicesRace(w *world) {
	profiles := make([]autopilot.Profile, 8)
	for i := range profiles {
		profiles[i] = w.profile(fmt.Sprint("p", i))
		w.createProfile(profiles[i])
	}
	errs := make([]error, len(profiles))
	var all sync.WaitGroup
	for i, p := range profiles {
		all.Go(func() {
			errs[i] = w.store.InTx(w.ctx, func(tx autopilot.Tx) error {
				return tx.AddAssignment(w.ctx, w.tenant, autopilot.Assignment{Profile: p.ID, Target: autopilot.TargetAllDevices, CreatedAt: w.now})
			})
		})
	}
	all.Wait()
	var won []autopilot.ProfileID
	for i, err := range errs {
		if err == nil {
			won = append(won, profiles[i].ID)
			continue
		}
		w.faulty(fault.Conflict, "AllDevicesAlreadyAssigned", err)
	}
	_, as, _, err := w.store.LoadConfig(w.ctx, w.tenant)
	w.ok(err)
	if len(won) != 1 || len(as) != 1 || as[0].Profile != won[0] {
		w.Errorf("the winners are %v, the assignments %+v", won, as)
	}
}
