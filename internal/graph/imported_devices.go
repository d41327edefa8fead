package graph

import (
	"errors"
	"fmt"
	"net/http"

	"taxiway/internal/autopilot"
	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
	"taxiway/internal/odata"
)

// importedDevice is Graph's importedWindowsAutopilotDeviceIdentity. The
// hardware identifier is write only and reads back as null.
type importedDevice struct {
	ID                 string        `json:"id"`
	GroupTag           string        `json:"groupTag"`
	SerialNumber       string        `json:"serialNumber"`
	ProductKey         string        `json:"productKey"`
	ImportID           string        `json:"importId"`
	HardwareIdentifier *string       `json:"hardwareIdentifier"`
	AssignedUser       string        `json:"assignedUserPrincipalName"`
	State              importedState `json:"state"`
}

// importedState is importedWindowsAutopilotDeviceIdentityState. The message is
// ours: what is wrong and what to do about it.
type importedState struct {
	Status       string `json:"deviceImportStatus"`
	Registration string `json:"deviceRegistrationId"`
	ErrorCode    int    `json:"deviceErrorCode"`
	ErrorName    string `json:"deviceErrorName"`
	ErrorMessage string `json:"deviceErrorMessage,omitempty"`
}

var importedTable = &odata.Table{
	Name: "microsoft.graph.importedWindowsAutopilotDeviceIdentity",
	Properties: []odata.Property{
		prop("id", odata.GUID, filter|sorted|readOnly),
		prop("groupTag", odata.String, filter|sorted|search),
		prop("serialNumber", odata.String, filter|sorted|search),
		prop("productKey", odata.String, filter),
		prop("importId", odata.String, filter|sorted),
		prop("hardwareIdentifier", odata.Binary, 0),
		prop("assignedUserPrincipalName", odata.String, filter|sorted|search),
		nested("state", "microsoft.graph.importedWindowsAutopilotDeviceIdentityState", readOnly),
		enum("state/deviceImportStatus", "microsoft.graph.importedWindowsAutopilotDeviceIdentityImportStatus", filter|sorted|readOnly, "unknown", "pending", "partial", "complete", "error"),
		prop("state/deviceRegistrationId", odata.GUID, filter|readOnly),
		prop("state/deviceErrorCode", odata.Int, filter|readOnly),
		prop("state/deviceErrorName", odata.String, filter|readOnly),
	},
}

const importsPath = "deviceManagement/importedWindowsAutopilotDeviceIdentities"

// oldImportNames were properties once; old scripts still send them.
var oldImportNames = []string{"orderIdentifier", "assignedUserDisplayName"}

func importedWire(d *autopilot.ImportedDevice) importedDevice {
	return importedDevice{
		ID: string(d.ID), GroupTag: d.GroupTag, SerialNumber: d.SerialNumber, ProductKey: d.ProductKey, ImportID: d.Batch, AssignedUser: d.AssignedUser,
		State: importedState{Status: string(d.Status), Registration: string(d.Registration), ErrorCode: d.ErrorCode, ErrorName: d.ErrorName, ErrorMessage: d.ErrorMessage},
	}
}

// importRow maps one row. What the client says about state is ignored: only
// the service knows. A hash that is no text is passed on as it stands, so that
// it becomes the row's own error.
func importRow(o odata.Object, prefix string) (autopilot.ImportRow, error) {
	if err := knows(o, prefix, importedTable, oldImportNames...); err != nil {
		return autopilot.ImportRow{}, err
	}
	var row autopilot.ImportRow
	r := reader{o: o, prefix: prefix}
	r.text("serialNumber", &row.SerialNumber)
	r.text("productKey", &row.ProductKey)
	r.text("orderIdentifier", &row.GroupTag)
	r.text("groupTag", &row.GroupTag)
	r.text("assignedUserPrincipalName", &row.AssignedUser)
	r.text("assignedUserDisplayName", &row.AssignedUserName)
	r.text("importId", &row.ImportBatch)
	if r.err != nil {
		return autopilot.ImportRow{}, r.err
	}
	hash, err := o.Text("hardwareIdentifier")
	row.HardwareHash = hash.Value
	if err != nil {
		raw, _ := o.Raw("hardwareIdentifier")
		row.HardwareHash = string(raw)
	}
	return row, nil
}

