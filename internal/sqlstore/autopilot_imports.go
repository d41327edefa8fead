package sqlstore

import (
	"context"

	"taxiway/internal/autopilot"
	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

const importColumns = `i.id, i.batch, i.serial_number, i.product_key, i.group_tag, i.assigned_user, i.status, i.registration, i.error_code, i.error_name, i.error_message, i.imported_by, i.created_at`

func scanImport(r row, d *autopilot.ImportedDevice) error {
	return r.Scan(asID(&d.ID), &d.Batch, &d.SerialNumber, &d.ProductKey, &d.GroupTag, &d.AssignedUser, importStatuses.as(&d.Status),
		asID(&d.Registration), &d.ErrorCode, &d.ErrorName, &d.ErrorMessage, &d.By, asTime(&d.CreatedAt))
}

// GetImport returns one import row with its outcome; fault.NotFound when there is none.
func (db *DB) GetImport(ctx context.Context, t directory.TenantID, id autopilot.ImportID) (autopilot.ImportedDevice, error) {
	q := db.reader()
	d, ok, err := first(ctx, q, scanImport, "SELECT "+importColumns+" FROM import_rows i WHERE i.tenant_id = $1 AND i.id = $2", idArg(q.dialect(), t), idArg(q.dialect(), id))
	if err != nil {
		return d, fault.Wrap("read import row "+string(id), err)
	}
	if !ok {
		return d, missing("import row", string(id))
	}
	return d, nil
}

// FindImport implements autopilot.ImportReader. A row that was refused because the
// device is there already (806) names it too and did not register it.
func (db *DB) FindImport(ctx context.Context, t directory.TenantID, registered autopilot.DeviceID) (autopilot.ImportedDevice, error) {
	q := db.reader()
	d, ok, err := first(ctx, q, scanImport, "SELECT "+importColumns+" FROM import_rows i WHERE i.tenant_id = $1 AND i.registration = $2 AND i.error_code = 0 ORDER BY i.id LIMIT 1",
		idArg(q.dialect(), t), idArg(q.dialect(), registered))
	if err != nil {
		return d, fault.Wrap("find the import of "+string(registered), err)
	}
	if !ok {
		return d, missing("import row of the device", string(registered))
	}
	return d, nil
}

// CreateImports stores import rows with their outcomes.
func (tx *Tx) CreateImports(ctx context.Context, t directory.TenantID, rows []autopilot.ImportedDevice) error {
	d := tx.dialect()
	values := make([][]any, len(rows))
	for i := range rows {
		r := &rows[i]
		values[i] = []any{
			idArg(d, t), idArg(d, r.ID), r.Batch, r.SerialNumber, odata.Fold(r.SerialNumber), r.ProductKey, r.GroupTag, r.AssignedUser,
			importStatuses.arg(importStatuses.orFirst(r.Status)), idArg(d, r.Registration), r.ErrorCode, r.ErrorName, r.ErrorMessage, r.By, timeArg(r.CreatedAt),
		}
	}
	err := insertRows(ctx, tx, "INSERT INTO import_rows (tenant_id, id, batch, serial_number, serial_key, product_key, group_tag, assigned_user,"+
		" status, registration, error_code, error_name, error_message, imported_by, created_at) VALUES ", values, "")
	return fault.Wrap("create import rows", err)
}

// DeleteImport removes one import row; the device it registered stays.
func (tx *Tx) DeleteImport(ctx context.Context, t directory.TenantID, id autopilot.ImportID) error {
	n, err := tx.exec(ctx, "DELETE FROM import_rows WHERE tenant_id = $1 AND id = $2", idArg(tx.dialect(), t), idArg(tx.dialect(), id))
	if err != nil {
		return fault.Wrap("delete import row "+string(id), err)
	}
	if n == 0 {
		return missing("import row", string(id))
	}
	return nil
}
