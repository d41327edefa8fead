package enrollment

import (
	"context"

	"taxiway/internal/directory"
)

// Enqueue checks commands and queues them for a device; owners and admins'
// calls use it inside their transaction. Of each command it needs Owner, Op
// and, as wanted, Of, Key, Once and NotBefore; the rest is filled in. Those whose
// Key is open at the device already are left out of what it returns.
func (s *Service) Enqueue(ctx context.Context, tx CommandTx, t directory.TenantID, id DeviceID, cs ...Command) ([]Command, error) {
	now := s.Clock.Now(t)
	fresh := make([]Command, len(cs))
	for i := range cs {
		c := cs[i]
		if err := c.Op.Check(); err != nil {
			return nil, err
		}
		c.ID, c.Device, c.State, c.CreatedAt = s.NewID(), id, Queued, now
		c.UserScope = c.UserScope || c.Op.user()
		fresh[i] = c
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	return tx.Queue(ctx, t, fresh)
}
