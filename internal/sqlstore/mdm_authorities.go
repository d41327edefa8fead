package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
)

// authorityKeys is what is sealed: PKCS #8.
type authorityKeys struct {
	Root    []byte `json:"root"`
	Issuing []byte `json:"issuing"`
}

func (db *DB) authority(ctx context.Context, q querier, t directory.TenantID, lock string) (a enrollment.AuthorityKeys, ok bool, err error) {
	var sealed []byte
	ok, err = one(ctx, q, []any{&a.Root, &a.Issuing, &sealed, asTime(&a.CreatedAt)},
		"SELECT root, issuing, keys, created_at FROM mdm_authorities WHERE tenant_id = $1"+lock, idArg(q.dialect(), t))
	if err != nil || !ok {
		return a, ok, err
	}
	err = db.openAuthority(t, &a, sealed)
	return a, err == nil, err
}

// openAuthority opens the sealed keys of an authority.
func (db *DB) openAuthority(t directory.TenantID, a *enrollment.AuthorityKeys, sealed []byte) error {
	plain, err := db.seal.open(authorityName(t), sealed)
	if err != nil {
		return err
	}
	defer clear(plain)
	var keys authorityKeys
	if err := json.Unmarshal(plain, &keys); err != nil {
		return fmt.Errorf("decode the keys: %w", err)
	}
	a.RootKey, a.IssuingKey = keys.Root, keys.Issuing
	return nil
}

// basisQuery reads what enrolments of a tenant begin with. A version of 0 says
// that a row was never written.
const basisQuery = "SELECT COALESCE(s.body, 'null'), COALESCE(s.version, 0)," +
	" COALESCE(d.body, 'null'), COALESCE(d.modified_at, 0), COALESCE(d.version, 0), COALESCE(w.body, 'null'), COALESCE(w.modified_at, 0), COALESCE(w.version, 0)," +
	" a.root, a.issuing, a.keys, COALESCE(a.created_at, 0)" +
	" FROM tenants t LEFT JOIN mdm_settings s ON s.tenant_id = t.tenant_id" +
	" LEFT JOIN mobility_policies d ON d.tenant_id = t.tenant_id AND d.kind = $2 LEFT JOIN mobility_policies w ON w.tenant_id = t.tenant_id AND w.kind = $3" +
	" LEFT JOIN mdm_authorities a ON a.tenant_id = t.tenant_id WHERE t.tenant_id = $1"

// GetBasis implements enrollment.AuthorityReader.
func (db *DB) GetBasis(ctx context.Context, t directory.TenantID) (enrollment.Basis, error) {
	b := enrollment.Basis{MDM: directory.DefaultMobilityPolicy(directory.MDM), MAM: directory.DefaultMobilityPolicy(directory.MAM)}
	var a enrollment.AuthorityKeys
	var sealed []byte
	dest := []any{asJSON(&b.Settings), &b.Settings.Version}
	var scopes [2]struct {
		body mobilityBody
		is   directory.MobilityPolicy
	}
	for i := range scopes {
		s := &scopes[i]
		dest = append(dest, asJSON(&s.body), asTime(&s.is.ModifiedAt), &s.is.Version)
	}
	_, err := one(ctx, db.reader(), append(dest, &a.Root, &a.Issuing, &sealed, asTime(&a.CreatedAt)), basisQuery,
		idArg(db.d, t), mobilityKinds.arg(directory.MDM), mobilityKinds.arg(directory.MAM))
	for i, p := range []*directory.MobilityPolicy{&b.MDM, &b.MAM} {
		if s := &scopes[i]; err == nil && s.is.Version > 0 {
			s.is.Kind = p.Kind
			s.body.into(&s.is)
			*p = s.is
		}
	}
	if err == nil && len(sealed) > 0 {
		b.Authority = &a
		err = db.openAuthority(t, &a, sealed)
	}
	return b, fault.Wrap("read what enrolments begin with", err)
}

// GetAuthority implements enrollment.AuthorityReader.
func (db *DB) GetAuthority(ctx context.Context, t directory.TenantID) (enrollment.AuthorityKeys, error) {
	a, ok, err := db.authority(ctx, db.reader(), t, "")
	if err == nil && !ok {
		return a, missing("certificate authority of the tenant", string(t))
	}
	return a, fault.Wrap("read the certificate authority", err)
}

// PutAuthority implements enrollment.AuthorityTx. The tenant's row is held, so
// that of two that make the first authority one wins.
func (tx *Tx) PutAuthority(ctx context.Context, t directory.TenantID, a enrollment.AuthorityKeys, replace bool) (enrollment.AuthorityKeys, error) {
	doing := "store the certificate authority"
	if err := tx.db.holdMasterKey(ctx, tx, "/*share*/"); err != nil {
		return a, fault.Wrap(doing, err)
	}
	if err := tx.lockTenant(ctx, t); err != nil {
		return a, fault.Wrap(doing, err)
	}
	stored, ok, err := tx.db.authority(ctx, tx, t, "")
	if err != nil || ok && !replace {
		return stored, fault.Wrap(doing, err)
	}
	plain, err := json.Marshal(authorityKeys{a.RootKey, a.IssuingKey})
	if err != nil {
		return a, fault.Wrap(doing, err)
	}
	sealed, err := tx.db.seal.seal(authorityName(t), plain)
	if err == nil {
		_, err = tx.exec(ctx, "INSERT INTO mdm_authorities (tenant_id, root, issuing, keys, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant_id)"+
			" DO UPDATE SET root = excluded.root, issuing = excluded.issuing, keys = excluded.keys, created_at = excluded.created_at",
			idArg(tx.dialect(), t), a.Root, a.Issuing, sealed, timeArg(a.CreatedAt))
	}
	return a, fault.Wrap(doing, err)
}

