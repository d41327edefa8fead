package storetest

import (
	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

var mdmSettingsTests = []directoryTest{
	{"a tenant that wrote no enrolment settings has the zero ones", enrolmentSettingsDefault},
	{"enrolment settings read back as they were written, and their version grows", enrolmentSettingsReadBack},
	{"a real Entra tenant is found for the one tenant that takes its PCs", entraTenantFound},
	{"a real Entra tenant that another tenant has is refused, and nothing is stored", entraTenantTaken},
	{"enrolment settings of an unknown tenant cannot be locked", enrolmentSettingsMissing},
	{"of changes to enrolment settings made at once none is lost, the first one included", enrolmentSettingsRace},
	{"enrolment settings go with their tenant", enrolmentSettingsGo},
}

func (c *city) putSettings(t directory.TenantID, s enrollment.Settings) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error {
		s.Version = must(tx.LockEnrolmentSettings(c.ctx, t)).Version
		return tx.PutEnrolmentSettings(c.ctx, t, s)
	})
}

func entraTenant() enrollment.EntraTenant {
	return enrollment.EntraTenant{TenantID: newID(), Audiences: []string{"api://taxiway", newID()}}
}

func enrolmentSettingsDefault(c *city) {
	c.putSettings(c.other, enrollment.Settings{AllowDigest: true, Entra: []enrollment.EntraTenant{entraTenant()}})
	c.equal("read", must(c.db.GetEnrolmentSettings(c.ctx, c.tenant)), enrollment.Settings{})
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("locked", must(tx.LockEnrolmentSettings(c.ctx, c.tenant)), enrollment.Settings{})
		return nil
	})
}

func enrolmentSettingsReadBack(c *city) {
	want := enrollment.Settings{
		TermsTitle: "Grüße", Terms: "One.\n<b>Two.</b>", AllowDigest: true, AllowOnPremise: true, RequireLicence: true,
		Entra: []enrollment.EntraTenant{entraTenant(), entraTenant()},
	}
	for range 2 {
		c.putSettings(c.tenant, want)
		want.Version++
		c.equal("read", must(c.db.GetEnrolmentSettings(c.ctx, c.tenant)), want)
		want.Terms, want.AllowDigest, want.Entra = "", false, want.Entra[:1]
	}
	c.equal("the other tenant's", must(c.db.GetEnrolmentSettings(c.ctx, c.other)), enrollment.Settings{})
}

func entraTenantFound(c *city) {
	a, b, gone := entraTenant(), entraTenant(), entraTenant()
	c.putSettings(c.tenant, enrollment.Settings{Entra: []enrollment.EntraTenant{a, gone}})
	c.putSettings(c.other, enrollment.Settings{Entra: []enrollment.EntraTenant{b}})
	c.putSettings(c.tenant, enrollment.Settings{Entra: []enrollment.EntraTenant{a}})
	for _, want := range []struct {
		e enrollment.EntraTenant
		t directory.TenantID
	}{{a, c.tenant}, {b, c.other}} {
		t, e, err := c.db.FindEntraTenant(c.ctx, want.e.TenantID)
		c.ok(err)
		c.equal("tenant", t, want.t)
		c.equal("Entra tenant", e, want.e)
	}
	for _, tid := range []string{gone.TenantID, newID(), "", "no uuid"} {
		_, _, err := c.db.FindEntraTenant(c.ctx, tid)
		c.missing(err)
	}
}

func entraTenantTaken(c *city) {
	e, mine := entraTenant(), entraTenant()
	c.putSettings(c.other, enrollment.Settings{Entra: []enrollment.EntraTenant{e}})
	c.putSettings(c.tenant, enrollment.Settings{Entra: []enrollment.EntraTenant{mine}})
	c.fails(fault.Conflict, "EntraTenantTaken", func(tx *sqlstore.Tx) error {
		s := must(tx.LockEnrolmentSettings(c.ctx, c.tenant))
		s.AllowDigest, s.Entra = true, []enrollment.EntraTenant{e}
		return tx.PutEnrolmentSettings(c.ctx, c.tenant, s)
	})
	c.equal("settings", must(c.db.GetEnrolmentSettings(c.ctx, c.tenant)), enrollment.Settings{Entra: []enrollment.EntraTenant{mine}, Version: 1})
	t, _, err := c.db.FindEntraTenant(c.ctx, e.TenantID)
	c.ok(err)
	c.equal("who has it", t, c.other)
	c.putSettings(c.other, enrollment.Settings{})
	c.putSettings(c.tenant, enrollment.Settings{Entra: []enrollment.EntraTenant{e}})
}

func enrolmentSettingsMissing(c *city) {
	for _, t := range []directory.TenantID{directory.TenantID(newID()), "", "no uuid"} {
		if err := c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { _, err := tx.LockEnrolmentSettings(c.ctx, t); return err }); !fault.Is(err, fault.NotFound) {
			c.Errorf("locked the settings of the tenant %q: %v", t, err)
		}
	}
}

func enrolmentSettingsRace(c *city) {
	const n = 8
	for _, err := range c.together(n, func(int) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			s, err := tx.LockEnrolmentSettings(c.ctx, c.tenant)
			if err != nil {
				return err
			}
			s.Entra = append(s.Entra, entraTenant())
			return tx.PutEnrolmentSettings(c.ctx, c.tenant, s)
		})
	}) {
		c.ok(err)
	}
	s := must(c.db.GetEnrolmentSettings(c.ctx, c.tenant))
	c.equal("Entra tenants", len(s.Entra), n)
	c.equal("version", s.Version, int64(n))
}

func enrolmentSettingsGo(c *city) {
	e := entraTenant()
	c.putSettings(c.tenant, enrollment.Settings{AllowDigest: true, Entra: []enrollment.EntraTenant{e}})
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteTenant(c.ctx, c.tenant) })
	c.equal("settings", must(c.db.GetEnrolmentSettings(c.ctx, c.tenant)), enrollment.Settings{})
	_, _, err := c.db.FindEntraTenant(c.ctx, e.TenantID)
	c.missing(err)
}
