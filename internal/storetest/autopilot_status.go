package storetest

import (
	"fmt"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/odata"
)

var statusTests = []autopilotTest{
	{"a device is pending while a mark or an open fill concerns it", statusOfEveryCombination},
}

// fillCase is an open fill as seen by a device decided at version 10.
type fillCase struct {
	name     string
	fill     *directory.Fill
	concerns bool // whether it makes a member of its group pending
	needs    bool // whether membership is what makes the difference
}

var fillCases = []fillCase{
	{"no fill", nil, false, false},
	{"all registered, newer", &directory.Fill{Scope: directory.ScopeRegistered, Version: 11}, true, false},
	{"all registered, same version", &directory.Fill{Scope: directory.ScopeRegistered, Version: 10}, false, false},
	{"all registered, older", &directory.Fill{Scope: directory.ScopeRegistered, Version: 9}, false, false},
	{"members, newer", &directory.Fill{Scope: directory.ScopeMembers, Version: 11}, true, true},
	{"members, same version", &directory.Fill{Scope: directory.ScopeMembers, Version: 10}, false, true},
	{"members, older", &directory.Fill{Scope: directory.ScopeMembers, Version: 9}, false, true},
	{"rule, newer", &directory.Fill{Scope: directory.ScopeRule, Version: 11}, true, true},
	{"rule, same version", &directory.Fill{Scope: directory.ScopeRule, Version: 10}, false, true},
	{"rule, older", &directory.Fill{Scope: directory.ScopeRule, Version: 9}, false, true},
}

// statusOfEveryCombination puts each combination of mark, fill, membership and
// decided status in a tenant of its own and asks every reader.
func statusOfEveryCombination(w *world) {
	decided := []autopilot.AssignmentStatus{autopilot.StatusNotAssigned, autopilot.StatusAssignedInSync, autopilot.StatusFailed}
	n := 0
	for _, mark := range []string{"none", "device", "user topic", "another device"} {
		for _, fc := range fillCases {
			for _, member := range []bool{false, true} {
				n++
				w.tenant = w.newTenant(fmt.Sprintf("t%d.example", n))
				w.checkStatus(fmt.Sprintf("mark %s, fill %s, member %v", mark, fc.name, member), mark, fc, member, decided[n%len(decided)])
			}
		}
	}
}

func (w *world) checkStatus(name, mark string, fc fillCase, member bool, decided autopilot.AssignmentStatus) {
	w.Helper()
	r, g := w.registration("1"), w.group("g")
	r.Decided, r.EvalVersion = decided, 10
	w.register(r)
	other := directory.ObjectID(w.id())
	w.tx(func(tx autopilot.Tx) error {
		if err := tx.CreateGroup(w.ctx, w.tenant, g); err != nil {
			return err
		}
		if member {
			add := []directory.Membership{{Group: g.ID, Member: r.Object, Kind: directory.MemberDevice}}
			if err := tx.ApplyMemberships(w.ctx, w.tenant, add, nil); err != nil {
				return err
			}
		}
		if fc.fill != nil {
			f := *fc.fill
			f.Tenant, f.ID, f.CreatedAt, f.Reason = w.tenant, w.id(), w.now, "test"
			if f.Scope != directory.ScopeRegistered {
				f.Group = g.ID
			}
			if err := tx.OpenFill(w.ctx, f, w.lease()); err != nil {
				return err
			}
		}
		switch mark {
		case "device":
			return tx.MarkDirty(w.ctx, w.tenant, directory.TopicDevice, []directory.ObjectID{r.Object}, 0, w.lease())
		case "user topic":
			return tx.MarkDirty(w.ctx, w.tenant, directory.TopicUser, []directory.ObjectID{r.Object}, 0, w.lease())
		case "another device":
			return tx.MarkDirty(w.ctx, w.tenant, directory.TopicDevice, []directory.ObjectID{other}, 0, w.lease())
		}
		return nil
	})
	want := decided
	if mark == "device" || fc.concerns && (member || !fc.needs) {
		want = autopilot.StatusPending
	}
	for reader, d := range w.readEverywhere(r) {
		if d.Status != want || d.Decided != decided {
			w.Errorf("%s: %s gives status %s, decided %s; want %s, %s", name, reader, d.Status, d.Decided, want, decided)
		}
	}
	for status, found := range map[autopilot.AssignmentStatus]int{want: 1, autopilot.StatusUnknown: 0} {
		page, err := w.s.ListAutopilotDevices(w.ctx, w.tenant, "", w.query(deviceTable, "$filter=deploymentProfileAssignmentStatus eq '"+string(status)+"'"))
		w.ok(err)
		if len(page.Items) != found {
			w.Errorf("%s: the filter for %s finds %d devices, want %d", name, status, len(page.Items), found)
		}
	}
}

// readEverywhere reads one device through every reader there is.
func (w *world) readEverywhere(r autopilot.Registration) map[string]autopilot.Device {
	w.Helper()
	readers := map[string]autopilot.Device{"get": w.device(r.ID)}
	page, err := w.store.ListRegisteredDevices(w.ctx, w.tenant, "", 10)
	w.ok(err)
	readers["page"] = page[0]
	for _, raw := range []string{"", "$orderby=deploymentProfileAssignmentStatus desc"} {
		var l odata.List[autopilot.Device]
		l, err = w.s.ListAutopilotDevices(w.ctx, w.tenant, "", w.query(deviceTable, raw))
		w.ok(err)
		readers["list "+raw] = l.Items[0]
	}
	w.tx(func(tx autopilot.Tx) error {
		locked, err := tx.LockRegistrations(w.ctx, w.tenant, []directory.ObjectID{r.Object})
		if err == nil {
			readers["lock"] = locked[0]
		}
		return err
	})
	return readers
}
