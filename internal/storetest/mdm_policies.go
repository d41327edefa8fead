package storetest

import (
	"path/filepath"
	"slices"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

var mdmPolicyTests = []directoryTest{
	{"a policy of each kind reads back as it was written, in its own tenant alone", policyReadsBack},
	{"an update keeps kind, default and creation time and raises the version", policyUpdated},
	{"a policy that is not there is missing, whatever is done to it, and one that is there is taken", policyMissing},
	{"a deleted policy takes its assignments and states with it", policyGoes},
	{"policies are loaded by kind, with the assignments to groups that live", policiesLoaded},
	{"the assignments of a policy are replaced as a whole", policyReassigned},
	{"policies of a kind that are locked at once are numbered without a gap", policiesNumbered},
	{"the secrets of a configuration come back from a backup", policySecrets},
	{"what became of a policy replaces what was told before, by device, policy and user", statesReplaced},
	{"states are forgotten one by one and listed for their device alone", statesForgotten},
}

// policyOf is a policy of a kind with every setting of it.
func policyOf(c *city, kind enrollment.PolicyKind) enrollment.Policy {
	p := enrollment.Policy{
		ID: enrollment.PolicyID(newID()), Kind: kind, DisplayName: "Ünï'code %_ " + string(kind), Description: "d\n\"x\"", Priority: 3, ScopeTags: []string{"0", "7"},
		CreatedAt: c.now, ModifiedAt: c.now.Add(time.Hour), Version: 1,
	}
	switch kind {
	case enrollment.PolicyESP:
		p.ESP = &enrollment.ESP{
			ShowProgress: true, Blocks: true, TimeoutMinutes: 45, CustomErrorMessage: "Ruf 4711 an.", AllowLogCollection: true, AllowReset: true, AllowUse: true,
			OnlyOOBE: true, OnlyFirstUser: true, InstallQualityUpdates: true, AllowNonBlockingApps: true, SelectedApps: []enrollment.PolicyID{enrollment.PolicyID(newID())},
		}
	case enrollment.PolicyLimit:
		p.Limit = new(7)
	case enrollment.PolicyPlatform, enrollment.PolicySingle:
		p.Platform = &enrollment.PlatformRestriction{
			Blocked: true, PersonalBlocked: true, MinVersion: "10.0.22631", MaxVersion: "10.0.26100.1", Of: "windows",
			Others: map[string]any{"iosRestriction": map[string]any{"platformBlocked": true}},
		}
	case enrollment.PolicyHello:
		p.Hello = map[string]any{"state": "enabled", "pinMinimumLength": float64(8), "securityDeviceRequired": true}
	case enrollment.PolicyCustom:
		p.Custom = &enrollment.CustomConfiguration{Settings: []enrollment.OMASetting{
			{DisplayName: "a", Description: "b", URI: "./Device/A/B", Type: enrollment.SettingString, Value: "first secret", Secret: true},
			{URI: "./User/A/B", Type: enrollment.SettingXML, Value: "<enabled/>", FileName: "x.xml"},
			{URI: "./Device/A/C", Type: enrollment.SettingString, Value: "second secret", Secret: true},
		}}
	case enrollment.PolicyMSI:
		p.App = &enrollment.App{Publisher: "Contoso", ProductCode: "{x}", Size: 1 << 40, SHA256: []byte{1, 2}, Extra: map[string]any{"notes": "n"}}
	}
	return p
}

func policyKindsOfTests() []enrollment.PolicyKind {
	return append(enrollment.EnrolmentKinds(), enrollment.PolicyCustom, enrollment.PolicyMSI)
}

// policy stores a policy of the first tenant that change has changed.
func (c *city) policy(kind enrollment.PolicyKind, change func(*enrollment.Policy)) enrollment.Policy {
	c.Helper()
	p := policyOf(c, kind)
	if change != nil {
		change(&p)
	}
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreatePolicy(c.ctx, c.tenant, p) })
	return p
}

func policyReadsBack(c *city) {
	for _, kind := range policyKindsOfTests() {
		for _, byDefault := range []bool{false, true} {
			want := c.policy(kind, func(p *enrollment.Policy) { p.Default = byDefault })
			c.equal("read", must(c.db.GetPolicy(c.ctx, c.tenant, want.ID)), want)
			_, err := c.db.GetPolicy(c.ctx, c.other, want.ID)
			c.missing(err)
			c.tx(func(tx *sqlstore.Tx) error {
				c.equal("locked", must(tx.LockPolicy(c.ctx, c.tenant, want.ID)), want)
				return nil
			})
		}
	}
}