// createImport registers one device (Graph page "Create
// importedWindowsAutopilotDeviceIdentity"). A hash that is not base64 is 400
// before anything happens, as Graph does with a literal that is not Edm.Binary.
func (h *Handler) createImport(c *call) error {
	o, err := c.bodyUpTo(orElse(h.Limits.ImportBytes, defaultImportBytes))
	if err != nil {
		return err
	}
	row, err := importRow(o, "")
	if err != nil {
		return err
	}
	if err := wantBase64(row.HardwareHash); err != nil {
		return err
	}
	done, err := h.Autopilot.Import(c.ctx(), c.tenant, []autopilot.ImportRow{row})
	if err != nil {
		return err
	}
	w := importedWire(&done[0])
	c.w.Header().Set("Location", c.root()+"/"+importsPath+"/"+w.ID)
	return c.object(http.StatusCreated, c.view(&w, importedTable, nil, importsPath+"/$entity", ""))
}

func wantBase64(hash string) error {
	if hash == "" {
		return nil // the row's own error says that it has none
	}
	_, err := hwhash.Parse(hash)
	var bad *hwhash.Error
	if errors.As(err, &bad) && bad.Code == hwhash.CodeNotBase64 {
		return &fault.Error{
			Kind: fault.Invalid, Code: bad.Code, Message: "Cannot convert the literal of hardwareIdentifier to the expected type 'Edm.Binary': " + bad.Message,
			Details: []fault.Detail{{Target: "hardwareIdentifier", Code: bad.Code, Message: bad.Message, Remedy: bad.Remedy}},
		}
	}
	return nil
}

// importDevices answers the action import. Every row comes back with its own
// outcome; a bad row never fails the others.
func (h *Handler) importDevices(c *call) error {
	o, err := c.bodyUpTo(orElse(h.Limits.ImportBytes, defaultImportBytes))
	if err != nil {
		return err
	}
	const name = "importedWindowsAutopilotDeviceIdentities"
	if err := knownNames(o, "", name); err != nil {
		return err
	}
	sent, err := o.Objects(name)
	if err != nil {
		return err
	}
	if len(sent.Value) == 0 {
		return fault.Field(fault.Invalid, "NoRows", name, "The request has no device to import.", "Send at least one device in "+name+".")
	}
	rows := make([]autopilot.ImportRow, len(sent.Value))
	for i, item := range sent.Value {
		if rows[i], err = importRow(item, fmt.Sprintf("%s[%d]/", name, i)); err != nil {
			return err
		}
	}
	done, err := h.Autopilot.Import(c.ctx(), c.tenant, rows)
	if err != nil {
		return err
	}
	wires := make([]importedDevice, len(done))
	for i := range done {
		wires[i] = importedWire(&done[i])
	}
	writeJSON(c.w, http.StatusOK, odata.Page{Context: c.contextURL(importsPath), Value: wires})
	return nil
}

var importedDevices = &resource[autopilot.ImportedDevice]{
	path: importsPath, table: importedTable, paging: intunePaging, read: stored(Lists.ListImports), show: each(importedWire),
	find: func(c *call) (autopilot.ImportedDevice, error) {
		d, err := c.h.Lists.GetImport(c.ctx(), c.tenant, autopilot.ImportID(c.keys["id"]))
		return d, missing(err, "import row", c.keys["id"], "List importedWindowsAutopilotDeviceIdentities to find the right id.")
	},
}

func (h *Handler) deleteImport(c *call) error {
	if err := h.Autopilot.DeleteImport(c.ctx(), c.tenant, autopilot.ImportID(c.keys["id"])); err != nil {
		return err
	}
	return c.noContent()
}
