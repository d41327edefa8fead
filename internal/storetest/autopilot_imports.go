package storetest

import (
	"fmt"

	"taxiway/internal/autopilot"
	"taxiway/internal/fault"
)

var importTests = []autopilotTest{
	{"500 import rows are stored at once and read back", importsReadBack},
	{"a device leads to the import that registered it", importFound},
	{"a missing import row is NotFound, a taken one Conflict", importMissing},
}

func importsReadBack(w *world) {
	states := []autopilot.ImportStatus{autopilot.ImportUnknown, autopilot.ImportPending, autopilot.ImportPartial, autopilot.ImportComplete, autopilot.ImportError}
	rows := make([]autopilot.ImportedDevice, 500)
	for i := range rows {
		rows[i] = autopilot.ImportedDevice{
			ID: autopilot.ImportID(w.id()), Batch: "batch", SerialNumber: fmt.Sprint("Ä", i), ProductKey: "pk", GroupTag: "tag", AssignedUser: "u@contoso.example",
			Status: states[i%len(states)], By: "ada@contoso.example", CreatedAt: w.now,
		}
		if rows[i].Status == autopilot.ImportError {
			rows[i].ErrorCode, rows[i].ErrorName, rows[i].ErrorMessage = 808, "ZtdDeviceAssignedToOtherTenant", "Ask the other tenant."
		} else {
			rows[i].Registration = autopilot.DeviceID(w.id())
		}
	}
	w.tx(func(tx autopilot.Tx) error { return tx.CreateImports(w.ctx, w.tenant, rows) })
	page, err := w.s.ListImports(w.ctx, w.tenant, w.query(importTable, "$top=999"))
	w.ok(err)
	w.equal("rows", page.Items, rows)
	got, err := w.s.GetImport(w.ctx, w.tenant, rows[4].ID)
	w.ok(err)
	w.equal("row", got, rows[4])
	w.tx(func(tx autopilot.Tx) error { return tx.DeleteImport(w.ctx, w.tenant, rows[4].ID) })
	_, err = w.s.GetImport(w.ctx, w.tenant, rows[4].ID)
	w.faulty(fault.NotFound, "", err)
}

func importFound(w *world) {
	registered := autopilot.DeviceID(w.id())
	row := autopilot.ImportedDevice{ID: autopilot.ImportID(w.id()), Batch: "first", Status: autopilot.ImportComplete, Registration: registered, By: "Importer", CreatedAt: w.now}
	again := autopilot.ImportedDevice{ID: autopilot.ImportID(w.id()), Batch: "again", Status: autopilot.ImportError, Registration: registered, ErrorCode: 806, CreatedAt: w.now}
	_, err := w.s.FindImport(w.ctx, w.tenant, registered)
	w.faulty(fault.NotFound, "ResourceNotFound", err)
	w.tx(func(tx autopilot.Tx) error {
		return tx.CreateImports(w.ctx, w.tenant, []autopilot.ImportedDevice{again, row})
	})
	got, err := w.s.FindImport(w.ctx, w.tenant, registered)
	w.ok(err)
	w.equal("row", got, row)
	_, err = w.s.FindImport(w.ctx, w.newTenant("other.example"), registered)
	w.faulty(fault.NotFound, "ResourceNotFound", err)
}

func importMissing(w *world) {
	row := autopilot.ImportedDevice{ID: autopilot.ImportID(w.id()), Status: autopilot.ImportUnknown, CreatedAt: w.now}
	_, err := w.s.GetImport(w.ctx, w.tenant, row.ID)
	w.faulty(fault.NotFound, "ResourceNotFound", err)
	w.fails(fault.NotFound, "ResourceNotFound", func(tx autopilot.Tx) error { return tx.DeleteImport(w.ctx, w.tenant, row.ID) })
	create := func(tx autopilot.Tx) error { return tx.CreateImports(w.ctx, w.tenant, []autopilot.ImportedDevice{row}) }
	w.tx(create)
	w.fails(fault.Conflict, "", create)
}
