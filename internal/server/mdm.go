package server

import (
	"context"
	"fmt"

	"taxiway/internal/enrollment"
)

// openManagement builds the MDM side with everybody who tells PCs something.
func (s *Server) openManagement(ctx context.Context) error {
	digestKey, err := s.db.Secret(ctx, "mdm-digest", freshKey())
	if err != nil {
		return fmt.Errorf("read the digest key: %w", err)
	}
	m := &enrollment.Service{
		Store: s.db.Enrollment(), Directory: s.db.Directory(), Joins: s.db.Directory(), Autopilot: s.db.Autopilot(),
		Clock: s.clock, NewID: s.newID, Settler: s.engine, Lease: s.directory.Lease, Log: s.log,
		DeviceURL: s.cfg.DeviceURL, DigestKey: digestKey, Count: s.countManagement, NewKey: s.newKey,
	}
	m.Owners = map[enrollment.OwnerKind]enrollment.CommandOwner{
		enrollment.OwnerEnrolment: &enrollment.Renewals{Service: m},
		enrollment.OwnerPolicy:    &enrollment.Configurations{Service: m},
		enrollment.OwnerInventory: &enrollment.Inventory{Service: m, Devices: s.directory},
		enrollment.OwnerHardware:  &enrollment.Hardware{Service: m, Registrations: s.autopilot},
		enrollment.OwnerAction:    &enrollment.Actions{Service: m},
	}
	s.management = m
	return nil
}
