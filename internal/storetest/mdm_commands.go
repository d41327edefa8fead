package storetest

import (
	"fmt"
	"slices"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

var mdmCommandTests = []directoryTest{
	{"a command reads back as it was queued, and as it was updated", commandReadsBack},
	{"an update of a command that is not there is missing", commandMissing},
	{"the value of a secret is not stored with its command", commandSecret},
	{"commands are open in order of id until they end, and are paged through", commandsOpen},
	{"commands are got by id, those of the PC alone", commandsGot},
	{"a key is queued once while it is open", commandKeys},
	{"of many that queue a key at once one does", commandKeyRace},
	{"an owner's open commands are cancelled, of one subject or of all", commandsCancelled},
	{"the newest command of a key is found, open or not", commandLast},
	{"commands are listed newest first", commandsListed},
}

// mdmCommand is one with something in every field.
func mdmCommand(c *city, d enrollment.DeviceID) enrollment.Command {
	return enrollment.Command{
		ID: newID(), Device: d, Owner: enrollment.OwnerApp, Of: "app Ä", Key: newID(), Once: true, UserScope: true,
		Op: enrollment.Operation{Verb: enrollment.Atomic, Parts: []enrollment.Operation{
			{Verb: enrollment.Add, URI: "./User/Vendor/A", Format: "node"},
			{Verb: enrollment.Replace, URI: "./User/Vendor/A/B", Format: "chr", Type: "text/plain", Data: new("<ä> 'q'")},
			{Verb: enrollment.Exec, URI: "./User/Vendor/A/C", Data: new("")},
		}},
		State: enrollment.Sent, NotBefore: c.now.Add(time.Hour), CreatedAt: c.now, SentAt: c.now.Add(time.Second), DoneAt: c.now.Add(time.Minute),
		Session: "1A", Status: 507, Parts: []int{216, 0, 404}, Results: []enrollment.ResultOf{{URI: "./X", Format: "b64", Data: "AA=="}, {URI: "./Y"}}, Tries: 3,
	}
}

// simple is a queued command without a key.
func (c *city) simple(t directory.TenantID, d enrollment.DeviceID, change func(*enrollment.Command)) enrollment.Command {
	c.Helper()
	k := enrollment.Command{ID: newID(), Device: d, Owner: enrollment.OwnerAction, Op: enrollment.Operation{Verb: enrollment.Get, URI: "./A"}, State: enrollment.Queued, CreatedAt: c.now}
	if change != nil {
		change(&k)
	}
	c.tx(func(tx *sqlstore.Tx) error {
		stored, err := tx.Queue(c.ctx, t, []enrollment.Command{k})
		c.equal("stored", len(stored), 1)
		return err
	})
	return k
}

// openIDs are the open commands of a PC, paged through by twos.
func (c *city) openIDs(t directory.TenantID, d enrollment.DeviceID) (ids []string) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error {
		ids = nil
		for after := ""; ; {
			page := must(tx.OpenCommandsAfter(c.ctx, t, d, after, 2))
			for _, k := range page {
				ids = append(ids, k.ID)
			}
			if len(page) < 2 {
				return nil
			}
			after = page[1].ID
		}
	})
	return ids
}

func commandReadsBack(c *city) {
	d := newManagedID()
	full := mdmCommand(c, d)
	bare := enrollment.Command{ID: newID(), Device: d, Owner: enrollment.OwnerESP, Op: enrollment.Operation{Verb: enrollment.Delete, URI: "./A"}, CreatedAt: c.now}
	c.tx(func(tx *sqlstore.Tx) error {
		stored, err := tx.Queue(c.ctx, c.tenant, []enrollment.Command{full, bare})
		bare.State = enrollment.Queued // what a command without a state is
		c.equal("stored", stored, []enrollment.Command{full, bare})
		return err
	})
	c.equal("commands", must(c.db.ListCommands(c.ctx, c.tenant, d, 10)), []enrollment.Command{bare, full})
	full.State, full.Status, full.Parts, full.Results, full.Tries, full.Session = enrollment.Done, 200, []int{200, 200, 200}, nil, 4, "2B"
	full.NotBefore, full.SentAt, full.DoneAt = time.Time{}, c.now.Add(time.Hour), c.now.Add(2*time.Hour)
	change := full
	change.Owner, change.Of, change.Key, change.Once, change.Op.Verb = enrollment.OwnerESP, "other", "other", false, enrollment.Sequence // none of an update's
	c.tx(func(tx *sqlstore.Tx) error { return tx.UpdateCommands(c.ctx, c.tenant, []enrollment.Command{change}) })
	c.equal("commands", must(c.db.ListCommands(c.ctx, c.tenant, d, 10)), []enrollment.Command{bare, full})
}

