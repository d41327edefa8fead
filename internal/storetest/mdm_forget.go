package storetest

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/sqlstore"
)

var mdmForgetTests = []directoryTest{
	{"old commands that have ended are forgotten, open and younger ones stay", commandsForgotten},
	{"the newest run of each action stays, however old", lastActionsStay},
	{"commands are forgotten step by step, PC by PC", commandsForgottenInSteps},
	{"processes that forget at once forget everything once", commandsForgottenAtOnce},
}

// old is an id of the time, as a command queued then has it.
func (c *city) old(at time.Time) string {
	c.Helper()
	u := uuid.Must(uuid.NewV7())
	ms := at.UnixMilli()
	for i := range 6 {
		u[i] = byte(ms >> (8 * (5 - i)))
	}
	return u.String()
}

// ended is a command that came to its end at this time, queued an hour before.
func (c *city) ended(t directory.TenantID, d enrollment.DeviceID, at time.Time, change func(*enrollment.Command)) enrollment.Command {
	c.Helper()
	return c.simple(t, d, func(k *enrollment.Command) {
		k.ID, k.Owner, k.State, k.CreatedAt, k.DoneAt = c.old(at.Add(-time.Hour)), enrollment.OwnerInventory, enrollment.Done, at.Add(-time.Hour), at
		if change != nil {
			change(k)
		}
	})
}

// forget walks through all PCs of a tenant and counts what went.
func (c *city) forget(t directory.TenantID, before time.Time, limit int) (n, steps int) {
	c.Helper()
	for step := (enrollment.Forgotten{More: true}); step.More; steps++ {
		step = must(c.db.ForgetCommands(c.ctx, t, step.Next, before, before, limit))
		n += step.Commands
		if steps > 1000 {
			c.Fatal("forgetting does not end")
		}
	}
	return n, steps
}

func (c *city) left(t directory.TenantID, d enrollment.DeviceID) (ids []string) {
	c.Helper()
	for _, k := range must(c.db.ListCommands(c.ctx, t, d, 10_000)) {
		ids = append(ids, k.ID)
	}
	slices.Sort(ids)
	return ids
}

func commandsForgotten(c *city) {
	d, gone := c.managed(nil), c.managed(func(d *enrollment.Device) { d.State = enrollment.Unenrolled })
	day := 24 * time.Hour
	var want []string
	for _, tt := range []struct {
		state  enrollment.CommandState
		queued time.Duration // before now
		ended  time.Duration
		stays  bool
	}{
		{enrollment.Done, 31 * day, 31 * day, false},
		{enrollment.Failed, 40 * day, 31 * day, false},
		{enrollment.Cancelled, 400 * day, 31 * day, false},
		{enrollment.Unconfirmed, 31 * day, 31 * day, false},
		{enrollment.Done, 31 * day, 29 * day, true}, // waited long, ended lately
		{enrollment.Done, 29 * day, 29 * day, true},
		{enrollment.Done, 29 * day, 31 * day, true}, // the tenant's clock was put forward
		{enrollment.Queued, 400 * day, 400 * day, true},
		{enrollment.Sent, 400 * day, 400 * day, true},
	} {
		k := c.simple(c.tenant, d.ID, func(k *enrollment.Command) {
			k.ID, k.Owner, k.State, k.DoneAt = c.old(c.now.Add(-tt.queued)), enrollment.OwnerPolicy, tt.state, c.now.Add(-tt.ended)
		})
		if tt.stays {
			want = append(want, k.ID)
		}
	}
	slices.Sort(want)
	c.ended(c.tenant, gone.ID, c.now.Add(-31*day), nil)
	theirs := c.ended(c.other, d.ID, c.now.Add(-31*day), nil)
	n, _ := c.forget(c.tenant, c.now.Add(-30*day), 100)
	c.equal("forgotten", n, 5)
	c.equal("left", c.left(c.tenant, d.ID), want)
	c.equal("left of one that has left", c.left(c.tenant, gone.ID), []string(nil))
	c.equal("left of another tenant", c.left(c.other, d.ID), []string{theirs.ID})
	n, _ = c.forget(c.tenant, c.now.Add(-30*day), 100)
	c.equal("once more", n, 0)
}

