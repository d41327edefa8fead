package graph

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"taxiway/internal/autopilot"
	"taxiway/internal/fault"
	"taxiway/internal/odata"
)

// deletedState is Graph's deletedWindowsAutopilotDeviceState.
type deletedState struct {
	Registration  string `json:"deviceRegistrationId"`
	SerialNumber  string `json:"serialNumber"`
	DeletionState string `json:"deletionState"` // accepted, failed or error
	ErrorMessage  string `json:"errorMessage"`
}

// maxDeletedAtOnce keeps one request from holding the server for long; Intune's
// console sends as many.
const maxDeletedAtOnce = 500

// deleteIdentities answers the action deleteDevices: each serial number with
// its own outcome, one that cannot be deleted never stops the others.
func (h *Handler) deleteIdentities(c *call) error {
	o, err := c.body()
	if err != nil {
		return err
	}
	const name = "serialNumbers"
	if err := knownNames(o, "", name); err != nil {
		return err
	}
	sent, err := o.Texts(name)
	switch {
	case err != nil:
		return err
	case len(sent.Value) == 0:
		return fault.Field(fault.Invalid, "NoRows", name, "The request names no device.", "Send at least one serial number in "+name+".")
	case len(sent.Value) > maxDeletedAtOnce:
		return fault.Field(fault.Invalid, "TooManyRows", name, fmt.Sprintf("The request names %d devices; %d are allowed.", len(sent.Value), maxDeletedAtOnce), "Send them in several requests.")
	}
	out := make([]deletedState, len(sent.Value))
	for i, serial := range sent.Value {
		out[i] = h.deleteBySerial(c, strings.TrimSpace(serial))
		if err := c.ctx().Err(); err != nil {
			return err // the client is gone
		}
	}
	writeJSON(c.w, http.StatusOK, odata.Page{Context: c.contextURL("Collection(microsoft.graph.deletedWindowsAutopilotDeviceState)"), Value: out})
	return nil
}

func (h *Handler) deleteBySerial(c *call, serial string) deletedState {
	state := deletedState{SerialNumber: serial, DeletionState: "failed"}
	found, err := h.Lists.ListAutopilotDevices(c.ctx(), c.tenant, "", byKey(identityTable, "serialNumber", serial))
	switch {
	case err != nil:
	case serial == "" || len(found.Items) == 0:
		state.ErrorMessage = "No device with this serial number is registered in this tenant."
		return state
	case len(found.Items) > 1:
		state.ErrorMessage = "Several devices have this serial number. Delete the right one by its id."
		return state
	default:
		state.Registration = string(found.Items[0].ID)
		err = h.Autopilot.DeleteDevice(c.ctx(), c.tenant, autopilot.DeviceID(state.Registration), 0)
	}
	if err == nil {
		state.DeletionState = "accepted"
		return state
	}
	if e, ok := fault.As(err); ok && e.Kind != fault.Internal {
		state.ErrorMessage = e.Message
		return state
	}
	h.log().ErrorContext(c.ctx(), "an Autopilot device was not deleted", slog.String("serial_number", serial), slog.Any("error", err))
	state.DeletionState, state.ErrorMessage = "error", "The server could not delete the device. Send the serial number again."
	return state
}

// allowNextEnrollment answers the action of that name, by which Intune lets a
// self-deploying PC enrol again. No registration keeps a PC from enrolling
// here, so there is nothing to lift: the answer says that the PC may.
func (h *Handler) allowNextEnrollment(c *call) error {
	if err := c.emptyBody(); err != nil {
		return err
	}
	if _, err := c.identity(); err != nil {
		return err
	}
	return c.noContent()
}
