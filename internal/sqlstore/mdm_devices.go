package sqlstore

import (
	"context"
	"time"

	"taxiway/internal/directory"
	"taxiway/internal/enrollment"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// managedColumns are in the order of scanManaged; m is the table's name in a query.
const managedColumns = "m.id, m.object_id, m.entra_id, m.user_id, m.upn, m.user_name, m.autopilot_id, m.profile_name, m.kind, m.proof, m.ownership, m.state," +
	" m.name, m.serial_number, m.manufacturer, m.model, m.os_version, m.wire_id, m.hardware_id, m.body, m.esp, m.nonce, m.saw_cert, m.enrolled_at, m.last_sync, m.cert_ends, m.version"

// managedBody is the rest of a managed device as stored. Its names are the
// stored form and do not change with the Go fields.
type managedBody struct {
	Machine    bool              `json:"machine,omitempty"`
	InOOBE     bool              `json:"inOobe,omitempty"`
	Correlator string            `json:"correlator,omitempty"`
	Inventory  map[string]string `json:"inventory,omitempty"`
}

func managedBodyOf(d *enrollment.Device) managedBody {
	return managedBody{d.Machine, d.InOOBE, d.Correlator, d.Inventory}
}

func scanManaged(r row, d *enrollment.Device) error {
	var b managedBody
	err := r.Scan(asID(&d.ID), asID(&d.Object), asID(&d.EntraID), asID(&d.User), &d.UPN, &d.UserName, asID(&d.Registered), &d.Profile,
		mdmKinds.as(&d.Kind), mdmProofs.as(&d.Proof), mdmOwners.as(&d.Owner), mdmStates.as(&d.State),
		&d.Name, &d.SerialNumber, &d.Manufacturer, &d.Model, &d.OSVersion, &d.WireID, &d.HardwareID, asJSON(&b), asJSON(&d.ESP), &d.Nonce, asBool(&d.SawCertificate),
		asTime(&d.EnrolledAt), asTime(&d.LastSync), asTime(&d.CertEnds), &d.Version)
	d.Machine, d.InOOBE, d.Correlator, d.Inventory = b.Machine, b.InOOBE, b.Correlator, b.Inventory
	if d.Inventory == nil {
		d.Inventory = map[string]string{}
	}
	return err
}

func (db *DB) managed(ctx context.Context, q querier, where string, args ...any) (enrollment.Device, bool, error) {
	return first(ctx, q, scanManaged, "SELECT "+managedColumns+" FROM managed_devices m WHERE "+where, args...)
}

// GetManagedDevice implements enrollment.DeviceReader.
func (db *DB) GetManagedDevice(ctx context.Context, t directory.TenantID, id enrollment.DeviceID) (enrollment.Device, error) {
	d, ok, err := db.managed(ctx, db.reader(), "m.tenant_id = $1 AND m.id = $2", idArg(db.d, t), idArg(db.d, id))
	if err == nil && !ok {
		return d, missing("managed device", string(id))
	}
	return d, fault.Wrap("get managed device "+string(id), err)
}

// ManagedDeviceOf implements enrollment.DeviceReader.
func (db *DB) ManagedDeviceOf(ctx context.Context, t directory.TenantID, object directory.ObjectID) (enrollment.Device, error) {
	d, ok, err := db.managed(ctx, db.reader(), "m.tenant_id = $1 AND m.object_id = $2 AND m.state <> $3 ORDER BY m.id DESC LIMIT 1",
		idArg(db.d, t), idArg(db.d, object), mdmStates.arg(enrollment.Unenrolled))
	if err == nil && (!ok || object == "") {
		return enrollment.Device{}, missing("managed device of the device object", string(object))
	}
	return d, fault.Wrap("find the managed device of "+string(object), err)
}

// PageManagedDevices implements enrollment.DeviceReader.
func (db *DB) PageManagedDevices(ctx context.Context, t directory.TenantID, after enrollment.DeviceID, limit int) ([]enrollment.Device, error) {
	all, err := collect(ctx, db.reader(), scanManaged, "SELECT "+managedColumns+" FROM managed_devices m WHERE m.tenant_id = $1 AND m.id > $2 AND m.state <> $3 ORDER BY m.id LIMIT $4",
		idArg(db.d, t), idArg(db.d, after), mdmStates.arg(enrollment.Unenrolled), limit)
	return all, fault.Wrap("page through managed devices", err)
}

// DueStatusPages implements enrollment.DeviceReader.
func (db *DB) DueStatusPages(ctx context.Context, t directory.TenantID, now time.Time, limit int) ([]enrollment.DeviceID, error) {
	ids, err := collect(ctx, db.reader(), func(r row, id *enrollment.DeviceID) error { return r.Scan(asID(id)) },
		"SELECT m.id FROM managed_devices m WHERE m.tenant_id = $1 AND m.esp_due > 0 AND m.esp_due <= $2 AND m.state <> $3 ORDER BY m.esp_due, m.id LIMIT $4",
		idArg(db.d, t), timeArg(now), mdmStates.arg(enrollment.Unenrolled), limit)
	return ids, fault.Wrap("find status pages whose time is over", err)
}

// CreateManagedDevice implements enrollment.ManagedTx.
func (tx *Tx) CreateManagedDevice(ctx context.Context, t directory.TenantID, v enrollment.Device) error {
	d := tx.dialect()
	_, err := tx.exec(ctx, "INSERT INTO managed_devices (tenant_id, id, object_id, entra_id, user_id, upn, user_name, autopilot_id, profile_name, kind, proof, ownership, state,"+
		" name, name_key, serial_number, serial_key, manufacturer, model, os_version, wire_id, hardware_id, body, esp, nonce, saw_cert, enrolled_at, last_sync, cert_ends, esp_due, version)"+
		" VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31)",
		append(managedArgs(d, t, &v), max(v.Version, 1))...)
	return fault.Wrap("create managed device "+string(v.ID), err)
}

// managedArgs are the columns of a managed device in the order of the table,
// without the version.
func managedArgs(d *dialect, t directory.TenantID, v *enrollment.Device) []any {
	return []any{
		idArg(d, t), idArg(d, v.ID), idArg(d, v.Object), idArg(d, v.EntraID), idArg(d, v.User), v.UPN, v.UserName, idArg(d, v.Registered), v.Profile,
		mdmKinds.arg(mdmKinds.orFirst(v.Kind)), mdmProofs.arg(v.Proof), mdmOwners.arg(mdmOwners.orFirst(v.Owner)), mdmStates.arg(mdmStates.orFirst(v.State)),
		v.Name, odata.Fold(v.Name), v.SerialNumber, odata.Fold(v.SerialNumber), v.Manufacturer, v.Model, v.OSVersion, v.WireID, v.HardwareID,
		jsonArg{managedBodyOf(v)},
		jsonArg{v.ESP},
		v.Nonce, boolArg(v.SawCertificate), timeArg(v.EnrolledAt), timeArg(v.LastSync), timeArg(v.CertEnds), timeArg(v.ESP.Due()),
	}
}

// UpdateManagedDevice implements enrollment.ManagedTx.
func (tx *Tx) UpdateManagedDevice(ctx context.Context, t directory.TenantID, v enrollment.Device) error {
	n, err := tx.exec(ctx, "UPDATE managed_devices SET object_id = $3, entra_id = $4, user_id = $5, upn = $6, user_name = $7, autopilot_id = $8, profile_name = $9, kind = $10, proof = $11,"+
		" ownership = $12, state = $13, name = $14, name_key = $15, serial_number = $16, serial_key = $17, manufacturer = $18, model = $19, os_version = $20, wire_id = $21, hardware_id = $22,"+
		" body = $23, esp = $24, nonce = $25, saw_cert = $26, enrolled_at = $27, last_sync = $28, cert_ends = $29, esp_due = $30, version = version + 1 WHERE tenant_id = $1 AND id = $2",
		managedArgs(tx.dialect(), t, &v)...)
	if err == nil && n == 0 {
		return missing("managed device", string(v.ID))
	}
	return fault.Wrap("update managed device "+string(v.ID), err)
}

// TouchManagedDevice implements enrollment.ManagedTx.
func (tx *Tx) TouchManagedDevice(ctx context.Context, t directory.TenantID, v enrollment.Device) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "UPDATE managed_devices SET last_sync = $3, nonce = $4, saw_cert = $5, esp = $6, esp_due = $7 WHERE tenant_id = $1 AND id = $2",
		idArg(d, t), idArg(d, v.ID), timeArg(v.LastSync), v.Nonce, boolArg(v.SawCertificate), jsonArg{v.ESP}, timeArg(v.ESP.Due()))
	if err == nil && n == 0 {
		return missing("managed device", string(v.ID))
	}
	return fault.Wrap("note the check-in of "+string(v.ID), err)
}