func policyUpdated(c *city) {
	for _, kind := range policyKindsOfTests() {
		p := c.policy(kind, func(p *enrollment.Policy) { p.Default = true })
		changed := p
		changed.Kind, changed.Default, changed.CreatedAt = enrollment.PolicyMSI, false, c.now.Add(time.Hour) // none of these is stored
		changed.DisplayName, changed.Description, changed.Priority, changed.ScopeTags, changed.ModifiedAt = "new", "", 1, nil, c.now.Add(2*time.Hour)
		if p.Custom != nil {
			changed.Custom = &enrollment.CustomConfiguration{Settings: []enrollment.OMASetting{{URI: "./Device/A/B", Type: enrollment.SettingString, Value: "open now"}}}
		}
		c.tx(func(tx *sqlstore.Tx) error { return tx.UpdatePolicy(c.ctx, c.tenant, changed) })
		changed.Kind, changed.Default, changed.CreatedAt, changed.Version = kind, true, p.CreatedAt, 2
		c.equal("after the update", must(c.db.GetPolicy(c.ctx, c.tenant, p.ID)), changed)
	}
}

func policyMissing(c *city) {
	there := c.policy(enrollment.PolicyLimit, nil)
	for _, at := range []struct {
		t  directory.TenantID
		id enrollment.PolicyID
	}{{c.tenant, enrollment.PolicyID(newID())}, {c.other, there.ID}, {c.tenant, "no uuid"}} {
		gone := there
		gone.ID = at.id
		_, err := c.db.GetPolicy(c.ctx, at.t, at.id)
		c.missing(err)
		for _, fn := range []func(*sqlstore.Tx) error{
			func(tx *sqlstore.Tx) error { return tx.UpdatePolicy(c.ctx, at.t, gone) },
			func(tx *sqlstore.Tx) error { return tx.DeletePolicy(c.ctx, at.t, at.id) },
			func(tx *sqlstore.Tx) error { _, err := tx.LockPolicy(c.ctx, at.t, at.id); return err },
		} {
			c.fails(fault.NotFound, "ResourceNotFound", fn)
		}
	}
	c.fails(fault.Conflict, "AlreadyExists", func(tx *sqlstore.Tx) error { return tx.CreatePolicy(c.ctx, c.tenant, there) })
	c.equal("the one that is there", must(c.db.GetPolicy(c.ctx, c.tenant, there.ID)), there)
}

func policyGoes(c *city) {
	gone, kept := c.policy(enrollment.PolicyCustom, nil), c.policy(enrollment.PolicyCustom, nil)
	device, user := newManagedID(), newObject()
	c.tx(func(tx *sqlstore.Tx) error {
		for _, p := range []enrollment.PolicyID{gone.ID, kept.ID} {
			c.ok(tx.ReplaceAssignments(c.ctx, c.tenant, p, []enrollment.Assignment{{Target: enrollment.TargetAllDevices, CreatedAt: c.now}}))
			c.ok(tx.PutStates(c.ctx, c.tenant, []enrollment.PolicyState{{Device: device, Policy: p, Kind: enrollment.PolicyMSI, Compliance: enrollment.ComplianceInstalled}}))
			c.ok(tx.PutStates(c.ctx, c.tenant, []enrollment.PolicyState{{Device: device, Policy: p, User: user, Kind: enrollment.PolicyCustom, Sent: "./Vendor/MSFT/A"}}))
		}
		return tx.DeletePolicy(c.ctx, c.tenant, gone.ID)
	})
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreatePolicy(c.ctx, c.tenant, gone) }) // the id anew
	_, as, err := c.db.LoadPolicies(c.ctx, c.tenant)
	c.ok(err)
	c.equal("assignments", as, []enrollment.Assignment{{Policy: kept.ID, Target: enrollment.TargetAllDevices, CreatedAt: c.now}})
	var left []string
	for _, s := range must(c.db.ListStates(c.ctx, c.tenant, device)) {
		left = append(left, string(s.Kind)+" "+string(s.Policy))
	}
	slices.Sort(left)
	want := []string{string(enrollment.PolicyCustom) + " " + string(gone.ID), string(enrollment.PolicyCustom) + " " + string(kept.ID), string(enrollment.PolicyMSI) + " " + string(kept.ID)}
	slices.Sort(want)
	c.equal("states", left, want)
}