func commandSecret(c *city) {
	d := newManagedID()
	k := c.simple(c.tenant, d, func(k *enrollment.Command) {
		k.Op = enrollment.Operation{Verb: enrollment.Replace, URI: "./A", Format: "chr", Data: new("umbrella"), Secret: true}
	})
	k.Op.Data = nil
	c.equal("commands", must(c.db.ListCommands(c.ctx, c.tenant, d, 10)), []enrollment.Command{k})
}

func commandMissing(c *city) {
	d := newManagedID()
	k := c.simple(c.tenant, d, nil)
	for _, change := range []func(*enrollment.Command){
		func(k *enrollment.Command) { k.ID = newID() },
		func(k *enrollment.Command) { k.Device = newManagedID() },
		func(k *enrollment.Command) { k.ID = "no uuid" },
	} {
		other := k
		change(&other)
		c.fails(fault.NotFound, "ResourceNotFound", func(tx *sqlstore.Tx) error {
			return tx.UpdateCommands(c.ctx, c.tenant, []enrollment.Command{k, other})
		})
	}
	c.fails(fault.NotFound, "ResourceNotFound", func(tx *sqlstore.Tx) error { return tx.UpdateCommands(c.ctx, c.other, []enrollment.Command{k}) })
	c.tx(func(tx *sqlstore.Tx) error { return tx.UpdateCommands(c.ctx, c.tenant, nil) })
	c.equal("the one that is there", must(c.db.ListCommands(c.ctx, c.tenant, d, 10)), []enrollment.Command{k})
}

func commandsOpen(c *city) {
	d := newManagedID()
	var all []enrollment.Command
	for range 5 {
		all = append(all, c.simple(c.tenant, d, nil))
	}
	c.simple(c.tenant, newManagedID(), nil)
	c.simple(c.other, d, nil)
	ended := []enrollment.CommandState{enrollment.Done, enrollment.Sent, enrollment.Failed, enrollment.Queued, enrollment.Unconfirmed}
	for i := range all {
		all[i].State = ended[i]
	}
	c.tx(func(tx *sqlstore.Tx) error { return tx.UpdateCommands(c.ctx, c.tenant, all) })
	c.equal("open", c.openIDs(c.tenant, d), []string{all[1].ID, all[3].ID})
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("the first", must(tx.OpenCommands(c.ctx, c.tenant, d, 1)), all[1:2])
		c.equal("behind the last", len(must(tx.OpenCommandsAfter(c.ctx, c.tenant, d, all[3].ID, 10))), 0)
		return nil
	})
}

func commandsGot(c *city) {
	d := newManagedID()
	var ids []string
	for range 300 {
		ids = append(ids, newID())
	}
	a, b := c.simple(c.tenant, d, nil), c.simple(c.tenant, d, nil)
	theirs, elsewhere := c.simple(c.tenant, newManagedID(), nil), c.simple(c.other, d, nil)
	ids = append(ids, b.ID, a.ID, b.ID, theirs.ID, elsewhere.ID)
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("got", must(tx.GetCommands(c.ctx, c.tenant, d, ids)), []enrollment.Command{a, b})
		c.equal("nothing", len(must(tx.GetCommands(c.ctx, c.tenant, d, nil))), 0)
		return nil
	})
}

func commandKeys(c *city) {
	d, other := newManagedID(), newManagedID()
	queue := func(t directory.TenantID, d enrollment.DeviceID, keys ...string) (stored []string) {
		c.tx(func(tx *sqlstore.Tx) error {
			var cs []enrollment.Command
			for _, key := range keys {
				cs = append(cs, enrollment.Command{ID: newID(), Device: d, Owner: enrollment.OwnerAction, Key: key, State: enrollment.Queued, CreatedAt: c.now})
			}
			stored = nil
			for _, k := range must(tx.Queue(c.ctx, t, cs)) {
				stored = append(stored, k.Key)
			}
			return nil
		})
		return stored
	}
	c.equal("stored", queue(c.tenant, d, "a", "b", "a", "", ""), []string{"a", "b", "", ""})
	c.equal("again", queue(c.tenant, d, "a", "B", "b"), []string{"B"})
	c.equal("another PC's", queue(c.tenant, other, "a"), []string{"a"})
	c.equal("another tenant's", queue(c.other, d, "a"), []string{"a"})
	c.tx(func(tx *sqlstore.Tx) error {
		k, _, err := tx.LastCommand(c.ctx, c.tenant, d, "a")
		k.State = enrollment.Sent
		c.ok(err)
		return tx.UpdateCommands(c.ctx, c.tenant, []enrollment.Command{k})
	})
	c.equal("while it is on its way", queue(c.tenant, d, "a"), []string(nil))
	c.tx(func(tx *sqlstore.Tx) error {
		k, _, err := tx.LastCommand(c.ctx, c.tenant, d, "a")
		k.State = enrollment.Unconfirmed
		c.ok(err)
		return tx.UpdateCommands(c.ctx, c.tenant, []enrollment.Command{k})
	})
	c.equal("after its end", queue(c.tenant, d, "a"), []string{"a"})
}

