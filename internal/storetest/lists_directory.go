package storetest

import (
	"fmt"
	"slices"
	"time"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

func (w *world) member(t directory.TenantID, g directory.ObjectID) func(*odata.Query) (odata.List[directory.Member], error) {
	return func(q *odata.Query) (odata.List[directory.Member], error) { return w.s.ListMembers(w.ctx, t, g, q) }
}

func listMembers(w *world) {
	g, other := w.group("g"), w.group("other")
	var want []directory.Member
	var add []directory.Membership
	w.tx(func(tx autopilot.Tx) error {
		want, add = nil, nil
		for _, x := range []directory.Group{g, other} {
			if err := tx.CreateGroup(w.ctx, w.tenant, x); err != nil {
				return err
			}
		}
		for i := range 12 {
			if i%3 == 0 {
				u := directory.User{ID: directory.ObjectID(w.id()), UserPrincipalName: fmt.Sprint("U", i, "@contoso.example"), DisplayName: fmt.Sprint("Ann ", i), Attributes: map[string]string{}, CreatedAt: w.now, Version: 1}
				want = append(want, directory.Member{Kind: directory.MemberUser, User: &u})
				if err := tx.CreateUser(w.ctx, w.tenant, u); err != nil {
					return err
				}
			} else {
				d := directory.Device{ID: directory.ObjectID(w.id()), DeviceID: directory.DeviceID(w.id()), DisplayName: fmt.Sprint("PC-", i), AccountEnabled: true, Attributes: map[string]string{}, CreatedAt: w.now, Version: 1}
				want = append(want, directory.Member{Kind: directory.MemberDevice, Device: &d})
				if err := tx.CreateDevices(w.ctx, w.tenant, []directory.Device{d}); err != nil {
					return err
				}
			}
			m := &want[i]
			add = append(add, directory.Membership{Group: g.ID, Member: m.ID(), Kind: m.Kind})
		}
		return tx.ApplyMemberships(w.ctx, w.tenant, append(add, directory.Membership{Group: other.ID, Member: want[0].ID(), Kind: want[0].Kind}), nil)
	})
	w.equal("members", all(w, w.member(w.tenant, g.ID), w.query(memberTable, "$top=5")), want)
	for raw, indexes := range map[string][]int{
		"$filter=id eq '" + string(want[4].ID()) + "'":                        {4},
		"$filter=startswith(displayName,'ann')":                               {0, 3, 6, 9},
		"$filter=not (accountEnabled eq true)":                                {0, 3, 6, 9},
		"$filter=deviceId eq " + string(want[1].Device.DeviceID):              {1},
		"$filter=deviceId ne null and startswith(displayName,'pc-1')":         {1, 10, 11},
		"$filter=userPrincipalName eq 'u3@CONTOSO.example'":                   {3},
		"$filter=userPrincipalName eq null":                                   {1, 2, 4, 5, 7, 8, 10, 11},
		"$orderby=displayName desc&$filter=displayName in ('PC-1','Ann 0')":   {1, 0},
		"$search=\"displayName:nn 9\"":                                        {9},
		"$filter=deviceId ne " + string(want[1].Device.DeviceID) + "&$top=20": {0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
	} {
		var expect []directory.Member
		for _, i := range indexes {
			expect = append(expect, want[i])
		}
		w.equal(raw, all(w, w.member(w.tenant, g.ID), w.query(memberTable, raw)), expect)
	}
	l, err := w.s.ListMembers(w.ctx, w.tenant, g.ID, w.query(memberTable, "$count=true&$top=2"))
	w.ok(err)
	w.equal("count", l.Count, int64(12))
}

func listGroupsOf(w *world) {
	r := w.registration("1")
	w.register(r)
	alive, paused, dead, foreign := w.group("alive"), w.group("paused"), w.group("dead"), w.group("foreign")
	paused.Kind, paused.Rule, paused.Processing = directory.DynamicDevice, "(device.deviceOwnership -eq \"Company\")", directory.ProcessingPaused
	w.tx(func(tx autopilot.Tx) error {
		for _, g := range []directory.Group{alive, paused, dead, foreign} {
			if err := tx.CreateGroup(w.ctx, w.tenant, g); err != nil {
				return err
			}
			if g.ID == foreign.ID {
				continue
			}
			if err := tx.ApplyMemberships(w.ctx, w.tenant, []directory.Membership{{Group: g.ID, Member: r.Object, Kind: directory.MemberDevice}}, nil); err != nil {
				return err
			}
		}
		dead.DeletedAt = w.now
		return tx.UpdateGroup(w.ctx, w.tenant, dead)
	})
	of := func(q *odata.Query) (odata.List[directory.Group], error) {
		return w.s.ListGroupsOf(w.ctx, w.tenant, r.Object, q)
	}
	w.equal("groups", all(w, of, w.query(groupTable, "$top=1")), []directory.Group{alive, paused})
	w.equal("dynamic groups", all(w, of, w.query(groupTable, "$filter=groupTypes/any(c:c eq 'DynamicMembership')")), []directory.Group{paused})
	living := func(q *odata.Query) (odata.List[directory.Group], error) { return w.s.ListGroups(w.ctx, w.tenant, q) }
	w.equal("all groups by name", all(w, living, w.query(groupTable, "$orderby=displayName&$top=2")), []directory.Group{alive, foreign, paused})
}

func listAudit(w *world) {
	var events []directory.AuditEvent
	for i := range 9 {
		events = append(events, directory.AuditEvent{
			ID: w.id(), At: w.now.Add(time.Duration(i) * time.Second), Activity: "Create group", Category: "group", TargetID: w.id(), TargetType: "group", TargetName: fmt.Sprint("g", i),
			Actor:   directory.Actor{AppID: w.id(), AppName: "app", ObjectID: directory.ObjectID(w.id()), Principal: fmt.Sprint("U", i, "@contoso.example"), Address: "192.0.2.1", Correlation: w.id()},
			Changes: []directory.Change{{Property: "displayName", Old: "", New: fmt.Sprint("g", i)}},
		})
	}
	w.tx(func(tx autopilot.Tx) error { return tx.Audit(w.ctx, w.tenant, events...) })
	other := directory.AuditEvent{ID: w.id(), At: w.now.Add(-time.Second), Activity: "Delete user", Category: "user"}
	w.tx(func(tx autopilot.Tx) error { return tx.Audit(w.ctx, directory.TenantID(w.id()), other) })
	known, err := w.s.AuditActivities(w.ctx, w.tenant)
	w.ok(err)
	w.equal("activities", known, map[string][]string{"group": {"Create group"}})
	list := func(q *odata.Query) (odata.List[directory.AuditEvent], error) {
		return w.s.ListAuditEvents(w.ctx, w.tenant, q)
	}
	newest := slices.Clone(events)
	slices.Reverse(newest)
	w.equal("events", all(w, list, w.query(auditTable, "$top=4")), newest)
	w.equal("oldest first", all(w, list, w.query(auditTable, "$top=4&$orderby=activityDateTime")), events)
	w.equal("by who did it", all(w, list, w.query(auditTable, "$filter=actor/userPrincipalName eq 'u3@contoso.example'")), events[3:4])
	since := "$filter=activityDateTime ge " + events[6].At.Format(time.RFC3339Nano)
	w.equal("since", all(w, list, w.query(auditTable, since)), newest[:3])
	got, err := w.s.GetAuditEvent(w.ctx, w.tenant, events[2].ID)
	w.ok(err)
	w.equal("event", got, events[2])
	_, err = w.s.GetAuditEvent(w.ctx, w.tenant, w.id())
	w.faulty(fault.NotFound, "", err)
}
