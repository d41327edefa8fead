package storetest

import (
	"path/filepath"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

var joinSettingsTests = []directoryTest{
	{"a tenant that wrote no join settings has the defaults", joinSettingsDefault},
	{"a join policy reads back as it was written, and its version grows", joinPolicyReadsBack},
	{"the MDM and the MAM scope read back as they were written, apart from each other", mobilityReadsBack},
	{"join settings of an unknown tenant cannot be locked", joinSettingsMissing},
	{"an unknown kind of mobility policy is not stored", mobilityUnknownKind},
	{"of changes made at once none is lost, the first one included", joinSettingsRace},
	{"a backup holds the join settings", joinSettingsBackup},
}

func writtenJoinPolicy(at time.Time) directory.JoinPolicy {
	some := func() directory.Audience {
		return directory.Audience{Reach: directory.ReachSelected, Users: []directory.ObjectID{newObject(), newObject()}, Groups: []directory.ObjectID{newObject()}}
	}
	return directory.JoinPolicy{
		Join: some(), RegisteringUsers: some(), GlobalAdmins: true, Register: directory.Audience{Reach: directory.ReachNone},
		MFA: directory.MFARequired, DeviceQuota: directory.UnlimitedDevices, LAPS: true, OnlyAssignedUser: true, ModifiedAt: at, Version: 1,
	}
}

func (c *city) putJoin(t directory.TenantID, p directory.JoinPolicy) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error { return tx.PutJoinPolicy(c.ctx, t, p) })
}

func (c *city) putMobility(t directory.TenantID, p directory.MobilityPolicy) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error { return tx.PutMobilityPolicy(c.ctx, t, p) })
}

func joinSettingsDefault(c *city) {
	c.putJoin(c.other, writtenJoinPolicy(c.now))
	c.putMobility(c.other, directory.MobilityPolicy{Kind: directory.MDM, AppliesTo: directory.ReachAll, Version: 1})
	c.equal("join policy", must(c.db.GetJoinPolicy(c.ctx, c.tenant)), directory.DefaultJoinPolicy())
	for _, kind := range []directory.MobilityKind{directory.MDM, directory.MAM} {
		c.equal("scope", must(c.db.GetMobilityPolicy(c.ctx, c.tenant, kind)), directory.DefaultMobilityPolicy(kind))
	}
	c.tx(func(tx *sqlstore.Tx) error {
		c.equal("locked join policy", must(tx.LockJoinPolicy(c.ctx, c.tenant)), directory.DefaultJoinPolicy())
		c.equal("locked scope", must(tx.LockMobilityPolicy(c.ctx, c.tenant, directory.MAM)), directory.DefaultMobilityPolicy(directory.MAM))
		return nil
	})
}

func joinPolicyReadsBack(c *city) {
	want := writtenJoinPolicy(c.now)
	for range 2 {
		c.putJoin(c.tenant, want)
		want.Version++
		c.equal("read", must(c.db.GetJoinPolicy(c.ctx, c.tenant)), want)
		c.tx(func(tx *sqlstore.Tx) error {
			c.equal("locked", must(tx.LockJoinPolicy(c.ctx, c.tenant)), want)
			return nil
		})
		want.Join, want.LAPS, want.GlobalAdmins, want.DeviceQuota, want.OnlyAssignedUser, want.ModifiedAt = directory.Audience{Reach: directory.ReachAll}, false, false, 0, false, c.now.Add(time.Hour)
	}
	c.equal("the other tenant's", must(c.db.GetJoinPolicy(c.ctx, c.other)), directory.DefaultJoinPolicy())
}

func mobilityReadsBack(c *city) {
	want := directory.MobilityPolicy{
		Kind: directory.MDM, AppliesTo: directory.ReachSelected, Groups: []directory.ObjectID{newObject(), newObject()},
		DiscoveryURL: "https://mdm.example/d?a=b&c=ü", TermsOfUseURL: "https://mdm.example/t", ComplianceURL: "https://mdm.example/c", ModifiedAt: c.now, Version: 1,
	}
	for range 2 {
		c.putMobility(c.tenant, want)
		want.Version++
		c.equal("read", must(c.db.GetMobilityPolicy(c.ctx, c.tenant, directory.MDM)), want)
		c.equal("the MAM scope", must(c.db.GetMobilityPolicy(c.ctx, c.tenant, directory.MAM)), directory.DefaultMobilityPolicy(directory.MAM))
		want.AppliesTo, want.Groups, want.DiscoveryURL, want.ModifiedAt = directory.ReachAll, nil, "", c.now.Add(time.Hour)
	}
	mam := directory.MobilityPolicy{Kind: directory.MAM, AppliesTo: directory.ReachNone, Version: 4}
	c.putMobility(c.tenant, mam)
	c.equal("the MAM scope", must(c.db.GetMobilityPolicy(c.ctx, c.tenant, directory.MAM)).Version, int64(5))
	c.equal("the MDM scope", must(c.db.GetMobilityPolicy(c.ctx, c.tenant, directory.MDM)).AppliesTo, directory.ReachAll)
}

func joinSettingsMissing(c *city) {
	for _, id := range []directory.TenantID{directory.TenantID(newID()), "", "no uuid"} {
		c.missing(c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error { _, err := tx.LockJoinPolicy(c.ctx, id); return err }))
		c.missing(c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			_, err := tx.LockMobilityPolicy(c.ctx, id, directory.MDM)
			return err
		}))
	}
}

func mobilityUnknownKind(c *city) {
	c.fails(fault.Internal, "InternalServerError", func(tx *sqlstore.Tx) error {
		return tx.PutMobilityPolicy(c.ctx, c.tenant, directory.MobilityPolicy{Kind: "other", AppliesTo: directory.ReachAll})
	})
}

func joinSettingsRace(c *city) {
	const n = 8
	for _, err := range c.together(n, func(int) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			p, err := tx.LockMobilityPolicy(c.ctx, c.tenant, directory.MDM)
			if err != nil {
				return err
			}
			p.AppliesTo, p.Groups = directory.ReachSelected, append(p.Groups, newObject())
			return tx.PutMobilityPolicy(c.ctx, c.tenant, p)
		})
	}) {
		c.ok(err)
	}
	got := must(c.db.GetMobilityPolicy(c.ctx, c.tenant, directory.MDM))
	c.equal("groups", len(got.Groups), n)
	c.equal("version", got.Version, int64(n+1))
}

func joinSettingsBackup(c *city) {
	join, scope := writtenJoinPolicy(c.now), directory.MobilityPolicy{Kind: directory.MAM, AppliesTo: directory.ReachAll, Version: 1}
	c.putJoin(c.tenant, join)
	c.putMobility(c.tenant, scope)
	join.Version, scope.Version = 2, 2
	file := filepath.Join(c.TempDir(), "backup")
	must(c.db.Backup(c.ctx, file))
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteTenant(c.ctx, c.tenant) })
	must(c.db.Restore(c.ctx, file, true))
	c.equal("join policy", must(c.db.GetJoinPolicy(c.ctx, c.tenant)), join)
	c.equal("scope", must(c.db.GetMobilityPolicy(c.ctx, c.tenant, directory.MAM)), scope)
}