func policiesLoaded(c *city) {
	living, deleted := newGroup("living"), newGroup("deleted")
	first := c.policy(enrollment.PolicyESP, func(p *enrollment.Policy) { p.Priority = 1 })
	second := c.policy(enrollment.PolicyESP, func(p *enrollment.Policy) { p.Priority = 2 })
	custom := c.policy(enrollment.PolicyCustom, nil)
	as := []enrollment.Assignment{
		{Policy: second.ID, Target: enrollment.TargetGroup, Group: living.ID, Intent: enrollment.IntentRequired, CreatedAt: c.now},
		{Policy: second.ID, Target: enrollment.TargetAllUsers, CreatedAt: c.now.Add(time.Minute)},
		{Policy: second.ID, Target: enrollment.TargetExclusion, Group: deleted.ID, CreatedAt: c.now.Add(2 * time.Minute)},
		{Policy: second.ID, Target: enrollment.TargetGroup, Group: newObject(), CreatedAt: c.now.Add(3 * time.Minute)},
		{Policy: second.ID, Target: enrollment.TargetAllDevices, CreatedAt: c.now.Add(4 * time.Minute)},
	}
	c.tx(func(tx *sqlstore.Tx) error {
		c.ok(tx.CreateGroup(c.ctx, c.tenant, living))
		c.ok(tx.CreateGroup(c.ctx, c.tenant, deleted))
		c.ok(tx.ReplaceAssignments(c.ctx, c.tenant, second.ID, as))
		c.ok(tx.ReplaceAssignments(c.ctx, c.tenant, custom.ID, []enrollment.Assignment{{Target: enrollment.TargetExclusion, Group: living.ID, CreatedAt: c.now}}))
		deleted.DeletedAt = c.now
		return tx.UpdateGroup(c.ctx, c.tenant, deleted)
	})
	want := []enrollment.Assignment{as[0], as[1], as[4]}
	ps, got, err := c.db.LoadPolicies(c.ctx, c.tenant, enrollment.PolicyESP)
	c.ok(err)
	c.equal("status pages", ps, []enrollment.Policy{first, second})
	c.equal("their assignments", got, want)
	c.tx(func(tx *sqlstore.Tx) error {
		ps, got, err := tx.PoliciesNow(c.ctx, c.tenant, enrollment.PolicyESP, enrollment.PolicyLimit)
		c.equal("status pages and limits in a transaction", ps, []enrollment.Policy{first, second})
		c.equal("their assignments in a transaction", got, want)
		all, err2 := tx.LockPolicies(c.ctx, c.tenant, enrollment.PolicyESP)
		c.ok(err2)
		c.equal("locked", all, []enrollment.Policy{first, second})
		return err
	})
	ps, got, err = c.db.LoadPolicies(c.ctx, c.tenant)
	c.ok(err)
	c.equal("all", []int{len(ps), len(got)}, []int{3, 4})
	// A group that comes back brings its assignments back.
	c.tx(func(tx *sqlstore.Tx) error {
		deleted.DeletedAt = time.Time{}
		return tx.UpdateGroup(c.ctx, c.tenant, deleted)
	})
	_, got, err = c.db.LoadPolicies(c.ctx, c.tenant, enrollment.PolicyESP)
	c.ok(err)
	c.equal("with the group back", len(got), 4)
	ps, got, err = c.db.LoadPolicies(c.ctx, c.other)
	c.ok(err)
	c.equal("of the other tenant", []int{len(ps), len(got)}, []int{0, 0})
	// The same ids in another tenant take no assignments over.
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreatePolicy(c.ctx, c.other, second) })
	_, got, err = c.db.LoadPolicies(c.ctx, c.other)
	c.ok(err)
	c.equal("assignments of the same id in the other tenant", len(got), 0)
}

func policyReassigned(c *city) {
	g := newGroup("g")
	p, other := c.policy(enrollment.PolicyMSI, nil), c.policy(enrollment.PolicyMSI, nil)
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateGroup(c.ctx, c.tenant, g) })
	set := func(id enrollment.PolicyID, as ...enrollment.Assignment) {
		for i := range as {
			as[i].Policy, as[i].CreatedAt = id, c.now.Add(time.Duration(i)*time.Second)
		}
		c.tx(func(tx *sqlstore.Tx) error { return tx.ReplaceAssignments(c.ctx, c.tenant, id, as) })
	}
	read := func(id enrollment.PolicyID) []enrollment.Assignment {
		_, as, err := c.db.LoadPolicies(c.ctx, c.tenant, enrollment.PolicyMSI)
		c.ok(err)
		return slices.DeleteFunc(as, func(a enrollment.Assignment) bool { return a.Policy != id })
	}
	kept := enrollment.Assignment{Target: enrollment.TargetAllUsers, Intent: enrollment.IntentUninstall}
	set(other.ID, kept)
	for _, as := range [][]enrollment.Assignment{
		{{Target: enrollment.TargetGroup, Group: g.ID, Intent: enrollment.IntentAvailable}, {Target: enrollment.TargetAllDevices, Intent: enrollment.IntentRequired}},
		{{Target: enrollment.TargetExclusion, Group: g.ID}},
		{{Target: enrollment.TargetGroup, Group: g.ID}, {Target: enrollment.TargetExclusion, Group: g.ID}},
		nil,
	} {
		set(p.ID, as...)
		c.equal("assignments", read(p.ID), as)
	}
	kept.Policy, kept.CreatedAt = other.ID, c.now
	c.equal("the other one's", read(other.ID), []enrollment.Assignment{kept})
}

