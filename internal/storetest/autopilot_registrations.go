package storetest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

var registrationTests = []autopilotTest{
	{"a registration reads back as it was stored", registrationReadsBack},
	{"reading or changing a registration that is not there is NotFound", registrationMissing},
	{"a taken registration id or device object is Conflict", registrationTaken},
	{"updating a registration keeps its decision and raises its version", registrationUpdate},
	{"decisions are stored for 500 devices at once", decisionsBulk},
	{"a decision raises the version only where a client sees a difference", decisionVersion},
	{"deleting registrations removes everything of them and frees their keys", registrationDelete},
	{"locking registrations returns them in order of device object, missing ones left out", registrationLock},
	{"registered devices are paged in order without gap or repeat", registrationPages},
	{"replacing a hash exchanges the keys and refuses a taken one", replaceHash},
	{"a hardware report is kept until it is removed", hardwareReport},
	{"registrations are found by serial number, and whether they have a hash", bySerial},
	{"noting who asked keeps the newest time and passes over unknown devices", noteAsked},
	{"the profile's name is joined and a deleted profile shows", profileJoined},
}

func registrationReadsBack(w *world) {
	r := w.registration("ÄB-\u212a 7%_'")
	r.Manufacturer, r.ProductKey, r.SKUNumber, r.SystemFamily, r.GroupTag, r.PurchaseOrder = "Ünïcode", "pk", "sku", "fam", "Sales Berlin", "PO-1"
	r.Type, r.ManagedDeviceID = autopilot.TypeHoloLens, w.id()
	r.UserPrincipalName, r.AddressableUserName, r.DisplayName = "Ann@contoso.example", "Ann", "PC-1"
	r.Enrollment, r.LastContact = autopilot.EnrollmentEnrolled, w.now.Add(time.Minute)
	r.Decided, r.Status, r.Detail = autopilot.StatusFailed, autopilot.StatusFailed, autopilot.DetailHoloLensUnsupported
	r.Remediation, r.RemediationAt = autopilot.RemediationManual, w.now.Add(time.Hour)
	r.EvalVersion, r.Chain, r.ByDefault, r.AssignedAt = 7, 3, true, w.now.Add(time.Second)
	w.register(r)
	w.equal("device", w.device(r.ID), r.Device)
	hash, err := w.store.GetHash(w.ctx, w.tenant, r.ID)
	w.ok(err)
	w.equal("hash", hash, r.Hash)
	w.tx(func(tx autopilot.Tx) error {
		inside, err := tx.HashOf(w.ctx, w.tenant, r.ID)
		w.equal("hash in the transaction", inside, r.Hash)
		return err
	})
	other := w.newTenant("fabrikam.example")
	_, err = w.store.GetRegisteredDevice(w.ctx, other, r.ID)
	w.faulty(fault.NotFound, "ResourceNotFound", err)
}

func registrationMissing(w *world) {
	id := autopilot.DeviceID(w.id())
	for _, unknown := range []autopilot.DeviceID{id, "not a guid", ""} {
		_, err := w.store.GetRegisteredDevice(w.ctx, w.tenant, unknown)
		w.faulty(fault.NotFound, "", err)
		_, err = w.store.GetHash(w.ctx, w.tenant, unknown)
		w.faulty(fault.NotFound, "", err)
	}
	w.fails(fault.NotFound, "", func(tx autopilot.Tx) error {
		return tx.UpdateRegistration(w.ctx, w.tenant, autopilot.Device{ID: id})
	})
	w.fails(fault.NotFound, "", func(tx autopilot.Tx) error {
		return tx.ApplyDecisions(w.ctx, w.tenant, []autopilot.Device{{ID: id}})
	})
	w.fails(fault.NotFound, "", func(tx autopilot.Tx) error {
		return tx.ReplaceHash(w.ctx, w.tenant, autopilot.Registration{Device: autopilot.Device{ID: id}, Hash: []byte("h")})
	})
	w.fails(fault.NotFound, "", func(tx autopilot.Tx) error {
		_, err := tx.HashOf(w.ctx, w.tenant, id)
		return err
	})
	w.tx(func(tx autopilot.Tx) error { return tx.DeleteRegistrations(w.ctx, w.tenant, []autopilot.DeviceID{id}) })
}