func commandKeyRace(c *city) {
	d := newManagedID()
	stored := make([]int, 8)
	for _, err := range c.together(len(stored), func(i int) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			s, err := tx.Queue(c.ctx, c.tenant, []enrollment.Command{{ID: newID(), Device: d, Owner: enrollment.OwnerAction, Key: "k", State: enrollment.Queued, CreatedAt: c.now}})
			stored[i] = len(s)
			return err
		})
	}) {
		c.ok(err)
	}
	slices.Sort(stored)
	c.equal("stored", stored, []int{0, 0, 0, 0, 0, 0, 0, 1})
	c.equal("open", len(c.openIDs(c.tenant, d)), 1)
}

func commandsCancelled(c *city) {
	d := newManagedID()
	make4 := func() (all []enrollment.Command) {
		for i := range 4 {
			all = append(all, c.simple(c.tenant, d, func(k *enrollment.Command) {
				k.Owner, k.Of = []enrollment.OwnerKind{enrollment.OwnerApp, enrollment.OwnerESP}[i/2], fmt.Sprint("of", i%2)
			}))
		}
		return all
	}
	at := c.now.Add(time.Hour)
	for _, tt := range []struct {
		owner enrollment.OwnerKind
		of    string
		left  []int
	}{{enrollment.OwnerApp, "of0", []int{1, 2, 3}}, {enrollment.OwnerESP, "", []int{0, 1}}, {enrollment.OwnerHardware, "", []int{0, 1, 2, 3}}, {"", "of1", []int{0, 2}}, {"", "", nil}} {
		all := make4()
		other := c.simple(c.tenant, newManagedID(), nil)
		c.simple(c.other, d, nil)
		c.tx(func(tx *sqlstore.Tx) error {
			c.equal("cancelled elsewhere", must(tx.CancelCommands(c.ctx, c.other, newManagedID(), tt.owner, tt.of, at)), 0)
			c.equal("cancelled", must(tx.CancelCommands(c.ctx, c.tenant, d, tt.owner, tt.of, at)), 4-len(tt.left))
			return nil
		})
		var left []string
		for _, i := range tt.left {
			left = append(left, all[i].ID)
		}
		c.equal(fmt.Sprintf("left by %s %s", tt.owner, tt.of), c.openIDs(c.tenant, d), left)
		c.equal("the other PC's", c.openIDs(c.tenant, other.Device), []string{other.ID})
		for _, k := range must(c.db.ListCommands(c.ctx, c.tenant, d, 4)) {
			if !slices.Contains(left, k.ID) {
				c.equal("how it ended", []any{k.State, k.DoneAt}, []any{enrollment.Cancelled, at})
			}
		}
		c.tx(func(tx *sqlstore.Tx) error {
			_, err := tx.CancelCommands(c.ctx, c.tenant, d, "", "", c.now)
			return err
		})
	}
}

func commandLast(c *city) {
	d := newManagedID()
	last := func(t directory.TenantID, d enrollment.DeviceID, key string) (id string) {
		c.tx(func(tx *sqlstore.Tx) error {
			k, ok, err := tx.LastCommand(c.ctx, t, d, key)
			id = k.ID
			c.equal("found", ok, id != "")
			return err
		})
		return id
	}
	keyed := func(k *enrollment.Command) { k.Key = "k" }
	c.equal("none yet", last(c.tenant, d, "k"), "")
	first := c.simple(c.tenant, d, keyed)
	c.equal("the first", last(c.tenant, d, "k"), first.ID)
	first.State = enrollment.Done
	c.tx(func(tx *sqlstore.Tx) error { return tx.UpdateCommands(c.ctx, c.tenant, []enrollment.Command{first}) })
	c.equal("ended", last(c.tenant, d, "k"), first.ID)
	second := c.simple(c.tenant, d, keyed)
	c.equal("the second", last(c.tenant, d, "k"), second.ID)
	c.equal("elsewhere", last(c.other, d, "k")+last(c.tenant, newManagedID(), "k")+last(c.tenant, d, "K"), "")
}

func commandsListed(c *city) {
	d := newManagedID()
	var all []enrollment.Command
	for range 4 {
		all = append(all, c.simple(c.tenant, d, nil))
	}
	c.simple(c.other, d, nil)
	slices.Reverse(all)
	c.equal("three", must(c.db.ListCommands(c.ctx, c.tenant, d, 3)), all[:3])
	c.equal("of another PC", len(must(c.db.ListCommands(c.ctx, c.tenant, newManagedID(), 3))), 0)
}