// DeleteManagedDevice implements enrollment.ManagedTx.
func (tx *Tx) DeleteManagedDevice(ctx context.Context, t directory.TenantID, id enrollment.DeviceID) error {
	d := tx.dialect()
	doing := "delete managed device " + string(id)
	n, err := tx.exec(ctx, "DELETE FROM managed_devices WHERE tenant_id = $1 AND id = $2", idArg(d, t), idArg(d, id))
	if err == nil && n == 0 {
		return missing("managed device", string(id))
	}
	for _, table := range []string{"mdm_certificates", "mdm_sessions", "mdm_commands", "mdm_states"} {
		if err == nil {
			_, err = tx.exec(ctx, "DELETE FROM "+table+" WHERE tenant_id = $1 AND device_id = $2", idArg(d, t), idArg(d, id))
		}
	}
	return fault.Wrap(doing, err)
}

// LockManagedDevice implements enrollment.ManagedTx.
func (tx *Tx) LockManagedDevice(ctx context.Context, t directory.TenantID, id enrollment.DeviceID) (enrollment.Device, error) {
	v, ok, err := tx.db.managed(ctx, tx, "m.tenant_id = $1 AND m.id = $2/*lock*/", idArg(tx.dialect(), t), idArg(tx.dialect(), id))
	if err == nil && !ok {
		return v, missing("managed device", string(id))
	}
	return v, fault.Wrap("lock managed device "+string(id), err)
}