func registrationTaken(w *world) {
	r := w.registration("1")
	w.register(r)
	w.fails(fault.Conflict, "RegistrationExists", func(tx autopilot.Tx) error {
		return tx.CreateRegistrations(w.ctx, w.tenant, []autopilot.Registration{r})
	})
	again := r
	again.ID = autopilot.DeviceID(w.id())
	w.fails(fault.Conflict, "RegistrationExists", func(tx autopilot.Tx) error {
		return tx.CreateRegistrations(w.ctx, w.tenant, []autopilot.Registration{again})
	})
}

func registrationUpdate(w *world) {
	p := w.profile("Standard")
	r := w.registration("1")
	r.Decided, r.Profile, r.AssignedAt, r.EvalVersion = autopilot.StatusAssignedInSync, p.ID, w.now, 4
	w.register(r)
	w.tx(func(tx autopilot.Tx) error { return tx.CreateProfile(w.ctx, w.tenant, p) })
	before := w.device(r.ID)
	changed := before
	changed.GroupTag, changed.UserPrincipalName, changed.AddressableUserName, changed.DisplayName = "Tag", "u@contoso.example", "U", "NAME"
	changed.ManagedDeviceID, changed.Enrollment = w.id(), autopilot.EnrollmentEnrolled
	changed.Remediation, changed.RemediationAt = autopilot.RemediationAutomatic, w.now
	sent := changed
	sent.Decided, sent.Profile, sent.AssignedAt, sent.EvalVersion = autopilot.StatusFailed, "", time.Time{}, 99
	w.tx(func(tx autopilot.Tx) error { return tx.UpdateRegistration(w.ctx, w.tenant, sent) })
	changed.Version = before.Version + 1
	w.equal("device after the update", w.device(r.ID), changed)
}

func decisionsBulk(w *world) {
	p := w.profile("Standard")
	regs := make([]autopilot.Registration, 500)
	for i := range regs {
		regs[i] = w.registration(fmt.Sprint("S", i))
	}
	w.register(regs...)
	decided := make([]autopilot.Device, len(regs))
	for i := range regs {
		decided[i] = regs[i].Device
		decided[i].EvalVersion, decided[i].Version = 3, 1
		if i%3 != 0 {
			decided[i].Decided, decided[i].Status, decided[i].Version = autopilot.StatusAssignedInSync, autopilot.StatusAssignedInSync, 2
			decided[i].Profile, decided[i].ProfileName = p.ID, p.DisplayName
			decided[i].AssignedAt = w.now.Add(time.Duration(i%7) * time.Second)
		}
	}
	w.tx(func(tx autopilot.Tx) error {
		if err := tx.CreateProfile(w.ctx, w.tenant, p); err != nil {
			return err
		}
		return tx.ApplyDecisions(w.ctx, w.tenant, decided)
	})
	stored, err := w.store.ListRegisteredDevices(w.ctx, w.tenant, "", 1000)
	w.ok(err)
	w.equal("devices", stored, decided)
}

func decisionVersion(w *world) {
	r := w.registration("1")
	w.register(r)
	apply := func(d autopilot.Device) int64 {
		w.tx(func(tx autopilot.Tx) error { return tx.ApplyDecisions(w.ctx, w.tenant, []autopilot.Device{d}) })
		return w.device(r.ID).Version
	}
	d := r.Device
	d.EvalVersion, d.Chain = 5, 2
	w.equal("version after the same decision at a newer configuration", apply(d), int64(1))
	d.Decided = autopilot.StatusAssignedInSync
	w.equal("version after another status", apply(d), int64(2))
	d.ByDefault = true
	w.equal("version after another origin", apply(d), int64(3))
	w.equal("version after nothing new", apply(d), int64(3))
	got := w.device(r.ID)
	w.equal("configuration version and chain", []int64{got.EvalVersion, int64(got.Chain)}, []int64{5, 2})
}

