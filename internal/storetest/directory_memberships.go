package storetest

import (
	"cmp"
	"math/rand/v2"
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/sqlstore"
)

var membershipTests = []directoryTest{
	{"memberships are added and removed, twice without harm", membershipsTwice},
	{"random adds and removes of memberships end as a model says", membershipsModel},
	{"a group's members are paged in order", membersPaged},
	{"objects are paged in order, also by group tag in any case", objectsPaged},
}

func membershipsTwice(c *city) {
	g, h := newGroup("G"), newGroup("H")
	c.tx(func(tx *sqlstore.Tx) error {
		c.ok(tx.CreateGroup(c.ctx, c.tenant, g))
		return tx.CreateGroup(c.ctx, c.tenant, h)
	})
	m, n := newObject(), newObject()
	rows := []directory.Membership{
		{Group: g.ID, Member: m, Kind: directory.MemberDevice, ByRule: true, RuleVersion: 4},
		{Group: h.ID, Member: m, Kind: directory.MemberDevice},
		{Group: g.ID, Member: n, Kind: directory.MemberUser},
	}
	for range 2 {
		c.tx(func(tx *sqlstore.Tx) error { return tx.ApplyMemberships(c.ctx, c.tenant, rows, nil) })
		c.equal("added", must(c.db.ListMemberships(c.ctx, c.tenant, []directory.ObjectID{n, m, m, "", newObject()})), rows)
	}
	c.equal("in the other tenant", len(must(c.db.ListMemberships(c.ctx, c.other, []directory.ObjectID{n, m}))), 0)
	c.tx(func(tx *sqlstore.Tx) error {
		return tx.ApplyMemberships(c.ctx, c.tenant, []directory.Membership{{Group: g.ID, Member: m, Kind: directory.MemberDevice}}, nil)
	})
	c.equal("a row that is there stays as it is", must(c.db.ListMemberships(c.ctx, c.tenant, []directory.ObjectID{m})), rows[:2])
	for range 2 {
		c.tx(func(tx *sqlstore.Tx) error { return tx.ApplyMemberships(c.ctx, c.tenant, nil, rows[1:]) })
		c.equal("removed", must(c.db.ListMemberships(c.ctx, c.tenant, []directory.ObjectID{m, n})), rows[:1])
	}
}

func membershipsModel(c *city) {
	seed := rand.Uint64()
	c.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	var groups, members []directory.ObjectID
	for range 12 {
		groups = append(groups, newObject())
	}
	for range 90 {
		members = append(members, newObject())
	}
	pick := func(n, groupsIn int) (ms []directory.Membership) {
		for range n {
			ms = append(ms, directory.Membership{Group: groups[random.IntN(groupsIn)], Member: members[random.IntN(len(members))], Kind: directory.MemberDevice})
		}
		return ms
	}
	model := map[[2]directory.ObjectID]bool{}
	for range 15 {
		// Few groups and many take different statements.
		in := 1 + random.IntN(len(groups))
		add, remove := pick(random.IntN(300), len(groups)), pick(random.IntN(200), in)
		c.tx(func(tx *sqlstore.Tx) error { return tx.ApplyMemberships(c.ctx, c.tenant, add, remove) })
		for _, m := range add {
			model[[2]directory.ObjectID{m.Member, m.Group}] = true
		}
		for _, m := range remove {
			delete(model, [2]directory.ObjectID{m.Member, m.Group})
		}
	}
	want := make([][2]directory.ObjectID, 0, len(model))
	for k := range model {
		want = append(want, k)
	}
	slices.SortFunc(want, func(a, b [2]directory.ObjectID) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) })
	var got [][2]directory.ObjectID
	c.tx(func(tx *sqlstore.Tx) error {
		got = nil
		for _, m := range must(tx.MembershipsOf(c.ctx, c.tenant, members)) {
			got = append(got, [2]directory.ObjectID{m.Member, m.Group})
		}
		return nil
	})
	c.equal("memberships", got, want)
}

func membersPaged(c *city) {
	g := newObject()
	var want []directory.ObjectID
	var rows []directory.Membership
	for i := range 25 {
		id := newObject()
		want = append(want, id)
		rows = append(rows, directory.Membership{Group: g, Member: id, Kind: []directory.MemberKind{directory.MemberUser, directory.MemberDevice}[i%2]})
	}
	rows = append(rows, directory.Membership{Group: newObject(), Member: newObject(), Kind: directory.MemberDevice})
	slices.Reverse(rows)
	c.tx(func(tx *sqlstore.Tx) error { return tx.ApplyMemberships(c.ctx, c.tenant, rows, nil) })
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("pages", c.pages(10, func(after directory.ObjectID) ([]directory.ObjectID, error) {
			return tx.PageMembers(c.ctx, c.tenant, g, after, 10)
		}), want)
		c.equal("of the other tenant", len(must(tx.PageMembers(c.ctx, c.other, g, "", 10))), 0)
		return nil
	})
}

// pages follows a cursor to the end.
func (c *city) pages(limit int, page func(after directory.ObjectID) ([]directory.ObjectID, error)) (all []directory.ObjectID) {
	c.Helper()
	var after directory.ObjectID
	for {
		ids, err := page(after)
		c.ok(err)
		if len(ids) > limit {
			c.Fatalf("a page of %d holds %d", limit, len(ids))
		}
		if len(ids) == 0 {
			return all
		}
		all = append(all, ids...)
		after = ids[len(ids)-1]
	}
}

func objectsPaged(c *city) {
	var devices []directory.Device
	var tagged, users []directory.ObjectID
	tags := []string{"Kiosk", "", "KIOSK", "kiosk2", "ſtraße", "Straße", "kiosk"}
	for i := range 28 {
		d := newDevice("PC")
		d.SetPhysicalID(directory.PhysicalOrderID, tags[i%len(tags)])
		devices = append(devices, d)
	}
	c.tx(func(tx *sqlstore.Tx) error {
		for range 7 {
			u := newUser()
			users = append(users, u.ID)
			c.ok(tx.CreateUser(c.ctx, c.tenant, u))
		}
		return tx.CreateDevices(c.ctx, c.tenant, devices)
	})
	page := func(kind directory.MemberKind, tag string) (all []directory.ObjectID) {
		c.tx(func(tx *sqlstore.Tx) error {
			all = c.pages(3, func(after directory.ObjectID) ([]directory.ObjectID, error) {
				return tx.PageObjects(c.ctx, c.tenant, kind, tag, after, 3)
			})
			return nil
		})
		return all
	}
	c.equal("users", page(directory.MemberUser, ""), users)
	c.equal("devices", page(directory.MemberDevice, ""), idsOf(devices))
	for _, test := range []struct {
		tag  string
		same []string
	}{{"kIOSK", []string{"Kiosk", "KIOSK", "kiosk"}}, {"STRASSE", nil}, {"ſTRAßE", []string{"ſtraße", "Straße"}}, {"kiosk2", []string{"kiosk2"}}, {"none", nil}} {
		tagged = nil
		for i := range devices {
			if slices.Contains(test.same, tags[i%len(tags)]) {
				tagged = append(tagged, devices[i].ID)
			}
		}
		c.equal("tag "+test.tag, page(directory.MemberDevice, test.tag), tagged)
	}
	devices[0].SetPhysicalID(directory.PhysicalOrderID, "moved")
	c.tx(func(tx *sqlstore.Tx) error { return tx.UpdateDevice(c.ctx, c.tenant, devices[0]) })
	c.equal("after a change of tag", page(directory.MemberDevice, "Moved"), idsOf(devices[:1]))
}
