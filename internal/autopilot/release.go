package autopilot

import (
	"context"
	"slices"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
	"taxiway/internal/hwhash"
)

// Released is a registration that the server's operator took away.
type Released struct {
	Tenant       directory.TenantID `json:"tenantId"`
	Device       DeviceID           `json:"id"`
	SerialNumber string             `json:"serialNumber"`
}

// Release removes the registration of the PC with this hardware hash, whoever
// holds it: the way out when a tenant squats on PCs that are not its own. It is
// the operator's act, never an API's; both tenants' audit trails tell of it.
func (s *Service) Release(ctx context.Context, h *hwhash.Hash, to directory.TenantID) (Released, error) {
	best, err := s.holder(ctx, h)
	if err != nil {
		return Released{}, err
	}
	if best == nil {
		return Released{}, fault.Field(fault.NotFound, "ZtdDeviceIsNotRegistered", "hardwareHash", "No tenant has registered this PC.", "It can be imported as it is.")
	}
	out := Released{Tenant: best.Tenant, Device: best.Device}
	err = s.withDevice(ctx, best.Tenant, best.Device, 0, func(tx Tx, d Device, o directory.Device) error {
		out.SerialNumber = d.SerialNumber
		if err := deregister(ctx, tx, best.Tenant, &d, &o); err != nil {
			return err
		}
		for _, t := range slices.Compact([]directory.TenantID{best.Tenant, to}) {
			if t == "" {
				continue
			}
			if err := s.audit(ctx, tx, t, "Release Autopilot device by the operator", "windowsAutopilotDeviceIdentity", string(d.ID), d.SerialNumber); err != nil {
				return err
			}
		}
		return nil
	})
	return out, fault.Wrap("release device", err)
}