// FindManagedDevices implements enrollment.ManagedTx.
func (tx *Tx) FindManagedDevices(ctx context.Context, t directory.TenantID, object directory.ObjectID, hardware string) ([]enrollment.Device, error) {
	d := tx.dialect()
	where, arg := "m.object_id = $2", idArg(d, object)
	switch {
	case object == "" && hardware == "":
		return nil, nil
	case object == "":
		// On PCs without a device object it is all zeros, as no device object's id is.
		where, arg = "m.hardware_id = $2 AND NOT EXISTS (SELECT 1 FROM devices o WHERE o.tenant_id = m.tenant_id AND o.id = m.object_id)", hardware
	}
	all, err := collect(ctx, tx, scanManaged, "SELECT "+managedColumns+" FROM managed_devices m WHERE m.tenant_id = $1 AND "+where+" ORDER BY m.id/*lock*/", idArg(d, t), arg)
	return all, fault.Wrap("find managed devices", err)
}

// CountManagedDevices implements enrollment.ManagedTx.
func (tx *Tx) CountManagedDevices(ctx context.Context, t directory.TenantID, user directory.ObjectID, except enrollment.DeviceID) (int, error) {
	d := tx.dialect()
	var n int
	_, err := one(ctx, tx, []any{&n}, "SELECT count(*) FROM managed_devices WHERE tenant_id = $1 AND user_id = $2 AND state <> $3 AND id <> $4",
		idArg(d, t), idArg(d, user), mdmStates.arg(enrollment.Unenrolled), idArg(d, except))
	return n, fault.Wrap("count the managed devices of "+string(user), err)
}
