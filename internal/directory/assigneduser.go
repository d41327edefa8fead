package directory

import (
	"context"

	"taxiway/internal/fault"
)

const autopilotSettingsType = "windowsAutopilotSettings"

// SetOnlyAssignedUser switches "Only the assigned user may sign in" for every
// join from the next one on. Microsoft's service has no such switch.
func (s *Service) SetOnlyAssignedUser(ctx context.Context, t TenantID, only bool) error {
	err := s.Store.InTx(ctx, func(tx Tx) error {
		was, err := tx.LockJoinPolicy(ctx, t)
		if err != nil || was.OnlyAssignedUser == only {
			return err
		}
		p := was.clone()
		p.OnlyAssignedUser, p.ModifiedAt = only, s.Clock.Now(t)
		if err := tx.PutJoinPolicy(ctx, t, p); err != nil {
			return err
		}
		return s.audit(ctx, tx, t, "Update Windows Autopilot settings", autopilotSettingsType, string(t), "", joinChanges(&was, &p)...)
	})
	return fault.Wrap("change who may sign in to an assigned PC", err)
}
