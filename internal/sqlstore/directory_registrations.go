package sqlstore

import (
	"context"
	"slices"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

const certificateColumns = "k.sha256, k.sha1, k.object_id, k.device_id, k.serial_number, k.key_id, k.transport_key, k.not_before, k.not_after, k.created_at, k.revoked_at"

// certified is a certificate with its device object.
type certified struct {
	certificate directory.DeviceCertificate
	device      directory.Device
}

func scanCertified(r row, c *certified) error {
	k := &c.certificate
	return scanDevice(ahead{r, []any{
		&k.SHA256, &k.SHA1, asID(&k.Object), asID(&k.DeviceID), &k.Serial, &k.KeyID, &k.TransportKey,
		asTime(&k.NotBefore), asTime(&k.NotAfter), asTime(&k.CreatedAt), asTime(&k.RevokedAt),
	}}, &c.device)
}

// ahead reads columns that stand before those its scanner knows of.
type ahead struct {
	row
	before []any
}

func (r ahead) Scan(dest ...any) error { return r.row.Scan(append(slices.Clone(r.before), dest...)...) }

// FindDevice implements directory.JoinReader.
func (db *DB) FindDevice(ctx context.Context, t directory.TenantID, id directory.DeviceID) (directory.Device, error) {
	d, ok, err := first(ctx, db.reader(), scanDevice, "SELECT "+deviceColumns+" FROM devices d WHERE d.tenant_id = $1 AND d.device_id = $2", idArg(db.d, t), idArg(db.d, id))
	if err == nil && !ok {
		return d, missing("device with the device id", string(id))
	}
	return d, fault.Wrap("find device "+string(id), err)
}

// GetDeviceCertificate implements directory.JoinReader.
func (db *DB) GetDeviceCertificate(ctx context.Context, t directory.TenantID, sha256 []byte) (directory.DeviceCertificate, directory.Device, error) {
	c, ok, err := first(ctx, db.reader(), scanCertified, "SELECT "+certificateColumns+", "+deviceColumns+
		" FROM device_certificates k JOIN devices d ON d.tenant_id = k.tenant_id AND d.id = k.object_id WHERE k.tenant_id = $1 AND k.sha256 = $2", idArg(db.d, t), sha256)
	if err == nil && !ok {
		return c.certificate, c.device, missing("device certificate", "")
	}
	return c.certificate, c.device, fault.Wrap("find a device certificate", err)
}

// JoinPolicyNow implements directory.JoinTx.
func (tx *Tx) JoinPolicyNow(ctx context.Context, t directory.TenantID) (directory.JoinPolicy, error) {
	return joinPolicy(ctx, tx, t)
}

// groupsAround is the ids of the living groups around a member: those it is in
// and those that hold these. UNION drops what was seen, so a circle ends. SQLite
// keeps the order of a CROSS JOIN: else it walks over every membership of the
// tenant (SQLite, "The SQLite Query Optimizer Overview").
func groupsAround(b *builder, t directory.TenantID, member directory.ObjectID) string {
	tenant := bindID(b, t)
	living := " JOIN dir_groups l ON l.tenant_id = m.tenant_id AND l.id = m.group_id AND l.deleted_at = 0"
	return "WITH RECURSIVE around(id) AS (SELECT m.group_id FROM memberships m/*by_member*/" + living + " WHERE m.tenant_id = " + tenant + " AND m.member_id = " + bindID(b, member) +
		" UNION SELECT m.group_id FROM around CROSS JOIN memberships m/*by_member*/" + living + " WHERE m.tenant_id = " + tenant + " AND m.member_id = around.id) SELECT id FROM around"
}

// GroupsAround implements directory.JoinTx, in order of id.
func (tx *Tx) GroupsAround(ctx context.Context, t directory.TenantID, member directory.ObjectID) ([]directory.ObjectID, error) {
	return groupsOf(ctx, tx, t, member)
}

// GroupsAround implements directory.JoinSettingsReader, in order of id.
func (db *DB) GroupsAround(ctx context.Context, t directory.TenantID, member directory.ObjectID) ([]directory.ObjectID, error) {
	return groupsOf(ctx, db.reader(), t, member)
}

func groupsOf(ctx context.Context, q querier, t directory.TenantID, member directory.ObjectID) ([]directory.ObjectID, error) {
	b := &builder{d: q.dialect()}
	ids, err := collect(ctx, q, scanID[directory.ObjectID], groupsAround(b, t, member)+" ORDER BY id", b.args...)
	return ids, fault.Wrap("find the groups around "+string(member), err)
}

// CountOwned implements directory.JoinTx.
func (tx *Tx) CountOwned(ctx context.Context, t directory.TenantID, user, except directory.ObjectID) (int, error) {
	d := tx.dialect()
	var n int
	_, err := one(ctx, tx, []any{&n}, "SELECT count(*) FROM device_people p WHERE p.tenant_id = $1 AND p.user_id = $2 AND p.role = $3 AND p.object_id <> $4",
		idArg(d, t), idArg(d, user), personRoles.arg(directory.DeviceOwner), idArg(d, except))
	return n, fault.Wrap("count the devices of "+string(user), err)
}

// PutDeviceOwner implements directory.JoinTx.
func (tx *Tx) PutDeviceOwner(ctx context.Context, t directory.TenantID, device, user directory.ObjectID, at time.Time) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "DELETE FROM device_people WHERE tenant_id = $1 AND object_id = $2", idArg(d, t), idArg(d, device))
	if err == nil {
		var rows [][]any
		for _, role := range []directory.PersonRole{directory.DeviceOwner, directory.DeviceUser} {
			rows = append(rows, []any{idArg(d, t), idArg(d, device), personRoles.arg(role), idArg(d, user), timeArg(at)})
		}
		err = insertRows(ctx, tx, "INSERT INTO device_people (tenant_id, object_id, role, user_id, added_at) VALUES ", rows, "")
	}
	return fault.Wrap("write the owner of "+string(device), err)
}

