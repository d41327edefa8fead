package oobe

import (
	"net/http"

	"taxiway/internal/fault"
)

// hardwareAnswer tells a PC what became of its report.
type hardwareAnswer struct {
	RemediationState string `json:"RemediationState"`
	ProfileStatus    string `json:"ProfileStatus"`
}

// hardware takes the hash a PC has today. Without proof it changes nothing.
func (h *Handler) hardware(r *http.Request) (any, error) {
	in, hash, err := read(r)
	if err != nil {
		return nil, err
	}
	asked, no, err := h.Devices.FindReporting(r.Context(), hash, in.SerialNumber)
	if err != nil {
		return nil, err
	}
	if no != nil {
		return refused(no), nil
	}
	proven, ask, err := h.prove(r, in, asked)
	if err != nil || ask != nil {
		return ask, err
	}
	if !proven {
		return nil, fault.Field(fault.Unauthenticated, "ProofNotPossible", "hardwareHash", "The registered hash holds no TPM key, so the report cannot be believed.", "An administrator can report the new hash through Graph.")
	}
	d, err := h.Devices.ReportProven(r.Context(), asked)
	if err != nil {
		return nil, err
	}
	h.Sightings.Note(asked.Tenant, asked.Device.ID, h.Clock.Now(asked.Tenant))
	return vouched{hardwareAnswer{RemediationState: string(d.Remediation), ProfileStatus: string(d.ProfileStatus())}, in.HardwareHash, in.Nonce}, nil
}