func registrationDelete(w *world) {
	keep, gone := w.registration("keep"), w.registration("gone")
	keep.Claims = []autopilot.Claim{claim(1, "keep", true)}
	gone.Claims = []autopilot.Claim{claim(1, "gone", true), claim(2, "shared", false)}
	w.tx(func(tx autopilot.Tx) error {
		if _, err := tx.Claim(w.ctx, w.tenant, []autopilot.Registration{keep, gone}); err != nil {
			return err
		}
		return w.registerIn(tx, w.tenant, []autopilot.Registration{keep, gone})
	})
	w.tx(func(tx autopilot.Tx) error {
		if err := tx.SaveReport(w.ctx, w.tenant, gone.ID, []byte("new"), w.now); err != nil {
			return err
		}
		return tx.DeleteRegistrations(w.ctx, w.tenant, []autopilot.DeviceID{gone.ID, autopilot.DeviceID(w.id())})
	})
	_, err := w.store.GetRegisteredDevice(w.ctx, w.tenant, gone.ID)
	w.faulty(fault.NotFound, "", err)
	_, err = w.store.GetHash(w.ctx, w.tenant, gone.ID)
	w.faulty(fault.NotFound, "", err)
	held, err := w.store.FindClaims(w.ctx, []autopilot.ClaimKey{gone.Claims[0].Key, gone.Claims[1].Key, keep.Claims[0].Key})
	w.ok(err)
	w.equal("claims left", held, []autopilot.Claimed{{Key: keep.Claims[0].Key, Tenant: w.tenant, Device: keep.ID}})
	w.tx(func(tx autopilot.Tx) error {
		report, err := tx.LoadReport(w.ctx, w.tenant, gone.ID)
		w.equal("report", report, []byte(nil))
		return err
	})
	w.equal("device that stays", w.device(keep.ID), keep.Device)
}

func registrationLock(w *world) {
	var regs []autopilot.Registration
	var objects []directory.ObjectID
	var want []autopilot.Device
	for i := range 9 {
		r := w.registration(strconv.Itoa(i))
		regs, want = append(regs, r), append(want, r.Device)
		objects = append([]directory.ObjectID{r.Object, directory.ObjectID(w.id())}, objects...)
	}
	w.register(regs...)
	w.tx(func(tx autopilot.Tx) error {
		got, err := tx.LockRegistrations(w.ctx, w.tenant, objects)
		w.equal("locked", got, want)
		return err
	})
	w.tx(func(tx autopilot.Tx) error {
		got, err := tx.LockRegistrations(w.ctx, w.tenant, nil)
		w.equal("locked without ids", got, []autopilot.Device(nil))
		return err
	})
}

func registrationPages(w *world) {
	var regs []autopilot.Registration
	var ids []autopilot.DeviceID
	var objects []directory.ObjectID
	for i := range 23 {
		r := w.registration(strconv.Itoa(i))
		regs, ids, objects = append(regs, r), append(ids, r.ID), append(objects, r.Object)
	}
	w.register(regs...)
	var gotIDs []autopilot.DeviceID
	for after := autopilot.DeviceID(""); ; {
		page, err := w.store.ListRegisteredDevices(w.ctx, w.tenant, after, 5)
		w.ok(err)
		for _, d := range page {
			gotIDs = append(gotIDs, d.ID)
		}
		if len(page) < 5 {
			break
		}
		after = page[4].ID
	}
	w.equal("ids", gotIDs, ids)
	var gotObjects []directory.ObjectID
	w.tx(func(tx autopilot.Tx) error {
		gotObjects = nil
		for after := directory.ObjectID(""); ; after = gotObjects[len(gotObjects)-1] {
			page, err := tx.PageRegistered(w.ctx, w.tenant, after, 4)
			if err != nil || len(page) == 0 {
				return err
			}
			gotObjects = append(gotObjects, page...)
		}
	})
	w.equal("objects", gotObjects, objects)
}

func replaceHash(w *world) {
	a, b := w.registration("a"), w.registration("b")
	a.Claims = []autopilot.Claim{claim(1, "board a", true), claim(2, "disk a", false)}
	b.Claims = []autopilot.Claim{claim(1, "board b", true)}
	w.tx(func(tx autopilot.Tx) error {
		if _, err := tx.Claim(w.ctx, w.tenant, []autopilot.Registration{a, b}); err != nil {
			return err
		}
		return w.registerIn(tx, w.tenant, []autopilot.Registration{a, b})
	})
	repaired := a
	repaired.Hash = []byte("after the repair")
	repaired.Claims = []autopilot.Claim{claim(1, "new board", true), claim(2, "disk a", false)}
	w.tx(func(tx autopilot.Tx) error { return tx.ReplaceHash(w.ctx, w.tenant, repaired) })
	hash, err := w.store.GetHash(w.ctx, w.tenant, a.ID)
	w.ok(err)
	w.equal("hash", hash, repaired.Hash)
	keys := []autopilot.ClaimKey{a.Claims[0].Key, repaired.Claims[0].Key, a.Claims[1].Key}
	held, err := w.store.FindClaims(w.ctx, keys)
	w.ok(err)
	w.equal("claims", held, []autopilot.Claimed{{Key: keys[1], Tenant: w.tenant, Device: a.ID}, {Key: keys[2], Tenant: w.tenant, Device: a.ID}})

	stolen := repaired
	stolen.Hash, stolen.Claims = []byte("stolen"), []autopilot.Claim{claim(1, "another", true), claim(1, "board b", true)}
	w.fails(fault.Conflict, "HardwareTaken", func(tx autopilot.Tx) error { return tx.ReplaceHash(w.ctx, w.tenant, stolen) })
	hash, err = w.store.GetHash(w.ctx, w.tenant, a.ID)
	w.ok(err)
	w.equal("hash after a refused exchange", hash, repaired.Hash)
}

