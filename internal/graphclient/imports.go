package graphclient

import (
	"context"
	"net/http"
)

const imports = "/deviceManagement/importedWindowsAutopilotDeviceIdentities"

// ImportRow is one device to register.
type ImportRow struct {
	SerialNumber string `json:"serialNumber"`
	ProductKey   string `json:"productKey,omitempty"`
	HardwareHash string `json:"hardwareIdentifier"` // base64
	GroupTag     string `json:"groupTag,omitempty"`
	AssignedUser string `json:"assignedUserPrincipalName,omitempty"`
}

// ImportResult is what became of one row.
type ImportResult struct {
	ID           string `json:"id"`
	SerialNumber string `json:"serialNumber"`
	GroupTag     string `json:"groupTag"`
	State        struct {
		Status       string `json:"deviceImportStatus"` // complete or error
		Registration string `json:"deviceRegistrationId"`
		ErrorCode    int    `json:"deviceErrorCode"`
		ErrorName    string `json:"deviceErrorName"`
		ErrorMessage string `json:"deviceErrorMessage"`
	} `json:"state"`
}

// alreadyAssigned is the import error of a device that this tenant has.
const alreadyAssigned = 806

// Done reports that the row was registered.
func (r *ImportResult) Done() bool { return r.State.Status == "complete" }

// AlreadyHere reports that this tenant had the device before.
func (r *ImportResult) AlreadyHere() bool { return r.State.ErrorCode == alreadyAssigned }

// Import registers devices. Every row has its own outcome, in the order of
// rows; err is for the request as a whole.
func (c *Client) Import(ctx context.Context, rows []ImportRow) ([]ImportResult, error) {
	var out struct {
		Value []ImportResult `json:"value"`
	}
	in := map[string][]ImportRow{"importedWindowsAutopilotDeviceIdentities": rows}
	err := c.call(ctx, http.MethodPost, imports+"/import", nil, in, &out)
	return out.Value, err
}