func lastActionsStay(c *city) {
	d := c.managed(nil)
	action := func(name string, ago time.Duration) func(*enrollment.Command) {
		return func(k *enrollment.Command) {
			k.Owner, k.Of, k.CreatedAt = enrollment.OwnerAction, name, c.now.Add(-ago)
		}
	}
	const long, longer, longest = 1000 * time.Hour, 2000 * time.Hour, 3000 * time.Hour
	at := func(ago time.Duration) time.Time { return c.now.Add(-ago) }
	c.ended(c.tenant, d.ID, at(longest), action("rebootNow", longest))
	reboot := c.ended(c.tenant, d.ID, at(longer), action("rebootNow", longer))
	c.ended(c.tenant, d.ID, at(longest), action("setDeviceName", longest))
	c.ended(c.tenant, d.ID, at(longest), action("setDeviceName", longest))
	name := c.ended(c.tenant, d.ID, at(longer), action("setDeviceName", longer)) // two commands of one run
	restart := c.ended(c.tenant, d.ID, at(longer), action("setDeviceName", longer))
	wipe := c.ended(c.tenant, d.ID, at(longest), action("factoryReset", longest))
	c.ended(c.tenant, d.ID, at(longest), action("syncDevice", longest))
	sync := c.simple(c.tenant, d.ID, action("syncDevice", long))
	newest := []enrollment.Command{reboot, name, restart, wipe, sync}
	slices.SortFunc(newest, func(a, b enrollment.Command) int { return strings.Compare(b.ID, a.ID) })
	c.equal("the last actions", must(c.db.LastActions(c.ctx, c.tenant, d.ID)), newest)
	n, _ := c.forget(c.tenant, c.now, 100)
	c.equal("forgotten", n, 4)
	c.equal("the last actions", must(c.db.LastActions(c.ctx, c.tenant, d.ID)), newest)
	c.equal("of another PC", len(must(c.db.LastActions(c.ctx, c.tenant, newManagedID()))), 0)
}

func commandsForgottenInSteps(c *city) {
	const most = 7
	var pcs []enrollment.DeviceID
	for range 105 { // more than one step looks at
		pcs = append(pcs, c.managed(nil).ID)
	}
	pcs = []enrollment.DeviceID{pcs[0], pcs[50], pcs[104]}
	total := 0
	for _, d := range pcs {
		for range 10 {
			c.ended(c.tenant, d, c.now.Add(-time.Hour), nil)
			total++
		}
	}
	step := must(c.db.ForgetCommands(c.ctx, c.tenant, "", c.now, c.now, most))
	c.equal("one step", step.Commands, most)
	n, steps := c.forget(c.tenant, c.now, most)
	c.equal("forgotten", n, total-most)
	if steps < (total-most)/most {
		c.Errorf("%d commands went in %d steps of at most %d", n, steps, most)
	}
	for _, d := range pcs {
		c.equal("left", len(c.left(c.tenant, d)), 0)
	}
}

func commandsForgottenAtOnce(c *city) {
	const each = 30
	d, other := c.managed(nil), c.managed(nil)
	for range each {
		c.ended(c.tenant, d.ID, c.now.Add(-time.Hour), nil)
		c.ended(c.tenant, other.ID, c.now.Add(-time.Hour), nil)
	}
	gone := make([]int, 4)
	for _, err := range c.together(len(gone), func(i int) error {
		for step := (enrollment.Forgotten{More: true}); step.More; {
			var err error
			if step, err = c.db.ForgetCommands(c.ctx, c.tenant, step.Next, c.now, c.now, 5); err != nil {
				return err
			}
			gone[i] += step.Commands
		}
		return nil
	}) {
		c.ok(err)
	}
	c.equal("forgotten together", gone[0]+gone[1]+gone[2]+gone[3], 2*each)
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("left", len(c.left(c.tenant, d.ID))+len(c.left(c.tenant, other.ID)), 0)
		return nil
	})
}