func policiesNumbered(c *city) {
	const n = 8
	for _, err := range c.together(n, func(int) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			all, err := tx.LockPolicies(c.ctx, c.tenant, enrollment.PolicyESP)
			if err != nil {
				return err
			}
			p := policyOf(c, enrollment.PolicyESP)
			p.Priority = len(all) + 1
			return tx.CreatePolicy(c.ctx, c.tenant, p)
		})
	}) {
		c.ok(err)
	}
	ps, _, err := c.db.LoadPolicies(c.ctx, c.tenant, enrollment.PolicyESP)
	c.ok(err)
	var got []int
	for _, p := range ps {
		got = append(got, p.Priority)
	}
	c.equal("priorities", got, []int{1, 2, 3, 4, 5, 6, 7, 8})
}

func policySecrets(c *city) {
	p := c.policy(enrollment.PolicyCustom, nil)
	file := filepath.Join(c.TempDir(), "backup")
	must(c.db.Backup(c.ctx, file))
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeletePolicy(c.ctx, c.tenant, p.ID) })
	must(c.db.Restore(c.ctx, file, true))
	c.equal("restored", must(c.db.GetPolicy(c.ctx, c.tenant, p.ID)), p)
	c.tx(func(tx *sqlstore.Tx) error {
		ps, _, err := tx.PoliciesNow(c.ctx, c.tenant, enrollment.PolicyCustom)
		c.equal("in a transaction", ps, []enrollment.Policy{p})
		return err
	})
}

func stateOf(c *city, d enrollment.DeviceID, p enrollment.PolicyID, user directory.ObjectID) enrollment.PolicyState {
	return enrollment.PolicyState{
		Device: d, Policy: p, User: user, Kind: enrollment.PolicyMSI, Name: "App Ä", Compliance: enrollment.ComplianceError, Status: 60, Error: -2147024894, Applied: 1 << 40,
		Tracked: true, Sent: "./Vendor/MSFT/Ä\n./Vendor/MSFT/B", ReportedAt: c.now,
	}
}

func statesReplaced(c *city) {
	d, p, user := newManagedID(), enrollment.PolicyID(newID()), newObject()
	put := func(ss ...enrollment.PolicyState) {
		c.tx(func(tx *sqlstore.Tx) error { return tx.PutStates(c.ctx, c.tenant, ss) })
	}
	mine, theirs := stateOf(c, d, p, ""), stateOf(c, d, p, user)
	put(mine, theirs)
	put()
	mine.Compliance, mine.Status, mine.Error, mine.Applied, mine.Tracked, mine.Name, mine.ReportedAt = enrollment.ComplianceInstalled, 70, 0, 2, false, "App", c.now.Add(time.Minute)
	put(mine)
	read := must(c.db.ListStates(c.ctx, c.tenant, d))
	c.equal("states", read, []enrollment.PolicyState{mine, theirs})
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("in a transaction", must(tx.StatesOf(c.ctx, c.tenant, d)), read)
		return nil
	})
	many := make([]enrollment.PolicyState, 300)
	for i := range many {
		many[i] = stateOf(c, d, enrollment.PolicyID(newID()), "")
	}
	put(many...)
	c.equal("many", len(must(c.db.ListStates(c.ctx, c.tenant, d))), 302)
	// Two messages of one PC at once tell the same.
	for _, err := range c.together(4, func(int) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { return tx.PutStates(c.ctx, c.tenant, []enrollment.PolicyState{mine}) })
	}) {
		c.ok(err)
	}
	c.equal("told at once", len(must(c.db.ListStates(c.ctx, c.tenant, d))), 302)
}

func statesForgotten(c *city) {
	d, other, p, user := newManagedID(), newManagedID(), enrollment.PolicyID(newID()), newObject()
	all := []enrollment.PolicyState{stateOf(c, d, p, ""), stateOf(c, d, p, user), stateOf(c, other, p, "")}
	c.tx(func(tx *sqlstore.Tx) error {
		c.ok(tx.PutStates(c.ctx, c.tenant, all))
		c.ok(tx.PutStates(c.ctx, c.other, all[:1]))
		c.ok(tx.DeleteState(c.ctx, c.tenant, d, p, ""))
		return tx.DeleteState(c.ctx, c.tenant, d, enrollment.PolicyID(newID()), "") // nothing to forget
	})
	c.equal("the user's stays", must(c.db.ListStates(c.ctx, c.tenant, d)), all[1:2])
	c.equal("the other PC's stays", must(c.db.ListStates(c.ctx, c.tenant, other)), all[2:])
	c.equal("the other tenant's stays", must(c.db.ListStates(c.ctx, c.other, d)), all[:1])
}