const mdmCertificateColumns = "k.device_id, k.sha256, k.serial_number, k.key_id, k.not_before, k.not_after, k.created_at, k.seen_at, k.revoked_at"

func mdmCertificateDest(c *enrollment.Certificate) []any {
	return []any{asID(&c.Device), &c.SHA256, &c.Serial, &c.KeyID, asTime(&c.NotBefore), asTime(&c.NotAfter), asTime(&c.CreatedAt), asTime(&c.SeenAt), asTime(&c.RevokedAt)}
}

func scanMDMCertificate(r row, c *enrollment.Certificate) error {
	return r.Scan(mdmCertificateDest(c)...)
}

// GetCertificate implements enrollment.AuthorityReader.
func (db *DB) GetCertificate(ctx context.Context, t directory.TenantID, sha256 []byte) (c enrollment.Certificate, h enrollment.Holder, err error) {
	ok, err := one(ctx, db.reader(), append(mdmCertificateDest(&c), asID(&h.ID), asID(&h.Object), &h.Name, mdmStates.as(&h.State), asBool(&h.Barred)), certificateQuery, idArg(db.d, t), sha256)
	if err == nil && !ok {
		return c, h, missing("management certificate", "")
	}
	return c, h, fault.Wrap("find a management certificate", err)
}

// certificateQuery finds a certificate by tenant and hash. A device object that
// is gone bars nobody.
const certificateQuery = "SELECT " + mdmCertificateColumns + ", m.id, m.object_id, m.name, m.state, CASE WHEN d.registered_at <> 0 AND d.enabled = 0 THEN 1 ELSE 0 END" +
	" FROM mdm_certificates k JOIN managed_devices m ON m.tenant_id = k.tenant_id AND m.id = k.device_id" +
	" LEFT JOIN devices d ON d.tenant_id = m.tenant_id AND d.id = m.object_id WHERE k.tenant_id = $1 AND k.sha256 = $2"

// AddCertificate implements enrollment.AuthorityTx.
func (tx *Tx) AddCertificate(ctx context.Context, t directory.TenantID, c enrollment.Certificate) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO mdm_certificates (tenant_id, sha256, device_id, serial_number, key_id, not_before, not_after, created_at, seen_at, revoked_at)"+
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
		idArg(d, t), c.SHA256, idArg(d, c.Device), c.Serial, c.KeyID, timeArg(c.NotBefore), timeArg(c.NotAfter), timeArg(c.CreatedAt), timeArg(c.SeenAt), timeArg(c.RevokedAt))
	return fault.Wrap("store a management certificate", err)
}

// RevokeCertificates implements enrollment.AuthorityTx.
func (tx *Tx) RevokeCertificates(ctx context.Context, t directory.TenantID, device enrollment.DeviceID, keep []byte, at time.Time) error {
	if keep == nil {
		keep = []byte{}
	}
	_, err := tx.exec(ctx, "UPDATE mdm_certificates SET revoked_at = $3 WHERE tenant_id = $1 AND device_id = $2 AND revoked_at = 0 AND sha256 <> $4",
		idArg(tx.dialect(), t), idArg(tx.dialect(), device), timeArg(at), keep)
	return fault.Wrap("revoke the certificates of "+string(device), err)
}

// SawCertificate implements enrollment.AuthorityTx.
func (tx *Tx) SawCertificate(ctx context.Context, t directory.TenantID, c enrollment.Certificate) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "UPDATE mdm_certificates SET seen_at = $3 WHERE tenant_id = $1 AND sha256 = $2 AND seen_at = 0 AND revoked_at = 0", idArg(d, t), c.SHA256, timeArg(c.SeenAt))
	if err == nil && n > 0 {
		_, err = tx.exec(ctx, "UPDATE mdm_certificates SET revoked_at = $3 WHERE tenant_id = $1 AND device_id = $2 AND revoked_at = 0 AND sha256 <> $4 AND created_at <= $5",
			idArg(d, t), idArg(d, c.Device), timeArg(c.SeenAt), c.SHA256, timeArg(c.CreatedAt))
	}
	return fault.Wrap("note the first use of a certificate of "+string(c.Device), err)
}

// GoodCertificates implements enrollment.AuthorityTx, the oldest first.
func (tx *Tx) GoodCertificates(ctx context.Context, t directory.TenantID, device enrollment.DeviceID) ([]enrollment.Certificate, error) {
	all, err := collect(ctx, tx, scanMDMCertificate, "SELECT "+mdmCertificateColumns+" FROM mdm_certificates k WHERE k.tenant_id = $1 AND k.device_id = $2 AND k.revoked_at = 0 ORDER BY k.created_at, k.sha256",
		idArg(tx.dialect(), t), idArg(tx.dialect(), device))
	return all, fault.Wrap("list the certificates of "+string(device), err)
}
