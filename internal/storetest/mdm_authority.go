package storetest

import (
	"bytes"
	"errors"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/sqlstore"
)

var mdmAuthorityTests = []directoryTest{
	{"an authority reads back with its keys opened, in its own tenant alone", authorityReadsBack},
	{"of authorities that are made at once one is kept, and all get it", authorityRace},
	{"an authority is exchanged when that is asked for", authorityReplaced},
	{"an authority goes with its tenant, and there is none for an unknown one", authorityGoes},
	{"a management certificate reads back with its device, and is gone with it", mdmCertificateReadsBack},
	{"several certificates may have one key, each keeps its device and its end", mdmCertificateKeys},
	{"revoking takes the good certificates of one device, but one", mdmCertificatesRevoked},
	{"the first use of a certificate ends the older ones of its device, and is noted once", mdmCertificateSeen},
}

func newAuthority(c *city, of string) enrollment.AuthorityKeys {
	return enrollment.AuthorityKeys{Root: []byte("root of " + of), Issuing: []byte("issuing of " + of), RootKey: []byte("root key of " + of), IssuingKey: []byte("issuing key of " + of), CreatedAt: c.now}
}

func (c *city) putAuthority(t directory.TenantID, a enrollment.AuthorityKeys, replace bool) (stored enrollment.AuthorityKeys) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error {
		stored = must(tx.PutAuthority(c.ctx, t, a, replace))
		return nil
	})
	return stored
}

func authorityReadsBack(c *city) {
	_, err := c.db.GetAuthority(c.ctx, c.tenant)
	c.missing(err)
	mine, theirs := newAuthority(c, "mine"), newAuthority(c, "theirs")
	c.equal("stored", c.putAuthority(c.tenant, mine, false), mine)
	c.equal("stored for the other tenant", c.putAuthority(c.other, theirs, false), theirs)
	c.equal("read", must(c.db.GetAuthority(c.ctx, c.tenant)), mine)
	c.equal("read for the other tenant", must(c.db.GetAuthority(c.ctx, c.other)), theirs)
	c.equal("stored again", c.putAuthority(c.tenant, newAuthority(c, "a second"), false), mine)
}

func authorityRace(c *city) {
	const n = 8
	got := make([]enrollment.AuthorityKeys, n)
	for _, err := range c.together(n, func(i int) error {
		return c.db.InTx(c.ctx, func(tx *sqlstore.Tx) (err error) {
			got[i], err = tx.PutAuthority(c.ctx, c.tenant, newAuthority(c, newID()), false)
			return err
		})
	}) {
		c.ok(err)
	}
	kept := must(c.db.GetAuthority(c.ctx, c.tenant))
	for i := range got {
		c.equal("what everybody got", got[i], kept)
	}
}

func authorityReplaced(c *city) {
	c.putAuthority(c.tenant, newAuthority(c, "the first"), false)
	next := newAuthority(c, "the second")
	next.CreatedAt = c.now.Add(time.Hour)
	c.equal("stored", c.putAuthority(c.tenant, next, true), next)
	c.equal("read", must(c.db.GetAuthority(c.ctx, c.tenant)), next)
}

func authorityGoes(c *city) {
	for _, t := range []directory.TenantID{directory.TenantID(newID()), "", "no uuid"} {
		_, err := c.db.GetAuthority(c.ctx, t)
		c.missing(err)
		if err := c.db.InTx(c.ctx, func(tx *sqlstore.Tx) error {
			_, err := tx.PutAuthority(c.ctx, t, newAuthority(c, "nobody"), false)
			return err
		}); !fault.Is(err, fault.NotFound) {
			c.Errorf("an authority for the tenant %q: %v", t, err)
		}
	}
	c.putAuthority(c.tenant, newAuthority(c, "mine"), false)
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteTenant(c.ctx, c.tenant) })
	_, err := c.db.GetAuthority(c.ctx, c.tenant)
	c.missing(err)
}

func newMDMCertificate(c *city, d enrollment.DeviceID) enrollment.Certificate {
	id := newID()
	return enrollment.Certificate{
		Device: d, SHA256: []byte("sha256 " + id), Serial: "0b" + id[:8], KeyID: []byte("key " + id),
		NotBefore: c.now, NotAfter: c.now.AddDate(1, 0, 0), CreatedAt: c.now,
	}
}

// certified is a managed device of the first tenant with a certificate.
func (c *city) certified() (enrollment.Device, enrollment.Certificate) {
	c.Helper()
	d := fullManaged(c)
	k := newMDMCertificate(c, d.ID)
	c.tx(func(tx *sqlstore.Tx) error {
		c.ok(tx.CreateManagedDevice(c.ctx, c.tenant, d))
		return tx.AddCertificate(c.ctx, c.tenant, k)
	})
	return d, k
}

// certify gives a device one more, which was made later.
func (c *city) certify(d enrollment.DeviceID, later time.Duration) enrollment.Certificate {
	c.Helper()
	k := newMDMCertificate(c, d)
	k.CreatedAt = c.now.Add(later)
	c.tx(func(tx *sqlstore.Tx) error { return tx.AddCertificate(c.ctx, c.tenant, k) })
	return k
}

