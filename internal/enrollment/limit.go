package enrollment

import (
	"context"
	"fmt"

	"taxiway/internal/directory"
	"taxiway/internal/fault"
)

// MaxDevicesPerUser is the most that a device limit restriction allows (Intune
// page "Understand Intune and Microsoft Entra device limit restrictions").
const MaxDevicesPerUser = 15

func validateLimit(n int) error {
	if n < 1 || n > MaxDevicesPerUser {
		return fault.Field(fault.Invalid, "InvalidLimit", "limit", fmt.Sprintf("%d is not a number of devices that a user can be limited to.", n), "Send a number from 1 to 15.")
	}
	return nil
}

// LimitFor is the device limit restriction for a user; its Limit is set. It
// does not count for PCs that are registered with Windows Autopilot.
func (s *Service) LimitFor(ctx context.Context, tx Tx, t directory.TenantID, user directory.ObjectID) (Policy, error) {
	applied, err := s.policiesOfUser(ctx, tx, t, user, PolicyLimit)
	if err != nil {
		return Policy{}, fault.Wrap("find the device limit", err)
	}
	for i := range applied {
		if applied[i].Policy.Limit != nil {
			return applied[i].Policy, nil
		}
	}
	return defaultPolicy(t, PolicyLimit), nil
}
