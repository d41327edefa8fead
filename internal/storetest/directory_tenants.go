package storetest

import (
	"slices"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

var tenantTests = []directoryTest{
	{"a tenant reads back as it was written", tenantReadsBack},
	{"a tenant is found by its domain in any case", tenantFound},
	{"a tenant that is not there is missing", tenantMissing},
	{"a tenant's id and domain are taken once", tenantTaken},
	{"tenants are listed oldest first", tenantsListed},
	{"deleting a tenant removes every row of it and of no other", tenantDeleted},
}

func tenantReadsBack(c *city) {
	want := directory.Tenant{ID: directory.TenantID(newID()), DisplayName: "Lab Ünïque", Domain: "lab.example", Lab: true, ClockOffset: 90*time.Minute + time.Microsecond, CreatedAt: c.now, ProfileWithoutTPM: true}
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateTenant(c.ctx, want) })
	c.equal("created", must(c.db.GetTenant(c.ctx, want.ID)), want)
	want.DisplayName, want.Domain, want.ClockOffset, want.ProfileWithoutTPM = "Renamed", "renamed.example", 2*time.Hour, false
	c.tx(func(tx *sqlstore.Tx) error { return tx.UpdateTenant(c.ctx, want) })
	c.equal("updated", must(c.db.GetTenant(c.ctx, want.ID)), want)
}

func tenantFound(c *city) {
	for _, domain := range []string{"contoso.example", "CONTOSO.Example"} {
		c.equal(domain, must(c.db.FindTenant(c.ctx, domain)).ID, c.tenant)
	}
	c.equal("whole", must(c.db.FindTenant(c.ctx, "fabrikam.example")), must(c.db.GetTenant(c.ctx, c.other)))
	for _, domain := range []string{"nobody.example", "", "example", string(c.tenant)} {
		_, err := c.db.FindTenant(c.ctx, domain)
		c.missing(err)
	}
}

func tenantMissing(c *city) {
	for _, id := range []directory.TenantID{directory.TenantID(newID()), "", "no uuid at all"} {
		_, err := c.db.GetTenant(c.ctx, id)
		c.missing(err)
		c.missing(c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			return tx.UpdateTenant(c.ctx, directory.Tenant{ID: id, Domain: "x.example"})
		}))
		c.missing(c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { return tx.DeleteTenant(c.ctx, id) }))
		c.missing(c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { _, err := tx.ConfigVersion(c.ctx, id); return err }))
		c.missing(c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { _, err := tx.BumpConfig(c.ctx, id); return err }))
	}
}

func tenantTaken(c *city) {
	c.fails(fault.Conflict, "TenantExists", func(tx *sqlstore.Tx) error {
		return tx.CreateTenant(c.ctx, directory.Tenant{ID: c.tenant, DisplayName: "x", Domain: "free.example"})
	})
	c.fails(fault.Conflict, "DomainTaken", func(tx *sqlstore.Tx) error {
		return tx.CreateTenant(c.ctx, directory.Tenant{ID: directory.TenantID(newID()), DisplayName: "x", Domain: "contoso.example"})
	})
	c.fails(fault.Conflict, "DomainTaken", func(tx *sqlstore.Tx) error {
		return tx.UpdateTenant(c.ctx, directory.Tenant{ID: c.other, DisplayName: "x", Domain: "contoso.example"})
	})
	c.equal("after the refusals", len(must(c.db.ListTenants(c.ctx))), 2)
}

func tenantsListed(c *city) {
	older := directory.Tenant{ID: directory.TenantID(newID()), DisplayName: "Older", Domain: "older.example", CreatedAt: c.now.Add(-time.Hour)}
	c.tx(func(tx *sqlstore.Tx) error { return tx.CreateTenant(c.ctx, older) })
	var got []directory.TenantID
	for _, t := range must(c.db.ListTenants(c.ctx)) {
		got = append(got, t.ID)
	}
	rest := []directory.TenantID{c.tenant, c.other}
	slices.Sort(rest)
	c.equal("order", got, append([]directory.TenantID{older.ID}, rest...))
}

func tenantDeleted(c *city) {
	for _, t := range []directory.TenantID{c.tenant, c.other} {
		u, d, g := newUser(), newDevice("PC"), newGroup("G")
		c.tx(func(tx *sqlstore.Tx) error {
			c.ok(tx.CreateUser(c.ctx, t, u))
			c.ok(tx.CreateDevices(c.ctx, t, []directory.Device{d}))
			c.ok(tx.CreateGroup(c.ctx, t, g))
			c.ok(tx.ApplyMemberships(c.ctx, t, []directory.Membership{{Group: g.ID, Member: d.ID, Kind: directory.MemberDevice}}, nil))
			c.ok(tx.MarkDirty(c.ctx, t, directory.TopicDevice, []directory.ObjectID{d.ID}, 0, c.lease("a")))
			c.ok(tx.OpenFill(c.ctx, directory.Fill{Tenant: t, ID: newID(), Scope: directory.ScopeRegistered, CreatedAt: c.now}, c.lease("a")))
			c.ok(tx.PutJoinPolicy(c.ctx, t, directory.DefaultJoinPolicy()))
			c.ok(tx.PutMobilityPolicy(c.ctx, t, directory.DefaultMobilityPolicy(directory.MDM)))
			return tx.Audit(c.ctx, t, c.event("Create group"))
		})
		c.ok(c.db.CreateApplication(c.ctx, t, newApp(), aSecret("s"), c.event("Create application")))
	}
	before := must(c.db.CountRows(c.ctx, c.other))
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteTenant(c.ctx, c.tenant) })
	c.equal("rows of the deleted tenant", must(c.db.CountRows(c.ctx, c.tenant)), map[string]int64{})
	c.equal("rows of the other", must(c.db.CountRows(c.ctx, c.other)), before)
	// Its domain is free again.
	c.tx(func(tx *sqlstore.Tx) error {
		return tx.CreateTenant(c.ctx, directory.Tenant{ID: c.tenant, DisplayName: "again", Domain: "contoso.example", CreatedAt: c.now})
	})
}