func (c *city) mdmCertificate(sha256 []byte) enrollment.Certificate {
	c.Helper()
	k, _, err := c.db.GetCertificate(c.ctx, c.tenant, sha256)
	c.ok(err)
	return k
}

// holder is a device, of which no device object is there, as the proof of who it
// is sees it.
func holder(d *enrollment.Device) enrollment.Holder {
	return enrollment.Holder{ID: d.ID, Object: d.Object, Name: d.Name, State: d.State}
}

func (c *city) good(d enrollment.DeviceID) (all []enrollment.Certificate) {
	c.Helper()
	c.tx(func(tx *sqlstore.Tx) error {
		all = must(tx.GoodCertificates(c.ctx, c.tenant, d))
		return nil
	})
	return all
}

func mdmCertificateReadsBack(c *city) {
	d, want := c.certified()
	k, device, err := c.db.GetCertificate(c.ctx, c.tenant, want.SHA256)
	c.ok(err)
	c.equal("certificate", k, want)
	c.equal("device", device, holder(&d))
	_, _, err = c.db.GetCertificate(c.ctx, c.other, want.SHA256)
	c.missing(err)
	for _, sum := range [][]byte{want.KeyID, {}, nil} {
		_, _, err = c.db.GetCertificate(c.ctx, c.tenant, sum)
		c.missing(err)
	}
	c.tx(func(tx *sqlstore.Tx) error { return tx.DeleteManagedDevice(c.ctx, c.tenant, d.ID) })
	_, _, err = c.db.GetCertificate(c.ctx, c.tenant, want.SHA256)
	c.missing(err)
}

func mdmCertificateKeys(c *city) {
	d, k := c.certified()
	other, _ := c.certified()
	again, theirs := newMDMCertificate(c, d.ID), newMDMCertificate(c, other.ID)
	again.KeyID, theirs.KeyID = k.KeyID, k.KeyID
	c.tx(func(tx *sqlstore.Tx) error {
		return errors.Join(tx.AddCertificate(c.ctx, c.tenant, again), tx.AddCertificate(c.ctx, c.tenant, theirs))
	})
	c.tx(func(tx *sqlstore.Tx) error { return tx.RevokeCertificates(c.ctx, c.tenant, d.ID, nil, c.now) })
	got, device, err := c.db.GetCertificate(c.ctx, c.tenant, theirs.SHA256)
	c.ok(err)
	if device.ID != other.ID || !got.RevokedAt.IsZero() {
		c.Errorf("the certificate of %s is %s's and ended at %s", other.ID, device.ID, got.RevokedAt)
	}
}

func mdmCertificatesRevoked(c *city) {
	d, first := c.certified()
	second, third := c.certify(d.ID, time.Minute), c.certify(d.ID, 2*time.Minute)
	_, stranger := c.certified()
	at := c.now.Add(time.Hour)
	c.tx(func(tx *sqlstore.Tx) error { return tx.RevokeCertificates(c.ctx, c.tenant, d.ID, second.SHA256, at) })
	c.equal("good", c.good(d.ID), []enrollment.Certificate{second})
	c.tx(func(tx *sqlstore.Tx) error {
		return tx.RevokeCertificates(c.ctx, c.tenant, d.ID, nil, at.Add(time.Hour))
	})
	c.equal("good after all", len(c.good(d.ID)), 0)
	for _, want := range []struct {
		name    string
		sum     []byte
		revoked time.Time
	}{{"first", first.SHA256, at}, {"second", second.SHA256, at.Add(time.Hour)}, {"third", third.SHA256, at}, {"a stranger's", stranger.SHA256, time.Time{}}} {
		c.equal(want.name, c.mdmCertificate(want.sum).RevokedAt, want.revoked)
	}
}

func mdmCertificateSeen(c *city) {
	d, first := c.certified()
	second, third := c.certify(d.ID, time.Minute), c.certify(d.ID, 2*time.Minute)
	_, stranger := c.certified()
	see := func(k enrollment.Certificate, at time.Time) {
		k.SeenAt = at
		c.tx(func(tx *sqlstore.Tx) error { return tx.SawCertificate(c.ctx, c.tenant, k) })
	}
	at := c.now.Add(time.Hour)
	see(second, at)
	c.equal("the one that was used", c.mdmCertificate(second.SHA256).SeenAt, at)
	c.equal("the older one", c.mdmCertificate(first.SHA256).RevokedAt, at)
	c.equal("the newer one", c.mdmCertificate(third.SHA256).RevokedAt, time.Time{})
	c.equal("a stranger's", c.mdmCertificate(stranger.SHA256).RevokedAt, time.Time{})
	see(second, at.Add(time.Hour))
	c.equal("seen again", c.mdmCertificate(second.SHA256).SeenAt, at)
	see(first, at)
	if k := c.mdmCertificate(first.SHA256); !k.SeenAt.IsZero() || bytes.Equal(k.SHA256, second.SHA256) {
		c.Error("a revoked certificate was seen")
	}
	c.equal("good", len(c.good(d.ID)), 2)
}
