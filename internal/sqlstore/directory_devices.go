package sqlstore

import (
	"context"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
	"taxiway/internal/rule"
)

// deviceColumns are in the order of scanDevice; d is the table's name in a query.
const deviceColumns = "d.id, d.device_id, d.display_name, d.enabled, d.physical_ids, d.trust_type, d.ownership, d.os, d.os_version," +
	" d.registered_user, d.registered_at, d.last_seen, d.attrs, d.system_labels, d.rooted, d.created_at, d.version"

func scanDevice(r row, d *directory.Device) error {
	err := r.Scan(asID(&d.ID), asID(&d.DeviceID), &d.DisplayName, asBool(&d.AccountEnabled), asJSON(&d.PhysicalIDs), &d.TrustType, &d.DeviceOwnership,
		&d.OperatingSystem, &d.OperatingSystemVersion, asID(&d.RegisteredUser), asTime(&d.RegisteredAt), asTime(&d.LastSeen), asJSON(&d.Attributes), asJSON(&d.SystemLabels),
		asBool(&d.IsRooted), asTime(&d.CreatedAt), &d.Version)
	if d.Attributes == nil {
		d.Attributes = map[string]string{}
	}
	return err
}

// tagKey is the group tag as rules compare it, for PageObjects.
func tagKey(d *directory.Device) string {
	return rule.Fold(d.PhysicalID(directory.PhysicalOrderID))
}

// GetDevice implements directory.Reader.
func (db *DB) GetDevice(ctx context.Context, t directory.TenantID, id directory.ObjectID) (directory.Device, error) {
	d, ok, err := first(ctx, db.reader(), scanDevice, "SELECT "+deviceColumns+" FROM devices d WHERE d.tenant_id = $1 AND d.id = $2", idArg(db.d, t), idArg(db.d, id))
	if err == nil && !ok {
		return d, missing("device", string(id))
	}
	return d, fault.Wrap("get device "+string(id), err)
}

// CreateDevices implements directory.DeviceTx. A taken object or device id is
// fault.Conflict with code DeviceExists.
func (tx *Tx) CreateDevices(ctx context.Context, t directory.TenantID, ds []directory.Device) error {
	d := tx.dialect()
	tenant := idArg(d, t)
	rows := make([][]any, len(ds))
	for i := range ds {
		v := &ds[i]
		rows[i] = []any{
			tenant, idArg(d, v.ID), idArg(d, v.DeviceID), v.DisplayName, odata.Fold(v.DisplayName), boolArg(v.AccountEnabled),
			jsonArg{v.PhysicalIDs},
			tagKey(v),
			v.TrustType, v.DeviceOwnership, v.OperatingSystem, v.OperatingSystemVersion, idArg(d, v.RegisteredUser), timeArg(v.RegisteredAt), timeArg(v.LastSeen),
			jsonArg{v.Attributes},
			jsonArg{v.SystemLabels},
			boolArg(v.IsRooted), timeArg(v.CreatedAt), max(v.Version, 1),
		}
	}
	err := insertRows(ctx, tx, "INSERT INTO devices (tenant_id, id, device_id, display_name, name_key, enabled, physical_ids, order_key, trust_type, ownership,"+
		" os, os_version, registered_user, registered_at, last_seen, attrs, system_labels, rooted, created_at, version) VALUES ", rows, "")
	return fault.Wrap("create devices", conflictAs(err, "DeviceExists", "There is a device with this id already."))
}

// UpdateDevice implements directory.DeviceTx.
func (tx *Tx) UpdateDevice(ctx context.Context, t directory.TenantID, v directory.Device) error {
	d := tx.dialect()
	n, err := tx.exec(ctx, "UPDATE devices SET device_id = $3, display_name = $4, name_key = $5, enabled = $6, physical_ids = $7, order_key = $8, trust_type = $9,"+
		" ownership = $10, os = $11, os_version = $12, registered_user = $13, registered_at = $14, last_seen = $15, attrs = $16, system_labels = $17, rooted = $18,"+
		" version = version + 1 WHERE tenant_id = $1 AND id = $2",
		idArg(d, t), idArg(d, v.ID), idArg(d, v.DeviceID), v.DisplayName, odata.Fold(v.DisplayName), boolArg(v.AccountEnabled), jsonArg{v.PhysicalIDs}, tagKey(&v),
		v.TrustType, v.DeviceOwnership, v.OperatingSystem, v.OperatingSystemVersion, idArg(d, v.RegisteredUser), timeArg(v.RegisteredAt), timeArg(v.LastSeen),
		jsonArg{v.Attributes}, jsonArg{v.SystemLabels}, boolArg(v.IsRooted))
	if err == nil && n == 0 {
		return missing("device", string(v.ID))
	}
	return fault.Wrap("update device "+string(v.ID), conflictAs(err, "DeviceExists", "There is a device with this device id already."))
}

// DeleteDevices implements directory.DeviceTx: devices go with their
// memberships, marks, owners and users, their certificates are revoked; one that
// is not there is no error.
func (tx *Tx) DeleteDevices(ctx context.Context, t directory.TenantID, ids []directory.ObjectID) error {
	if _, err := tx.deleteObjects(ctx, t, "devices", directory.TopicDevice, ids); err != nil {
		return fault.Wrap("delete devices", err)
	}
	return fault.Wrap("delete devices", tx.endRegistrations(ctx, t, ids, tx.db.clock()))
}

// LockDevices implements directory.DeviceTx.
func (tx *Tx) LockDevices(ctx context.Context, t directory.TenantID, ids []directory.ObjectID) ([]directory.Device, error) {
	all, err := lockByID(ctx, tx, scanDevice, "SELECT "+deviceColumns+" FROM devices d", "d", t, ids)
	return all, fault.Wrap("lock devices", err)
}
