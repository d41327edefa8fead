package sqlstore

import (
	"context"
	"slices"
	"strings"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// registrationColumns is what scanRegistration reads, from registrationTables.
var registrationColumns = `a.id, a.serial_number, a.manufacturer, a.model, a.product_key, a.sku_number, a.system_family,
 a.group_tag, a.purchase_order, a.device_type, a.device_object_id, a.entra_device_id, a.managed_device_id,
 a.user_principal_name, a.addressable_user_name, a.display_name, a.enrollment_state, a.last_contact,
 ` + statusSQL + `, a.decided, a.detail, a.profile_id, COALESCE(pr.display_name, ''),
 CASE WHEN pr.id IS NULL THEN 1 ELSE 0 END, a.by_default, a.assigned_at,
 a.remediation, a.remediation_at, a.eval_version, a.chain, a.created_at, a.version`

const registrationTables = ` FROM autopilot_identities a LEFT JOIN profiles pr ON pr.tenant_id = a.tenant_id AND pr.id = a.profile_id`

func scanRegistration(r row, d *autopilot.Device) error {
	var noProfile bool
	err := r.Scan(asID(&d.ID), &d.SerialNumber, &d.Manufacturer, &d.Model, &d.ProductKey, &d.SKUNumber, &d.SystemFamily,
		&d.GroupTag, &d.PurchaseOrder, deviceTypes.as(&d.Type), asID(&d.Object), asID(&d.EntraDeviceID), asID(&d.ManagedDeviceID),
		&d.UserPrincipalName, &d.AddressableUserName, &d.DisplayName, enrollmentStates.as(&d.Enrollment), asTime(&d.LastContact),
		assignmentStatuses.as(&d.Status), assignmentStatuses.as(&d.Decided), assignmentDetails.as(&d.Detail), asID(&d.Profile), &d.ProfileName,
		asBool(&noProfile), asBool(&d.ByDefault), asTime(&d.AssignedAt),
		remediationStates.as(&d.Remediation), asTime(&d.RemediationAt), &d.EvalVersion, &d.Chain, asTime(&d.CreatedAt), &d.Version)
	d.ProfileGone = noProfile && d.Profile != ""
	return err
}

// GetRegisteredDevice returns one registered device.
func (db *DB) GetRegisteredDevice(ctx context.Context, t directory.TenantID, id autopilot.DeviceID) (autopilot.Device, error) {
	q := db.reader()
	d, ok, err := first(ctx, q, scanRegistration, "SELECT "+registrationColumns+registrationTables+" WHERE a.tenant_id = $1 AND a.id = $2",
		idArg(q.dialect(), t), idArg(q.dialect(), id))
	if err != nil {
		return d, fault.Wrap("read registered device "+string(id), err)
	}
	if !ok {
		return d, missing("Autopilot device", string(id))
	}
	return d, nil
}

// ListRegisteredDevices pages through a tenant in order of id.
func (db *DB) ListRegisteredDevices(ctx context.Context, t directory.TenantID, after autopilot.DeviceID, limit int) ([]autopilot.Device, error) {
	q := db.reader()
	ds, err := collect(ctx, q, scanRegistration, "SELECT "+registrationColumns+registrationTables+" WHERE a.tenant_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3",
		idArg(q.dialect(), t), idArg(q.dialect(), after), limit)
	return ds, fault.Wrap("page registered devices", err)
}

// GetHash returns a registration's decoded hardware hash.
func (db *DB) GetHash(ctx context.Context, t directory.TenantID, id autopilot.DeviceID) ([]byte, error) {
	return hashOf(ctx, db.reader(), t, id)
}

// HashOf is GetHash inside the transaction.
func (tx *Tx) HashOf(ctx context.Context, t directory.TenantID, id autopilot.DeviceID) ([]byte, error) {
	return hashOf(ctx, tx, t, id)
}

func hashOf(ctx context.Context, q querier, t directory.TenantID, id autopilot.DeviceID) ([]byte, error) {
	var hash []byte
	ok, err := one(ctx, q, []any{&hash}, "SELECT hash FROM autopilot_hashes WHERE tenant_id = $1 AND autopilot_id = $2", idArg(q.dialect(), t), idArg(q.dialect(), id))
	if err != nil {
		return nil, fault.Wrap("read the hardware hash of "+string(id), err)
	}
	if !ok {
		return nil, missing("hardware hash of the Autopilot device", string(id))
	}
	return hash, nil
}

// BySerial implements autopilot.ImportTx.
func (tx *Tx) BySerial(ctx context.Context, t directory.TenantID, serials []string) ([]autopilot.SerialHolder, error) {
	keys := make([]string, len(serials))
	for i, s := range serials {
		keys[i] = odata.Fold(s)
	}
	slices.Sort(keys)
	var all []autopilot.SerialHolder
	for part := range slices.Chunk(slices.Compact(keys), maxList) {
		b := &builder{d: tx.dialect()}
		held, err := collect(ctx, tx, scanSerialHolder, "SELECT a.serial_number, a.id, a.device_object_id, CASE WHEN length(h.hash) > 0 THEN 1 ELSE 0 END"+
			" FROM autopilot_identities a JOIN autopilot_hashes h ON h.tenant_id = a.tenant_id AND h.autopilot_id = a.id"+
			" WHERE a.tenant_id = "+bindID(b, t)+" AND a.serial_key IN ("+bindTexts(b, part)+")", b.args...)
		if err != nil {
			return nil, fault.Wrap("find registrations by serial number", err)
		}
		all = append(all, held...)
	}
	slices.SortFunc(all, func(x, y autopilot.SerialHolder) int { return strings.Compare(string(x.Object), string(y.Object)) })
	return all, nil
}

func scanSerialHolder(r row, h *autopilot.SerialHolder) error {
	return r.Scan(&h.Serial, asID(&h.Device), asID(&h.Object), asBool(&h.HasHash))
}

// PageRegistered walks the device objects of registrations in order of id.
func (tx *Tx) PageRegistered(ctx context.Context, t directory.TenantID, after directory.ObjectID, limit int) ([]directory.ObjectID, error) {
	ids, err := collect(ctx, tx, scanID[directory.ObjectID],
		"SELECT device_object_id FROM autopilot_identities WHERE tenant_id = $1 AND device_object_id > $2 ORDER BY device_object_id LIMIT $3",
		idArg(tx.dialect(), t), idArg(tx.dialect(), after), limit)
	return ids, fault.Wrap("page registered device objects", err)
}

// LockRegistrations locks the rows first and reads them then: PostgreSQL locks
// no row of an outer join, and what it reads must be as of the lock.
func (tx *Tx) LockRegistrations(ctx context.Context, t directory.TenantID, objects []directory.ObjectID) ([]autopilot.Device, error) {
	var all []autopilot.Device
	for part := range slices.Chunk(slices.Sorted(slices.Values(objects)), maxList) {
		b := &builder{d: tx.dialect()}
		where := " WHERE a.tenant_id = " + bindID(b, t) + " AND a.device_object_id IN (" + bindIDs(b, part) + ") ORDER BY a.device_object_id"
		ids, err := collect(ctx, tx, scanID[autopilot.DeviceID], "SELECT a.id FROM autopilot_identities a"+where+"/*lock*/", b.args...)
		if err != nil {
			return nil, fault.Wrap("lock registrations", err)
		}
		if len(ids) == 0 {
			continue
		}
		ds, err := collect(ctx, tx, scanRegistration, "SELECT "+registrationColumns+registrationTables+where, b.args...)
		if err != nil {
			return nil, fault.Wrap("read locked registrations", err)
		}
		all = append(all, ds...)
	}
	return all, nil
}