func bySerial(w *world) {
	bare, full, other := w.registration("Pf-1"), w.registration("PF-2"), w.registration("PF-3")
	bare.Hash, full.Hash = nil, []byte("hash")
	w.register(bare, full, other)
	elsewhere := w.registration("PF-1")
	elsewhere.Claims = nil
	foreign := w.newTenant("fabrikam.example")
	w.tx(func(tx autopilot.Tx) error {
		return w.registerIn(tx, foreign, []autopilot.Registration{elsewhere})
	})
	find := func(serials ...string) (found []autopilot.SerialHolder) {
		w.tx(func(tx autopilot.Tx) (err error) {
			found, err = tx.BySerial(w.ctx, w.tenant, serials)
			return err
		})
		return found
	}
	want := []autopilot.SerialHolder{{Serial: "Pf-1", Device: bare.ID, Object: bare.Object}, {Serial: "PF-2", Device: full.ID, Object: full.Object, HasHash: true}}
	slices.SortFunc(want, func(x, y autopilot.SerialHolder) int { return strings.Compare(string(x.Object), string(y.Object)) })
	w.equal("found", find("pf-1", "PF-1", "pf-2", "PF-9"), want)
	w.equal("found for nothing", find(), []autopilot.SerialHolder(nil))
	hash, err := w.store.GetHash(w.ctx, w.tenant, bare.ID)
	w.ok(err)
	w.equal("length of the hash that is to come", len(hash), 0)
	bare.Hash = []byte("it came")
	w.tx(func(tx autopilot.Tx) error { return tx.ReplaceHash(w.ctx, w.tenant, bare) })
	w.equal("found with its hash", find("PF-1"), []autopilot.SerialHolder{{Serial: "Pf-1", Device: bare.ID, Object: bare.Object, HasHash: true}})
}

func hardwareReport(w *world) {
	r := w.registration("1")
	w.register(r)
	load := func() (hash []byte) {
		w.tx(func(tx autopilot.Tx) (err error) {
			hash, err = tx.LoadReport(w.ctx, w.tenant, r.ID)
			return err
		})
		return hash
	}
	save := func(hash []byte) {
		w.tx(func(tx autopilot.Tx) error { return tx.SaveReport(w.ctx, w.tenant, r.ID, hash, w.now) })
	}
	w.equal("before", load(), []byte(nil))
	save([]byte("one"))
	save([]byte("two"))
	w.equal("kept", load(), []byte("two"))
	save(nil)
	w.equal("removed", load(), []byte(nil))
}

func noteAsked(w *world) {
	r := w.registration("1")
	w.register(r)
	note := func(at time.Time) {
		w.ok(w.s.NoteAsked(w.ctx, w.tenant, map[autopilot.DeviceID]time.Time{r.ID: at, autopilot.DeviceID(w.id()): at}))
	}
	note(w.now.Add(time.Minute))
	note(w.now)
	want := r.Device
	want.LastContact = w.now.Add(time.Minute)
	w.equal("device", w.device(r.ID), want)
}

func profileJoined(w *world) {
	p := w.profile("Standard")
	r := w.registration("1")
	r.Profile, r.Decided = p.ID, autopilot.StatusAssignedInSync
	w.register(r)
	w.tx(func(tx autopilot.Tx) error { return tx.CreateProfile(w.ctx, w.tenant, p) })
	d := w.device(r.ID)
	w.equal("with its profile", []any{d.ProfileName, d.ProfileGone}, []any{"Standard", false})
	w.tx(func(tx autopilot.Tx) error { return tx.DeleteProfile(w.ctx, w.tenant, p.ID) })
	d = w.device(r.ID)
	w.equal("without it", []any{d.Profile, d.ProfileName, d.ProfileGone}, []any{p.ID, "", true})
}