// ReplaceDeviceCertificate implements directory.JoinTx.
func (tx *Tx) ReplaceDeviceCertificate(ctx context.Context, t directory.TenantID, c directory.DeviceCertificate) error {
	d := tx.dialect()
	err := tx.revokeCertificates(ctx, t, []directory.ObjectID{c.Object}, c.CreatedAt)
	if err == nil {
		_, err = tx.exec(ctx, "INSERT INTO device_certificates (tenant_id, sha256, sha1, object_id, device_id, serial_number, key_id, transport_key, not_before, not_after, created_at, revoked_at)"+
			" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
			idArg(d, t), c.SHA256, c.SHA1, idArg(d, c.Object), idArg(d, c.DeviceID), c.Serial, c.KeyID, c.TransportKey,
			timeArg(c.NotBefore), timeArg(c.NotAfter), timeArg(c.CreatedAt), timeArg(c.RevokedAt))
	}
	return fault.Wrap("write the certificate of "+string(c.Object), conflictAs(err, "DeviceKeyUsed", "A certificate was issued for this key before."))
}

func (tx *Tx) revokeCertificates(ctx context.Context, t directory.TenantID, devices []directory.ObjectID, at time.Time) error {
	for part := range slices.Chunk(slices.Sorted(slices.Values(devices)), maxList) {
		b := &builder{d: tx.dialect()}
		set := "UPDATE device_certificates SET revoked_at = " + b.arg(timeArg(at))
		where := " WHERE tenant_id = " + bindID(b, t) + " AND object_id IN (" + bindIDs(b, part) + ") AND revoked_at = 0"
		if _, err := tx.exec(ctx, set+where, b.args...); err != nil {
			return err
		}
	}
	return nil
}

// EndDeviceRegistration implements directory.JoinTx.
func (tx *Tx) EndDeviceRegistration(ctx context.Context, t directory.TenantID, device directory.ObjectID, at time.Time) error {
	return fault.Wrap("end the registration of "+string(device), tx.endRegistrations(ctx, t, []directory.ObjectID{device}, at))
}

func (tx *Tx) endRegistrations(ctx context.Context, t directory.TenantID, devices []directory.ObjectID, at time.Time) error {
	for part := range slices.Chunk(slices.Sorted(slices.Values(devices)), maxList) {
		b := &builder{d: tx.dialect()}
		where := " WHERE tenant_id = " + bindID(b, t) + " AND object_id IN (" + bindIDs(b, part) + ")"
		if _, err := tx.exec(ctx, "DELETE FROM device_people"+where, b.args...); err != nil {
			return err
		}
	}
	return tx.revokeCertificates(ctx, t, devices, at)
}

// SpendOnce implements directory.JoinTx.
func (tx *Tx) SpendOnce(ctx context.Context, o directory.Once) error {
	n, err := tx.exec(ctx, "INSERT INTO spent_nonces (nonce, expires_at) VALUES ($1, $2) ON CONFLICT (nonce) DO NOTHING", o.Value, timeArg(o.Expires))
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "AlreadyUsed", "The value was used before.")
	}
	return fault.Wrap("spend a value", err)
}
